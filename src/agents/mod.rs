//! Who can take the caller: the decision that a gateway's dialplan asks for once our leg has ended.
//!
//! Roster and queues of our own come later and belong here, pure in the same way as [`crate::call`].

use crate::{gateway::twiml::Destination, script::Target};
use std::fmt;

/// What `GET /route/{call_id}` answers, one line of plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// `agent:<extension>` or `queue:<name>`.
    To(Target),
    /// `end`: the call was closed politely.
    End,
}

impl Decision {
    /// Reads the line that [`fmt::Display`] writes.
    pub fn parse(line: &str) -> Option<Self> {
        match line.split_once(':') {
            Some(("agent", extension)) => Some(Self::To(Target::Agent(extension.into()))),
            Some(("queue", name)) => Some(Self::To(Target::Queue(name.into()))),
            _ => (line == "end").then_some(Self::End),
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::To(target) => target.fmt(f),
            Self::End => f.write_str("end"),
        }
    }
}

impl<'a> From<&'a Decision> for Destination<'a> {
    fn from(decision: &'a Decision) -> Self {
        match decision {
            Decision::To(Target::Agent(extension)) => Self::Agent(extension),
            Decision::To(Target::Queue(name)) => Self::Queue(name),
            Decision::End => Self::End,
        }
    }
}
