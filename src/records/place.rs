//! Where records are kept: the data directory, its lock, and the database to write.

use super::{database, schema};
use jiff::Timestamp;
use rusqlite::Connection;
use std::{
    fs::{DirBuilder, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long a transaction waits for another process (a purge): chosen.
const BUSY: Duration = Duration::from_secs(5);

/// Pages that the writer keeps in memory, as SQLite counts them (negative: KiB). Chosen: it appends, and reads little of
/// what it wrote; SQLite's own 2 MiB are never asked for again.
const CACHE: i64 = -512;

/// Takes the data directory for this process, until the file is dropped or the process dies.
pub(super) fn lock(data: &Path) -> Result<File, OpenError> {
    let failed = |source| OpenError::Directory { path: data.to_owned(), source };
    make_private(data).map_err(failed)?;
    let lock = File::create(data.join("qingjiang.lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(data.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Makes a directory that only its owner can look into: it holds telephone numbers.
pub(super) fn make_private(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Opens the database to write, made or brought up to date where needed.
pub(super) fn connect(data: &Path, now: Timestamp) -> Result<Connection, OpenError> {
    let path = database(data);
    touch_private(&path).map_err(|source| OpenError::Directory { path: data.to_owned(), source })?;
    let failed = |source| OpenError::Database { path: path.clone(), source };
    let mut connection = Connection::open(&path).map_err(failed)?;
    configure(&connection).map_err(failed)?;
    match schema::version(&connection).map_err(failed)? {
        found if found > schema::VERSION => return Err(OpenError::Newer { path, found }),
        found => schema::migrate(&mut connection, found.max(0), now).map_err(failed)?,
    }
    Ok(connection)
}

/// Makes the file readable by its owner only; SQLite gives its logs the same permissions.
fn touch_private(file: &Path) -> io::Result<()> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

/// Sets a connection up that only looks: it waits for no writer.
pub(super) fn spare(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(4);
    connection.pragma_update(None, "cache_size", CACHE)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "cache_size", CACHE)?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// Why the records could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data directory can't be used. Who can fix it: the operator.
    #[error("the data directory {} can't be used: {source}", path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process writes there. Who can fix it: the operator.
    #[error("{} is in use by another qingjiang: stop it, or give this one its own --data directory", .0.display())]
    InUse(PathBuf),
    /// The file is no database, damaged, or can't be written. Who can fix it: the operator.
    #[error("the records {} can't be opened: {source}", path.display())]
    Database {
        /// Which.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// A newer program wrote them. Who can fix it: the operator.
    #[error("the records {} are of version {found}, this program knows up to {}: use the newer qingjiang", path.display(), schema::VERSION)]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
}
