//! Dialects: what a gateway says on the wire ⇄ what every call understands.
//!
//! Each dialect is a pure codec in a file of its own: [`Dialect::decode`] turns one WebSocket message into at most one
//! neutral [`Event`], [`Dialect::encode`] turns one neutral [`Command`] into wire messages, and
//! [`Dialect::capabilities`] says what the gateway buffers, clears and reports. Nothing here owns a socket or a clock.
//! Adding a dialect is one file here and one line in [`open`].

pub mod asterisk;
pub mod auth;
pub mod twilio;
pub mod twilio_control;
pub mod twiml;

mod lenient;
mod parameters;

use crate::{
    audio::{Chunk, Codec},
    phone::{Digit, PhoneNumber},
};
use bytes::Bytes;
use std::{collections::BTreeMap, time::Duration};

/// WebSocket status of an end in good order (RFC 6455 §7.4.1).
const NORMAL_CLOSURE: u16 = 1000;

/// The dialects we speak; each has a path `/media/<name>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DialectName {
    /// Twilio Media Streams, bidirectional.
    Twilio,
    /// Asterisk's chan_websocket.
    Asterisk,
}

impl DialectName {
    /// Every dialect, in the order they are listed to people.
    pub const ALL: [Self; 2] = [Self::Twilio, Self::Asterisk];

    /// The name as it stands in paths, records and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::Asterisk => "asterisk",
        }
    }

    /// The dialect called `name`, if we have it.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.as_str() == name)
    }
}

/// A fresh codec for one socket.
pub fn open(dialect: DialectName, upgrade: &Upgrade) -> Box<dyn Dialect> {
    match dialect {
        DialectName::Twilio => Box::new(twilio::Twilio::new(upgrade)),
        DialectName::Asterisk => Box::new(asterisk::Asterisk::new(upgrade)),
    }
}

/// What the HTTP upgrade request said, kept because dialects put call data into it.
#[derive(Clone, Debug, Default)]
pub struct Upgrade {
    /// Query parameters, percent-decoded, in order.
    pub query: Vec<(String, String)>,
}

/// One socket's codec. State is what the wire needs (stream id, control format, generation), never the call's.
pub trait Dialect: Send {
    /// Decodes one message. `Ok(None)`: understood, and of no concern to a call.
    ///
    /// # Errors
    /// [`Malformed`] where the message is not of this dialect; the caller drops and counts it. Unknown events and
    /// fields are no error ([`Event::Unknown`]).
    fn decode<'a>(&'a mut self, message: Message<'a>) -> Result<Option<Event<'a>>, Malformed>;

    /// Encodes one command as wire messages, appended to `wire`. What the gateway has no word for adds nothing.
    fn encode(&mut self, command: Command<'_>, wire: &mut Vec<Wire>);

    /// What this gateway can do; final once [`Event::Started`] was decoded.
    fn capabilities(&self) -> Capabilities;
}

/// A message as the WebSocket layer hands it over.
#[derive(Clone, Copy, Debug)]
pub enum Message<'a> {
    /// A text message (already valid UTF-8).
    Text(&'a str),
    /// A binary message.
    Binary(&'a [u8]),
}

/// A message for the WebSocket layer to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wire {
    /// A text message; the bytes are UTF-8.
    Text(Bytes),
    /// A binary message.
    Binary(Bytes),
    /// Close the socket with this status.
    Close(u16),
}

/// What a gateway tells us.
#[derive(Debug)]
pub enum Event<'a> {
    /// The call's first facts. Once a socket.
    Started(Box<Started>),
    /// Caller audio, still in [`Started::codec`], any length. May come before `Started` on Asterisk.
    Audio(&'a [u8]),
    /// A key was pressed.
    Key(Digit),
    /// Playout has reached a mark. Clearing may make a gateway echo marks that never played: see
    /// [`Capabilities::marks_on_clear`]; [`crate::leg`] sorts those out by generation.
    Mark(MarkId),
    /// Playout has run dry (asked for by [`Command::ReportDrained`]).
    Drained,
    /// The gateway's buffer is nearly full (`true`: stop sending) or has room again.
    Flow {
        /// Whether sending must stop.
        hold: bool,
    },
    /// The gateway complains or reports; for the log, numbers masked by the one who logs.
    Notice(&'a str),
    /// The gateway says the stream is over (a socket may end without it).
    Stopped,
    /// An event of a name we do not know: counted and ignored.
    Unknown,
}

/// The first facts of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The call, as the gateway's dialplan knows it (Twilio: `callSid`; Asterisk: `call_id` from the query or the
    /// variables). `None`: the gateway gave none, and `/route` can't be asked for it.
    pub call_id: Option<String>,
    /// The caller's number, where given.
    pub caller: Option<PhoneNumber>,
    /// The dialled number, where given.
    pub called: Option<PhoneNumber>,
    /// Codec and rate of both directions.
    pub codec: Codec,
    /// Why the call comes back to us, where it does.
    pub resume: Option<Resume>,
    /// Everything else in the query or start parameters. Never a token.
    pub variables: BTreeMap<String, String>,
    /// A token given as a parameter (`token`), for [`auth`]; taken out of the variables.
    pub token: Option<auth::Secret>,
}

/// Why a call whose leg had ended comes back (contract: `resume=`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resume {
    /// Nobody took the transferred call.
    NoAnswer,
    /// The transfer's target was busy.
    Busy,
    /// The transfer could not be made.
    Failed,
    /// The agent has left the call in good order: the closing of the service script §2.6.
    Completed,
}

impl Resume {
    /// `no_answer`, `busy`, `failed`, `completed`; other words are taken as `failed` (a transfer that went wrong in a
    /// way the dialplan could not name is still one).
    pub fn parse(word: &str) -> Self {
        match word {
            "no_answer" => Self::NoAnswer,
            "busy" => Self::Busy,
            "completed" => Self::Completed,
            _ => Self::Failed,
        }
    }

    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::Completed => "completed",
        }
    }
}

/// What we tell a gateway.
#[derive(Clone, Copy, Debug)]
pub enum Command<'a> {
    /// Answer the caller (Asterisk's dial option `n`; harmless elsewhere).
    Answer,
    /// Audio of one utterance begins (Asterisk: buffering on).
    BeginUtterance,
    /// A piece of audio, already encoded for this codec.
    Audio(Chunk<'a>),
    /// Report when playout gets here.
    Mark(MarkId),
    /// The utterance's audio is complete; report `MarkId` once all of it was played (Asterisk: buffering off,
    /// `MEDIA_BUFFERING_COMPLETED`; elsewhere a mark).
    EndUtterance(MarkId),
    /// Forget everything not yet played. Marks pending are void.
    Clear,
    /// One [`Event::Drained`] when playout next runs dry.
    ReportDrained,
    /// End the gateway's leg: `HANGUP` on Asterisk, a close with status 1000 elsewhere.
    Hangup,
}

/// A mark's wire name is `g<generation>-<number>`; a clear raises the generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarkId {
    /// How many clears came before it on this leg.
    pub generation: u32,
    /// Its number on this leg; never used twice.
    pub number: u32,
}

impl MarkId {
    /// Reads a wire name; `None` for a name that is not ours.
    pub fn parse(name: &str) -> Option<Self> {
        let (generation, number) = name.strip_prefix('g')?.split_once('-')?;
        Some(Self { generation: generation.parse().ok()?, number: number.parse().ok()? })
    }
}

impl std::fmt::Display for MarkId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "g{}-{}", self.generation, self.number)
    }
}

/// The key that a gateway names, where it names exactly one.
fn key(name: &str) -> Option<Digit> {
    let mut keys = name.chars();
    Digit::parse(keys.next()?).filter(|_| keys.next().is_none())
}

/// What a gateway can do, as its adapter declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// How far ahead of playout audio may be sent: a second where the gateway can clear, 200 ms where it cannot.
    pub lead: Duration,
    /// Largest WebSocket message the gateway takes, bytes.
    pub max_message: usize,
    /// Whether playout reports marks.
    pub marks: bool,
    /// What becomes of pending marks at a clear.
    pub marks_on_clear: MarksOnClear,
    /// How the gateway's leg is ended.
    pub hangup: HangupBy,
    /// How a caller is handed to a human being.
    pub transfer: TransferBy,
    /// Whether WebSocket pings may be sent (old chan_websocket hung up on them).
    pub pings: bool,
}

/// What a gateway does with pending marks when it clears its buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarksOnClear {
    /// Echoed at once, looking like played ones (Twilio).
    Echoed,
    /// Forgotten, never reported (Asterisk).
    Lost,
}

/// How a gateway's leg is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HangupBy {
    /// A command on the socket.
    Message,
    /// Closing the socket; the gateway's own flow then ends the call.
    Close,
}

/// How a caller is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferBy {
    /// The leg ends and the dialplan asks `/route/{call_id}`.
    Route,
    /// A call to the gateway's own API where credentials are configured, else as `Route` (`POST /route/twilio`).
    Rest,
}

/// A message that is not of its dialect. Who can fix it: the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not JSON, or not of the shape this event must have.
    #[error("not a message of this dialect")]
    Shape,
    /// Audio that is not valid base64.
    #[error("audio is not base64")]
    Base64,
    /// The start message names a codec or rate we can't speak: the socket is closed with 1003.
    #[error("codec not supported")]
    Codec,
    /// A binary message on a dialect of text messages only, or the other way round.
    #[error("wrong kind of message")]
    Kind,
}
