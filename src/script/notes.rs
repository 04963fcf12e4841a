//! Where everything in a script was written, and why the operators wanted it so: what messages point at.

use super::{Locale, PromptId, StepId, source::Place};
use crate::{line::Condition, phone::Digit};
use std::collections::{BTreeMap, BTreeSet};

/// A spot in the script that a message may point at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "named for the keys of the file")]
pub enum Spot {
    Hotline,
    Record,
    Agent,
    Entry(&'static str),
    Greeting(usize),
    Word(&'static str),
    WordsWait,
    Step(StepId),
    Say(StepId, usize),
    Keys(StepId),
    Key(StepId, Digit),
    Speech(StepId),
    NoInput(StepId),
    Next(StepId),
    GiveUp(StepId),
    Known(StepId, bool),
    Past(StepId, bool),
    Empty(StepId),
    Url(StepId),
    Send(StepId, usize),
    Failed(StepId),
    Line(StepId, usize),
    LineGo(StepId, usize),
    LineVariable(StepId, usize),
    Otherwise(StepId),
    Escalate(StepId),
    Share(StepId, usize),
    Number(StepId),
    Wait(StepId),
    Ladder(Condition),
    LadderWait(Condition),
    Rung(Condition, usize),
    RungWait(Condition, usize),
    Then(Condition),
    OneWay,
}

/// What a text is for, where it matters to the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Anything else.
    #[default]
    Plain,
    /// Advertising: never before the caller has chosen something.
    Promotion,
    /// Words that close a call, where the text does not show it by itself.
    Closing,
}

/// A text of a catalogue.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where the text stands.
    pub place: Place,
    /// What it is for.
    pub kind: Kind,
}

/// A warning that the operators have looked at and want to live with.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiver {
    /// The fault's code.
    pub fault: &'static str,
    /// What it is about: a section (`step.welcome`), a text or recording (`zh-CN/menu_main`), or a file.
    pub about: String,
    /// Where it was written.
    pub place: Place,
}

/// Everything about a script that calls do not need and messages do.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    places: BTreeMap<Spot, Place>,
    /// Why the operators want a spot as it is, in their own words: waives a rule there.
    pub reasons: BTreeMap<Spot, String>,
    /// Steps of the standard that stand in where the script has none of its own.
    pub built_in: BTreeSet<StepId>,
    /// Questions whether digits are right, made from `read_back`: two choices, and no menu.
    pub read_backs: BTreeSet<StepId>,
    /// Every use of a prompt in the script.
    pub uses: Vec<(PromptId, Place)>,
    /// The texts' places and kinds.
    pub entries: BTreeMap<(Locale, PromptId), Entry>,
    /// Where a name leads nowhere: what follows from it there is no news.
    pub unresolved: BTreeSet<Spot>,
    /// Warnings that are not to be told.
    pub waivers: Vec<Waiver>,
    /// Languages whose catalogue could be read only in part: what it seems to lack may be there.
    pub damaged: BTreeSet<Locale>,
}

impl Notes {
    /// Remembers where `spot` was written.
    pub fn put(&mut self, spot: Spot, place: Place) {
        self.places.insert(spot, place);
    }

    /// Where `spot` was written, if it was.
    pub fn written(&self, spot: Spot) -> Option<&Place> {
        self.places.get(&spot)
    }

    /// Where the text of `prompt` stands.
    pub fn text(&self, locale: &Locale, prompt: &PromptId) -> Option<&Place> {
        self.entries.get(&(locale.clone(), prompt.clone())).map(|entry| &entry.place)
    }

    /// The text that stands at `place`: `zh-CN/menu_main`.
    pub fn text_at(&self, place: &Place) -> Option<String> {
        let entry = self.entries.iter().find(|(_, entry)| entry.place == *place);
        entry.map(|((locale, prompt), _)| format!("{locale}/{prompt}"))
    }

    /// Where `spot` was written; where it was left to its default, the step, ladder or section it belongs to.
    pub fn place(&self, spot: Spot) -> Option<&Place> {
        self.places.get(&spot).or_else(|| spot.parent().and_then(|parent| self.place(parent)))
    }

    /// What the text of `prompt` is for, in any language.
    pub fn is(&self, prompt: &PromptId, kind: Kind) -> bool {
        self.entries.iter().any(|((_, id), entry)| id == prompt && entry.kind == kind)
    }
}

impl Spot {
    fn parent(self) -> Option<Self> {
        match self {
            Self::Hotline => None,
            Self::Step(_)
            | Self::Ladder(_)
            | Self::Record
            | Self::Agent
            | Self::OneWay
            | Self::Entry(_)
            | Self::Greeting(_)
            | Self::Word(_)
            | Self::WordsWait => Some(Self::Hotline),
            Self::Key(step, _) => Some(Self::Keys(step)),
            Self::Say(step, _)
            | Self::Keys(step)
            | Self::Speech(step)
            | Self::NoInput(step)
            | Self::Next(step)
            | Self::GiveUp(step)
            | Self::Known(step, _)
            | Self::Past(step, _)
            | Self::Empty(step)
            | Self::Url(step)
            | Self::Send(step, _)
            | Self::Failed(step)
            | Self::Otherwise(step)
            | Self::Escalate(step)
            | Self::Line(step, _)
            | Self::LineGo(step, _)
            | Self::LineVariable(step, _)
            | Self::Share(step, _)
            | Self::Number(step)
            | Self::Wait(step) => Some(Self::Step(step)),
            Self::LadderWait(condition)
            | Self::Rung(condition, _)
            | Self::RungWait(condition, _)
            | Self::Then(condition) => Some(Self::Ladder(condition)),
        }
    }
}
