//! The protocol's messages as types, one file for each pair. Requests and answers both parse and write, so that the same
//! types serve a server and a client.

pub(crate) mod define;
pub mod shown;
pub mod types;

pub mod block_patron;
pub mod checkin;
pub mod checkout;
pub mod end_session;
pub mod fee_paid;
pub mod hold;
pub mod item_information;
pub mod item_status_update;
pub mod login;
pub mod patron_enable;
pub mod patron_information;
pub mod patron_status;
pub mod renew;
pub mod renew_all;
pub mod resend;
pub mod sc_status;

pub use block_patron::BlockPatron;
pub use checkin::{Checkin, CheckinResponse};
pub use checkout::{Checkout, CheckoutResponse};
pub use define::Message;
pub use end_session::{EndPatronSession, EndSessionResponse};
pub use fee_paid::{FeePaid, FeePaidResponse};
pub use hold::{Hold, HoldResponse};
pub use item_information::{ItemInformation, ItemInformationResponse};
pub use item_status_update::{ItemStatusUpdate, ItemStatusUpdateResponse};
pub use login::{Login, LoginResponse};
pub use patron_enable::{PatronEnable, PatronEnableResponse};
pub use patron_information::{PatronInformation, PatronInformationResponse};
pub use patron_status::{PatronStatusRequest, PatronStatusResponse};
pub use renew::{Renew, RenewResponse};
pub use renew_all::{RenewAll, RenewAllResponse};
pub use resend::{RequestAcsResend, RequestScResend};
pub use sc_status::{AcsStatus, ScStatus};

use crate::codec::{Dialect, Terminator, Writer};

/// What a peer sent that no list of the protocol has: answered with silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Its first two bytes; blanks where there were fewer.
    pub id: [u8; 2],
    /// How many bytes followed.
    pub length: usize,
}

macro_rules! directions {
    ($(#[$doc:meta])* $name:ident { $($variant:ident($inner:ident),)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(missing_docs, clippy::large_enum_variant)]
        pub enum $name {
            $($variant($inner),)*
            /// No message that the protocol knows.
            Unknown(Unknown),
        }

        impl $name {
            /// Reads a body (see [`crate::codec::open`]); never fails.
            pub fn read(body: &[u8], dialect: Dialect) -> Self {
                let Some((id, rest)) = body.split_first_chunk::<2>() else {
                    let first = body.first().copied().unwrap_or(b' ');
                    return Self::Unknown(Unknown { id: [first, b' '], length: 0 });
                };
                $(if *id == $inner::ID {
                    return Self::$variant($inner::read(rest, dialect));
                })*
                Self::Unknown(Unknown { id: *id, length: rest.len() })
            }

            /// A body's fields for operators; none of a message that the protocol does not know.
            pub fn shown(body: &[u8], dialect: Dialect) -> Vec<shown::Shown> {
                match body.split_first_chunk::<2>() {
                    $(Some((id, rest)) if *id == $inner::ID => $inner::shown(rest, dialect),)*
                    _ => Vec::new(),
                }
            }

            /// Its command id.
            pub fn id(&self) -> [u8; 2] {
                match self {
                    $(Self::$variant(_) => $inner::ID,)*
                    Self::Unknown(unknown) => unknown.id,
                }
            }

            /// The standard's name.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $inner::NAME,)*
                    Self::Unknown(_) => "unknown",
                }
            }

            /// Writes it whole. An unknown message has nothing to write but its id.
            pub fn write(&self, mut out: Writer<'_>, trailer: Option<Option<u8>>, terminator: Terminator) -> Vec<u8> {
                match self {
                    $(Self::$variant(message) => message.write(&mut out),)*
                    Self::Unknown(unknown) => out.fixed(types::Ascii::<2>::from_bytes(&unknown.id).as_str()),
                }
                out.finish(trailer, terminator)
            }
        }

        $(impl From<$inner> for $name {
            fn from(message: $inner) -> Self {
                Self::$variant(message)
            }
        })*
    };
}

directions! {
    /// What a terminal asks.
    Request {
        PatronStatus(PatronStatusRequest),
        Checkout(Checkout),
        Checkin(Checkin),
        BlockPatron(BlockPatron),
        ScStatus(ScStatus),
        RequestAcsResend(RequestAcsResend),
        Login(Login),
        PatronInformation(PatronInformation),
        EndPatronSession(EndPatronSession),
        FeePaid(FeePaid),
        ItemInformation(ItemInformation),
        ItemStatusUpdate(ItemStatusUpdate),
        PatronEnable(PatronEnable),
        Hold(Hold),
        Renew(Renew),
        RenewAll(RenewAll),
    }
}

directions! {
    /// What the server answers.
    Response {
        PatronStatus(PatronStatusResponse),
        Checkout(CheckoutResponse),
        Checkin(CheckinResponse),
        AcsStatus(AcsStatus),
        RequestScResend(RequestScResend),
        Login(LoginResponse),
        PatronInformation(PatronInformationResponse),
        EndSession(EndSessionResponse),
        FeePaid(FeePaidResponse),
        ItemInformation(ItemInformationResponse),
        ItemStatusUpdate(ItemStatusUpdateResponse),
        PatronEnable(PatronEnableResponse),
        Hold(HoldResponse),
        Renew(RenewResponse),
        RenewAll(RenewAllResponse),
    }
}

impl Request {
    /// Whether carrying it out again would change nothing in the library: 17, 23, 63, 99 and 35, 93.
    pub fn only_reads(&self) -> bool {
        matches!(
            self,
            Self::PatronStatus(_)
                | Self::PatronInformation(_)
                | Self::ItemInformation(_)
                | Self::ScStatus(_)
                | Self::EndPatronSession(_)
                | Self::Login(_)
        )
    }
}

/// One whole message as bytes: the short way for clients and tests.
pub fn encode<M: Message>(message: &M, dialect: Dialect, trailer: Option<Option<u8>>, terminator: Terminator) -> Vec<u8> {
    let mut out = Writer::new(dialect);
    message.write(&mut out);
    out.finish(trailer, terminator)
}
