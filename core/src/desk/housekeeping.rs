//! What nobody at a counter asks for and must be done all the same, now and then.

use super::cache::touched;
use super::command::{Actor, Powers, Role};
use super::reply::PinVerdict;
use super::service::Desk;
use crate::circulation::{Context, hold};
use crate::hold::Hold;
use crate::ids::HoldId;
use crate::ports::{Decided, Facts, Fault, Store};
use crate::time::{Timestamp, local_date};
use std::sync::Arc;

/// Holds read at once.
const PAGE: u32 = 500;

impl<S: Store> Desk<S> {
    /// Ends every hold whose time is over, each in a transaction of its own; tells how many. To be called at least once a day;
    /// two processes that do it at once do no harm.
    pub async fn end_holds(&self, now: Timestamp) -> Result<u32, Fault> {
        let library = self.library();
        let today = local_date(now, &library.agency(&library.default_agency).time_zone);
        let (mut ended, mut after) = (0, HoldId(i64::MIN));
        loop {
            let page = self.store().holds_over(today, now, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(ended);
            };
            after = last.id;
            for hold in page {
                ended += u32::from(self.end_hold(hold, now).await?);
            }
        }
    }

    async fn end_hold(&self, hold: Hold, now: Timestamp) -> Result<bool, Fault> {
        let context = Context {
            actor: housekeeper(&hold),
            library: self.library(),
            now,
            pin: PinVerdict::NotGiven,
            numbers_from: 0,
        };
        let mut need = hold::expire::need(&hold);
        need.at = now;
        let decide = move |facts: &Facts| {
            let Decided { plan, outcome } = hold::expire::decide(&hold, facts, &context);
            let all: Vec<_> = plan.changes.iter().flat_map(touched).collect();
            Decided {
                plan,
                outcome: (outcome, all),
            }
        };
        let (ended, all) = self.store().commit(need, decide).await?;
        self.has_changed(all);
        Ok(ended)
    }
}

/// Who ends holds, as the change feed tells it.
fn housekeeper(hold: &Hold) -> Arc<Actor> {
    Arc::new(Actor {
        protocol: "desk",
        terminal: "housekeeping".to_owned(),
        agency: hold.agency.clone(),
        branch: hold.pickup.clone(),
        role: Role::Desk,
        powers: Powers::default(),
    })
}
