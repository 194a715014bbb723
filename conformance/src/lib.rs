//! Black-box suites and load drivers for servers of the library protocols: ours or a rival's.
//!
//! It owns its own reading of each wire, speaks to servers over sockets only, and must know nothing of the server's
//! insides: no storage, no core, no gateway. Its door is [`cli::Arguments`]; the SIP2 suite begins at [`sip2::cases`].

pub mod bench;
pub mod cli;
pub mod clock;
pub mod csv;
pub mod kill;
pub mod load;
pub mod marc;
pub mod random;
pub mod report;
pub mod server;
pub mod sip2;
pub mod sru;
pub mod suite;
pub mod z3950;
