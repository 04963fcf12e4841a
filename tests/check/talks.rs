//! Whatever script passed the checks, and whoever calls: never a rude hang-up, always an end.

use super::{politeness, proofs};
use politeness::{LIMIT, evening, plan, polite};
use proptest::prelude::*;
use qingjiang::{
    audio::{Bank, source},
    script::{self, SourceFile},
    sim::talk::{Plan, talk},
};
use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicUsize, Ordering},
};

static BANK: LazyLock<Bank> = LazyLock::new(|| Bank::load(source::embedded()).expect("the default recordings"));
static ACCEPTED: AtomicUsize = AtomicUsize::new(0);

/// What a script may say besides its steps; the empty ones leave the defaults.
const LINES: [&str; 6] = [
    "",
    "",
    "[line.silent]\nladder = [\"silent_connected\", \"silent_change_phone_telecom\"]\n",
    "[line.faint]\nladder = [\"faint_speak_up\"]\nthen = \"agent\"\n",
    "[line]\nfaint = \"off\"\nhandsfree = \"off\"\nchoppy = \"off\"\none_way = \"off\"\nlast_chance = false\n",
    "[line.choppy]\nladder = [\"choppy_move\", { say = \"choppy_consent\", consent = 2 }]\nthen = \"agent\"\n",
];
const BARGE_IN: [&str; 4] =
    ["", "[barge_in]\ngoodbye = \"none\"\n", "[barge_in]\ngoodbye = \"speech\"\nhold_back = \"speech\"\n", ""];
const LIMITS: [&str; 3] =
    ["", "[limits]\nwrong_keys = 1\nrepeats = 1\nno_input = 1\nladders = 1\n", "[limits]\nladders = 5\n"];

#[test]
fn no_random_caller_of_a_random_script_is_treated_rudely() {
    let config = ProptestConfig { cases: 1_200, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let around = (0..LINES.len(), 0..BARGE_IN.len(), 0..LIMITS.len());
    let plans = prop::collection::vec(plan(), 3);
    let tried = runner.run(&(proofs::steps(), around, plans), |(steps, (line, barge_in, limits), plans)| {
        let text = proofs::written(&steps) + LINES[line] + BARGE_IN[barge_in] + LIMITS[limits];
        talked(&text, plans)
    });
    tried.expect("politeness");
    let accepted = ACCEPTED.load(Ordering::Relaxed);
    assert!(accepted > 60, "only {accepted} scripts were accepted: nothing was tried");
}

fn talked(text: &str, plans: Vec<Plan>) -> Result<(), TestCaseError> {
    let Ok(script) = script::read(&[SourceFile::new("hotline.toml", text)]) else { return Ok(()) };
    ACCEPTED.fetch_add(1, Ordering::Relaxed);
    let script = Arc::new(script);
    for plan in plans {
        let outcome = talk(&script, &BANK, evening(), plan, LIMIT);
        polite(&outcome.journal, &outcome.end, outcome.at)
            .map_err(|why| TestCaseError::fail(format!("{why}\n{text}\n{:#?}", outcome.journal)))?;
    }
    Ok(())
}
