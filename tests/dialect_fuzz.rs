//! Messages that no gateway sends: random ones, and real ones with something broken. No codec may panic on any, and a
//! good message after any of them must mean what it always means. Deterministic: the same messages in every run.

use qingjiang::{
    audio::Chunk,
    gateway::{self, Command, Dialect, DialectName, Event, MarkId, Message, Upgrade},
};
use std::time::Duration;

/// Bad messages a dialect.
const MESSAGES: usize = 100_000;

/// Bad messages a socket; then a fresh one.
const A_SOCKET: usize = 50;

const ASTERISK: [&str; 12] = [
    "MEDIA_START connection_id:bot channel:WebSocket/bot/0x7f7e840037e0 channel_id:1.3 format:ulaw optimal_frame_size:160 ptime:20",
    r#"{"event":"MEDIA_START","connection_id":"bot","channel_id":"1.3","format":"slin16","channel_variables":{"X_CALLREF":"ref","N":1}}"#,
    "MEDIA_MARK_PROCESSED g1-7",
    "MEDIA_BUFFERING_COMPLETED",
    "DTMF_END digit:5 channel_id:1795308133.41",
    "STATUS channel_id:1.5 queue_length:170 xon_level:800 xoff_level:900 queue_full:false bulk_media:false media_paused:true",
    "ERROR channel_id:1.5 error_text:SET_MEDIA_DIRECTION only supports JSON format.\n",
    r#"{"event":"MEDIA_BUFFERING_COMPLETED","channel_id":"1.7","correlation_id":"g4294967295-1"}"#,
    r#"{"event":"DTMF_END","channel_id":"1.17","digit":"A"}"#,
    r#"{"event":"ERROR","channel_id":"1.7","error_text":"a \"quoted\" \u4f60\n"}"#,
    r#"{"event":"MEDIA_XOFF","channel_id":"1.11"}"#,
    "QUEUE_DRAINED",
];

const TWILIO: [&str; 7] = [
    r#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#,
    r#"{"event":"start","sequenceNumber":"1","streamSid":"MZ1","start":{"streamSid":"MZ1","callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"from":"+8613800138000","token":"t"}}}"#,
    r#"{"event":"media","sequenceNumber":"4","streamSid":"MZ1","media":{"track":"inbound","chunk":"2","timestamp":"5","payload":"f/9//3///38="}}"#,
    r#"{"event":"media","media":{"track":"inbound","chunk":2,"payload":"f\/9\/\u002f3///38="}}"#,
    r#"{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"1"}}"#,
    r#"{"event":"mark","sequenceNumber":"6","streamSid":"MZ1","mark":{"name":"g1-7"}}"#,
    r#"{"event":"stop","sequenceNumber":"9","streamSid":"MZ1","stop":{"accountSid":"AC","callSid":"CA"}}"#,
];

/// Snippets that mean something to a parser.
const SPICE: [&str; 16] = [
    "{",
    "}",
    "[",
    "\"",
    "\\",
    "\\u",
    "\\ud800",
    ":",
    ",",
    "null",
    "1e999",
    "-",
    "\u{0}",
    "你",
    "event",
    "\"media\":{",
];

#[test]
fn no_message_harms_asterisks_codec() {
    let good = [(Good::Binary(&[0x55; 80]), "audio 80"), (Good::Text("MEDIA_MARK_PROCESSED g1-7"), "mark g1-7")];
    harass(DialectName::Asterisk, &ASTERISK, &good);
}

#[test]
fn no_message_harms_twilios_codec() {
    let good = [(Good::Text(TWILIO[2]), "audio 8"), (Good::Text(TWILIO[5]), "mark g1-7")];
    harass(DialectName::Twilio, &TWILIO, &good);
}

#[test]
fn a_start_is_understood_after_any_message_before_it() {
    for (name, samples) in [(DialectName::Asterisk, &ASTERISK[..]), (DialectName::Twilio, &TWILIO[..])] {
        let mut dice = Dice(7);
        for _ in 0..MESSAGES / 10 {
            let mut dialect = gateway::open(name, &Upgrade::default());
            let bad = dice.bad(samples);
            if heard(dialect.as_mut(), Message::Text(&bad)) != "started" {
                let start = if name == DialectName::Asterisk { samples[0] } else { samples[1] };
                assert_eq!(heard(dialect.as_mut(), Message::Text(start)), "started", "after {bad:?}");
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Good {
    Text(&'static str),
    Binary(&'static [u8]),
}

impl Good {
    const fn message(self) -> Message<'static> {
        match self {
            Self::Text(text) => Message::Text(text),
            Self::Binary(bytes) => Message::Binary(bytes),
        }
    }
}

fn harass(name: DialectName, samples: &[&str], good: &[(Good, &str)]) {
    let mut dice = Dice(1);
    for _ in 0..MESSAGES / A_SOCKET {
        let mut dialect = gateway::open(name, &Upgrade::default());
        let start = if name == DialectName::Asterisk { samples[dice.below(2)] } else { samples[1] };
        assert_eq!(heard(dialect.as_mut(), Message::Text(start)), "started");
        for _ in 0..A_SOCKET {
            let bad = dice.bad(samples);
            if dice.below(8) == 0 {
                heard(dialect.as_mut(), Message::Binary(bad.as_bytes()));
            } else {
                heard(dialect.as_mut(), Message::Text(&bad));
            }
            speak(dialect.as_mut());
            for (message, meaning) in good {
                assert_eq!(heard(dialect.as_mut(), message.message()), *meaning, "after {bad:?}");
            }
        }
    }
}

fn heard(dialect: &mut dyn Dialect, message: Message<'_>) -> String {
    match dialect.decode(message) {
        Ok(Some(Event::Started(_))) => "started".into(),
        Ok(Some(Event::Audio(audio))) => format!("audio {}", audio.len()),
        Ok(Some(Event::Mark(mark))) => format!("mark {mark}"),
        other => format!("{other:?}"),
    }
}

fn speak(dialect: &mut dyn Dialect) {
    let mark = MarkId { generation: 1, number: 7 };
    let audio = Chunk { bytes: &bytes::Bytes::from_static(&[0; 8]), base64: "AAAAAAAAAAA=", duration: Duration::ZERO };
    let mut wire = Vec::new();
    for command in [Command::BeginUtterance, Command::Audio(audio), Command::EndUtterance(mark), Command::Clear] {
        dialect.encode(command, &mut wire);
    }
    assert!(wire.len() >= 3, "{wire:?}");
}

/// SplitMix64: enough for this, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// One message in four is random; the others are real ones, broken one to four times.
    fn bad(&mut self, samples: &[&str]) -> String {
        let mut bytes: Vec<u8> = match self.below(4) {
            0 => (0..self.below(200)).map(|_| self.next() as u8).collect(),
            _ => samples[self.below(samples.len())].as_bytes().to_vec(),
        };
        for _ in 0..=self.below(4) {
            self.mutate(&mut bytes, samples);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>, samples: &[&str]) {
        let at = self.below(bytes.len() + 1);
        let until = at + self.below(bytes.len() - at + 1);
        match self.below(6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..until)),
            2 => drop(bytes.splice(at..at, SPICE[self.below(SPICE.len())].bytes())),
            3 => drop(bytes.splice(at..until, samples[self.below(samples.len())].bytes())),
            4 => bytes.extend_from_within(at..until),
            _ => bytes[at..until].iter_mut().for_each(|byte| *byte ^= 1 << self.below(8)),
        }
    }
}
