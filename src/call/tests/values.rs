//! Values read out from recorded parts.

use super::*;
use crate::script::{BargeIn, Part, Reading, Saying, ValueSource};

#[test]
fn the_calls_own_clock_is_read_out_as_it_is_then() {
    // Twenty o'clock sharp as the call begins; the step is come to 70 s later.
    let call = saying(vec![value(Reading::Time, ValueSource::Now)], 70_000, "02112345678#");
    assert_eq!(read(&call), ["evening", "d8", "point", "d0", "d1", "minute"]);
}

#[test]
fn a_keyed_in_value_is_read_as_the_script_says() {
    let number = || ValueSource::Variable("number".into());
    let read_as = |reading, keys| read(&saying(vec![value(reading, number())], 9_000, keys)).join(" ");
    assert_eq!(read_as(Reading::Phone, "02112345678#"), "d0 d2 yao pause yao d2 d3 d4 pause d5 d6 d7 d8");
    assert_eq!(read_as(Reading::Amount, "0002000#"), "liang thousand yuan");
    assert_eq!(read_as(Reading::Date, "20270205#"), "d2 d0 d2 d7 year d2 month d5 day");
}

#[test]
fn what_cannot_be_read_is_left_out_and_noted_without_its_value() {
    let number = || ValueSource::Variable("number".into());
    let says = vec![value(Reading::Time, number()), value(Reading::Digits, ValueSource::Variable("none".into()))];
    let call = saying(says, 9_000, "9988776#");
    assert_eq!(read(&call), [""; 0], "the prompts around it are said");
    let unread = call.journal.iter().filter_map(|entry| match &entry.what {
        What::Unread { part } => Some(part.as_str()),
        _ => None,
    });
    assert_eq!(unread.collect::<Vec<_>>(), ["$time:number", "$digits:none"]);
    assert!(!format!("{:?}", call.journal).contains("9988776"));
}

/// A call in which keyed-in digits are read back as `says`; the first digit is keyed at `from` ms.
fn saying(says: Vec<Saying>, from: u64, keys: &str) -> Outcome {
    let mut script = (**SCRIPT).clone();
    let back = script.find("callback_read_back").expect("the default script's").0;
    script.steps[back].say.splice(1..2, says);
    let number = script.find("callback_number").expect("the default script's").0;
    let script::Act::Collect(collect) = &mut script.steps[number].act else { panic!("digits are collected there") };
    collect.first = Duration::from_secs(100);
    let mut deeds = vec![(5_000, key('1')), (7_000, key('2'))];
    deeds.extend(keys.chars().enumerate().map(|(n, digit)| (from + 300 * n as u64, key(digit))));
    let deeds = deeds.into_iter().map(|(ms, deed)| (Moment::from_millis(ms), deed)).collect();
    let plan = Plan { deeds, resume: Some(Resume::Failed), ..Plan::default() };
    talk(&Arc::new(script), &BANK, evening(), plan, LIMIT)
}

fn value(reading: Reading, of: ValueSource) -> Saying {
    Saying { part: Part::Value { reading, of }, barge_in: BargeIn::Key }
}

/// What was said between the prompts around the value.
fn read(call: &Outcome) -> Vec<&str> {
    let said = call.said();
    let after = said.iter().position(|prompt| *prompt == "number_is").expect("read back") + 1;
    said[after..].iter().take_while(|prompt| **prompt != "confirm_key").copied().collect()
}
