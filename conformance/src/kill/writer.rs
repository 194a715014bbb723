//! A terminal that lends and returns until it is told to stop or its server dies.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use super::journal::Journal;
use crate::{
    random::Random,
    sip2::{
        subject::Subject,
        wire::{Charset, Heard, Trailer, line::PATIENCE},
    },
};

/// An operation on an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Check-out.
    Lend,
    /// Check-in.
    Return,
}

/// A message that got no answer.
#[derive(Debug, Clone)]
pub struct Unanswered {
    /// What it asked for.
    pub operation: Operation,
    /// Of which item.
    pub item: String,
    /// The very bytes.
    pub bytes: Vec<u8>,
}

/// Items that all writers want. Who holds one says so here, from the acknowledgement until before the return is sent.
#[derive(Debug)]
pub struct Contested {
    items: Vec<(String, AtomicUsize)>,
}

const NOBODY: usize = usize::MAX;

impl Contested {
    /// Nobody holds any of them.
    pub fn new(items: impl Iterator<Item = String>) -> Contested {
        Contested {
            items: items.map(|item| (item, AtomicUsize::new(NOBODY))).collect(),
        }
    }

    /// Their barcodes.
    pub fn barcodes(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|(item, _)| item.as_str())
    }

    /// Whether an item is one of them.
    pub fn has(&self, item: &str) -> bool {
        self.holder(item).is_some()
    }

    /// Notes who holds it now; gives who held it before.
    fn take(&self, item: &str, writer: usize) -> Option<usize> {
        let before = self.holder(item)?.swap(writer, Ordering::SeqCst);
        (before != NOBODY).then_some(before)
    }

    /// Nobody holds it any more.
    pub fn release(&self, item: &str) {
        if let Some(holder) = self.holder(item) {
            holder.store(NOBODY, Ordering::SeqCst);
        }
    }

    fn holder(&self, item: &str) -> Option<&AtomicUsize> {
        self.items.iter().find(|(known, _)| known == item).map(|(_, holder)| holder)
    }
}

/// A terminal with its patron, and what it knows to be true.
#[derive(Debug)]
pub struct Writer {
    /// Number, from 0.
    pub number: usize,
    /// The patron's card.
    pub card: String,
    /// Each item it had to do with: on loan to its patron by the last acknowledgement?
    pub items: BTreeMap<String, bool>,
    /// Its message that the server did not answer.
    pub unanswered: Option<Unanswered>,
    /// Sent in this round.
    pub sent: u64,
    /// Acknowledged in this round.
    pub acknowledged: u64,
    /// What went against the rules while it worked.
    pub violations: Vec<String>,
    own: Vec<String>,
    contested: Arc<Contested>,
    random: Random,
}

impl Writer {
    /// A writer that holds nothing.
    pub fn new(number: usize, card: String, own: Vec<String>, contested: Arc<Contested>, random: Random) -> Writer {
        Writer {
            number,
            card,
            items: own.iter().map(|item| (item.clone(), false)).collect(),
            unanswered: None,
            sent: 0,
            acknowledged: 0,
            violations: Vec::new(),
            own,
            contested,
            random,
        }
    }

    /// Works until stopped or cut off, and gives itself back.
    pub fn work(mut self, subject: Option<Arc<Subject>>, stop: &AtomicBool, journal: &Journal) -> Writer {
        let Some(subject) = subject else { return self };
        let Ok(mut session) = subject.session() else { return self };
        while !stop.load(Ordering::Relaxed) {
            let (operation, item) = self.choose();
            let request = match operation {
                Operation::Lend => subject.checkout(&self.card, &item),
                Operation::Return => subject.checkin(&item),
            };
            if operation == Operation::Return {
                self.contested.release(&item);
            }
            let mut bytes = request.encode(Charset::Utf8, &Trailer::None);
            bytes.push(b'\r');
            journal.note(self.number, "sent", request.text());
            self.sent += 1;
            if session.line.send(&bytes).is_err() {
                self.unanswered = Some(Unanswered { operation, item, bytes });
                break;
            }
            match session.line.hear(PATIENCE) {
                Heard::Message(answer) => {
                    journal.note(self.number, "answered", &String::from_utf8_lossy(&answer));
                    self.learn(operation, &item, &answer);
                }
                Heard::Closed | Heard::Nothing => {
                    journal.note(self.number, "unanswered", request.text());
                    self.unanswered = Some(Unanswered { operation, item, bytes });
                    break;
                }
            }
        }
        self
    }

    /// Mostly an item of its own, now and then one that others want.
    fn choose(&mut self) -> (Operation, String) {
        let held: Vec<&String> = self.items.iter().filter(|(_, held)| **held).map(|(item, _)| item).collect();
        let back = held.get(self.random.index(held.len())).map(|item| (*item).clone());
        if let Some(item) = back
            && (held.len() > self.own.len() / 2 || self.random.below(2) == 0)
        {
            return (Operation::Return, item);
        }
        let contested: Vec<&str> = self.contested.barcodes().collect();
        let item = if self.random.below(4) == 0 {
            contested.get(self.random.index(contested.len())).map(|item| (*item).to_owned())
        } else {
            self.own.get(self.random.index(self.own.len())).cloned()
        };
        let item = item.unwrap_or_default();
        let operation = if self.items.get(&item) == Some(&true) {
            Operation::Return
        } else {
            Operation::Lend
        };
        (operation, item)
    }

    /// Takes an answer for true.
    pub fn learn(&mut self, operation: Operation, item: &str, answer: &[u8]) {
        self.acknowledged += 1;
        let contested = self.contested.has(item);
        match (operation, answer.get(..3)) {
            (Operation::Lend, Some(b"121")) => {
                self.items.insert(item.to_owned(), true);
                if let Some(other) = self.contested.take(item, self.number) {
                    self.violations
                        .push(format!("{item} lent to writer {} while writer {other} has it", self.number));
                }
            }
            (Operation::Lend, Some(b"120")) if contested => {}
            (Operation::Return, Some(b"101")) => {
                self.items.insert(item.to_owned(), false);
            }
            _ => self.violations.push(format!(
                "{operation:?} of {item} by writer {} got {}",
                self.number,
                String::from_utf8_lossy(answer)
            )),
        }
    }

    /// What has to be forgotten before the next round.
    pub fn settle(&mut self) -> (u64, u64, Vec<String>) {
        let violations = std::mem::take(&mut self.violations);
        (std::mem::take(&mut self.sent), std::mem::take(&mut self.acknowledged), violations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> Writer {
        let contested = Arc::new(Contested::new(["shared".to_owned()].into_iter()));
        Writer::new(0, "card".to_owned(), vec!["own".to_owned()], contested, Random::new(1))
    }

    #[test]
    fn knows_what_it_was_told() {
        let mut writer = writer();
        writer.learn(Operation::Lend, "own", b"121NNY");
        assert_eq!(writer.items.get("own"), Some(&true));
        writer.learn(Operation::Return, "own", b"101YNN");
        assert_eq!(writer.items.get("own"), Some(&false));
        assert!(writer.violations.is_empty());
    }

    #[test]
    fn a_refusal_of_its_own_item_is_a_violation_of_a_shared_one_not() {
        let mut writer = writer();
        writer.learn(Operation::Lend, "shared", b"120NUN");
        assert!(writer.violations.is_empty());
        writer.learn(Operation::Lend, "own", b"120NUN");
        assert_eq!(writer.violations.len(), 1);
    }

    #[test]
    fn two_holders_at_once_are_a_violation() {
        let mut one = writer();
        let mut two = Writer {
            number: 1,
            contested: Arc::clone(&one.contested),
            ..writer()
        };
        one.learn(Operation::Lend, "shared", b"121NNY");
        two.learn(Operation::Lend, "shared", b"121NNY");
        assert_eq!(two.violations.len(), 1);
    }
}
