//! Single values as operators write them: times, days, hours, keys, names.

use super::reader::Field;
use crate::{
    phone::Digit,
    script::{
        BargeIn, PromptId,
        branch::PARAMETER,
        problem::{Fault, Problems},
    },
};
use jiff::{
    SignedDuration,
    civil::{Date, Time},
};
use std::{ops::RangeInclusive, time::Duration};

/// The longest wait that is taken for meant. Chosen: nobody wants ten minutes of silence on a telephone.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

/// More digits than any telephone number (15, ITU-T E.164), card or order number has; chosen.
pub(in crate::script) const MOST_DIGITS: usize = 32;

/// Names longer than this are mistakes; chosen: they are file names and metric labels too.
const LONGEST_NAME: usize = 64;

impl Field<'_> {
    /// A time with its unit: `5s`, `800ms`, `1m30s`; up to ten minutes.
    pub(super) fn duration(&self, problems: &mut Problems) -> Option<Duration> {
        self.duration_in(Duration::ZERO, LONGEST_WAIT, problems)
    }

    /// A time with its unit, from `least` to `most`.
    pub(super) fn duration_in(&self, least: Duration, most: Duration, problems: &mut Problems) -> Option<Duration> {
        let text = match self.number_text() {
            Some(text) => text,
            None => self.text(problems)?.into(),
        };
        let value = text.parse::<SignedDuration>().ok().and_then(|value| Duration::try_from(value).ok());
        match value {
            None => problems.add(self.place(), Fault::BadDuration { text }),
            Some(value) if !(least..=most).contains(&value) => {
                problems.add(self.place(), Fault::DurationRange { value, least, most });
            }
            Some(value) => return Some(value),
        }
        None
    }

    /// A figure with its unit: `-37dBov`, `8.5 dB`.
    pub(super) fn figure(
        &self,
        unit: &'static str,
        range: RangeInclusive<i64>,
        problems: &mut Problems,
    ) -> Option<f32> {
        let text = match self.number_text() {
            Some(text) => text,
            None => self.text(problems)?.into(),
        };
        let figure = text.strip_suffix(unit).and_then(|number| number.trim_end().parse::<f32>().ok());
        let Some(figure) = figure.filter(|figure| figure.is_finite()) else {
            problems.add(self.place(), Fault::BadFigure { text, unit });
            return None;
        };
        let (least, most) = range.into_inner();
        let fits = (least as f32..=most as f32).contains(&figure);
        if !fits {
            problems.add(self.place(), Fault::FigureRange { least, most, unit });
        }
        fits.then_some(figure)
    }

    /// `2027-02-05..2027-02-11`, or one day.
    pub(super) fn dates(&self, problems: &mut Problems) -> Option<(Date, Date)> {
        let text = self.text(problems)?;
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let day = |text: &str| text.trim().parse::<Date>().ok().filter(|_| text.trim().len() == "2027-02-05".len());
        match (day(first), day(last)) {
            (Some(first), Some(last)) if first <= last => return Some((first, last)),
            (Some(_), Some(_)) => problems.add(self.place(), Fault::DatesBackwards),
            _ => problems.add(self.place(), Fault::BadDates { text: text.into() }),
        }
        None
    }

    /// `05:00-12:00`; the end may be `24:00`, and may lie after midnight.
    pub(super) fn hours(&self, problems: &mut Problems) -> Option<(Time, Time)> {
        let text = self.text(problems)?;
        let hours = text.split_once('-').and_then(|(from, to)| Some((clock(from, 23)?, clock(to, 24)?)));
        if hours.is_none() {
            problems.add(self.place(), Fault::BadHours { text: text.into() });
        }
        hours
    }

    /// A key of a telephone.
    pub(super) fn digit(&self, problems: &mut Problems) -> Option<Digit> {
        let text = match self.number_text() {
            Some(text) => text,
            None => self.text(problems)?.into(),
        };
        let digit = digit(&text);
        if digit.is_none() {
            problems.add(self.place(), Fault::BadKey { text });
        }
        digit
    }

    /// A number of digits: `7..15`, `"11"` or `11`.
    pub(super) fn length(&self, problems: &mut Problems) -> Option<RangeInclusive<usize>> {
        let text = match self.number_text() {
            Some(text) => text,
            None => self.text(problems)?.into(),
        };
        let (least, most) = text.split_once("..").unwrap_or((&text, &text));
        let range = least.trim().parse().ok().zip(most.trim().parse().ok()).map(|(least, most)| least..=most);
        let range = range.filter(|range| !range.is_empty() && *range.start() > 0 && *range.end() <= MOST_DIGITS);
        if range.is_none() {
            problems.add(self.place(), Fault::BadLength { text });
        }
        range
    }

    /// How a prompt may be interrupted.
    pub(super) fn barge_in(&self, problems: &mut Problems) -> Option<BargeIn> {
        Some(match self.word(&["none", "key", "speech"], problems)? {
            "none" => BargeIn::None,
            "key" => BargeIn::Key,
            _ => BargeIn::Speech,
        })
    }

    /// One of a few words.
    pub(super) fn word(&self, allowed: &'static [&'static str], problems: &mut Problems) -> Option<&'static str> {
        let text = self.text(problems)?;
        let word = allowed.iter().find(|word| **word == text).copied();
        if word.is_none() {
            let nearest = super::reader::nearest(text, allowed.iter().copied());
            problems.add(self.place(), Fault::BadWord { text: text.into(), allowed, nearest });
        }
        word
    }

    /// The name of a prompt.
    pub(super) fn prompt(&self, problems: &mut Problems) -> Option<PromptId> {
        let text = self.text(problems)?;
        if !is_prompt_name(text) {
            problems.add(self.place(), Fault::BadPromptName { text: text.into() });
            return None;
        }
        Some(PromptId::new(text))
    }

    /// An extension or a queue as the gateway knows it.
    pub(super) fn target(&self, problems: &mut Problems) -> Option<String> {
        let text = self.text(problems)?;
        if text.len() > LONGEST_NAME || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            problems.add(self.place(), Fault::BadTarget { text: text.into() });
            return None;
        }
        Some(text.into())
    }

    /// The name of a variable, with or without its `$`.
    pub(super) fn variable(&self, problems: &mut Problems) -> Option<String> {
        let text = self.text(problems)?;
        let name = text.strip_prefix('$').unwrap_or(text);
        if !is_variable_name(name) {
            problems.add(self.place(), Fault::BadVariable { text: text.into() });
            return None;
        }
        Some(name.into())
    }

    /// The name of a variable that may be read: one of the script's own, or a parameter of the gateway (`param.vip`).
    pub(super) fn readable(&self, problems: &mut Problems) -> Option<String> {
        let text = self.text(problems)?;
        let name = text.strip_prefix('$').unwrap_or(text);
        match name.strip_prefix(PARAMETER) {
            Some(parameter) if is_name(parameter, |c| c.is_ascii_graphic()) => Some(name.to_ascii_lowercase()),
            Some(_) => {
                problems.add(self.place(), Fault::BadVariable { text: text.into() });
                None
            }
            None => self.variable(problems),
        }
    }

    /// Texts, or the one that stands for a list of one; whole numbers may be written without quotes.
    pub(super) fn contents(&self, problems: &mut Problems) -> Vec<String> {
        let items = self.one_or_list(problems);
        items.iter().filter_map(|item| item.content(problems)).collect()
    }

    /// A text; a whole number may be written without quotes.
    pub(super) fn content(&self, problems: &mut Problems) -> Option<String> {
        match self.number_text() {
            Some(number) => Some(number),
            None => self.text(problems).map(str::to_owned),
        }
    }

    /// Whether the name of this field can be the name of a step.
    pub(super) fn check_step_name(&self, problems: &mut Problems) -> bool {
        let name = self.name();
        let right = is_name(name, |c| c.is_alphanumeric() || matches!(c, '_' | '-')) && !RESERVED.contains(&name);
        if !right {
            problems.add(self.name_place(), Fault::BadStepName { text: name.into() });
        }
        right
    }

    /// A whole number written without quotes where a text is usual: `consent = 1`.
    fn number_text(&self) -> Option<String> {
        self.as_integer().map(str::to_owned)
    }
}

/// What `keys`, `then` and the like may say instead of a step.
const RESERVED: [&str; 3] = ["repeat", "louder", "hang_up"];

/// The telephone key that is the whole of `text`.
pub(super) fn digit(text: &str) -> Option<Digit> {
    let mut chars = text.chars();
    let key = chars.next()?;
    Digit::parse(key).filter(|_| chars.next().is_none())
}

/// Prompt names are file names on any system: small letters, so that none differ in case only.
pub(super) fn is_prompt_name(name: &str) -> bool {
    is_name(name, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
}

/// A language tag as catalogues are named: `zh-CN`, `en`, `sr-Latn-RS`.
pub(super) fn is_locale(name: &str) -> bool {
    let mut parts = name.split('-');
    let language = parts.next().unwrap_or_default();
    let right = |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase()) && parts.all(right)
}

pub(super) fn is_variable_name(name: &str) -> bool {
    is_name(name, |c| c.is_alphanumeric() || c == '_')
}

fn is_name(name: &str, allowed: impl Fn(char) -> bool) -> bool {
    !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(allowed)
}

/// `5:00`, `05:00`, `24:00` (which is midnight).
fn clock(text: &str, last_hour: i8) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |text: &str| (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(()).is_some();
    if !digits(hour) || !digits(minute) || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
    if hour > last_hour || (hour == 24 && minute > 0) {
        return None;
    }
    Time::new(hour % 24, minute, 0, 0).ok()
}
