//! Erasure: calls older than a day that operators name, with their events, routes, recordings and messages, and bars that
//! ran out before it. Callbacks that are still owed, and messages that nobody has dealt with, keep their call.

use super::{ReadError, RecordId, database, messages, recording, schema};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long it waits for a writer: chosen.
const BUSY: Duration = Duration::from_secs(5);

/// What was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Calls.
    pub calls: usize,
    /// Recorded files.
    pub recordings: usize,
    /// Messages that callers left, their sound included.
    pub messages: usize,
}

/// Erases every call that ended before `before`; works beside a running service.
///
/// # Errors
/// [`ReadError`] where the records can't be opened or written.
pub fn purge(data: &Path, before: Timestamp) -> Result<Purged, ReadError> {
    let path = database(data);
    if !path.exists() {
        return Err(ReadError::Missing(path));
    }
    let failed = |source| ReadError::Database { path: path.clone(), source };
    let mut db = connect(&path).map_err(failed)?;
    let found = schema::version(&db).map_err(failed)?;
    if found != schema::VERSION {
        return Err(ReadError::Version { path, found });
    }
    let ids = erase(&mut db, before).map_err(failed)?;
    let files = |files: fn(&Path, RecordId) -> Vec<PathBuf>| {
        ids.iter().flat_map(|&id| files(data, id)).filter(|file| fs::remove_file(file).is_ok()).count()
    };
    let (recordings, messages) = (files(recording::files), files(messages::files));
    Ok(Purged { calls: ids.len(), recordings, messages })
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.busy_timeout(BUSY)?;
    db.pragma_update(None, "foreign_keys", true)?;
    // What is erased is overwritten, not only forgotten.
    db.pragma_update(None, "secure_delete", true)?;
    Ok(db)
}

fn erase(db: &mut Connection, before: Timestamp) -> rusqlite::Result<Vec<RecordId>> {
    let before = before.as_millisecond();
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute(
        "DELETE FROM callbacks WHERE outcome IS NOT NULL AND call IN (SELECT id FROM calls WHERE ended < ?1)",
        [before],
    )?;
    transaction.execute(
        "DELETE FROM messages WHERE call IN (SELECT id FROM calls WHERE ended < ?1)
            AND call NOT IN (SELECT call FROM messages WHERE outcome IS NULL)
            AND call NOT IN (SELECT call FROM callbacks)",
        [before],
    )?;
    transaction.execute("DELETE FROM bars WHERE until < ?1", [before])?;
    let erased = transaction
        .prepare(
            "DELETE FROM calls WHERE ended < ?1 AND id NOT IN (SELECT call FROM callbacks)
                AND id NOT IN (SELECT call FROM messages) RETURNING id",
        )?
        .query_map([before], |row| row.get(0).map(RecordId))?
        .collect::<rusqlite::Result<_>>()?;
    transaction.commit()?;
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(erased)
}
