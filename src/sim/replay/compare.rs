//! Two runs of a call, side by side.

use super::course::alike;
use crate::{
    call::{Disposition, Entry, What},
    line::Condition,
    moment::Moment,
};
use std::fmt;

/// How a leg came out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ending {
    /// The disposition's word (contract.md).
    pub word: &'static str,
    /// To whom it was handed: `agent:<extension>`, `queue:<name>`.
    pub target: Option<String>,
    /// Who ended it.
    pub by: &'static str,
    /// In which step.
    pub step: String,
    /// When, milliseconds since the leg began.
    pub at_ms: u64,
}

impl Ending {
    pub(super) fn of(journal: &[Entry]) -> Option<Self> {
        journal.iter().rev().find_map(|entry| match &entry.what {
            What::Ended { disposition, by, step } => {
                let target = match disposition {
                    Disposition::Agent(target) => Some(target.to_string()),
                    _ => None,
                };
                let (word, by, step) = (disposition.as_str(), by.as_str(), step.clone());
                Some(Self { word, target, by, step, at_ms: entry.at.as_millis() })
            }
            _ => None,
        })
    }
}

/// `silent`, `agent queue:complaint`.
impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Some(target) => write!(f, "{} {target}", self.word),
            None => f.write_str(self.word),
        }
    }
}

/// Something by which two runs of a call can be told apart: what the caller hears and where he gets, not when.
#[derive(Clone, Debug, PartialEq)]
pub enum Point {
    /// A step is entered.
    Step(String),
    /// A prompt is said.
    Said(String),
    /// A ladder's rung, counted from 1.
    Rung(Condition, usize),
    /// A ladder is left because the caller was heard.
    Recovered(Condition),
    /// Everything is said louder from here on.
    Louder,
    /// The caller is taken for one who does not hear us.
    OneWay,
    /// The caller is to be handed over.
    Handover(String),
    /// It is over.
    Ended(&'static str),
}

impl Point {
    fn of(what: &What) -> Option<Self> {
        Some(match what {
            What::Step { name } => Self::Step(name.clone()),
            What::PromptSaid { prompt } => Self::Said(alike(prompt).to_string()),
            What::Rung { condition, index } => Self::Rung(*condition, index + 1),
            What::Recovered { condition, .. } => Self::Recovered(*condition),
            What::Louder => Self::Louder,
            What::OneWay { .. } => Self::OneWay,
            What::Handover { target } => Self::Handover(target.to_string()),
            What::Ended { disposition, .. } => Self::Ended(disposition.as_str()),
            _ => return None,
        })
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(name) => write!(f, "step {name}"),
            Self::Said(prompt) => write!(f, "says {prompt}"),
            Self::Rung(condition, rung) => write!(f, "ladder {} {rung}", condition.as_str()),
            Self::Recovered(condition) => write!(f, "off the ladder {}", condition.as_str()),
            Self::Louder => f.write_str("louder"),
            Self::OneWay => f.write_str("one_way"),
            Self::Handover(target) => write!(f, "hands over to {target}"),
            Self::Ended(word) => write!(f, "ends {word}"),
        }
    }
}

/// Where two runs of a call part: what came then, what comes now, and when. `None` where that run had ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Parting {
    /// In the recorded call.
    pub then: Option<(Moment, Point)>,
    /// In the replay.
    pub now: Option<(Moment, Point)>,
}

/// The first point at which two runs differ.
pub(super) fn parting(then: &[Entry], now: &[Entry]) -> Option<Parting> {
    let (mut then, mut now) = (points(then), points(now));
    loop {
        match (then.next(), now.next()) {
            (None, None) => return None,
            (Some((_, then)), Some((_, now))) if then == now => {}
            (then, now) => return Some(Parting { then, now }),
        }
    }
}

fn points(journal: &[Entry]) -> impl Iterator<Item = (Moment, Point)> + '_ {
    journal.iter().filter_map(|entry| Some((entry.at, Point::of(&entry.what)?)))
}
