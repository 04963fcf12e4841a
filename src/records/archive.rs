//! The reading side: the same file, read-only, beside a running service or after a stopped one.

use super::{Message, MessageId, RecordId, database, event, messages, schema};
use crate::{call::Entry, phone::PhoneNumber};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, named_params};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// How long a look waits for a writer: chosen.
const BUSY: Duration = Duration::from_secs(5);

/// The records, to read.
#[derive(Debug)]
pub struct Archive(Connection);

/// Which calls are listed; everything by default. What is not set does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Calls that began at this time or later.
    pub since: Option<Timestamp>,
    /// Calls that began before this time.
    pub until: Option<Timestamp>,
    /// A word of the contract; `running` for calls without an end.
    pub disposition: Option<String>,
    /// As last judged.
    pub condition: Option<String>,
    /// The caller's whole number.
    pub caller: Option<String>,
    /// The gateway's id.
    pub call_id: Option<String>,
    /// At most so many, the newest.
    pub limit: Option<u32>,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Its record.
    pub id: RecordId,
    /// The gateway's id.
    pub call_id: Option<String>,
    /// The gateway's dialect.
    pub dialect: String,
    /// The caller's number.
    pub caller: Option<PhoneNumber>,
    /// The dialled number.
    pub called: Option<PhoneNumber>,
    /// Which version of the script it ran.
    pub script: Option<String>,
    /// When its first leg began.
    pub started: Timestamp,
    /// When its last leg ended; `None` while it runs.
    pub ended: Option<Timestamp>,
    /// How it came out.
    pub disposition: Option<String>,
    /// To whom it was handed.
    pub target: Option<String>,
    /// Who ended it.
    pub by: Option<String>,
    /// The step it ended in.
    pub step: Option<String>,
    /// The line, as last judged.
    pub condition: Option<String>,
    /// How many legs it had.
    pub legs: u32,
    /// How many callbacks were promised in it.
    pub callbacks: u32,
    /// How many messages were left in it.
    pub messages: u32,
}

/// One call with everything that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The call.
    pub summary: Summary,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// What was promised.
    pub callbacks: Vec<Callback>,
    /// What was left.
    pub messages: Vec<Message>,
}

impl History {
    /// What happened on one leg (from 1), on its own axis, as far as it can be read back: masked numbers can't.
    pub fn journal(&self, leg: u32) -> Vec<Entry> {
        event::journal(&self.events, leg)
    }

    /// When a leg began; `None` where nothing is known of it.
    pub fn leg_started(&self, leg: u32) -> Option<Timestamp> {
        let event = self.events.iter().find(|event| event.leg == leg)?;
        self.summary.started.checked_add(jiff::SignedDuration::from_millis(event.at_ms - event.leg_ms)).ok()
    }
}

/// Something that happened in a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Milliseconds since the call began, over all its legs.
    pub at_ms: i64,
    /// In which leg, from 1.
    pub leg: u32,
    /// Milliseconds since that leg began.
    pub leg_ms: i64,
    /// What (`prompt_said`, `judged` …).
    pub kind: String,
    /// What belongs to it, a JSON object.
    pub detail: Value,
}

/// A promise to call back.
#[derive(Clone, Debug, PartialEq)]
pub struct Callback {
    /// Its number among the callbacks.
    pub id: i64,
    /// The call in which it was promised.
    pub call: RecordId,
    /// Whom to call.
    pub number: PhoneNumber,
    /// When it was promised.
    pub created: Timestamp,
    /// When it is overdue.
    pub due: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Who has taken it.
    pub owner: Option<String>,
    /// How it came out; `None` while it is owed.
    pub outcome: Option<String>,
}

impl Archive {
    /// Opens the records in `data`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn open(data: &Path) -> Result<Self, ReadError> {
        let path = database(data);
        if !path.exists() {
            return Err(ReadError::Missing(path));
        }
        let failed = |source| ReadError::Database { path: path.clone(), source };
        let connection = connect(&path).map_err(failed)?;
        match schema::version(&connection).map_err(failed)? {
            schema::VERSION => Ok(Self(connection)),
            found => Err(ReadError::Version { path, found }),
        }
    }

    /// The calls that fit, newest first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn list(&self, filter: &Filter) -> rusqlite::Result<Vec<Summary>> {
        let mut query = self.0.prepare_cached(&format!(
            "{SUMMARY} WHERE (:since IS NULL OR started >= :since) AND (:until IS NULL OR started < :until)
                AND (:disposition IS NULL OR coalesce(disposition, 'running') = :disposition)
                AND (:condition IS NULL OR condition = :condition)
                AND (:caller IS NULL OR caller = :caller)
                AND (:call_id IS NULL OR call_id = :call_id)
             ORDER BY started DESC, id DESC LIMIT :limit"
        ))?;
        let found = query.query_map(
            named_params! {
                ":since": filter.since.map(Timestamp::as_millisecond),
                ":until": filter.until.map(Timestamp::as_millisecond),
                ":disposition": filter.disposition,
                ":condition": filter.condition,
                ":caller": filter.caller,
                ":call_id": filter.call_id,
                ":limit": filter.limit.map_or(-1, i64::from),
            },
            summary,
        )?;
        found.collect()
    }

    /// One call with everything that happened; `None`: there is no such record.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn show(&self, id: RecordId) -> rusqlite::Result<Option<History>> {
        let query = format!("{SUMMARY} WHERE id = ?1");
        let Some(summary) = self.0.prepare_cached(&query)?.query_row([id.0], summary).optional()? else {
            return Ok(None);
        };
        Ok(Some(History {
            summary,
            events: self.events(id)?,
            callbacks: self.callbacks_of(id)?,
            messages: self.messages_of(id)?,
        }))
    }

    /// The callbacks that are owed, the most urgent first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn open_callbacks(&self) -> rusqlite::Result<Vec<Callback>> {
        let query = format!("{CALLBACK} WHERE outcome IS NULL ORDER BY due, id");
        self.0.prepare_cached(&query)?.query_map([], callback)?.collect()
    }

    /// The messages that nobody has dealt with, the most urgent first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn open_messages(&self) -> rusqlite::Result<Vec<Message>> {
        let query = format!("{} WHERE outcome IS NULL ORDER BY due, id", messages::COLUMNS);
        self.0.prepare_cached(&query)?.query_map([], messages::message)?.collect()
    }

    /// One message.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn message(&self, id: MessageId) -> rusqlite::Result<Option<Message>> {
        let query = format!("{} WHERE id = ?1", messages::COLUMNS);
        self.0.prepare_cached(&query)?.query_row([id.0], messages::message).optional()
    }

    fn messages_of(&self, id: RecordId) -> rusqlite::Result<Vec<Message>> {
        let query = format!("{} WHERE call = ?1 ORDER BY id", messages::COLUMNS);
        self.0.prepare_cached(&query)?.query_map([id.0], messages::message)?.collect()
    }

    fn callbacks_of(&self, id: RecordId) -> rusqlite::Result<Vec<Callback>> {
        let query = format!("{CALLBACK} WHERE call = ?1 ORDER BY id");
        self.0.prepare_cached(&query)?.query_map([id.0], callback)?.collect()
    }

    fn events(&self, id: RecordId) -> rusqlite::Result<Vec<Event>> {
        let mut query = self.0.prepare_cached(
            "SELECT l.started - c.started + e.at_ms, e.leg, e.at_ms, e.kind, e.detail FROM events e
             JOIN calls c ON c.id = e.call JOIN legs l ON l.call = e.call AND l.number = e.leg
             WHERE e.call = ?1 ORDER BY e.id",
        )?;
        let events = query.query_map([id.0], |row| {
            let detail: String = row.get(4)?;
            Ok(Event {
                at_ms: row.get(0)?,
                leg: row.get(1)?,
                leg_ms: row.get(2)?,
                kind: row.get(3)?,
                detail: serde_json::from_str(&detail).unwrap_or(Value::Null),
            })
        })?;
        events.collect()
    }
}

/// Why the records can't be read. Who can fix it: whoever gave the path.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There are none.
    #[error("there are no records at {}", .0.display())]
    Missing(PathBuf),
    /// The file is no database, damaged, or may not be read.
    #[error("the records {} can't be read: {source}", path.display())]
    Database {
        /// Which.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// Another version of the program wrote them.
    #[error("the records {} are of version {found}, this program reads {}: use the qingjiang that serves them", path.display(), schema::VERSION)]
    Version {
        /// Which.
        path: PathBuf,
        /// Their version.
        found: i64,
    },
}

/// Read-only. Where the directory may not be written to (a copy, another user's), SQLite can't make its shared memory
/// and is told that nobody writes, which is true as long as there is no log to be read with it.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    let readable = schema::version(&connection);
    let unwritable =
        readable.as_ref().err().and_then(rusqlite::Error::sqlite_error_code) == Some(rusqlite::ErrorCode::CannotOpen);
    if unwritable && !path.with_extension("db-wal").exists() {
        let uri = format!("file:{}?immutable=1", encode(path));
        return Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI);
    }
    readable.map(|_| connection)
}

fn encode(path: &Path) -> String {
    const KEPT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'.');
    percent_encoding::percent_encode(path.as_os_str().as_encoded_bytes(), KEPT).to_string()
}

const SUMMARY: &str =
    "SELECT id, call_id, dialect, caller, called, script, started, ended, disposition, target, ended_by,
    step, condition, legs, (SELECT count(*) FROM callbacks WHERE call = calls.id),
    (SELECT count(*) FROM messages WHERE call = calls.id) FROM calls";

fn summary(row: &Row<'_>) -> rusqlite::Result<Summary> {
    Ok(Summary {
        id: RecordId(row.get(0)?),
        call_id: row.get(1)?,
        dialect: row.get(2)?,
        caller: number(row, 3)?,
        called: number(row, 4)?,
        script: row.get(5)?,
        started: time(row, 6)?,
        ended: row.get::<_, Option<i64>>(7)?.map(|_| time(row, 7)).transpose()?,
        disposition: row.get(8)?,
        target: row.get(9)?,
        by: row.get(10)?,
        step: row.get(11)?,
        condition: row.get(12)?,
        legs: row.get(13)?,
        callbacks: row.get(14)?,
        messages: row.get(15)?,
    })
}

const CALLBACK: &str = "SELECT id, call, number, created, due, attempts, owner, outcome FROM callbacks";

fn callback(row: &Row<'_>) -> rusqlite::Result<Callback> {
    Ok(Callback {
        id: row.get(0)?,
        call: RecordId(row.get(1)?),
        number: number(row, 2)?.ok_or(rusqlite::Error::IntegralValueOutOfRange(2, 0))?,
        created: time(row, 3)?,
        due: time(row, 4)?,
        attempts: row.get(5)?,
        owner: row.get(6)?,
        outcome: row.get(7)?,
    })
}

pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<PhoneNumber>> {
    Ok(row.get::<_, Option<String>>(column)?.as_deref().and_then(PhoneNumber::parse))
}

pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let millis = row.get(column)?;
    Timestamp::from_millisecond(millis).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, millis))
}
