//! Digits that a caller keys in; with `read_back`, one more step that reads them to the caller and asks whether they are
//! right.

use super::{
    loader::Loader,
    reader::{Field, Section},
    step::required,
};
use crate::{
    phone::Digit,
    script::{
        Act, Ask, BargeIn, Choice, Collect, Part, Patience, PromptId, Reading, STANDARD_WAIT, Saying, StepId,
        ValueSource, notes::Spot, problem::Fault,
    },
};
use std::time::Duration;

/// Time to find the first key, and between keys: chosen, an old man reads his number off a paper.
const FIRST_DIGIT: Duration = Duration::from_secs(8);
const BETWEEN_DIGITS: Duration = STANDARD_WAIT;

/// How often digits are asked for where nothing is written; chosen, as a menu is said twice.
const TRIES: i64 = 2;

/// What is said before and after the digits that are read back, where nothing else is written.
const BEFORE: &str = "number_is";
const CONFIRM: &str = "confirm_key";

/// `collect = { into = …, length = …, end = …, first = …, between = …, tries = …, invalid = …, read_back = …, confirm = … }`.
pub(super) fn collect(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Option<Act> {
    let next = required(section, "next", loader).map(|field| loader.go(&field, Spot::Next(id)));
    let field = section.take("collect")?;
    let mut table = field.section(&mut loader.problems)?;
    let into = required(&mut table, "into", loader).and_then(|field| field.variable(&mut loader.problems));
    let give_up = required(&mut table, "give_up", loader).map(|field| loader.go(&field, Spot::GiveUp(id)));
    let length = required(&mut table, "length", loader).and_then(|field| field.length(&mut loader.problems));
    let end = table.take("end").map(|field| end(&field, length.as_ref().map(|l| l.start() == l.end()), loader));
    let first = table.take("first").and_then(|field| field.duration(&mut loader.problems));
    let between = table.take("between").and_then(|field| field.duration(&mut loader.problems));
    let tries = table.take("tries").and_then(|field| field.number(1, 10, &mut loader.problems)).unwrap_or(TRIES);
    let invalid = table.take("invalid").and_then(|field| loader.prompt(&field));
    let read_back = read_back(&mut table, loader);
    table.close(&mut loader.problems);
    let (into, next) = (into?, next?);
    let next = match read_back {
        Some(words) => confirm(id, &field, &into, words, next, loader),
        None => next,
    };
    Some(Act::Collect(Collect {
        into,
        length: length?,
        end: end.unwrap_or_else(|| Digit::parse('#')),
        first: first.unwrap_or(FIRST_DIGIT),
        between: between.unwrap_or(BETWEEN_DIGITS),
        tries: tries.unsigned_abs() as u32,
        invalid,
        next,
        give_up: give_up?,
    }))
}

/// A key, or `none`: then only an exact number of digits is an end.
fn end(field: &Field<'_>, exact: Option<bool>, loader: &mut Loader) -> Option<Digit> {
    if !field.is("none") {
        return field.digit(&mut loader.problems);
    }
    if exact == Some(false) {
        loader.problems.add(field.place(), Fault::NoEndKey);
    }
    None
}

/// The words around digits that are read back.
struct ReadBack {
    before: PromptId,
    confirm: PromptId,
}

/// `read_back = true`, or the prompt before the digits; `confirm` is the prompt after them.
fn read_back(table: &mut Section<'_>, loader: &mut Loader) -> Option<ReadBack> {
    let (field, confirm) = (table.take("read_back"), table.take("confirm"));
    let Some(field) = field else {
        if let Some(confirm) = confirm {
            loader.problems.add(confirm.name_place(), Fault::Misplaced { key: "confirm".into(), needs: "read_back" });
        }
        return None;
    };
    let wanted = !field.is_flag() || field.flag(&mut loader.problems)?;
    let before = match field.is_flag() {
        true => named(BEFORE, &field, loader),
        false => loader.prompt(&field)?,
    };
    let confirm = match confirm {
        Some(field) => loader.prompt(&field)?,
        None => named(CONFIRM, &field, loader),
    };
    wanted.then_some(ReadBack { before, confirm })
}

fn named(name: &str, field: &Field<'_>, loader: &mut Loader) -> PromptId {
    let prompt = PromptId::new(name);
    loader.used(&prompt, field.place());
    prompt
}

/// The step that reads digits back: 1 is right, 2 is once more, and silence is consent, as at the default callback.
fn confirm(id: StepId, field: &Field<'_>, into: &str, words: ReadBack, next: StepId, loader: &mut Loader) -> StepId {
    let prompt = |prompt| Saying { barge_in: loader.usual_barge_in(&prompt), part: Part::Prompt(prompt) };
    let before = prompt(words.before);
    let confirm = prompt(words.confirm);
    let digits = Part::Value { reading: Reading::Digits, of: ValueSource::Variable(into.to_owned()) };
    let digits = Saying { part: digits, barge_in: BargeIn::Key };
    let choices = [('1', Choice::Go(next)), ('2', Choice::Go(id))];
    let keys = choices.into_iter().filter_map(|(key, choice)| Some((Digit::parse(key)?, choice))).collect();
    let ask = Ask {
        keys,
        speech: None,
        wait: STANDARD_WAIT,
        no_input: Some(next),
        save: None,
        patience: Patience::default(),
    };
    let name = loader.names.iter().find(|(_, known)| **known == id).map_or_else(String::new, |(name, _)| name.clone());
    let step = loader.one_more(Spot::Step(id), name + ".read_back", vec![before, digits, confirm], Act::Ask(ask));
    loader.put(Spot::Step(step), field.name_place());
    loader.notes.read_backs.insert(step);
    step
}
