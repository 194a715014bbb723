//! Wrong PINs lock: with a growing delay for each card at each terminal, and for a card everywhere only once many terminals
//! failed, so that a prankster at one automat cannot lock his neighbour out of the whole library (SIP2 digest, section 14).

use crate::patron::PinFailures;
use crate::secret::{HashKey, Pin};
use crate::time::Timestamp;
use jiff::SignedDuration;
use moka::sync::Cache;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Wrong PINs of one card at one terminal that cost nothing yet.
const FREE_FAILURES: u32 = 2;
/// The delay never grows beyond this.
const LONGEST_DELAY: SignedDuration = SignedDuration::from_mins(15);
/// A failure this old is forgotten.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// So many different terminals lock the card everywhere …
const TERMINALS_THAT_LOCK: usize = 8;
/// … where their last failures lie within this time.
const TERMINALS_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// Wrong PINs of all cards together that one terminal may send within [`TERMINAL_WINDOW`].
const TERMINAL_FAILURES: u32 = 100;
/// See [`TERMINAL_FAILURES`].
const TERMINAL_WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// Unknown cards whose failures are kept in memory at most.
const UNKNOWN_CARDS: u64 = 50_000;

/// Until when a PIN for this card is not looked at when it comes from `terminal`; `None` where it is looked at now.
///
/// `pending` are other PINs tried with the same card at the same terminal that are being looked at: they count as failed, so
/// that many tries at once gain nothing over one after the other.
pub fn locked_until(failures: &[PinFailures], terminal: &str, pending: u32, now: Timestamp) -> Option<Timestamp> {
    let here = failures.iter().find(|f| f.terminal == terminal && is_fresh(f, now));
    let (count, last) = here.map_or((pending, now), |f| {
        let last = if pending > 0 { now } else { f.last };
        (f.count.saturating_add(pending), last)
    });
    let at_terminal = (count > FREE_FAILURES).then(|| later(last, delay(count)));
    let everywhere = locked_everywhere_until(failures, now);
    at_terminal.max(everywhere).filter(|until| *until > now)
}

/// The failures of this card at this terminal, one more than before.
pub fn one_more(failures: &[PinFailures], terminal: &str, now: Timestamp) -> PinFailures {
    let before = failures.iter().find(|f| f.terminal == terminal && is_fresh(f, now));
    PinFailures {
        terminal: terminal.to_owned(),
        count: before.map_or(0, |f| f.count).saturating_add(1),
        last: now,
    }
}

/// 1, 2, 4 … seconds from the third failure on.
fn delay(count: u32) -> SignedDuration {
    let doublings = count.saturating_sub(FREE_FAILURES + 1).min(20);
    SignedDuration::from_secs(1 << doublings).min(LONGEST_DELAY)
}

fn is_fresh(failures: &PinFailures, now: Timestamp) -> bool {
    now.duration_since(failures.last) < FORGOTTEN_AFTER
}

fn later(from: Timestamp, by: SignedDuration) -> Timestamp {
    from.saturating_add(by).unwrap_or(Timestamp::MAX)
}

fn locked_everywhere_until(failures: &[PinFailures], now: Timestamp) -> Option<Timestamp> {
    let mut recent: Vec<Timestamp> = failures
        .iter()
        .filter(|f| now.duration_since(f.last) < TERMINALS_WITHIN)
        .map(|f| f.last)
        .collect();
    recent.sort_unstable_by(|a, b| b.cmp(a));
    // Once the eighth newest of them is an hour old, seven are left.
    let decisive = recent.get(TERMINALS_THAT_LOCK - 1)?;
    Some(later(*decisive, TERMINALS_WITHIN))
}

/// The PINs being looked at, as hashes, for each card at a terminal.
type Pending = HashMap<[u8; 32], Vec<[u8; 32]>>;

/// What a process keeps in memory against guessing: tries under way, failures of cards that nobody has, failures by terminal.
#[derive(Debug)]
pub struct Guesses {
    key: HashKey,
    pending: Arc<Mutex<Pending>>,
    unknown: Cache<[u8; 32], Arc<Vec<PinFailures>>>,
    terminals: Mutex<HashMap<String, (Timestamp, u32)>>,
}

impl Guesses {
    /// None yet. Cards are kept as hashes under `key`.
    pub fn new(key: HashKey) -> Self {
        Self {
            key,
            pending: Arc::default(),
            unknown: Cache::new(UNKNOWN_CARDS),
            terminals: Mutex::default(),
        }
    }

    /// A try begins: how many other PINs are being tried with the same card at the same terminal, until it is dropped.
    /// The same PIN sent on many connections at once is one guess.
    pub fn begin(&self, terminal: &str, card: &str, pin: &Pin) -> Try {
        let place = self.key.digest(&[b"try", terminal.as_bytes(), card.as_bytes()]);
        let guess = self.key.digest(&[b"guess", pin.reveal().as_bytes()]);
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let guesses = pending.entry(place).or_default();
        let mut others: Vec<_> = guesses.iter().filter(|other| **other != guess).collect();
        others.sort_unstable();
        others.dedup();
        let others = u32::try_from(others.len()).unwrap_or(u32::MAX);
        guesses.push(guess);
        drop(pending);
        Try {
            others,
            place,
            guess,
            pending: Arc::clone(&self.pending),
        }
    }

    /// Failures of a card that nobody has: so that it answers like one that somebody has.
    pub fn of_unknown(&self, card: &str) -> Arc<Vec<PinFailures>> {
        self.unknown.get(&self.unknown_id(card)).unwrap_or_default()
    }

    /// One more failure of a card that nobody has.
    pub fn unknown_failed(&self, card: &str, terminal: &str, now: Timestamp) {
        let id = self.unknown_id(card);
        let mut failures = self.unknown.get(&id).map(|known| known.to_vec()).unwrap_or_default();
        let more = one_more(&failures, terminal, now);
        failures.retain(|f| f.terminal != terminal && is_fresh(f, now));
        // More than what locks the card everywhere adds nothing.
        failures.truncate(TERMINALS_THAT_LOCK);
        failures.push(more);
        self.unknown.insert(id, Arc::new(failures));
    }

    /// Until when this terminal may send no PIN at all, since it sent too many wrong ones of whatever cards.
    pub fn terminal_locked_until(&self, terminal: &str, now: Timestamp) -> Option<Timestamp> {
        let terminals = self.terminals.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, count) = terminals.get(terminal)?;
        let until = later(*since, TERMINAL_WINDOW);
        (*count >= TERMINAL_FAILURES && until > now).then_some(until)
    }

    /// One more failure at this terminal, of whatever card.
    pub fn terminal_failed(&self, terminal: &str, now: Timestamp) {
        let mut terminals = self.terminals.lock().unwrap_or_else(PoisonError::into_inner);
        let window = terminals.entry(terminal.to_owned()).or_insert((now, 0));
        if later(window.0, TERMINAL_WINDOW) <= now {
            *window = (now, 0);
        }
        window.1 = window.1.saturating_add(1);
    }

    fn unknown_id(&self, card: &str) -> [u8; 32] {
        self.key.digest(&[b"unknown", card.as_bytes()])
    }
}

/// A try under way.
#[derive(Debug)]
pub struct Try {
    /// How many other PINs were being tried when it began.
    pub others: u32,
    place: [u8; 32],
    guess: [u8; 32],
    pending: Arc<Mutex<Pending>>,
}

impl Drop for Try {
    fn drop(&mut self) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guesses) = pending.get_mut(&self.place) {
            if let Some(index) = guesses.iter().position(|guess| *guess == self.guess) {
                guesses.swap_remove(index);
            }
            if guesses.is_empty() {
                pending.remove(&self.place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn failures(terminal: &str, count: u32, last: i64) -> PinFailures {
        PinFailures {
            terminal: terminal.to_owned(),
            count,
            last: at(last),
        }
    }

    #[test]
    fn the_delay_at_a_terminal_grows_from_the_third_failure() {
        let wait = |count| locked_until(&[failures("a", count, 0)], "a", 0, at(0)).map(|until| until.duration_since(at(0)).as_secs());
        let waits: Vec<_> = [0, 1, 2, 3, 4, 5, 12, 13, 1000].map(wait).to_vec();
        assert_eq!(
            waits,
            [None, None, None, Some(1), Some(2), Some(4), Some(512), Some(900), Some(900)]
        );
        assert_eq!(locked_until(&[failures("a", 3, 0)], "a", 0, at(1)), None);
    }

    #[test]
    fn failures_at_another_terminal_do_not_delay() {
        assert_eq!(locked_until(&[failures("a", 50, 0)], "b", 0, at(0)), None);
    }

    #[test]
    fn many_terminals_lock_the_card_everywhere_for_the_rest_of_the_hour() {
        let seven: Vec<_> = (0..7).map(|n| failures(&format!("t{n}"), 1, n)).collect();
        assert_eq!(locked_until(&seven, "home", 0, at(10)), None);
        let mut eight = seven;
        eight.push(failures("t7", 1, 7));
        assert_eq!(locked_until(&eight, "home", 0, at(10)), Some(at(3600)));
        assert_eq!(locked_until(&eight, "home", 0, at(3600)), None);
    }

    #[test]
    fn tries_under_way_count_as_failed() {
        assert_eq!(locked_until(&[], "a", 2, at(0)), None);
        assert_eq!(locked_until(&[], "a", 3, at(0)), Some(at(1)));
        let guesses = Guesses::new(HashKey([1; 32]));
        let begin = |card, pin| guesses.begin("a", card, &Pin::new(pin));
        let tries = [
            begin("1", "1111"),
            begin("1", "2222"),
            begin("1", "2222"),
            begin("1", "3333"),
            begin("2", "1111"),
        ];
        assert_eq!(tries.each_ref().map(|t| t.others), [0, 1, 1, 2, 0]);
        drop(tries);
        assert!(guesses.pending.lock().unwrap().is_empty());
    }

    #[test]
    fn an_old_failure_is_forgotten() {
        let old = [failures("a", 9, 0)];
        assert_eq!(one_more(&old, "a", at(5)).count, 10);
        assert_eq!(one_more(&old, "a", at(24 * 3600)).count, 1);
    }

    #[test]
    fn an_unknown_card_fails_like_a_known_one() {
        let guesses = Guesses::new(HashKey([1; 32]));
        let mut known = Vec::new();
        for n in 0..20 {
            assert_eq!(
                locked_until(&known, "a", 0, at(n)),
                locked_until(&guesses.of_unknown("x"), "a", 0, at(n))
            );
            let more = one_more(&known, "a", at(n));
            known = vec![more];
            guesses.unknown_failed("x", "a", at(n));
        }
    }

    #[test]
    fn a_terminal_that_guesses_at_many_cards_must_wait() {
        let guesses = Guesses::new(HashKey([1; 32]));
        for n in 0..i64::from(TERMINAL_FAILURES) {
            assert_eq!(guesses.terminal_locked_until("a", at(n / 10)), None);
            guesses.terminal_failed("a", at(n / 10));
        }
        assert_eq!(guesses.terminal_locked_until("a", at(11)), Some(at(60)));
        assert_eq!(guesses.terminal_locked_until("b", at(11)), None);
        assert_eq!(guesses.terminal_locked_until("a", at(60)), None);
    }
}
