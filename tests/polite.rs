//! Whatever a caller, a line and a gateway do: never a hang-up without a closing prompt played to its end and its wait,
//! never a wait shorter than written, always an end. (service-script.md §1)

mod politeness;

use politeness::{CLOSINGS, LIMIT, answer, digit, evening, past, plan, polite};
use proptest::prelude::*;
use qingjiang::{
    audio::{Bank, source},
    call::Past,
    moment::Moment,
    script::{self, Script, SourceFile},
    sim::{
        Segment,
        outside::Answering,
        peer::{Facts, PeerKind},
        run::{World, run},
        talk::{Plan, talk},
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

proptest! {
    // 20,000 callers in all; two tests, because two run at a time.
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_random_caller_of_the_default_script_is_treated_rudely(plan in plan()) {
        talked(&SCRIPT, plan)?;
    }

    #[test]
    fn no_random_caller_who_wants_something_of_the_world_is_treated_rudely(plan in plan()) {
        talked(&WORLDLY, plan)?;
    }
}

fn talked(script: &Arc<Script>, plan: Plan) -> Result<(), TestCaseError> {
    let outcome = talk(script, &BANK, evening(), plan, LIMIT);
    polite(&outcome.journal, &outcome.end, outcome.at)
        .map_err(|why| TestCaseError::fail(format!("{why}\n{:#?}", outcome.journal)))
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

fn voiced(script: &Arc<Script>) -> impl Strategy<Value = Voiced> + use<> {
    let script = script.clone();
    let segments = prop::collection::vec(segment(), 0..10);
    let kind = prop::sample::select(PeerKind::ALL.to_vec());
    let echo = prop::option::weighted(0.3, (-40f32..-6.0, 20u64..400));
    let transfer = prop::option::weighted(0.3, any::<bool>());
    (segments, kind, echo, transfer, prop::bool::weighted(0.9), answer(), past()).prop_map(
        move |(segments, kind, echo, transfer, store_works, answer, past)| Voiced {
            segments,
            kind,
            echo,
            transfer,
            answer,
            past,
            script: script.clone(),
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
    // 300 voices in all, for the same reason in two tests.
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn no_random_voice_in_the_default_script_is_treated_rudely(voiced in voiced(&SCRIPT)) {
        heard(voiced)?;
    }

    #[test]
    fn no_random_voice_that_wants_something_of_the_world_is_treated_rudely(voiced in voiced(&WORLDLY)) {
        heard(voiced)?;
    }
}

fn heard(voiced: Voiced) -> Result<(), TestCaseError> {
    let outcome = run(voiced.world());
    let at = outcome.journal.last().map_or(Moment::ZERO, |entry| entry.at);
    polite(&outcome.journal, &outcome.end, at)
        .map_err(|why| TestCaseError::fail(format!("{why}\n{}{:#?}", outcome.timeline(), outcome.journal)))
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
