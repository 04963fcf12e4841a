//! Reading out: values as sequences of recorded parts, as native speakers say them.
//!
//! [`Reading::aloud`] takes what stands in a variable, sees what it means ([`value`]) and puts it into the words of a
//! language (`mandarin`, `english`). What a language does not know, or a value that cannot be read so, is `None`: it is left
//! out of the announcement, and the call's journal says so.

mod english;
mod mandarin;
mod telephone;
mod value;

use super::PromptId;
use value::Value;

/// A way to read a value out, as scripts write it: `$number:var`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// Figure by figure, as a telephone number: `13` 幺三.
    Digits,
    /// As a telephone number, in groups with a pause between them.
    Phone,
    /// As a number, up to 999 999 999 999 and with up to 6 decimals.
    Number,
    /// As an amount of money in yuan, to the fen.
    Amount,
    /// As a share: `25` 百分之二十五.
    Percent,
    /// As a time of day.
    Time,
    /// As a date.
    Date,
    /// The day of the week of a date.
    Weekday,
    /// As a duration in minutes.
    Minutes,
    /// The whole sentence that says how long callers wait, in minutes.
    Wait,
    /// The whole sentence that says a caller's place in a queue.
    Position,
}

/// Which value is read out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueSource {
    /// The call's clock (`now`).
    Now,
    /// What stands in this variable.
    Variable(String),
}

impl std::fmt::Display for ValueSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Now => f.write_str("now"),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// Silence between the groups of a telephone number: `audio/common/pause.wav`. A sound and no word: without it numbers are
/// read out in one go.
pub const PAUSE: &str = "pause";

/// Places in a queue that have sentences of their own, `queue_position_1` to this; beyond, it is put together of parts.
const OWN_POSITIONS: u64 = 10;

impl Reading {
    /// Every way.
    pub const ALL: [Self; 11] = [
        Self::Digits,
        Self::Phone,
        Self::Number,
        Self::Amount,
        Self::Percent,
        Self::Time,
        Self::Date,
        Self::Weekday,
        Self::Minutes,
        Self::Wait,
        Self::Position,
    ];

    /// Its name in scripts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::Phone => "phone",
            Self::Number => "number",
            Self::Amount => "amount",
            Self::Percent => "percent",
            Self::Time => "time",
            Self::Date => "date",
            Self::Weekday => "weekday",
            Self::Minutes => "minutes",
            Self::Wait => "wait",
            Self::Position => "position",
        }
    }

    /// The way that is called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reading| reading.as_str() == name)
    }

    /// Whether it can read the call's own clock: `$time:now`.
    pub const fn reads_clock(self) -> bool {
        matches!(self, Self::Time | Self::Date | Self::Weekday)
    }

    /// The parts that say `text`, first to last; `now` is the hotline's clock, which gives `now` its meaning and brings
    /// times of other zones home. `None` where the text cannot be read so, or the language is unknown.
    pub fn aloud(self, text: &str, locale: &str, now: &jiff::Zoned) -> Option<Vec<PromptId>> {
        let value = Value::read(self, text, now)?;
        match language(locale) {
            "zh" => Some(mandarin::words(&value)),
            "en" => Some(english::words(&value)),
            _ => other_language(&value),
        }
    }

    /// Every part that [`Reading::aloud`] may ask for, the pause left out; `None` where nobody here knows how that is said
    /// in this language.
    pub fn parts(self, locale: &str) -> Option<Vec<PromptId>> {
        match language(locale) {
            "zh" => Some(mandarin::parts(self)),
            "en" => Some(english::parts(self)),
            _ if matches!(self, Self::Digits | Self::Phone) => Some((0..10).map(plain_digit).collect()),
            _ => None,
        }
    }
}

/// Languages without a grammar here read figures one by one.
fn other_language(value: &Value) -> Option<Vec<PromptId>> {
    let Value::Digits(groups) = value else { return None };
    Some(in_groups(groups, |figure| figure.to_digit(10).map(plain_digit)))
}

fn plain_digit(figure: u32) -> PromptId {
    PromptId::new(&format!("d{figure}"))
}

/// The language of a locale, without its region.
fn language(locale: &str) -> &str {
    locale.split('-').next().unwrap_or_default()
}

/// Groups of figures with pauses between them.
fn in_groups(groups: &[String], say: impl Fn(char) -> Option<PromptId>) -> Vec<PromptId> {
    let mut said = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        if index > 0 {
            said.push(PromptId::new(PAUSE));
        }
        said.extend(group.chars().filter_map(&say));
    }
    said
}

/// A sequence of parts under way.
#[derive(Default)]
struct Words(Vec<PromptId>);

impl Words {
    fn say(&mut self, part: &str) -> &mut Self {
        self.0.push(PromptId::new(part));
        self
    }

    /// `prefix` and a number.
    fn numbered(&mut self, prefix: &str, number: impl std::fmt::Display) -> &mut Self {
        self.say(&format!("{prefix}{number}"))
    }
}

/// Parts by name.
fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<PromptId> {
    names.into_iter().map(PromptId::new).collect()
}

/// `prefix1` to `prefix<last>`.
fn counted(prefix: &str, last: u32) -> impl Iterator<Item = PromptId> {
    (1..=last).map(move |n| PromptId::new(&format!("{prefix}{n}")))
}

/// Every part that [`Reading::Digits`] may ask for.
pub fn digit_parts(locale: &str) -> impl Iterator<Item = PromptId> {
    Reading::Digits.parts(locale).into_iter().flatten()
}

#[cfg(test)]
mod tests;
