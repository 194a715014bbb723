//! Request ACS Resend (97) and Request SC Resend (96). Digest 4, 6.

use super::define::message;

message! {
    /// Request ACS Resend (97): say that again.
    RequestAcsResend = b"97" "Request ACS Resend"
    fixed {}
    fields {}
}

message! {
    /// Request SC Resend (96): the server did not understand.
    RequestScResend = b"96" "Request SC Resend"
    fixed {}
    fields {}
}
