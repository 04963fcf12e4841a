//! The script as a graph: where a call can go from each step, and by whose act.

use crate::{
    phone::Digit,
    script::{Act, Choice, Script, StepId, Then, notes::Spot},
};
use std::collections::{BTreeMap, BTreeSet};

/// A way from one step to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub from: StepId,
    pub to: StepId,
    pub why: Why,
}

/// What makes a call take a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The caller presses a key that the step offers.
    Key(Digit),
    /// The caller presses 0, which leads to an agent everywhere but in digits.
    Zero,
    /// The caller speaks.
    Speech,
    /// The caller does nothing, and the step says where that leads.
    NoInput,
    /// The caller does nothing, and the limits lead to the agent.
    GaveUpAsking,
    /// The caller has not answered often enough, and the step says where that leads.
    Escalated,
    /// Nothing is asked.
    Next,
    /// The digits are in.
    Collected,
    /// The digits never came.
    GiveUp,
    /// Whether the caller's number is known.
    Known(bool),
    /// A line of a branch, counted from 0.
    Line(usize),
    /// No line of a branch.
    Otherwise,
    /// A share of a split, counted from 0.
    Share(usize),
    /// What the records know of the caller's number.
    Past(bool),
    /// The callback or the message could not be stored.
    Failed,
    /// The service did not answer.
    NoAnswer,
    /// Nothing was said after the beep.
    Empty,
    /// The transfer was not answered.
    Unanswered,
}

impl Why {
    /// Whether the caller did something.
    pub(super) const fn by_caller(self) -> bool {
        matches!(self, Self::Key(_) | Self::Zero | Self::Speech | Self::Collected)
    }

    /// Whether the call goes this way at once, and hears nothing on it.
    pub(super) const fn at_once(self) -> bool {
        matches!(self, Self::Next | Self::Known(_) | Self::Past(_) | Self::Line(_) | Self::Otherwise | Self::Share(_))
    }

    /// Whether the call goes this way whatever the caller does: at once, or because a service does not answer.
    const fn unasked(self) -> bool {
        self.at_once() || matches!(self, Self::NoAnswer)
    }

    /// Where the way was written.
    pub(super) const fn spot(self, from: StepId) -> Spot {
        match self {
            Self::Key(key) => Spot::Key(from, key),
            Self::Speech => Spot::Speech(from),
            Self::NoInput => Spot::NoInput(from),
            Self::Next | Self::Collected => Spot::Next(from),
            Self::GiveUp => Spot::GiveUp(from),
            Self::Known(known) => Spot::Known(from, known),
            Self::Line(index) => Spot::LineGo(from, index),
            Self::Otherwise => Spot::Otherwise(from),
            Self::Share(index) => Spot::Share(from, index),
            Self::Past(past) => Spot::Past(from, past),
            Self::Failed | Self::NoAnswer => Spot::Failed(from),
            Self::Empty => Spot::Empty(from),
            Self::Escalated => Spot::Escalate(from),
            Self::Zero | Self::GaveUpAsking | Self::Unanswered => Spot::Step(from),
        }
    }
}

/// Every way there is, and where calls come in.
pub(super) struct Graph<'s> {
    pub script: &'s Script,
    pub edges: Vec<Edge>,
    /// Where calls begin or come back.
    pub entries: BTreeSet<StepId>,
}

impl<'s> Graph<'s> {
    pub(super) fn of(script: &'s Script) -> Self {
        let edges = ids(script).flat_map(|id| edges(script, id)).collect();
        let mut entries: BTreeSet<StepId> = [script.start, script.words.agent].into();
        if script.steps.iter().any(|step| matches!(step.act, Act::Handover { .. })) {
            entries.insert(script.transfer_failed);
        }
        entries.extend(script.after_agent);
        entries.extend(script.line.ladders.values().filter_map(|ladder| match ladder.then {
            Then::Go(step) => Some(step),
            Then::HangUp | Then::Ladder(_) => None,
        }));
        Self { script, edges, entries }
    }

    /// The ways out of a step.
    pub(super) fn from(&self, step: StepId) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| edge.from == step)
    }

    /// The ways into a step.
    pub(super) fn into(&self, step: StepId) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| edge.to == step)
    }

    /// Every step reached from `roots` over the ways that `over` allows, the roots included.
    pub(super) fn reached(
        &self,
        roots: impl IntoIterator<Item = StepId>,
        over: impl Fn(&Edge) -> bool,
    ) -> BTreeSet<StepId> {
        let mut open: Vec<StepId> = roots.into_iter().collect();
        let mut reached = BTreeSet::new();
        while let Some(step) = open.pop() {
            if reached.insert(step) {
                open.extend(self.from(step).filter(|edge| over(edge)).map(|edge| edge.to));
            }
        }
        reached
    }

    /// The shortest way round that begins and ends at `step`, over the ways that `over` allows.
    pub(super) fn circle(&self, step: StepId, over: impl Fn(&Edge) -> bool) -> Option<Vec<Edge>> {
        let mut came: BTreeMap<StepId, Edge> = BTreeMap::new();
        let mut open = std::collections::VecDeque::from([step]);
        while let Some(at) = open.pop_front() {
            for edge in self.from(at).filter(|edge| over(edge)) {
                if edge.to == step {
                    return Some(way_back(step, *edge, &came));
                }
                if let std::collections::btree_map::Entry::Vacant(entry) = came.entry(edge.to) {
                    entry.insert(*edge);
                    open.push_back(edge.to);
                }
            }
        }
        None
    }

    /// Whether every call that is at `step` and does nothing comes to a human being, or to a promise of one.
    pub(super) fn leads_to_help(&self, step: StepId) -> bool {
        let quiet = self.reached([step], |edge| edge.why.unasked() && !self.helps(edge.from));
        quiet.into_iter().all(|step| self.helps(step) || self.from(step).any(|edge| edge.why.unasked()))
    }

    /// Whether every call that is at `step` and does nothing comes to the promise of a callback, or to a message.
    pub(super) fn leads_to_promise(&self, step: StepId) -> bool {
        let ends = self.reached([step], |edge| edge.why.unasked() && !self.helps(edge.from));
        let goes_on = |step: StepId| !self.helps(step) && self.from(step).any(|edge| edge.why.unasked());
        ends.into_iter().all(|step| self.promises(step) || goes_on(step))
    }

    /// Whether a step is the promise of a callback or takes a message, offers either, or takes the number for one. Other
    /// digits are no promise.
    fn promises(&self, step: StepId) -> bool {
        let promise = |step: &StepId| matches!(self.script.step(*step).act, Act::Callback { .. } | Act::Message(_));
        match &self.script.step(step).act {
            Act::Collect(collect) => {
                let quiet = |edge: &Edge| edge.why.unasked() || edge.why == Why::NoInput;
                self.reached([collect.next], quiet).iter().any(promise)
            }
            _ => promise(&step) || self.offers_callback(step),
        }
    }

    /// Whether a step is a human being, or the promise of one.
    fn helps(&self, step: StepId) -> bool {
        let act = &self.script.step(step).act;
        matches!(act, Act::Handover { .. } | Act::Callback { .. } | Act::Collect(_) | Act::Message(_))
            || self.offers_callback(step)
    }

    fn offers_callback(&self, step: StepId) -> bool {
        self.from(step).any(|edge| {
            matches!(edge.why, Why::Key(_))
                && matches!(self.script.step(edge.to).act, Act::Callback { .. } | Act::Collect(_) | Act::Message(_))
        })
    }
}

/// Every step.
pub(super) fn ids(script: &Script) -> impl Iterator<Item = StepId> + use<> {
    (0..script.steps.len()).map(StepId)
}

fn way_back(start: StepId, last: Edge, came: &BTreeMap<StepId, Edge>) -> Vec<Edge> {
    let mut way = vec![last];
    let mut at = last.from;
    while at != start {
        let Some(edge) = came.get(&at) else { break };
        way.push(*edge);
        at = edge.from;
    }
    way.reverse();
    way
}

fn edges(script: &Script, from: StepId) -> Vec<Edge> {
    let mut ways = Vec::new();
    let mut way = |to, why| ways.push(Edge { from, to, why });
    let act = &script.step(from).act;
    match act {
        Act::Ask(ask) => {
            for (key, choice) in &ask.keys {
                if let Choice::Go(to) = choice {
                    way(*to, Why::Key(*key));
                }
            }
            ask.speech.into_iter().for_each(|to| way(to, Why::Speech));
            match (ask.no_input, ask.patience.escalate) {
                (Some(to), _) => way(to, Why::NoInput),
                (None, None) => way(script.words.agent, Why::GaveUpAsking),
                (None, Some(_)) => {}
            }
            ask.patience.escalate.into_iter().for_each(|to| way(to, Why::Escalated));
        }
        Act::Go(next) => way(*next, Why::Next),
        Act::Collect(collect) => {
            way(collect.next, Why::Collected);
            way(collect.give_up, Why::GiveUp);
        }
        Act::IfCallerKnown { yes, no } => {
            way(*yes, Why::Known(true));
            way(*no, Why::Known(false));
        }
        Act::Branch(branch) => {
            branch.lines.iter().enumerate().for_each(|(index, line)| way(line.go, Why::Line(index)));
            way(branch.otherwise, Why::Otherwise);
        }
        Act::Split(split) => {
            split.ways.iter().enumerate().for_each(|(index, share)| way(share.go, Why::Share(index)));
        }
        Act::Language { next, .. } | Act::Set { next, .. } => way(*next, Why::Next),
        Act::Callback { next, failed, .. } => {
            way(*next, Why::Next);
            way(*failed, Why::Failed);
        }
        Act::Message(message) => {
            way(message.next, Why::Next);
            way(message.empty, Why::Empty);
            way(message.failed, Why::Failed);
        }
        Act::Http(http) => {
            way(http.next, Why::Next);
            way(http.failed, Why::NoAnswer);
        }
        Act::IfPast { yes, no, .. } => {
            way(*yes, Why::Past(true));
            way(*no, Why::Past(false));
        }
        Act::Bar { next, .. } => way(*next, Why::Next),
        Act::Handover { .. } => way(script.transfer_failed, Why::Unanswered),
        Act::HangUp { speech, .. } => speech.iter().for_each(|to| way(*to, Why::Speech)),
    }
    let own_zero = matches!(act, Act::Ask(ask) if ask.keys.keys().any(|key| key.as_char() == '0'));
    if !own_zero && !matches!(act, Act::Collect(_) | Act::Handover { .. }) {
        way(script.words.agent, Why::Zero);
    }
    ways
}
