//! Proofs on the graph: every call ends, and ends well; nothing is read before it is written; nothing is in vain.

use super::{
    Case,
    branches::{known_by, looked_into},
    graph::{Edge, Graph, Why, ids},
    texts::closes,
};
use crate::script::{
    Act, Locale, NumberSource, Part, PromptId, Step, StepId, ValueSource,
    branch::PARAMETER,
    load::{RECORDING_NOTICE, nearest},
    notes::Spot,
    outside::{CALLER, Field, Http},
    problem::Fault,
};
use std::collections::{BTreeMap, BTreeSet};

/// Steps that no call comes to. Those kept as spares, with a reason, may be so, and what they lead to.
pub(super) fn unreachable(graph: &Graph<'_>, case: &mut Case<'_>) {
    let spares = ids(graph.script).filter(|id| case.notes.reasons.contains_key(&Spot::Step(*id)));
    let reached = graph.reached(graph.entries.iter().copied().chain(spares), |_| true);
    for id in ids(graph.script).filter(|id| !reached.contains(id) && !case.notes.built_in.contains(id)) {
        case.report(Spot::Step(id), Fault::Unreachable { step: graph.script.step(id).name.clone() });
    }
}

/// Circles that turn without the caller. An unanswered transfer counts as a turn: phones that nobody picks up must not
/// send a caller round for ever.
pub(super) fn endless(graph: &Graph<'_>, case: &mut Case<'_>) {
    let mut told = BTreeSet::new();
    for id in ids(graph.script) {
        let Some(circle) = graph.circle(id, |edge| !edge.why.by_caller()) else { continue };
        if circle.iter().any(|edge| !told.insert(edge.from)) {
            continue;
        }
        let name = |id: StepId| graph.script.step(id).name.clone();
        let steps = circle.iter().map(|edge| name(edge.from)).chain([name(id)]).collect();
        let spot = circle.iter().map(|edge| edge.why.spot(edge.from)).find(|spot| !matches!(spot, Spot::Step(_)));
        case.report(spot.unwrap_or(Spot::Step(id)), Fault::Endless { steps });
    }
}

/// Hang-ups without words of farewell on some path to them.
///
/// A step that says nothing passes on what its callers heard last; everything else begins anew.
pub(super) fn farewells(graph: &Graph<'_>, case: &mut Case<'_>) {
    let mut rude: BTreeMap<StepId, Vec<Locale>> = BTreeMap::new();
    for locale in case.locales() {
        for id in self::rude(graph, &farewell_said(graph, case, &locale)) {
            rude.entry(id).or_default().push(locale.clone());
        }
    }
    for (id, locales) in rude {
        if matches!(graph.script.step(id).act, Act::HangUp { .. }) {
            case.report(Spot::Step(id), Fault::NoClosing { last: last_prompt(graph.script.step(id)), locales });
        }
    }
}

fn last_prompt(step: &Step) -> Option<PromptId> {
    step.say.iter().rev().find_map(|saying| match &saying.part {
        Part::Prompt(prompt) => Some(prompt.clone()),
        Part::Greeting | Part::Value { .. } => None,
    })
}

/// For each step whether its words hold a farewell.
fn farewell_said(graph: &Graph<'_>, case: &Case<'_>, locale: &Locale) -> Vec<bool> {
    let closing = |part: &Part| matches!(part, Part::Prompt(prompt) if closes(case, locale, prompt));
    graph.script.steps.iter().map(|step| step.say.iter().any(|saying| closing(&saying.part))).collect()
}

/// The steps after whose words a farewell may not have been heard.
fn rude(graph: &Graph<'_>, said: &[bool]) -> BTreeSet<StepId> {
    let silent = |id: &StepId| is_silent(graph.script.step(*id));
    let says = |id: &StepId| said.get(id.0).copied().unwrap_or(false);
    let mut rude: BTreeSet<StepId> = ids(graph.script).filter(|id| !says(id)).collect();
    let keeps = |edge: &Edge| edge.why.at_once() && !speaks_of_itself(graph.script.step(edge.from));
    // Silent steps whose every way in comes from a farewell are cleared, until nothing changes.
    loop {
        let cleared: Vec<StepId> = rude
            .iter()
            .filter(|id| silent(id) && !graph.entries.contains(id) && graph.into(**id).next().is_some())
            .filter(|id| graph.into(**id).all(|edge| keeps(edge) && !rude.contains(&edge.from)))
            .copied()
            .collect();
        if cleared.is_empty() {
            return rude;
        }
        rude.retain(|id| !cleared.contains(id));
    }
}

/// Whether nothing is heard of ours while a call is in it.
fn is_silent(step: &Step) -> bool {
    step.say.is_empty() && !speaks_of_itself(step)
}

/// Whether more than its `say` is heard: thanks for a message, words to who waits.
fn speaks_of_itself(step: &Step) -> bool {
    matches!(step.act, Act::Message(_) | Act::Http(_))
}

/// Variables read where some path has not set them.
pub(super) fn variables(graph: &Graph<'_>, case: &mut Case<'_>) {
    let all: BTreeSet<String> = graph.edges.iter().flat_map(|edge| set_on(graph, edge)).collect();
    let known = known_at(graph, case, &all);
    for id in ids(graph.script) {
        let Some(known) = known.get(&id) else { continue };
        for (spot, variable) in reads(graph, id) {
            if !known.contains(&variable) {
                let nearest = nearest(&variable, all.iter().map(String::as_str)).filter(|name| *name != variable);
                case.report(spot, Fault::Unset { variable, nearest });
            }
        }
    }
}

/// What is set for certain on entering each step that calls come to.
fn known_at(graph: &Graph<'_>, case: &Case<'_>, all: &BTreeSet<String>) -> BTreeMap<StepId, BTreeSet<String>> {
    let spares = ids(graph.script).filter(|id| case.notes.reasons.contains_key(&Spot::Step(*id)));
    let entries: BTreeSet<StepId> = graph.entries.iter().copied().chain(spares).collect();
    let reached = graph.reached(entries.iter().copied(), |_| true);
    let start = |id: &StepId| if entries.contains(id) { BTreeSet::new() } else { all.clone() };
    let mut known: BTreeMap<StepId, BTreeSet<String>> = reached.iter().map(|id| (*id, start(id))).collect();
    loop {
        let mut changed = false;
        for edge in graph.edges.iter().filter(|edge| reached.contains(&edge.from)) {
            let mut brought = known.get(&edge.from).cloned().unwrap_or_default();
            brought.extend(set_on(graph, edge));
            let Some(at) = known.get_mut(&edge.to) else { continue };
            let before = at.len();
            at.retain(|variable| brought.contains(variable));
            changed |= at.len() < before;
        }
        if !changed {
            return known;
        }
    }
}

/// The variables that are set by going this way, or are known to be.
fn set_on(graph: &Graph<'_>, edge: &Edge) -> Vec<String> {
    match (&graph.script.step(edge.from).act, edge.why) {
        (Act::Collect(collect), Why::Collected) => vec![collect.into.clone()],
        (Act::Ask(ask), Why::Key(_)) => ask.save.iter().cloned().collect(),
        (Act::Set { values, .. }, Why::Next) => values.keys().cloned().collect(),
        (Act::Branch(branch), why) => known_by(branch, why),
        (Act::Http(http), Why::Next) => http.take.iter().map(|taken| taken.variable.clone()).collect(),
        _ => Vec::new(),
    }
}

fn reads(graph: &Graph<'_>, id: StepId) -> Vec<(Spot, String)> {
    let step = graph.script.step(id);
    let said = step.say.iter().enumerate().filter_map(|(index, saying)| match &saying.part {
        Part::Value { of: ValueSource::Variable(variable), .. } => Some((Spot::Say(id, index), variable.clone())),
        Part::Prompt(_) | Part::Greeting | Part::Value { of: ValueSource::Now, .. } => None,
    });
    let used = match &step.act {
        Act::Callback { number: NumberSource::Variable(variable), .. } => vec![(Spot::Number(id), variable.clone())],
        Act::Http(http) => sent(id, http),
        _ => Vec::new(),
    };
    let held = match &step.act {
        Act::Branch(branch) => looked_into(id, branch),
        _ => Vec::new(),
    };
    said.chain(used).chain(held).filter(|(_, variable)| !variable.starts_with(PARAMETER)).collect()
}

/// What goes out to a service; the caller's number needs no step that sets it.
fn sent(id: StepId, http: &Http) -> Vec<(Spot, String)> {
    let in_url = http.url.variables().map(|name| (Spot::Url(id), name.to_owned()));
    let in_body = http.send.iter().enumerate().filter_map(|(index, (_, field))| match field {
        Field::Variable(name) => Some((Spot::Send(id, index), name.clone())),
        Field::Text(_) | Field::Number(_) | Field::Flag(_) => None,
    });
    in_url.chain(in_body).filter(|(_, name)| name != CALLER).collect()
}

/// A recorded call says so before the caller is asked anything.
pub(super) fn notice(graph: &Graph<'_>, case: &mut Case<'_>) {
    let notice = |part: &Part| matches!(part, Part::Prompt(id) if id.as_str() == RECORDING_NOTICE);
    let tells = |id: StepId| graph.script.step(id).say.iter().any(|saying| notice(&saying.part));
    let untold = graph.reached([graph.script.start], |edge| edge.why.at_once() && !tells(edge.from));
    // Whatever stands at the end of such a way does something with a caller who does not know.
    let unknowing = |id: &StepId| !tells(*id) && !graph.script.step(*id).act.goes_on_at_once();
    if graph.script.record && untold.iter().any(unknowing) {
        case.report(Spot::Record, Fault::NoNotice);
    }
}
