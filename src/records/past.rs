//! Earlier calls of a number, and numbers that are barred: looked up when a call begins, beside the writer, because its
//! caller is to be answered within a few milliseconds.

use super::{database, ledger::Leg, place};
use crate::{
    call::{Before, Past},
    phone::PhoneNumber,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Result, named_params, params};
use std::{
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};
use tokio::sync::oneshot;

/// How a call ends that told its caller to change phones, or was cut off (service-script.md §2.7).
const DROPPED: &str = "'silent', 'faint', 'noisy', 'choppy', 'one_way', 'lost', 'interrupted', 'failed'";

/// Speech this short is no request (service-script.md §2.2), milliseconds.
const SHORTEST_REQUEST: i64 = 600;

/// Asks a thread of its own, so that no look-up waits behind a transaction.
#[derive(Clone, Debug)]
pub(super) struct Desk(mpsc::Sender<Question>);

#[derive(Debug)]
struct Question {
    number: PhoneNumber,
    now: Timestamp,
    answer: oneshot::Sender<Past>,
}

impl Desk {
    /// Starts the thread; it ends when the last desk is dropped.
    pub(super) fn open(data: &Path) -> std::io::Result<Self> {
        let (questions, queue) = mpsc::channel();
        let path = database(data);
        thread::Builder::new().name("past".into()).spawn(move || answer(&path, &queue))?;
        Ok(Self(questions))
    }

    /// What is known of a number; nothing, where the records take longer than `patience`.
    pub(super) async fn ask(&self, number: PhoneNumber, now: Timestamp, patience: Duration) -> Past {
        let (answer, answered) = oneshot::channel();
        let _ = self.0.send(Question { number, now, answer });
        let answered = tokio::time::timeout(patience, answered).await;
        answered.ok().and_then(std::result::Result::ok).unwrap_or_default()
    }
}

fn answer(path: &PathBuf, queue: &mpsc::Receiver<Question>) {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = match Connection::open_with_flags(path, flags).and_then(|db| place::spare(&db).map(|()| db)) {
        Ok(db) => db,
        Err(error) => return tracing::error!(%error, "earlier calls can't be looked up"),
    };
    while let Ok(Question { number, now, answer }) = queue.recv() {
        match past(&db, &number, now) {
            // Who asked may have gone.
            Ok(past) => drop(answer.send(past)),
            Err(error) => tracing::error!(%error, "earlier calls can't be looked up"),
        }
    }
}

fn past(db: &Connection, number: &PhoneNumber, now: Timestamp) -> Result<Past> {
    let barred = db
        .prepare_cached("SELECT 1 FROM bars WHERE number = ?1 AND until > ?2")?
        .exists(params![number.reveal(), now.as_millisecond()])?;
    Ok(Past { last: last(db, number, now)?, barred })
}

/// The last call of a number that has ended; whether it was dropped is asked of that one alone.
fn last(db: &Connection, number: &PhoneNumber, now: Timestamp) -> Result<Option<Before>> {
    let query = format!(
        "SELECT ended, disposition IN ({DROPPED}) AND EXISTS (
             SELECT 1 FROM events e WHERE e.call = calls.id AND (e.kind = 'key' OR (e.kind = 'judged'
                 AND json_extract(e.detail, '$.condition') IN ('clear', 'faint', 'noisy', 'handsfree', 'choppy')
                 AND json_extract(e.detail, '$.evidence.speech_ms') >= :request)))
         FROM calls WHERE caller = :number AND ended IS NOT NULL ORDER BY started DESC LIMIT 1"
    );
    let parameters = named_params! { ":number": number.reveal(), ":request": SHORTEST_REQUEST };
    db.prepare_cached(&query)?
        .query_row(parameters, |row| {
            let ended: i64 = row.get(0)?;
            let ago = Duration::from_millis(now.as_millisecond().saturating_sub(ended).max(0).unsigned_abs());
            Ok(Before { ago, dropped: row.get::<_, Option<bool>>(1)?.unwrap_or(false) })
        })
        .optional()
}

pub(super) fn bar(
    db: &Connection,
    leg: &Leg,
    number: &PhoneNumber,
    time: Duration,
    reason: &str,
    made: Timestamp,
) -> Result<()> {
    let until =
        SignedDuration::try_from(time).ok().and_then(|time| made.checked_add(time).ok()).unwrap_or(Timestamp::MAX);
    db.prepare_cached("INSERT INTO bars (number, call, reason, created, until) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![number.reveal(), leg.call.0, reason, made.as_millisecond(), until.as_millisecond()])?;
    Ok(())
}
