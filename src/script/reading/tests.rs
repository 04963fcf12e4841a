//! What is said for each value of `table.csv`, read by way of the catalogues, so that who speaks the language can judge it.

use super::*;
use crate::script::{Script, embedded};
use std::{collections::BTreeSet, sync::LazyLock};

#[test]
fn values_are_said_as_native_speakers_say_them() {
    let mut wrong = Vec::new();
    for row in table() {
        let said = said(&row.locale, row.reading(), &row.value).unwrap_or_else(|| "-".into());
        if said != row.said {
            wrong.push(format!("{} {} {}: {said}, not {}", row.locale, row.reading, row.value, row.said));
        }
    }
    assert!(table().len() >= 200);
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn homographs_are_told_apart() {
    let parts = |reading: Reading, value| names(reading.aloud(value, "zh-CN", &CLOCK).expect("a value"));
    assert_eq!(parts(Reading::Time, "14:30"), "pm liang point d3 ten minute");
    assert_eq!(parts(Reading::Minutes, "2"), "liang minutes");
    assert_eq!(parts(Reading::Phone, "13812345678"), "yao d3 d8 pause yao d2 d3 d4 pause d5 d6 d7 d8");
    assert_eq!(parts(Reading::Position, "11"), "queue_position_prefix ten d1 queue_position_suffix");
}

#[test]
fn every_part_that_can_be_asked_for_is_named_beforehand_and_no_other() {
    for locale in ["zh-CN", "en"] {
        for reading in Reading::ALL {
            let mut asked: BTreeSet<PromptId> = BTreeSet::new();
            for value in values(reading) {
                asked.extend(reading.aloud(&value, locale, &CLOCK).into_iter().flatten());
            }
            asked.remove(&PromptId::new(PAUSE));
            let named: BTreeSet<PromptId> = reading.parts(locale).expect("a language").into_iter().collect();
            assert_eq!(asked, named, "{locale} {}", reading.as_str());
        }
    }
}

#[test]
fn every_part_has_a_text_in_its_language() {
    for locale in ["zh-CN", "en"] {
        let texts = &SCRIPT.texts[locale];
        let parts = Reading::ALL.into_iter().flat_map(|reading| reading.parts(locale).expect("a language"));
        let missing: BTreeSet<PromptId> = parts.filter(|part| !texts.contains_key(part)).collect();
        assert_eq!(missing, BTreeSet::new(), "{locale}");
    }
}

#[test]
fn other_languages_read_figures_and_nothing_else() {
    let parts = |reading: Reading| reading.aloud("110", "ja", &CLOCK);
    assert_eq!(parts(Reading::Digits).map(names).as_deref(), Some("d1 d1 d0"));
    assert_eq!(parts(Reading::Number), None);
    assert_eq!(Reading::Number.parts("ja"), None);
    assert_eq!(Reading::Phone.parts("ja").map(|parts| parts.len()), Some(10));
}

#[test]
fn names_of_readings_come_back() {
    for reading in Reading::ALL {
        assert_eq!(Reading::parse(reading.as_str()), Some(reading));
    }
    assert_eq!(Reading::parse("song"), None);
}

/// A row of `table.csv`; `-` is said for what cannot be read so.
#[derive(serde::Deserialize)]
struct Row {
    locale: String,
    reading: String,
    value: String,
    said: String,
}

impl Row {
    fn reading(&self) -> Reading {
        Reading::parse(&self.reading).expect("a reading")
    }
}

fn table() -> Vec<Row> {
    csv::Reader::from_reader(&include_bytes!("table.csv")[..]).deserialize().collect::<Result<_, _>>().expect("a table")
}

/// The texts of the parts: English words apart, Mandarin in one; a pause is a blank.
fn said(locale: &str, reading: Reading, value: &str) -> Option<String> {
    let between = if locale == "en" { " " } else { "" };
    let text = |part: PromptId| match part.as_str() {
        PAUSE if locale == "en" => String::new(),
        PAUSE => " ".into(),
        _ => SCRIPT.texts[locale].get(&part).cloned().unwrap_or_else(|| format!("<{part}>")),
    };
    let parts = reading.aloud(value, locale, &CLOCK)?;
    Some(parts.into_iter().map(text).collect::<Vec<_>>().join(between))
}

fn names(parts: Vec<PromptId>) -> String {
    parts.iter().map(PromptId::as_str).collect::<Vec<_>>().join(" ")
}

/// Values enough to ask for every part.
fn values(reading: Reading) -> Vec<String> {
    let numbers =
        || (0..=130u64).chain([1_000, 12_000, 2_020, 20_202, 1_500_000, 2_000_000_000]).map(|n| n.to_string());
    match reading {
        Reading::Digits | Reading::Phone => vec!["+44 0123456789".into()],
        Reading::Number | Reading::Percent => numbers().chain(["-1.5".into()]).collect(),
        Reading::Amount => numbers().chain((0..100).map(|fen| format!("-0.{fen:02}"))).collect(),
        Reading::Time => (0..1440).map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60)).collect(),
        Reading::Date => {
            let days = (1..=31).map(|day| format!("2027-01-{day:02}"));
            let months = (1..=12).map(|month| format!("2027-{month:02}-01"));
            days.chain(months).chain((1900..2100).map(|year| format!("{year}-01-01"))).collect()
        }
        Reading::Weekday => (1..=7).map(|day| day.to_string()).collect(),
        Reading::Minutes | Reading::Wait => (0..=1440).map(|minute| minute.to_string()).collect(),
        Reading::Position => numbers().collect(),
    }
}

static SCRIPT: LazyLock<Script> = LazyLock::new(|| embedded().expect("the default script"));

/// The clock of the table: Friday the 5th of February 2027, 9:05 in Shanghai.
static CLOCK: LazyLock<jiff::Zoned> = LazyLock::new(|| {
    let at = jiff::civil::date(2027, 2, 5).at(9, 5, 30, 0);
    at.to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").expect("a zone")).expect("a time")
});
