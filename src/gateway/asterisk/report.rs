//! What chan_websocket reports, of either control format.

use super::super::{MarkId, lenient::Text};
use crate::phone::Digit;
use std::{borrow::Cow, collections::BTreeMap};

/// One event of chan_websocket.
#[derive(Debug, PartialEq)]
pub(super) enum Report<'a> {
    /// `MEDIA_START`.
    Start(Start<'a>),
    /// `MEDIA_MARK_PROCESSED` or `MEDIA_BUFFERING_COMPLETED`, both at playout; `None`: an id that is not ours.
    Reached(Option<MarkId>),
    /// `QUEUE_DRAINED`.
    Drained,
    /// `MEDIA_XOFF` (hold) or `MEDIA_XON`.
    Flow {
        /// Whether the queue is nearly full: 900 frames, 18 s.
        hold: bool,
    },
    /// `DTMF_END`, at the end of each digit.
    Key(Digit),
    /// `STATUS`: we never ask.
    Status,
    /// `ERROR`, with its text.
    Error(Cow<'a, str>),
    /// An event of a later version.
    Unknown,
}

/// The first message.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Start<'a> {
    /// Asterisk's name of the codec.
    pub format: Cow<'a, str>,
    /// The WebSocket channel's variables; JSON only.
    pub variables: BTreeMap<String, Text<'a>>,
}
