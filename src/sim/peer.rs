//! The gateway's side of each dialect, as a caller's stand-in speaks it.

use crate::{
    audio::Codec,
    gateway::{Message, Wire},
    phone::Digit,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// A gateway to stand in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerKind {
    /// Twilio Media Streams.
    Twilio,
    /// Asterisk, plain-text control.
    Asterisk,
    /// Asterisk, JSON control.
    AsteriskJson,
}

impl PeerKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Twilio, Self::Asterisk, Self::AsteriskJson];

    /// The name on command lines: `twilio`, `asterisk`, `asterisk-json`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::Asterisk => "asterisk",
            Self::AsteriskJson => "asterisk-json",
        }
    }

    /// The kind called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The path of its dialect.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Twilio => "/media/twilio",
            Self::Asterisk | Self::AsteriskJson => "/media/asterisk",
        }
    }
}

/// Who calls whom.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The call's id.
    pub call_id: String,
    /// The caller's number; empty: withheld.
    pub caller: String,
    /// The dialled number.
    pub called: String,
    /// More start or query parameters (`resume`).
    pub parameters: Vec<(String, String)>,
}

/// What the service says, as a gateway understands it.
#[derive(Debug, PartialEq)]
pub enum Said {
    /// Audio for the caller, in the leg's codec.
    Audio(Vec<u8>),
    /// Report when playout gets here. The name carries which report is wanted.
    Mark(String),
    /// Forget what was not played.
    Clear,
    /// End the leg.
    Hangup,
    /// Something else.
    Other,
}

/// The gateway's end of a socket.
pub struct Peer {
    kind: PeerKind,
    stream: String,
    sequence: u64,
    chunk: u64,
}

impl Peer {
    /// A gateway's end.
    pub fn new(kind: PeerKind, facts: &Facts) -> Self {
        Self { kind, stream: format!("MZ{}", facts.call_id), sequence: 1, chunk: 0 }
    }

    /// The codec it sends and takes.
    pub const fn codec(&self) -> Codec {
        Codec::Ulaw
    }

    /// Whether pending marks come back at a clear.
    pub fn echoes_marks_on_clear(&self) -> bool {
        self.kind == PeerKind::Twilio
    }

    /// The query string of the upgrade (Asterisk's call data go there).
    pub fn query(kind: PeerKind, facts: &Facts) -> Vec<(String, String)> {
        if kind == PeerKind::Twilio {
            return Vec::new();
        }
        let own = [("call_id", &facts.call_id), ("caller", &facts.caller), ("dnis", &facts.called)];
        own.map(|(key, value)| (key.to_owned(), value.clone())).into_iter().chain(facts.parameters.clone()).collect()
    }

    /// The first messages.
    pub fn open(&mut self, facts: &Facts) -> Vec<Wire> {
        match self.kind {
            PeerKind::Twilio => {
                let mut parameters = json!({ "from": facts.caller, "to": facts.called });
                for (key, value) in &facts.parameters {
                    parameters[key] = Value::String(value.clone());
                }
                vec![
                    text(json!({ "event": "connected", "protocol": "Call", "version": "1.0.0" })),
                    text(json!({ "event": "start", "sequenceNumber": "1", "streamSid": self.stream, "start": {
                        "accountSid": "AC00000000000000000000000000000000", "streamSid": self.stream,
                        "callSid": facts.call_id, "tracks": ["inbound"], "customParameters": parameters,
                        "mediaFormat": { "encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1 } } })),
                ]
            }
            PeerKind::Asterisk => vec![Wire::Text(
                "MEDIA_START connection_id:bot channel:WebSocket/bot/0x7f00 channel_id:1795307879.3 format:ulaw \
                 optimal_frame_size:160 ptime:20"
                    .into(),
            )],
            PeerKind::AsteriskJson => vec![text(json!({ "event": "MEDIA_START", "connection_id": "bot",
                "channel": "WebSocket/bot/0x7f00", "channel_id": "1795307879.3", "format": "ulaw",
                "optimal_frame_size": 160, "ptime": 20, "channel_variables": {} }))],
        }
    }

    /// Caller audio, in the leg's codec.
    pub fn audio(&mut self, bytes: Vec<u8>) -> Wire {
        if self.kind != PeerKind::Twilio {
            return Wire::Binary(bytes.into());
        }
        self.chunk += 1;
        let (chunk, at) = (self.chunk.to_string(), ((self.chunk - 1) * 20).to_string());
        let media = json!({ "track": "inbound", "chunk": chunk, "timestamp": at, "payload": STANDARD.encode(bytes) });
        self.twilio("media", "media", media)
    }

    /// A key.
    pub fn key(&mut self, digit: Digit) -> Wire {
        let digit = digit.as_char();
        match self.kind {
            PeerKind::Twilio => {
                self.twilio("dtmf", "dtmf", json!({ "track": "inbound_track", "digit": digit.to_string() }))
            }
            PeerKind::Asterisk => Wire::Text(format!("DTMF_END digit:{digit} channel_id:1795307879.3").into()),
            PeerKind::AsteriskJson => {
                text(json!({ "event": "DTMF_END", "channel_id": "1795307879.3", "digit": digit.to_string() }))
            }
        }
    }

    /// The report of a mark, by the name that [`Said::Mark`] gave.
    pub fn report(&mut self, name: &str) -> Wire {
        let (event, id) = name.split_once(' ').unwrap_or((name, ""));
        match self.kind {
            PeerKind::Twilio => self.twilio("mark", "mark", json!({ "name": name })),
            PeerKind::Asterisk => Wire::Text(name.trim_end().to_owned().into()),
            PeerKind::AsteriskJson => {
                text(json!({ "event": event, "channel_id": "1795307879.3", "correlation_id": id }))
            }
        }
    }

    /// The caller has hung up; then the socket closes.
    pub fn stop(&mut self) -> Option<Wire> {
        (self.kind == PeerKind::Twilio)
            .then(|| self.twilio("stop", "stop", json!({ "accountSid": "AC", "callSid": "CA" })))
    }

    fn twilio(&mut self, event: &str, key: &str, value: Value) -> Wire {
        self.sequence += 1;
        text(
            json!({ "event": event, "sequenceNumber": self.sequence.to_string(), "streamSid": self.stream, key: value }),
        )
    }

    /// Reads what the service says.
    pub fn read(&self, message: Message<'_>) -> Said {
        match (self.kind, message) {
            (PeerKind::Twilio, Message::Text(text)) => read_twilio(text),
            (PeerKind::Twilio, Message::Binary(_)) => Said::Other,
            (_, Message::Binary(bytes)) => Said::Audio(bytes.to_vec()),
            (_, Message::Text(text)) => read_asterisk(text),
        }
    }
}

fn text(value: Value) -> Wire {
    Wire::Text(value.to_string().into())
}

fn read_twilio(text: &str) -> Said {
    let Ok(message) = serde_json::from_str::<Value>(text) else { return Said::Other };
    match message["event"].as_str() {
        Some("media") => {
            let payload = message["media"]["payload"].as_str().and_then(|payload| STANDARD.decode(payload).ok());
            payload.map_or(Said::Other, Said::Audio)
        }
        Some("mark") => message["mark"]["name"].as_str().map_or(Said::Other, |name| Said::Mark(name.into())),
        Some("clear") => Said::Clear,
        _ => Said::Other,
    }
}

fn read_asterisk(text: &str) -> Said {
    let json: Option<Value> = text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten();
    let (command, id) = match &json {
        Some(json) => (json["command"].as_str().unwrap_or(""), json["correlation_id"].as_str().unwrap_or("")),
        None => text.split_once(' ').unwrap_or((text, "")),
    };
    match command {
        "MARK_MEDIA" => Said::Mark(format!("MEDIA_MARK_PROCESSED {id}")),
        "STOP_MEDIA_BUFFERING" => Said::Mark(format!("MEDIA_BUFFERING_COMPLETED {id}")),
        "FLUSH_MEDIA" => Said::Clear,
        "HANGUP" => Said::Hangup,
        _ => Said::Other,
    }
}
