//! Whatever a gateway sends: no panic, no call that never ends, and no effect on the call beside it.

use qingjiang::{
    audio::{Bank, source},
    gateway::{DialectName, Message, Upgrade, Wire},
    moment::Moment,
    phone::Digit,
    script::{self, Script},
    session::{Admission, Effect, Session, Setup},
    sim::{
        Segment,
        peer::{Facts, Peer, PeerKind},
        run::{World, run},
        voice::Voice,
    },
};
use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

static SCRIPT: LazyLock<Arc<Script>> = LazyLock::new(|| Arc::new(script::embedded().expect("the default script")));
static BANK: LazyLock<Arc<Bank>> =
    LazyLock::new(|| Arc::new(Bank::load(source::embedded()).expect("the default recordings")));

/// Messages a dialect, spread over so many sessions.
const MESSAGES: u32 = 100_000;
const SESSIONS: u32 = 50;
/// A gateway that falls silent after its nonsense: the longest way through the default script takes four minutes.
const PATIENCE: Duration = Duration::from_secs(900);

fn evening() -> jiff::Zoned {
    jiff::civil::date(2026, 11, 18).at(20, 0, 0, 0).in_tz("Asia/Shanghai").expect("a date")
}

fn facts() -> Facts {
    Facts { call_id: "x1".into(), caller: "13800138000".into(), called: "10000".into(), parameters: Vec::new() }
}

/// xorshift64*: seeded, so that a failure repeats.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % most.max(1)
    }
}

struct Rig {
    session: Session,
    now: Moment,
    over: bool,
}

impl Rig {
    fn new(dialect: DialectName, upgrade: Upgrade) -> Self {
        let setup =
            Setup { dialect, upgrade, script: SCRIPT.clone(), bank: BANK.clone(), wall: evening(), rest: false };
        Self { session: Session::new(setup), now: Moment::ZERO, over: false }
    }

    fn take(&mut self, wire: &Wire) {
        let message = match wire {
            Wire::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => Message::Text(text),
                // The WebSocket layer lets no other text through.
                Err(_) => Message::Binary(text),
            },
            Wire::Binary(bytes) => Message::Binary(bytes),
            Wire::Close(_) => return,
        };
        let _ = self.session.on_message(message, self.now);
        self.settle();
    }

    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(due) = self.session.poll_timeout().filter(|due| *due <= until && !self.over) {
            self.now = due.max(self.now);
            self.session.on_timeout(self.now);
            self.settle();
        }
        self.now = until;
    }

    fn settle(&mut self) {
        let mut wire = Vec::new();
        self.session.take_wire(&mut wire);
        while let Some(effect) = self.session.poll_effect() {
            match effect {
                Effect::TakeMessage { .. } | Effect::DropMessage => {}
                Effect::Ask(inquiry) => {
                    let id = inquiry.id;
                    self.session.on_answer(id, Err(qingjiang::call::NoAnswer::Unreachable), self.now);
                }
                Effect::Admit(_) => self.session.on_admission(
                    Admission::Welcome { caller: None, past: qingjiang::call::Past::default() },
                    self.now,
                ),
                Effect::Commit(_) => self.session.on_committed(true, self.now),
                Effect::Transfer(_) => self.session.on_transfer(false, self.now),
                Effect::Close { .. } => self.over = true,
                Effect::Journal(_) | Effect::Record(_) => {}
            }
        }
    }
}

/// Something a gateway might say, then damaged.
fn nonsense(peer: &mut Peer, random: &mut Random) -> Wire {
    let key = Digit::parse("0123456789*#ABCD".as_bytes()[random.below(16)] as char).expect("a key");
    let audio: Vec<u8> = (0..random.below(400)).map(|_| random.below(256) as u8).collect();
    let wire = match random.below(8) {
        0 => peer.key(key),
        1 => peer.report(
            ["g0-1", "g1-2", "g4294967295-0", "MEDIA_MARK_PROCESSED g0-3", "QUEUE_DRAINED", ""][random.below(6)],
        ),
        2 => peer.open(&facts()).remove(0),
        3 => Wire::Text(
            ["MEDIA_XOFF", "MEDIA_XON", "{\"event\":\"MEDIA_XOFF\"}", "ERROR x", "{}", "[]"][random.below(6)].into(),
        ),
        _ => peer.audio(audio),
    };
    if random.below(3) == 0 { wire } else { damaged(wire, random) }
}

fn damaged(wire: Wire, random: &mut Random) -> Wire {
    let (mut bytes, text) = match wire {
        Wire::Text(bytes) => (bytes.to_vec(), true),
        Wire::Binary(bytes) => (bytes.to_vec(), false),
        Wire::Close(_) => return wire,
    };
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        match random.below(5) {
            0 if !bytes.is_empty() => bytes[at] = random.below(128) as u8,
            1 => bytes.truncate(at),
            2 => bytes.insert(at, random.below(128) as u8),
            3 => bytes.extend_from_within(at..),
            _ => {}
        }
    }
    let text = if random.below(20) == 0 { !text } else { text };
    if text { Wire::Text(bytes.into()) } else { Wire::Binary(bytes.into()) }
}

fn hostile(kind: PeerKind, dialect: DialectName) {
    let mut random = Random(0x5EED + kind as u64);
    for session in 0..SESSIONS {
        let mut rig = Rig::new(dialect, Upgrade { query: Peer::query(kind, &facts()) });
        let mut peer = Peer::new(kind, &facts());
        for wire in peer.open(&facts()) {
            rig.take(&wire);
        }
        for _ in 0..MESSAGES / SESSIONS {
            rig.take(&nonsense(&mut peer, &mut random));
            rig.pass(Duration::from_millis(random.below(40) as u64));
        }
        rig.pass(PATIENCE);
        assert!(rig.over, "{kind:?}: session {session} never ended");
    }
}

#[test]
fn nonsense_over_twilio_hangs_no_call() {
    hostile(PeerKind::Twilio, DialectName::Twilio);
}

#[test]
fn nonsense_over_asterisk_hangs_no_call() {
    hostile(PeerKind::Asterisk, DialectName::Asterisk);
    hostile(PeerKind::AsteriskJson, DialectName::Asterisk);
}

#[test]
fn the_call_beside_hears_what_it_would_have_heard_alone() {
    let quiet = || {
        let segments = [Segment::Hiss(Duration::from_secs(60))];
        let voice = Voice::new(&segments, |_| Err::<Arc<[i16]>, _>("no recordings")).expect("none needed");
        run(World {
            kind: PeerKind::Twilio,
            facts: facts(),
            voice,
            echo: None,
            script: SCRIPT.clone(),
            bank: BANK.clone(),
            wall: evening(),
            limit: PATIENCE,
            store_works: true,
            transfer: None,
            http: Vec::new(),
            past: qingjiang::call::Past::default(),
        })
        .timeline()
    };
    let alone = quiet();
    let beside = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut random = Random(7);
            let mut rig = Rig::new(DialectName::Twilio, Upgrade::default());
            let mut peer = Peer::new(PeerKind::Twilio, &facts());
            for _ in 0..20_000 {
                rig.take(&nonsense(&mut peer, &mut random));
            }
        });
        quiet()
    });
    assert_eq!(beside, alone);
}
