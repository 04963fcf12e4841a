//! The recorded caller as a party to a conversation.

use super::{
    acts::{self, Act},
    course::Course,
    near,
};
use crate::{
    audio::SAMPLES_PER_MS,
    call::{Ear, Entry, Event, Inquiry, What},
    leg::Sent,
    line::{Attention, Condition, Judgement, LineEvent, Listener, Rule, Sensitivity, Thresholds},
    moment::Moment,
    script::Script,
    sim::{conversation::Party, outside::Answering},
};
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// A gateway's packet.
const PACKET: Duration = Duration::from_millis(20);
/// A promise fails where one failed then: within the time that the store, or the gateway's API, is given (and a second).
const STORE: Duration = Duration::from_secs(4);
const TRANSFER: Duration = Duration::from_secs(9);

pub(super) struct Caller {
    course: Course,
    acts: VecDeque<(Moment, Act)>,
    /// Events on their way, of one act.
    ready: VecDeque<Event>,
    line: Line,
    store_failed: Vec<Moment>,
    transfer_failed: Vec<Moment>,
    /// How services outside answered, in turn.
    asked: VecDeque<Answering>,
}

/// How the line is heard.
enum Line {
    /// By today's listener.
    Heard(Box<Heard>),
    /// As it was judged then.
    Told { judgements: Vec<Judgement>, thresholds: Thresholds },
}

struct Heard {
    listener: Listener,
    sound: Arc<[i16]>,
    /// When the next packet arrives.
    next: Moment,
}

impl Caller {
    pub(super) fn new(script: &Script, journal: &[Entry], sound: Option<Arc<[i16]>>, begun: Moment) -> Self {
        let mut all = acts::pressed(script, journal);
        let line = match sound {
            Some(sound) => Line::Heard(Box::new(Heard::new(sound, script.hearing, begun))),
            None => {
                all.extend(acts::spoken(journal));
                Line::Told { judgements: judgements(journal), thresholds: script.hearing }
            }
        };
        let when = |wanted: fn(&What) -> bool| {
            journal.iter().filter(|entry| wanted(&entry.what)).map(|entry| entry.at).collect()
        };
        Self {
            course: Course::new(journal, begun),
            acts: acts::in_order(all),
            ready: VecDeque::new(),
            line,
            store_failed: when(|what| matches!(what, What::StoreFailed)),
            asked: asked(journal),
            transfer_failed: when(|what| matches!(what, What::HandoverFailed)),
        }
    }

    /// The recorded moment that corresponds to the replay's `now`.
    pub(super) fn then(&self, now: Moment) -> Moment {
        self.course.then(now)
    }

    /// Makes events of the next act, where it is due.
    fn act(&mut self, now: Moment) {
        let course = &self.course;
        let Some((_, act)) = self.acts.pop_front_if(|(at, _)| course.now(*at) <= now) else { return };
        let here = |at: Moment| course.now(at).min(now);
        let line = Event::Line;
        match act {
            Act::Key(digit) => self.ready.push_back(Event::Key(digit)),
            Act::Gone(by) => self.ready.push_back(Event::Gone(by)),
            Act::Sound { at } => self.ready.push_back(line(LineEvent::Sound { at: here(at) })),
            Act::Speaks { onset } => self.ready.push_back(line(LineEvent::SpeechStarted { onset: here(onset) })),
            Act::Pauses { at } => {
                self.ready.push_back(line(LineEvent::SpeechEnded { at: here(at) }));
                self.ready.push_back(line(LineEvent::Quiet { at: here(at) }));
            }
        }
    }
}

impl Party for Caller {
    fn next(&self) -> Option<Moment> {
        let act = self.acts.front().map(|(at, _)| self.course.now(*at));
        let packet = match &self.line {
            Line::Heard(heard) => Some(heard.next),
            Line::Told { .. } => None,
        };
        [act, packet].into_iter().flatten().min()
    }

    fn due(&mut self, now: Moment) -> Option<Event> {
        if self.ready.is_empty() {
            self.act(now);
        }
        if let Line::Heard(heard) = &mut self.line {
            heard.hear(&self.course, now);
            // Keys are pressed again from the records: in the audio they would count twice.
            self.ready.extend(std::iter::from_fn(|| heard.listener.poll_event()).filter(is_no_key).map(Event::Line));
        }
        self.ready.pop_front()
    }

    fn stores(&mut self, now: Moment) -> bool {
        let then = self.course.then(now);
        !self.store_failed.iter().any(|at| near(then, *at, STORE))
    }

    fn transfers(&mut self, now: Moment) -> bool {
        let then = self.course.then(now);
        !self.transfer_failed.iter().any(|at| near(then, *at, TRANSFER))
    }

    fn answers(&mut self, _: &Inquiry, _: Moment) -> Answering {
        self.asked.pop_front().unwrap_or_default()
    }

    fn happened(&mut self, what: &What, at: Moment) {
        self.course.meet(what, at);
    }

    fn played(&mut self, sent: &Sent) {
        if let Line::Heard(heard) = &mut self.line {
            heard.played(sent);
        }
    }

    fn attend(&mut self, attention: Attention) {
        if let Line::Heard(heard) = &mut self.line {
            heard.listener.attend(attention);
        }
    }
}

/// Services are taken to answer as they did then; what they said is not known.
fn asked(journal: &[Entry]) -> VecDeque<Answering> {
    let asked = journal.iter().filter_map(|entry| match entry.what {
        What::Asked { took, failed: None } => Some(Answering::Emptily(took)),
        What::Asked { took, failed: Some(why) } => Some(Answering::Failing(took, why)),
        _ => None,
    });
    asked.collect()
}

fn is_no_key(event: &LineEvent) -> bool {
    !matches!(event, LineEvent::Key { .. })
}

impl Heard {
    fn new(sound: Arc<[i16]>, thresholds: Thresholds, begun: Moment) -> Self {
        let mut listener = Listener::new();
        listener.judge_by(thresholds);
        listener.advance(begun);
        Self { listener, sound, next: begun + PACKET }
    }

    /// Hears the packets that have come by `now`, and nothing after the recording's end.
    fn hear(&mut self, course: &Course, now: Moment) {
        while self.next <= now {
            let to = samples(course.then(self.next)).min(self.sound.len());
            let from = samples(course.then(self.next).back(PACKET)).min(to);
            match &self.sound[from..to] {
                [] => self.listener.advance(self.next),
                packet => self.listener.hear(packet, self.next),
            }
            self.next += PACKET;
        }
    }

    fn played(&mut self, sent: &Sent) {
        self.listener.played(sent.clip.bands(sent.chunk), sent.at);
    }
}

fn samples(at: Moment) -> usize {
    (at.elapsed().as_micros() as usize * SAMPLES_PER_MS) / 1000
}

impl Ear for Caller {
    fn judge(&self, from: Moment, to: Moment, sensitivity: Sensitivity) -> Judgement {
        match &self.line {
            Line::Heard(heard) => heard.listener.judge(from, to, sensitivity),
            Line::Told { judgements, thresholds } => {
                let (from, to) = (self.course.then(from), self.course.then(to));
                let known = judged(judgements, from, to, sensitivity);
                known.map_or_else(nobody, |judgement| thresholds.review(judgement.clone()))
            }
        }
    }
}

fn judgements(journal: &[Entry]) -> Vec<Judgement> {
    let judged = journal.iter().filter_map(|entry| match &entry.what {
        What::Judged(judgement) => Some(judgement.clone()),
        _ => None,
    });
    judged.collect()
}

/// What was judged then of the stretch most like this one, by as sensitive an ear.
fn judged(judgements: &[Judgement], from: Moment, to: Moment, sensitivity: Sensitivity) -> Option<&Judgement> {
    let (from, to) = (from.as_millis(), to.as_millis());
    let likeness = |judgement: &&Judgement| {
        let evidence = &judgement.evidence;
        let common = to.min(evidence.to_ms).saturating_sub(from.max(evidence.from_ms));
        let both = to.max(evidence.to_ms) - from.min(evidence.from_ms);
        common * 1000 / both.max(1)
    };
    // Only the last chance hears what is hardly there.
    let last_chance = sensitivity == Sensitivity::LastChance;
    let fit = judgements.iter().filter(|judgement| (judgement.evidence.rule == Rule::HardlyHeard) == last_chance);
    fit.max_by_key(likeness).filter(|judgement| likeness(judgement) > 0)
}

fn nobody() -> Judgement {
    Judgement::told(Condition::Silent, Rule::Told)
}
