//! Whether the wording works: what was said, heard to its end, cut short, and what followed, over many calls.

use super::{History, event};
use crate::call::{Aftermath, Entry, Followed, Interruption, What, Words};
use serde::Serialize;
use std::collections::BTreeMap;

/// Figures of calls, by prompt and by ladder step.
#[derive(Debug, Default)]
pub struct Report {
    /// Calls counted.
    pub calls: u32,
    /// Figures of each prompt and rung that was said.
    pub words: BTreeMap<Words, Tally>,
}

/// How often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// It was said, a rung reached, or a wording drawn.
    pub said: u32,
    /// It was heard to its end.
    pub finished: u32,
    /// A key cut it short.
    pub by_key: u32,
    /// Speech cut it short.
    pub by_speech: u32,
    /// The end of the call cut it short.
    pub by_end: u32,
    /// The caller was heard then, and the ladder left.
    pub recovery: u32,
    /// The caller hung up before anything else was said.
    pub hang_up: u32,
    /// Calls with it that came to an agent.
    pub agent: u32,
}

impl Report {
    /// Counts one more call, all its legs.
    pub fn add(&mut self, history: &History) {
        self.calls += 1;
        for leg in 1..=history.summary.legs {
            let mut aftermath = Aftermath::default();
            for Entry { what, .. } in event::journal(&history.events, leg) {
                self.count(&what);
                for (words, followed) in aftermath.observe(&what) {
                    self.follow(words, followed);
                }
            }
        }
    }

    fn count(&mut self, what: &What) {
        match what {
            What::PromptSaid { prompt } => self.of(Words::Prompt(prompt.clone())).said += 1,
            What::PromptFinished { prompt } => self.of(Words::Prompt(prompt.clone())).finished += 1,
            What::PromptInterrupted { prompt, by, .. } => {
                let tally = self.of(Words::Prompt(prompt.clone()));
                match by {
                    Interruption::Key => tally.by_key += 1,
                    Interruption::Speech => tally.by_speech += 1,
                    Interruption::End => tally.by_end += 1,
                }
            }
            What::Split { step, name } => self.of(Words::Wording { step: step.clone(), name: name.clone() }).said += 1,
            What::Rung { condition, index } => self.of(Words::Rung(*condition, *index)).said += 1,
            _ => {}
        }
    }

    fn follow(&mut self, words: Words, followed: Followed) {
        let tally = self.of(words);
        match followed {
            Followed::Recovery => tally.recovery += 1,
            Followed::HangUp => tally.hang_up += 1,
            Followed::Agent => tally.agent += 1,
        }
    }

    fn of(&mut self, words: Words) -> &mut Tally {
        self.words.entry(words).or_default()
    }
}
