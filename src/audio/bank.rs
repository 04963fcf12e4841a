//! The prompt bank: every recording resampled and encoded once, shared by all calls.

use super::Codec;
use bytes::Bytes;
use std::{sync::Arc, time::Duration};

/// The piece in which prompts are sent: chosen, because at a second of lead five messages a second cost a tenth of
/// fifty, and a clear never has more than this in our own hands.
pub const CHUNK: Duration = Duration::from_millis(200);

/// A piece of a recording, encoded for one codec.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// The audio as binary dialects send it.
    pub bytes: &'a Bytes,
    /// The same in base64, as JSON dialects send it.
    pub base64: &'a str,
    /// How long it plays.
    pub duration: Duration,
}

/// One recording, encoded for every codec.
#[derive(Debug)]
pub struct Clip;

impl Clip {
    /// How long it plays: its samples at 8 kHz, exactly, the quiet at its ends included.
    pub fn duration(&self) -> Duration {
        Duration::ZERO
    }

    /// How many [`CHUNK`]s it has; the last may be shorter.
    pub fn chunks(&self) -> usize {
        0
    }

    /// A piece, for `codec`.
    pub fn chunk(&self, _codec: Codec, _index: usize) -> Chunk<'_> {
        unimplemented!()
    }
}

/// Every recording of one script version, by locale and prompt id.
#[derive(Debug, Default)]
pub struct Bank {}

impl Bank {
    /// The recording of a prompt; `common` recordings are found under every locale.
    pub fn clip(&self, _locale: &str, _prompt: &str) -> Option<&Arc<Clip>> {
        None
    }
}
