//! A script as calls run it: every name resolved, every wait known, nothing left to fail.

use super::{
    Reading, ValueSource,
    outside::{Bar, Http, Message, PastTest},
};
pub use super::{
    branch::Branch,
    ladders::{Ladder, LineRules, OneWay, Rung, Then},
    split::{Share, Split},
};
use crate::{line::Thresholds, phone::Digit};
use std::{collections::BTreeMap, ops::RangeInclusive, sync::Arc, time::Duration};

/// The name of a prompt, as in `audio/<locale>/<id>.wav` and the text catalogues.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PromptId(Arc<str>);

impl PromptId {
    /// The prompt called `name`.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PromptId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Display for PromptId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A language of prompts: `zh-CN`, `en`.
pub type Locale = Arc<str>;

/// One checked version of the operators' files.
#[derive(Clone, Debug)]
pub struct Script {
    /// The hotline's name, for logs and the console.
    pub name: String,
    /// The language calls begin in.
    pub locale: Locale,
    /// Where the hotline's clock is.
    pub timezone: jiff::tz::TimeZone,
    /// The first step of a call.
    pub start: StepId,
    /// Where a call goes on that comes back from an unanswered or failed transfer.
    pub transfer_failed: StepId,
    /// Where a call goes on that comes back after the agent has left; none: it is closed politely.
    pub after_agent: Option<StepId>,
    /// Greetings by date and time; the first that fits is said for [`Part::Greeting`], else `welcome`.
    pub greetings: Vec<Greeting>,
    /// Said where no greeting fits.
    pub default_greeting: PromptId,
    /// Whether calls are recorded (then the notice is said, and cannot be interrupted).
    pub record: bool,
    /// From where on a line is called bad.
    pub hearing: Thresholds,
    /// What happens on bad lines.
    pub line: LineRules,
    /// Limits against endless calls.
    pub limits: Limits,
    /// Prompts said outside any step.
    pub words: Words,
    /// The steps; [`StepId`] is an index into them.
    pub steps: Vec<Step>,
    /// How each prompt may be interrupted, where the step does not say otherwise.
    pub barge_in: BTreeMap<PromptId, BargeIn>,
    /// Whether a prompt that another language lacks is heard in `locale` there.
    pub fallback: bool,
    /// Texts by locale.
    pub texts: BTreeMap<Locale, BTreeMap<PromptId, String>>,
}

impl Script {
    /// The step `id` names.
    pub fn step(&self, id: StepId) -> &Step {
        &self.steps[id.0]
    }

    /// The step called `name`.
    pub fn find(&self, name: &str) -> Option<StepId> {
        self.steps.iter().position(|step| step.name == name).map(StepId)
    }

    /// How `prompt` may be interrupted by default: as the operators' table says, by key otherwise.
    pub fn barge_in(&self, prompt: &PromptId) -> BargeIn {
        self.barge_in.get(prompt).copied().unwrap_or(BargeIn::Key)
    }

    /// The languages that a call may be held in, the first one first.
    pub fn locales(&self) -> Vec<Locale> {
        let mut locales = vec![self.locale.clone()];
        for step in &self.steps {
            if let Act::Language { locale, .. } = &step.act
                && !locales.contains(locale)
            {
                locales.push(locale.clone());
            }
        }
        locales
    }

    /// Whether prompts that `locale` lacks are heard in the first language there.
    pub fn falls_back(&self, locale: &str) -> bool {
        self.fallback && *locale != *self.locale
    }

    /// What opens a call at this local date and time.
    pub fn greeting(&self, now: jiff::civil::DateTime) -> &PromptId {
        self.greetings
            .iter()
            .find(|greeting| greeting.fits(now))
            .map_or(&self.default_greeting, |greeting| &greeting.say)
    }
}

/// A step of a script; an index that the loader made, so it always exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(pub usize);

/// A greeting and when it is said. Dates and hours both have to fit; an absent one always does.
#[derive(Clone, Debug, PartialEq)]
pub struct Greeting {
    /// First and last day.
    pub dates: Option<(jiff::civil::Date, jiff::civil::Date)>,
    /// From (included) to (excluded); past midnight where `to` is not after `from`.
    pub hours: Option<(jiff::civil::Time, jiff::civil::Time)>,
    /// The prompt.
    pub say: PromptId,
}

impl Greeting {
    fn fits(&self, now: jiff::civil::DateTime) -> bool {
        let date = self.dates.is_none_or(|(first, last)| (first..=last).contains(&now.date()));
        let time = self.hours.is_none_or(|(from, to)| match from < to {
            true => (from..to).contains(&now.time()),
            false => now.time() >= from || now.time() < to,
        });
        date && time
    }
}

/// How a prompt may be interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BargeIn {
    /// Not at all; a key pressed meanwhile counts when the prompt has ended.
    None,
    /// By a key.
    Key,
    /// By a key or by speech.
    Speech,
}

/// A step: first everything in `say` is heard, then `act`.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name in the file.
    pub name: String,
    /// What is said first; may be empty. A [`Act::Callback`] is the exception: it is stored before anything is said.
    pub say: Vec<Saying>,
    /// What follows.
    pub act: Act,
}

/// Something said, and how it may be interrupted.
#[derive(Clone, Debug, PartialEq)]
pub struct Saying {
    /// What.
    pub part: Part,
    /// How it may be interrupted.
    pub barge_in: BargeIn,
}

/// A part of an announcement.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A recording.
    Prompt(PromptId),
    /// The greeting of the hour (`$greeting`).
    Greeting,
    /// A value read out from recorded parts (`$digits:<variable>`, `$time:now`).
    Value {
        /// How.
        reading: Reading,
        /// Which.
        of: ValueSource,
    },
}

impl Act {
    /// Whether the call goes on at once, whatever the caller does.
    pub const fn goes_on_at_once(&self) -> bool {
        matches!(
            self,
            Self::Go(_)
                | Self::IfCallerKnown { .. }
                | Self::IfPast { .. }
                | Self::Branch(_)
                | Self::Split(_)
                | Self::Language { .. }
                | Self::Set { .. }
        )
    }
}

/// What a step does after it has spoken.
#[derive(Clone, Debug)]
pub enum Act {
    /// Waits for a key or for speech: a menu or a question.
    Ask(Ask),
    /// Goes on at once.
    Go(StepId),
    /// Takes digits.
    Collect(Collect),
    /// Branches on whether the caller's number is known.
    IfCallerKnown {
        /// Where to go on when it is.
        yes: StepId,
        /// Where to go on when it is not.
        no: StepId,
    },
    /// Goes on where the first line that fits says.
    Branch(Branch),
    /// Goes on where the call's share of a split leads.
    Split(Split),
    /// Goes on in another language.
    Language {
        /// Which.
        locale: Locale,
        /// Where to go on.
        next: StepId,
    },
    /// Gives variables a content.
    Set {
        /// The contents by variable.
        values: BTreeMap<String, String>,
        /// Where to go on.
        next: StepId,
    },
    /// Stores a callback; `say` is heard only when it is committed.
    Callback {
        /// Whom to call back.
        number: NumberSource,
        /// Where to go on.
        next: StepId,
        /// Where to go on when it could not be stored, or there is no number.
        failed: StepId,
    },
    /// Takes a message.
    Message(Message),
    /// Asks an HTTP service.
    Http(Arc<Http>),
    /// Branches on what the records know of the caller's number.
    IfPast {
        /// What is asked.
        past: PastTest,
        /// Where to go on when it is so.
        yes: StepId,
        /// Where to go on when it is not.
        no: StepId,
    },
    /// Bars the caller's number, and goes on whether it could be stored or not: nobody was promised anything.
    Bar {
        /// For how long, and why.
        bar: Bar,
        /// Where to go on.
        next: StepId,
    },
    /// Hands the caller to a human being.
    Handover {
        /// To whom.
        target: Target,
    },
    /// Ends the call after a wait; `say` holds the closing prompt.
    HangUp {
        /// Silence after the closing prompt.
        wait: Duration,
        /// Where speech during or after the closing prompt leads, once a call.
        speech: Option<StepId>,
    },
}

/// A menu or a question.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Keys and what they do.
    pub keys: BTreeMap<Digit, Choice>,
    /// Where speech leads; none: speech is no answer here.
    pub speech: Option<StepId>,
    /// Silence before nothing counts as the answer.
    pub wait: Duration,
    /// Where no answer leads. None: the line ladders on an unproven line; on a proven one the hint, the step again and
    /// then an agent.
    pub no_input: Option<StepId>,
    /// The variable that keeps the key, if it is to be kept (a survey).
    pub save: Option<String>,
    /// How long this question is put, and what is said meanwhile, where that is not as [`Limits`] and [`Words`] say.
    pub patience: Patience,
}

/// A question's own limits and words. What is `None` is as everywhere in the script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patience {
    /// Said at a wrong key.
    pub invalid: Option<PromptId>,
    /// Said when nothing is answered, before the question is put again.
    pub no_input: Option<PromptId>,
    /// How often the question is put in all, wrong keys and no answer counted together.
    pub tries: Option<u32>,
    /// Where a caller goes on who has not answered it; none: to the agent.
    pub escalate: Option<StepId>,
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Go to a step.
    Go(StepId),
    /// Say the step again.
    Repeat,
    /// Speak louder for the rest of the call, and say the step again.
    Louder,
}

/// Digits to take.
#[derive(Clone, Debug)]
pub struct Collect {
    /// The variable they go into.
    pub into: String,
    /// How many.
    pub length: RangeInclusive<usize>,
    /// The key that ends them; none: they end when they are complete.
    pub end: Option<Digit>,
    /// Time to the first digit.
    pub first: Duration,
    /// Time between digits.
    pub between: Duration,
    /// How often it is asked before it is given up.
    pub tries: u32,
    /// Said where the digits are too few or too many.
    pub invalid: Option<PromptId>,
    /// Where to go on.
    pub next: StepId,
    /// Where to go on when the tries are used up.
    pub give_up: StepId,
}

/// Whom to call back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberSource {
    /// The caller's own number.
    Caller,
    /// Digits collected into this variable.
    Variable(String),
}

/// Who takes the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An extension: `agent:<extension>`.
    Agent(String),
    /// A queue of the gateway: `queue:<name>`.
    Queue(String),
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Agent(extension) => write!(f, "agent:{extension}"),
            Self::Queue(name) => write!(f, "queue:{name}"),
        }
    }
}

/// Limits against endless calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Wrong keys before an agent takes over.
    pub wrong_keys: u32,
    /// Repeats by key in a row.
    pub repeats: u32,
    /// How often no input is answered with the hint and the step again before an agent takes over.
    pub no_input: u32,
    /// How often a ladder may be entered in one call before an agent takes over.
    pub ladders: u32,
}

impl Default for Limits {
    /// Three wrong keys and two repeats: service-script.md §2.2. One hint: §1, "the menu again, then an agent". Three
    /// ladders: chosen, so that a caller who is asked to speak up again and again is helped by a human being instead.
    fn default() -> Self {
        Self { wrong_keys: 3, repeats: 2, no_input: 1, ladders: 3 }
    }
}

/// Prompts said outside any step, and the step that is the human being.
#[derive(Clone, Debug)]
pub struct Words {
    /// Said at a wrong key (`menu_invalid`).
    pub invalid: PromptId,
    /// Said on a proven line when nothing is answered (`menu_no_input`).
    pub no_input: PromptId,
    /// Said when the machine has more calls than it may (`capacity_busy`).
    pub busy: PromptId,
    /// Said when we can't go on (`system_error`).
    pub error: PromptId,
    /// Said, louder already, to who has asked for it (`louder_apology`).
    pub louder: PromptId,
    /// Said before a hang-up that no step has words for (`goodbye`).
    pub goodbye: PromptId,
    /// The step that hands over to an agent: where limits lead, and `0` everywhere but in digits.
    pub agent: StepId,
    /// Silence after `busy`, `error` and `goodbye`.
    pub wait: Duration,
}
