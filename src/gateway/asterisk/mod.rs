//! Asterisk's chan_websocket: binary audio, and control messages in plain text or JSON, whichever the first message is in.
//!
//! Asterisk queues what it gets and plays a frame every 20 ms. Outside of buffering it throws away what does not fill a
//! frame, so all our audio goes between `START_MEDIA_BUFFERING` and `STOP_MEDIA_BUFFERING`, where the queue is a byte
//! stream. A flush empties it, forgets its marks and switches buffering off. Verified on recorded calls: `tests/captures`.

mod control;
mod json;
mod report;
mod text;

pub use control::{Control, Direction, Format, MAX_COMMAND, TooLong};

use super::{
    Capabilities, Command, Dialect, Event, HangupBy, Malformed, MarksOnClear, Message, TransferBy, Upgrade, Wire,
    parameters::Parameters,
};
use crate::audio::Codec;
use bytes::Bytes;
use report::{Report, Start};
use std::time::Duration;

/// Largest binary message we send, bytes: whole 20 ms frames of every codec. Asterisk closes with 1009 above 65,535 B,
/// header included; ≤ 32 KB is its advised size.
const MAX_MESSAGE: usize = 32_000;

/// Channel variables that Asterisk sets by itself, and that repeat the query (numbers and tokens included).
const NOT_CALL_DATA: [&str; 3] = ["DIALEDPEERNUMBER", "MEDIA_WEBSOCKET_", "GOSUB_RETVAL"];

/// Channel variables that carry the call id where nothing is called `call_id`: the names of the usual dialplans.
const CALL_ID_VARIABLES: [&str; 2] = ["CALL_REF", "X_CALLREF"];

/// The codec of one Asterisk socket.
#[derive(Debug)]
pub struct Asterisk {
    upgrade: Upgrade,
    /// Control format; plain text, Asterisk's own default, until `MEDIA_START` shows it.
    format: Format,
    started: bool,
    /// The text of the last `ERROR`.
    notice: String,
}

impl Asterisk {
    /// A codec for the socket of this upgrade.
    pub fn new(upgrade: &Upgrade) -> Self {
        Self { upgrade: upgrade.clone(), format: Format::Text, started: false, notice: String::new() }
    }

    /// The format that control messages are in, final once the start message was decoded.
    pub const fn format(&self) -> Format {
        self.format
    }
}

impl Dialect for Asterisk {
    fn decode<'a>(&'a mut self, message: Message<'a>) -> Result<Option<Event<'a>>, Malformed> {
        match message {
            Message::Binary(audio) => Ok((!audio.is_empty()).then_some(Event::Audio(audio))),
            Message::Text(text) if text.starts_with('{') => self.event(json::parse(text)?, Format::Json),
            Message::Text(text) => self.event(text::parse(text)?, Format::Text),
        }
    }

    fn encode(&mut self, command: Command<'_>, wire: &mut Vec<Wire>) {
        match command {
            Command::Answer => self.control(Control::Answer, wire),
            Command::BeginUtterance => self.control(Control::StartBuffering, wire),
            Command::Audio(chunk) => wire.extend(messages(chunk.bytes).map(Wire::Binary)),
            Command::Mark(mark) => self.control(Control::Mark(&mark.to_string()), wire),
            Command::EndUtterance(mark) => self.control(Control::StopBuffering(&mark.to_string()), wire),
            Command::Clear => self.control(Control::Flush, wire),
            Command::ReportDrained => self.control(Control::ReportDrained, wire),
            Command::Hangup => self.control(Control::Hangup, wire),
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            lead: Duration::from_secs(1),
            max_message: MAX_MESSAGE,
            marks: true,
            marks_on_clear: MarksOnClear::Lost,
            hangup: HangupBy::Message,
            transfer: TransferBy::Route,
            pings: false,
        }
    }
}

impl Asterisk {
    fn event(&mut self, report: Report<'_>, format: Format) -> Result<Option<Event<'_>>, Malformed> {
        Ok(match report {
            Report::Start(_) if self.started => Some(Event::Unknown),
            Report::Start(start) => Some(self.start(&start, format)?),
            Report::Reached(mark) => mark.map(Event::Mark),
            Report::Drained => Some(Event::Drained),
            Report::Flow { hold } => Some(Event::Flow { hold }),
            Report::Key(digit) => Some(Event::Key(digit)),
            Report::Status => None,
            Report::Error(text) => {
                self.notice.clear();
                self.notice.push_str(text.trim());
                Some(Event::Notice(&self.notice))
            }
            Report::Unknown => Some(Event::Unknown),
        })
    }

    fn start(&mut self, start: &Start<'_>, format: Format) -> Result<Event<'static>, Malformed> {
        let codec = codec(&start.format).ok_or(Malformed::Codec)?;
        self.format = format;
        self.started = true;

        let mut parameters = Parameters::default();
        std::mem::take(&mut self.upgrade.query).iter().for_each(|(name, value)| parameters.take(name, value));
        for (name, value) in start.variables.iter().filter(|(name, _)| is_call_data(name)) {
            // A variable inherited without end (`__NAME`) keeps its underscores, one inherited once does not.
            parameters.take(name.trim_start_matches('_'), value);
        }
        for value in CALL_ID_VARIABLES.iter().filter_map(|&name| start.variables.get(name)) {
            parameters.take("call_id", value);
        }
        Ok(Event::Started(parameters.into_started(codec)))
    }

    /// Our own ids have at most 22 characters, so no command of ours is too long to be read.
    fn control(&self, control: Control<'_>, wire: &mut Vec<Wire>) {
        wire.extend(control.encode(self.format).map(Wire::Text));
    }
}

fn is_call_data(variable: &str) -> bool {
    !NOT_CALL_DATA.iter().any(|prefix| variable.starts_with(prefix))
}

fn codec(format: &str) -> Option<Codec> {
    match format {
        "ulaw" => Some(Codec::Ulaw),
        "alaw" => Some(Codec::Alaw),
        "slin" => Some(Codec::Slin),
        "slin16" => Some(Codec::Slin16),
        _ => None,
    }
}

/// `audio` in messages of at most [`MAX_MESSAGE`] bytes, sharing its memory.
fn messages(audio: &Bytes) -> impl Iterator<Item = Bytes> {
    (0..audio.len()).step_by(MAX_MESSAGE).map(|at| audio.slice(at..audio.len().min(at + MAX_MESSAGE)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audio::Chunk,
        gateway::{MarkId, Resume, Started},
    };

    const TEXT: &str = "MEDIA_START connection_id:bot channel:WebSocket/bot/0x7f channel_id:1.3 format:ulaw optimal_frame_size:160 ptime:20";
    const JSON: &str =
        r#"{"event":"MEDIA_START","connection_id":"bot","channel_id":"1.3","format":"ulaw","channel_variables":{}}"#;

    fn upgrade(query: &[(&str, &str)]) -> Upgrade {
        Upgrade { query: query.iter().map(|&(name, value)| (name.into(), value.into())).collect() }
    }

    fn started(query: &[(&str, &str)], message: &str) -> (Asterisk, Box<Started>) {
        let mut asterisk = Asterisk::new(&upgrade(query));
        let started = match asterisk.decode(Message::Text(message)) {
            Ok(Some(Event::Started(started))) => started,
            other => panic!("{other:?}"),
        };
        (asterisk, started)
    }

    fn with_variables(variables: &str) -> String {
        JSON.replace("{}", variables)
    }

    fn sent(asterisk: &mut Asterisk, command: Command<'_>) -> Vec<Wire> {
        let mut wire = Vec::new();
        asterisk.encode(command, &mut wire);
        wire
    }

    #[test]
    fn the_first_message_decides_the_control_format() {
        let text = |message: &str| vec![Wire::Text(Bytes::copy_from_slice(message.as_bytes()))];
        assert_eq!(sent(&mut started(&[], TEXT).0, Command::Clear), text("FLUSH_MEDIA"));
        assert_eq!(sent(&mut started(&[], JSON).0, Command::Clear), text(r#"{"command":"FLUSH_MEDIA"}"#));
    }

    #[test]
    fn the_query_tells_who_calls_and_the_rest_are_variables() {
        let query =
            [("call_id", "1.2"), ("caller", "13812345678"), ("dnis", "9001"), ("line", "vip"), ("token", "s3cret")];
        let (_, facts) = started(&query, TEXT);
        assert_eq!(facts.call_id.as_deref(), Some("1.2"));
        assert_eq!(facts.caller.as_ref().map(|number| number.reveal()), Some("13812345678"));
        assert_eq!(facts.called.as_ref().map(|number| number.reveal()), Some("9001"));
        assert_eq!(format!("{:?}", facts.variables), r#"{"line": "vip"}"#);
        assert!(facts.token.is_some_and(|token| token.matches("s3cret")));
    }

    #[test]
    fn channel_variables_fill_in_what_the_query_lacks() {
        let message = with_variables(r#"{"__CALL_ID":"7.7","RESUME":"busy","CALLER":"10086","X_CALLREF":"ref-1"}"#);
        let (_, facts) = started(&[("caller", "13812345678")], &message);
        assert_eq!((facts.call_id.as_deref(), facts.resume), (Some("7.7"), Some(Resume::Busy)));
        assert_eq!(facts.caller.as_ref().map(|number| number.reveal()), Some("13812345678"));
        assert_eq!(facts.variables["X_CALLREF"], "ref-1");
    }

    #[test]
    fn a_call_reference_is_the_call_id_of_last_resort() {
        let message = with_variables(r#"{"X_CALLREF":"ref-1"}"#);
        assert_eq!(started(&[], &message).1.call_id.as_deref(), Some("ref-1"));
        assert_eq!(started(&[("call_id", "1.2")], &message).1.call_id.as_deref(), Some("1.2"));
        assert_eq!(started(&[], TEXT).1.call_id, None);
    }

    #[test]
    fn variables_that_repeat_the_query_are_left_out() {
        let message = with_variables(
            r#"{"DIALEDPEERNUMBER":"bot/v(caller=13812345678,token=s3cret)","MEDIA_WEBSOCKET_CONNECTION_ID":"bot"}"#,
        );
        assert!(started(&[], &message).1.variables.is_empty());
    }

    #[test]
    fn every_codec_of_ours_is_known_by_asterisks_name() {
        for (name, codec) in ["ulaw", "alaw", "slin", "slin16"].into_iter().zip(Codec::ALL) {
            assert_eq!(started(&[], &TEXT.replace("ulaw", name)).1.codec, codec);
        }
        for name in ["opus", "g722", "sln16"] {
            let text = TEXT.replace("ulaw", name);
            let mut asterisk = Asterisk::new(&Upgrade::default());
            assert_eq!(asterisk.decode(Message::Text(&text)).map(|_| ()), Err(Malformed::Codec), "{name}");
        }
    }

    #[test]
    fn audio_may_come_before_the_start_and_in_any_size() {
        let mut asterisk = Asterisk::new(&Upgrade::default());
        for size in [1, 80, 160, 333, 960] {
            let frame = vec![0x7f; size];
            assert!(
                matches!(asterisk.decode(Message::Binary(&frame)), Ok(Some(Event::Audio(audio))) if audio == frame)
            );
        }
        assert!(matches!(asterisk.decode(Message::Binary(b"")), Ok(None)));
        assert!(matches!(asterisk.decode(Message::Text(TEXT)), Ok(Some(Event::Started(_)))));
    }

    #[test]
    fn a_second_start_changes_nothing() {
        let (mut asterisk, _) = started(&[], TEXT);
        assert!(matches!(asterisk.decode(Message::Text(JSON)), Ok(Some(Event::Unknown))));
        assert_eq!(asterisk.format(), Format::Text);
    }

    #[test]
    fn utterances_are_buffered_and_complete_under_their_mark() {
        let (mut asterisk, _) = started(&[], TEXT);
        let mark = MarkId { generation: 1, number: 7 };
        let mut wire = Vec::new();
        for command in
            [Command::BeginUtterance, Command::Mark(mark), Command::EndUtterance(mark), Command::ReportDrained]
        {
            asterisk.encode(command, &mut wire);
        }
        let text = ["START_MEDIA_BUFFERING", "MARK_MEDIA g1-7", "STOP_MEDIA_BUFFERING g1-7", "REPORT_QUEUE_DRAINED"];
        assert_eq!(wire, text.map(|message| Wire::Text(message.into())));
    }

    #[test]
    fn long_audio_is_split_on_whole_frames_without_copying() {
        let (mut asterisk, _) = started(&[], TEXT);
        let bytes = Bytes::from(vec![0; 2 * MAX_MESSAGE + 17]);
        let wire = sent(&mut asterisk, Command::Audio(Chunk { bytes: &bytes, base64: "", duration: Duration::ZERO }));
        let cuts = [0..MAX_MESSAGE, MAX_MESSAGE..2 * MAX_MESSAGE, 2 * MAX_MESSAGE..bytes.len()];
        assert_eq!(wire, cuts.map(|cut| Wire::Binary(bytes.slice(cut))));
        assert!(matches!(&wire[0], Wire::Binary(first) if first.as_ptr() == bytes.as_ptr()));
        assert!(Codec::ALL.iter().all(|codec| MAX_MESSAGE.is_multiple_of(20 * codec.bytes_per_ms())));
    }
}
