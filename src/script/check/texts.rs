//! The texts: there where they are needed, polite, and keeping what they promise.

use super::{Case, phrases};
use crate::{
    phone::Digit,
    script::{
        Locale, Part, PromptId, Script, StepId,
        load::nearest,
        notes::{Kind, Spot},
        problem::Fault,
        source::Place,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// Every prompt that is used has a text in every language.
pub(super) fn complete(script: &Script, case: &mut Case<'_>) {
    let mut missing: BTreeMap<PromptId, (Place, Vec<Locale>)> = BTreeMap::new();
    let whole = case.texts.iter().filter(|(locale, _)| !case.notes.damaged.contains(*locale));
    for (locale, texts) in whole {
        let mut told = BTreeSet::new();
        let used = case.notes.uses.iter();
        let used = used.filter(|(prompt, _)| !texts.contains_key(prompt) && !is_lent(script, locale, prompt));
        for (prompt, place) in used.filter(|(prompt, _)| told.insert(prompt.clone())).cloned() {
            missing.entry(prompt).or_insert_with(|| (place, Vec::new())).1.push(locale.clone());
        }
    }
    for (prompt, (place, locales)) in missing {
        let known = locales.iter().filter_map(|locale| case.texts.get(locale)).flat_map(BTreeMap::keys);
        let nearest = nearest(prompt.as_str(), known.map(PromptId::as_str));
        case.problems.add(place, Fault::NoText { prompt, locales, nearest });
    }
}

/// Whether the first language stands in for a prompt that is not there in `locale`. What is put
/// together of parts is said in one language: [`readable`].
pub(super) fn is_lent(script: &Script, locale: &Locale, prompt: &PromptId) -> bool {
    let there = script.texts.get(locale).is_some_and(|texts| texts.contains_key(prompt));
    script.falls_back(locale) && !there
}

/// Every value that is read out can be, in every language.
pub(super) fn readable(script: &Script, case: &mut Case<'_>) {
    let whole = case.texts.iter().filter(|(locale, _)| !case.notes.damaged.contains(*locale));
    for (locale, texts) in whole {
        for ReadOut { part, place, parts } in read_out(script, case, locale) {
            let (part, locale) = (part, locale.clone());
            let Some(parts) = parts else {
                case.problems.add(place, Fault::NoReading { part, locale });
                continue;
            };
            let missing: BTreeSet<PromptId> = parts.into_iter().filter(|id| !texts.contains_key(id)).collect();
            if !missing.is_empty() {
                case.problems.add(place, Fault::NoParts { part, locale, missing: missing.into_iter().collect() });
            }
        }
    }
}

/// A value that is read out.
struct ReadOut {
    /// As the script writes it: `$date:due`.
    part: String,
    place: Place,
    /// What it may be put together of; none: nobody here knows how that is said in this language.
    parts: Option<Vec<PromptId>>,
}

fn read_out(script: &Script, case: &Case<'_>, locale: &Locale) -> Vec<ReadOut> {
    let steps = script.steps.iter().enumerate();
    let said = steps.flat_map(|(step, read)| read.say.iter().enumerate().map(move |(say, saying)| (step, say, saying)));
    let read_out = said.filter_map(|(step, say, saying)| {
        let Part::Value { reading, of } = &saying.part else { return None };
        let place = case.notes.place(Spot::Say(StepId(step), say))?.clone();
        Some(ReadOut { part: format!("${}:{of}", reading.as_str()), place, parts: reading.parts(locale) })
    });
    read_out.collect()
}

/// Every prompt that a caller of this language may hear, and a place where it is used; parts of values only where they have
/// a text, because the others are told together.
pub(super) fn used(script: &Script, case: &Case<'_>, locale: &Locale) -> Vec<(PromptId, Place)> {
    let mut used = case.notes.uses.clone();
    let texts = case.texts.get(locale);
    for ReadOut { place, parts, .. } in read_out(script, case, locale) {
        let parts = parts.into_iter().flatten().filter(|id| texts.is_some_and(|texts| texts.contains_key(id)));
        used.extend(parts.map(|part| (part, place.clone())));
    }
    used
}

/// No text holds words that a caller must never hear.
pub(super) fn polite(case: &mut Case<'_>) {
    for (locale, texts) in case.texts {
        for (prompt, text) in texts {
            let Some(place) = case.notes.text(locale, prompt).cloned() else { continue };
            for (range, phrase) in phrases::forbidden(locale, text) {
                let at = text.get(range).map_or_else(|| place.clone(), |words| within(&place, words));
                case.problems.add(at, Fault::Forbidden { phrase });
            }
            for range in phrases::familiar(locale, text) {
                let at = text.get(range).map_or_else(|| place.clone(), |words| within(&place, words));
                case.problems.add(at, Fault::Familiar);
            }
        }
    }
}

/// Where `words` stand in a text that was written at `place`; the whole text where escapes hide them.
fn within(place: &Place, words: &str) -> Place {
    let written = place.file.text.get(place.span.clone()).unwrap_or_default();
    written.find(words).map_or_else(
        || place.clone(),
        |at| Place::new(&place.file, place.span.start + at..place.span.start + at + words.len()),
    )
}

/// Whether a prompt closes a call. A missing text is another problem's business; in a language that nobody here knows,
/// the catalogue's own word counts.
pub(super) fn closes(case: &Case<'_>, locale: &Locale, prompt: &PromptId) -> bool {
    if case.notes.is(prompt, Kind::Closing) {
        return true;
    }
    let Some(text) = case.texts.get(locale).and_then(|texts| texts.get(prompt)) else { return true };
    phrases::says_farewell(locale, text).unwrap_or(false)
}

/// The keys that a text tells callers to press.
pub(super) fn announced(locale: &Locale, text: &str) -> Vec<Digit> {
    phrases::announced_keys(locale, text).into_iter().filter_map(Digit::parse).collect()
}
