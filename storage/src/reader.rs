//! Reads for information. Each reader is a thread with a connection of its own that takes what waits in its queue: needs
//! are read together, as the writer does, other questions one after the other.

use crate::catalogue::{copies, pages};
use crate::codes::Coded;
use crate::engine::{Connection, Engine};
use crate::error::Error;
use crate::facts;
use crate::plan::statements::{FEED_AFTER, FEED_HEAD};
use crate::records;
use futures_util::FutureExt;
use skranke_core::agency::AgencyId;
use skranke_core::hold::Hold;
use skranke_core::ids::{BibId, CardNumber, HoldId, ItemId};
use skranke_core::ports::catalogue::{BibPage, Bucket, Counts, StoredBib};
use skranke_core::ports::records::{BibName, Copies};
use skranke_core::ports::{Facts, Fault, FeedEntry, Need};
use skranke_core::secret::KeyedHash;
use skranke_core::time::{Date, Timestamp};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};

/// Questions that are taken together at most.
const BATCH_LIMIT: usize = 64;
const READING: &str = "reading for information";

/// A question, and who waits for the answer.
pub(crate) struct Ask {
    pub(crate) question: Question,
    pub(crate) reply: oneshot::Sender<Result<Answer, Fault>>,
}

/// What can be asked.
#[derive(Debug)]
pub(crate) enum Question {
    Facts(Need),
    FeedAfter(i64, u32),
    HoldsOver(Date, Timestamp, HoldId, u32),
    FeedHead,
    Page(BibPage),
    Bibs(Vec<BibId>),
    Named(Vec<BibName>),
    Copies(Vec<BibId>),
    BibsOfItems(Vec<ItemId>),
    Digests(AgencyId, Vec<CardNumber>),
    MissingGuardians(u32),
    Agencies,
    Statistics(Bucket, Date, u32),
    Counts,
}

/// What is answered, to the question of the same name.
#[derive(Debug)]
pub(crate) enum Answer {
    Facts(Facts),
    Feed(Vec<FeedEntry>),
    Holds(Vec<Hold>),
    FeedHead(i64),
    Page(Vec<StoredBib>),
    Bibs(Vec<Option<StoredBib>>),
    Named(Vec<Option<StoredBib>>),
    Copies(Vec<Copies>),
    BibsOfItems(Vec<Option<BibId>>),
    Digests(Vec<Option<KeyedHash>>),
    MissingGuardians(Vec<(CardNumber, CardNumber)>),
    Agencies(Vec<AgencyId>),
    Statistics(Vec<Bucket>),
    Counts(Counts),
}

/// Starts a reader on a queue that it may share with others. It ends when the last sender is gone.
pub(crate) fn start<E: Engine>(engine: Arc<E>, queue: Arc<Mutex<mpsc::Receiver<Ask>>>) -> Result<(), Error> {
    let runtime = E::runtime().map_err(Error::System)?;
    std::thread::Builder::new()
        .name("skranke-reader".to_owned())
        .spawn(move || runtime.block_on(run(engine, queue)))
        .map_err(Error::System)?;
    Ok(())
}

async fn run<E: Engine>(engine: Arc<E>, queue: Arc<Mutex<mpsc::Receiver<Ask>>>) {
    let mut connection = None;
    let mut batch = Vec::with_capacity(BATCH_LIMIT);
    loop {
        if queue.lock().await.recv_many(&mut batch, BATCH_LIMIT).await == 0 {
            return;
        }
        let questions: Vec<&Question> = batch.iter().map(|ask| &ask.question).collect();
        let read = AssertUnwindSafe(read_twice(engine.as_ref(), &mut connection, &questions))
            .catch_unwind()
            .await;
        match read.unwrap_or(Err(Error::Panicked)) {
            Ok(answers) => {
                for (ask, answer) in batch.drain(..).zip(answers) {
                    // Who asked may have gone away.
                    let _ = ask.reply.send(Ok(answer));
                }
            }
            Err(error) => {
                connection = None;
                tracing::error!(%error, "a read failed");
                let fault = error.while_doing(READING);
                for ask in batch.drain(..) {
                    let _ = ask.reply.send(Err(fault.clone()));
                }
            }
        }
    }
}

/// Answers one question over this connection, which is made where there is none, and made anew where it fails.
pub(crate) async fn answer_one<E: Engine>(
    engine: &E,
    connection: &mut Option<E::Connection>,
    question: &Question,
) -> Result<Answer, Fault> {
    let read = AssertUnwindSafe(read_twice(engine, connection, &[question])).catch_unwind().await;
    let answers = read.unwrap_or(Err(Error::Panicked));
    let answer = answers.and_then(|answers| answers.into_iter().next().ok_or(Error::Shape("no answer")));
    answer.map_err(|error| {
        *connection = None;
        tracing::error!(%error, "a read failed");
        error.while_doing(READING)
    })
}

/// Reads a batch, once again over a new connection where the first one is broken.
async fn read_twice<E: Engine>(engine: &E, connection: &mut Option<E::Connection>, questions: &[&Question]) -> Result<Vec<Answer>, Error> {
    match read(engine, connection, questions).await {
        Ok(answers) => Ok(answers),
        Err(error) => {
            tracing::debug!(%error, "a read is tried again");
            *connection = None;
            read(engine, connection, questions).await
        }
    }
}

/// Answers all questions as of one moment.
async fn read<E: Engine>(engine: &E, connection: &mut Option<E::Connection>, questions: &[&Question]) -> Result<Vec<Answer>, Error> {
    let link = match connection {
        Some(link) => link,
        None => connection.insert(engine.reader().await?),
    };
    let needs: Vec<&Need> = questions
        .iter()
        .filter_map(|question| match question {
            Question::Facts(need) => Some(need),
            _ => None,
        })
        .collect();
    // One statement sees one moment by itself.
    if let [question @ Question::Bibs(_)] = questions {
        return Ok(vec![answer(link, question).await?]);
    }
    link.begin_read().await?;
    let mut facts = match needs.is_empty() {
        true => Vec::new(),
        false => facts::read(link, &needs).await?,
    }
    .into_iter();
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        answers.push(match question {
            Question::Facts(_) => Answer::Facts(facts.next().unwrap_or_default()),
            other => answer(link, other).await?,
        });
    }
    link.rollback().await?;
    Ok(answers)
}

async fn answer<C: Connection>(link: &mut C, question: &Question) -> Result<Answer, Error> {
    Ok(match question {
        Question::Facts(need) => {
            let facts = facts::read(link, &[need]).await?;
            Answer::Facts(facts.into_iter().next().unwrap_or_default())
        }
        Question::FeedAfter(sequence, limit) => Answer::Feed(feed_after(link, *sequence, *limit).await?),
        Question::HoldsOver(today, at, after, limit) => Answer::Holds(facts::holds_over(link, *today, *at, *after, *limit).await?),
        Question::FeedHead => {
            let rows = link.query(&FEED_HEAD, Vec::new()).await?;
            Answer::FeedHead(rows.into_iter().next().ok_or(Error::Shape("no feed"))?.int()?)
        }
        Question::Page(page) => Answer::Page(pages::page(link, page).await?),
        Question::Bibs(ids) => Answer::Bibs(pages::bibs(link, ids).await?),
        Question::Named(names) => Answer::Named(copies::named(link, names).await?),
        Question::Copies(bibs) => Answer::Copies(copies::copies(link, bibs).await?),
        Question::BibsOfItems(items) => Answer::BibsOfItems(copies::bibs_of_items(link, items).await?),
        Question::Digests(agency, cards) => Answer::Digests(pages::digests(link, agency, cards).await?),
        Question::MissingGuardians(limit) => Answer::MissingGuardians(pages::missing_guardians(link, *limit).await?),
        Question::Agencies => Answer::Agencies(pages::agencies(link).await?),
        Question::Statistics(after, to, limit) => Answer::Statistics(pages::statistics(link, after, *to, *limit).await?),
        Question::Counts => Answer::Counts(pages::counts(link).await?),
    })
}

async fn feed_after<C: Connection>(link: &mut C, sequence: i64, limit: u32) -> Result<Vec<FeedEntry>, Error> {
    let rows = link.query(&FEED_AFTER, vec![sequence.into(), i64::from(limit).into()]).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(FeedEntry {
                sequence: row.int()?,
                kind: Coded::read(&row.text()?)?,
                id: row.int()?,
                operation: Coded::read(&row.text()?)?,
                at: records::timestamp(row.int()?)?,
                channel: row.text()?,
            })
        })
        .collect()
}
