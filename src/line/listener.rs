//! One leg's ear.

use super::{Judgement, LineEvent, Sensitivity};
use crate::moment::Moment;

/// Hears one caller.
pub struct Listener;

impl Default for Listener {
    fn default() -> Self {
        Self::new()
    }
}

impl Listener {
    /// A listener whose timeline begins with the first audio or [`Listener::advance`].
    pub fn new() -> Self {
        Self
    }

    /// Hears `pcm` (8 kHz mono, any length), whose last sample arrived at `now`.
    pub fn hear(&mut self, _pcm: &[i16], _now: Moment) {}

    /// Time has passed, perhaps without media: what is missing up to `now` (less the jitter allowed) becomes a gap.
    pub fn advance(&mut self, _now: Moment) {}

    /// The next event, oldest first.
    pub fn poll_event(&mut self) -> Option<LineEvent> {
        None
    }

    /// What the stretch `from..=to` of the last ten seconds was like.
    pub fn judge(&self, _from: Moment, _to: Moment, _sensitivity: Sensitivity) -> Judgement {
        Judgement::told(super::Condition::Silent, "stub")
    }
}
