//! Unknown cards and wrong PINs told alike: where an account conceals patrons (`conceal_patrons`), whoever did not show the right
//! PIN is answered as if nobody had the card. Without, digest 9.2 decides: BL tells them apart, the screen does not.

use super::Context;
use crate::message::Request;
use skranke_core::circulation::{Refusal, Refused};
use skranke_core::desk::reply::{Answer, PatronReply};
use skranke_core::desk::{PinVerdict, Reply};

/// Whether a terminal's account conceals even that a PIN was missing.
pub(super) fn is_on(context: &Context<'_>) -> bool {
    let account = &context.terminal.account;
    account.conceal_patrons && account.require_pin
}

/// The reply to the same request with a card that nobody has; `None` where nothing is to be concealed.
pub(super) fn conceal(request: &Request, reply: &Reply, context: &Context<'_>) -> Option<Reply> {
    if !context.terminal.account.conceal_patrons {
        return None;
    }
    let proven = match reply.pin()? {
        PinVerdict::Right => true,
        PinVerdict::NotGiven => !is_on(context),
        PinVerdict::Wrong | PinVerdict::Locked { .. } => false,
    };
    if proven {
        return None;
    }
    Some(match reply {
        Reply::Patron(reply) => Reply::Patron(Box::new(PatronReply {
            pin: reply.pin.clone(),
            patron: None,
            facts: None,
        })),
        Reply::CheckOut(answer) => Reply::CheckOut(Box::new(refused(answer)?)),
        Reply::Renew(answer) => Reply::Renew(Box::new(refused(answer)?)),
        Reply::RenewAll(answer) => Reply::RenewAll(Box::new(refused(answer)?)),
        Reply::Hold(answer) => Reply::Hold(Box::new(refused(answer)?)),
        Reply::Paid(answer) => Reply::Paid(Box::new(refused(answer)?)),
        Reply::Card(answer) if matches!(request, Request::BlockPatron(_)) => Reply::Card(Box::new(blocked(answer))),
        Reply::Card(answer) => Reply::Card(Box::new(refused(answer)?)),
        Reply::CheckIn(_) | Reply::Properties(_) | Reply::Item(_) | Reply::Noted => return None,
    })
}

/// A refusal as an unknown card would get it. What was done all the same, off-line, is told.
fn refused<T: Clone>(answer: &Answer<T>) -> Option<Answer<T>> {
    let refused = answer.result.as_ref().err()?;
    Some(Answer {
        patron: None,
        due: None,
        result: Err(as_unknown(refused)),
        ..answer.clone()
    })
}

/// Message 01 takes no PIN, so it must not tell whether the card exists: it is told as blocked either way.
fn blocked(answer: &Answer<()>) -> Answer<()> {
    let result = match &answer.result {
        Err(refused) if refused.reasons != [Refusal::UnknownPatron] => Err(refused.clone()),
        Err(_) | Ok(()) => Ok(()),
    };
    Answer {
        patron: None,
        result,
        ..answer.clone()
    }
}

/// The reasons that do not depend on who has the card.
fn as_unknown(refused: &Refused) -> Refused {
    let stranger = |reason: &Refusal| matches!(reason, Refusal::UnknownPatron | Refusal::WrongPin | Refusal::PinLocked { .. });
    if refused.reasons.iter().any(stranger) {
        Refused::because(Refusal::UnknownPatron)
    } else {
        refused.clone()
    }
}
