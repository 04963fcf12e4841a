//! The texts: there where they are needed, polite, and keeping what they promise.

use super::{Case, phrases};
use crate::{
    phone::Digit,
    script::{Locale, Part, PromptId, Script, digit_parts, load::nearest, notes::Kind, problem::Fault, source::Place},
};
use std::collections::{BTreeMap, BTreeSet};

/// Every prompt that is used has a text in every language.
pub(super) fn complete(script: &Script, case: &mut Case<'_>) {
    let mut missing: BTreeMap<PromptId, (Place, Vec<Locale>)> = BTreeMap::new();
    let whole = case.texts.iter().filter(|(locale, _)| !case.notes.damaged.contains(*locale));
    for (locale, texts) in whole {
        let mut told = BTreeSet::new();
        let used = used(script, case, locale).into_iter();
        let used = used.filter(|(prompt, _)| !texts.contains_key(prompt) && !is_lent(script, locale, prompt));
        for (prompt, place) in used.filter(|(prompt, _)| told.insert(prompt.clone())) {
            missing.entry(prompt).or_insert_with(|| (place, Vec::new())).1.push(locale.clone());
        }
    }
    for (prompt, (place, locales)) in missing {
        let known = locales.iter().filter_map(|locale| case.texts.get(locale)).flat_map(BTreeMap::keys);
        let nearest = nearest(prompt.as_str(), known.map(PromptId::as_str));
        case.problems.add(place, Fault::NoText { prompt, locales, nearest });
    }
}

/// Whether the first language stands in for a prompt that is not there in `locale`. Figures are read out in one language.
pub(super) fn is_lent(script: &Script, locale: &Locale, prompt: &PromptId) -> bool {
    let there = script.texts.get(locale).is_some_and(|texts| texts.contains_key(prompt));
    script.falls_back(locale) && !there && digit_parts(locale).all(|part| part != *prompt)
}

/// Every prompt that a caller of this language may hear, and a place where it is used.
pub(super) fn used(script: &Script, case: &Case<'_>, locale: &Locale) -> Vec<(PromptId, Place)> {
    let mut used = case.notes.uses.clone();
    let reads_digits = script.steps.iter().enumerate().find_map(|(step, read)| {
        let say = read.say.iter().position(|saying| matches!(saying.part, Part::Digits(_)))?;
        case.notes.place(crate::script::notes::Spot::Say(crate::script::StepId(step), say)).cloned()
    });
    if let Some(place) = reads_digits {
        used.extend(digit_parts(locale).map(|part| (part, place.clone())));
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
