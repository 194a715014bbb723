//! Login: 93 → 94. Digest 6, 9.1.

use super::define::message;
use super::types::{Ascii, Secret, Success};

message! {
    /// Login (93).
    Login = b"93" "Login"
    fixed {
        /// `0` for plain; any other is a private agreement.
        uid_algorithm: Ascii<1>,
        /// The same for the password.
        pwd_algorithm: Ascii<1>,
    }
    fields {
        b"CN" required user_id: String,
        b"CO" required password: Secret,
        /// Where the terminal stands, as set on it.
        b"CP" optional location_code: String,
    }
}

message! {
    /// Login Response (94). No other field exists here.
    LoginResponse = b"94" "Login Response"
    fixed {
        /// Whether the terminal is logged in now.
        ok: Success,
    }
    fields {}
}
