//! Random days at the counter. After every step the store's invariants hold (see `World::perform`), and what was just done and
//! undone has left no trace.

use super::world::World;
use proptest::prelude::*;
use skranke_core::account::Fee;
use skranke_core::circulation::hold::change::Wanted;
use skranke_core::desk::command::{Happened, What};
use skranke_core::hold::{Hold, HoldState};
use skranke_core::item::Item;
use skranke_core::loan::Loan;
use skranke_core::money::{Currency, Money};

/// One thing that is done. Patrons, items and titles are numbers that are taken modulo what there is.
#[derive(Debug, Clone)]
enum Step {
    Borrow {
        patron: u8,
        item: u8,
        undo: bool,
    },
    BorrowOffLine {
        patron: u8,
        item: u8,
        hours_ago: i64,
    },
    Return {
        item: u8,
        undo: bool,
    },
    ReturnOffLine {
        item: u8,
        hours_ago: i64,
    },
    Renew {
        patron: u8,
        item: u8,
    },
    RenewAll {
        patron: u8,
    },
    Reserve {
        patron: u8,
        titles: Vec<u8>,
        parallel: bool,
        pickup: u8,
    },
    Cancel {
        patron: u8,
        title: u8,
    },
    Move {
        patron: u8,
        title: u8,
        pickup: u8,
    },
    Pay {
        patron: u8,
        minor: i64,
    },
    Undo {
        patron: u8,
        item: u8,
        loan: bool,
    },
    Wait {
        hours: i64,
    },
    Terminal {
        branch: u8,
        ties: bool,
    },
}

fn steps() -> impl Strategy<Value = Step> {
    let n = any::<u8>;
    prop_oneof![
        6 => (n(), n(), any::<bool>()).prop_map(|(patron, item, undo)| Step::Borrow { patron, item, undo }),
        1 => (n(), n(), 0..100_i64).prop_map(|(patron, item, hours_ago)| Step::BorrowOffLine { patron, item, hours_ago }),
        6 => (n(), any::<bool>()).prop_map(|(item, undo)| Step::Return { item, undo }),
        1 => (n(), 0..100_i64).prop_map(|(item, hours_ago)| Step::ReturnOffLine { item, hours_ago }),
        1 => (n(), n()).prop_map(|(patron, item)| Step::Renew { patron, item }),
        1 => n().prop_map(|patron| Step::RenewAll { patron }),
        4 => (n(), prop::collection::vec(n(), 1..3), any::<bool>(), n())
            .prop_map(|(patron, titles, parallel, pickup)| Step::Reserve { patron, titles, parallel, pickup }),
        1 => (n(), n()).prop_map(|(patron, title)| Step::Cancel { patron, title }),
        1 => (n(), n(), n()).prop_map(|(patron, title, pickup)| Step::Move { patron, title, pickup }),
        2 => (n(), 1..6000_i64).prop_map(|(patron, minor)| Step::Pay { patron, minor }),
        1 => (n(), n(), any::<bool>()).prop_map(|(patron, item, loan)| Step::Undo { patron, item, loan }),
        3 => (0..400_i64).prop_map(|hours| Step::Wait { hours }),
        3 => (n(), any::<bool>()).prop_map(|(branch, ties)| Step::Terminal { branch, ties }),
    ]
}

/// All that patrons and staff could notice, but for the number on the hold shelf, which may be given anew.
type Trace = (Vec<Item>, Vec<Loan>, Vec<Loan>, Vec<Hold>, Vec<Fee>);

fn trace(world: &World) -> Trace {
    let mut holds: Vec<Hold> = world.state.holds.values().cloned().collect();
    for hold in &mut holds {
        if let HoldState::Ready { pickup_number, .. } = &mut hold.state {
            *pickup_number = 0;
        }
    }
    (
        world.state.items.values().cloned().collect(),
        world.state.open_loans.values().cloned().collect(),
        world.state.closed_loans.values().cloned().collect(),
        holds,
        world.state.fees.values().cloned().collect(),
    )
}

fn take(world: &mut World, step: &Step) {
    let card = |n: &u8| format!("p{}", n % 4 + 1);
    let barcode = |n: &u8| format!("i{}", n % 6 + 1);
    let title = |n: &u8| What {
        title: Some((n % 3 + 1).to_string().as_str().into()),
        ..What::default()
    };
    let branch = |n: &u8| ["main", "north", "south"][usize::from(n % 3)];
    match step {
        Step::Borrow { patron, item, undo } => {
            let before = trace(world);
            let answer = world.check_out(&card(patron), &barcode(item), |command| command.fee_acknowledged = true);
            if *undo && answer.result.is_ok() {
                world.undo_check_out(&barcode(item)).result.unwrap();
                assert_eq!(before, trace(world));
            }
        }
        Step::Return { item, undo } => {
            let before = trace(world);
            let answer = world.check_in(&barcode(item), |_| {});
            if *undo && let Some((borrower, _)) = answer.result.unwrap().borrower {
                let paid = before.4.clone();
                let after = world.undo_check_in(&barcode(item), borrower.reveal());
                assert!(after.result.is_ok(), "{after:?}");
                let now = trace(world);
                assert_eq!((&before.0, &before.1, &before.2, &before.3), (&now.0, &now.1, &now.2, &now.3));
                // a fee that the return had joined and that was paid in part stays as it was, too: nothing was paid in between
                assert_eq!(paid, now.4);
            }
        }
        Step::BorrowOffLine { patron, item, hours_ago } => {
            let at = world.now - jiff::SignedDuration::from_hours(*hours_ago);
            let tell = |world: &mut World| {
                world.check_out(&card(patron), &barcode(item), |command| {
                    command.already_happened = Some(Happened { at, due: None });
                })
            };
            assert!(tell(world).result.is_ok());
            let once = trace(world);
            assert!(tell(world).result.unwrap().repeated);
            assert_eq!(once, trace(world));
        }
        Step::ReturnOffLine { item, hours_ago } => {
            let at = world.now - jiff::SignedDuration::from_hours(*hours_ago);
            let answer = world.check_in(&barcode(item), |command| {
                command.already_happened = true;
                command.returned = Some(at);
            });
            assert!(answer.result.is_ok());
        }
        Step::Renew { patron, item } => {
            let what = What {
                item: Some(barcode(item).as_str().into()),
                ..What::default()
            };
            world.renew(&card(patron), what, |command| command.fee_acknowledged = true);
        }
        Step::RenewAll { patron } => {
            world.renew_all(&card(patron), true);
        }
        Step::Reserve {
            patron,
            titles,
            parallel,
            pickup,
        } => {
            world.place_hold(&card(patron), titles.iter().map(title).collect(), |command| {
                command.parallel = *parallel;
                command.pickup = Some(branch(pickup).into());
            });
        }
        Step::Cancel { patron, title: n } => {
            world.cancel_hold(&card(patron), title(n));
        }
        Step::Move { patron, title: n, pickup } => {
            let wanted = Wanted {
                pickup: Some(branch(pickup).into()),
                ..Wanted::default()
            };
            world.change_hold(&card(patron), title(n), wanted);
        }
        Step::Pay { patron, minor } => {
            world.pay(&card(patron), |command| command.amount = Some(Money::new(*minor, Currency::DKK)));
        }
        Step::Undo { patron, item, loan } => {
            if *loan {
                world.undo_check_out(&barcode(item));
            } else {
                world.undo_check_in(&barcode(item), &card(patron));
            }
        }
        Step::Wait { hours } => world.now += jiff::SignedDuration::from_hours(*hours),
        Step::Terminal { branch: n, ties } => {
            world.actor = skranke_core::memory_store::samples::automat(branch(n), branch(n));
            world.powers().fulfil_holds = *ties;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_happens_the_books_are_right(steps in prop::collection::vec(steps(), 1..80)) {
        let mut world = World::new();
        let json = r#"{"loan_days": 7, "fine_steps": [[1, 1000], [8, 3000]], "fine_group": "due_date", "loan_fee": 100, "hold_shelf_days": 3}"#;
        world.library.rules = vec![serde_json::from_str(json).unwrap()];
        world.state.patrons.values_mut().next().unwrap().keep_history = true;
        for step in &steps {
            take(&mut world, step);
            let backwards = world.state.closed_loans.values().find(|loan| loan.closed < Some(loan.made));
            prop_assert!(backwards.is_none(), "{backwards:?} ended before it began");
        }
    }
}
