//! What sorters are told of a returned item: one table, digest 10.

use skranke_core::desk::reply::Alert;

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Alert type CV.
    pub cv: u16,
    /// Whether CY and DA tell who waits.
    pub tells_patron: bool,
    /// Key of the screen text.
    pub text: &'static str,
}

/// The row of a case.
pub fn row(alert: Alert) -> Row {
    let (cv, tells_patron, text) = match alert {
        Alert::HoldHere => (1, true, "hold_here"),
        Alert::HoldElsewhere => (2, true, "hold_elsewhere"),
        Alert::InterLibrary => (3, false, "inter_library"),
        Alert::SendHome => (4, false, "send_home"),
        Alert::Found => (99, false, "found"),
    };
    Row { cv, tells_patron, text }
}

/// CV of an item that nobody knows.
pub const UNKNOWN: u16 = 99;
/// CV of another library's item.
pub const INTER_LIBRARY: u16 = 3;
/// CV where there is nothing special, for accounts that want it.
pub const NOTHING: u16 = 0;
