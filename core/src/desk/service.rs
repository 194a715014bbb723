//! The desk itself: it knows who asks for whom, looks at PINs, has the rules decide and the store commit, and answers.

use super::cache::{Entity, Generation, Information};
use super::command::{Actor, Command, Request, Role};
use super::lockout::{Guesses, locked_until};
use super::numbers::Numbers;
use super::operation;
use super::pin::{Blocking, Pins};
use super::reply::{PatronReply, PinVerdict, Reply};
use super::transaction::{Holder, LookedAt, Outcome, decide, may_be_told, record_pin};
use crate::block::Activity;
use crate::circulation::{self, Context};
use crate::ids::CardNumber;
use crate::library::Library;
use crate::ports::{Facts, Fault, FeedEntry, ItemFacts, Need, PatronFacts, PatronRef, Store};
use crate::secret::{HashKey, NATIONAL_NUMBER_KEY, Pin, national_number};
use crate::time::Timestamp;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Feed rows read at once.
const FEED_PAGE: u32 = 1000;
/// How often a command is tried again because the patron's PIN was changed under it.
const TRIES: usize = 3;

/// What a desk is made with, beside store and settings.
#[derive(Clone)]
pub struct Setup {
    /// Where PINs are looked at.
    pub blocking: Arc<dyn Blocking>,
    /// Random for each process: under it PINs and cards are hashed in memory.
    pub process_key: HashKey,
    /// Memory for answers that only inform, bytes.
    pub cache_bytes: u64,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("cache_bytes", &self.cache_bytes)
            .finish_non_exhaustive()
    }
}

/// The application service. Clones are one desk.
pub struct Desk<S> {
    shared: Arc<Shared<S>>,
}

struct Shared<S> {
    store: S,
    library: RwLock<Arc<Library>>,
    information: Information,
    pins: Pins,
    guesses: Guesses,
    numbers: Numbers,
    national_number_key: HashKey,
    /// The last row of the change feed that was seen.
    feed_position: AtomicI64,
}

impl<S> Clone for Desk<S> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<S> fmt::Debug for Desk<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk")
            .field("feed_position", &self.shared.feed_position)
            .finish_non_exhaustive()
    }
}

impl<S: Store> Desk<S> {
    /// Opens the desk over a store. It reads what all processes on that store share.
    pub async fn open(store: S, library: Library, setup: Setup) -> Result<Self, Fault> {
        let national_number_key = HashKey(store.shared_secret(NATIONAL_NUMBER_KEY).await?);
        let feed_position = AtomicI64::new(store.feed_head().await?);
        let pins_key = HashKey(setup.process_key.digest(&[b"pins"]));
        let guesses_key = HashKey(setup.process_key.digest(&[b"guesses"]));
        Ok(Self {
            shared: Arc::new(Shared {
                store,
                library: RwLock::new(Arc::new(library)),
                information: Information::new(setup.cache_bytes),
                pins: Pins::new(pins_key, setup.blocking),
                guesses: Guesses::new(guesses_key),
                numbers: Numbers::default(),
                national_number_key,
                feed_position,
            }),
        })
    }

    /// The settings that hold now.
    pub fn library(&self) -> Arc<Library> {
        Arc::clone(&self.shared.library.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Other settings from the next command on; commands under way end under the old ones.
    pub fn set_library(&self, library: Library) {
        *self.shared.library.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(library);
    }

    /// Does what is asked and answers; what was changed is durable by then. A fault is ours, and nothing is known to be done.
    pub async fn perform(&self, request: Request) -> Result<Reply, Fault> {
        match &request.command {
            Command::PatronInformation { .. } => self.patron_information(request).await,
            Command::ItemInformation { .. } => self.item_information(request).await,
            _ => self.change(request).await,
        }
    }

    /// Reads the change feed up to its end. To be called at least every 50 ms, so that what other processes changed is seen.
    pub async fn follow(&self) -> Result<(), Fault> {
        loop {
            let position = self.shared.feed_position.load(Ordering::Acquire);
            let rows = self.shared.store.changes_after(position, FEED_PAGE).await?;
            self.feed_seen(&rows);
            if u32::try_from(rows.len()).is_ok_and(|count| count < FEED_PAGE) {
                return Ok(());
            }
        }
    }

    /// Takes note of rows of the change feed, for whoever reads it anyway.
    pub fn feed_seen(&self, rows: &[FeedEntry]) {
        self.shared.information.changed(rows.iter().map(|row| (row.kind, row.id)));
        if let Some(last) = rows.last() {
            self.shared.feed_position.fetch_max(last.sequence, Ordering::AcqRel);
        }
    }

    pub(super) fn store(&self) -> &S {
        &self.shared.store
    }

    /// What was committed past [`Desk::perform`] is told by nobody in this process as it was before.
    pub(super) fn has_changed(&self, entities: Vec<Entity>) {
        self.shared.information.changed(entities);
    }

    /// Ways to find the patron who shows this: by his card, else by his national number if it looks like one.
    fn patron_refs(&self, card: &CardNumber, actor: &Actor) -> Vec<PatronRef> {
        let mut refs = vec![PatronRef::Card(actor.agency.clone(), card.clone())];
        if let Some(hash) = national_number(card.reveal(), &self.shared.national_number_key) {
            refs.push(PatronRef::NationalNumber(actor.agency.clone(), hash));
        }
        refs
    }

    async fn item_information(&self, request: Request) -> Result<Reply, Fault> {
        let mut need = operation::need(&request.command, &request.actor, Vec::new());
        need.at = request.at;
        let information = &self.shared.information;
        let name = need.item.first().cloned();
        if let Some(known) = name.as_ref().and_then(|name| information.item(name)) {
            return Ok(Reply::Item(Some(known)));
        }
        let read_at = information.generation();
        let found: Option<Arc<ItemFacts>> = self.shared.store.look(need).await?.item;
        if let (Some(name), Some(facts)) = (name, &found) {
            information.keep_item(name, facts, read_at);
        }
        Ok(Reply::Item(found))
    }

    async fn patron_information(&self, request: Request) -> Result<Reply, Fault> {
        let Command::PatronInformation { who, lists } = &request.command else {
            return Ok(Reply::Noted);
        };
        let mut facts = self.patron(&who.card, *lists, &request.actor, request.at, true).await?;
        let mut pin = PinVerdict::NotGiven;
        for again in 0..TRIES {
            if again > 0 {
                facts = self.patron(&who.card, *lists, &request.actor, request.at, false).await?;
            }
            let looked_at = self
                .look_at_pin(&who.card, who.pin.as_ref(), facts.as_deref(), &request.actor, request.at)
                .await?;
            if !looked_at.must_be_recorded(facts.as_deref(), &request.actor) {
                pin = looked_at.verdict;
                break;
            }
            let need = Need {
                at: request.at,
                patron: self.patron_refs(&who.card, &request.actor),
                ..Need::default()
            };
            let (actor, at) = (Arc::clone(&request.actor), request.at);
            let outcome = self
                .shared
                .store
                .commit(need, move |facts| record_pin(&looked_at, facts, &actor, at))
                .await?;
            self.committed(&outcome, Some(&who.card), &request.actor, request.at).await;
            if outcome.reply.is_some() {
                pin = outcome.pin;
                break;
            }
        }
        let context = Context {
            actor: Arc::clone(&request.actor),
            library: self.library(),
            now: request.at,
            pin,
            numbers_from: 0,
        };
        let personal = may_be_told(&context.pin, &request.actor);
        let mut patron = facts.as_ref().map(|facts| circulation::standing::summary_of(facts, &context));
        if let Some(summary) = patron.as_mut().filter(|_| !personal) {
            summary.withhold();
        }
        let opens = patron.as_ref().is_some_and(|p| personal && p.standing.may(Activity::OpenDoor));
        if let Some(facts) = facts.as_ref().filter(|_| opens && request.actor.role == Role::Door) {
            let counted = self.count_entry(Arc::new(facts.patron.clone()), context.clone()).await;
            // Whoever may come in does, whether it can be counted or not.
            if let Err(fault) = counted {
                tracing::error!(error = %fault, "an entry was not counted");
            }
        }
        Ok(Reply::Patron(Box::new(PatronReply {
            patron,
            facts: facts.filter(|_| personal),
            pin: context.pin,
        })))
    }

    /// A patron for information: from memory if nothing about him changed and `remembered` will do, else from the store.
    async fn patron(
        &self,
        card: &CardNumber,
        lists: bool,
        actor: &Actor,
        now: Timestamp,
        remembered: bool,
    ) -> Result<Option<Arc<PatronFacts>>, Fault> {
        let information = &self.shared.information;
        let name = PatronRef::Card(actor.agency.clone(), card.clone());
        if remembered && let Some(known) = information.patron(&name, lists) {
            return Ok(Some(known));
        }
        let read_at: Generation = information.generation();
        let need = Need {
            at: now,
            patron: self.patron_refs(card, actor),
            patron_lists: lists,
            ..Need::default()
        };
        let found = self.shared.store.look(need).await?.patron;
        if let Some(facts) = &found {
            information.keep_patron(name, facts, lists, read_at);
        }
        Ok(found)
    }

    /// Looks at a PIN, unless too many wrong ones forbid it. It costs as much for a card that nobody has.
    async fn look_at_pin(
        &self,
        card: &CardNumber,
        pin: Option<&Pin>,
        patron: Option<&PatronFacts>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<LookedAt, Fault> {
        let (pins, guesses) = (&self.shared.pins, &self.shared.guesses);
        let hash = patron.and_then(|facts| facts.patron.pin.clone());
        let found = |verdict, guessed| {
            Ok(LookedAt {
                verdict,
                hash: hash.clone(),
                guessed,
            })
        };
        let Some(pin) = pin else {
            return found(PinVerdict::NotGiven, false);
        };
        if pin.is_empty() {
            return found(PinVerdict::Wrong, false);
        }
        let unknown = patron.is_none().then(|| guesses.of_unknown(card.reveal()));
        let failures = match (patron, &unknown) {
            (Some(facts), _) => facts.pin_failures.as_slice(),
            (None, unknown) => unknown.as_ref().map(|failures| failures.as_slice()).unwrap_or_default(),
        };
        let locked =
            |pending| locked_until(failures, &actor.terminal, pending, now).max(guesses.terminal_locked_until(&actor.terminal, now));
        if let Some(until) = locked(0) {
            return found(PinVerdict::Locked { until }, false);
        }
        if hash.as_ref().is_some_and(|hash| pins.remembers(pin, hash, now)) {
            return found(PinVerdict::Right, true);
        }
        let this_try = guesses.begin(&actor.terminal, card.reveal(), pin);
        if let Some(until) = locked(this_try.others) {
            return found(PinVerdict::Locked { until }, false);
        }
        let right = pins.verify(pin, hash.as_ref(), now).await?;
        found(if right { PinVerdict::Right } else { PinVerdict::Wrong }, true)
    }

    /// Decides and commits a command that may change something.
    async fn change(&self, request: Request) -> Result<Reply, Fault> {
        let Request {
            actor,
            command,
            at,
            resend,
        } = request;
        let command = Arc::new(command);
        let shown = operation::shown(&command).map(|(card, pin)| (card.clone(), pin.cloned()));
        let card = shown.as_ref().map(|(card, _)| card);
        let patron_refs = card.map(|card| self.patron_refs(card, &actor)).unwrap_or_default();
        let mut need = operation::need(&command, &actor, patron_refs);
        need.at = at;
        let own_memories = need.memories.len();
        need.memories.extend(resend.iter().map(|key| key.key.clone()));
        let numbers = circulation::numbers(&command);
        let numbers_from = match numbers {
            0 => 0,
            count => self.shared.numbers.take(count, &self.shared.store).await?,
        };
        let resend = Arc::new(resend);
        for again in 0..TRIES {
            let looked_at = match &shown {
                Some((card, Some(pin))) => {
                    let patron = self.patron(card, false, &actor, at, again == 0).await?;
                    self.look_at_pin(card, Some(pin), patron.as_deref(), &actor, at).await?
                }
                _ => LookedAt::not_given(),
            };
            let context = Context {
                actor: Arc::clone(&actor),
                library: self.library(),
                now: at,
                pin: looked_at.verdict.clone(),
                numbers_from,
            };
            let (command, resend) = (Arc::clone(&command), Arc::clone(&resend));
            let decide = move |facts: &Facts| decide(&command, &looked_at, &resend, own_memories, facts, &context);
            let outcome = self.shared.store.commit(need.clone(), decide).await?;
            self.committed(&outcome, card, &actor, at).await;
            if let Some(reply) = outcome.reply {
                return reply;
            }
        }
        Err(Fault::new("looking at a PIN", "the patron's PIN was changed again and again"))
    }

    /// After a commit, before its answer: nobody in this process is told what held before it.
    async fn committed(&self, outcome: &Outcome, card: Option<&CardNumber>, actor: &Actor, now: Timestamp) {
        self.shared.information.changed(outcome.touched.iter().copied());
        if outcome.reaches_further
            && let Err(fault) = self.follow().await
        {
            // The commit stands, so its answer must not fail; without the feed nothing that is remembered can be trusted.
            tracing::error!(error = %fault, "the change feed cannot be read");
            self.shared.information.forget_all();
        }
        let guesses = &self.shared.guesses;
        if outcome.failed.is_some() {
            guesses.terminal_failed(&actor.terminal, now);
        }
        if let Some(card) = card.filter(|_| outcome.failed == Some(Holder::Nobody)) {
            guesses.unknown_failed(card.reveal(), &actor.terminal, now);
        }
    }
}
