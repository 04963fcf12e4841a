//! The prompt bank: every recording resampled and encoded once, shared by all calls.

use bytes::Bytes;
use std::time::Duration;

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

/// Every recording of one script version.
#[derive(Debug, Default)]
pub struct Bank {}
