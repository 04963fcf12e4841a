//! One version of the operators' files, as calls take it.

use super::config::Files;
use crate::{
    audio::{self, Bank},
    script::{self, Script},
};
use jiff::Timestamp;
use std::sync::Arc;

/// A checked script with its recordings.
pub struct Edition {
    /// The script.
    pub script: Arc<Script>,
    /// Its recordings, encoded.
    pub bank: Arc<Bank>,
    /// Which version it is: short, and the same for the same files.
    pub version: String,
    /// When it was loaded.
    pub loaded: Timestamp,
}

/// Why files are refused: what the operators are told, one text a problem.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Refusal(pub Vec<String>);

impl Edition {
    /// Reads, checks and encodes everything. Takes its time: not for an async task.
    ///
    /// # Errors
    /// [`Refusal`]: every problem.
    pub fn open(_files: &Files) -> Result<Self, Refusal> {
        let script =
            script::embedded().map_err(|problems| Refusal(problems.iter().map(ToString::to_string).collect()))?;
        let bank = Bank::load(audio::source::embedded())
            .map_err(|bad| Refusal(bad.iter().map(|bad| format!("{bad:?}")).collect()))?;
        Ok(Self { script: script.into(), bank: bank.into(), version: "embedded".into(), loaded: Timestamp::now() })
    }
}
