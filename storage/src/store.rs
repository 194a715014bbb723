//! The store over one engine: a writer, a few readers, and the queues to them.

use crate::engine::{Connection, Engine};
use crate::error::Error;
use crate::reader::{self, Answer, Ask, Question};
use crate::writer::job::{Decision, Done, Job, Task};
use crate::{random, writer};
use skranke_core::agency::AgencyId;
use skranke_core::hold::Hold;
use skranke_core::ids::{BibId, CardNumber, HoldId, ItemId};
use skranke_core::ports::catalogue::{BibPage, BibRow, Bucket, Catalogue, Counts, ItemRow, PatronRow, Stored, StoredBib};
use skranke_core::ports::records::{BibName, Copies, Records};
use skranke_core::ports::{Channel, Decided, Facts, Fault, FeedEntry, Need, Store};
use skranke_core::secret::KeyedHash;
use skranke_core::time::{Date, Timestamp};
use std::sync::{Arc, PoisonError};
use tokio::sync::{Mutex, mpsc, oneshot};

/// Commands and questions that may wait; who comes later waits outside.
const QUEUE: usize = 4096;
/// Readers for facts: one for each core of a small machine.
const FACT_READERS: usize = 2;
/// Connections for reads that are done where they are asked: one for each of the runtime's threads, and one.
const HERE: usize = 3;
/// Records that are read where they are asked: what is more may wait for the disk.
const SHORT: usize = 20;
/// Rows of the catalogue in one transaction: a few tens of milliseconds, so that serving goes on.
const CHUNK: usize = 200;

/// A store on one database. Clones share it; when the last one is gone, what was sent is still committed.
pub(crate) struct SqlStore<E: Engine> {
    engine: Arc<E>,
    jobs: mpsc::Sender<Job>,
    facts: mpsc::Sender<Ask>,
    feed: mpsc::Sender<Ask>,
    catalogue: mpsc::Sender<Ask>,
    here: Arc<Here<E::Connection>>,
}

/// Connections that nobody uses at the moment; none in the place of one that is still to be made.
type Here<C> = std::sync::Mutex<Vec<Option<C>>>;

impl<E: Engine> Clone for SqlStore<E> {
    fn clone(&self) -> Self {
        Self {
            engine: Arc::clone(&self.engine),
            jobs: self.jobs.clone(),
            facts: self.facts.clone(),
            feed: self.feed.clone(),
            catalogue: self.catalogue.clone(),
            here: Arc::clone(&self.here),
        }
    }
}

impl<E: Engine> SqlStore<E> {
    /// Brings the tables to this version, and starts the writer and the readers.
    pub(crate) async fn open(engine: E) -> Result<Self, Error> {
        let engine = Arc::new(engine);
        engine.migrate().await?;
        let connection = engine.writer().await?;
        debug_assert!(!connection.is_broken());
        let (jobs, waiting) = mpsc::channel(QUEUE);
        writer::start(Arc::clone(&engine), connection, waiting)?;
        Ok(Self {
            jobs,
            facts: readers(&engine, FACT_READERS)?,
            feed: readers(&engine, 1)?,
            catalogue: readers(&engine, 1)?,
            here: Arc::new(Here::new(std::iter::repeat_with(|| None).take(HERE).collect())),
            engine,
        })
    }

    async fn ask(&self, queue: &mpsc::Sender<Ask>, question: Question) -> Result<Answer, Fault> {
        let (reply, answer) = oneshot::channel();
        let closed = || Error::Closed.while_doing("reading");
        queue.send(Ask { question, reply }).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// A question to the catalogue about so many records: a short one is answered here, without another thread, where the engine can.
    async fn ask_of(&self, records: usize, question: Question) -> Result<Answer, Fault> {
        let free = (E::AT_ONCE && records <= SHORT)
            .then(|| self.here.lock().unwrap_or_else(PoisonError::into_inner).pop())
            .flatten();
        let Some(mut connection) = free else {
            return self.ask(&self.catalogue, question).await;
        };
        let answer = reader::answer_one(self.engine.as_ref(), &mut connection, &question).await;
        self.here.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        answer
    }

    async fn task(&self, task: Task) -> Result<Done, Fault> {
        let (reply, answer) = oneshot::channel();
        let closed = || Error::Closed.while_doing("storing");
        self.jobs.send(Job::Task(task, reply)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// Stores a batch in pieces.
    async fn in_chunks<R>(&self, rows: Vec<R>, task: impl Fn(Vec<R>) -> Task) -> Result<Vec<Stored>, Fault> {
        let mut stored = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter();
        loop {
            let chunk: Vec<R> = rows.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return Ok(stored);
            }
            match self.task(task(chunk)).await? {
                Done::Stored(more) => stored.extend(more),
                Done::First(_) | Done::Secret(_) => return Err(mixed_up()),
            }
        }
    }
}

fn readers<E: Engine>(engine: &Arc<E>, count: usize) -> Result<mpsc::Sender<Ask>, Error> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    let queue = Arc::new(Mutex::new(receiver));
    for _ in 0..count {
        reader::start(Arc::clone(engine), Arc::clone(&queue))?;
    }
    Ok(sender)
}

/// An answer of another kind than its question: a mistake of this crate.
fn mixed_up() -> Fault {
    Error::Shape("an answer to another question").while_doing("answering")
}

impl<E: Engine> Store for SqlStore<E> {
    async fn look(&self, need: Need) -> Result<Facts, Fault> {
        match self.ask(&self.facts, Question::Facts(need)).await? {
            Answer::Facts(facts) => Ok(facts),
            _ => Err(mixed_up()),
        }
    }

    async fn commit<T, D>(&self, need: Need, decide: D) -> Result<T, Fault>
    where
        T: Send + 'static,
        D: Fn(&Facts) -> Decided<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let closed = || Error::Closed.while_doing("committing");
        let decision = Decision {
            need,
            decide,
            outcome: None,
            reply,
        };
        self.jobs.send(Job::Command(Box::new(decision))).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    async fn changes_after(&self, sequence: i64, limit: u32) -> Result<Vec<FeedEntry>, Fault> {
        match self.ask(&self.feed, Question::FeedAfter(sequence, limit)).await? {
            Answer::Feed(entries) => Ok(entries),
            _ => Err(mixed_up()),
        }
    }

    async fn holds_over(&self, today: Date, at: Timestamp, after: HoldId, limit: u32) -> Result<Vec<Hold>, Fault> {
        match self.ask(&self.catalogue, Question::HoldsOver(today, at, after, limit)).await? {
            Answer::Holds(holds) => Ok(holds),
            _ => Err(mixed_up()),
        }
    }

    async fn feed_head(&self) -> Result<i64, Fault> {
        match self.ask(&self.feed, Question::FeedHead).await? {
            Answer::FeedHead(sequence) => Ok(sequence),
            _ => Err(mixed_up()),
        }
    }

    async fn reserve_numbers(&self, count: u32) -> Result<i64, Fault> {
        match self.task(Task::Reserve("number", i64::from(count))).await? {
            Done::First(first) => Ok(first),
            Done::Stored(_) | Done::Secret(_) => Err(mixed_up()),
        }
    }

    async fn shared_secret(&self, name: &'static str) -> Result<[u8; 32], Fault> {
        let fresh = random::secret().map_err(|error| error.while_doing("making a secret"))?;
        match self.task(Task::Secret(name, fresh)).await? {
            Done::Secret(secret) => Ok(secret),
            Done::Stored(_) | Done::First(_) => Err(mixed_up()),
        }
    }
}

impl<E: Engine> Catalogue for SqlStore<E> {
    async fn put_bibs(&self, rows: Vec<BibRow>, channel: Channel, at: Timestamp) -> Result<Vec<Stored>, Fault> {
        self.in_chunks(rows, |chunk| Task::Bibs(chunk, channel.clone(), at)).await
    }

    async fn put_items(&self, rows: Vec<ItemRow>, channel: Channel, at: Timestamp) -> Result<Vec<Stored>, Fault> {
        self.in_chunks(rows, |chunk| Task::Items(chunk, channel.clone(), at)).await
    }

    async fn put_patrons(&self, rows: Vec<PatronRow>, channel: Channel, at: Timestamp) -> Result<Vec<Stored>, Fault> {
        self.in_chunks(rows, |chunk| Task::Patrons(chunk, channel.clone(), at)).await
    }

    async fn patron_digests(&self, agency: &AgencyId, cards: &[CardNumber]) -> Result<Vec<Option<KeyedHash>>, Fault> {
        let question = Question::Digests(agency.clone(), cards.to_vec());
        match self.ask(&self.catalogue, question).await? {
            Answer::Digests(digests) => Ok(digests),
            _ => Err(mixed_up()),
        }
    }

    async fn missing_guardians(&self, limit: u32) -> Result<Vec<(CardNumber, CardNumber)>, Fault> {
        match self.ask(&self.catalogue, Question::MissingGuardians(limit)).await? {
            Answer::MissingGuardians(missing) => Ok(missing),
            _ => Err(mixed_up()),
        }
    }

    async fn bibs_page(&self, page: BibPage) -> Result<Vec<StoredBib>, Fault> {
        match self.ask(&self.catalogue, Question::Page(page)).await? {
            Answer::Page(bibs) => Ok(bibs),
            _ => Err(mixed_up()),
        }
    }

    async fn bibs(&self, ids: Vec<BibId>) -> Result<Vec<Option<StoredBib>>, Fault> {
        match self.ask_of(ids.len(), Question::Bibs(ids)).await? {
            Answer::Bibs(bibs) => Ok(bibs),
            _ => Err(mixed_up()),
        }
    }

    async fn agencies(&self) -> Result<Vec<AgencyId>, Fault> {
        match self.ask(&self.catalogue, Question::Agencies).await? {
            Answer::Agencies(agencies) => Ok(agencies),
            _ => Err(mixed_up()),
        }
    }

    async fn statistics(&self, after: Bucket, to: Date, limit: u32) -> Result<Vec<Bucket>, Fault> {
        match self.ask(&self.catalogue, Question::Statistics(after, to, limit)).await? {
            Answer::Statistics(buckets) => Ok(buckets),
            _ => Err(mixed_up()),
        }
    }

    async fn counts(&self) -> Result<Counts, Fault> {
        match self.ask(&self.catalogue, Question::Counts).await? {
            Answer::Counts(counts) => Ok(counts),
            _ => Err(mixed_up()),
        }
    }
}

impl<E: Engine> Records for SqlStore<E> {
    async fn records(&self, ids: Vec<BibId>) -> Result<Vec<Option<StoredBib>>, Fault> {
        self.bibs(ids).await
    }

    async fn records_named(&self, names: Vec<BibName>) -> Result<Vec<Option<StoredBib>>, Fault> {
        match self.ask_of(names.len(), Question::Named(names)).await? {
            Answer::Named(bibs) => Ok(bibs),
            _ => Err(mixed_up()),
        }
    }

    async fn copies(&self, ids: Vec<BibId>) -> Result<Vec<Copies>, Fault> {
        match self.ask_of(ids.len(), Question::Copies(ids)).await? {
            Answer::Copies(copies) => Ok(copies),
            _ => Err(mixed_up()),
        }
    }

    async fn records_of_items(&self, items: Vec<ItemId>) -> Result<Vec<Option<BibId>>, Fault> {
        match self.ask(&self.catalogue, Question::BibsOfItems(items)).await? {
            Answer::BibsOfItems(bibs) => Ok(bibs),
            _ => Err(mixed_up()),
        }
    }

    async fn put_records(&self, rows: Vec<BibRow>, channel: Channel, at: Timestamp) -> Result<Vec<Stored>, Fault> {
        self.put_bibs(rows, channel, at).await
    }

    async fn known_agencies(&self) -> Result<Vec<AgencyId>, Fault> {
        self.agencies().await
    }
}
