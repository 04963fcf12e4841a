//! Values in Mandarin, as broadcasters and hotlines say them.

use super::{
    OWN_POSITIONS, PromptId, Reading, Words, counted, in_groups, named,
    value::{Number, Value},
};
use jiff::civil::Time;

pub(super) fn words(value: &Value) -> Vec<PromptId> {
    let mut said = Words::default();
    match value {
        Value::Digits(groups) => return in_groups(groups, telephone_figure),
        Value::Number(number) => said.number(number),
        Value::Percent(number) => said.percent(number),
        Value::Amount { negative, yuan, fen } => said.sign(*negative).amount(*yuan, *fen),
        Value::Time(time) => said.time(*time),
        Value::Date { year, month, day } => said.year(*year).date(*month, *day),
        Value::Weekday(day) => said.numbered("weekday_", day),
        Value::Minutes(minutes) => said.minutes(*minutes),
        Value::Wait(0) => said.say("less_than_a_minute"),
        Value::Wait(minutes) => said.say("wait_about").minutes(*minutes),
        Value::Position(place @ 1..=OWN_POSITIONS) => said.numbered("queue_position_", place),
        Value::Position(place) => {
            said.say("queue_position_prefix").whole(*place, Use::Counting).say("queue_position_suffix")
        }
    };
    said.0
}

/// 幺 for 1, so that it is not taken for 七; `+` is 加.
pub(super) fn telephone_figure(figure: char) -> Option<PromptId> {
    match figure {
        '1' => Some(PromptId::new("yao")),
        '+' => Some(PromptId::new("plus")),
        _ => figure.to_digit(10).map(|figure| PromptId::new(&format!("d{figure}"))),
    }
}

/// Whether a number stands alone, or counts what follows it.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    /// 二
    Plain,
    /// 两分钟, 两元: a lone 2 is 两.
    Counting,
}

impl Use {
    /// In a chain of units: 两角, but 两元二角.
    const fn after(before: u64) -> Self {
        if before > 0 { Self::Plain } else { Self::Counting }
    }
}

/// Ten thousands are what Mandarin counts by.
const GROUPS: [(u64, Option<&str>); 3] =
    [(100_000_000, Some("hundred_million")), (10_000, Some("ten_thousand")), (1, None)];

impl Words {
    fn figure(&mut self, figure: u64) -> &mut Self {
        self.numbered("d", figure)
    }

    /// Figures one by one.
    fn figures(&mut self, figures: &str) -> &mut Self {
        for figure in figures.chars().filter_map(|c| c.to_digit(10)) {
            self.figure(figure.into());
        }
        self
    }

    /// A whole number below 10¹².
    fn whole(&mut self, number: u64, used: Use) -> &mut Self {
        match number {
            0 => return self.figure(0),
            2 if used == Use::Counting => return self.say("liang"),
            _ => {}
        }
        let (mut begun, mut skipped) = (false, false);
        for (size, unit) in GROUPS {
            let group = number / size % 10_000;
            if group == 0 {
                skipped = begun;
                continue;
            }
            // 一万零五, 一亿零一十万: what begins lower than its place is told by a 零.
            if begun && (skipped || group < 1_000) {
                self.figure(0);
            }
            match (group, unit) {
                (2, Some(unit)) if !begun => self.say("liang").say(unit),
                (_, Some(unit)) => self.group(group, !begun).say(unit),
                (_, None) => self.group(group, !begun),
            };
            (begun, skipped) = (true, false);
        }
        self
    }

    /// 1 to 9999. `first`: nothing was said before it, so 12 is 十二 and not 一十二.
    fn group(&mut self, group: u64, first: bool) -> &mut Self {
        let (mut begun, mut skipped) = (false, false);
        for (size, unit) in [(1_000, "thousand"), (100, "hundred"), (10, "ten"), (1, "")] {
            let figure = group / size % 10;
            if figure == 0 {
                skipped = begun;
                continue;
            }
            if skipped {
                self.figure(0);
            }
            match (figure, size) {
                (1, 10) if first && !begun => self.say(unit),
                (2, 100 | 1_000) => self.say("liang").say(unit),
                (_, 1) => self.figure(figure),
                _ => self.figure(figure).say(unit),
            };
            (begun, skipped) = (true, false);
        }
        self
    }

    fn number(&mut self, number: &Number) -> &mut Self {
        self.sign(number.negative).whole(number.whole, Use::Plain);
        match number.decimals.as_str() {
            "" => self,
            decimals => self.say("point").figures(decimals),
        }
    }

    fn sign(&mut self, negative: bool) -> &mut Self {
        if negative { self.say("minus") } else { self }
    }

    /// 百分之 comes first, the sign before it.
    fn percent(&mut self, number: &Number) -> &mut Self {
        self.sign(number.negative).say("percent").number(&Number { negative: false, ..number.clone() })
    }

    /// 十二元五角, 十二元零五分, 五角: a lone 2 is 两, after 元 it is 二.
    fn amount(&mut self, yuan: u64, fen: u64) -> &mut Self {
        let (jiao, fen) = (fen / 10, fen % 10);
        if yuan > 0 || jiao + fen == 0 {
            self.whole(yuan, Use::Counting).say("yuan");
        }
        if jiao > 0 {
            self.whole(jiao, Use::after(yuan)).say("jiao");
        }
        if fen == 0 {
            return self;
        }
        if yuan > 0 && jiao == 0 {
            self.figure(0);
        }
        self.whole(fen, Use::after(yuan + jiao)).say("minute")
    }

    /// 上午九点, 下午两点零五分, 十二点三十分, 零点.
    fn time(&mut self, time: Time) -> &mut Self {
        let (hour, minute) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
        if let Some(part) = part_of_day(hour) {
            self.say(part);
        }
        let hour = if hour > 12 { hour - 12 } else { hour };
        self.whole(hour.into(), Use::Counting).say("point");
        match minute {
            0 => self,
            1..10 => self.figure(0).figure(minute.into()).say("minute"),
            _ => self.whole(minute.into(), Use::Plain).say("minute"),
        }
    }

    fn year(&mut self, year: Option<i16>) -> &mut Self {
        match year {
            Some(year) => self.figures(&format!("{year:04}")).say("year"),
            None => self,
        }
    }

    /// 二月五日.
    fn date(&mut self, month: i8, day: i8) -> &mut Self {
        self.whole(month.unsigned_abs().into(), Use::Plain).say("month");
        self.whole(day.unsigned_abs().into(), Use::Plain).say("day")
    }

    /// 十五分钟, 两小时零五分钟, 不到一分钟.
    fn minutes(&mut self, minutes: u64) -> &mut Self {
        let (hours, minutes) = (minutes / 60, minutes % 60);
        if hours > 0 {
            self.whole(hours, Use::Counting).say("hours");
        }
        match (hours, minutes) {
            (0, 0) => self.say("under_a_minute"),
            (_, 0) => self,
            (1.., 1..10) => self.figure(0).figure(minutes).say("minutes"),
            _ => self.whole(minutes, Use::Counting).say("minutes"),
        }
    }
}

/// What is said before an hour. Twelve and zero stand alone: 十二点, 零点.
const fn part_of_day(hour: u8) -> Option<&'static str> {
    match hour {
        1..=4 => Some("early_morning"),
        5..=7 => Some("morning"),
        8..=11 => Some("am"),
        13..=17 => Some("pm"),
        18.. => Some("evening"),
        _ => None,
    }
}

pub(super) fn parts(reading: Reading) -> Vec<PromptId> {
    let own: &[&str] = match reading {
        Reading::Digits => return telephone_figures("0123456789"),
        Reading::Phone => return telephone_figures("+0123456789"),
        Reading::Weekday => return counted("weekday_", 7).collect(),
        Reading::Number => &["minus", "point", "thousand", "ten_thousand", "hundred_million"],
        Reading::Percent => &["minus", "percent", "point", "thousand", "ten_thousand", "hundred_million"],
        Reading::Amount => &["minus", "yuan", "jiao", "minute", "thousand", "ten_thousand", "hundred_million"],
        Reading::Time => &["early_morning", "morning", "am", "pm", "evening", "point", "minute", "liang"],
        Reading::Date => &["year", "month", "day"],
        Reading::Minutes => &["under_a_minute", "hours", "minutes", "liang"],
        Reading::Wait => &["less_than_a_minute", "wait_about", "hours", "minutes", "liang"],
        Reading::Position => {
            &["queue_position_prefix", "queue_position_suffix", "thousand", "ten_thousand", "hundred_million"]
        }
    };
    let figures = (0..10).map(|figure| PromptId::new(&format!("d{figure}"))).chain(named(["ten"]));
    let large = matches!(reading, Reading::Number | Reading::Percent | Reading::Amount | Reading::Position);
    let large = if large { named(["hundred", "liang"]) } else { Vec::new() };
    let positions = if reading == Reading::Position { OWN_POSITIONS as u32 } else { 0 };
    figures.chain(large).chain(named(own.iter().copied())).chain(counted("queue_position_", positions)).collect()
}

fn telephone_figures(figures: &str) -> Vec<PromptId> {
    figures.chars().filter_map(telephone_figure).collect()
}
