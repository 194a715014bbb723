//! The queue, against a plain reading of its rules.

use super::world::World;
use proptest::prelude::*;
use skranke_core::circulation::trap;
use skranke_core::hold::{Hold, HoldScope, HoldState};
use skranke_core::ids::{BibId, HoldId, ItemId, PatronId};
use skranke_core::memory_store::{load, samples};
use skranke_core::ports::{ItemRef, Need};
use skranke_core::time::{Date, Timestamp};

/// Day `n` of the year.
fn day(n: i64) -> Date {
    let first: Date = "2026-01-01".parse().unwrap();
    first.saturating_add(jiff::Span::new().days(n))
}

prop_compose! {
    fn holds()(
        placed in 0_i64..5,
        activates in prop::option::of(0_i64..20),
        expires in prop::option::of(0_i64..20),
        pause in prop::option::of((0_i64..20, 0_i64..20)),
        scope in prop::sample::select(vec![HoldScope::AnyCopy, HoldScope::Copy(ItemId(1)), HoldScope::Copy(ItemId(2)),
            HoldScope::BranchCopy("main".into()), HoldScope::BranchCopy("north".into())]),
    ) -> Hold {
        Hold {
            id: HoldId(0),
            patron: PatronId(1),
            agency: samples::agency_id(),
            bib: BibId(1),
            scope,
            parallel: None,
            placed: Timestamp::from_second(placed).unwrap(),
            activates: activates.map(day),
            expires: expires.map(day),
            pickup: "main".into(),
            pause: pause.map(|(from, to)| (day(from), day(to))),
            state: HoldState::Waiting,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_first_whose_turn_it_is(queue in prop::collection::vec(holds(), 0..8), today in 0_i64..20) {
        let mut world = World::new();
        for (n, hold) in (1..).zip(queue) {
            world.state.holds.insert(HoldId(n), Hold { id: HoldId(n), ..hold });
        }
        let need = Need { item: vec![ItemRef::Id(ItemId(1))], ..Need::default() };
        let facts = load::facts(&world.state, &need);
        let next = trap::next(facts.item.as_ref().unwrap(), day(today)).map(|(hold, _)| hold.id);

        let today = day(today);
        let mut in_turn: Vec<&Hold> = world.state.holds.values().collect();
        in_turn.retain(|h| h.activates.is_none_or(|from| today >= from));
        in_turn.retain(|h| h.expires.is_none_or(|last| today <= last));
        in_turn.retain(|h| !h.pause.is_some_and(|(from, to)| from <= today && today <= to));
        in_turn.retain(|h| h.scope != HoldScope::Copy(ItemId(2)) && h.scope != HoldScope::BranchCopy("north".into()));
        in_turn.sort_by_key(|h| (h.placed, h.id));
        prop_assert_eq!(next, in_turn.first().map(|h| h.id));
    }
}
