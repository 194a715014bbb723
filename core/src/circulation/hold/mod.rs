//! Holds: placing, giving up, changing.

pub mod cancel;
pub mod change;
pub mod expire;
pub mod place;

use super::Context;
use crate::desk::command::{Actor, What};
use crate::desk::reply::HoldDone;
use crate::hold::Hold;
use crate::ids::BranchId;
use crate::ports::{BibFacts, BibRef, HoldLine, ItemRef, PatronFacts};

/// How the record is found that `what` speaks of: by its copy, else by its number. None where nothing is named.
fn bib_ref(what: &What, actor: &Actor) -> Option<BibRef> {
    let owner = || what.owner.clone().unwrap_or_else(|| actor.agency.clone());
    if let Some(barcode) = &what.item {
        return Some(BibRef::OfItem(ItemRef::Barcode(owner(), barcode.clone())));
    }
    let number = what.title.as_ref()?;
    Some(BibRef::Number(owner(), number.clone()))
}

/// The patron's hold that `what` speaks of: on this copy or tied to it, else on its title by number or as shown.
fn find<'a>(what: &What, patron: &'a PatronFacts) -> Option<&'a HoldLine> {
    let by_item = what
        .item
        .as_ref()
        .and_then(|barcode| patron.holds.iter().find(|line| line.barcode.as_ref() == Some(barcode)));
    let by_title = || {
        let text = what.title.as_ref()?.as_str().trim();
        patron
            .holds
            .iter()
            .find(|line| line.control_number.as_str() == text || line.title.to_lowercase() == text.to_lowercase())
    };
    by_item.or_else(by_title)
}

/// Whether a hold may be picked up at `branch`: it is configured, or an item, the patron or the terminal names it.
fn is_pickup(branch: &BranchId, exists: bool, bib: Option<&BibFacts>, patron: &PatronFacts, context: &Context) -> bool {
    let agency = context.library.agency(&patron.patron.agency);
    exists
        || agency.branches.contains_key(branch)
        || *branch == context.actor.branch
        || patron.patron.branch.as_ref() == Some(branch)
        || bib.is_some_and(|bib| {
            bib.copies
                .iter()
                .any(|c| c.agency == patron.patron.agency && c.placement.branch == *branch)
        })
}

/// What is told of a hold that stands or has gone.
fn told(line: &HoldLine, hold: Hold) -> HoldDone {
    HoldDone {
        hold,
        position: line.position,
        available: false,
        control_number: line.control_number.clone(),
        title: line.title.clone(),
        count: 1,
    }
}
