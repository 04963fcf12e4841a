//! What must hold of every call, and callers who try to find one of which it does not.

#![allow(dead_code, reason = "every test file uses its part")]

use proptest::prelude::*;
use qingjiang::{
    call::{Before, Disposition, EndedBy, Entry, Past, What},
    gateway::Resume,
    line::Condition,
    moment::Moment,
    phone::{Digit, PhoneNumber},
    sim::{
        outside::Answering,
        talk::{Deed, Marks, Plan},
    },
};
use std::time::Duration;

/// Prompts that say goodbye: the only ones after which we may hang up.
pub const CLOSINGS: [&str; 11] = [
    "goodbye",
    "harassment_warning",
    "silent_change_phone",
    "faint_change_phone",
    "noisy_change_phone",
    "one_way_callback",
    "one_way_no_number",
    "system_error",
    "capacity_busy",
    "silent_change_phone_telecom",
    "choppy_change_phone",
];
/// The wait of the default script's closings and rungs.
const WAIT: Duration = Duration::from_secs(5);
/// An hour: whoever has not been helped or let go by then never will be.
pub const LIMIT: Duration = Duration::from_secs(3600);

pub fn evening() -> jiff::Zoned {
    jiff::civil::date(2026, 11, 18).at(20, 0, 0, 0).in_tz("Asia/Shanghai").expect("a date")
}

/// What must hold of every call.
pub fn polite(journal: &[Entry], end: &Option<(Disposition, EndedBy)>, at: Moment) -> Result<(), String> {
    let Some((disposition, by)) = end else { return Err(format!("no end by {at:?}")) };
    waits_are_whole(journal)?;
    let hung_up =
        *by == EndedBy::Hotline && !matches!(disposition, Disposition::Agent(_) | Disposition::Line(Condition::Tone));
    if !hung_up {
        return Ok(());
    }
    let said = journal.iter().rev().find_map(|entry| match &entry.what {
        What::PromptFinished { prompt } => Some((entry.at, prompt.as_str(), true)),
        What::PromptInterrupted { prompt, .. } => Some((entry.at, prompt.as_str(), false)),
        _ => None,
    });
    match said {
        None => Err("hung up without a word".into()),
        Some((_, prompt, false)) => Err(format!("hung up over {prompt}, which was cut short")),
        Some((_, prompt, _)) if !CLOSINGS.contains(&prompt) => Err(format!("hung up after {prompt}")),
        Some((ended, prompt, _)) if at.since(ended) < WAIT => {
            Err(format!("hung up {:?} after {prompt}", at.since(ended)))
        }
        Some(_) => Ok(()),
    }
}

/// Every wait that is said to have ended began at least so long before.
fn waits_are_whole(journal: &[Entry]) -> Result<(), String> {
    let mut silent_since = Moment::ZERO;
    for entry in journal {
        match &entry.what {
            What::PromptFinished { .. } | What::PromptInterrupted { .. } => silent_since = entry.at,
            What::Waited { planned, .. } if entry.at.since(silent_since) < *planned => {
                return Err(format!("a wait of {planned:?} lasted {:?}", entry.at.since(silent_since)));
            }
            _ => {}
        }
    }
    Ok(())
}

pub fn condition() -> impl Strategy<Value = Condition> {
    use Condition::*;
    prop_oneof![
        4 => Just(Clear), 2 => Just(Faint), 2 => Just(Noisy), 1 => Just(Handsfree), 1 => Just(Choppy), 1 => Just(Noise),
        1 => Just(Silent)
    ]
}

pub fn digit() -> impl Strategy<Value = Digit> {
    prop::sample::select("0123456789*#".chars().collect::<Vec<_>>()).prop_map(|key| Digit::parse(key).expect("a key"))
}

pub fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => (50u64..8000, condition()).prop_map(|(ms, condition)| Deed::Speak(Duration::from_millis(ms), condition)),
        2 => Just(Deed::Click),
        5 => digit().prop_map(Deed::Key),
        1 => Just(Deed::HangUp),
        1 => Just(Deed::Break),
    ]
}

/// What a service makes of a question: in time or not, sense or nonsense.
pub fn answer() -> impl Strategy<Value = Answering> {
    let body = prop::sample::select(vec![r#"{"level":"gold"}"#, "{}", "<html>", r#"{"level":[]}"#]);
    let status = prop::sample::select(vec![200, 200, 200, 404, 503]);
    let after = (0u64..5000, status, body)
        .prop_map(|(ms, status, body)| Answering::After(Duration::from_millis(ms), status, body.into()));
    prop_oneof![1 => Just(Answering::Unreachable), 5 => after]
}

pub fn past() -> impl Strategy<Value = Past> {
    let last = prop::option::weighted(
        0.3,
        (0u64..1_200, any::<bool>()).prop_map(|(ago, dropped)| Before { ago: Duration::from_secs(ago), dropped }),
    );
    (last, prop::bool::weighted(0.05)).prop_map(|(last, barred)| Past { last, barred })
}

pub fn plan() -> impl Strategy<Value = Plan> {
    let deeds = prop::collection::vec((0u64..12_000, deed()), 0..14).prop_map(|steps| {
        let mut at = Moment::ZERO;
        let timed = steps.into_iter().map(|(after, deed)| {
            at += Duration::from_millis(after);
            (at, deed)
        });
        timed.collect::<Vec<_>>()
    });
    let marks = prop::sample::select(vec![Marks::True, Marks::Never, Marks::Twice, Marks::Early, Marks::Some]);
    let background =
        prop::sample::select(vec![Condition::Silent, Condition::Silent, Condition::Noise, Condition::Clear]);
    let resume =
        prop::option::weighted(0.3, prop::sample::select(vec![Resume::NoAnswer, Resume::Failed, Resume::Completed]));
    let turns = || prop::collection::vec(any::<bool>(), 0..3);
    let answers = prop::collection::vec(answer(), 0..6);
    let caller = prop::option::weighted(0.7, Just("13800138000"));
    (deeds, marks, background, resume, turns(), turns(), caller, answers, past()).prop_map(
        |(deeds, marks, background, resume, store, transfers, caller, answers, past)| Plan {
            deeds,
            marks,
            background,
            resume,
            store,
            transfers,
            answers,
            past,
            caller: caller.and_then(PhoneNumber::parse),
            ..Plan::default()
        },
    )
}
