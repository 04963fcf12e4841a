//! Messages, services outside, earlier calls and bars, told in events: simulated time, one behaviour a test.

use super::{tests::BANK, *};
use crate::{
    phone::Digit,
    script::{self, PromptId, SourceFile},
    sim::{
        outside::Answering,
        talk::{Deed, Outcome, Plan, talk},
    },
};
use std::{sync::LazyLock, time::Duration};

/// `message_record` and `beep`, as the recordings are.
static ASKED: LazyLock<u64> = LazyLock::new(|| length("message_record") + length("beep"));

const REST: &str = "[step.bye]\nspare = \"x\"\nsay = \"goodbye\"\nhang_up = true\n[step.sorry]\nspare = \"x\"\nsay = \"system_error\"\nhang_up = true\n\
                    [step.agent]\nsay = \"transfer_announce\"\nqueue = \"q\"\n";

fn length(prompt: &str) -> u64 {
    BANK.clip("zh-CN", prompt).expect("a recording").duration().as_millis() as u64
}

fn run(first: &str, plan: Plan) -> Outcome {
    let text = format!("[hotline]\nstart = \"x\"\n[step.x]\n{first}\n{REST}");
    let script = script::read(&[SourceFile::new("hotline.toml", text)]).expect("a good script");
    let wall = jiff::civil::date(2026, 11, 18).at(20, 0, 0, 0).in_tz("Asia/Shanghai").expect("a date");
    talk(&Arc::new(script), &BANK, wall, plan, Duration::from_secs(600))
}

fn message(deeds: impl IntoIterator<Item = (u64, Deed)>) -> Outcome {
    messages(Plan { deeds: after_beep(deeds), ..Plan::default() })
}

fn messages(plan: Plan) -> Outcome {
    run(
        "say = \"message_record\"\nmessage = { longest = \"20s\", quiet = \"3s\", failed = \"sorry\" }\nnext = \"bye\"",
        plan,
    )
}

/// Deeds at times counted from the beep's end.
fn after_beep(deeds: impl IntoIterator<Item = (u64, Deed)>) -> Vec<(Moment, Deed)> {
    deeds.into_iter().map(|(ms, deed)| (Moment::from_millis(*ASKED + ms), deed)).collect()
}

fn speaks(ms: u64) -> Deed {
    Deed::Speak(Duration::from_millis(ms), Condition::Clear)
}

fn key(key: char) -> Deed {
    Deed::Key(Digit::parse(key).expect("a key"))
}

fn said(outcome: &Outcome) -> Vec<&str> {
    let said = outcome.journal.iter().filter_map(|entry| match &entry.what {
        What::PromptSaid { prompt } => Some(prompt.as_str()),
        _ => None,
    });
    said.collect()
}

fn taken(outcome: &Outcome) -> Vec<(u64, MessageEnd, bool)> {
    let taken = outcome.journal.iter().filter_map(|entry| match &entry.what {
        What::MessageTaken { length, by, kept, .. } => Some((length.as_millis() as u64, *by, *kept)),
        _ => None,
    });
    taken.collect()
}

fn stored(outcome: &Outcome) -> usize {
    outcome.promises.iter().filter(|promise| matches!(promise, Promise::Message { .. })).count()
}

fn ended(outcome: &Outcome) -> &str {
    outcome.end.as_ref().expect("an end").0.as_str()
}

#[test]
fn the_key_ends_a_message_and_thanks_follow() {
    let call = message([(500, speaks(4000)), (5000, key('#'))]);
    assert_eq!(said(&call), ["message_record", "beep", "message_thanks", "goodbye"]);
    assert_eq!(taken(&call), [(5000, MessageEnd::Key, true)]);
    assert_eq!((stored(&call), ended(&call)), (1, "message"));
}

#[test]
fn a_pause_ends_a_message() {
    let call = message([(500, speaks(2000)), (4000, speaks(2000))]);
    assert_eq!(taken(&call), [(9000, MessageEnd::Pause, true)]);
}

#[test]
fn the_tape_ends_however_long_somebody_speaks() {
    let call = message([(500, speaks(60_000))]);
    assert_eq!(taken(&call), [(20_000, MessageEnd::Longest, true)]);
    assert_eq!(stored(&call), 1);
}

#[test]
fn who_hangs_up_after_speaking_has_left_a_message() {
    let call = message([(500, speaks(3000)), (3800, Deed::HangUp)]);
    assert_eq!(taken(&call), [(3800, MessageEnd::HangUp, true)]);
    assert_eq!((stored(&call), ended(&call)), (1, "message"));
}

#[test]
fn who_hangs_up_at_once_has_left_none() {
    let call = message([(300, Deed::HangUp)]);
    assert_eq!((stored(&call), ended(&call)), (0, "abandoned"));
}

#[test]
fn who_says_nothing_is_asked_once_more_and_not_thanked() {
    let call = message([]);
    assert_eq!(said(&call), ["message_record", "beep", "message_record", "beep", "goodbye"]);
    assert_eq!((stored(&call), ended(&call)), (0, "completed"));
}

#[test]
fn who_keys_the_end_after_a_while_has_meant_it_however_little_was_heard() {
    let call = message([(2500, key('#'))]);
    assert_eq!(taken(&call), [(2500, MessageEnd::Key, true)]);
}

#[test]
fn a_message_that_could_not_be_stored_is_not_thanked_for() {
    let deeds = after_beep([(500, speaks(2000)), (3000, key('#'))]);
    let call = messages(Plan { deeds, store: vec![false], ..Plan::default() });
    assert_eq!(said(&call), ["message_record", "beep", "system_error"]);
    assert_eq!(ended(&call), "failed");
}

#[test]
fn a_key_over_the_words_leads_to_the_beep_and_zero_to_an_agent() {
    let early = |pressed| messages(Plan { deeds: vec![(Moment::from_millis(900), key(pressed))], ..Plan::default() });
    assert_eq!(said(&early('#'))[..2], ["message_record", "beep"]);
    assert_eq!(said(&early('0')), ["message_record", "transfer_announce"]);
}

fn ask(answers: Vec<Answering>, deeds: Vec<(Moment, Deed)>) -> Outcome {
    let step = "http = { url = \"http://crm/{caller}\", take = { card = \"card\" }, timeout = \"2s\", retries = 1, \
                failed = \"agent\" }\nnext = \"known\"\n[step.known]\nsay = [\"number_is\", \"$digits:card\"]\nnext = \"bye\"";
    run(step, Plan { answers, deeds, ..Plan::default() })
}

fn after(ms: u64, status: u16, body: &str) -> Vec<Answering> {
    vec![Answering::After(Duration::from_millis(ms), status, body.into())]
}

#[test]
fn an_answer_becomes_a_variable() {
    let call = ask(after(200, 200, r#"{"card":42}"#), Vec::new());
    assert_eq!(said(&call), ["number_is", "d4", "d2", "goodbye"]);
}

#[test]
fn a_second_of_waiting_is_filled_with_words_that_are_heard_to_their_end() {
    let call = ask(after(1500, 200, r#"{"card":4}"#), Vec::new());
    assert_eq!(said(&call), ["hold_start", "number_is", "d4", "goodbye"]);
    let at = |what: &What| call.journal.iter().find(|entry| entry.what == *what).map(|entry| entry.at.as_millis());
    let prompt = PromptId::new("hold_start");
    assert_eq!(at(&What::PromptSaid { prompt: prompt.clone() }), Some(1000));
    assert_eq!(at(&What::PromptFinished { prompt }), Some(1000 + length("hold_start")));
}

#[test]
fn no_answer_of_any_kind_leads_on_within_its_limits() {
    let failures = [
        (Vec::new(), NoAnswer::Unreachable),
        (after(200, 500, "{}"), NoAnswer::Status(500)),
        (after(200, 200, "<html>"), NoAnswer::NotJson),
        (after(200, 200, r#"{"card":[]}"#), NoAnswer::Shape),
        (after(9000, 200, "{}"), NoAnswer::Timeout),
    ];
    for (answers, why) in failures {
        let call = ask(answers, Vec::new());
        assert_eq!(said(&call).last(), Some(&"transfer_announce"), "{why:?}");
        let asked = call.journal.iter().find_map(|entry| match entry.what {
            What::Asked { took, failed } => Some((took, failed)),
            _ => None,
        });
        let (took, failed) = asked.expect("it was asked");
        assert_eq!(failed, Some(why));
        assert!(took <= Duration::from_secs(4), "{took:?}");
    }
}

#[test]
fn zero_leads_to_an_agent_while_an_answer_is_waited_for() {
    let call = ask(after(1900, 200, r#"{"card":4}"#), vec![(Moment::from_millis(500), key('0'))]);
    assert_eq!(said(&call), ["transfer_announce"]);
}

#[test]
fn a_key_on_a_bad_lines_words_before_a_question_outside_goes_on_with_the_question() {
    let step = "say = \"welcome\"\nhttp = { url = \"http://crm/\", take = { card = \"card\" }, failed = \"agent\" }\nnext = \"bye\"\n[barge_in]\nwelcome = \"speech\"";
    let deeds = vec![
        (Moment::from_millis(100), Deed::Speak(Duration::from_secs(3), Condition::Noisy)),
        (Moment::from_millis(4000), key('5')),
    ];
    let call = run(step, Plan { answers: after(200, 200, r#"{"card":4}"#), deeds, ..Plan::default() });
    assert_eq!((said(&call), ended(&call)), (vec!["welcome", "repeat_please", "welcome", "goodbye"], "completed"));
}

#[test]
fn a_number_is_barred_in_the_records_and_the_call_ends_politely() {
    let step = "say = \"harassment_warning\"\nbar = { for = \"24h\", reason = \"r\" }\nnext = \"end\"\n\
                [step.end]\nhang_up = true";
    let call = run(step, Plan::default());
    assert!(matches!(&call.promises[0], Promise::Bar { time, .. } if *time == Duration::from_hours(24)));
    assert_eq!((said(&call), ended(&call)), (vec!["harassment_warning"], "completed"));
    let withheld = run(step, Plan { caller: None, ..Plan::default() });
    assert!(!withheld.promises.iter().any(|promise| matches!(promise, Promise::Bar { .. })));
}

#[test]
fn digits_are_read_back_and_taken_again_or_taken_for_right() {
    let step = "say = \"callback_number\"\ncollect = { into = \"n\", length = 2, end = \"none\", read_back = true, \
                give_up = \"bye\" }\nnext = \"agent\"";
    let pressed = |keys: &[(u64, char)]| {
        let deeds = keys.iter().map(|(ms, pressed)| (Moment::from_millis(*ms), key(*pressed))).collect();
        run(step, Plan { deeds, ..Plan::default() })
    };
    let right = pressed(&[(6000, '4'), (6500, '7'), (11_000, '1')]);
    assert_eq!(said(&right), ["callback_number", "number_is", "d4", "d7", "confirm_key", "transfer_announce"]);
    let wrong = pressed(&[(6000, '4'), (6500, '7'), (11_000, '2')]);
    assert_eq!(said(&wrong)[5], "callback_number");
}
