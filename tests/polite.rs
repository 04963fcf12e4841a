//! Whatever a caller, a line and a gateway do: never a hang-up without a closing prompt played to its end and its wait,
//! never a wait shorter than written, always an end. (service-script.md §1)

use proptest::prelude::*;
use qingjiang::{
    audio::{Bank, source},
    call::{Before, Disposition, EndedBy, Entry, Past, What},
    gateway::Resume,
    line::Condition,
    moment::Moment,
    phone::{Digit, PhoneNumber},
    script::{self, Script, SourceFile},
    sim::{
        Segment,
        outside::Answering,
        peer::{Facts, PeerKind},
        run::{World, run},
        talk::{Deed, Marks, Plan, talk},
        telephone::Echo,
        voice::Voice,
    },
};
use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, LazyLock},
    time::Duration,
};

static SCRIPT: LazyLock<Arc<Script>> = LazyLock::new(|| Arc::new(script::embedded().expect("the default script")));
static BANK: LazyLock<Arc<Bank>> =
    LazyLock::new(|| Arc::new(Bank::load(source::embedded()).expect("the default recordings")));

/// Every step that wants something of the world, a key away from the menu and leading into each other.
static WORLDLY: LazyLock<Arc<Script>> = LazyLock::new(|| {
    let text = r#"
[hotline]
start = "incoming"
[step.incoming]
if_barred = { yes = "barred", no = "returning" }
[step.barred]
say = "harassment_warning"
hang_up = "5s"
[step.returning]
if_called_before = { within = "10m", yes = "look_up", no = "welcome" }
[step.welcome]
say = ["welcome", "menu_main"]
keys = { 1 = "message", 2 = "look_up", 3 = "harassment", 4 = "order", 0 = "agent", "*" = "repeat" }
speech = "agent"
[step.message]
say = "message_record"
message = { longest = "20s", quiet = "3s", empty = "anything_else", failed = "sorry" }
next = "anything_else"
[step.look_up]
say = "hold_start"
http = { url = "http://crm/{caller}", take = { level = "level" }, timeout = "3s", retries = 1, failed = "message" }
next = "tell"
[step.tell]
http = { url = "http://crm/{level}", send = { level = "$level" }, failed = "sorry" }
next = "welcome_again"
[step.welcome_again]
say = "menu_main"
keys = { 1 = "message", 2 = "order", 0 = "agent" }
speech = "message"
[step.order]
say = "callback_number"
collect = { into = "order", length = 4, end = "none", read_back = true, give_up = "message" }
next = "look_up"
[step.harassment]
say = "harassment_warning"
bar = { for = "24h", reason = "x" }
next = "end"
[step.end]
hang_up = "5s"
[step.anything_else]
say = "anything_else"
keys = { 0 = "agent" }
speech = "welcome_again"
no_input = "bye"
[step.sorry]
say = "system_error"
hang_up = "5s"
[step.bye]
say = "goodbye"
hang_up = "5s"
speech = "anything_else"
[step.agent]
say = "transfer_announce"
queue = "q"
"#;
    let told =
        |problems: Vec<script::Problem>| problems.iter().map(|problem| format!("{problem}\n")).collect::<String>();
    Arc::new(script::read(&[SourceFile::new("hotline.toml", text)]).map_err(told).expect("a good script"))
});

/// Prompts that say goodbye: the only ones after which we may hang up.
const CLOSINGS: [&str; 9] = [
    "goodbye",
    "harassment_warning",
    "silent_change_phone",
    "faint_change_phone",
    "noisy_change_phone",
    "one_way_callback",
    "one_way_no_number",
    "system_error",
    "capacity_busy",
];
/// The wait of the default script's closings and rungs.
const WAIT: Duration = Duration::from_secs(5);
/// An hour: whoever has not been helped or let go by then never will be.
const LIMIT: Duration = Duration::from_secs(3600);

fn evening() -> jiff::Zoned {
    jiff::civil::date(2026, 11, 18).at(20, 0, 0, 0).in_tz("Asia/Shanghai").expect("a date")
}

/// What must hold of every call.
fn polite(journal: &[Entry], end: &Option<(Disposition, EndedBy)>, at: Moment) -> Result<(), String> {
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

fn condition() -> impl Strategy<Value = Condition> {
    use Condition::*;
    prop_oneof![
        4 => Just(Clear), 2 => Just(Faint), 2 => Just(Noisy), 1 => Just(Handsfree), 1 => Just(Choppy), 1 => Just(Noise),
        1 => Just(Silent)
    ]
}

fn digit() -> impl Strategy<Value = Digit> {
    prop::sample::select("0123456789*#".chars().collect::<Vec<_>>()).prop_map(|key| Digit::parse(key).expect("a key"))
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => (50u64..8000, condition()).prop_map(|(ms, condition)| Deed::Speak(Duration::from_millis(ms), condition)),
        2 => Just(Deed::Click),
        5 => digit().prop_map(Deed::Key),
        1 => Just(Deed::HangUp),
        1 => Just(Deed::Break),
    ]
}

fn script() -> impl Strategy<Value = Arc<Script>> {
    prop::bool::ANY.prop_map(|worldly| if worldly { WORLDLY.clone() } else { SCRIPT.clone() })
}

/// What a service makes of a question: in time or not, sense or nonsense.
fn answer() -> impl Strategy<Value = Answering> {
    let body = prop::sample::select(vec![r#"{"level":"gold"}"#, "{}", "<html>", r#"{"level":[]}"#]);
    let status = prop::sample::select(vec![200, 200, 200, 404, 503]);
    let after = (0u64..5000, status, body)
        .prop_map(|(ms, status, body)| Answering::After(Duration::from_millis(ms), status, body.into()));
    prop_oneof![1 => Just(Answering::Unreachable), 5 => after]
}

fn past() -> impl Strategy<Value = Past> {
    let last = prop::option::weighted(
        0.3,
        (0u64..1_200, any::<bool>()).prop_map(|(ago, dropped)| Before { ago: Duration::from_secs(ago), dropped }),
    );
    (last, prop::bool::weighted(0.05)).prop_map(|(last, barred)| Past { last, barred })
}

fn plan() -> impl Strategy<Value = Plan> {
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_random_caller_is_treated_rudely(plan in plan(), script in script()) {
        let outcome = talk(&script, &BANK, evening(), plan, LIMIT);
        if let Err(why) = polite(&outcome.journal, &outcome.end, outcome.at) {
            prop_assert!(false, "{why}\n{:#?}", outcome.journal);
        }
    }
}

fn segment() -> impl Strategy<Value = Segment> {
    let ms = |most| (20u64..most).prop_map(Duration::from_millis);
    prop_oneof![
        4 => ms(9000).prop_map(Segment::Silence),
        3 => ms(9000).prop_map(Segment::Hiss),
        3 => (ms(4000), -60f32..-15.0).prop_map(|(time, level)| Segment::Noise(time, level)),
        5 => (speech(), -35f32..6.0).prop_map(|(file, gain)| Segment::Wav(file.into(), gain)),
        2 => ms(4000).prop_map(Segment::Missing),
        2 => digit().prop_map(|key| Segment::Keys(vec![key])),
        1 => Just(Segment::Hangup),
    ]
}

/// Recordings that stand in for a caller's voice.
fn speech() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["d1", "harassment_warning", "out_of_scope", "suggestion_thanks", "wrong_number", "d7"])
}

fn voice_of(path: &Path) -> Result<Arc<[i16]>, String> {
    let clip = BANK.clip("zh-CN", &path.to_string_lossy()).ok_or("no such recording")?;
    let mut pcm = vec![0; clip.samples()];
    clip.pcm_8k(0, &mut pcm);
    Ok(pcm.into())
}

#[derive(Clone, Debug)]
struct Voiced {
    segments: Vec<Segment>,
    kind: PeerKind,
    echo: Option<(f32, u64)>,
    transfer: Option<bool>,
    answer: Answering,
    past: Past,
    script: Arc<Script>,
    store_works: bool,
}

fn voiced() -> impl Strategy<Value = Voiced> {
    let segments = prop::collection::vec(segment(), 0..10);
    let kind = prop::sample::select(PeerKind::ALL.to_vec());
    let echo = prop::option::weighted(0.3, (-40f32..-6.0, 20u64..400));
    let transfer = prop::option::weighted(0.3, any::<bool>());
    (segments, kind, echo, transfer, prop::bool::weighted(0.9), answer(), past(), script()).prop_map(
        |(segments, kind, echo, transfer, store_works, answer, past, script)| Voiced {
            segments,
            kind,
            echo,
            transfer,
            answer,
            past,
            script,
            store_works,
        },
    )
}

impl Voiced {
    fn world(self) -> World {
        let number = |number: &str| number.to_owned();
        World {
            kind: self.kind,
            facts: Facts {
                call_id: "random".into(),
                caller: number("13800138000"),
                called: number("10000"),
                parameters: Vec::new(),
            },
            voice: Voice::new(&self.segments, voice_of).expect("recordings that exist"),
            echo: self.echo.map(|(gain_db, delay)| Echo { gain_db, delay: Duration::from_millis(delay) }),
            script: self.script,
            bank: BANK.clone(),
            wall: evening(),
            limit: LIMIT,
            store_works: self.store_works,
            transfer: self.transfer,
            http: vec![("http".into(), self.answer)],
            past: self.past,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn no_random_voice_is_treated_rudely(voiced in voiced()) {
        let outcome = run(voiced.world());
        let at = outcome.journal.last().map_or(Moment::ZERO, |entry| entry.at);
        if let Err(why) = polite(&outcome.journal, &outcome.end, at) {
            prop_assert!(false, "{why}\n{}{:#?}", outcome.timeline(), outcome.journal);
        }
    }
}

#[test]
fn every_closing_prompt_of_the_default_script_is_known_here() {
    let known: BTreeSet<&str> = CLOSINGS.into();
    for (condition, ladder) in &SCRIPT.line.ladders {
        let last = ladder.rungs.last().expect("a ladder has rungs");
        let hangs_up = ladder.then == script::Then::HangUp;
        assert_eq!(hangs_up, known.contains(last.say.as_str()), "{condition:?}");
    }
}
