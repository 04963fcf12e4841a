//! Menus as callers can bear them: few choices, few levels, the human being on one key, and no advertising before a
//! choice (service-script.md §2.2, §5).

use super::{
    Case,
    graph::{Graph, Why, ids},
    texts::announced,
};
use crate::{
    phone::Digit,
    script::{
        Act, Ask, Choice, Part, PromptId, Script, StepId,
        notes::{Kind, Spot},
        problem::Fault,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// service-script.md §5.
const MOST_CHOICES: usize = 5;
const MOST_LEVELS: usize = 3;

/// Every menu, by itself and among the others.
pub(super) fn menus(graph: &Graph<'_>, case: &mut Case<'_>) {
    let levels = levels(graph);
    let agent = graph.script.words.agent;
    let unknown = case.notes.unresolved.clone();
    let somebody_there = graph.leads_to_help(agent);
    if !somebody_there && !unknown.contains(&Spot::Agent) && !unknown.contains(&Spot::Step(agent)) {
        case.report(Spot::Agent, Fault::NobodyThere { step: graph.script.step(agent).name.clone() });
    }
    for id in ids(graph.script) {
        let Act::Ask(ask) = &graph.script.step(id).act else { continue };
        keys_as_announced(graph.script, id, ask, case);
        let count = choices(graph.script, ask);
        if count > MOST_CHOICES {
            case.report(Spot::Keys(id), Fault::TooManyChoices { count, most: MOST_CHOICES });
        }
        if !is_menu(graph.script, ask) || case.notes.read_backs.contains(&id) {
            continue;
        }
        if let Some(level) = levels.get(&id).filter(|level| **level > MOST_LEVELS) {
            case.report(Spot::Step(id), Fault::TooDeep { level: *level, most: MOST_LEVELS });
        }
        if somebody_there && !ask.keys.keys().any(|key| unknown.contains(&Spot::Key(id, *key))) {
            human_key(graph, id, ask, case);
        }
    }
}

/// Choices a caller has to keep in mind: the keys for the human being and for hearing it again are not counted, nor
/// those of a survey, which all mean a mark and lead nowhere of their own.
fn choices(script: &Script, ask: &Ask) -> usize {
    if ask.save.is_some() {
        return 0;
    }
    ask.keys.values().filter(|choice| matches!(choice, Choice::Go(to) if *to != script.words.agent)).count()
}

/// One choice is a question, several are a menu.
fn is_menu(script: &Script, ask: &Ask) -> bool {
    choices(script, ask) > 1
}

/// A menu offers the human being on a key of its own, written out for operators to see. Where a branch stands on the way,
/// the key has to lead to help by every line of it; where the choices are about calling back, and outside hours, the
/// promise is the human being.
fn human_key(graph: &Graph<'_>, id: StepId, ask: &Ask, case: &mut Case<'_>) {
    let agent = graph.script.words.agent;
    let to_agent: BTreeSet<Digit> =
        keys_to(ask, |to| graph.reached([to], |edge| edge.why.at_once()).contains(&agent) && graph.leads_to_help(to));
    let promises = keys_to(ask, |to| graph.leads_to_promise(to));
    if to_agent.is_empty() && promises.is_empty() {
        return case.report(Spot::Keys(id), Fault::NoHumanKey { step: graph.script.step(id).name.clone() });
    }
    let heard = announced_in(graph.script, id);
    if promises.is_empty() && !heard.is_empty() && heard.iter().all(|(key, _)| !to_agent.contains(key)) {
        case.report(Spot::Step(id), Fault::HumanUnsaid { step: graph.script.step(id).name.clone() });
    }
}

fn keys_to(ask: &Ask, fits: impl Fn(StepId) -> bool) -> BTreeSet<Digit> {
    let keys = ask.keys.iter().filter(|(_, choice)| matches!(choice, Choice::Go(to) if fits(*to)));
    keys.map(|(key, _)| *key).collect()
}

/// What the words promise, the keys keep.
fn keys_as_announced(script: &Script, id: StepId, ask: &Ask, case: &mut Case<'_>) {
    for (key, spot) in announced_in(script, id) {
        if !ask.keys.contains_key(&key) && key.as_char() != '0' {
            case.report(spot, Fault::AnnouncedKey { key: key.as_char() });
        }
    }
}

/// The keys that a step's words announce, and where.
fn announced_in(script: &Script, id: StepId) -> Vec<(Digit, Spot)> {
    let mut keys = Vec::new();
    for (index, saying) in script.step(id).say.iter().enumerate() {
        let Part::Prompt(prompt) = &saying.part else { continue };
        let texts = script.texts.iter().filter_map(|(locale, texts)| texts.get(prompt).map(|text| (locale, text)));
        let heard: BTreeSet<Digit> = texts.flat_map(|(locale, text)| announced(locale, text)).collect();
        keys.extend(heard.into_iter().map(|key| (key, Spot::Say(id, index))));
    }
    keys
}

/// How many menus lie above each step, itself included, by the shortest way from where calls begin. Only a key pressed
/// in a menu leads a level down.
fn levels(graph: &Graph<'_>) -> BTreeMap<StepId, usize> {
    let menu = |id: StepId| matches!(&graph.script.step(id).act, Act::Ask(ask) if is_menu(graph.script, ask));
    let mut levels: BTreeMap<StepId, usize> = graph.entries.iter().map(|id| (*id, 1)).collect();
    loop {
        let mut changed = false;
        for edge in &graph.edges {
            let Some(level) = levels.get(&edge.from).copied() else { continue };
            let down = usize::from(menu(edge.from) && matches!(edge.why, Why::Key(_)));
            let known = levels.entry(edge.to).or_insert(usize::MAX);
            changed |= level + down < *known;
            *known = (level + down).min(*known);
        }
        if !changed {
            return levels;
        }
    }
}

/// Advertising where the caller has not pressed a key yet: in the opening, in what it leads to by itself or by speech,
/// and on the ladders.
pub(super) fn promotions(graph: &Graph<'_>, case: &mut Case<'_>) {
    let script = graph.script;
    for id in graph.reached([script.start], |edge| !matches!(edge.why, Why::Key(_))) {
        for (index, saying) in script.step(id).say.iter().enumerate() {
            if let Part::Prompt(prompt) = &saying.part {
                advertised(prompt, Spot::Say(id, index), case);
            }
        }
        if let Act::Ask(ask) = &script.step(id).act {
            let hints = [&ask.patience.invalid, &ask.patience.no_input];
            hints.into_iter().flatten().for_each(|prompt| advertised(prompt, Spot::Step(id), case));
        }
    }
    let greetings = script.greetings.iter().map(|greeting| &greeting.say).chain([&script.default_greeting]);
    greetings.enumerate().for_each(|(index, prompt)| advertised(prompt, Spot::Greeting(index), case));
    for (condition, ladder) in &script.line.ladders {
        for (index, rung) in ladder.rungs.iter().enumerate() {
            advertised(&rung.say, Spot::Rung(*condition, index), case);
        }
    }
}

fn advertised(prompt: &PromptId, spot: Spot, case: &mut Case<'_>) {
    if case.notes.is(prompt, Kind::Promotion) {
        case.report(spot, Fault::EarlyPromotion { prompt: prompt.clone() });
    }
}
