//! What must hold after each step, beyond what the store itself refuses.

use super::dice::Dice;
use super::requests::patron_id;
use super::world::{RECORDS, World};
use skranke_core::desk::{Command, Desk, Reply, Request, Who};
use skranke_core::hold::{HoldScope, HoldState};
use skranke_core::ids::{CardNumber, FeeId, ItemId, LoanId};
use skranke_core::memory_store::{MemoryStore, State, load};
use skranke_core::ports::{ItemFacts, ItemRef, Need, PatronFacts, PatronRef, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub async fn all(dice: &mut Dice, world: &World) -> Result<(), String> {
    world.store.inspect(queues)?;
    world.store.inspect(ledger)?;
    world.store.inspect(people_and_loans)?;
    informed_as_stored(dice, world).await
}

/// The waiting holds of a record stand at 1, 2, 3 …, nobody waits twice for one title.
fn queues(state: &State) -> Result<(), String> {
    for bib in state.titles.keys() {
        let waiting = state
            .holds
            .values()
            .filter(|hold| hold.bib == *bib && hold.state == HoldState::Waiting);
        let places: BTreeSet<u32> = waiting.clone().map(|hold| load::position(state, hold)).collect();
        let expected: BTreeSet<u32> = (1..=u32::try_from(waiting.count()).unwrap()).collect();
        if places != expected {
            return Err(format!("the queue of {bib} has the places {places:?}"));
        }
        let mut seen = BTreeSet::new();
        for hold in state.holds.values().filter(|hold| hold.bib == *bib) {
            let issue = match &hold.scope {
                HoldScope::Issue(issue) => issue.as_str(),
                _ => "",
            };
            if !seen.insert((hold.patron, issue)) {
                return Err(format!("patron {} waits twice for {bib}", hold.patron));
            }
        }
    }
    Ok(())
}

/// The ledger alone gives the balances.
fn ledger(state: &State) -> Result<(), String> {
    let mut sums: BTreeMap<FeeId, i64> = BTreeMap::new();
    for line in &state.ledger {
        *sums.entry(line.fee).or_default() += line.amount.minor;
    }
    if sums != state.balances {
        return Err(format!("the ledger says {sums:?}, the balances {:?}", state.balances));
    }
    Ok(())
}

/// A returned loan names nobody once nothing is owed for it, unless he wants to keep his history.
fn people_and_loans(state: &State) -> Result<(), String> {
    let unsettled: BTreeSet<LoanId> = state
        .fees
        .values()
        .filter(|fee| fee.owed() > 0)
        .flat_map(|fee| fee.loans.iter().copied())
        .collect();
    for loan in state.closed_loans.values() {
        let Some(patron) = loan.patron.and_then(|id| state.patrons.get(&id)) else {
            continue;
        };
        if !patron.keep_history && !unsettled.contains(&loan.id) {
            return Err(format!("loan {} still names its borrower", loan.id));
        }
    }
    Ok(())
}

/// What a desk tells from memory is what the store holds: at the desk of the last commit at once, at the other after its feed.
async fn informed_as_stored(dice: &mut Dice, world: &World) -> Result<(), String> {
    let patron = patron_id(dice, world);
    let item = ItemId(1 + i64::try_from(dice.below(2 * u64::try_from(RECORDS).unwrap())).unwrap());
    let need = Need {
        at: world.time(),
        patron: vec![PatronRef::Id(patron)],
        patron_lists: true,
        item: vec![ItemRef::Id(item)],
        ..Need::default()
    };
    let stored = world.store.look(need).await.map_err(|fault| fault.to_string())?;
    let stored = (
        stored.patron.map(|facts| told_of_patron(&facts)),
        stored.item.map(|facts| told_of_item(&facts)),
    );
    for desk in &world.desks {
        desk.follow().await.map_err(|fault| fault.to_string())?;
        let told = (patron_told(desk, world, patron.0).await?, item_told(desk, world, item.0).await?);
        if told != stored {
            return Err(format!("told {told:#?}\nstored {stored:#?}"));
        }
    }
    Ok(())
}

async fn told(desk: &Desk<MemoryStore>, world: &World, command: Command) -> Result<Reply, String> {
    let request = Request {
        actor: Arc::clone(&world.actors[0]),
        command,
        at: world.time(),
        resend: Vec::new(),
    };
    desk.perform(request).await.map_err(|fault| fault.to_string())
}

async fn patron_told(desk: &Desk<MemoryStore>, world: &World, id: i64) -> Result<Option<String>, String> {
    let who = Who {
        card: CardNumber::new(format!("p{id}")),
        pin: None,
    };
    match told(desk, world, Command::PatronInformation { who, lists: true }).await? {
        Reply::Patron(reply) => Ok(reply.facts.map(|facts| told_of_patron(&facts))),
        other => Err(format!("{other:?}")),
    }
}

async fn item_told(desk: &Desk<MemoryStore>, world: &World, id: i64) -> Result<Option<String>, String> {
    let command = Command::ItemInformation {
        item: format!("i{id}").as_str().into(),
        owner: None,
    };
    match told(desk, world, command).await? {
        Reply::Item(facts) => Ok(facts.map(|facts| told_of_item(&facts))),
        other => Err(format!("{other:?}")),
    }
}

fn told_of_patron(facts: &PatronFacts) -> String {
    format!(
        "{:?} {:?} {:?} {:?} {:?}",
        facts.totals, facts.patron.blocks, facts.loans, facts.holds, facts.fees
    )
}

fn told_of_item(facts: &ItemFacts) -> String {
    let queue: Vec<_> = facts.queue.iter().map(|(hold, _)| hold).collect();
    let tied = facts.tied.as_ref().map(|(hold, _)| hold);
    format!("{:?} {:?} {tied:?} {queue:#?}", facts.item, facts.loan)
}

/// So many PINs have failed.
pub fn pin_failures(world: &World) -> u32 {
    let rows = |state: &State| state.pin_failures.values().flatten().map(|failures| failures.count).sum();
    world.store.inspect(rows)
}

/// A reply in one line.
pub fn short(reply: &Reply) -> String {
    format!("{reply:?}").chars().take(400).collect()
}
