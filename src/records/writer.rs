//! The writing side: one thread, one connection, many entries a transaction.
//!
//! A call never waits for the disk: [`CallRecord::append`] puts the entry into a queue. Where the disk can't keep up,
//! entries beyond [`BACKLOG`] are dropped and counted; beginnings, endings and promises never are, because there are
//! few of them a call. A promise is answered only when its transaction is on disk (`synchronous = FULL`); other
//! entries survive the death of the process, and may lose their last moments with the machine's power.

use super::{
    Known, NewCall, OpenError, Promises, RecordId, Route, database, ledger, ledger::Leg, messages, past, place,
};
use crate::{
    call::{Entry, Past, What},
    moment::Moment,
    phone::PhoneNumber,
    session::Promise,
};
use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// How long an entry may wait for company: chosen, so that a thousand calls make twenty transactions a second.
const FLUSH: Duration = Duration::from_millis(50);

/// Jobs of one transaction at most: chosen, some 20 ms of work.
const BATCH: usize = 4096;

/// Entries that may wait, about a minute of a thousand calls: chosen, some 16 MB.
const BACKLOG: usize = 65_536;

/// Pause after a transaction that failed, so that a full disk is not hammered: chosen.
const BACK_OFF: Duration = Duration::from_millis(250);

/// The writing side of the records; cheap to clone.
#[derive(Clone, Debug)]
pub struct Records(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    jobs: mpsc::Sender<Job>,
    next_id: AtomicI64,
    gauges: Arc<Gauges>,
    past: past::Desk,
}

/// What [`Records::open`] gives.
#[derive(Debug)]
pub struct Opened {
    /// To be shared with every call.
    pub records: Records,
    /// To be kept to the end.
    pub keeper: Keeper,
    /// How many calls an earlier process left open; they are closed as `interrupted` now.
    pub interrupted: usize,
    /// How many messages an earlier process left half spoken; they are kept as they are.
    pub adopted: usize,
}

impl Records {
    /// Opens or makes the records in `data`, closes what an earlier process left open, and starts the writer.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(data: &Path, now: Timestamp) -> Result<Opened, OpenError> {
        let lock = place::lock(data)?;
        let mut connection = place::connect(data, now)?;
        let failed = |source| OpenError::Database { path: database(data), source };
        let interrupted = ledger::close_interrupted(&connection).map_err(failed)?;
        let adopted = messages::adopt(&connection, data).map_err(failed)?;
        let next_id = AtomicI64::new(ledger::last_id(&connection).map_err(failed)? + 1);

        let no_thread = |source| OpenError::Directory { path: data.to_owned(), source };
        let past = past::Desk::open(data).map_err(no_thread)?;
        let (jobs, queue) = mpsc::channel();
        let gauges = Arc::new(Gauges::default());
        let writer = Writer { queue, gauges: Arc::clone(&gauges), batch: Vec::new(), stopped: false };
        let thread = thread::Builder::new()
            .name("records".into())
            .spawn(move || {
                writer.run(&mut connection);
                drop(connection);
                drop(lock);
            })
            .map_err(no_thread)?;
        let keeper = Keeper { jobs: jobs.clone(), thread: Some(thread) };
        Ok(Opened { records: Self(Arc::new(Shared { jobs, next_id, gauges, past })), keeper, interrupted, adopted })
    }

    /// A record for a call that begins. Never blocks.
    pub fn begin(&self, call: NewCall) -> CallRecord {
        let id = RecordId(self.0.next_id.fetch_add(1, Relaxed));
        let leg = Leg { call: id, number: 1, started: call.started };
        self.send(Job::Begin(leg, Box::new(call)));
        CallRecord { records: self.clone(), leg }
    }

    /// The record of a call that came back, with a new leg from `started` on. Never blocks.
    pub fn resume(&self, known: &Known, started: Timestamp) -> CallRecord {
        let leg = Leg { call: known.id, number: known.legs + 1, started };
        self.send(Job::Resume(leg));
        CallRecord { records: self.clone(), leg }
    }

    /// The newest call of this gateway's id.
    ///
    /// # Errors
    /// [`Unavailable`] where the records can't be read.
    pub async fn find_by_call_id(&self, call_id: &str) -> Result<Option<Known>, Unavailable> {
        let call_id = call_id.to_owned();
        self.ask(move |db| ledger::known(db, &call_id)).await
    }

    /// What is known of a caller's number as his call begins; nothing, where that takes longer than `patience`.
    pub async fn past(&self, number: PhoneNumber, now: Timestamp, patience: Duration) -> Past {
        self.0.past.ask(number, now, patience).await
    }

    /// The decision for a gateway's dialplan.
    ///
    /// # Errors
    /// [`Unavailable`] where the records can't be read.
    pub async fn route(&self, call_id: &str, now: Timestamp) -> Result<Route, Unavailable> {
        let call_id = call_id.to_owned();
        self.ask(move |db| ledger::route(db, &call_id, now)).await
    }

    /// What callbacks are owed.
    ///
    /// # Errors
    /// [`Unavailable`] where the records can't be read.
    pub async fn promises(&self, now: Timestamp) -> Result<Promises, Unavailable> {
        self.ask(move |db| ledger::promises(db, now)).await
    }

    /// How the writer is doing, for metrics and readiness.
    pub fn figures(&self) -> Figures {
        let gauges = &self.0.gauges;
        Figures {
            backlog: gauges.waiting.load(Relaxed),
            dropped: gauges.dropped.load(Relaxed),
            failing: gauges.failing.load(Relaxed),
        }
    }

    /// Runs a look-up after everything that was written before it.
    async fn ask<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Ask(Box::new(move |db| {
            let _ = answer.send(look(db));
        })));
        answered.await.map_err(|_| Unavailable::Stopped)?.map_err(Unavailable::Database)
    }

    fn send(&self, job: Job) {
        // The receiver is gone only after `Keeper::finish`; what calls still say then has no reader.
        let _ = self.0.jobs.send(job);
    }
}

/// One leg's way into the records.
#[derive(Clone, Debug)]
pub struct CallRecord {
    records: Records,
    leg: Leg,
}

impl CallRecord {
    /// The call's number in the records.
    pub const fn id(&self) -> RecordId {
        self.leg.call
    }

    /// Which leg of the call this is, from 1.
    pub const fn leg(&self) -> u32 {
        self.leg.number
    }

    /// Appends an entry, in order. Never blocks.
    pub fn append(&self, entry: Entry) {
        let gauges = &self.records.0.gauges;
        let indispensable = matches!(entry.what, What::Started { .. } | What::Ended { .. });
        if gauges.waiting.load(Relaxed) >= BACKLOG && !indispensable {
            gauges.dropped.fetch_add(1, Relaxed);
            return;
        }
        gauges.waiting.fetch_add(1, Relaxed);
        self.records.send(Job::Append(self.leg, Box::new(entry)));
    }

    /// Commits a promise made at `at`; the answer comes when it is on disk (`true`) or could not be put there.
    /// It is queued before this returns: entries appended later come after it.
    pub fn commit(&self, promise: Promise, at: Moment) -> impl Future<Output = bool> + Send + use<> {
        let made = self.leg.started.checked_add(at.elapsed()).unwrap_or(self.leg.started);
        let (answer, answered) = oneshot::channel();
        self.records.send(Job::Promise(self.leg, promise, made, answer));
        async move { answered.await.unwrap_or(false) }
    }
}

/// Keeps the writer; [`Keeper::finish`] (or dropping it) writes everything out and stops it.
#[derive(Debug)]
pub struct Keeper {
    jobs: mpsc::Sender<Job>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Keeper {
    /// Writes out everything queued so far and closes the database. Blocks while it does.
    pub fn finish(self) {
        drop(self);
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let _ = self.jobs.send(Job::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// How the writer is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Entries not yet written.
    pub backlog: usize,
    /// Entries dropped since the start.
    pub dropped: u64,
    /// Whether the last transaction failed.
    pub failing: bool,
}

/// The records can't be read now. Who can fix it: us, or the operator's disk.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// The writer has stopped.
    #[error("the records are closed")]
    Stopped,
    /// The database refused.
    #[error("the records can't be read: {0}")]
    Database(rusqlite::Error),
}

#[derive(Debug, Default)]
struct Gauges {
    waiting: AtomicUsize,
    dropped: AtomicU64,
    failing: AtomicBool,
}

enum Job {
    Begin(Leg, Box<NewCall>),
    Resume(Leg),
    Append(Leg, Box<Entry>),
    Promise(Leg, Promise, Timestamp, oneshot::Sender<bool>),
    Ask(Box<dyn FnOnce(&Connection) + Send>),
    Stop,
}

impl Job {
    /// Whether somebody waits for it.
    const fn is_urgent(&self) -> bool {
        matches!(self, Self::Promise(..) | Self::Ask(_) | Self::Stop)
    }

    fn write(&self, db: &Connection) -> rusqlite::Result<()> {
        match self {
            Self::Begin(leg, call) => ledger::begin(db, leg, call),
            Self::Resume(leg) => ledger::resume(db, leg),
            Self::Append(leg, entry) => ledger::append(db, leg, entry),
            Self::Promise(leg, promise, made, _) => ledger::promise(db, leg, promise, *made),
            Self::Ask(_) | Self::Stop => Ok(()),
        }
    }
}

struct Writer {
    queue: mpsc::Receiver<Job>,
    gauges: Arc<Gauges>,
    /// Gathered, and what a failed transaction left.
    batch: Vec<Job>,
    stopped: bool,
}

impl Writer {
    fn run(mut self, db: &mut Connection) {
        while !self.stopped {
            self.gather();
            match self.write(db) {
                Ok(refused) => self.written(db, &refused),
                Err(error) => self.failed(db, &error),
            }
        }
    }

    /// Waits for work, then for more until it is due or somebody waits for it.
    fn gather(&mut self) {
        let mut due = None;
        for _ in 0..BATCH {
            let wait = match due {
                Some(due) => Instant::saturating_duration_since(&due, Instant::now()),
                None if self.batch.is_empty() => Duration::MAX,
                None => Duration::ZERO,
            };
            match self.queue.recv_timeout(wait) {
                Ok(job) => {
                    let now = Instant::now();
                    due = if job.is_urgent() { Some(now) } else { due.or(Some(now + FLUSH)) };
                    self.stopped |= matches!(job, Job::Stop);
                    self.batch.push(job);
                }
                Err(mpsc::RecvTimeoutError::Timeout) => return,
                Err(mpsc::RecvTimeoutError::Disconnected) => return self.stopped = true,
            }
        }
    }

    /// Writes the batch in one transaction; which of its jobs the database refused for themselves.
    fn write(&self, db: &mut Connection) -> rusqlite::Result<Vec<usize>> {
        let promised = self.batch.iter().any(|job| matches!(job, Job::Promise(..)));
        db.pragma_update(None, "synchronous", if promised { "FULL" } else { "NORMAL" })?;
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut refused = Vec::new();
        for (index, job) in self.batch.iter().enumerate() {
            match job.write(&transaction) {
                Err(error) if is_its_own_fault(&error) => {
                    tracing::error!(%error, "an entry was refused by the records");
                    refused.push(index);
                }
                other => other?,
            }
        }
        transaction.commit()?;
        Ok(refused)
    }

    fn written(&mut self, db: &Connection, refused: &[usize]) {
        if self.gauges.failing.swap(false, Relaxed) {
            tracing::info!("the records can be written again");
        }
        for (index, job) in self.batch.drain(..).enumerate() {
            match job {
                Job::Append(..) => drop(self.gauges.waiting.fetch_sub(1, Relaxed)),
                Job::Promise(_, _, _, answer) => drop(answer.send(!refused.contains(&index))),
                Job::Ask(look) => look(db),
                Job::Begin(..) | Job::Resume(_) | Job::Stop => {}
            }
        }
    }

    /// Answers those who wait, and keeps the rest for the next try.
    fn failed(&mut self, db: &Connection, error: &rusqlite::Error) {
        if !self.gauges.failing.swap(true, Relaxed) {
            tracing::error!(%error, "the records can't be written; trying again");
        }
        for job in std::mem::take(&mut self.batch) {
            match job {
                Job::Promise(_, _, _, answer) => drop(answer.send(false)),
                Job::Ask(look) => look(db),
                Job::Stop => {}
                kept => self.batch.push(kept),
            }
        }
        match self.stopped {
            true => {
                tracing::error!(entries = self.batch.len(), "the records close with entries that could not be written")
            }
            false => thread::sleep(BACK_OFF),
        }
    }
}

/// Whether an error is of one entry, so that the others can still be written.
fn is_its_own_fault(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{ConstraintViolation, TooBig, TypeMismatch};
    matches!(error.sqlite_error_code(), Some(ConstraintViolation | TooBig | TypeMismatch))
        || matches!(error, rusqlite::Error::ToSqlConversionFailure(_))
}
