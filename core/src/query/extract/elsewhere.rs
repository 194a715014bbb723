//! What a record is found by and does not say in a field: its name, its place in a work, its copies.

use super::super::map::Virtual;
use super::super::value::record_number;
use super::{Extractor, Scope, Sink, Source};
use crate::agency::AgencyId;
use crate::bib::{Level, MaterialType};
use crate::item::{Item, ItemState};

impl Extractor {
    /// What does not stand in a field.
    pub(super) fn elsewhere(&mut self, scope: Scope<'_>, source: Source<'_>, sink: &mut impl Sink) {
        let record = source.record;
        for (from, row) in scope.map.virtual_rows() {
            let Some(index) = scope.map.index(row.index).filter(|_| scope.admits(row.index)) else {
                continue;
            };
            let mut put = |text: &str, sink: &mut _| self.one_value(index, row.order, text, 0, sink);
            match from {
                Virtual::ControlNumber => {
                    let number = record_number(source.control_number.as_str());
                    let agency = source.agency.as_str().to_ascii_lowercase();
                    sink.value(index.id, &number, source.control_number.as_str());
                    sink.value(index.id, &format!("{agency}:{number}"), source.control_number.as_str());
                    self.key(index, row.order, 0, || number.clone());
                }
                Virtual::Agency => put(source.agency.as_str(), sink),
                Virtual::Parent => {
                    if let Some(link) = record.parent() {
                        let number = record_number(link.control_number);
                        let agency = link.agency.map_or_else(|| source.agency.clone(), AgencyId::parse);
                        sink.value(index.id, &number, link.control_number);
                        sink.value(
                            index.id,
                            &format!("{}:{number}", agency.as_str().to_ascii_lowercase()),
                            link.control_number,
                        );
                    }
                }
                Virtual::Material => {
                    let all = std::iter::once(&record).chain(source.above);
                    let known = all
                        .map(|record| record.material())
                        .find(|material| *material != MaterialType::Other);
                    put(known.unwrap_or_default().as_str(), sink);
                }
                Virtual::Level => put(level_name(record.level()), sink),
                Virtual::Changed => {
                    if let Some((day, _)) = record.last_changed().and_then(|text| text.split_at_checked(8)) {
                        put(day, sink);
                    }
                }
                _ => {
                    for item in source.items.iter().filter(|item| item.state != ItemState::Withdrawn) {
                        if let Some(text) = of_item(*from, item) {
                            put(text, sink);
                        }
                    }
                }
            }
        }
    }
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Single => "single",
        Level::Head => "head",
        Level::Section => "section",
        Level::Volume => "volume",
        Level::Analytic => "analytic",
    }
}

fn of_item(from: Virtual, item: &Item) -> Option<&str> {
    let placement = &item.placement;
    match from {
        Virtual::Owner => Some(item.agency.as_str()),
        Virtual::Barcode => Some(item.barcode.as_str()),
        Virtual::Branch => Some(placement.branch.as_str()),
        Virtual::Department => placement.department.as_deref(),
        Virtual::Location => placement.location.as_deref(),
        Virtual::Sublocation => placement.sublocation.as_deref(),
        Virtual::Section => placement.section.as_deref(),
        Virtual::CallNumber => item.call_number.as_deref(),
        Virtual::MaterialGroup => Some(item.material_group.as_str()),
        Virtual::Restriction => item.loan_restriction.map(crate::item::LoanRestriction::code),
        Virtual::Issue => item.issue.as_deref(),
        Virtual::ControlNumber | Virtual::Agency | Virtual::Parent | Virtual::Material | Virtual::Level | Virtual::Changed => None,
    }
}
