//! Stopping a search that is under way: TriggerResourceControl. A client that has said all it had to say may still want its answers, so
//! the end of its stream stops nothing.

use std::sync::{Arc, Mutex, PoisonError};

use skranke_core::ports::search::Cancel;
use skranke_wire::framing::{Framer, Framing};
use skranke_z3950::codec::BerFramer;
use skranke_z3950::message::Apdu;

use crate::listener::Overhear;

/// `cancel`
const CANCEL: i64 = 3;

/// What is under way on a connection, if it can be stopped.
#[derive(Debug, Clone, Default)]
pub(super) struct UnderWay(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    cancel: Option<Cancel>,
    /// It was stopped before it began.
    stopped: bool,
}

impl UnderWay {
    pub(super) fn begins(&self, cancel: Cancel) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.stopped {
            cancel.cancel();
        }
        state.cancel = Some(cancel);
    }

    pub(super) fn ends(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).cancel = None;
    }

    fn stop(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.stopped = true;
        if let Some(cancel) = &state.cancel {
            cancel.cancel();
        }
    }
}

/// Looks for a request to stop among what arrives meanwhile.
#[derive(Debug)]
pub(super) struct Ear {
    under_way: UnderWay,
    framer: BerFramer,
    held: Vec<u8>,
    /// The stream cannot be followed: that is for the session to say.
    lost: bool,
}

impl Ear {
    pub(super) fn new(under_way: UnderWay, framer: BerFramer) -> Self {
        Self {
            under_way,
            framer,
            held: Vec::new(),
            lost: false,
        }
    }
}

impl Overhear for Ear {
    fn hear(&mut self, bytes: &[u8]) {
        let mut unseen = self.held.len();
        self.held.extend_from_slice(bytes);
        while !self.lost && unseen < self.held.len() {
            match self.framer.advance(self.held.get(unseen..).unwrap_or_default()) {
                Ok(Framing::Whole { len }) => {
                    let message: Vec<u8> = self.held.drain(..len.min(self.held.len())).collect();
                    unseen = 0;
                    if let Ok(Apdu::TriggerResourceControlRequest(trigger)) = Apdu::decode(&message)
                        && trigger.requested_action == CANCEL
                    {
                        self.under_way.stop();
                    }
                }
                Ok(Framing::More { .. }) => return,
                Err(_) => self.lost = true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skranke_z3950::message::TriggerResourceControlRequest;

    #[test]
    fn a_request_to_stop_is_heard_however_it_arrives() {
        let mut bytes = Vec::new();
        for requested_action in [1, CANCEL] {
            Apdu::TriggerResourceControlRequest(TriggerResourceControlRequest {
                reference_id: None,
                requested_action,
                preferred_report_format: None,
                result_set_wanted: None,
                other_info: None,
            })
            .encode(&mut bytes);
        }
        let (under_way, cancel) = (UnderWay::default(), Cancel::never());
        under_way.begins(cancel.clone());
        let mut ear = Ear::new(under_way.clone(), BerFramer::new(1000, 8));
        let (last, before) = bytes.split_last().unwrap();
        for byte in before {
            ear.hear(&[*byte]);
            assert!(!cancel.is_cancelled());
        }
        ear.hear(&[*last]);
        assert!(cancel.is_cancelled());
    }

    #[test]
    fn what_is_stopped_before_it_begins_ends_at_once() {
        let (under_way, cancel) = (UnderWay::default(), Cancel::never());
        under_way.stop();
        under_way.begins(cancel.clone());
        assert!(cancel.is_cancelled());
    }
}
