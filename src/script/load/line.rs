//! The ladders: what is said on a bad line, and what follows.

use super::{
    loader::Loader,
    reader::{Field, Section, nearest},
};
use crate::{
    line::Condition,
    script::{
        BargeIn, Ladder, LineRules, OneWay, PromptId, Rung, STANDARD_WAIT, Then,
        notes::Spot,
        problem::{Fault, Shape},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// The conditions that words can help. `clear` needs none; tones are not spoken to.
const LADDERS: [Condition; 6] =
    [Condition::Silent, Condition::Noise, Condition::Faint, Condition::Noisy, Condition::Handsfree, Condition::Choppy];

/// Said before the last rung of `silent` where nothing else is written (service-script.md §1).
const LAST_CHANCE: &str = "faint_speak_up";

/// What `[line]` says; where it says nothing of a condition, what `standard` says.
pub(super) fn read(written: Option<Section<'_>>, standard: Option<Section<'_>>, loader: &mut Loader) -> LineRules {
    let mut rules =
        LineRules { ladders: BTreeMap::new(), last_chance: Some(PromptId::new(LAST_CHANCE)), one_way: None };
    let (mut settled, mut one_way_settled) = (BTreeSet::new(), false);
    if let Some(mut section) = written {
        rules.last_chance = last_chance(&mut section, loader);
        if let Some(field) = section.take("one_way") {
            one_way_settled = true;
            rules.one_way = one_way(&field, loader);
        }
        settled = ladders(&mut section, &mut rules, loader);
        for field in section.take_rest() {
            let nearest = nearest(field.name(), LADDERS.map(Condition::as_str));
            loader.problems.add(field.name_place(), Fault::UnknownCondition { name: field.name().into(), nearest });
        }
    }
    if let Some(mut section) = standard {
        if let Some(field) = section.take("one_way").filter(|_| !one_way_settled) {
            rules.one_way = loader.built_in(|loader| one_way(&field, loader));
        }
        for condition in LADDERS.into_iter().filter(|condition| !settled.contains(condition)) {
            if let Some(field) = section.take(condition.as_str()) {
                loader.built_in(|loader| ladder(condition, &field, &mut rules, loader));
            }
        }
    }
    check_references(&rules, loader);
    rules
}

/// Reads the ladders of `section`; the conditions it says anything about.
fn ladders(section: &mut Section<'_>, rules: &mut LineRules, loader: &mut Loader) -> BTreeSet<Condition> {
    let mut settled = BTreeSet::new();
    for condition in LADDERS {
        let Some(field) = section.take(condition.as_str()) else { continue };
        settled.insert(condition);
        if field.is_text() {
            field.word(&["off"], &mut loader.problems);
            continue;
        }
        ladder(condition, &field, rules, loader);
    }
    settled
}

fn last_chance(section: &mut Section<'_>, loader: &mut Loader) -> Option<PromptId> {
    let Some(field) = section.take("last_chance") else {
        return Some(PromptId::new(LAST_CHANCE));
    };
    if field.is_flag() {
        let on = field.flag(&mut loader.problems)?;
        return on.then(|| PromptId::new(LAST_CHANCE));
    }
    if !field.is_text() {
        field.wrong(Shape::TextOrFlag, &mut loader.problems);
        return None;
    }
    loader.prompt(&field)
}

/// `"off"`, or `{ words = 3, callback = "one_way_callback", no_number = "one_way_no_number" }`.
fn one_way(field: &Field<'_>, loader: &mut Loader) -> Option<OneWay> {
    if field.is_text() {
        field.word(&["off"], &mut loader.problems);
        return None;
    }
    loader.put(Spot::OneWay, field.name_place());
    let mut section = field.section(&mut loader.problems)?;
    let words = section.take("words").and_then(|field| field.number(1, 20, &mut loader.problems));
    let prompt = |field: Option<Field<'_>>, usual: &str, loader: &mut Loader| match field {
        Some(field) => loader.prompt(&field),
        None => Some(loader.own_prompt(usual)),
    };
    let callback = prompt(section.take("callback"), "one_way_callback", loader);
    let no_number = prompt(section.take("no_number"), "one_way_no_number", loader);
    section.close(&mut loader.problems);
    Some(OneWay { words: words.map_or(3, |words| words as u32), callback: callback?, no_number: no_number? })
}

fn ladder(condition: Condition, field: &Field<'_>, rules: &mut LineRules, loader: &mut Loader) {
    let Some(mut section) = field.section(&mut loader.problems) else { return };
    loader.put(Spot::Ladder(condition), field.name_place());
    let wait = loader.wait(section.take("wait"), Spot::LadderWait(condition));
    loader.reason(section.take("reason"), Spot::LadderWait(condition));
    let rungs = rungs(condition, &mut section, loader);
    let then = section.take("then").map_or(Then::HangUp, |field| then(condition, &field, loader));
    section.close(&mut loader.problems);
    rules.ladders.insert(condition, Ladder { wait, rungs, then });
}

fn rungs(condition: Condition, section: &mut Section<'_>, loader: &mut Loader) -> Vec<Rung> {
    let Some(field) = section.take("ladder") else {
        loader.problems.add(section.place(), Fault::Missing { key: "ladder" });
        return Vec::new();
    };
    let items = field.list(&mut loader.problems).unwrap_or_default();
    let mut rungs = Vec::new();
    for (index, item) in items.iter().enumerate() {
        loader.put(Spot::Rung(condition, index), item.place());
        rungs.extend(rung(condition, index, item, loader));
    }
    rungs
}

/// `"prompt"`, or `{ say = "prompt", wait = "5s", barge_in = "speech", consent = "1", reason = "…" }`.
fn rung(condition: Condition, index: usize, item: &Field<'_>, loader: &mut Loader) -> Option<Rung> {
    if item.is_text() {
        let say = loader.prompt(item)?;
        let barge_in = loader.usual_barge_in(&say);
        return Some(Rung { say, barge_in, wait: STANDARD_WAIT, consent: None });
    }
    if !item.is_table() {
        item.wrong(Shape::TextOrTable, &mut loader.problems);
        return None;
    }
    let mut section = item.section(&mut loader.problems)?;
    let say = section.take("say");
    if say.is_none() {
        loader.problems.add(item.place(), Fault::Missing { key: "say" });
    }
    let say = say.and_then(|field| loader.prompt(&field));
    let wait = loader.wait(section.take("wait"), Spot::RungWait(condition, index));
    loader.reason(section.take("reason"), Spot::RungWait(condition, index));
    let barge_in: Option<BargeIn> = section.take("barge_in").and_then(|field| field.barge_in(&mut loader.problems));
    let consent = section.take("consent").and_then(|field| field.digit(&mut loader.problems));
    section.close(&mut loader.problems);
    let say = say?;
    let barge_in = barge_in.unwrap_or_else(|| loader.usual_barge_in(&say));
    Some(Rung { say, barge_in, wait, consent })
}

/// `hang_up`, `line.<condition>` or the name of a step.
fn then(of: Condition, field: &Field<'_>, loader: &mut Loader) -> Then {
    let spot = Spot::Then(of);
    if field.is("hang_up") {
        return Then::HangUp;
    }
    let Some(name) = field.suffix("line.") else {
        return Then::Go(loader.step(field, spot, &["hang_up"]));
    };
    loader.put(spot, field.place());
    let condition = LADDERS.into_iter().find(|condition| condition.as_str() == name);
    if condition.is_none() {
        let nearest = nearest(name, LADDERS.map(Condition::as_str));
        loader.problems.add(field.place(), Fault::UnknownCondition { name: name.into(), nearest });
    }
    condition.map_or_else(|| Then::Go(loader.nowhere(spot)), Then::Ladder)
}

/// A ladder that goes on with another needs the other to be there.
fn check_references(rules: &LineRules, loader: &mut Loader) {
    for (condition, ladder) in &rules.ladders {
        let Then::Ladder(next) = ladder.then else { continue };
        if !rules.ladders.contains_key(&next) {
            loader.report(Spot::Then(*condition), Fault::NoLadder { condition: next });
        }
    }
}
