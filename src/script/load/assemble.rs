//! Puts the script together from its sections, and from the standard where they say nothing.

use super::{
    Texts, calendar, general, line,
    loader::Loader,
    reader::{Field, Section},
    step, waive,
};
use crate::script::{Script, StepId, calendar::Calendar, notes::Spot, problem::Fault};
use std::{collections::BTreeSet, sync::Arc};

/// The script of the file `root`; `standard` is the default script. `None` where there is not one step.
pub(super) fn script(
    mut root: Section<'_>,
    mut standard: Section<'_>,
    texts: Texts,
    calendar: &Arc<Calendar>,
    loader: &mut Loader,
) -> Option<Script> {
    let mut head = sub(&mut root, "hotline", loader).unwrap_or_else(|| root.empty());
    loader.put(Spot::Hotline, head.place());
    loader.record = general::record(&mut head, loader);
    loader.barge_in = general::barge_ins(sub(&mut root, "barge_in", loader), loader);
    let greetings = general::greetings(root.take("greeting"), loader);
    let limits = general::limits(sub(&mut root, "limits", loader), loader);
    let words = sub(&mut root, "words", loader);
    let line = sub(&mut root, "line", loader);
    let hearing = general::hearing(sub(&mut root, "hearing", loader), loader);
    loader.hours = calendar::hours(sub(&mut root, "hours", loader), calendar, loader);
    waive::read(root.take("waive"), loader);
    let own = sub(&mut root, "step", loader).map(|mut steps| steps.take_rest()).unwrap_or_default();
    root.close(&mut loader.problems);
    if own.is_empty() {
        loader.problems.add(head.place(), Fault::NoSteps);
        for field in
            ["name", "start", "agent", "transfer_failed", "after_agent"].into_iter().filter_map(|key| head.take(key))
        {
            field.text(&mut loader.problems);
        }
        return None;
    }

    let lent = stand_ins(&own, sub(&mut standard, "step", loader)?.take_rest());
    let entries = entries(&mut head, &own, &lent, loader);
    let steps = steps(&own, &lent, loader);
    let line = line::read(line, sub(&mut standard, "line", loader), loader);
    let script = Script {
        name: general::name(&mut head, loader),
        locale: general::locale(&mut head, &texts, loader),
        timezone: general::timezone(&mut head, loader),
        fallback: general::fallback(&mut head, loader),
        start: entries.start,
        transfer_failed: entries.transfer_failed,
        after_agent: entries.after_agent,
        greetings,
        default_greeting: general::default_greeting(&mut head, loader),
        record: loader.record,
        hearing,
        line,
        limits,
        words: general::words(words, entries.agent, loader),
        steps,
        barge_in: std::mem::take(&mut loader.barge_in),
        texts,
    };
    head.close(&mut loader.problems);
    Some(script)
}

/// The steps that a script is entered by.
struct Entries {
    start: StepId,
    agent: StepId,
    transfer_failed: StepId,
    after_agent: Option<StepId>,
}

/// Names every step, and finds the entries: as written, else by their usual names; calls begin at the first step where
/// none is called `welcome`.
fn entries(head: &mut Section<'_>, own: &[Field<'_>], lent: &[Field<'_>], loader: &mut Loader) -> Entries {
    let names = own.iter().chain(lent).map(|field| field.name().to_owned());
    loader.names = names.zip((0..).map(StepId)).collect();
    loader.written = own.len() + lent.len();
    loader.notes.built_in = (own.len()..own.len() + lent.len()).map(StepId).collect();
    let mut written = |key| head.take(key).map(|field| loader.go(&field, Spot::Entry(key)));
    let (start, transfer_failed, after_agent) = (written("start"), written("transfer_failed"), written("after_agent"));
    let agent = general::agent(head, loader);
    // Ladders of the standard lead to the agent by this name, whatever the script calls it.
    loader.names.entry("agent".into()).or_insert(agent);
    Entries {
        start: start.or_else(|| loader.find("welcome")).unwrap_or(StepId(0)),
        agent,
        transfer_failed: transfer_failed
            .or_else(|| loader.find("transfer_failed"))
            .unwrap_or_else(|| loader.nowhere(Spot::Entry("transfer_failed"))),
        after_agent: after_agent.or_else(|| loader.find("after_agent")),
    }
}

fn steps(own: &[Field<'_>], lent: &[Field<'_>], loader: &mut Loader) -> Vec<crate::script::Step> {
    let mut steps = Vec::new();
    for field in own {
        field.check_step_name(&mut loader.problems);
        steps.push(step::read(StepId(steps.len()), field, loader));
    }
    for field in lent {
        let id = StepId(steps.len());
        steps.push(loader.built_in(|loader| step::read(id, field, loader)));
    }
    steps.append(&mut loader.more);
    steps
}

/// The step of the standard where a failed transfer goes on, and all that it leads to, unless the script has its own.
fn stand_ins<'a>(written: &[Field<'a>], standard: Vec<Field<'a>>) -> Vec<Field<'a>> {
    // The human being is always the script's own.
    let own: BTreeSet<&str> = written.iter().map(Field::name).chain(["agent"]).collect();
    let mut wanted = vec!["transfer_failed"];
    let mut taken: Vec<Field<'a>> = Vec::new();
    while let Some(name) = wanted.pop() {
        let found = standard.iter().find(|field| field.name() == name);
        let Some(field) = found.filter(|_| !own.contains(name) && !taken.iter().any(|field| field.name() == name))
        else {
            continue;
        };
        let names = field.texts();
        wanted.extend(standard.iter().map(Field::name).filter(|name| names.contains(name)));
        taken.push(field.clone());
    }
    taken
}

fn sub<'a>(section: &mut Section<'a>, key: &'static str, loader: &mut Loader) -> Option<Section<'a>> {
    section.take(key)?.section(&mut loader.problems)
}
