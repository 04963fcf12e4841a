//! One behaviour a test; callers told as events, so that what was heard is beyond doubt.

use super::*;
use crate::{
    audio::source,
    line::Condition,
    phone::Digit,
    script::{self, SourceFile},
    sim::talk::{Deed, Plan, talk},
};
use std::sync::LazyLock;

static SCRIPT: LazyLock<Arc<Script>> = LazyLock::new(|| Arc::new(script::embedded().expect("the default script")));
static BANK: LazyLock<Bank> = LazyLock::new(|| Bank::load(source::embedded()).expect("the default recordings"));

/// `welcome_evening` and `menu_main`, as the recordings are.
const OPENING: u64 = 3560 + 9182;
/// `silent_reprompt`.
const REPROMPT: u64 = 3225;

fn evening() -> jiff::Zoned {
    jiff::civil::date(2026, 11, 18).at(20, 0, 0, 0).in_tz("Asia/Shanghai").expect("a date")
}

/// The call of a caller who does this, under the default script.
fn call(deeds: &[(u64, Deed)]) -> Past {
    call_with(deeds, Vec::new())
}

/// … where the gateway's API answers transfers so.
fn call_with(deeds: &[(u64, Deed)], transfers: Vec<bool>) -> Past {
    let deeds = deeds.iter().map(|(ms, deed)| (Moment::from_millis(*ms), deed.clone())).collect();
    let plan = Plan { deeds, transfers, ..Plan::default() };
    let caller = plan.caller.clone();
    let outcome = talk(&SCRIPT, &BANK, evening(), plan, Duration::from_secs(600));
    let (dialect, at) = (crate::gateway::DialectName::Twilio, Moment::ZERO);
    let started = What::Started { dialect, caller: None, called: None, resume: None };
    let journal = [Entry { at, what: started }].into_iter().chain(outcome.journal).collect();
    Past { journal, caller, lot: 0, wall: evening(), sound: None }
}

/// The default script with another wait after the menu.
fn hasty(wait: &str) -> Arc<Script> {
    let reason = format!("wait     = \"{wait}\"\nreason = \"a trial\"\n\n[step.inquiry]");
    other("wait     = \"5s\"\n\n[step.inquiry]", &reason)
}

fn again(past: &Past) -> Replayed {
    replay(&SCRIPT, &BANK, past.clone()).expect("a call that can be replayed")
}

/// The default script with one text in it replaced.
fn other(from: &str, to: &str) -> Arc<Script> {
    let files = script::Source::Embedded.scripts().expect("the default files");
    let changed = files.iter().map(|file| {
        let text = if file.name() == "hotline.toml" { file.text.replacen(from, to, 1) } else { file.text.clone() };
        SourceFile::new(&file.path, text)
    });
    let files: Vec<_> = changed.collect();
    Arc::new(script::read(&files).expect("a script that passes"))
}

fn words(replayed: &Replayed) -> (&'static str, &'static str) {
    (replayed.then.word, replayed.now.as_ref().map_or("no end", |now| now.word))
}

fn key(key: char) -> Deed {
    Deed::Key(Digit::parse(key).expect("a key"))
}

fn speaks(ms: u64, condition: Condition) -> Deed {
    Deed::Speak(Duration::from_millis(ms), condition)
}

#[test]
fn under_the_same_script_every_call_goes_the_same_way() {
    let after = OPENING + 1000;
    let calls = [
        call(&[]),
        call(&[(2000, key('2'))]),
        call(&[(after, speaks(900, Condition::Clear))]),
        call(&[(after, speaks(900, Condition::Faint)), (after + 9000, speaks(900, Condition::Faint))]),
        call(&[(after, speaks(300, Condition::Clear)), (after + 8000, speaks(300, Condition::Clear))]),
        call(&[(after + 3000, Deed::HangUp)]),
        call(&[(after, Deed::Click), (after + 3500, Deed::Break)]),
        call(&[(1000, key('9')), (4000, key('9')), (9000, key('9'))]),
    ];
    for past in calls {
        let replayed = again(&past);
        assert_eq!((replayed.changed(), replayed.parting.clone(), replayed.beyond), (false, None, false), "{past:?}");
    }
}

#[test]
fn a_number_keyed_in_is_keyed_in_again_without_being_known() {
    // A transfer that fails, the callback that is offered, and to another number.
    let menu = [(OPENING + 500, '0'), (18_500, '1'), (19_200, '2')];
    let number = (0..11).map(|place| (20_000 + place * 700, '5'));
    let keys = menu.into_iter().chain(number).chain([(28_000, '#')]);
    let deeds: Vec<_> = keys.map(|(at, digit)| (at, key(digit))).collect();
    let past = call_with(&deeds, vec![false]);
    let secret = past.journal.iter().filter(|entry| matches!(entry.what, What::Key { digit: None })).count();
    assert_eq!(secret, 12, "{:?}", past.journal);
    let replayed = again(&past);
    assert_eq!((words(&replayed), replayed.parting), (("callback", "callback"), None));
}

#[test]
fn a_shorter_wait_does_not_make_the_caller_answer_before_he_is_asked() {
    // He speaks half a second into the wait after the reprompt.
    let past = call(&[(OPENING + 5000 + REPROMPT + 500, speaks(900, Condition::Clear))]);
    let replayed = replay(&hasty("3s"), &BANK, past).expect("a replay");
    assert_eq!((words(&replayed), replayed.parting), (("agent", "agent"), None));
    assert_eq!(replayed.then.at_ms - replayed.now.map_or(0, |now| now.at_ms), 2000);
}

#[test]
fn a_wait_cut_short_talks_into_who_speaks_late_in_it() {
    let past = call(&[(OPENING + 4000, speaks(900, Condition::Clear))]);
    let replayed = replay(&hasty("2s"), &BANK, past).expect("a replay");
    let (then, now) = replayed.parting.map(|parting| (parting.then, parting.now)).expect("another way");
    assert_eq!(then.map(|(_, point)| point.to_string()).as_deref(), Some("step agent"));
    let now = now.map(|(at, point)| (at.as_millis(), point.to_string()));
    assert_eq!(now, Some((OPENING + 2000, "ladder silent 1".into())));
}

#[test]
fn who_hung_up_before_the_new_end_of_a_wait_hangs_up_again() {
    let past = call(&[(OPENING + 4500, Deed::HangUp)]);
    let replayed = replay(&hasty("9s"), &BANK, past).expect("a replay");
    assert_eq!((words(&replayed), replayed.parting), (("abandoned", "abandoned"), None));
}

#[test]
fn stricter_thresholds_take_a_faint_verdict_back() {
    let mut past = call(&[(OPENING + 1000, speaks(900, Condition::Faint))]);
    for entry in &mut past.journal {
        if let What::Judged(judgement) = &mut entry.what
            && judgement.condition == Condition::Faint
        {
            judgement.evidence.rule = crate::line::Rule::LevelBelowLimit;
            judgement.evidence.level_dbov = Some(-41.0);
        }
    }
    assert!(!again(&past).changed());
    let strict = other("faint     = \"-37dBov\"", "faint     = \"-45dBov\"");
    let replayed = replay(&strict, &BANK, past).expect("a replay");
    assert_eq!(words(&replayed), ("faint", "agent"));
    assert!(replayed.changed());
}

#[test]
fn after_the_last_thing_known_the_caller_is_silent_and_it_is_said_so() {
    let patient = other("\"silent_change_phone\", wait = \"5s\"", "\"silent_change_phone\", wait = \"9s\"");
    let replayed = replay(&patient, &BANK, call(&[])).expect("a replay");
    assert_eq!((words(&replayed), replayed.parting, replayed.beyond), (("silent", "silent"), None, true));
}

#[test]
fn what_we_ended_and_what_never_began_is_not_replayed() {
    let mut past = call(&[]);
    let ended = past.journal.pop().expect("an end");
    assert_eq!(replay(&SCRIPT, &BANK, past.clone()).err(), Some(Unreplayable::Running));
    let What::Ended { disposition, step, .. } = ended.what else { panic!("an end") };
    past.journal.push(Entry { at: ended.at, what: What::Ended { disposition, by: EndedBy::Us, step } });
    assert_eq!(replay(&SCRIPT, &BANK, past.clone()).err(), Some(Unreplayable::EndedByUs));
    past.journal.clear();
    assert_eq!(replay(&SCRIPT, &BANK, past).err(), Some(Unreplayable::NeverBegan));
}
