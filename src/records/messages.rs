//! Messages that callers left: each is a file of sound, and a row that says whose it is and when it is due.
//!
//! The file is closed and on disk before its row is written, so a row always has its sound. A file without a row is what a
//! kill left of a message being spoken: the next start makes a row for it, since the caller believes that it was left.

use super::{RecordId, ledger, ledger::Leg};
use crate::phone::PhoneNumber;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};
use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

/// A rest of sound this short, found at a start, is no message. Chosen: the shortest request is 0.6 s.
const SHORTEST: Duration = Duration::from_secs(1);

/// A message's number in the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub(super) i64);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for MessageId {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its number.
    pub id: MessageId,
    /// The call in which it was left.
    pub call: RecordId,
    /// In which leg, from 1.
    pub leg: u32,
    /// Which of that leg's, from 1.
    pub take: u32,
    /// Who left it, where known.
    pub number: Option<PhoneNumber>,
    /// How long it is.
    pub length: Duration,
    /// When it was left.
    pub created: Timestamp,
    /// When it is overdue.
    pub due: Timestamp,
    /// How often somebody tried to answer it.
    pub attempts: u32,
    /// Who has taken it.
    pub owner: Option<String>,
    /// What became of it; `None` while nobody has dealt with it.
    pub outcome: Option<String>,
}

impl Message {
    /// Its sound: one channel, 8 kHz.
    pub fn file(&self, data: &Path) -> PathBuf {
        path(data, self.call, self.leg, self.take)
    }
}

/// The sound of a message.
pub(super) fn path(data: &Path, call: RecordId, leg: u32, take: u32) -> PathBuf {
    folder(data).join(format!("{call}-{leg}-{take}.wav"))
}

pub(super) fn folder(data: &Path) -> PathBuf {
    data.join("messages")
}

/// Every message's sound that there is of a call.
pub(super) fn files(data: &Path, call: RecordId) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder(data)).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| place(path).is_some_and(|(of, _, _)| of == call)).collect()
}

/// Call, leg and take of a file.
fn place(file: &Path) -> Option<(RecordId, u32, u32)> {
    let mut parts = file.file_name()?.to_str()?.strip_suffix(".wav")?.split('-');
    let place = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(place)
}

pub(super) fn store(
    db: &Connection,
    leg: &Leg,
    take: u32,
    number: Option<&PhoneNumber>,
    length: Duration,
    made: Timestamp,
) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO messages (call, leg, take, number, length_ms, created, due) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        leg.call.0,
        leg.number,
        take,
        number.map(PhoneNumber::reveal),
        length.as_millis() as i64,
        made.as_millisecond(),
        made.as_millisecond() + ledger::CALLBACK_DUE.as_millis() as i64,
    ])?;
    Ok(())
}

/// Makes rows for the sound that a kill left without one; how many.
pub(super) fn adopt(db: &Connection, data: &Path) -> Result<usize> {
    let mut adopted = 0;
    for file in fs::read_dir(folder(data)).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let Some((call, leg, take)) = place(&file) else { continue };
        let known = db
            .prepare_cached("SELECT 1 FROM messages WHERE call = ?1 AND leg = ?2 AND take = ?3")?
            .exists(params![call.0, leg, take])?;
        if known {
            continue;
        }
        match sound(&file) {
            Ok((length, left)) if length >= SHORTEST => {
                adopted += adopt_one(db, &file, &Leg { call, number: leg, started: left }, take, length)?;
            }
            // What can't be read is left for a human being to look at.
            Ok(_) => drop(fs::remove_file(&file)),
            Err(error) => tracing::warn!(%error, file = %file.display(), "the rest of a message can't be read"),
        }
    }
    Ok(adopted)
}

fn adopt_one(db: &Connection, path: &Path, leg: &Leg, take: u32, length: Duration) -> Result<usize> {
    let caller: Option<Option<String>> =
        db.query_row("SELECT caller FROM calls WHERE id = ?1", [leg.call.0], |row| row.get(0)).optional()?;
    let Some(caller) = caller else {
        // Its call was erased.
        drop(fs::remove_file(path));
        return Ok(0);
    };
    let number = caller.as_deref().and_then(PhoneNumber::parse);
    store(db, leg, take, number.as_ref(), length, leg.started)?;
    Ok(1)
}

/// How long a file plays, and when it was last written.
fn sound(file: &Path) -> io::Result<(Duration, Timestamp)> {
    let written = fs::metadata(file)?.modified()?;
    let wav = hound::WavReader::open(file).map_err(io::Error::other)?;
    let length = Duration::from_secs_f64(f64::from(wav.duration()) / f64::from(wav.spec().sample_rate.max(1)));
    Ok((length, Timestamp::try_from(written).map_err(io::Error::other)?))
}

pub(super) const COLUMNS: &str =
    "SELECT id, call, leg, take, number, length_ms, created, due, attempts, owner, outcome FROM messages";

pub(super) fn message(row: &Row<'_>) -> Result<Message> {
    let length: i64 = row.get(5)?;
    Ok(Message {
        id: MessageId(row.get(0)?),
        call: RecordId(row.get(1)?),
        leg: row.get(2)?,
        take: row.get(3)?,
        number: super::archive::number(row, 4)?,
        length: Duration::from_millis(length.unsigned_abs()),
        created: super::archive::time(row, 6)?,
        due: super::archive::time(row, 7)?,
        attempts: row.get(8)?,
        owner: row.get(9)?,
        outcome: row.get(10)?,
    })
}
