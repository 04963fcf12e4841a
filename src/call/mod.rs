//! One conversation: events in, commands out, deadlines asked for; no clock, no socket, no task.
//!
//! [`Call::handle`] takes an event, [`Call::poll_command`] gives what is to be done, [`Call::poll_timeout`] says when
//! [`Call::handle_timeout`] wants to be called, and why. The deadline is computed from the phase each time it is
//! asked for, so nothing has to be armed or cancelled, and a noise cannot push it.
//!
//! The files beside this one: `flow` walks the script's steps, `branch` those that wait for nobody, `ladder` deals with bad lines, `speech` says what a
//! caller's turn means, `one_way` with callers who may not hear us, `message` takes messages, `outside` asks services, `ending` lets go of a call, and `hearing` keeps track of whose turn it is.

mod aftermath;
mod aloud;
mod branch;
mod deadline;
mod ending;
mod flow;
mod hearing;
mod inquiry;
mod journal;
mod ladder;
mod message;
mod one_way;
mod outside;
mod past;
mod patience;
mod phase;
mod speech;
mod variables;
mod wire;

pub use aftermath::{Aftermath, Followed, Words};
pub use deadline::{Deadline, Why};
pub use inquiry::{Inquiry, InquiryId, LARGEST_ANSWER, NoAnswer, Values};
pub use journal::{Disposition, EndedBy, Entry, Interruption, What};
pub use message::MessageEnd;
pub use past::{Before, Past};
pub use wire::{Command, Ear, Event, Promise, UtteranceId};

use crate::{
    line::{Attention, Condition},
    moment::Moment,
    phone::PhoneNumber,
    script::{Act, Locale, Script, StepId},
};
use hearing::Hearing;
use outside::Asking;
use phase::{Ending, Phase};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};
use variables::Value;

/// How many steps a call may take with nothing heard from the caller before we call it a fault of the script: chosen,
/// far above any sensible chain of announcements.
const MOST_HOPS: u32 = 64;

/// A conversation with one caller.
pub struct Call {
    script: Arc<Script>,
    wall: jiff::Zoned,
    hands_over: HandsOver,
    /// The language that the call is held in.
    locale: Locale,
    step: StepId,
    phase: Phase,
    hearing: Hearing,
    facts: Facts,
    line: Standing,
    tally: Tally,
    next_utterance: UtteranceId,
    /// Whether the last words were not heard to their end.
    words_cut: bool,
    /// A question on its way to a service outside.
    asking: Option<Asking>,
    next_inquiry: InquiryId,
    /// Messages begun.
    takes: u32,
    out: VecDeque<Command>,
}

/// By what means the gateway hands a caller to a human being.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandsOver {
    /// The leg is released, and the gateway's dialplan asks for the decision.
    ByRoute,
    /// The gateway's API is asked; the leg is released when it has accepted.
    ByApi,
}

/// What is known of the caller and the call.
#[derive(Debug, Default)]
struct Facts {
    caller: Option<PhoneNumber>,
    began: Moment,
    /// Keys pressed outside numbers, in order.
    keys: String,
    /// What the line was last judged to be.
    condition: Option<Condition>,
    /// Digits keyed in, answers kept, texts set, what services outside have answered, and the gateway's parameters, by name.
    variables: BTreeMap<String, Value>,
    /// What decides the call's share of every split.
    lot: u64,
    past: Past,
    callback_promised: bool,
    message_left: bool,
    /// A promise could not be kept, and was not made.
    store_failed: bool,
}

/// What the line has shown itself to be.
#[derive(Debug, Default)]
struct Standing {
    /// By a key or by clear speech: from then on, no input is no silent call.
    proven: bool,
    /// The step that opened the call: the first that says or asks anything.
    opening: Option<StepId>,
    /// Somebody was heard at all.
    heard: bool,
    /// How often each ladder was entered.
    entered: BTreeMap<Condition, u32>,
    /// A tone said that nobody will ever speak here.
    machine: bool,
    /// Waits that were judged fax or modem.
    fax_windows: u32,
    /// Words too short to be a request, said before the caller first answered.
    words: u32,
    /// A key or a request: the caller hears us.
    answered: bool,
    /// Last-chance listening speaks once a call.
    last_chance_used: bool,
    /// Whether speech at a closing prompt has already led back into the call.
    revived: bool,
}

/// Counts against endless calls.
#[derive(Debug, Default)]
struct Tally {
    wrong_keys: u32,
    repeats: u32,
    no_input: u32,
    hops: u32,
    /// Tries of the current collecting step.
    tries: u32,
    /// Answers that the current question has not got, where it counts its own.
    unanswered: u32,
}

impl Call {
    /// A call under `script`, at local wall-clock time `wall`.
    pub fn new(script: Arc<Script>, wall: jiff::Zoned, hands_over: HandsOver) -> Self {
        let wall = wall.with_time_zone(script.timezone.clone());
        Self {
            step: script.start,
            locale: script.locale.clone(),
            script,
            wall,
            hands_over,
            phase: Phase::Fresh,
            hearing: Hearing::default(),
            facts: Facts::default(),
            line: Standing::default(),
            tally: Tally::default(),
            next_utterance: UtteranceId::default(),
            words_cut: false,
            asking: None,
            next_inquiry: InquiryId::default(),
            takes: 0,
            out: VecDeque::new(),
        }
    }

    /// Takes an event. `now` never goes back. Judging a stretch of line is done at timeouts only.
    pub fn handle(&mut self, event: Event, now: Moment) {
        if matches!(self.phase, Phase::Over) {
            return;
        }
        match event {
            Event::Begin { caller, resume, parameters, lot, past } => {
                self.facts.variables = variables::parameters(parameters).collect();
                self.facts.lot = lot;
                if past != Past::default() {
                    self.facts.past = past;
                    self.journal(now, What::Past(past));
                }
                self.begin(caller, resume, now);
            }
            Event::Busy { queue } => self.turn_away(queue, now),
            Event::Key(digit) => self.on_key(digit, now),
            Event::Line(event) => self.on_line(event, now),
            Event::Played { utterance, index, at } => self.on_played(utterance, index, at.min(now), now),
            Event::Committed(stored) => self.on_committed(stored, now),
            Event::Answered(id, answer) => self.on_answer(id, answer, now),
            Event::Transferred(accepted) => self.on_transferred(accepted, now),
            Event::Gone(by) => self.on_gone(by, now),
        }
    }

    /// Does what is due by `now`; harmless when called early.
    pub fn handle_timeout(&mut self, now: Moment, ear: &dyn Ear) {
        for _ in 0..MOST_HOPS {
            let Some(deadline) = self.poll_timeout().filter(|deadline| deadline.at <= now) else { return };
            self.on_deadline(deadline, now, ear);
        }
        self.fail(now);
    }

    /// The next thing to do, oldest first.
    pub fn poll_command(&mut self) -> Option<Command> {
        self.out.pop_front()
    }

    /// When to be woken, and why. `None` while only an event can go on (a prompt plays: the leg sees to its end).
    pub fn poll_timeout(&self) -> Option<Deadline> {
        self.phase.deadline(self.hearing.turn())
    }

    /// How closely the line has to be listened to: not at all closely once nothing that is said changes anything.
    pub fn attention(&self) -> Attention {
        let decided = matches!(self.script.step(self.step).act, Act::Handover { .. } | Act::Collect(_));
        match self.phase {
            Phase::Fresh | Phase::Listening(_) | Phase::Taking(_) => Attention::Full,
            Phase::Speaking(_) if !decided => Attention::Full,
            _ => Attention::Events,
        }
    }

    /// The name of the step the call is in.
    pub fn step_name(&self) -> &str {
        &self.script.step(self.step).name
    }

    /// Whether the call is over.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    fn on_deadline(&mut self, deadline: Deadline, now: Moment, ear: &dyn Ear) {
        match deadline.why {
            Why::TurnEnds | Why::WaitLimit => self.end_turn(now, ear),
            Why::WaitEnds if self.hearing.sound_just_before(now) => self.phase.grant_grace(),
            Why::WaitEnds | Why::GraceEnds => self.end_wait(now, ear),
            Why::DigitDue => self.digits_due(now),
            Why::StoreOverdue => self.on_committed(false, now),
            Why::TransferOverdue => self.on_transferred(false, now),
            Why::WordsDue => self.say_wait(now),
            Why::AnswerOverdue => self.answer_overdue(now),
            Why::MessageEnds => self.message_due(now),
            Why::ReleaseOverdue => self.over(now),
        }
    }

    fn journal(&mut self, at: Moment, what: What) {
        self.out.push_back(Command::Journal(Entry { at, what }));
    }

    /// The caller has done something: announcements may chain again.
    fn caller_acted(&mut self) {
        self.line.heard = true;
        self.tally.hops = 0;
    }

    fn note(&self, now: Moment) -> String {
        let condition = self.facts.condition.unwrap_or(Condition::Clear);
        let waited = now.since(self.facts.began).as_secs();
        format!("key={};condition={};waited={waited}", self.facts.keys, condition.as_str())
    }

    fn closing_disposition(&self) -> Disposition {
        match self.facts {
            Facts { callback_promised: true, .. } => Disposition::Callback,
            Facts { message_left: true, .. } => Disposition::Message,
            Facts { store_failed: true, .. } => Disposition::Failed,
            _ => Disposition::Completed,
        }
    }

    fn ending(&self, disposition: Disposition) -> Ending {
        Ending { disposition, by: EndedBy::Hotline }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod worldly_tests;
