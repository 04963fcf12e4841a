//! What stands in a variable, and what it means to who reads it out.

use super::{Reading, telephone};
use jiff::{
    Zoned,
    civil::{Date, DateTime, Time},
};

/// A value with a meaning.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Figures (and a leading `+`) to be said one by one, in groups.
    Digits(Vec<String>),
    Number(Number),
    /// Money.
    Amount {
        negative: bool,
        yuan: u64,
        /// Hundredths of a yuan, 0 to 99.
        fen: u64,
    },
    Percent(Number),
    Time(Time),
    Date {
        /// None where a day of any year is meant.
        year: Option<i16>,
        month: i8,
        day: i8,
    },
    /// 1 Monday to 7 Sunday.
    Weekday(i8),
    Minutes(u64),
    Wait(u64),
    Position(u64),
}

/// A decimal number, as it was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    pub(super) negative: bool,
    pub(super) whole: u64,
    /// The figures after the point; empty in a whole number.
    pub(super) decimals: String,
}

/// The largest whole number that is read out: chosen; the next one needs another word in both languages, and nobody takes in
/// more over a telephone.
const LARGEST: u64 = 999_999_999_999;

/// Figures after a point that are read out: chosen, as many as anybody can write down.
const MOST_DECIMALS: usize = 6;

/// The longest wait that is said in minutes: chosen, a day.
const LONGEST_WAIT: u64 = 24 * 60;

impl Value {
    pub(super) fn read(reading: Reading, text: &str, now: &Zoned) -> Option<Self> {
        let text = text.trim();
        match reading {
            Reading::Digits => Some(Self::Digits(vec![telephone::figures(text)?])),
            Reading::Phone => telephone::groups(text).map(Self::Digits),
            Reading::Number => Number::parse(text).map(Self::Number),
            Reading::Amount => amount(text),
            Reading::Percent => Number::parse(text.trim_end_matches(['%', '％'])).map(Self::Percent),
            Reading::Time => time(text, now).map(Self::Time),
            Reading::Date => date(text, now),
            Reading::Weekday => weekday(text, now).map(Self::Weekday),
            Reading::Minutes => minutes(text).map(Self::Minutes),
            Reading::Wait => minutes(text).map(Self::Wait),
            Reading::Position => text.parse().ok().filter(|place| (1..=LARGEST).contains(place)).map(Self::Position),
        }
    }
}

impl Number {
    fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let text = text.replace([',', '，'], "");
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        let figures = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !figures(whole) || !figures(decimals) || whole.len() + decimals.len() == 0 {
            return None;
        }
        let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        if whole > LARGEST || decimals.len() > MOST_DECIMALS {
            return None;
        }
        // −0 is 0.
        let nothing = whole == 0 && decimals.bytes().all(|b| b == b'0');
        Some(Self { negative: negative && !nothing, whole, decimals: decimals.into() })
    }
}

/// `12`, `12.5`, `¥1,234.50`, `12.50元`. Parts of a fen are no money.
fn amount(text: &str) -> Option<Value> {
    let text = text.trim_start_matches(['¥', '￥']).trim_end_matches('元').trim();
    let number = Number::parse(text)?;
    let (fen, rest) = match number.decimals.as_bytes() {
        [] => (0, &[][..]),
        [jiao] => (u64::from(jiao - b'0') * 10, &[][..]),
        [jiao, fen, rest @ ..] => (u64::from(jiao - b'0') * 10 + u64::from(fen - b'0'), rest),
    };
    let exact = rest.iter().all(|figure| *figure == b'0');
    exact.then_some(Value::Amount { negative: number.negative, yuan: number.whole, fen })
}

/// `9:05`, `09:05:30`, `0905` as it is keyed in, a date with a time (with an offset: brought to the hotline's zone), `now`.
fn time(text: &str, now: &Zoned) -> Option<Time> {
    if let Some(at) = moment(text, now) {
        return Some(at.time());
    }
    let (hour, minute) = match text.split_once([':', '：']) {
        Some((hour, rest)) => {
            let (minute, second) = rest.split_once([':', '：']).unwrap_or((rest, "00"));
            number::<u8>(second, 2..=2).filter(|second| *second < 60)?;
            (hour, minute)
        }
        None if matches!(text.len(), 3 | 4) => text.split_at_checked(text.len() - 2)?,
        None => return None,
    };
    let (hour, minute): (i8, i8) = (number(hour, 1..=2)?, number(minute, 2..=2)?);
    if hour == 24 && minute == 0 {
        return Some(Time::midnight());
    }
    Time::new(hour, minute, 0, 0).ok()
}

/// `2027-02-05`, `2027/2/5`, `2027年2月5日`, `20270205` and `0205` as they are keyed in, `02-05`, a date with a time, `now`.
fn date(text: &str, now: &Zoned) -> Option<Value> {
    let (year, month, day) = match moment(text, now) {
        Some(at) => return Some(full(at.date())),
        None => fields(text)?,
    };
    // A day of any year may be the 29th of February.
    let checked = Date::new(year.unwrap_or(2000), month, day).ok()?;
    Some(Value::Date { year, month: checked.month(), day: checked.day() })
}

fn full(date: Date) -> Value {
    Value::Date { year: Some(date.year()), month: date.month(), day: date.day() }
}

/// Year, month and day.
fn fields(text: &str) -> Option<(Option<i16>, i8, i8)> {
    let keyed = text.bytes().all(|b| b.is_ascii_digit());
    if keyed {
        let (year, rest) = match text.len() {
            8 => (Some(number(text.get(..4)?, 4..=4)?), text.get(4..)?),
            4 => (None, text),
            _ => return None,
        };
        return Some((year, number(rest.get(..2)?, 2..=2)?, number(rest.get(2..)?, 2..=2)?));
    }
    let text = text.strip_suffix(['日', '号']).unwrap_or(text);
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月']).collect();
    match parts[..] {
        [year, month, day] => Some((Some(number(year, 4..=4)?), number(month, 1..=2)?, number(day, 1..=2)?)),
        [month, day] => Some((None, number(month, 1..=2)?, number(day, 1..=2)?)),
        _ => None,
    }
}

/// A figure from 1 (Monday) to 7, or any date with a year.
fn weekday(text: &str, now: &Zoned) -> Option<i8> {
    if let Some(day) = text.parse().ok().filter(|day| (1..=7).contains(day)) {
        return Some(day);
    }
    match date(text, now)? {
        Value::Date { year: Some(year), month, day } => {
            Date::new(year, month, day).ok().map(|date| date.weekday().to_monday_one_offset())
        }
        _ => None,
    }
}

/// A moment: `now`, or a date with a time. One with an offset or `Z` is brought to the hotline's zone.
fn moment(text: &str, now: &Zoned) -> Option<DateTime> {
    if text == "now" {
        return Some(now.datetime());
    }
    if !text.contains(['T', 't', ' ']) {
        return None;
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.to_zoned(now.time_zone().clone()).datetime());
    }
    text.parse().ok()
}

/// Minutes, rounded to whole ones; less than one is none.
fn minutes(text: &str) -> Option<u64> {
    let number = Number::parse(text)?;
    let half = number.decimals.bytes().next().is_some_and(|figure| figure >= b'5');
    let minutes = match number {
        Number { negative: true, .. } | Number { whole: 0, .. } => 0,
        Number { whole, .. } => whole + u64::from(half),
    };
    (minutes <= LONGEST_WAIT).then_some(minutes)
}

/// Figures only, so many of them.
fn number<T: std::str::FromStr>(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<T> {
    let figures = length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| figures)
}
