//! A caller who is told what to do and answers what is said, on a line that is like what the file says: nothing has to be
//! heard, so a minute of call costs less than a millisecond.
//!
//! [`super::talk`] has its deeds at set times; here they wait for prompts.

use super::{
    Segment,
    conversation::{Beginning, Party, Setting, converse},
    heard::Stretch,
    outside::{self, Answering},
    player::STRETCH_GAP,
    prompts::Prompts,
    run::Outcome,
    segment::{self, BadSegment},
    talk::{self, Deed, Marks},
    telephone::{Happened, HungUp, Report},
    voice::AFTER_KEY,
};
use crate::{
    audio::Bank,
    call::{Ear, EndedBy, Event, HandsOver, Inquiry, Past, What},
    gateway::Resume,
    line::{Condition, Judgement, Sensitivity},
    moment::Moment,
    phone::{Digit, PhoneNumber},
    script::Script,
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

/// One thing such a caller does.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Nothing, for so long: `wait:5s`.
    Wait(Duration),
    /// Speaks, on a line that is like this: `speak:2s`, `speak:2s:faint`.
    Speak(Duration, Condition),
    /// A click, a cough: `click`.
    Click,
    /// Keys, one after the other: `key:12#`.
    Keys(Vec<Digit>),
    /// Waits for so many stretches of prompts in all: `hear:2`.
    Hear(u32),
    /// Waits for a prompt's end: `hear:menu_main`.
    HearPrompt(String),
    /// Waits for a prompt's beginning: `from:menu_main`.
    From(String),
    /// `hangup`.
    HangUp,
    /// The network breaks: `break`.
    Break,
}

impl std::str::FromStr for Act {
    type Err = BadSegment;

    fn from_str(text: &str) -> Result<Self, BadSegment> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        let bad = |part: &str| BadSegment::Number(text.into(), part.into());
        let duration = |part: &str| segment::duration(part).ok_or_else(|| bad(part));
        match (kind, rest) {
            ("wait", time) => Ok(Self::Wait(duration(time)?)),
            ("speak", rest) => {
                let (time, condition) = rest.split_once(':').unwrap_or((rest, "clear"));
                let condition = Condition::parse(condition).filter(|condition| condition.has_caller());
                Ok(Self::Speak(duration(time)?, condition.ok_or_else(|| BadSegment::Condition(text.into()))?))
            }
            ("click", "") => Ok(Self::Click),
            ("break", "") => Ok(Self::Break),
            _ => match text.parse()? {
                Segment::Silence(time) | Segment::Hiss(time) => Ok(Self::Wait(time)),
                Segment::Keys(keys) => Ok(Self::Keys(keys)),
                Segment::Hear(stretches) => Ok(Self::Hear(stretches)),
                Segment::HearPrompt(name) => Ok(Self::HearPrompt(name)),
                Segment::From(name) => Ok(Self::From(name)),
                Segment::Hangup => Ok(Self::HangUp),
                Segment::Noise(..) | Segment::Sound(..) | Segment::Wav(..) | Segment::Missing(_) => {
                    Err(BadSegment::Sound(text.into()))
                }
            },
        }
    }
}

/// A call to simulate.
pub struct Told {
    /// What the caller does.
    pub acts: Vec<Act>,
    /// What the line is like while nobody speaks.
    pub background: Condition,
    /// What becomes of our marks.
    pub marks: Marks,
    /// The caller's number.
    pub caller: Option<PhoneNumber>,
    /// Why the call comes back.
    pub resume: Option<Resume>,
    /// What the gateway tells besides.
    pub parameters: BTreeMap<String, String>,
    /// What the script's splits are drawn by.
    pub lot: u64,
    /// The script.
    pub script: Arc<Script>,
    /// Its recordings: how long they are.
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

/// Runs a call to its end or its limit.
pub fn run(told: Told) -> Outcome {
    let Told { acts, background, marks, caller, resume, parameters, lot, script, bank, wall, .. } = told;
    let Told { limit, store_works, transfer, http, past, .. } = told;
    let mut caller_side = Caller {
        acts: acts.into(),
        clock: Moment::ZERO,
        attended: 0,
        prompts: Prompts::default(),
        ear: Stretches::default(),
        pending: VecDeque::new(),
        speech: Vec::new(),
        background,
        store_works,
        transfer: transfer == Some(true),
        http,
        done: Vec::new(),
    };
    let hands_over = if transfer.is_some() { HandsOver::ByApi } else { HandsOver::ByRoute };
    let setting = Setting { script: &script, bank: &bank, wall, hands_over, marks };
    let beginning = Beginning { at: Moment::ZERO, caller, resume, parameters, lot, past };
    let talk::Outcome { journal, promises, end, at } =
        converse(setting, &mut caller_side, beginning, Moment::after(limit));
    let closed_by = end.as_ref().map(|(_, by)| if *by == EndedBy::Hotline { HungUp::App } else { HungUp::Caller });
    let heard = heard(&journal);
    let report = Report {
        heard_ms: heard.iter().map(|stretch| stretch.to_ms - stretch.from_ms).sum(),
        heard,
        events: caller_side.done,
        closed_by,
        ended_ms: at.as_millis(),
        bursts: caller_side.ear.begun,
        starved: 0,
    };
    Outcome { report, journal, promises, sound: Vec::new(), end }
}

/// What was heard, by the call's own word.
fn heard(journal: &[crate::call::Entry]) -> Vec<Stretch> {
    let mut heard = Vec::new();
    let mut from = Moment::ZERO;
    for entry in journal {
        let (prompt, complete) = match &entry.what {
            What::PromptSaid { .. } => {
                from = entry.at;
                continue;
            }
            What::PromptFinished { prompt } => (prompt, true),
            What::PromptInterrupted { prompt, .. } => (prompt, false),
            _ => continue,
        };
        let (from_ms, to_ms) = (from.as_millis(), entry.at.as_millis().max(from.as_millis()));
        heard.push(Stretch {
            id: prompt.to_string(),
            from_ms,
            to_ms,
            start_ms: from_ms,
            end_ms: to_ms,
            complete,
            score: 1.0,
        });
    }
    heard
}

struct Caller {
    acts: VecDeque<Act>,
    /// When the caller is free for the next act.
    clock: Moment,
    /// How far the prompts have been attended to.
    attended: usize,
    prompts: Prompts,
    ear: Stretches,
    /// What the call has yet to be told, in order of time.
    pending: VecDeque<(Moment, Event)>,
    speech: Vec<(Moment, Moment, Condition)>,
    background: Condition,
    store_works: bool,
    transfer: bool,
    http: Vec<(String, Answering)>,
    done: Vec<Happened>,
}

/// Prompts without a gap between them are a stretch.
#[derive(Default)]
struct Stretches {
    begun: u32,
    playing: bool,
    last_end: Option<Moment>,
}

impl Stretches {
    fn take(&mut self, what: &What, at: Moment) {
        match what {
            What::PromptSaid { .. } => {
                let goes_on = self.last_end.is_some_and(|end| at <= end + STRETCH_GAP);
                self.begun += u32::from(!goes_on);
                self.playing = true;
            }
            What::PromptFinished { .. } | What::PromptInterrupted { .. } => {
                self.playing = false;
                self.last_end = Some(at);
            }
            _ => {}
        }
    }

    /// When so many have ended, where that is known by now.
    fn ended(&self, wanted: u32, now: Moment) -> Option<Moment> {
        match (self.begun > wanted, self.playing, self.last_end) {
            (true, ..) => Some(now),
            (false, false, Some(end)) if self.begun == wanted => Some(end + STRETCH_GAP + Duration::from_millis(1)),
            _ => None,
        }
    }
}

impl Caller {
    /// When the act that is next can be done, where that is known.
    fn ready(&self) -> Option<Moment> {
        let prompt = |next: Option<usize>| next.map(|next| self.prompts.at(next).max(self.clock));
        match self.acts.front()? {
            Act::Hear(wanted) => self.ear.ended(*wanted, self.clock).map(|at| at.max(self.clock)),
            Act::HearPrompt(name) => prompt(self.prompts.ended(name, self.attended)),
            Act::From(name) => prompt(self.prompts.begun(name, self.attended)),
            _ => Some(self.clock),
        }
    }

    fn act(&mut self, now: Moment) {
        while let Some(at) = self.ready().filter(|at| *at <= now) {
            self.clock = at;
            match self.acts.pop_front() {
                Some(Act::Wait(time)) => self.clock += time,
                Some(Act::Speak(time, condition)) => {
                    self.does(&Deed::Speak(time, condition));
                    self.clock += time;
                }
                Some(Act::Click) => self.does(&Deed::Click),
                Some(Act::Keys(keys)) => {
                    for digit in keys {
                        self.done.push((self.clock.as_millis(), "key", Some(digit.as_char())));
                        self.does(&Deed::Key(digit));
                        self.clock += AFTER_KEY;
                    }
                }
                Some(Act::HearPrompt(name)) => self.attended = self.prompts.ended(&name, self.attended).unwrap_or(0),
                Some(Act::From(name)) => self.attended = self.prompts.begun(&name, self.attended).unwrap_or(0),
                Some(Act::HangUp) => {
                    self.done.push((self.clock.as_millis(), "hangup", None));
                    self.does(&Deed::HangUp);
                }
                Some(Act::Break) => self.does(&Deed::Break),
                Some(Act::Hear(_)) | None => {}
            }
        }
    }

    fn does(&mut self, deed: &Deed) {
        self.pending.extend(deed.heard(self.clock));
        self.pending.make_contiguous().sort_by_key(|(at, _)| *at);
        self.speech.extend(deed.speech(self.clock));
    }
}

impl Party for Caller {
    fn next(&self) -> Option<Moment> {
        [self.pending.front().map(|(at, _)| *at), self.ready()].into_iter().flatten().min()
    }

    fn due(&mut self, now: Moment) -> Option<Event> {
        self.act(now);
        self.pending.pop_front_if(|(at, _)| *at <= now).map(|(_, event)| event)
    }

    fn stores(&mut self, _: Moment) -> bool {
        self.store_works
    }

    fn transfers(&mut self, _: Moment) -> bool {
        self.transfer
    }

    fn answers(&mut self, inquiry: &Inquiry, _: Moment) -> Answering {
        outside::first_that_fits(&self.http, inquiry)
    }

    fn happened(&mut self, what: &What, at: Moment) {
        self.prompts.take(what, at);
        self.ear.take(what, at);
    }
}

impl Ear for Caller {
    fn judge(&self, from: Moment, to: Moment, _: Sensitivity) -> Judgement {
        talk::judged(&self.speech, self.background, from, to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_read_as_segments_are_and_sounds_are_refused() {
        assert_eq!("speak:2s".parse(), Ok(Act::Speak(Duration::from_secs(2), Condition::Clear)));
        assert_eq!("speak:800ms:faint".parse(), Ok(Act::Speak(Duration::from_millis(800), Condition::Faint)));
        assert_eq!("hear:menu_main".parse(), Ok(Act::HearPrompt("menu_main".into())));
        assert_eq!("wait:5s".parse::<Act>(), "hiss:5000".parse());
        for wrong in ["speak:2s:silent", "speak:2s:loud", "wav:a.wav", "noise:5s:-30", "sing:5", "click:5"] {
            assert!(wrong.parse::<Act>().is_err(), "{wrong}");
        }
    }
}
