//! What a script says of itself: language, clock, greetings, limits, and the words outside any step.

use super::{
    Texts,
    loader::Loader,
    reader::{Field, Section},
    value::{is_locale, is_prompt_name},
};
use crate::line::{Condition, Thresholds};
use crate::script::{
    BargeIn, Greeting, Limits, Locale, PromptId, StepId, Words,
    notes::Spot,
    problem::{Fault, Problems, Shape},
};
use std::collections::BTreeMap;

/// The hotline's name, for logs and screens.
pub(super) fn name(general: &mut Section<'_>, loader: &mut Loader) -> String {
    let name = general.take("name").and_then(|field| field.text(&mut loader.problems));
    name.unwrap_or("hotline").into()
}

/// The step that is the human being.
pub(super) fn agent(general: &mut Section<'_>, loader: &mut Loader) -> StepId {
    if let Some(field) = general.take("agent") {
        return loader.go(&field, Spot::Agent);
    }
    loader.find("agent").unwrap_or_else(|| {
        loader.problems.add(general.place(), Fault::NoAgentStep { name: "agent".into() });
        loader.nowhere(Spot::Agent)
    })
}

pub(super) fn record(general: &mut Section<'_>, loader: &mut Loader) -> bool {
    let Some(field) = general.take("record") else { return false };
    loader.notes.put(Spot::Record, field.place());
    field.flag(&mut loader.problems).unwrap_or(false)
}

/// Whether what another language lacks is heard in the first one.
pub(super) fn fallback(general: &mut Section<'_>, loader: &mut Loader) -> bool {
    general.take("fallback").and_then(|field| field.flag(&mut loader.problems)).unwrap_or(false)
}

/// The language calls begin in; where nothing is written, the only catalogue there is, or Mandarin.
pub(super) fn locale(general: &mut Section<'_>, texts: &Texts, loader: &mut Loader) -> Locale {
    let usual = || match texts.len() {
        1 => texts.keys().next().cloned().unwrap_or_else(|| "zh-CN".into()),
        _ => "zh-CN".into(),
    };
    let field = general.take("locale");
    let written = field.as_ref().and_then(|field| field.text(&mut loader.problems));
    let locale = written.map_or_else(usual, Into::into);
    let place = field.map_or_else(|| general.place(), |field| field.place());
    if !is_locale(&locale) {
        loader.problems.add(place, Fault::BadLocale { text: locale.to_string() });
    } else if !texts.contains_key(&locale) {
        loader.problems.add(place, Fault::NoCatalogue { locale: locale.clone() });
    }
    locale
}

/// Where nothing is written, the zone of every mainland hotline.
pub(super) fn timezone(general: &mut Section<'_>, loader: &mut Loader) -> jiff::tz::TimeZone {
    let field = general.take("timezone");
    let written = field.as_ref().and_then(|field| field.text(&mut loader.problems));
    let name = written.unwrap_or("Asia/Shanghai");
    jiff::tz::TimeZone::get(name).unwrap_or_else(|_| {
        let place = field.map_or_else(|| general.place(), |field| field.place());
        loader.problems.add(place, Fault::BadTimezone { text: name.into() });
        jiff::tz::TimeZone::UTC
    })
}

pub(super) fn default_greeting(general: &mut Section<'_>, loader: &mut Loader) -> PromptId {
    let written = general.take("greeting").and_then(|field| loader.prompt(&field));
    written.unwrap_or_else(|| loader.own_prompt("welcome"))
}

pub(super) fn greetings(field: Option<Field<'_>>, loader: &mut Loader) -> Vec<Greeting> {
    let Some(field) = field else { return Vec::new() };
    let items = field.list(&mut loader.problems).unwrap_or_default();
    let mut greetings = Vec::new();
    for item in &items {
        if let Some(greeting) = greeting(item, loader) {
            loader.put(Spot::Greeting(greetings.len()), item.place());
            greetings.push(greeting);
        }
    }
    greetings
}

fn greeting(item: &Field<'_>, loader: &mut Loader) -> Option<Greeting> {
    if !item.is_table() {
        item.wrong(Shape::TableList, &mut loader.problems);
        return None;
    }
    let mut section = item.section(&mut loader.problems)?;
    let dates = section.take("dates").and_then(|field| field.dates(&mut loader.problems));
    let hours = section.take("hours").and_then(|field| field.hours(&mut loader.problems));
    let say = section.take("say");
    if say.is_none() {
        loader.problems.add(item.place(), Fault::Missing { key: "say" });
    }
    let say = say.and_then(|field| loader.prompt(&field));
    section.close(&mut loader.problems);
    Some(Greeting { dates, hours, say: say? })
}

pub(super) fn barge_ins(section: Option<Section<'_>>, loader: &mut Loader) -> BTreeMap<PromptId, BargeIn> {
    let fields = section.map(|mut section| section.take_rest()).unwrap_or_default();
    let mut table = BTreeMap::new();
    for field in fields {
        if !is_prompt_name(field.name()) {
            loader.problems.add(field.name_place(), Fault::BadPromptName { text: field.name().into() });
        } else if let Some(barge_in) = field.barge_in(&mut loader.problems) {
            loader.used(&PromptId::new(field.name()), field.name_place());
            table.insert(PromptId::new(field.name()), barge_in);
        }
    }
    table
}

pub(super) fn limits(section: Option<Section<'_>>, loader: &mut Loader) -> Limits {
    let mut limits = Limits::default();
    let Some(mut section) = section else { return limits };
    let mut limit = |key, least, into: &mut u32| {
        if let Some(number) = section.take(key).and_then(|field| field.number(least, 20, &mut loader.problems)) {
            *into = number.unsigned_abs() as u32;
        }
    };
    limit("wrong_keys", 1, &mut limits.wrong_keys);
    limit("repeats", 0, &mut limits.repeats);
    limit("no_input", 0, &mut limits.no_input);
    limit("ladders", 1, &mut limits.ladders);
    section.close(&mut loader.problems);
    limits
}

/// From where on a line is called bad; what is not written is the listener's own.
pub(super) fn hearing(section: Option<Section<'_>>, loader: &mut Loader) -> Thresholds {
    let mut hearing = Thresholds::default();
    let Some(mut section) = section else { return hearing };
    let mut figure = |key, unit, range, into: &mut f32| {
        if let Some(figure) = section.take(key).and_then(|field| field.figure(unit, range, &mut loader.problems)) {
            *into = figure;
        }
    };
    figure("faint", "dBov", Thresholds::LEVELS, &mut hearing.faint_dbov);
    figure("handsfree", "dBov", Thresholds::LEVELS, &mut hearing.handsfree_dbov);
    figure("noisy", "dB", Thresholds::RATIOS, &mut hearing.noisy_db);
    figure("noise", "dBov", Thresholds::LEVELS, &mut hearing.noise_dbov);
    if let Some(field) = section.take("order") {
        hearing.order = order(&field, &mut loader.problems);
    }
    section.close(&mut loader.problems);
    hearing
}

/// The names of [`Thresholds::ORDER`].
const AT_ONCE: [&str; 4] = ["choppy", "noisy", "handsfree", "faint"];

/// Conditions in the order written; those that are not come after them in the usual one.
fn order(field: &Field<'_>, problems: &mut Problems) -> [Condition; 4] {
    let mut order = Vec::with_capacity(AT_ONCE.len());
    for item in field.one_or_list(problems) {
        let Some(condition) = item.word(&AT_ONCE, problems).and_then(Condition::parse) else { continue };
        if order.contains(&condition) {
            problems.add(item.place(), Fault::WordTwice { word: condition.as_str() });
        } else {
            order.push(condition);
        }
    }
    let left = Thresholds::ORDER.into_iter().filter(|condition| !order.contains(condition)).collect::<Vec<_>>();
    order.extend(left);
    order.try_into().unwrap_or(Thresholds::ORDER)
}

pub(super) fn words(section: Option<Section<'_>>, agent: StepId, loader: &mut Loader) -> Words {
    let mut section = section;
    let mut word = |key, usual| {
        let field = section.as_mut().and_then(|section| section.take(key));
        if let Some(field) = &field {
            loader.put(Spot::Word(key), field.place());
        }
        field.and_then(|field| loader.prompt(&field)).unwrap_or_else(|| loader.own_prompt(usual))
    };
    let (invalid, no_input) = (word("invalid", "menu_invalid"), word("no_input", "menu_no_input"));
    let (busy, error, goodbye) =
        (word("busy", "capacity_busy"), word("error", "system_error"), word("goodbye", "goodbye"));
    let louder = word("louder", "louder_apology");
    let wait = section.as_mut().and_then(|section| section.take("wait"));
    let wait = loader.wait(wait, Spot::WordsWait);
    let reason = section.as_mut().and_then(|section| section.take("reason"));
    loader.reason(reason, Spot::WordsWait);
    if let Some(section) = section {
        section.close(&mut loader.problems);
    }
    Words { invalid, no_input, busy, error, louder, goodbye, agent, wait }
}
