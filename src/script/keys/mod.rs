//! Every key of the operators' files in one table: what it takes, its default, its range, and why, in Chinese and English.
//! The schema for editors is made from it, and so is the operators' guide; a test holds it against the loader.

mod beside;
mod golden;
mod outside;
mod reference;
mod schema;
mod sections;
mod steps;
mod table;
#[cfg(test)]
mod tests;

pub use reference::reference;
pub use schema::schema;
pub use sections::{About, sections};

/// A key of a file.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The section it stands in: `hotline`, `step.*`; empty: the file itself. Sections of other files than `hotline.toml`
    /// begin with the file's name.
    pub section: &'static str,
    /// Its name; `*`: a name of the operators' own.
    pub name: &'static str,
    /// What it takes.
    pub form: Form,
    /// What holds where it is not written, as it would be written; none: nothing does, or it has to be written.
    pub default: Option<&'static str>,
    /// Whether it has to be written.
    pub required: bool,
    /// What it is for, 中文.
    pub zh: &'static str,
    /// What it is for, English.
    pub en: &'static str,
}

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// A text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A whole number of this range.
    Number(i64, i64),
    /// A time with its unit, from the one to the other.
    Time(&'static str, &'static str),
    /// A figure with this unit, of this range.
    Figure(&'static str, i64, i64),
    /// The name of a step.
    Step,
    /// The name of a prompt.
    Prompt,
    /// A key of a telephone.
    Digit,
    /// The name of a variable.
    Variable,
    /// A day, or the first and the last of several.
    Dates,
    /// Times of day, from and to.
    Hours,
    /// A number of digits, or the least and the most.
    Length,
    /// A section of this name.
    Section(&'static str),
    /// Any number of sections of this name, under names of the operators' own.
    Named(&'static str),
    /// A list of sections of this name.
    List(&'static str),
    /// A list of values of this form.
    Each(&'static Form),
    /// Values of this form under names of the operators' own.
    Map(&'static Form),
    /// A value of this form, or a list of them.
    OneOrMore(&'static Form),
    /// Any of these.
    Any(&'static [Form]),
}

impl Key {
    const fn new(section: &'static str, name: &'static str, form: Form, zh: &'static str, en: &'static str) -> Self {
        Self { section, name, form, default: None, required: false, zh, en }
    }

    const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    const fn needed(self) -> Self {
        Self { required: true, ..self }
    }
}

/// A wait: nobody wants ten minutes of silence on a telephone.
const WAIT: Form = Form::Time("0s", "10m");

/// Every key, section by section.
pub fn keys() -> impl Iterator<Item = &'static Key> {
    table::KEYS.iter().chain(&steps::KEYS).chain(&outside::KEYS).chain(&golden::KEYS)
}

/// The keys of a section.
pub fn of(section: &str) -> impl Iterator<Item = &'static Key> {
    keys().filter(move |key| key.section == section)
}
