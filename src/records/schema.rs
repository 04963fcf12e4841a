//! The shape of the database, and how an older one becomes a newer one.

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior, params};

/// Each brings the database from the version before it (its index) to the next. Never edited once released.
const MIGRATIONS: [&str; 2] = [include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// The version this program writes and reads.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// The version of a database; 0 for an empty one.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Applies the migrations a database of version `from` lacks, each whole or not at all.
pub(super) fn migrate(connection: &mut Connection, from: i64, now: Timestamp) -> rusqlite::Result<()> {
    for (migration, version) in MIGRATIONS.iter().zip(1..).skip(from as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration)?;
        transaction.execute(
            "INSERT INTO migrations (version, applied, program) VALUES (?1, ?2, ?3)",
            params![version, now.as_millisecond(), env!("CARGO_PKG_VERSION")],
        )?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}
