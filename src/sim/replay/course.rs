//! Where in the recorded call a replay is.

use crate::{
    call::{Entry, What},
    moment::Moment,
    script::{PromptId, digit_parts},
};
use std::time::Duration;

/// A correction this small goes through whatever the caller is doing: the jitter of marks on a real gateway. Chosen:
/// three packets, less than anybody hears.
const JITTER: Duration = Duration::from_millis(60);

/// Maps moments of the replay to moments of the recorded call, and back.
#[derive(Debug)]
pub(super) struct Course {
    /// What was said then, in order.
    marks: Vec<(Mark, Moment)>,
    /// When the caller was doing something: from, to.
    acts: Vec<(Moment, Moment)>,
    next: usize,
    /// A moment of the replay, and the recorded one it corresponds to.
    now: Moment,
    then: Moment,
}

/// A point by which two runs of a call recognise each other.
#[derive(Clone, Debug, PartialEq)]
enum Mark {
    Said(PromptId),
    Finished(PromptId),
}

impl Course {
    /// The course of a recorded call that began at `begun`.
    pub(super) fn new(journal: &[Entry], begun: Moment) -> Self {
        let marks = journal.iter().filter_map(|entry| Some((Mark::of(&entry.what)?, entry.at)));
        let acts = journal.iter().filter_map(|entry| match entry.what {
            What::Key { .. } => Some((entry.at, entry.at)),
            What::Speech { from, to } => Some((from, to)),
            _ => None,
        });
        Self { marks: marks.collect(), acts: acts.collect(), next: 0, now: begun, then: begun }
    }

    /// The recorded moment that corresponds to the replay's `now`.
    pub(super) fn then(&self, now: Moment) -> Moment {
        if now >= self.now { self.then + now.since(self.now) } else { self.then.back(self.now.since(now)) }
    }

    /// The moment of the replay at which the recorded `then` comes, if nothing is corrected before.
    pub(super) fn now(&self, then: Moment) -> Moment {
        if then >= self.then { self.now + then.since(self.then) } else { self.now.back(self.then.since(then)) }
    }

    /// The replay has come to `what` at `at`. Where the recorded call came to the same, and the caller was doing nothing
    /// between there and here, he is there now.
    pub(super) fn meet(&mut self, what: &What, at: Moment) {
        let Some(mark) = Mark::of(what) else { return };
        let Some(place) = self.marks.iter().skip(self.next).position(|(other, _)| *other == mark) else { return };
        let (here, there) = (self.then(at), self.marks[self.next + place].1);
        let (from, to) = (here.min(there), here.max(there));
        let acting = self.acts.iter().any(|(begin, end)| *begin < to && *end > from);
        if acting && to.since(from) > JITTER {
            return;
        }
        self.next += place + 1;
        self.now = at;
        self.then = there;
    }
}

impl Mark {
    fn of(what: &What) -> Option<Self> {
        match what {
            What::PromptSaid { prompt } => Some(Self::Said(alike(prompt))),
            What::PromptFinished { prompt } => Some(Self::Finished(alike(prompt))),
            _ => None,
        }
    }
}

/// The digits of a number that is read back are all alike: which they were is not known.
pub(super) fn alike(prompt: &PromptId) -> PromptId {
    let digit = ["zh", "en", ""].iter().any(|language| digit_parts(language).any(|part| part == *prompt));
    if digit { PromptId::new("$digit") } else { prompt.clone() }
}
