//! What happened in the demo library before today: loans, holds, fees, trouble. Days are counted from today.

use crate::config::Loaded;
use anyhow::{Context, anyhow, bail};
use serde::Deserialize;
use skranke_core::account::{Fee, FeeKind, LedgerKind, LedgerLine};
use skranke_core::agency::AgencyId;
use skranke_core::calendar::end_of_day;
use skranke_core::desk::command::{CheckIn, CheckOut, Happened, PayFee, PlaceHold, ScopeWanted};
use skranke_core::desk::{Actor, Command, Desk, Powers, Reply, Request, Role, What, Who};
use skranke_core::ids::{Barcode, BranchId, CardNumber, ControlNumber, FeeId};
use skranke_core::item::ItemState;
use skranke_core::money::Money;
use skranke_core::ports::{Change, Channel, Decided, Facts, ItemRef, Need, PatronRef, Plan, Store};
use skranke_core::time::{Date, Timestamp, local_date};
use skranke_storage::AnyStore;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One line of `events.csv`; its README says what each column means.
#[derive(Debug, Deserialize)]
struct Event {
    event: String,
    card: Option<String>,
    barcode: Option<String>,
    bib: Option<String>,
    branch: Option<String>,
    from_day: Option<i64>,
    to_day: Option<i64>,
    kind: Option<String>,
    amount: Option<i64>,
    text: Option<String>,
}

/// Lets it happen, in the order written.
pub async fn live(events: &str, loaded: &Loaded, store: &AnyStore) -> anyhow::Result<()> {
    let desk = crate::desk::open(store.clone(), loaded.library.clone()).await?;
    let agency = loaded.library.default_agency.clone();
    let zone = loaded.library.agency(&agency).time_zone.clone();
    let now = crate::clock::now();
    let past = Past {
        desk,
        store,
        today: local_date(now, &zone),
        zone,
        now,
        agency,
    };
    let mut reader = csv::Reader::from_reader(events.as_bytes());
    let mut alternatives: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for (n, event) in reader.deserialize::<Event>().enumerate() {
        let event = event?;
        let name = event.event.clone();
        if name == "hold" && event.kind.as_deref() == Some("parallel") {
            alternatives.entry(event.text.clone().unwrap_or_default()).or_default().push(event);
            continue;
        }
        past.happen(&event).await.with_context(|| format!("event {} ({name})", n + 1))?;
    }
    for group in alternatives.values() {
        past.hold(group, true).await.context("parallel holds")?;
    }
    Ok(())
}

struct Past<'a> {
    desk: Desk<AnyStore>,
    store: &'a AnyStore,
    agency: AgencyId,
    zone: skranke_core::time::TimeZone,
    now: Timestamp,
    today: Date,
}

impl Past<'_> {
    async fn happen(&self, event: &Event) -> anyhow::Result<()> {
        match event.event.as_str() {
            "loan" => self.loan(event).await.map(drop),
            "returned_loan" => {
                self.loan(event).await?;
                self.check_in(event, event.to_day.unwrap_or(0), true).await
            }
            "hold" => self.hold(std::slice::from_ref(event), false).await,
            "hold_ready" => {
                self.hold(std::slice::from_ref(event), false).await?;
                self.check_in(event, 0, true).await
            }
            "hold_in_transit" => {
                self.hold(std::slice::from_ref(event), false).await?;
                self.check_in(event, 0, false).await
            }
            "pause" => self.pause(event).await,
            "fee" => self.fee(event).await,
            "payment" => self.payment(event).await,
            "item_state" => self.item_state(event).await,
            "protect_address" => self.protect(event).await,
            other => bail!("the demo knows no event {other:?}"),
        }
    }

    fn actor(&self, branch: Option<&str>) -> Arc<Actor> {
        Arc::new(Actor {
            protocol: "demo",
            terminal: "history".to_owned(),
            agency: self.agency.clone(),
            branch: BranchId::from(branch.unwrap_or("hovedbiblioteket")),
            role: Role::Desk,
            powers: Powers::default(),
        })
    }

    /// Noon of a day counted from today; not later than now.
    fn noon(&self, day: i64) -> anyhow::Result<Timestamp> {
        let noon = self.zone.to_timestamp(self.day(day)?.at(12, 0, 0, 0))?;
        Ok(noon.min(self.now))
    }

    fn day(&self, day: i64) -> anyhow::Result<Date> {
        Ok(self.today.checked_add(jiff::Span::new().days(day))?)
    }

    async fn ask(&self, branch: Option<&str>, command: Command, at: Timestamp) -> anyhow::Result<Reply> {
        let request = Request {
            actor: self.actor(branch),
            command,
            at,
            resend: Vec::new(),
        };
        Ok(self.desk.perform(request).await?)
    }

    async fn loan(&self, event: &Event) -> anyhow::Result<()> {
        let command = CheckOut {
            who: event.who()?,
            item: event.item()?,
            owner: None,
            may_renew: false,
            fee_acknowledged: true,
            already_happened: Some(Happened {
                at: self.noon(event.from_day.unwrap_or(0))?,
                due: Some(end_of_day(self.day(event.to_day.unwrap_or(0))?, &self.zone)),
            }),
        };
        let reply = self.ask(event.branch.as_deref(), Command::CheckOut(command), self.now).await?;
        let Reply::CheckOut(answer) = reply else {
            bail!("no answer to a check-out")
        };
        let lent = answer.result.map_err(|refused| anyhow!("{:?}", refused.reasons))?;
        let renewals: u16 = event.kind.as_deref().unwrap_or("0").parse().unwrap_or(0);
        if renewals > 0 {
            let mut loan = lent.loan;
            loan.renewals = renewals;
            self.change(Need::default(), move |_| vec![Change::LoanRevised(loan.clone())])
                .await?;
        }
        Ok(())
    }

    /// Scans an item: at the event's branch, or elsewhere so that it is sent on.
    async fn check_in(&self, event: &Event, day: i64, here: bool) -> anyhow::Result<()> {
        let at_branch = event.branch.as_deref().unwrap_or("hovedbiblioteket");
        let elsewhere = if at_branch == "hovedbiblioteket" {
            "vest"
        } else {
            "hovedbiblioteket"
        };
        let branch = if here { at_branch } else { elsewhere };
        let command = CheckIn {
            item: event.item()?,
            owner: None,
            branch: Some(BranchId::from(branch)),
            returned: Some(self.noon(day)?),
            already_happened: false,
        };
        let reply = self.ask(Some(branch), Command::CheckIn(command), self.now).await?;
        let Reply::CheckIn(answer) = reply else {
            bail!("no answer to a check-in")
        };
        answer.result.map(drop).map_err(|refused| anyhow!("{:?}", refused.reasons))
    }

    async fn hold(&self, events: &[Event], parallel: bool) -> anyhow::Result<()> {
        let first = events.first().context("no event")?;
        let by_item = matches!(first.kind.as_deref(), Some("item" | "issue"));
        let command = PlaceHold {
            who: first.who()?,
            what: events
                .iter()
                .map(|event| What {
                    item: event.barcode.as_deref().filter(|_| by_item).map(Barcode::from),
                    owner: None,
                    title: event.bib.as_deref().map(ControlNumber::from),
                })
                .collect(),
            parallel,
            scope: if by_item { ScopeWanted::ThisCopy } else { ScopeWanted::AnyCopy },
            issue: None,
            pickup: first.branch.as_deref().map(BranchId::from),
            activates: None,
            expires: first.to_day.map(|day| self.day(day)).transpose()?,
            fee_acknowledged: true,
        };
        let at = self.noon(first.from_day.unwrap_or(0))?;
        let reply = self.ask(first.branch.as_deref(), Command::PlaceHold(command), at).await?;
        let Reply::Hold(answer) = reply else { bail!("no answer to a hold") };
        answer.result.map(drop).map_err(|refused| anyhow!("{:?}", refused.reasons))
    }

    async fn pause(&self, event: &Event) -> anyhow::Result<()> {
        let pause = (self.day(event.from_day.unwrap_or(0))?, self.day(event.to_day.unwrap_or(0))?);
        self.change(self.patron_need(event)?, move |facts| {
            let Some(found) = &facts.patron else { return Vec::new() };
            let mut patron = found.patron.clone();
            patron.pause = Some(pause);
            vec![Change::Patron(patron)]
        })
        .await
    }

    async fn protect(&self, event: &Event) -> anyhow::Result<()> {
        self.change(self.patron_need(event)?, |facts| {
            let Some(found) = &facts.patron else { return Vec::new() };
            let mut patron = found.patron.clone();
            patron.protected_address = true;
            vec![Change::Patron(patron)]
        })
        .await
    }

    async fn fee(&self, event: &Event) -> anyhow::Result<()> {
        let currency = self.desk.library().agency(&self.agency).currency;
        let amount = Money::new(event.amount.context("a fee without an amount")?, currency);
        let kind = match event.kind.as_deref() {
            Some("overdue") => FeeKind::Overdue,
            Some("damage") => FeeKind::Damage,
            Some("replacement") => FeeKind::Replacement,
            Some("processing") => FeeKind::Processing,
            Some("rental") => FeeKind::Rental,
            Some("hold") => FeeKind::Hold,
            _ => FeeKind::Other,
        };
        let id = FeeId(self.store.reserve_numbers(1).await?);
        let raised = self.noon(event.from_day.unwrap_or(0))?;
        let text = event.text.clone().unwrap_or_default();
        let mut need = self.patron_need(event)?;
        if event.barcode.is_some() {
            need.item = vec![ItemRef::Barcode(self.agency.clone(), event.item()?)];
        }
        self.change(need, move |facts| {
            let Some(found) = &facts.patron else { return Vec::new() };
            let patron = found.patron.id;
            let fee = Fee {
                id,
                patron,
                kind,
                amount,
                paid: 0,
                raised,
                text: text.clone(),
                items: facts.item.iter().map(|item| item.item.id).collect(),
                loans: Vec::new(),
                occasion: None,
            };
            let line = LedgerLine {
                fee: id,
                patron,
                amount,
                what: LedgerKind::Raised,
                at: raised,
                terminal: "history".to_owned(),
                transaction: None,
                payment_type: None,
            };
            vec![Change::FeeRaised(fee), Change::Ledger(line)]
        })
        .await
    }

    async fn payment(&self, event: &Event) -> anyhow::Result<()> {
        let currency = self.desk.library().agency(&self.agency).currency;
        let command = PayFee {
            who: event.who()?,
            amount: Some(Money::new(event.amount.context("a payment without an amount")?, currency)),
            fee: None,
            kind: None,
            transaction: event.text.clone(),
            payment_type: if event.kind.as_deref() == Some("cash") { 0 } else { 2 },
        };
        let reply = self
            .ask(
                event.branch.as_deref(),
                Command::PayFee(command),
                self.noon(event.from_day.unwrap_or(0))?,
            )
            .await?;
        let Reply::Paid(answer) = reply else {
            bail!("no answer to a payment")
        };
        answer.result.map(drop).map_err(|refused| anyhow!("{:?}", refused.reasons))
    }

    async fn item_state(&self, event: &Event) -> anyhow::Result<()> {
        let branch = event.branch.clone();
        let state = match event.kind.as_deref() {
            Some("lost") => ItemState::Lost,
            Some("missing") => ItemState::Missing,
            Some("claimed_returned") => ItemState::ClaimedReturned,
            Some("in_process") => ItemState::InProcess,
            Some("on_order") => ItemState::OnOrder,
            Some("damaged") => ItemState::Unavailable,
            Some("reshelving") => ItemState::Reshelving,
            Some("withdrawn") => ItemState::Withdrawn,
            Some("in_transit") => ItemState::InTransit {
                to: BranchId(branch.context("in transit without a branch")?),
            },
            other => bail!("the demo knows no item state {other:?}"),
        };
        let note = event.text.clone();
        let need = Need {
            at: self.now,
            item: vec![ItemRef::Barcode(self.agency.clone(), event.item()?)],
            ..Need::default()
        };
        self.change(need, move |facts| {
            let Some(found) = &facts.item else { return Vec::new() };
            let mut item = found.item.clone();
            item.state = state.clone();
            item.note = note.clone().or(item.note);
            vec![Change::Item(item)]
        })
        .await
    }

    fn patron_need(&self, event: &Event) -> anyhow::Result<Need> {
        Ok(Need {
            at: self.now,
            patron: vec![PatronRef::Card(self.agency.clone(), event.who()?.card)],
            ..Need::default()
        })
    }

    /// A change that no desk makes: staff's work in another program.
    async fn change(&self, need: Need, changes: impl Fn(&Facts) -> Vec<Change> + Send + 'static) -> anyhow::Result<()> {
        let at = self.now;
        let made = self
            .store
            .commit(need, move |facts| {
                let changes = changes(facts);
                let outcome = !changes.is_empty();
                let plan = Plan {
                    changes,
                    channel: Channel {
                        protocol: "demo",
                        actor: "history".to_owned(),
                    },
                    at,
                };
                Decided { plan, outcome }
            })
            .await?;
        if made {
            Ok(())
        } else {
            bail!("it speaks of a patron or an item that is not there")
        }
    }
}

impl Event {
    fn who(&self) -> anyhow::Result<Who> {
        Ok(Who {
            card: CardNumber::new(self.card.clone().context("no card")?),
            pin: None,
        })
    }

    fn item(&self) -> anyhow::Result<Barcode> {
        Ok(Barcode::from(self.barcode.as_deref().context("no barcode")?))
    }
}
