//! Who was let in at a door is counted, without the person (Danish profile, sections 15 and 17).

use super::service::Desk;
use crate::circulation::Context;
use crate::patron::Patron;
use crate::ports::{Change, Decided, Facts, Fault, Need, Plan, Store};
use jiff::SignedDuration;
use std::sync::Arc;

/// A door that asks again within this time, for a lost answer or with another message, is still at the same entry.
const ONE_ENTRY: SignedDuration = SignedDuration::from_secs(30);

impl<S: Store> Desk<S> {
    /// One more entry at the actor's door.
    pub(super) async fn count_entry(&self, patron: Arc<Patron>, context: Context) -> Result<(), Fault> {
        let key = format!("entry:{}/{}", context.actor.terminal, patron.id);
        let need = Need {
            at: context.now,
            memories: vec![key.clone()],
            ..Need::default()
        };
        let decide = move |facts: &Facts| {
            let counted = facts.memories.iter().flatten().next().is_some();
            let changes = if counted {
                Vec::new()
            } else {
                let remember = Change::Remember {
                    key: key.clone(),
                    value: "counted".to_owned(),
                    until: context.now.saturating_add(ONE_ENTRY).unwrap_or(context.now),
                };
                vec![context.count_entry(&patron), remember]
            };
            Decided {
                plan: Plan {
                    changes,
                    channel: context.channel(),
                    at: context.now,
                },
                outcome: (),
            }
        };
        self.store().commit(need, decide).await
    }
}
