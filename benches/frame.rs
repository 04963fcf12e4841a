//! What one inbound message costs: decode, hear, engine. `cargo bench --bench frame`
//!
//! A call in its opening, over and over, takes frames of 20 ms one after another, so everything that happens now and
//! then (judging, the next chunk of a prompt) has its share in the mean.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use qingjiang::{
    gateway::{DialectName, Message, Upgrade, Wire},
    moment::Moment,
    script::{Bundle, Source},
    session::{Admission, Effect, Session, Setup},
};
use std::{hint::black_box, sync::Arc, time::Duration};

const FRAME: Duration = Duration::from_millis(20);

/// A call is hung up after this many frames, and the next one begins: before the silent ladder does it.
const FRAMES_A_CALL: u64 = 800;

/// What the caller sends.
#[derive(Clone, Copy)]
enum Caller {
    /// Idle-channel noise, about −62 dBov, as wsload's `noise`.
    Hiss,
    /// Something loud that changes all the time, so that no stage can skip it.
    Loud,
}

struct Line {
    bundle: Bundle,
    dialect: DialectName,
    frames: Vec<Vec<u8>>,
    session: Session,
    sent: u64,
    now: Moment,
    wire: Vec<Wire>,
}

impl Line {
    fn new(dialect: DialectName, caller: Caller) -> Self {
        let bundle = Bundle::open(&Source::Embedded, &Source::Embedded).expect("our own files");
        let session = session(&bundle, dialect);
        let frames = (0..50).map(|index| message(dialect, caller, index)).collect();
        let mut line = Self { bundle, dialect, frames, session, sent: 0, now: Moment::ZERO, wire: Vec::new() };
        line.begin();
        line
    }

    fn begin(&mut self) {
        self.session = session(&self.bundle, self.dialect);
        self.now = Moment::ZERO;
        self.sent = 0;
        let start: &str = match self.dialect {
            DialectName::Twilio => TWILIO_START,
            DialectName::Asterisk => ASTERISK_START,
        };
        let _ = self.session.on_message(Message::Text(start), self.now);
        self.settle();
    }

    /// One message, as the service's loop does it.
    fn frame(&mut self) {
        if self.sent == FRAMES_A_CALL {
            self.begin();
        }
        self.now += FRAME;
        self.sent += 1;
        let bytes = &self.frames[(self.sent % 50) as usize];
        let message = match self.dialect {
            DialectName::Twilio => Message::Text(std::str::from_utf8(bytes).expect("JSON")),
            DialectName::Asterisk => Message::Binary(bytes),
        };
        let _ = black_box(self.session.on_message(message, self.now));
        if self.session.poll_timeout().is_some_and(|due| due <= self.now) {
            self.session.on_timeout(self.now);
        }
        self.settle();
    }

    fn settle(&mut self) {
        while let Some(effect) = self.session.poll_effect() {
            if let Effect::Admit(_) = effect {
                self.session.on_admission(
                    Admission::Welcome { caller: None, past: qingjiang::call::Past::default() },
                    self.now,
                );
            }
        }
        self.session.take_wire(&mut self.wire);
        self.wire.clear();
    }
}

fn session(bundle: &Bundle, dialect: DialectName) -> Session {
    let wall = jiff::Timestamp::UNIX_EPOCH.to_zoned(bundle.script.timezone.clone());
    let (script, bank) = (Arc::clone(&bundle.script), Arc::clone(&bundle.bank));
    Session::new(Setup { dialect, upgrade: Upgrade::default(), script, bank, wall, rest: false })
}

fn message(dialect: DialectName, caller: Caller, index: u32) -> Vec<u8> {
    // A linear congruential generator: noise that is the same at every run.
    let mut state = index.wrapping_mul(2_654_435_761) | 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 24
    };
    let audio: Vec<u8> = match caller {
        Caller::Hiss => (0..160).map(|_| 0x7c + (next() % 4) as u8 + if next() % 2 == 0 { 0 } else { 0x80 }).collect(),
        Caller::Loud => (0..160).map(|_| next() as u8).collect(),
    };
    match dialect {
        DialectName::Asterisk => audio,
        DialectName::Twilio => {
            let payload = base64_simd::STANDARD.encode_to_string(&audio);
            let chunk = index + 1;
            format!(
                r#"{{"event":"media","sequenceNumber":"{chunk}","streamSid":"MZ0123456789abcdef0123456789abcdef","media":{{"track":"inbound","chunk":"{chunk}","timestamp":"{}","payload":"{payload}"}}}}"#,
                index * 20
            )
            .into_bytes()
        }
    }
}

const TWILIO_START: &str = r#"{"event":"start","sequenceNumber":"1","streamSid":"MZ0123456789abcdef0123456789abcdef","start":{"accountSid":"AC1","streamSid":"MZ0123456789abcdef0123456789abcdef","callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{}}}"#;

const ASTERISK_START: &str =
    "MEDIA_START connection_id:c1 channel:WebSocket/bot/0x1 channel_id:1.1 format:ulaw optimal_frame_size:160 ptime:20";

fn frames(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("inbound_frame");
    group.throughput(Throughput::Elements(1));
    for (name, dialect, caller) in [
        ("twilio_hiss", DialectName::Twilio, Caller::Hiss),
        ("twilio_loud", DialectName::Twilio, Caller::Loud),
        ("asterisk_hiss", DialectName::Asterisk, Caller::Hiss),
    ] {
        let mut line = Line::new(dialect, caller);
        group.bench_function(name, |bencher| bencher.iter(|| line.frame()));
    }
    group.finish();
}

criterion_group!(benches, frames);
criterion_main!(benches);
