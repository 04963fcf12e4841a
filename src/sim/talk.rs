//! A call simulated from labelled events: what the caller does is known, nothing has to be heard.
//!
//! The conversation, the playout and its marks are the real ones; only the ear and the far end are told what happens.
//! A ten-minute call takes well under a millisecond, so thousands of random callers are a test.

use super::{
    conversation::{Beginning, Party, Setting, converse},
    outside::Answering,
};
use crate::{
    audio::Bank,
    call::{Disposition, Ear, EndedBy, Entry, Event, HandsOver, Inquiry, Past, Promise},
    gateway::Resume,
    line::{Condition, Judgement, LineEvent, Rule, Sensitivity},
    moment::Moment,
    phone::{Digit, PhoneNumber},
    script::Script,
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

/// How long after its onset speech is reported, as the listener takes.
pub(super) const CONFIRMED: Duration = Duration::from_millis(220);
/// How long after its end a pause is reported.
pub(super) const PAUSED: Duration = Duration::from_millis(200);

/// Something a caller does.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Speaks, on a line that is like this.
    Speak(Duration, Condition),
    /// A click, a cough.
    Click,
    /// Presses a key.
    Key(Digit),
    /// Hangs up.
    HangUp,
    /// The network breaks.
    Break,
}

impl Deed {
    /// What the call is told of it, and when.
    pub(super) fn heard(&self, at: Moment) -> Vec<(Moment, Event)> {
        let line = |event| Event::Line(event);
        match self {
            Self::Key(digit) => vec![(at, Event::Key(*digit))],
            Self::HangUp => vec![(at, Event::Gone(EndedBy::Caller))],
            Self::Break => vec![(at, Event::Gone(EndedBy::Network))],
            Self::Click => vec![
                (at, line(LineEvent::Sound { at })),
                (at + PAUSED, line(LineEvent::Quiet { at: at + Duration::from_millis(40) })),
            ],
            Self::Speak(time, _) => {
                let end = at + *time;
                let mut heard =
                    vec![(at, line(LineEvent::Sound { at })), (end + PAUSED, line(LineEvent::Quiet { at: end }))];
                if *time >= CONFIRMED {
                    heard.push((at + CONFIRMED, line(LineEvent::SpeechStarted { onset: at })));
                    heard.push((end + PAUSED, line(LineEvent::SpeechEnded { at: end })));
                }
                heard
            }
        }
    }

    /// Speech from when to when, on a line like what.
    pub(super) fn speech(&self, at: Moment) -> Option<(Moment, Moment, Condition)> {
        match self {
            Self::Speak(time, condition) => Some((at, at + *time, *condition)),
            _ => None,
        }
    }
}

/// What becomes of our marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Marks {
    /// Each comes when its prompt has been heard.
    #[default]
    True,
    /// None ever comes.
    Never,
    /// Each comes twice.
    Twice,
    /// Each comes at once.
    Early,
    /// Every other one never comes.
    Some,
}

/// A caller and a world, all told in advance.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the caller does, in order of time.
    pub deeds: Vec<(Moment, Deed)>,
    /// What the line is like while nobody speaks: `Silent`, `Noise` or a `Tone`.
    pub background: Condition,
    /// What becomes of marks.
    pub marks: Marks,
    /// The caller's number.
    pub caller: Option<PhoneNumber>,
    /// Why the call comes back.
    pub resume: Option<Resume>,
    /// What the gateway tells besides.
    pub parameters: BTreeMap<String, String>,
    /// What the script's splits are drawn by.
    pub lot: u64,
    /// What the store answers, in turn; `true` when the list is used up.
    pub store: Vec<bool>,
    /// What the gateway's API answers, in turn; empty: there is none.
    pub transfers: Vec<bool>,
    /// What services outside answer, in turn; unreachable when the list is used up.
    pub answers: Vec<Answering>,
    /// What the records know of the caller's number.
    pub past: Past,
}

impl Default for Plan {
    /// A caller who does nothing at all.
    fn default() -> Self {
        Self {
            deeds: Vec::new(),
            background: Condition::Silent,
            marks: Marks::True,
            caller: PhoneNumber::parse("13800138000"),
            resume: None,
            parameters: BTreeMap::new(),
            lot: 0,
            store: Vec::new(),
            transfers: Vec::new(),
            answers: Vec::new(),
            past: Past::default(),
        }
    }
}

/// How it went.
#[derive(Debug)]
pub struct Outcome {
    /// What happened.
    pub journal: Vec<Entry>,
    /// Promises that were stored.
    pub promises: Vec<Promise>,
    /// How it ended, and by whom; `None` at the limit.
    pub end: Option<(Disposition, EndedBy)>,
    /// When.
    pub at: Moment,
}

/// Talks to its end, or to `limit`.
pub fn talk(script: &Arc<Script>, bank: &Bank, wall: jiff::Zoned, plan: Plan, limit: Duration) -> Outcome {
    let hands_over = if plan.transfers.is_empty() { HandsOver::ByRoute } else { HandsOver::ByApi };
    let mut line = TalkLine::new(&plan);
    let setting = Setting { script, bank, wall, hands_over, marks: plan.marks };
    let Plan { caller, resume, parameters, lot, past, .. } = plan;
    let beginning = Beginning { at: Moment::ZERO, caller, resume, parameters, lot, past };
    converse(setting, &mut line, beginning, Moment::after(limit))
}

/// The caller's side: events when they are due, and the truth about every stretch.
struct TalkLine {
    events: VecDeque<(Moment, Event)>,
    speech: Vec<(Moment, Moment, Condition)>,
    background: Condition,
    store: VecDeque<bool>,
    transfers: VecDeque<bool>,
    answers: VecDeque<Answering>,
}

impl TalkLine {
    fn new(plan: &Plan) -> Self {
        let mut events = Vec::new();
        let mut speech = Vec::new();
        for (at, deed) in plan.deeds.iter().map(|(at, deed)| (*at, deed)) {
            events.extend(deed.heard(at));
            speech.extend(deed.speech(at));
        }
        events.sort_by_key(|(at, _)| *at);
        let (store, transfers) = (plan.store.clone().into(), plan.transfers.clone().into());
        let answers = plan.answers.clone().into();
        Self { events: events.into(), speech, background: plan.background, store, transfers, answers }
    }
}

impl Party for TalkLine {
    fn next(&self) -> Option<Moment> {
        self.events.front().map(|(at, _)| *at)
    }

    fn due(&mut self, now: Moment) -> Option<Event> {
        self.events.front().filter(|(at, _)| *at <= now)?;
        self.events.pop_front().map(|(_, event)| event)
    }

    fn stores(&mut self, _: Moment) -> bool {
        self.store.pop_front().unwrap_or(true)
    }

    fn transfers(&mut self, _: Moment) -> bool {
        self.transfers.pop_front().unwrap_or(false)
    }

    fn answers(&mut self, _: &Inquiry, _: Moment) -> Answering {
        self.answers.pop_front().unwrap_or_default()
    }
}

impl Ear for TalkLine {
    fn judge(&self, from: Moment, to: Moment, _: Sensitivity) -> Judgement {
        judged(&self.speech, self.background, from, to)
    }
}

/// The truth about a stretch of a line on which this was spoken.
pub(super) fn judged(
    speech: &[(Moment, Moment, Condition)],
    background: Condition,
    from: Moment,
    to: Moment,
) -> Judgement {
    let overlap = |span: &&(Moment, Moment, Condition)| span.1.min(to).since(span.0.max(from));
    let longest = speech.iter().max_by_key(overlap).filter(|span| !overlap(span).is_zero());
    let condition = longest.map_or(background, |span| span.2);
    let mut judgement = Judgement::told(condition, Rule::Told);
    let spoken: Duration = speech.iter().map(|span| overlap(&span)).sum();
    judgement.evidence.speech_ms = spoken.as_millis() as u64;
    (judgement.evidence.from_ms, judgement.evidence.to_ms) = (from.as_millis(), to.as_millis());
    judgement
}
