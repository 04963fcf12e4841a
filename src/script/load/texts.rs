//! The catalogues: one file a language, one text a prompt.

use super::{
    reader::{Field, Section},
    value::is_prompt_name,
};
use crate::script::{
    Locale, PromptId,
    notes::{Entry, Kind, Notes},
    problem::{Fault, Problems, Shape},
};
use std::collections::BTreeMap;

/// The texts of one language.
pub(super) fn read(
    locale: &Locale,
    mut section: Section<'_>,
    notes: &mut Notes,
    problems: &mut Problems,
) -> BTreeMap<PromptId, String> {
    let mut texts = BTreeMap::new();
    for field in section.take_rest() {
        if !is_prompt_name(field.name()) {
            problems.add(field.name_place(), Fault::BadPromptName { text: field.name().into() });
            continue;
        }
        let prompt = PromptId::new(field.name());
        if let Some((text, entry)) = entry(&field, problems) {
            notes.entries.insert((locale.clone(), prompt.clone()), entry);
            texts.insert(prompt, text);
        }
    }
    texts
}

/// `"text"`, or `{ text = "text", kind = "promotion" }`.
fn entry(field: &Field<'_>, problems: &mut Problems) -> Option<(String, Entry)> {
    if field.is_text() {
        let text = field.text(problems)?;
        return Some((text.into(), Entry { place: field.place(), kind: Kind::Plain }));
    }
    if !field.is_table() {
        field.wrong(Shape::TextOrTable, problems);
        return None;
    }
    let mut section = field.section(problems)?;
    let kind = section.take("kind").and_then(|kind| kind.word(&["promotion", "closing"], problems));
    let kind = match kind {
        Some("promotion") => Kind::Promotion,
        Some(_) => Kind::Closing,
        None => Kind::Plain,
    };
    let Some(text) = section.take("text") else {
        problems.add(field.name_place(), Fault::Missing { key: "text" });
        section.close(problems);
        return None;
    };
    section.close(problems);
    Some((text.text(problems)?.into(), Entry { place: text.place(), kind }))
}
