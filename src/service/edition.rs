//! One version of the operators' files, as calls take it.

use crate::{audio::Bank, script::Script};
use std::sync::Arc;

/// A checked script with its recordings.
pub struct Edition {
    /// The script.
    pub script: Arc<Script>,
    /// Its recordings, encoded.
    pub bank: Arc<Bank>,
    /// When it was loaded.
    pub loaded: jiff::Timestamp,
}
