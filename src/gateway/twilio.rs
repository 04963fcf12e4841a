//! Twilio Media Streams, bidirectional: JSON text messages, base64 audio. SignalWire's cXML `<Stream>` speaks it too.
//!
//! Twilio plays what it gets in order, echoes a mark when playout reaches it, and echoes **all** outstanding marks at a
//! `clear`. There is no hang-up on the socket: closing it lets the TwiML after `<Connect>` go on.

use super::{
    Capabilities, Command, Dialect, Event, HangupBy, Malformed, MarkId, MarksOnClear, Message, NORMAL_CLOSURE,
    TransferBy, Upgrade, Wire, key,
    lenient::{Text, pairs},
    parameters::Parameters,
};
use crate::audio::Codec;
use bytes::BytesMut;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{fmt::Write, time::Duration};

/// Largest payload of one message, base64 characters: 24,000 bytes of audio, whole samples of every codec and whole
/// quanta of base64. Chosen: Twilio publishes no limit; the peers of this dialect take 32 KB.
const MAX_PAYLOAD: usize = 32_000;

/// Longest stream id we repeat in every message. Chosen: Twilio's have 34 characters, SignalWire's UUIDs 36.
const MAX_STREAM_ID: usize = 128;

/// The codec of one Twilio socket.
#[derive(Debug)]
pub struct Twilio {
    upgrade: Upgrade,
    /// `"streamSid":"MZ…"`, as every message of ours carries it; known from `start` on.
    stream: Option<Box<str>>,
    /// Decoded audio of the last `media` message.
    audio: Vec<u8>,
    /// Where messages are put together; its memory comes back once the socket has sent them.
    scratch: BytesMut,
}

impl Twilio {
    /// A codec for the socket of this upgrade.
    pub fn new(upgrade: &Upgrade) -> Self {
        Self { upgrade: upgrade.clone(), stream: None, audio: Vec::new(), scratch: BytesMut::new() }
    }
}

impl Dialect for Twilio {
    fn decode<'a>(&'a mut self, message: Message<'a>) -> Result<Option<Event<'a>>, Malformed> {
        let Message::Text(text) = message else { return Err(Malformed::Kind) };
        let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|_| Malformed::Shape)?;
        match &*envelope.event {
            "media" => self.hear(envelope.media.ok_or(Malformed::Shape)?),
            "mark" => Ok(body::<Mark<'_>>(envelope.mark)?.event()),
            "dtmf" => body::<Dtmf<'_>>(envelope.dtmf)?.event().map(Some),
            "start" if self.stream.is_none() => self.start(body(envelope.start)?, &envelope.stream_sid).map(Some),
            "stop" => Ok(Some(Event::Stopped)),
            "connected" => Ok(None),
            _ => Ok(Some(Event::Unknown)),
        }
    }

    fn encode(&mut self, command: Command<'_>, wire: &mut Vec<Wire>) {
        match command {
            Command::Audio(chunk) => {
                let mut rest = chunk.base64;
                while !rest.is_empty() {
                    let (payload, more) = rest.split_at_checked(MAX_PAYLOAD).unwrap_or((rest, ""));
                    wire.extend(self.message("media", &[r#","media":{"payload":""#, payload, r#""}}"#]));
                    rest = more;
                }
            }
            Command::Mark(mark) | Command::EndUtterance(mark) => wire.extend(self.mark(mark)),
            Command::Clear => wire.extend(self.message("clear", &["}"])),
            Command::Hangup => wire.push(Wire::Close(NORMAL_CLOSURE)),
            Command::Answer | Command::BeginUtterance | Command::ReportDrained => {}
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            lead: Duration::from_secs(1),
            max_message: MAX_PAYLOAD,
            marks: true,
            marks_on_clear: MarksOnClear::Echoed,
            hangup: HangupBy::Close,
            transfer: TransferBy::Rest,
            pings: true,
        }
    }
}

impl Twilio {
    fn start(&mut self, start: Start<'_>, outer_sid: &str) -> Result<Event<'_>, Malformed> {
        // SignalWire's documented examples have the id inside only.
        let sid = [&*start.stream_sid, outer_sid].into_iter().find(|sid| !sid.is_empty()).ok_or(Malformed::Shape)?;
        if sid.len() > MAX_STREAM_ID {
            return Err(Malformed::Shape);
        }
        let codec = start.media_format.as_ref().map_or(Ok(Codec::Ulaw), MediaFormat::codec)?;
        self.stream = Some(format!(r#""streamSid":{}"#, serde_json::Value::from(sid)).into());

        let mut parameters = Parameters::default();
        parameters.take("call_id", &start.call_sid);
        pairs(start.custom_parameters).iter().for_each(|(name, value)| parameters.take(name, value));
        std::mem::take(&mut self.upgrade.query).iter().for_each(|(name, value)| parameters.take(name, value));
        Ok(Event::Started(parameters.into_started(codec)))
    }

    fn hear(&mut self, media: Media<'_>) -> Result<Option<Event<'_>>, Malformed> {
        // Seen on one-way streams of both tracks: our own voice is not the caller's.
        if &*media.track == "outbound" {
            return Ok(None);
        }
        self.audio.clear();
        base64_simd::STANDARD
            .decode_append(media.payload.as_bytes(), &mut self.audio)
            .map_err(|_| Malformed::Base64)?;
        Ok((!self.audio.is_empty()).then_some(Event::Audio(&self.audio)))
    }

    fn mark(&mut self, mark: MarkId) -> Option<Wire> {
        let stream = self.stream.as_deref()?;
        // Writing into memory cannot fail.
        let _ = write!(self.scratch, r#"{{"event":"mark",{stream},"mark":{{"name":"{mark}"}}}}"#);
        Some(Wire::Text(self.scratch.split().freeze()))
    }

    /// `{"event":"<event>","streamSid":"…"` and then `tail`; nothing before the stream has an id.
    fn message(&mut self, event: &str, tail: &[&str]) -> Option<Wire> {
        let stream = self.stream.as_deref()?;
        let head = [r#"{"event":""#, event, r#"","#, stream];
        self.scratch.reserve(head.iter().chain(tail).map(|part| part.len()).sum());
        for part in head.iter().chain(tail) {
            self.scratch.extend_from_slice(part.as_bytes());
        }
        Some(Wire::Text(self.scratch.split().freeze()))
    }
}

/// Every message. The hot one, `media`, is read in one pass; the others' bodies are read when their event is known.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    event: Text<'a>,
    #[serde(borrow, default, rename = "streamSid")]
    stream_sid: Text<'a>,
    #[serde(borrow)]
    media: Option<Media<'a>>,
    #[serde(borrow)]
    start: Option<&'a RawValue>,
    #[serde(borrow)]
    mark: Option<&'a RawValue>,
    #[serde(borrow)]
    dtmf: Option<&'a RawValue>,
}

fn body<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Result<T, Malformed> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).ok_or(Malformed::Shape)
}

#[derive(Deserialize)]
struct Media<'a> {
    #[serde(borrow, default)]
    track: Text<'a>,
    #[serde(borrow)]
    payload: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Start<'a> {
    #[serde(borrow, default)]
    stream_sid: Text<'a>,
    #[serde(borrow, default)]
    call_sid: Text<'a>,
    #[serde(borrow)]
    media_format: Option<MediaFormat<'a>>,
    #[serde(borrow)]
    custom_parameters: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MediaFormat<'a> {
    #[serde(borrow, default)]
    encoding: Text<'a>,
    #[serde(borrow, default)]
    sample_rate: Text<'a>,
    #[serde(borrow, default)]
    channels: Text<'a>,
}

impl MediaFormat<'_> {
    /// SignalWire's `L16` is taken as little-endian: its documentation is silent (RFC 3551's L16 is big-endian), but its
    /// own bridge to a little-endian peer (signalwire/cXML-realtime-agent-stream) passes the bytes on unswapped.
    fn codec(&self) -> Result<Codec, Malformed> {
        if !matches!(&*self.channels, "" | "1") {
            return Err(Malformed::Codec);
        }
        match (self.encoding.to_ascii_lowercase().as_str(), &*self.sample_rate) {
            ("audio/x-mulaw", "" | "8000") => Ok(Codec::Ulaw),
            ("audio/x-l16", "8000") => Ok(Codec::Slin),
            ("audio/x-l16", "16000") => Ok(Codec::Slin16),
            _ => Err(Malformed::Codec),
        }
    }
}

#[derive(Deserialize)]
struct Mark<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

impl Mark<'_> {
    /// A name that is not ours is no concern of a call.
    fn event(&self) -> Option<Event<'static>> {
        MarkId::parse(&self.name).map(Event::Mark)
    }
}

#[derive(Deserialize)]
struct Dtmf<'a> {
    #[serde(borrow)]
    digit: Text<'a>,
}

impl Dtmf<'_> {
    fn event(&self) -> Result<Event<'static>, Malformed> {
        key(&self.digit).map(Event::Key).ok_or(Malformed::Shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{audio::Chunk, gateway::Resume};
    use bytes::Bytes;

    const START: &str = r#"{"event":"start","sequenceNumber":"1","streamSid":"MZ1","start":{"accountSid":"AC1",
        "streamSid":"MZ1","callSid":"CA1","tracks":["inbound"],
        "mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},
        "customParameters":{"from":"+8613812345678","to":"10000","token":"s3cret","vip":"yes","tries":3}}}"#;

    fn decoded(twilio: &mut Twilio, text: &str) -> String {
        match twilio.decode(Message::Text(text)) {
            Ok(Some(Event::Audio(audio))) => format!("audio {audio:?}"),
            Ok(Some(Event::Mark(mark))) => format!("mark {mark}"),
            Ok(Some(Event::Key(digit))) => format!("key {}", digit.as_char()),
            other => format!("{other:?}"),
        }
    }

    fn started(text: &str) -> (Twilio, Box<super::super::Started>) {
        let upgrade = Upgrade { query: vec![("line".into(), "2".into()), ("vip".into(), "no".into())] };
        let mut twilio = Twilio::new(&upgrade);
        let started = match twilio.decode(Message::Text(text)) {
            Ok(Some(Event::Started(started))) => started,
            other => panic!("{other:?}"),
        };
        (twilio, started)
    }

    fn sent(twilio: &mut Twilio, command: Command<'_>) -> Vec<String> {
        let mut wire = Vec::new();
        twilio.encode(command, &mut wire);
        let text = |wire: Wire| match wire {
            Wire::Text(text) => String::from_utf8(text.to_vec()).expect("UTF-8"),
            other => format!("{other:?}"),
        };
        wire.into_iter().map(text).collect()
    }

    #[test]
    fn a_start_message_gives_the_calls_facts() {
        let (_, facts) = started(START);
        assert_eq!(facts.call_id.as_deref(), Some("CA1"));
        assert_eq!(facts.caller.as_ref().map(|number| number.reveal()), Some("+8613812345678"));
        assert_eq!(facts.codec, Codec::Ulaw);
        assert!(facts.token.is_some_and(|token| token.matches("s3cret")));
        assert_eq!(format!("{:?}", facts.variables), r#"{"line": "2", "tries": "3", "vip": "yes"}"#);
    }

    #[test]
    fn signalwire_has_its_id_inside_and_its_numbers_as_they_come() {
        let (mut twilio, facts) = started(
            r#"{"event":"start","sequenceNumber":1,"start":{"streamSid":"2d1c6a2e","callSid":"e4b0","mediaFormat":
               {"encoding":"audio/x-L16","sampleRate":"16000","channels":"1"},"customParameters":{"resume":"busy"}}}"#,
        );
        assert_eq!((facts.codec, facts.resume), (Codec::Slin16, Some(Resume::Busy)));
        assert_eq!(sent(&mut twilio, Command::Clear), [r#"{"event":"clear","streamSid":"2d1c6a2e"}"#]);
    }

    #[test]
    fn a_codec_we_cannot_speak_is_said_to_be_so() {
        for format in [r#""audio/x-L16","sampleRate":24000"#, r#""audio/opus""#, r#""audio/x-mulaw","channels":2"#] {
            let text =
                format!(r#"{{"event":"start","start":{{"streamSid":"MZ","mediaFormat":{{"encoding":{format}}}}}}}"#);
            assert_eq!(decoded(&mut Twilio::new(&Upgrade::default()), &text), "Err(Codec)");
        }
    }

    #[test]
    fn a_start_without_a_usable_stream_id_is_none() {
        let mut twilio = Twilio::new(&Upgrade::default());
        assert_eq!(decoded(&mut twilio, r#"{"event":"start","start":{"callSid":"CA1"}}"#), "Err(Shape)");
        let endless = format!(r#"{{"event":"start","start":{{"streamSid":"{}"}}}}"#, "M".repeat(129));
        assert_eq!(decoded(&mut twilio, &endless), "Err(Shape)");
        assert_eq!(sent(&mut twilio, Command::Clear), [""; 0]);
    }

    #[test]
    fn a_second_start_changes_nothing() {
        let (mut twilio, _) = started(START);
        assert_eq!(decoded(&mut twilio, &START.replace("MZ1", "MZ2")), "Ok(Some(Unknown))");
        assert_eq!(sent(&mut twilio, Command::Clear), [r#"{"event":"clear","streamSid":"MZ1"}"#]);
    }

    #[test]
    fn audio_is_decoded_whatever_its_length_and_however_its_slashes_are_written() {
        let (mut twilio, _) = started(START);
        for (payload, audio) in [("/w==", "[255]"), (r"\/w==", "[255]"), ("AAECAwQF", "[0, 1, 2, 3, 4, 5]")] {
            let text = format!(r#"{{"event":"media","media":{{"track":"inbound","chunk":2,"payload":"{payload}"}}}}"#);
            assert_eq!(decoded(&mut twilio, &text), format!("audio {audio}"));
        }
    }

    #[test]
    fn what_is_no_audio_of_the_caller_is_not_heard() {
        let (mut twilio, _) = started(START);
        let media = |body: &str| format!(r#"{{"event":"media","media":{body}}}"#);
        assert_eq!(decoded(&mut twilio, &media(r#"{"track":"outbound","payload":"AAEC"}"#)), "Ok(None)");
        assert_eq!(decoded(&mut twilio, &media(r#"{"payload":""}"#)), "Ok(None)");
        assert_eq!(decoded(&mut twilio, &media(r#"{"payload":"@@@@"}"#)), "Err(Base64)");
        assert_eq!(decoded(&mut twilio, &media(r#"{"track":"inbound"}"#)), "Err(Shape)");
        assert_eq!(twilio.decode(Message::Binary(b"x")).map(|_| ()), Err(Malformed::Kind));
    }

    #[test]
    fn marks_keys_and_the_end_are_told() {
        let (mut twilio, _) = started(START);
        let cases = [
            (r#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#, "Ok(None)"),
            (r#"{"event":"mark","mark":{"name":"g1-7"}}"#, "mark g1-7"),
            (r#"{"event":"mark","mark":{"name":"someone's"}}"#, "Ok(None)"),
            (r#"{"event":"dtmf","dtmf":{"track":"inbound_track","digit":"1","duration":100}}"#, "key 1"),
            (r#"{"event":"dtmf","dtmf":{"digit":5}}"#, "key 5"),
            (r#"{"event":"dtmf","dtmf":{"digit":"12"}}"#, "Err(Shape)"),
            (r#"{"event":"stop","sequenceNumber":"999"}"#, "Ok(Some(Stopped))"),
            (r#"{"event":"weather","stop":7,"mark":[]}"#, "Ok(Some(Unknown))"),
            (r#"{"sequenceNumber":"1"}"#, "Err(Shape)"),
            ("ping", "Err(Shape)"),
        ];
        for (text, event) in cases {
            assert_eq!(decoded(&mut twilio, text), event, "{text}");
        }
    }

    #[test]
    fn commands_are_written_as_twilio_reads_them() {
        let (mut twilio, _) = started(START);
        let chunk = Chunk { bytes: &Bytes::new(), base64: "/w==", duration: Duration::ZERO };
        let mark = MarkId { generation: 1, number: 7 };
        let cases = [
            (Command::Audio(chunk), r#"{"event":"media","streamSid":"MZ1","media":{"payload":"/w=="}}"#),
            (Command::Mark(mark), r#"{"event":"mark","streamSid":"MZ1","mark":{"name":"g1-7"}}"#),
            (Command::EndUtterance(mark), r#"{"event":"mark","streamSid":"MZ1","mark":{"name":"g1-7"}}"#),
            (Command::Clear, r#"{"event":"clear","streamSid":"MZ1"}"#),
            (Command::Hangup, "Close(1000)"),
        ];
        for (command, text) in cases {
            assert_eq!(sent(&mut twilio, command), [text]);
        }
        for command in [Command::Answer, Command::BeginUtterance, Command::ReportDrained] {
            assert_eq!(sent(&mut twilio, command), [""; 0]);
        }
    }

    #[test]
    fn long_audio_is_split_between_samples() {
        let (mut twilio, _) = started(START);
        let base64 = "A".repeat(2 * MAX_PAYLOAD + 4);
        let messages = sent(
            &mut twilio,
            Command::Audio(Chunk { bytes: &Bytes::new(), base64: &base64, duration: Duration::ZERO }),
        );
        let frame = |text: &String| text.len() - r#"{"event":"media","streamSid":"MZ1","media":{"payload":""}}"#.len();
        assert_eq!(messages.iter().map(frame).collect::<Vec<_>>(), [MAX_PAYLOAD, MAX_PAYLOAD, 4]);
    }
}
