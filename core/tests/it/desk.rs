//! What the desk adds to the rules: resends, PINs, answers from memory.

use crate::counter::{Counter, at, check_in, open};
use skranke_core::circulation::Refusal;
use skranke_core::desk::PinVerdict;
use skranke_core::ids::PatronId;
use skranke_core::memory_store::samples;
use skranke_core::policy::Rule;
use skranke_core::ports::Store;
use skranke_core::secret::{HashKey, NATIONAL_NUMBER_KEY, national_number};
use std::sync::Arc;

#[tokio::test]
async fn a_resend_gets_the_first_answer_and_changes_nothing() {
    let counter = Counter::new().await;
    let first = counter.check_out("p1", None, "i1", 0, &["a", "b"]).await;
    let loan = first.result.as_ref().unwrap().loan.clone();
    let feed = counter.store.feed_head().await.unwrap();
    for (second, key) in [(1, "a"), (30, "b"), (59, "a")] {
        let again = counter.check_out("p1", None, "i1", second, &[key]).await;
        assert_eq!(again.at, at(0));
        let told = again.result.unwrap();
        assert_eq!((told.loan, told.renewed), (loan.clone(), false));
    }
    assert_eq!(counter.store.feed_head().await.unwrap(), feed);
    // After its window it is a command like any other: here, a renewal.
    let later = counter.check_out("p1", None, "i1", 60, &["a"]).await;
    assert_ne!(later.at, at(0));
}

#[tokio::test]
async fn a_resend_over_another_process_gets_the_same_answer() {
    let counter = Counter::new().await;
    let other = Counter {
        store: counter.store.clone(),
        desk: open(&counter.store, samples::library(Vec::new())).await,
        actor: Arc::clone(&counter.actor),
    };
    let first = counter.check_out("p1", None, "i1", 0, &["a"]).await;
    let again = other.check_out("p1", None, "i1", 5, &["a"]).await;
    assert_eq!(first.result.unwrap().loan, again.result.unwrap().loan);
    assert_eq!(again.at, at(0));
}

#[tokio::test]
async fn a_refusal_is_not_remembered() {
    let counter = Counter::new().await;
    counter.check_out("p1", None, "i1", 0, &[]).await.result.unwrap();
    counter.check_out("p2", None, "i1", 1, &["a"]).await.result.unwrap_err();
    counter.check_in("i1", 2).await.result.unwrap();
    counter.check_out("p2", None, "i1", 3, &["a"]).await.result.unwrap();
}

#[tokio::test]
async fn a_change_is_seen_at_once_in_its_process_and_after_the_feed_in_another() {
    let counter = Counter::new().await;
    let other = Counter {
        store: counter.store.clone(),
        desk: open(&counter.store, samples::library(Vec::new())).await,
        actor: Arc::clone(&counter.actor),
    };
    let loans = async |counter: &Counter| {
        let told = counter.patron("p1", None, true, 1).await;
        let item = counter.item("i1", 1).await.unwrap();
        (told.facts.unwrap().loans.len(), item.loan.is_some())
    };
    assert_eq!((loans(&counter).await, loans(&other).await), ((0, false), (0, false)));
    counter.check_out("p1", None, "i1", 0, &[]).await.result.unwrap();
    assert_eq!((loans(&counter).await, loans(&other).await), ((1, true), (0, false)));
    other.desk.follow().await.unwrap();
    assert_eq!(loans(&other).await, (1, true));
    counter.check_in("i1", 1).await.result.unwrap();
    assert_eq!(loans(&counter).await, (0, false));
}

#[tokio::test]
async fn unchanged_facts_are_told_from_memory() {
    let counter = Counter::new().await;
    let first = counter.patron("p1", None, true, 0).await.facts.unwrap();
    counter.check_out("p2", None, "i3", 1, &[]).await.result.unwrap();
    let second = counter.patron("p1", None, false, 2).await.facts.unwrap();
    assert!(Arc::ptr_eq(&first, &second));
    let item = counter.item("i1", 3).await.unwrap();
    assert!(Arc::ptr_eq(&item, &counter.item("i1", 4).await.unwrap()));
}

#[tokio::test]
async fn wrong_and_empty_pins_tell_nothing_personal() {
    let counter = Counter::new().await;
    for pin in ["9999", ""] {
        let told = counter.patron("p1", Some(pin), true, 0).await;
        assert_eq!(told.pin, PinVerdict::Wrong);
        assert!(told.facts.is_none());
        let summary = told.patron.unwrap();
        assert!(summary.name.is_empty() && summary.card.is_none());
        let refused = counter.check_out("p1", Some(pin), "i1", 0, &[]).await;
        assert_eq!(refused.result.unwrap_err().reasons, [Refusal::WrongPin]);
        assert!(refused.patron.unwrap().name.is_empty());
    }
    let told = counter.patron("p1", Some("0001"), true, 60).await;
    assert_eq!(told.pin, PinVerdict::Right);
    assert_eq!(told.patron.unwrap().name, "Patron 1");
}

#[tokio::test]
async fn wrong_pins_lock_here_for_a_growing_time_and_a_right_one_clears_them() {
    let mut counter = Counter::new().await;
    for second in 0..3 {
        assert_eq!(counter.patron("p1", Some("9999"), false, second).await.pin, PinVerdict::Wrong);
    }
    // The third failure was at second 2 and costs one second.
    let until = at(3);
    assert_eq!(counter.patron("p1", Some("0001"), false, 2).await.pin, PinVerdict::Locked { until });
    let refused = counter.check_out("p1", Some("0001"), "i1", 2, &[]).await.result.unwrap_err();
    assert_eq!(refused.reasons, [Refusal::PinLocked { until }]);
    counter.actor = samples::automat("automat2", "main");
    assert_eq!(counter.patron("p1", Some("0001"), false, 2).await.pin, PinVerdict::Right);
    counter.actor = samples::automat("automat1", "main");
    counter.check_out("p1", Some("0001"), "i1", 3, &[]).await.result.unwrap();
    let failures = counter.store.inspect(|state| state.pin_failures.get(&PatronId(1)).cloned());
    assert_eq!(failures, Some(Vec::new()));
}

#[tokio::test]
async fn an_unknown_card_is_answered_like_a_known_one_with_a_wrong_pin() {
    let counter = Counter::new().await;
    for second in [0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8] {
        let known = counter.patron("p1", Some("9999"), false, second).await.pin;
        let unknown = counter.patron("nobody", Some("9999"), false, second).await.pin;
        assert_eq!(known, unknown, "second {second}");
    }
}

#[tokio::test]
async fn one_wrong_pin_on_many_connections_at_once_is_counted_once_or_twice_and_then_locks() {
    let counter = Arc::new(Counter::new().await);
    let tries: Vec<_> = (0..64)
        .map(|_| {
            let counter = Arc::clone(&counter);
            tokio::spawn(async move { counter.patron("p1", Some("9999"), false, 0).await.pin })
        })
        .collect();
    for one in tries {
        assert_ne!(one.await.unwrap(), PinVerdict::Right);
    }
    let failures = counter.store.inspect(|state| state.pin_failures[&PatronId(1)].clone());
    assert!(failures[0].count <= 3, "{failures:?}");
}

#[tokio::test]
async fn a_right_pin_on_many_connections_at_once_is_right() {
    let counter = Arc::new(Counter::new().await);
    let tries: Vec<_> = (0..64)
        .map(|_| {
            let counter = Arc::clone(&counter);
            tokio::spawn(async move { counter.patron("p1", Some("0001"), false, 0).await.pin })
        })
        .collect();
    for one in tries {
        assert_eq!(one.await.unwrap(), PinVerdict::Right);
    }
}

#[tokio::test]
async fn a_pin_that_was_changed_elsewhere_counts_at_once_for_what_changes_something() {
    let counter = Counter::new().await;
    assert_eq!(counter.patron("p1", Some("0001"), false, 0).await.pin, PinVerdict::Right);
    // Another process gives the patron a new PIN, and this one has not seen the feed yet.
    counter.store.seed(|state| {
        let mut patron = samples::patron(1);
        patron.pin = samples::cheap_pin("7777");
        state.put_patron(patron);
    });
    let old = counter.check_out("p1", Some("0001"), "i1", 1, &[]).await;
    assert_eq!(old.result.unwrap_err().reasons, [Refusal::WrongPin]);
    counter.check_out("p1", Some("7777"), "i1", 2, &[]).await.result.unwrap();
}

#[tokio::test]
async fn a_national_number_is_as_good_as_a_card() {
    let counter = Counter::new().await;
    let secret = counter.store.shared_secret(NATIONAL_NUMBER_KEY).await.unwrap();
    counter.store.seed(|state| {
        let mut patron = samples::patron(1);
        patron.national_number = national_number("123199-0001", &HashKey(secret));
        state.put_patron(patron);
    });
    counter.check_out("1231990001", Some("0001"), "i1", 0, &[]).await.result.unwrap();
    let told = counter.patron("123199-0001", Some("0001"), true, 1).await;
    assert_eq!(told.facts.unwrap().loans.len(), 1);
    assert!(counter.patron("1231990002", None, true, 1).await.patron.is_none());
}

#[tokio::test]
async fn new_settings_hold_from_the_next_command_on() {
    let counter = Counter::new().await;
    let closed = Rule {
        loanable: false,
        ..Rule::default()
    };
    counter.desk.set_library(samples::library(vec![closed]));
    let refused = counter.check_out("p1", None, "i1", 0, &[]).await.result.unwrap_err();
    assert_eq!(refused.reasons, [Refusal::NotForLoan]);
    counter.desk.set_library(samples::library(Vec::new()));
    counter.check_out("p1", None, "i1", 0, &[]).await.result.unwrap();
}

#[tokio::test]
async fn numbers_are_given_once_over_all_processes() {
    let counter = Counter::new().await;
    let other = Counter {
        store: counter.store.clone(),
        desk: open(&counter.store, samples::library(Vec::new())).await,
        actor: Arc::clone(&counter.actor),
    };
    let mut ids = std::collections::BTreeSet::new();
    for n in 1..=20 {
        let desk = if n % 2 == 0 { &counter } else { &other };
        let lent = desk.check_out("p1", None, &format!("i{n}"), n, &[]).await.result.unwrap();
        assert!(ids.insert(lent.loan.id));
    }
}

#[tokio::test]
async fn a_check_in_needs_no_patron_and_its_repeat_is_harmless() {
    let counter = Counter::new().await;
    counter.check_out("p1", None, "i3", 0, &[]).await.result.unwrap();
    for second in 1..3 {
        counter.check_in("i3", second).await.result.unwrap();
    }
    counter.ask(check_in("nothing"), 3, &[]).await;
    assert_eq!(counter.store.inspect(|state| state.open_loans.len()), 0);
}

#[tokio::test]
async fn an_empty_pin_is_wrong_but_no_guess() {
    let counter = Counter::new().await;
    for _ in 0..200 {
        assert_eq!(counter.patron("p1", Some(""), false, 0).await.pin, PinVerdict::Wrong);
    }
    assert_eq!(counter.patron("p1", Some("0001"), false, 0).await.pin, PinVerdict::Right);
    assert_eq!(counter.store.feed_head().await.unwrap(), 0);
}
