//! What the service needs of the records.

use crate::{
    call::Entry,
    gateway::{DialectName, Started},
    phone::PhoneNumber,
    session::Promise,
};

/// A record's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordId(String);

impl RecordId {
    /// A fresh one.
    pub fn new() -> Self {
        Self("stub".into())
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a record begins with.
#[derive(Debug)]
pub struct Opening<'a> {
    /// The dialect.
    pub dialect: DialectName,
    /// The start message.
    pub started: &'a Started,
    /// When it came.
    pub at: jiff::Timestamp,
}

/// The records as the service sees them.
#[derive(Debug, Default)]
pub struct Store;

impl Store {
    /// Opens a record.
    pub fn open(&self, _record: &RecordId, _opening: Opening<'_>) {}

    /// Appends an entry.
    pub fn append(&self, _record: &RecordId, _entry: Entry) {}

    /// Commits a promise; true once it is on disk.
    pub async fn commit(&self, _record: &RecordId, _call_id: Option<&str>, _promise: Promise) -> bool {
        false
    }

    /// Callbacks not yet made.
    pub async fn promises(&self) -> Option<Promises> {
        None
    }

    /// The caller's number of an earlier leg.
    pub async fn caller(&self, _call_id: &str) -> Option<PhoneNumber> {
        None
    }
}

/// Callbacks not yet made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Promises {
    /// All of them.
    pub open: usize,
    /// Those past their due time.
    pub overdue: usize,
}
