//! What a caller hears and when, told in events: simulated time, one behaviour a test.

use super::*;
use crate::{
    audio::{Bank, source},
    gateway::Resume,
    phone::Digit,
    script,
    sim::talk::{Deed, Marks, Outcome, Plan, talk},
};
use std::{sync::LazyLock, time::Duration};

mod values;

static SCRIPT: LazyLock<Arc<Script>> = LazyLock::new(|| Arc::new(script::embedded().expect("the default script")));
/// Encoded once for all tests of calls.
pub(super) static BANK: LazyLock<Bank> =
    LazyLock::new(|| Bank::load(source::embedded()).expect("the default recordings"));

const LIMIT: Duration = Duration::from_secs(600);
/// `welcome_evening` and `menu_main`, as the recordings are.
const OPENING: u64 = 3560 + 9182;

fn evening() -> jiff::Zoned {
    jiff::civil::date(2026, 11, 18).at(20, 0, 0, 0).in_tz("Asia/Shanghai").expect("a date")
}

fn run(plan: Plan) -> Outcome {
    talk(&SCRIPT, &BANK, evening(), plan, LIMIT)
}

fn does(deeds: impl IntoIterator<Item = (u64, Deed)>) -> Outcome {
    run(Plan {
        deeds: deeds.into_iter().map(|(ms, deed)| (Moment::from_millis(ms), deed)).collect(),
        ..Plan::default()
    })
}

fn speaks(ms: u64, condition: Condition) -> Deed {
    Deed::Speak(Duration::from_millis(ms), condition)
}

fn key(key: char) -> Deed {
    Deed::Key(Digit::parse(key).expect("a key"))
}

impl Outcome {
    /// Prompts that were begun, in order.
    fn said(&self) -> Vec<&str> {
        let said = self.journal.iter().filter_map(|entry| match &entry.what {
            What::PromptSaid { prompt } => Some(prompt.as_str()),
            _ => None,
        });
        said.collect()
    }

    fn when(&self, wanted: &str, finished: bool) -> Vec<u64> {
        let times = self.journal.iter().filter(|entry| match &entry.what {
            What::PromptSaid { prompt } => !finished && prompt.as_str() == wanted,
            What::PromptFinished { prompt } => finished && prompt.as_str() == wanted,
            _ => false,
        });
        times.map(|entry| entry.at.as_millis()).collect()
    }

    /// Silence between the end of one prompt and the beginning of another, milliseconds; the first of each.
    fn wait(&self, from: &str, to: &str) -> u64 {
        self.when(to, false)[0] - self.when(from, true)[0]
    }

    fn ended(&self) -> (&str, &str) {
        let (disposition, by) = self.end.as_ref().expect("the call has ended");
        (disposition.as_str(), by.as_str())
    }

    fn route(&self) -> String {
        self.promises
            .iter()
            .rev()
            .find_map(|promise| match promise {
                Promise::Route { decision, .. } => Some(decision.to_string()),
                _ => None,
            })
            .unwrap_or_default()
    }

    fn never_told_to_change_phones(&self) -> bool {
        !self.said().iter().any(|prompt| prompt.contains("change_phone") || prompt.contains("speak_up"))
    }
}

#[test]
fn a_silent_caller_is_asked_told_and_let_go_five_seconds_apart() {
    let call = run(Plan::default());
    assert_eq!(call.said(), ["welcome_evening", "menu_main", "silent_reprompt", "silent_change_phone"]);
    assert_eq!(call.wait("menu_main", "silent_reprompt"), 5000);
    assert_eq!(call.wait("silent_reprompt", "silent_change_phone"), 5000);
    assert_eq!(call.at.as_millis() - call.when("silent_change_phone", true)[0], 5000);
    assert_eq!(call.ended(), ("silent", "hotline"));
    assert_eq!(call.route(), "end");
}

#[test]
fn a_key_that_skips_the_farewell_before_a_silent_hang_up_does_not_save_the_caller_one() {
    let script = "[hotline]\nstart = \"thanks\"\nagent = \"agent\"\n\
        [step.thanks]\nsay = \"goodbye\"\nnext = \"end\"\n[step.end]\nhang_up = \"8s\"\n\
        [step.agent]\nspare = \"nobody asks\"\nqueue = \"q\"\n";
    let script = Arc::new(script::read(&[script::SourceFile::new("hotline.toml", script)]).expect("a good script"));
    let plan = Plan { deeds: vec![(Moment::from_millis(200), key('1'))], ..Plan::default() };
    let call = talk(&script, &BANK, evening(), plan, LIMIT);
    assert_eq!(call.said(), ["goodbye", "goodbye"]);
    assert_eq!(call.at.as_millis() - call.when("goodbye", true)[0], 8000);
    assert_eq!(call.ended(), ("completed", "hotline"));
}

#[test]
fn the_ladder_keeps_time_when_marks_never_come() {
    let call = run(Plan { marks: Marks::Never, ..Plan::default() });
    assert_eq!(call.wait("menu_main", "silent_reprompt"), 5000);
    assert_eq!(call.wait("silent_reprompt", "silent_change_phone"), 5000);
    assert_eq!(call.ended(), ("silent", "hotline"));
}

#[test]
fn marks_that_come_early_or_twice_shorten_no_wait() {
    for marks in [Marks::Early, Marks::Twice, Marks::Some] {
        let call = run(Plan { marks, ..Plan::default() });
        assert_eq!(call.wait("menu_main", "silent_reprompt"), 5000, "{marks:?}");
        assert_eq!(call.said().len(), 4, "{marks:?}");
    }
}

#[test]
fn noise_and_nobody_speaking_hears_of_noise_in_the_end() {
    let call = run(Plan { background: Condition::Noise, ..Plan::default() });
    assert_eq!(call.said()[2..], ["silent_reprompt", "noisy_change_phone"]);
    assert_eq!(call.ended(), ("noisy", "hotline"));
}

#[test]
fn speech_after_the_opening_goes_to_an_agent() {
    let call = does([(OPENING + 1000, speaks(2000, Condition::Clear))]);
    assert_eq!(call.said()[2..], ["transfer_announce"]);
    assert_eq!(call.ended(), ("agent", "hotline"));
    assert_eq!(call.route(), "agent:agent");
    // 0.8 s of pause end the turn.
    assert_eq!(call.when("transfer_announce", false)[0], OPENING + 1000 + 2000 + 800);
}

#[test]
fn speech_after_the_reprompt_leaves_the_ladder() {
    let call = does([(OPENING + 5000 + 3225 + 1000, speaks(1500, Condition::Clear))]);
    assert_eq!(call.said()[2..], ["silent_reprompt", "transfer_announce"]);
    assert!(
        call.journal
            .iter()
            .any(|entry| matches!(entry.what, What::Recovered { condition: Condition::Silent, index: 0 }))
    );
}

#[test]
fn who_begins_to_speak_just_before_a_wait_ends_is_heard() {
    let call = does([(OPENING + 4800, speaks(2000, Condition::Clear))]);
    assert_eq!(call.said()[2..], ["transfer_announce"]);
}

#[test]
fn a_click_just_before_a_wait_ends_delays_it_by_the_grace_and_no_more() {
    let call = does([(OPENING + 4900, Deed::Click)]);
    assert_eq!(call.said()[2], "silent_reprompt");
    assert_eq!(call.wait("menu_main", "silent_reprompt"), 5300);
    assert_eq!(call.wait("silent_reprompt", "silent_change_phone"), 5000);
}

#[test]
fn a_long_talker_is_judged_after_five_seconds() {
    let call = does([(OPENING + 1000, speaks(30_000, Condition::Clear))]);
    assert_eq!(call.when("transfer_announce", false)[0], OPENING + 1000 + 5000);
}

#[test]
fn speech_at_the_change_phone_prompt_stops_it_and_counts() {
    let reached = OPENING + 5000 + 3225 + 5000;
    let call = does([(reached + 1000, speaks(2000, Condition::Clear))]);
    assert_eq!(call.said()[3..], ["silent_change_phone", "transfer_announce"]);
    assert_eq!(call.ended().0, "agent");
}

#[test]
fn a_word_is_no_request_but_its_speaker_is_not_silent() {
    let call = does([(OPENING + 1000, speaks(400, Condition::Clear))]);
    assert_eq!(call.said()[2..], ["menu_no_input", "menu_main", "transfer_announce"]);
    assert!(call.never_told_to_change_phones());
}

#[test]
fn a_faint_caller_is_asked_to_speak_up_and_helped_when_he_does() {
    let call = does([
        (OPENING + 1000, speaks(2000, Condition::Faint)),
        (OPENING + 1000 + 2000 + 800 + 3053 + 1000, speaks(2000, Condition::Clear)),
    ]);
    assert_eq!(call.said()[2..], ["faint_speak_up", "transfer_announce"]);
}

#[test]
fn a_caller_who_stays_faint_is_told_to_change_phones_and_let_go() {
    let first = OPENING + 1000;
    let second = first + 2000 + 800 + 3053 + 1000;
    let call = does([(first, speaks(2000, Condition::Faint)), (second, speaks(2000, Condition::Faint))]);
    assert_eq!(call.said()[2..], ["faint_speak_up", "faint_change_phone"]);
    assert_eq!(call.ended(), ("faint", "hotline"));
    assert_eq!(call.at.as_millis() - call.when("faint_change_phone", true)[0], 5000);
}

#[test]
fn a_faint_caller_who_speaks_into_the_closing_prompt_hears_it_again_to_its_end() {
    let first = OPENING + 1000;
    let told = first + 2000 + 800 + 3053 + 5000;
    let call = does([(first, speaks(2000, Condition::Faint)), (told + 1000, speaks(2000, Condition::Faint))]);
    assert_eq!(call.said()[2..], ["faint_speak_up", "faint_change_phone", "faint_change_phone"]);
    assert_eq!(call.when("faint_change_phone", true).len(), 1);
    assert_eq!(call.at.as_millis() - call.when("faint_change_phone", true)[0], 5000);
}

#[test]
fn a_noisy_caller_is_asked_to_repeat_then_told() {
    let first = OPENING + 1000;
    let second = first + 3000 + 800 + 5514 + 1000;
    let call = does([(first, speaks(3000, Condition::Noisy)), (second, speaks(3000, Condition::Noisy))]);
    assert_eq!(call.said()[2..], ["repeat_please", "noisy_change_phone"]);
    assert_eq!(call.ended(), ("noisy", "hotline"));
}

#[test]
fn a_truck_passes() {
    let first = OPENING + 1000;
    let second = first + 3000 + 800 + 5514 + 1000;
    let call = does([(first, speaks(3000, Condition::Noisy)), (second, speaks(3000, Condition::Clear))]);
    assert_eq!(call.said()[2..], ["repeat_please", "transfer_announce"]);
}

#[test]
fn a_choppy_line_ends_only_with_consent() {
    let first = OPENING + 1000;
    let still = (first + 3000 + 800 + 6029 + 1000, speaks(3000, Condition::Choppy));
    let silent_then = does([(first, speaks(3000, Condition::Choppy)), still.clone()]);
    assert_eq!(silent_then.said()[2..], ["choppy_move", "choppy_consent", "transfer_announce"]);
    let consents = does([(first, speaks(3000, Condition::Choppy)), still, (still_at() + 9000, key('1'))]);
    assert_eq!(consents.said()[2..], ["choppy_move", "choppy_consent", "goodbye"]);
    assert_eq!(consents.ended(), ("choppy", "hotline"));

    fn still_at() -> u64 {
        OPENING + 1000 + 3000 + 800 + 6029 + 1000 + 3000
    }
}

#[test]
fn a_handsfree_caller_is_asked_to_pick_up_then_treated_as_faint() {
    let first = OPENING + 1000;
    let call = does([(first, speaks(3000, Condition::Handsfree))]);
    assert_eq!(call.said()[2..], ["handsfree_pick_up", "faint_speak_up", "faint_change_phone"]);
}

#[test]
fn a_key_during_the_menu_is_taken_at_once() {
    let call = does([(5000, key('2'))]);
    assert_eq!(call.said(), ["welcome_evening", "menu_main", "transfer_announce"]);
    assert_eq!(call.when("transfer_announce", false), [5000]);
    assert_eq!(call.route(), "queue:complaint");
}

#[test]
fn a_key_after_the_menu_is_taken_too() {
    let call = does([(OPENING + 2000, key('3'))]);
    assert_eq!(call.route(), "queue:business");
}

#[test]
fn zero_is_an_agent_everywhere() {
    let call = does([(1000, key('0'))]);
    assert_eq!(call.route(), "agent:agent");
}

#[test]
fn star_repeats_the_menu_twice_at_most() {
    let call = does([(5000, key('*')), (7000, key('*')), (9000, key('*'))]);
    assert_eq!(call.said(), ["welcome_evening", "menu_main", "menu_main", "menu_main", "transfer_announce"]);
}

#[test]
fn a_wrong_key_is_told_and_the_third_leads_to_an_agent() {
    let call = does([(5000, key('7')), (6000, key('8')), (7000, key('#'))]);
    assert_eq!(call.said(), ["welcome_evening", "menu_main", "menu_invalid", "menu_invalid", "transfer_announce"]);
}

#[test]
fn no_input_on_a_proven_line_is_no_silent_call() {
    let call = does([(5000, key('7'))]);
    assert_eq!(call.said()[2..], ["menu_invalid", "menu_main", "menu_no_input", "menu_main", "transfer_announce"]);
    assert!(call.never_told_to_change_phones());
}

#[test]
fn the_announcement_is_heard_to_its_end_whatever_is_pressed() {
    let call = does([(5000, key('1')), (6000, key('2'))]);
    assert_eq!(call.when("transfer_announce", true), [5000 + 3586]);
    assert_eq!(call.route(), "queue:inquiry");
}

#[test]
fn the_agent_gets_a_note() {
    let call = does([(5000, key('1'))]);
    let note = call.promises.iter().find_map(|promise| match promise {
        Promise::Route { note, .. } => Some(note.as_str()),
        _ => None,
    });
    assert_eq!(note, Some("key=1;condition=clear;waited=8"));
}

#[test]
fn a_failed_transfer_is_heard_and_a_callback_offered() {
    let call = run(Plan { resume: Some(Resume::NoAnswer), ..Plan::default() });
    assert_eq!(call.said()[..2], ["transfer_failed", "callback_offer"]);
    assert_eq!(call.ended(), ("completed", "hotline"));
    assert_eq!(call.said().last(), Some(&"goodbye"));
}

#[test]
fn a_transfer_that_the_gateway_refuses_is_a_failed_transfer() {
    let deeds = vec![(Moment::from_millis(1000), key('0'))];
    let call = run(Plan { deeds, transfers: vec![false], ..Plan::default() });
    assert_eq!(call.said()[1..4], ["transfer_announce", "transfer_failed", "callback_offer"]);
}

#[test]
fn a_callback_to_the_callers_number_is_stored_before_it_is_confirmed() {
    let deeds = [(5000, key('1')), (8000, key('1'))];
    let deeds = deeds.map(|(ms, deed)| (Moment::from_millis(ms), deed)).to_vec();
    let call = run(Plan { deeds, resume: Some(Resume::Busy), ..Plan::default() });
    let stored = call.journal.iter().position(|entry| matches!(entry.what, What::CallbackStored { .. }));
    let spoken = call
        .journal
        .iter()
        .position(|entry| matches!(&entry.what, What::PromptSaid { prompt } if prompt.as_str() == "callback_confirm"));
    assert!(stored.expect("stored") < spoken.expect("spoken"));
    assert_eq!(call.promises[0], Promise::Callback(PhoneNumber::parse("13800138000").expect("a number")));
    assert_eq!(call.ended(), ("callback", "hotline"));
}

#[test]
fn a_promise_that_cannot_be_stored_is_not_spoken() {
    let deeds = [(5000, key('1')), (8000, key('1'))];
    let deeds = deeds.map(|(ms, deed)| (Moment::from_millis(ms), deed)).to_vec();
    let call = run(Plan { deeds, resume: Some(Resume::Busy), store: vec![false], ..Plan::default() });
    assert!(!call.said().contains(&"callback_confirm"));
    assert_eq!(call.said().last(), Some(&"system_error"));
    assert!(call.end.is_some());
}

#[test]
fn another_number_is_keyed_in_read_back_and_kept() {
    let mut deeds = vec![(5000, key('1')), (7000, key('2'))];
    deeds.extend("02112345678#".chars().enumerate().map(|(n, digit)| (9000 + 300 * n as u64, key(digit))));
    deeds.push((30_000, key('1')));
    let deeds = deeds.into_iter().map(|(ms, deed)| (Moment::from_millis(ms), deed)).collect();
    let call = run(Plan { deeds, resume: Some(Resume::Failed), ..Plan::default() });
    let read = ["number_is", "d0", "d2", "yao", "yao", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "confirm_key"];
    let at = call.said().iter().position(|prompt| *prompt == "number_is").expect("read back");
    assert_eq!(call.said()[at..at + read.len()], read);
    assert_eq!(call.promises[0], Promise::Callback(PhoneNumber::parse("02112345678").expect("a number")));
    assert!(!format!("{:?}", call.journal).contains("02112345678"), "keyed-in digits are in the journal");
}

#[test]
fn after_the_agent_the_caller_is_asked_rated_and_let_go() {
    let call = run(Plan { resume: Some(Resume::Completed), ..Plan::default() });
    assert_eq!(call.said(), ["anything_else", "survey_ask", "goodbye"]);
    assert_eq!(call.ended(), ("completed", "hotline"));
}

#[test]
fn speech_at_the_goodbye_asks_once_more() {
    let goodbye = 2811 + 5000 + 6996 + 5000;
    let deeds = vec![(Moment::from_millis(goodbye + 500), speaks(1500, Condition::Clear))];
    let call = run(Plan { deeds, resume: Some(Resume::Completed), ..Plan::default() });
    assert_eq!(call.said()[2..], ["goodbye", "anything_else", "goodbye"]);
}

#[test]
fn a_caller_who_hangs_up_has_given_up_or_is_done() {
    assert_eq!(does([(5000, Deed::HangUp)]).ended(), ("abandoned", "caller"));
    assert_eq!(does([(5000, Deed::Break)]).ended(), ("lost", "network"));
    let goodbye = 2811 + 5000 + 6996 + 5000;
    let deeds = vec![(Moment::from_millis(goodbye + 2500), Deed::HangUp)];
    let call = run(Plan { deeds, resume: Some(Resume::Completed), ..Plan::default() });
    assert_eq!(call.ended(), ("completed", "caller"));
}

#[test]
fn the_greeting_follows_the_clock() {
    let at = |hour| jiff::civil::date(2026, 11, 18).at(hour, 0, 0, 0).in_tz("Asia/Shanghai").expect("a date");
    let first = |hour| talk(&SCRIPT, &BANK, at(hour), Plan::default(), LIMIT).said()[0].to_owned();
    assert_eq!(first(5), "welcome_morning");
    assert_eq!(first(12), "welcome_afternoon");
    assert_eq!(first(18), "welcome_evening");
    assert_eq!(first(3), "welcome_evening");
}

#[test]
fn speech_over_the_menu_stops_it_and_leads_to_an_agent() {
    let call = does([(OPENING - 3000, speaks(1500, Condition::Clear))]);
    assert_eq!(call.said(), ["welcome_evening", "menu_main", "transfer_announce"]);
    assert_eq!(call.when("transfer_announce", false), [OPENING - 3000 + 1500 + 800]);
}

#[test]
fn a_word_over_the_menu_is_no_request_the_menu_goes_on() {
    let call = does([(OPENING - 3000, speaks(400, Condition::Clear)), (OPENING + 2000, key('1'))]);
    assert_eq!(call.said(), ["welcome_evening", "menu_main", "menu_main", "transfer_announce"]);
    assert_eq!(call.route(), "queue:inquiry");
}

#[test]
fn clear_speech_over_a_menu_that_only_keys_stop_counts_when_it_has_ended() {
    let mut script = (**SCRIPT).clone();
    let start = script.start;
    script.steps[start.0].say.iter_mut().for_each(|saying| saying.barge_in = script::BargeIn::Key);
    let deeds = vec![(Moment::from_millis(OPENING - 3000), speaks(1500, Condition::Clear))];
    let call = talk(&Arc::new(script), &BANK, evening(), Plan { deeds, ..Plan::default() }, LIMIT);
    assert_eq!(call.said(), ["welcome_evening", "menu_main", "transfer_announce"]);
    assert_eq!(call.when("transfer_announce", false), [OPENING]);
}

#[test]
fn three_short_words_and_never_an_answer_are_a_caller_who_may_not_hear_us() {
    let words = [1000, 5000, OPENING + 1000].map(|ms| (ms, speaks(400, Condition::Clear)));
    let call = does(words.clone());
    // The first word stops the greeting, which is then said again.
    assert_eq!(call.said()[2..], ["menu_main", "one_way_callback"]);
    assert_eq!(call.promises[0], Promise::Callback(PhoneNumber::parse("13800138000").expect("a number")));
    assert_eq!(call.ended(), ("one_way", "hotline"));
    let deeds = words.map(|(ms, deed)| (Moment::from_millis(ms), deed)).to_vec();
    let withheld = run(Plan { deeds: deeds.clone(), caller: None, ..Plan::default() });
    assert_eq!(withheld.said()[3..], ["one_way_no_number"]);
    let unstored = run(Plan { deeds, store: vec![false], ..Plan::default() });
    assert_eq!(unstored.said()[3..], ["one_way_no_number"]);
}

#[test]
fn who_answers_after_all_is_no_one_way_line() {
    let mut deeds = [1000, 5000, OPENING + 1000].map(|ms| (ms, speaks(400, Condition::Clear))).to_vec();
    deeds.push((OPENING + 9200, speaks(1500, Condition::Clear)));
    let call = does(deeds);
    assert_eq!(call.said()[3..], ["one_way_callback", "transfer_announce"]);
    let keyed = does([(1000, speaks(400, Condition::Clear)), (2500, speaks(400, Condition::Clear)), (5000, key('1'))]);
    assert_eq!(keyed.route(), "queue:inquiry");
}

#[test]
fn who_asks_for_it_hears_louder_prompts() {
    let mut script = (**SCRIPT).clone();
    let start = script.find("welcome").expect("the menu");
    let script::Act::Ask(ask) = &mut script.steps[start.0].act else { panic!("the start is a menu") };
    ask.keys.insert(Digit::parse('9').expect("a key"), script::Choice::Louder);
    let deeds = vec![(Moment::from_millis(5000), key('9'))];
    let call = talk(&Arc::new(script), &BANK, evening(), Plan { deeds, ..Plan::default() }, LIMIT);
    assert_eq!(call.said()[2..4], ["louder_apology", "menu_main"]);
    assert!(call.journal.iter().any(|entry| entry.what == What::Louder));
}

#[test]
fn no_room_is_told_or_left_to_the_queue() {
    let mut call = Call::new(SCRIPT.clone(), evening(), HandsOver::ByRoute);
    call.handle(Event::Busy { queue: Some("support".into()) }, Moment::ZERO);
    let commands: Vec<Command> = std::iter::from_fn(|| call.poll_command()).collect();
    assert!(matches!(&commands[..], [Command::Commit(Promise::Route { .. })]));
    let mut call = Call::new(SCRIPT.clone(), evening(), HandsOver::ByRoute);
    call.handle(Event::Busy { queue: None }, Moment::ZERO);
    assert!(
        matches!(call.poll_command(), Some(Command::Say { prompts, .. }) if prompts[0].as_str() == "capacity_busy")
    );
}
