//! One conversation: events in, commands out, deadlines asked for; no clock, no socket, no task.

mod journal;

pub use journal::{Disposition, EndedBy, Entry, Interruption, What};
