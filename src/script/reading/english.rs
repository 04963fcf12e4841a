//! Values in English, the British way with "and", and times of day with a.m. and p.m.

use super::{
    OWN_POSITIONS, PromptId, Reading, Words, counted, in_groups, named,
    value::{Number, Value},
};
use jiff::civil::Time;

pub(super) fn words(value: &Value) -> Vec<PromptId> {
    let mut said = Words::default();
    match value {
        Value::Digits(groups) => return in_groups(groups, telephone_figure),
        Value::Number(number) => said.decimal(number),
        Value::Percent(number) => said.decimal(number).say("percent"),
        Value::Amount { negative, yuan, fen } => said.signed(*negative).money(*yuan, *fen),
        Value::Time(time) => said.clock(*time),
        Value::Date { year, month, day } => said.numbered("month_", month).ordinal(*day).year_of(*year),
        Value::Weekday(day) => said.numbered("weekday_", day),
        Value::Minutes(minutes) => said.duration(*minutes),
        Value::Wait(0) => said.say("less_than_a_minute"),
        Value::Wait(minutes) => said.say("wait_about").duration(*minutes),
        Value::Position(place @ 1..=OWN_POSITIONS) => said.numbered("queue_position_", place),
        Value::Position(place) => said.say("queue_position_prefix").cardinal(*place).say("queue_position_suffix"),
    };
    said.0
}

/// A figure by its own name, zero included: "oh" is taken for "four" on a bad line.
pub(super) fn telephone_figure(figure: char) -> Option<PromptId> {
    match figure {
        '+' => Some(PromptId::new("plus")),
        _ => figure.to_digit(10).map(|figure| PromptId::new(&format!("n{figure}"))),
    }
}

/// Thousands are what English counts by.
const GROUPS: [(u64, Option<&str>); 4] =
    [(1_000_000_000, Some("billion")), (1_000_000, Some("million")), (1_000, Some("thousand")), (1, None)];

impl Words {
    /// A whole number below 10¹²: "one thousand and five", "twelve thousand three hundred and forty-five".
    fn cardinal(&mut self, number: u64) -> &mut Self {
        if number == 0 {
            return self.small(0);
        }
        let mut begun = false;
        for (size, unit) in GROUPS {
            let group = number / size % 1_000;
            match (group, unit) {
                (0, _) => continue,
                (_, Some(unit)) => self.hundreds(group).say(unit),
                (1..100, None) if begun => self.say("and").hundreds(group),
                (_, None) => self.hundreds(group),
            };
            begun = true;
        }
        self
    }

    /// 1 to 999.
    fn hundreds(&mut self, number: u64) -> &mut Self {
        match (number / 100, number % 100) {
            (0, rest) => self.small(rest),
            (hundreds, 0) => self.small(hundreds).say("hundred"),
            (hundreds, rest) => self.small(hundreds).say("hundred").say("and").small(rest),
        }
    }

    /// 0 to 99.
    fn small(&mut self, number: u64) -> &mut Self {
        match (number, number % 10) {
            (0..20, _) | (_, 0) => self.numbered("n", number),
            (_, ones) => self.numbered("n", number - ones).numbered("n", ones),
        }
    }

    fn decimal(&mut self, number: &Number) -> &mut Self {
        self.signed(number.negative).cardinal(number.whole);
        if !number.decimals.is_empty() {
            self.say("point");
        }
        for figure in number.decimals.chars() {
            self.numbered("n", figure);
        }
        self
    }

    fn signed(&mut self, negative: bool) -> &mut Self {
        if negative { self.say("minus") } else { self }
    }

    /// "twelve yuan and fifty fen", "fifty fen".
    fn money(&mut self, yuan: u64, fen: u64) -> &mut Self {
        match (yuan, fen) {
            (_, 0) => self.cardinal(yuan).say("yuan"),
            (0, _) => self.small(fen).say("fen"),
            _ => self.cardinal(yuan).say("yuan").say("and").small(fen).say("fen"),
        }
    }

    /// "nine a.m.", "nine oh five a.m.", "noon": twelve with a.m. or p.m. is understood both ways.
    fn clock(&mut self, time: Time) -> &mut Self {
        let (hour, minute) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
        let half = if hour < 12 { "am" } else { "pm" };
        match (hour, minute) {
            (0, 0) => return self.say("midnight"),
            (12, 0) => return self.say("noon"),
            (0 | 12, _) => self.small(12),
            _ => self.small(u64::from(hour % 12)),
        };
        match minute {
            0 => self.say(half),
            1..10 => self.say("oh").small(minute.into()).say(half),
            _ => self.small(minute.into()).say(half),
        }
    }

    /// 1 to 31: "fifth", "twenty-ninth".
    fn ordinal(&mut self, day: i8) -> &mut Self {
        match (day, day % 10) {
            (1..=20, _) | (_, 0) => self.numbered("nth_", day),
            (_, ones) => self.numbered("n", day - ones).numbered("nth_", ones),
        }
    }

    /// "two thousand and five", "twenty twenty-seven", "nineteen oh five", "nineteen hundred".
    fn year_of(&mut self, year: Option<i16>) -> &mut Self {
        let Some(year) = year.map(|year| u64::from(year.unsigned_abs())) else { return self };
        match (year / 100, year % 100) {
            (0..10, _) | (20, 0..10) => self.cardinal(year),
            (century, 0) if century % 10 == 0 => self.cardinal(year),
            (century, 0) => self.small(century).say("hundred"),
            (century, rest @ 1..10) => self.small(century).say("oh").small(rest),
            (century, rest) => self.small(century).small(rest),
        }
    }

    /// "fifteen minutes", "one hour and five minutes", "less than a minute".
    fn duration(&mut self, minutes: u64) -> &mut Self {
        let (hours, minutes) = (minutes / 60, minutes % 60);
        match (hours, minutes) {
            (0, 0) => self.say("under_a_minute"),
            (0, _) => self.minutes_of(minutes),
            (_, 0) => self.hours(hours),
            _ => self.hours(hours).say("and").minutes_of(minutes),
        }
    }

    fn minutes_of(&mut self, minutes: u64) -> &mut Self {
        self.small(minutes).say(if minutes == 1 { "minute" } else { "minutes" })
    }

    fn hours(&mut self, hours: u64) -> &mut Self {
        self.small(hours).say(if hours == 1 { "hour" } else { "hours" })
    }
}

pub(super) fn parts(reading: Reading) -> Vec<PromptId> {
    let own: &[&str] = match reading {
        Reading::Digits => return telephone_figures("0123456789"),
        Reading::Phone => return telephone_figures("+0123456789"),
        Reading::Weekday => return counted("weekday_", 7).collect(),
        Reading::Number => &["minus", "point"],
        Reading::Percent => &["minus", "point", "percent"],
        Reading::Amount => &["minus", "yuan", "fen"],
        Reading::Time => &["midnight", "noon", "oh", "am", "pm"],
        Reading::Date => &["oh", "nth_30"],
        Reading::Minutes => &["under_a_minute", "hour", "hours", "minute", "minutes", "and"],
        Reading::Wait => &["less_than_a_minute", "wait_about", "hour", "hours", "minute", "minutes", "and"],
        Reading::Position => &["queue_position_prefix", "queue_position_suffix"],
    };
    let (least, most) = match reading {
        Reading::Time | Reading::Minutes | Reading::Wait => (1, 50),
        Reading::Date | Reading::Position => (1, 90),
        _ => (0, 90),
    };
    let figures = (least..20).chain((20..=most).step_by(10)).map(|n| PromptId::new(&format!("n{n}")));
    let mut parts: Vec<PromptId> = figures.chain(named(own.iter().copied())).collect();
    match reading {
        Reading::Number | Reading::Percent | Reading::Amount => {
            parts.extend(named(["hundred", "thousand", "million", "billion", "and"]));
        }
        Reading::Position => {
            parts.extend(named(["hundred", "thousand", "million", "billion", "and"]));
            parts.extend(counted("queue_position_", OWN_POSITIONS as u32));
        }
        Reading::Date => {
            parts.extend(named(["hundred", "thousand", "and"]));
            parts.extend(counted("month_", 12).chain(counted("nth_", 20)));
        }
        _ => {}
    }
    parts
}

fn telephone_figures(figures: &str) -> Vec<PromptId> {
    figures.chars().filter_map(telephone_figure).collect()
}
