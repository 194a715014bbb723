//! An order from a search client becomes a hold.

use super::CatalogueDesk;
use crate::circulation::Refused;
use crate::desk::command::{Actor, Command, PlaceHold, Request, ScopeWanted, What, Who};
use crate::desk::reply::{Answer, HoldDone, Reply};
use crate::ids::{BibId, BranchId};
use crate::ports::{Fault, Records, Search, Store};
use crate::time::{Date, Timestamp};
use std::sync::Arc;

/// An order.
#[derive(Debug, Clone)]
pub struct Order {
    /// For whom: his card, and his PIN unless the actor may do without.
    pub who: Who,
    /// Which record.
    pub bib: BibId,
    /// Where to pick up; the patron's or the actor's branch where `None`.
    pub pickup: Option<BranchId>,
    /// Last day of interest; by the rule where `None`.
    pub expires: Option<Date>,
}

/// Why an order was not carried out.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OrderRefused {
    /// The record is not there, or deleted.
    #[error("there is no such record")]
    NoSuchRecord,
    /// The library says no, with every reason.
    #[error("the library refuses: {0:?}")]
    Refused(Refused),
    /// We failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl<S: Store + Records, F: Search> CatalogueDesk<S, F> {
    /// Places the hold; it is durable when this returns.
    pub async fn order(&self, order: Order, actor: Arc<Actor>, at: Timestamp) -> Result<Box<Answer<HoldDone>>, OrderRefused> {
        let found = self.desk.store().records(vec![order.bib]).await?;
        let Some(stored) = found.into_iter().flatten().next().filter(|stored| !stored.row.deleted) else {
            return Err(OrderRefused::NoSuchRecord);
        };
        let what = What {
            title: Some(stored.row.control_number),
            ..What::default()
        };
        let command = Command::PlaceHold(PlaceHold {
            who: order.who,
            what: vec![what],
            parallel: false,
            scope: ScopeWanted::AnyCopy,
            issue: None,
            pickup: order.pickup,
            activates: None,
            expires: order.expires,
            fee_acknowledged: false,
        });
        let request = Request {
            actor,
            command,
            at,
            resend: Vec::new(),
        };
        match self.desk.perform(request).await? {
            Reply::Hold(answer) => match &answer.result {
                Ok(_) => Ok(answer),
                Err(refused) => Err(OrderRefused::Refused(refused.clone())),
            },
            _ => Err(OrderRefused::Fault(Fault::new("placing a hold", "the desk gave another answer"))),
        }
    }
}
