//! What can be told to chan_websocket.

use bytes::Bytes;
use std::fmt;

/// Longest command that Asterisk reads, bytes: longer ones are ignored without a reply (128 works, 129 does not).
pub const MAX_COMMAND: usize = 128;

/// The format of control messages, as the dialplan's `f()` chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `NAME argument`, Asterisk's default.
    Text,
    /// `{"command":"NAME",…}`, from 20.18 / 22.8 / 23.2 on.
    Json,
}

/// A command of chan_websocket. A call needs those that [`Command`](super::Command) maps to; the rest serve tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control<'a> {
    /// Answer the caller (dial option `n`).
    Answer,
    /// End the leg; what is queued is lost.
    Hangup,
    /// The queue takes a byte stream from here on.
    StartBuffering,
    /// The byte stream is complete; its id is reported when all of it was played. An empty id is left out.
    StopBuffering(&'a str),
    /// Report this id when playout gets here.
    Mark(&'a str),
    /// Empty the queue, forget its marks, leave buffering.
    Flush,
    /// Report once when the queue is next found empty.
    ReportDrained,
    /// Stop playing.
    Pause,
    /// Go on playing.
    Continue,
    /// Ask for the state of the queue; answered at once.
    Status,
    /// Which way audio flows; understood in JSON only (plain text is answered `ERROR`).
    SetDirection(Direction),
}

/// Which way audio flows, seen from us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// We only listen.
    In,
    /// We only speak.
    Out,
    /// Both.
    Both,
}

/// A command longer than [`MAX_COMMAND`]: Asterisk would ignore it. Who can fix it: the one who chose the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("command of {0} bytes is longer than Asterisk reads")]
pub struct TooLong(pub usize);

impl Control<'_> {
    /// The command as a text message.
    ///
    /// # Errors
    /// [`TooLong`] where an id makes it longer than [`MAX_COMMAND`].
    pub fn encode(&self, format: Format) -> Result<Bytes, TooLong> {
        let message = match format {
            Format::Text => self.text(),
            Format::Json => self.json(),
        };
        if message.len() > MAX_COMMAND {
            return Err(TooLong(message.len()));
        }
        Ok(message.into())
    }

    fn text(&self) -> String {
        match self.argument() {
            Some((_, value)) => format!("{} {value}", self.name()),
            None => self.name().into(),
        }
    }

    fn json(&self) -> String {
        let name = self.name();
        match self.argument() {
            Some((key, value)) => format!(r#"{{"command":"{name}","{key}":{}}}"#, serde_json::Value::from(value)),
            None => format!(r#"{{"command":"{name}"}}"#),
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Answer => "ANSWER",
            Self::Hangup => "HANGUP",
            Self::StartBuffering => "START_MEDIA_BUFFERING",
            Self::StopBuffering(_) => "STOP_MEDIA_BUFFERING",
            Self::Mark(_) => "MARK_MEDIA",
            Self::Flush => "FLUSH_MEDIA",
            Self::ReportDrained => "REPORT_QUEUE_DRAINED",
            Self::Pause => "PAUSE_MEDIA",
            Self::Continue => "CONTINUE_MEDIA",
            Self::Status => "GET_STATUS",
            Self::SetDirection(_) => "SET_MEDIA_DIRECTION",
        }
    }

    /// The argument, and what JSON calls it.
    fn argument(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::StopBuffering("") => None,
            Self::StopBuffering(id) | Self::Mark(id) => Some(("correlation_id", id)),
            Self::SetDirection(direction) => Some(("direction", direction.as_str())),
            _ => None,
        }
    }
}

impl Direction {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Both => "both",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::MarkId;

    #[test]
    fn a_command_of_128_bytes_is_sent_and_one_of_129_is_refused() {
        let id = "x".repeat(MAX_COMMAND - "MARK_MEDIA ".len() + 1);
        assert_eq!(Control::Mark(&id[1..]).encode(Format::Text).map(|message| message.len()), Ok(128));
        assert_eq!(Control::Mark(&id).encode(Format::Text), Err(TooLong(129)));
        // Ids of up to 74 bytes fit a JSON STOP, of up to 84 a JSON MARK (asterisk.md §6).
        assert!(Control::StopBuffering(&id[..74]).encode(Format::Json).is_ok());
        assert!(Control::StopBuffering(&id[..75]).encode(Format::Json).is_err());
        assert!(Control::Mark(&id[..84]).encode(Format::Json).is_ok());
        assert!(Control::Mark(&id[..85]).encode(Format::Json).is_err());
    }

    #[test]
    fn the_longest_id_of_ours_fits_every_command() {
        let id = MarkId { generation: u32::MAX, number: u32::MAX }.to_string();
        for format in [Format::Text, Format::Json] {
            assert!(Control::StopBuffering(&id).encode(format).is_ok());
            assert!(Control::Mark(&id).encode(format).is_ok());
        }
    }

    #[test]
    fn an_id_cannot_break_out_of_its_json() {
        let message = Control::Mark(r#"a","b":"\"#).encode(Format::Json).expect("short");
        assert_eq!(message, r#"{"command":"MARK_MEDIA","correlation_id":"a\",\"b\":\"\\"}"#);
    }
}
