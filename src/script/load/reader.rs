//! Walks a TOML file key by key, remembering where everything was written; what nobody asked for is a problem.

use crate::script::{
    problem::{Fault, Problems, Shape},
    source::{Place, SourceFile},
};
use std::{ops::Range, sync::Arc};
use toml::de::{DeTable, DeValue};

/// A table being read. [`Section::close`] reports the keys that were never asked for.
pub(super) struct Section<'a> {
    file: &'a Arc<SourceFile>,
    at: Range<usize>,
    entries: Vec<Field<'a>>,
    known: Vec<&'static str>,
}

/// A key and its value.
#[derive(Clone)]
pub(super) struct Field<'a> {
    file: &'a Arc<SourceFile>,
    name: &'a str,
    name_at: Range<usize>,
    value: &'a DeValue<'a>,
    value_at: Range<usize>,
}

impl<'a> Section<'a> {
    pub(super) fn of(file: &'a Arc<SourceFile>, table: &'a DeTable<'a>, at: Range<usize>) -> Self {
        let field = |(key, value): (&'a toml::Spanned<_>, &'a toml::Spanned<_>)| Field::of(file, key, value);
        Self { file, at, entries: table.iter().map(field).collect(), known: Vec::new() }
    }

    /// A table of nothing in the place of this one.
    pub(super) fn empty(&self) -> Self {
        Self { file: self.file, at: self.at.clone(), entries: Vec::new(), known: Vec::new() }
    }

    /// Where the table itself stands, for what is missing in it.
    pub(super) fn place(&self) -> Place {
        Place::new(self.file, self.at.clone())
    }

    /// The field called `key`, taken out.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Field<'a>> {
        self.known.push(key);
        let index = self.entries.iter().position(|field| field.name == key)?;
        Some(self.entries.remove(index))
    }

    /// Whether a field called `key` is still there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|field| field.name == key)
    }

    /// Which of `keys` are there, in the order in which they were written.
    pub(super) fn present(&self, keys: &[&'static str]) -> Vec<&'static str> {
        self.entries.iter().filter_map(|field| keys.iter().find(|key| **key == field.name).copied()).collect()
    }

    /// Where the key called `key` stands.
    pub(super) fn place_of(&self, key: &str) -> Place {
        self.entries.iter().find(|field| field.name == key).map_or_else(|| self.place(), Field::name_place)
    }

    /// Every field that is left, taken out: for tables whose keys are the operators' own names.
    pub(super) fn take_rest(&mut self) -> Vec<Field<'a>> {
        std::mem::take(&mut self.entries)
    }

    /// Reports what is left.
    pub(super) fn close(self, problems: &mut Problems) {
        for field in &self.entries {
            let nearest = nearest(field.name, self.known.iter().copied());
            problems.add(field.name_place(), Fault::UnknownKey { key: field.name.into(), nearest });
        }
    }
}

impl<'a> Field<'a> {
    fn of(
        file: &'a Arc<SourceFile>,
        key: &'a toml::Spanned<std::borrow::Cow<'a, str>>,
        value: &'a toml::Spanned<DeValue<'a>>,
    ) -> Self {
        Self { file, name: key.get_ref(), name_at: key.span(), value: value.get_ref(), value_at: value.span() }
    }

    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    pub(super) fn name_place(&self) -> Place {
        Place::new(self.file, self.name_at.clone())
    }

    /// Where the value stands.
    pub(super) fn place(&self) -> Place {
        Place::new(self.file, self.value_at.clone())
    }

    pub(super) fn wrong(&self, wanted: Shape, problems: &mut Problems) {
        problems.add(self.place(), Fault::WrongType { key: self.name.into(), wanted });
    }

    pub(super) fn is_text(&self) -> bool {
        self.value.is_str()
    }

    /// Whether it is this text.
    pub(super) fn is(&self, text: &str) -> bool {
        self.value.as_str() == Some(text)
    }

    /// What follows `prefix` in a text that begins so.
    pub(super) fn suffix(&self, prefix: &str) -> Option<&'a str> {
        self.value.as_str()?.strip_prefix(prefix)
    }

    /// The digits of a whole number.
    pub(super) fn as_integer(&self) -> Option<&'a str> {
        self.value.as_integer().map(|number| number.as_str())
    }

    pub(super) fn is_flag(&self) -> bool {
        self.value.is_bool()
    }

    pub(super) fn is_empty_list(&self) -> bool {
        self.value.as_array().is_some_and(|values| values.is_empty())
    }

    pub(super) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// A text that is not empty.
    pub(super) fn text(&self, problems: &mut Problems) -> Option<&'a str> {
        match self.value.as_str() {
            None => self.wrong(Shape::Text, problems),
            Some(text) if text.trim().is_empty() => problems.add(self.place(), Fault::Empty { key: self.name.into() }),
            Some(text) => return Some(text),
        }
        None
    }

    pub(super) fn flag(&self, problems: &mut Problems) -> Option<bool> {
        let flag = self.value.as_bool();
        if flag.is_none() {
            self.wrong(Shape::Flag, problems);
        }
        flag
    }

    /// `true`; `false` is no answer here.
    pub(super) fn word_true(&self, problems: &mut Problems) -> bool {
        let flag = self.value.as_bool() == Some(true);
        if !flag {
            self.wrong(Shape::TextOrFlag, problems);
        }
        flag
    }

    /// A whole number from `least` to `most`.
    pub(super) fn number(&self, least: i64, most: i64, problems: &mut Problems) -> Option<i64> {
        let DeValue::Integer(digits) = self.value else {
            self.wrong(Shape::Number, problems);
            return None;
        };
        let number = i64::from_str_radix(digits.as_str(), digits.radix()).ok();
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            problems.add(self.place(), Fault::NumberRange { least, most });
        }
        number
    }

    /// Every text in it, at any depth; those said are left out.
    pub(super) fn texts(&self) -> Vec<&'a str> {
        let mut texts = Vec::new();
        gather(self.value, &mut texts);
        texts
    }

    pub(super) fn section(&self, problems: &mut Problems) -> Option<Section<'a>> {
        let DeValue::Table(table) = self.value else {
            self.wrong(Shape::Table, problems);
            return None;
        };
        Some(Section::of(self.file, table, self.name_at.clone()))
    }

    /// The values of a list, each under this field's name; none may be missing.
    pub(super) fn list(&self, problems: &mut Problems) -> Option<Vec<Self>> {
        let DeValue::Array(values) = self.value else {
            self.wrong(Shape::List, problems);
            return None;
        };
        if values.is_empty() {
            problems.add(self.place(), Fault::Empty { key: self.name.into() });
            return None;
        }
        Some(values.iter().map(|value| self.item(value)).collect())
    }

    /// The values of a list, or the one value that stands for a list of one.
    pub(super) fn one_or_list(&self, problems: &mut Problems) -> Vec<Self> {
        match self.value {
            DeValue::Array(_) => self.list(problems).unwrap_or_default(),
            _ => vec![self.clone()],
        }
    }

    fn item(&self, value: &'a toml::Spanned<DeValue<'a>>) -> Self {
        let at = value.span();
        Self { name_at: at.clone(), value: value.get_ref(), value_at: at, ..self.clone() }
    }
}

/// Keys whose texts are prompts.
const SAID: [&str; 8] =
    ["say", "invalid", "invalid_prompt", "no_input_prompt", "thanks", "wait_prompt", "read_back", "confirm"];

fn gather<'a>(value: &'a DeValue<'a>, into: &mut Vec<&'a str>) {
    match value {
        DeValue::String(text) => into.push(text),
        DeValue::Array(values) => values.iter().for_each(|value| gather(value.get_ref(), into)),
        DeValue::Table(table) => {
            let said = |key: &str| SAID.contains(&key);
            let fields = table.iter().filter(|(key, _)| !said(key.get_ref()));
            fields.for_each(|(_, value)| gather(value.get_ref(), into));
        }
        _ => {}
    }
}

/// The name most like `name`, if any is like it enough to be what was meant.
pub(in crate::script) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<String> {
    known
        .into_iter()
        .map(|known| (strsim::jaro_winkler(&name.to_lowercase(), known), known))
        .filter(|(likeness, _)| *likeness >= LIKE_ENOUGH)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known.into())
}

/// Jaro–Winkler likeness from which a name is suggested. Chosen: `ladr`–`ladder` and `complant`–`complaint` are above,
/// `wait`–`save` and `keys`–`say` below.
const LIKE_ENOUGH: f64 = 0.8;
