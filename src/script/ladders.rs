//! What happens on bad lines: ladders of (say, wait).

use super::{BargeIn, PromptId, StepId};
use crate::{line::Condition, phone::Digit};
use std::{collections::BTreeMap, time::Duration};

/// What happens on bad lines: a ladder a condition.
#[derive(Clone, Debug)]
pub struct LineRules {
    /// The ladders. A condition without one is no reason to interrupt.
    pub ladders: BTreeMap<Condition, Ladder>,
    /// Said once where last-chance listening hears somebody before the last rung of `silent`.
    pub last_chance: Option<PromptId>,
    /// What a caller is told who does not seem to hear us; none: that is not looked for.
    pub one_way: Option<OneWay>,
}

/// What a caller is told who says a few short words (喂?喂?) and never answers: he may not hear us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneWay {
    /// How many short words; service-script.md §1: three.
    pub words: u32,
    /// Said once the callback is stored.
    pub callback: PromptId,
    /// Said where there is no number to call, or the callback could not be stored.
    pub no_number: PromptId,
}

/// Rungs of (say, wait), then an end.
#[derive(Clone, Debug, PartialEq)]
pub struct Ladder {
    /// Silence after the opening before the first rung (`silent` and `noise`), and the window of last-chance listening.
    pub wait: Duration,
    /// The rungs, first to last; at least one.
    pub rungs: Vec<Rung>,
    /// What follows the last rung's wait.
    pub then: Then,
}

/// One rung: words, then silence.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    /// What is said.
    pub say: PromptId,
    /// How it may be interrupted.
    pub barge_in: BargeIn,
    /// Silence after it.
    pub wait: Duration,
    /// The key by which the caller agrees to end the call here (choppy): anything else leads to `then`.
    pub consent: Option<Digit>,
}

/// What follows a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The call is ended.
    HangUp,
    /// A step, usually the agent.
    Go(StepId),
    /// Another condition's ladder, from its first rung.
    Ladder(Condition),
}
