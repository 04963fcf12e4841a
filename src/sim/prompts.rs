//! Which prompts were played, as the call itself tells it: what a caller who waits for one goes by.

use super::glob;
use crate::{call::What, moment::Moment};

/// Beginnings and ends of prompts, in order.
#[derive(Clone, Debug, Default)]
pub struct Prompts(Vec<(Moment, Edge)>);

#[derive(Clone, Debug)]
enum Edge {
    Begun(String),
    Ended(String),
}

impl Prompts {
    /// Takes what happened in the call.
    pub fn take(&mut self, what: &What, at: Moment) {
        let edge = match what {
            What::PromptSaid { prompt } => Edge::Begun(prompt.to_string()),
            What::PromptFinished { prompt } | What::PromptInterrupted { prompt, .. } => Edge::Ended(prompt.to_string()),
            _ => return,
        };
        self.0.push((at, edge));
    }

    /// Where to go on after the first end of such a prompt from `from` on.
    pub fn ended(&self, name: &str, from: usize) -> Option<usize> {
        self.after(from, |edge| matches!(edge, Edge::Ended(prompt) if glob::fits(name, prompt)))
    }

    /// Where to go on after the first beginning of such a prompt from `from` on.
    pub fn begun(&self, name: &str, from: usize) -> Option<usize> {
        self.after(from, |edge| matches!(edge, Edge::Begun(prompt) if glob::fits(name, prompt)))
    }

    /// When the edge before `place` was.
    pub fn at(&self, place: usize) -> Moment {
        place.checked_sub(1).and_then(|place| self.0.get(place)).map_or(Moment::ZERO, |(at, _)| *at)
    }

    fn after(&self, from: usize, wanted: impl Fn(&Edge) -> bool) -> Option<usize> {
        let place = self.0.get(from..)?.iter().position(|(_, edge)| wanted(edge))?;
        Some(from + place + 1)
    }
}
