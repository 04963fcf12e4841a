//! What followed on our words: whether they help is told by what callers do next.
//!
//! A prompt or a ladder's rung is followed by *recovery* where a ladder is left because the caller was heard before
//! anything more of it was said, by a *hang-up* where the caller goes before we have said anything else, and by an *agent*
//! where the call comes to one. The first two are the words' own doing; the third is told of every prompt of the call.
//! A wording of a split is followed by whatever comes later in the call: that is what it is tried for.

use super::{Disposition, EndedBy, What};
use crate::{line::Condition, script::PromptId};
use std::collections::BTreeSet;

/// Words of ours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Words {
    /// A prompt.
    Prompt(PromptId),
    /// A rung of a ladder, counted from 0.
    Rung(Condition, usize),
    /// A wording that a split tries.
    Wording {
        /// The split's step.
        step: String,
        /// The wording's name.
        name: String,
    },
}

/// What followed on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Followed {
    /// The caller was heard.
    Recovery,
    /// The caller hung up.
    HangUp,
    /// An agent.
    Agent,
}

impl Followed {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Recovery, Self::HangUp, Self::Agent];

    /// The word in figures.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::HangUp => "hang_up",
            Self::Agent => "agent",
        }
    }
}

/// Follows one call's journal.
#[derive(Debug, Default)]
pub struct Aftermath {
    /// The last prompt, while nothing else has been said.
    last: Option<PromptId>,
    /// The rung that the call stands on, and what was said on it.
    rung: Option<(Condition, usize)>,
    on_rung: Vec<PromptId>,
    said: BTreeSet<Words>,
    /// The wordings that this call tries.
    tried: BTreeSet<Words>,
}

impl Aftermath {
    /// What an entry says about words before it.
    pub fn observe(&mut self, what: &What) -> Vec<(Words, Followed)> {
        match what {
            What::PromptSaid { prompt } => {
                self.last = Some(prompt.clone());
                self.said.insert(Words::Prompt(prompt.clone()));
                if self.rung.is_some() {
                    self.on_rung.push(prompt.clone());
                }
                Vec::new()
            }
            What::Split { step, name } => {
                self.tried.insert(Words::Wording { step: step.clone(), name: name.clone() });
                Vec::new()
            }
            What::Rung { condition, index } => {
                self.rung = Some((*condition, *index));
                self.on_rung.clear();
                self.said.insert(Words::Rung(*condition, *index));
                Vec::new()
            }
            What::Recovered { .. } => self.recovered(),
            What::Ended { disposition, by, .. } => self.ended(disposition, *by),
            _ => Vec::new(),
        }
    }

    fn recovered(&mut self) -> Vec<(Words, Followed)> {
        let prompts = std::mem::take(&mut self.on_rung).into_iter().map(Words::Prompt);
        let rung = self.rung.take().map(|(condition, index)| Words::Rung(condition, index));
        let words = rung.into_iter().chain(prompts).chain(self.tried.iter().cloned());
        words.map(|words| (words, Followed::Recovery)).collect()
    }

    fn ended(&mut self, disposition: &Disposition, by: EndedBy) -> Vec<(Words, Followed)> {
        if let Disposition::Agent(_) = disposition {
            let words = std::mem::take(&mut self.said).into_iter().chain(std::mem::take(&mut self.tried));
            return words.map(|words| (words, Followed::Agent)).collect();
        }
        if by != EndedBy::Caller {
            return Vec::new();
        }
        let rung = self.rung.take().map(|(condition, index)| Words::Rung(condition, index));
        let words = rung.into_iter().chain(self.last.take().map(Words::Prompt));
        // Who goes because all is done has not gone because of a wording.
        let given_up = *disposition == Disposition::Abandoned;
        let tried = std::mem::take(&mut self.tried).into_iter().filter(|_| given_up);
        words.chain(tried).map(|words| (words, Followed::HangUp)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Target;

    fn said(prompt: &str) -> What {
        What::PromptSaid { prompt: PromptId::new(prompt) }
    }

    fn rung(index: usize) -> What {
        What::Rung { condition: Condition::Silent, index }
    }

    fn ended(disposition: Disposition, by: EndedBy) -> What {
        What::Ended { disposition, by, step: "welcome".into() }
    }

    fn followed(journal: &[What]) -> Vec<(String, &'static str)> {
        let mut aftermath = Aftermath::default();
        let found = journal.iter().flat_map(|what| aftermath.observe(what));
        let name = |words| match words {
            Words::Prompt(prompt) => prompt.to_string(),
            Words::Rung(condition, index) => format!("{} {index}", condition.as_str()),
            Words::Wording { step, name } => format!("{step}/{name}"),
        };
        found.map(|(words, followed)| (name(words), followed.as_str())).collect()
    }

    #[test]
    fn a_ladder_that_is_left_has_helped_by_its_last_rung() {
        let journal =
            [rung(0), said("a"), rung(1), said("b"), What::Recovered { condition: Condition::Silent, index: 1 }];
        assert_eq!(followed(&journal), [("silent 1".into(), "recovery"), ("b".into(), "recovery")]);
    }

    #[test]
    fn a_caller_who_goes_has_heard_the_last_words() {
        let journal = [said("welcome"), said("menu_main"), ended(Disposition::Abandoned, EndedBy::Caller)];
        assert_eq!(followed(&journal), [("menu_main".into(), "hang_up")]);
        let let_go = [rung(0), said("a"), ended(Disposition::Line(Condition::Silent), EndedBy::Hotline)];
        assert_eq!(followed(&let_go), []);
    }

    #[test]
    fn a_wording_is_followed_by_what_comes_later_in_the_call() {
        let split = || What::Split { step: "try".into(), name: "warm".into() };
        let gone = [split(), said("a"), said("b"), ended(Disposition::Abandoned, EndedBy::Caller)];
        assert_eq!(followed(&gone), [("b".into(), "hang_up"), ("try/warm".into(), "hang_up")]);
        let done = [split(), said("a"), ended(Disposition::Completed, EndedBy::Caller)];
        assert_eq!(followed(&done), [("a".into(), "hang_up")]);
        let agent = Disposition::Agent(Target::Queue("q".into()));
        assert_eq!(followed(&[split(), ended(agent, EndedBy::Hotline)]), [("try/warm".into(), "agent")]);
    }

    #[test]
    fn an_agent_counts_for_everything_that_was_said_once() {
        let agent = Disposition::Agent(Target::Queue("q".into()));
        let journal = [said("menu_main"), said("menu_main"), ended(agent, EndedBy::Hotline)];
        assert_eq!(followed(&journal), [("menu_main".into(), "agent")]);
    }
}
