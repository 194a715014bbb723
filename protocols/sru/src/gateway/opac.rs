//! OPAC-XML: a record with its copies and what may be done with each, as they are now.

use super::records::One;
use crate::codec::xml;
use crate::message::Diagnostic;
use skranke_core::desk::catalogue::Holding;
use skranke_core::item::ItemState;

/// Appends `opacRecord`. `bibliographic` writes the record itself.
pub(super) fn write(
    one: &One<'_>,
    copies: &[&Holding],
    bibliographic: impl FnOnce(&mut Vec<u8>) -> Result<(), Diagnostic>,
    out: &mut Vec<u8>,
) -> Result<(), Diagnostic> {
    out.extend(b"<opacRecord><bibliographicRecord>");
    bibliographic(out)?;
    // The schema wants the element even of a title without copies.
    out.extend(b"</bibliographicRecord><holdings>");
    let mut rest = copies;
    while let Some((first, _)) = rest.split_first() {
        let same = rest.iter().take_while(|copy| place(copy) == place(first)).count();
        let (here, others) = rest.split_at_checked(same).unwrap_or((rest, &[]));
        holding(one, first, here, out);
        rest = others;
    }
    out.extend(b"</holdings></opacRecord>");
    Ok(())
}

/// What copies of one holding have in common.
fn place(copy: &Holding) -> (&str, &str, String, Option<&str>) {
    let item = &copy.item;
    (
        item.agency.as_str(),
        item.placement.branch.as_str(),
        shelf(copy),
        item.call_number.as_deref(),
    )
}

/// Department, location and sublocation as one line.
pub(super) fn shelf(copy: &Holding) -> String {
    let placement = &copy.item.placement;
    let levels = [
        &placement.department,
        &placement.location,
        &placement.sublocation,
        &placement.section,
    ];
    let named: Vec<&str> = levels.into_iter().flatten().map(String::as_str).collect();
    named.join(" / ")
}

fn holding(one: &One<'_>, first: &Holding, copies: &[&Holding], out: &mut Vec<u8>) {
    out.extend(b"<holding>");
    xml::element("nucCode", first.item.agency.as_str(), out);
    xml::element("localLocation", &first.branch_name, out);
    let shelf = shelf(first);
    xml::optional("shelvingLocation", Some(shelf.as_str()).filter(|shelf| !shelf.is_empty()), out);
    xml::optional("callNumber", first.item.call_number.as_deref(), out);
    xml::optional("enumAndChron", first.item.issue.as_deref(), out);
    out.extend(b"<circulations>");
    let queue = one.holdings.is_some_and(|holdings| holdings.queue(&first.item.agency) > 0);
    for copy in copies {
        circulation(one, copy, queue, out);
    }
    out.extend(b"</circulations></holding>");
}

fn circulation(one: &One<'_>, copy: &Holding, queue: bool, out: &mut Vec<u8>) {
    let flag = |value: bool| if value { b"1" } else { b"0" };
    out.extend(b"<circulation><availableNow value=\"");
    out.extend(flag(copy.is_available()));
    out.extend(b"\"/>");
    if let Some(due) = one.due(copy) {
        xml::element("availabilityDate", &due, out);
    }
    let restriction = match copy.item.loan_restriction {
        Some(code) => Some(code.code()),
        None => status(&copy.item.state).restriction,
    };
    xml::optional("restrictions", restriction, out);
    xml::element("itemId", copy.item.barcode.as_str(), out);
    out.extend(b"<renewable value=\"");
    out.extend(flag(copy.item.state == ItemState::OnLoan && !queue));
    out.extend(b"\"/><onHold value=\"");
    out.extend(flag(queue || copy.item.tied_to.is_some()));
    out.extend(b"\"/></circulation>");
}

/// What a state is called.
pub(super) struct Status {
    /// The word of the Danish holdings register.
    pub(super) register: &'static str,
    /// What keeps a copy from being lent, in words; nothing where nothing does.
    pub(super) restriction: Option<&'static str>,
}

/// The words for a state (Danish profile, section 9).
pub(super) fn status(state: &ItemState) -> Status {
    let (register, restriction) = match state {
        ItemState::Available => ("OnShelf", None),
        ItemState::OnLoan => ("OnLoan", Some("on loan")),
        ItemState::OnHoldShelf => ("OnLoan", Some("on the hold shelf")),
        ItemState::InTransit { .. } => ("OnLoan", Some("in transit")),
        ItemState::Reshelving => ("OnShelf", Some("being reshelved")),
        ItemState::OnOrder => ("OnOrder", Some("on order")),
        ItemState::InProcess => ("OnOrder", Some("in process")),
        ItemState::ClaimedReturned => ("Lost", Some("claimed returned")),
        ItemState::Lost => ("Lost", Some("lost")),
        ItemState::Missing => ("Lost", Some("missing")),
        ItemState::Unavailable => ("NotForLoan", Some("not available")),
        ItemState::Withdrawn => ("Decommissioned", Some("withdrawn")),
    };
    Status { register, restriction }
}

impl One<'_> {
    /// When a copy is due back, as a local date of its library.
    pub(super) fn due(&self, copy: &Holding) -> Option<String> {
        let zone = &self.library.agency(&copy.item.agency).time_zone;
        copy.due.map(|due| skranke_core::time::local_date(due, zone).to_string())
    }
}
