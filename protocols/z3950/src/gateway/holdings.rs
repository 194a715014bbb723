//! Copies as they stand: the OPAC syntax's holdings (digest 7), from which its XML and the holdings schema are made too.

use super::table::lookup;
use crate::codec::InternationalString;
use crate::message::opac::{CircRecord, HoldingsAndCirc, HoldingsRecord, Volume};
use skranke_core::bib::{Level, MaterialType, Record};
use skranke_core::desk::catalogue::{Holding, Holdings};
use skranke_core::item::{Item, ItemState};
use skranke_core::time::Date;

/// A copy with its due day where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The copy.
    pub holding: Holding,
    /// When it is due back, by the calendar of its library.
    pub due: Option<Date>,
}

/// A record's copies, with how many wait at each library.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Copies {
    /// By library, branch and number.
    pub copies: Vec<Copy>,
    /// The rest of what is known of them.
    pub queues: Holdings,
}

/// Copies that stand at one place under one call number.
#[derive(Debug)]
pub struct Place<'a> {
    /// One of them, for where it is.
    pub item: &'a Item,
    /// The name of the branch.
    pub branch_name: &'a str,
    /// All of them.
    pub copies: Vec<&'a Copy>,
    /// How many wait at that library.
    pub waiting: u32,
}

impl Copies {
    /// The copies by library, branch, shelving location and call number, in the order in which each comes first.
    pub fn places(&self) -> Vec<Place<'_>> {
        let mut places: Vec<Place<'_>> = Vec::new();
        for copy in &self.copies {
            let item = &copy.holding.item;
            let same = |place: &&mut Place<'_>| {
                place.item.agency == item.agency && place.item.placement == item.placement && place.item.call_number == item.call_number
            };
            match places.iter_mut().find(same) {
                Some(place) => place.copies.push(copy),
                None => places.push(Place {
                    item,
                    branch_name: &copy.holding.branch_name,
                    copies: vec![copy],
                    waiting: self.queues.queue(&item.agency),
                }),
            }
        }
        places
    }

    /// As the OPAC syntax has it.
    pub fn opac(&self, record: &Record) -> Vec<HoldingsRecord> {
        let kind = type_of_record(record);
        self.places()
            .iter()
            .map(|place| HoldingsRecord::HoldingsAndCirc(place.opac(kind)))
            .collect()
    }
}

impl Place<'_> {
    /// Department, location, sublocation and section, as far as they are there.
    pub fn shelving_location(&self) -> String {
        let placement = &self.item.placement;
        let parts = [
            &placement.department,
            &placement.location,
            &placement.sublocation,
            &placement.section,
        ];
        let there: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        there.join(", ")
    }

    fn opac(&self, type_of_record: &str) -> HoldingsAndCirc {
        let some = |text: &str| (!text.is_empty()).then(|| InternationalString::from(text));
        let volumes: Vec<Volume> = self
            .copies
            .iter()
            .filter_map(|copy| copy.holding.item.issue.as_deref())
            .map(|issue| Volume {
                enumeration: None,
                chronology: None,
                enum_and_chron: some(issue),
            })
            .collect();
        HoldingsAndCirc {
            type_of_record: some(type_of_record),
            nuc_code: some(self.item.agency.as_str()),
            local_location: some(self.branch_name),
            shelving_location: some(&self.shelving_location()),
            call_number: self.item.call_number.as_deref().and_then(some),
            volumes: (!volumes.is_empty()).then_some(volumes),
            circulation_data: Some(self.copies.iter().map(|copy| copy.opac(self.waiting)).collect()),
            ..HoldingsAndCirc::default()
        }
    }
}

impl Copy {
    /// Why it cannot be had, or under what condition; empty where nothing stands in the way.
    pub fn restriction(&self) -> String {
        let item = &self.holding.item;
        let text = |key: &str| lookup(include_str!("../../data/item_states.csv"), key).unwrap_or_default();
        let restriction = item
            .loan_restriction
            .map(|restriction| text(restriction.code()))
            .unwrap_or_default();
        let parts = [text(item.state.code()), restriction];
        let there: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        there.join("; ")
    }

    /// The due day as it is shown.
    pub fn due_text(&self) -> String {
        self.due.map(|due| due.to_string()).unwrap_or_default()
    }

    fn opac(&self, waiting: u32) -> CircRecord {
        let some = |text: &str| (!text.is_empty()).then(|| InternationalString::from(text));
        let item = &self.holding.item;
        let away = item.current_branch != item.placement.branch;
        CircRecord {
            available_now: self.holding.is_available(),
            availability_date: some(&self.due_text()),
            available_thru: None,
            restrictions: some(&self.restriction()),
            item_id: some(item.barcode.as_str()),
            renewable: item.state == ItemState::OnLoan && waiting == 0,
            on_hold: waiting > 0 || item.tied_to.is_some(),
            enum_and_chron: item.issue.as_deref().and_then(some),
            midspine: None,
            temporary_location: away.then(|| item.current_branch.as_str().into()),
        }
    }
}

/// LDR/06 of a holdings record: x single, v multipart, y serial.
fn type_of_record(record: &Record) -> &'static str {
    match (record.brief_view().material, record.level()) {
        (MaterialType::Periodical, _) => "y",
        (_, Level::Volume | Level::Section | Level::Head) => "v",
        _ => "x",
    }
}
