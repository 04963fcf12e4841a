//! What happened: the store, its promises and routes, and call recordings.
//!
//! [`Records`] is the writing side: one thread owns the database, everyone else hands it jobs and goes on.
//! [`Archive`] is the reading side: it opens the same file read-only, beside a running service or after it.
//! [`recording`] writes the audio of calls that are recorded.
//!
//! Numbers are whole in the database, because they are called back, and masked wherever they are printed.

mod archive;
pub mod event;
mod json;
mod ledger;
pub mod messages;
mod past;
mod place;
mod purge;
pub mod recording;
pub mod report;
mod schema;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod worldly_tests;
mod writer;

pub use archive::{Archive, Callback, Event, Filter, History, ReadError, Summary};
pub use json::Numbers;
pub use messages::{Message, MessageId};
pub use place::OpenError;
pub use purge::{Purged, purge};
pub use writer::{CallRecord, Figures, Keeper, Opened, Records, Unavailable};

use crate::{agents::Decision, gateway::DialectName, phone::PhoneNumber};
use jiff::Timestamp;
use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

/// The database in a data directory.
pub fn database(data: &Path) -> PathBuf {
    data.join("qingjiang.db")
}

/// A call's number in the records; one call keeps it over all its legs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(i64);

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RecordId {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The first facts of a record.
#[derive(Clone, Debug)]
pub struct NewCall {
    /// The gateway's id of the call, where it gave one.
    pub call_id: Option<String>,
    /// The gateway's dialect.
    pub dialect: DialectName,
    /// The caller's number, where known.
    pub caller: Option<PhoneNumber>,
    /// The dialled number, where known.
    pub called: Option<PhoneNumber>,
    /// Which version of the script it runs.
    pub script: Option<String>,
    /// When its socket was accepted: the time of day at [`crate::moment::Moment::ZERO`] of its first leg.
    pub started: Timestamp,
}

/// A call that is in the records already, found by its gateway's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its record.
    pub id: RecordId,
    /// The caller's number, where known.
    pub caller: Option<PhoneNumber>,
    /// How many legs it has had.
    legs: u32,
}

/// What `GET /route/{call_id}` finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// A decision of the last hour.
    Decided {
        /// Where the caller goes.
        decision: Decision,
        /// The line for the agent's screen.
        note: String,
    },
    /// The call is known and nothing is decided (204).
    Undecided,
    /// No such call in the last hour (404).
    Unknown,
}

/// Callbacks and answers to messages that are owed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promises {
    /// Callbacks promised and not yet made.
    pub open: usize,
    /// Of these, past their due time.
    pub overdue: usize,
    /// Messages that nobody has dealt with.
    pub messages_open: usize,
    /// Of these, past their due time.
    pub messages_overdue: usize,
}
