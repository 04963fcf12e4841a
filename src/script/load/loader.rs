//! The state of reading a script: what is known so far, and what is wrong.

use super::reader::{Field, nearest};
use crate::script::{
    Act, BargeIn, Locale, PromptId, STANDARD_WAIT, Saying, Step, StepId,
    calendar::Hours,
    callers::NumberPattern,
    notes::{Notes, Spot},
    problem::{Fault, Problems},
    source::Place,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// See the module.
#[derive(Default)]
pub(super) struct Loader {
    /// The steps by name, those of the standard that are needed included.
    pub(super) names: BTreeMap<String, StepId>,
    /// How many steps are written, those of the standard included.
    pub(super) written: usize,
    pub(super) barge_in: BTreeMap<PromptId, BargeIn>,
    pub(super) record: bool,
    /// Languages that there are texts of.
    pub(super) locales: BTreeSet<Locale>,
    /// Years of the calendar that have to be looked through again.
    pub(super) drafts: BTreeSet<i16>,
    /// `callers.toml`, by the names of its lists.
    pub(super) callers: BTreeMap<String, Vec<NumberPattern>>,
    /// `[hours.<name>]`.
    pub(super) hours: BTreeMap<String, Arc<Hours>>,
    /// Steps that others were written in short for; they come after all that were written.
    pub(super) more: Vec<Step>,
    /// While parts of the standard stand in for what was not written: where the script could have said it.
    stand_in: Option<Place>,
    pub(super) notes: Notes,
    pub(super) problems: Problems,
}

impl Loader {
    /// Remembers where `spot` was written.
    pub(super) fn put(&mut self, spot: Spot, place: Place) {
        let place = self.stand_in.clone().unwrap_or(place);
        self.notes.put(spot, place);
    }

    /// Reports a fault at a spot that was read before.
    pub(super) fn report(&mut self, spot: Spot, fault: Fault) {
        if let Some(place) = self.notes.place(spot).cloned() {
            self.problems.add(place, fault);
        }
    }

    /// Reads something of the standard in place of what the script does not say.
    pub(super) fn built_in<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        self.stand_in = self.notes.place(Spot::Hotline).cloned();
        let read = read(self);
        self.stand_in = None;
        read
    }

    pub(super) fn find(&self, name: &str) -> Option<StepId> {
        self.names.get(name).copied()
    }

    /// The step that `spot` leads to, which `field` names; where there is none, any: the problem keeps the script from
    /// being used. `also` may be said here instead of a step.
    pub(super) fn step(&mut self, field: &Field<'_>, spot: Spot, also: &[&str]) -> StepId {
        self.put(spot, field.place());
        let Some(name) = field.text(&mut self.problems) else { return self.nowhere(spot) };
        self.find(name).unwrap_or_else(|| {
            let nearest = nearest(name, self.names.keys().map(String::as_str).chain(also.iter().copied()));
            self.problems.add(field.place(), Fault::UnknownStep { name: name.into(), nearest });
            self.nowhere(spot)
        })
    }

    /// The place among the steps of one more that stands behind `spot`.
    pub(super) fn one_more(&mut self, spot: Spot, name: String, say: Vec<Saying>, act: Act) -> StepId {
        let id = StepId(self.written + self.more.len());
        if let Some(place) = self.notes.place(spot).cloned() {
            self.notes.put(Spot::Step(id), place);
        }
        self.more.push(Step { name, say, act });
        id
    }

    /// Stands in where a name leads nowhere.
    pub(super) fn nowhere(&mut self, spot: Spot) -> StepId {
        self.notes.unresolved.insert(spot);
        StepId(0)
    }

    /// The step `field` names, and where that was written.
    pub(super) fn go(&mut self, field: &Field<'_>, spot: Spot) -> StepId {
        self.step(field, spot, &[])
    }

    /// The prompt `field` names; its use is remembered.
    pub(super) fn prompt(&mut self, field: &Field<'_>) -> Option<PromptId> {
        let prompt = field.prompt(&mut self.problems)?;
        self.used(&prompt, field.place());
        Some(prompt)
    }

    /// Remembers where a prompt is spoken of: it has to be there.
    pub(super) fn used(&mut self, prompt: &PromptId, place: Place) {
        let place = self.stand_in.clone().unwrap_or(place);
        self.notes.uses.push((prompt.clone(), place));
    }

    /// A prompt that is said without being written in the script.
    pub(super) fn own_prompt(&mut self, name: &str) -> PromptId {
        let prompt = PromptId::new(name);
        if let Some(place) = self.notes.place(Spot::Hotline).cloned() {
            self.used(&prompt, place);
        }
        prompt
    }

    /// How `prompt` may be interrupted where nothing nearer says it.
    pub(super) fn usual_barge_in(&self, prompt: &PromptId) -> BargeIn {
        self.barge_in.get(prompt).copied().unwrap_or(BargeIn::Key)
    }

    /// A wait, and where it was written.
    pub(super) fn wait(&mut self, field: Option<Field<'_>>, spot: Spot) -> Duration {
        let Some(field) = field else { return STANDARD_WAIT };
        self.put(spot, field.place());
        field.duration(&mut self.problems).unwrap_or(STANDARD_WAIT)
    }

    /// Why the operators want a spot as it is.
    pub(super) fn reason(&mut self, field: Option<Field<'_>>, spot: Spot) {
        if let Some(reason) = field.and_then(|field| field.text(&mut self.problems)) {
            self.notes.reasons.insert(spot, reason.into());
        }
    }
}
