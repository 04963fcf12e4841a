//! The steps that go on at once: branches, splits, languages and variables.

use super::{
    loader::Loader,
    reader::{Field, Section, nearest},
    step::required,
    value::{is_locale, is_variable_name},
};
use crate::script::{
    Act, Branch, Share, Split, StepId,
    branch::{Line, When},
    callers::NumberPattern,
    notes::Spot,
    problem::{Fault, Shape},
};
use std::collections::BTreeMap;

/// `branch = [ { hours = "work", go = "welcome" } ]` and `otherwise = "after_hours"`.
pub(super) fn branch(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Option<Act> {
    let otherwise = required(section, "otherwise", loader).map(|field| loader.go(&field, Spot::Otherwise(id)));
    let items = section.take("branch")?.list(&mut loader.problems)?;
    let mut lines = Vec::new();
    for item in &items {
        let index = lines.len();
        loader.put(Spot::Line(id, index), item.place());
        lines.extend(line(id, index, item, loader));
    }
    Some(Act::Branch(Branch { lines, otherwise: otherwise? }))
}

fn line(id: StepId, index: usize, item: &Field<'_>, loader: &mut Loader) -> Option<Line> {
    let mut section = table(item, loader)?;
    let before = loader.problems.len();
    let go = required(&mut section, "go", loader).map(|field| loader.go(&field, Spot::LineGo(id, index)));
    let mut when = Vec::new();
    when.extend(section.take("hours").and_then(|field| hours(&field, loader)));
    let dates = section.take("dates").and_then(|field| field.dates(&mut loader.problems));
    when.extend(dates.map(|(first, last)| When::Dates(first, last)));
    when.extend(callers(&mut section, loader));
    when.extend(variable(id, index, &mut section, loader));
    when.extend(section.take("language").and_then(|field| locale(&field, loader)).map(When::Language));
    section.close(&mut loader.problems);
    if when.is_empty() && !loader.problems.any_since(before) {
        loader.problems.add(item.place(), Fault::NoCondition);
    }
    Some(Line { when, go: go? })
}

fn table<'a>(item: &Field<'a>, loader: &mut Loader) -> Option<Section<'a>> {
    if !item.is_table() {
        item.wrong(Shape::TableList, &mut loader.problems);
        return None;
    }
    item.section(&mut loader.problems)
}

fn hours(field: &Field<'_>, loader: &mut Loader) -> Option<When> {
    let name = field.text(&mut loader.problems)?;
    let hours = loader.hours.get(name).cloned();
    if hours.is_none() {
        let nearest = nearest(name, loader.hours.keys().map(String::as_str));
        loader.problems.add(field.place(), Fault::UnknownHours { name: name.into(), nearest });
    }
    hours.map(When::Hours)
}

fn callers(section: &mut Section<'_>, loader: &mut Loader) -> Vec<When> {
    let caller = section.take("caller").map(|field| When::Caller(numbers(&field, loader)));
    let listed = section.take("caller_in").and_then(|field| listed(&field, loader));
    let known = section.take("caller_known").and_then(|field| field.flag(&mut loader.problems));
    [caller, listed, known.map(When::CallerKnown)].into_iter().flatten().collect()
}

/// Numbers and beginnings of numbers. What is wrong with one is told without it: it may be somebody's.
pub(super) fn numbers(field: &Field<'_>, loader: &mut Loader) -> Vec<NumberPattern> {
    let mut numbers = Vec::new();
    for item in field.one_or_list(&mut loader.problems) {
        let Some(text) = item.text(&mut loader.problems) else { continue };
        match NumberPattern::parse(text) {
            Some(number) => numbers.push(number),
            None => loader.problems.add(item.place(), Fault::BadCaller),
        }
    }
    numbers
}

fn listed(field: &Field<'_>, loader: &mut Loader) -> Option<When> {
    let name = field.text(&mut loader.problems)?;
    let list = loader.callers.get(name).cloned();
    if list.is_none() {
        let nearest = nearest(name, loader.callers.keys().map(String::as_str));
        loader.problems.add(field.place(), Fault::UnknownCallers { name: name.into(), nearest });
    }
    list.map(When::Caller)
}

/// `variable` with `is`, `is_not` or `set`, or several of them.
fn variable(id: StepId, index: usize, section: &mut Section<'_>, loader: &mut Loader) -> Vec<When> {
    let tests = ["is", "is_not", "set"];
    let Some(field) = section.take("variable") else {
        for field in tests.into_iter().filter_map(|key| section.take(key)) {
            let fault = Fault::Misplaced { key: field.name().into(), needs: "variable" };
            loader.problems.add(field.name_place(), fault);
        }
        return Vec::new();
    };
    loader.put(Spot::LineVariable(id, index), field.place());
    let name = field.readable(&mut loader.problems);
    if section.present(&tests).is_empty() {
        loader.problems.add(field.place(), Fault::NoTest);
    }
    let set = section.take("set").and_then(|field| field.flag(&mut loader.problems));
    let is = section.take("is").map(|field| field.contents(&mut loader.problems));
    let is_not = section.take("is_not").map(|field| field.contents(&mut loader.problems));
    let Some(name) = name else { return Vec::new() };
    let set = set.map(|set| When::Set(name.clone(), set));
    let is = is.map(|texts| When::Is(name.clone(), texts));
    let is_not = is_not.map(|texts| When::IsNot(name.clone(), texts));
    [set, is, is_not].into_iter().flatten().collect()
}

fn locale(field: &Field<'_>, loader: &mut Loader) -> Option<crate::script::Locale> {
    let text = field.text(&mut loader.problems)?;
    let known = loader.locales.get(text).cloned();
    match &known {
        Some(_) => {}
        None if !is_locale(text) => loader.problems.add(field.place(), Fault::BadLocale { text: text.into() }),
        None => loader.problems.add(field.place(), Fault::NoCatalogue { locale: text.into() }),
    }
    known
}

/// `split = [ { share = 50, go = "a", name = "warm" }, … ]`.
pub(super) fn split(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Option<Act> {
    let field = section.take("split")?;
    let mut ways = Vec::new();
    let before = loader.problems.len();
    for item in field.list(&mut loader.problems)? {
        loader.put(Spot::Share(id, ways.len()), item.place());
        ways.extend(share(id, ways.len(), &item, loader));
    }
    if loader.problems.any_since(before) {
        return None;
    }
    let sum: u32 = ways.iter().map(|way| way.share).sum();
    if sum != 100 {
        loader.problems.add(field.place(), Fault::BadShares { sum });
    }
    Some(Act::Split(Split { ways }))
}

fn share(id: StepId, index: usize, item: &Field<'_>, loader: &mut Loader) -> Option<Share> {
    let mut section = table(item, loader)?;
    let share = required(&mut section, "share", loader);
    let share = share.and_then(|field| field.number(1, 100, &mut loader.problems));
    let go = required(&mut section, "go", loader);
    let usual = go.as_ref().and_then(|field| field.suffix("")).unwrap_or_default();
    let go = go.map(|field| loader.go(&field, Spot::Share(id, index)));
    let name = section.take("name").and_then(|field| field.text(&mut loader.problems)).unwrap_or(usual).to_owned();
    section.close(&mut loader.problems);
    Some(Share { share: share?.unsigned_abs() as u32, name, go: go? })
}

/// `language = "en"` and `next`.
pub(super) fn language(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Option<Act> {
    let next = required(section, "next", loader).map(|field| loader.go(&field, Spot::Next(id)));
    let locale = section.take("language").and_then(|field| locale(&field, loader));
    Some(Act::Language { locale: locale?, next: next? })
}

/// `set = { vip = "yes" }` and `next`.
pub(super) fn set(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Option<Act> {
    let next = required(section, "next", loader).map(|field| loader.go(&field, Spot::Next(id)));
    let field = section.take("set")?;
    let fields = field.section(&mut loader.problems)?.take_rest();
    if fields.is_empty() {
        loader.problems.add(field.place(), Fault::Empty { key: "set".into() });
    }
    let mut values = BTreeMap::new();
    for field in fields {
        if !is_variable_name(field.name()) {
            loader.problems.add(field.name_place(), Fault::BadVariable { text: field.name().into() });
        } else if let Some(text) = field.content(&mut loader.problems) {
            values.insert(field.name().to_owned(), text);
        }
    }
    Some(Act::Set { values, next: next? })
}
