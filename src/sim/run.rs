//! A whole call in virtual time: a telephone beside a session, byte for byte as over a socket.

use super::{
    Telephone,
    outside::{self, Answering},
    peer::{Facts, Peer, PeerKind},
    telephone::{Echo, Report},
    voice::Voice,
};
use crate::{
    audio::Bank,
    call::{Disposition, EndedBy, Entry, Inquiry, InquiryId, NoAnswer, Past, Promise, Values},
    gateway::{DialectName, Message, Upgrade, Wire},
    moment::Moment,
    script::Script,
    session::{Admission, Effect, Session, Setup, SocketEnd, Sound},
};
use std::{sync::Arc, time::Duration};

/// A call to simulate.
pub struct World {
    /// The gateway to stand in for.
    pub kind: PeerKind,
    /// Who calls whom.
    pub facts: Facts,
    /// What the caller does.
    pub voice: Voice,
    /// Our voice coming back.
    pub echo: Option<Echo>,
    /// The script.
    pub script: Arc<Script>,
    /// Its recordings.
    pub bank: Arc<Bank>,
    /// Local time at the start.
    pub wall: jiff::Zoned,
    /// When the simulation is given up.
    pub limit: Duration,
    /// Whether the store keeps promises.
    pub store_works: bool,
    /// What the gateway's API answers to a transfer; `None`: it is not configured.
    pub transfer: Option<bool>,
    /// Services outside: what an address begins with, and how it answers; the first that fits counts.
    pub http: Vec<(String, Answering)>,
    /// What the records know of the caller's number.
    pub past: Past,
}

/// How a simulated call went.
#[derive(Debug)]
pub struct Outcome {
    /// From the caller's side.
    pub report: Report,
    /// From ours.
    pub journal: Vec<Entry>,
    /// Promises that were stored, in order.
    pub promises: Vec<Promise>,
    /// What a recording or a message is made from; empty where nothing is recorded.
    pub sound: Vec<Sound>,
    /// How it came out, and who ended it; `None`: it had not ended at the limit.
    pub end: Option<(Disposition, EndedBy)>,
}

/// Runs a call to its end or its limit.
pub fn run(world: World) -> Outcome {
    let dialect = match world.kind {
        PeerKind::Twilio => DialectName::Twilio,
        PeerKind::Asterisk | PeerKind::AsteriskJson => DialectName::Asterisk,
    };
    let session = Session::new(Setup {
        dialect,
        upgrade: Upgrade { query: Peer::query(world.kind, &world.facts) },
        script: world.script.clone(),
        bank: world.bank.clone(),
        wall: world.wall.clone(),
        rest: world.transfer.is_some(),
    });
    let phone = Telephone::new(world.kind, world.facts.clone(), world.voice, world.echo);
    let mut run = Run {
        session,
        phone,
        store_works: world.store_works,
        transfer: world.transfer,
        http: world.http,
        past: world.past,
        asked: Vec::new(),
        seen: Seen::default(),
        now: Moment::ZERO,
    };
    run.phone.begin(Moment::ZERO);
    while run.seen.end.is_none() && run.now.elapsed() < world.limit {
        run.exchange();
        let asked = run.asked.iter().map(|(at, ..)| *at).min();
        let Some(next) = [run.phone.poll_timeout(), run.session.poll_timeout(), asked].into_iter().flatten().min()
        else {
            break;
        };
        run.now = next.max(run.now);
        run.phone.on_timeout(run.now);
        run.exchange();
        run.answer();
        run.session.on_timeout(run.now);
    }
    run.exchange();
    Outcome {
        report: run.phone.report(&world.bank, &world.script.locales(), run.now),
        journal: run.seen.journal,
        promises: run.seen.promises,
        sound: run.seen.sound,
        end: run.seen.end,
    }
}

struct Run {
    session: Session,
    phone: Telephone,
    store_works: bool,
    transfer: Option<bool>,
    http: Vec<(String, Answering)>,
    past: Past,
    asked: Vec<(Moment, InquiryId, Result<Values, NoAnswer>)>,
    seen: Seen,
    now: Moment,
}

#[derive(Default)]
struct Seen {
    journal: Vec<Entry>,
    promises: Vec<Promise>,
    sound: Vec<Sound>,
    end: Option<(Disposition, EndedBy)>,
}

impl Run {
    /// Services answer when their time has come.
    fn answer(&mut self) {
        let now = self.now;
        for (_, id, answer) in self.asked.extract_if(.., |(at, ..)| *at <= now).collect::<Vec<_>>() {
            self.session.on_answer(id, answer, now);
        }
    }

    fn ask(&mut self, inquiry: &Inquiry) {
        let (delay, answer) = outside::first_that_fits(&self.http, inquiry).to(inquiry);
        self.asked.push((self.now + delay, inquiry.id, answer));
    }

    /// Carries everything across until neither side has anything to say.
    fn exchange(&mut self) {
        loop {
            let mut quiet = true;
            while let Some(wire) = self.phone.poll_wire() {
                quiet = false;
                if let Some(message) = message(&wire) {
                    let _ = self.session.on_message(message, self.now);
                }
            }
            let mut wires = Vec::new();
            self.session.take_wire(&mut wires);
            for wire in &wires {
                quiet = false;
                match message(wire) {
                    Some(message) => self.phone.on_message(message, self.now),
                    None => self.phone.on_closed(self.now),
                }
            }
            while let Some(effect) = self.session.poll_effect() {
                quiet = false;
                self.carry_out(effect);
            }
            if quiet {
                break;
            }
        }
        if self.phone.hung_up().is_some() && self.seen.end.is_none() {
            self.session.on_socket_end(SocketEnd::Closed, self.now);
            while let Some(effect) = self.session.poll_effect() {
                self.carry_out(effect);
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Admit(_) => {
                self.session.on_admission(Admission::Welcome { caller: None, past: self.past }, self.now)
            }
            Effect::Journal(entry) => {
                self.phone.told(&entry);
                self.seen.journal.push(entry);
            }
            Effect::Commit(promise) => {
                if self.store_works {
                    self.seen.promises.push(promise);
                }
                self.session.on_committed(self.store_works, self.now);
            }
            Effect::Transfer(_) => self.session.on_transfer(self.transfer == Some(true), self.now),
            Effect::Ask(inquiry) => self.ask(&inquiry),
            Effect::TakeMessage { .. } | Effect::DropMessage => {}
            Effect::Record(sound) => self.seen.sound.push(sound),
            Effect::Close { disposition, by, .. } => {
                self.seen.end = Some((disposition, by));
                self.phone.on_closed(self.now);
            }
        }
    }
}

fn message(wire: &Wire) -> Option<Message<'_>> {
    match wire {
        Wire::Text(text) => std::str::from_utf8(text).ok().map(Message::Text),
        Wire::Binary(bytes) => Some(Message::Binary(bytes)),
        Wire::Close(_) => None,
    }
}
