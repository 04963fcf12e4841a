//! What the checker proves on the graph, tried out: whoever walks a script that passed, at random, is never let go without
//! a farewell, never goes round in circles by doing nothing, and never hears a variable that was not set.

use proptest::prelude::*;
use qingjiang::script::{self, Act, Branch, NumberSource, Part, Script, SourceFile, StepId, branch::When};
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Steps that a random script is made of, besides the agent.
const STEPS: usize = 4;

static ACCEPTED: AtomicUsize = AtomicUsize::new(0);

#[test]
fn scripts_that_pass_are_as_they_were_proved() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 1_200,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&(steps(), prop::collection::vec(any::<u8>(), 200)), |(steps, choices)| walked(&steps, &choices))
        .expect("a walk");
    let accepted = ACCEPTED.load(Ordering::Relaxed);
    assert!(accepted > 60, "only {accepted} scripts were accepted: nothing was tried");
}

/// What a random step does, where it leads, where else, and what it says.
pub type Step = (usize, usize, usize, usize);

/// The steps of a random script.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..19usize, 0..STEPS + 1, 0..STEPS + 1, 0..4usize), STEPS)
}

fn walked(steps: &[Step], choices: &[u8]) -> Result<(), TestCaseError> {
    let text = written(steps);
    let Ok(script) = script::read(&[SourceFile::new("hotline.toml", text.clone())]) else { return Ok(()) };
    ACCEPTED.fetch_add(1, Ordering::Relaxed);
    let mut walk = Walk { script: &script, at: script.start, farewell: false, idle: 0, set: BTreeSet::new() };
    for choice in choices {
        if !walk.step(usize::from(*choice)).map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))? {
            break;
        }
    }
    Ok(())
}

/// A script in the operators' words.
pub fn written(steps: &[Step]) -> String {
    let name = |index: usize| if index == STEPS { "agent".to_owned() } else { format!("s{index}") };
    let mut text = String::from("[hotline]\nstart = \"s0\"\nagent = \"agent\"\n");
    for (index, (act, to, or, say)) in steps.iter().enumerate() {
        let (to, or) = (name(*to), name(*or));
        let act = match act {
            0 => format!("keys = {{ 1 = \"{to}\", 0 = \"agent\" }}\nno_input = \"{or}\""),
            1 => format!("speech = \"{to}\"\nno_input = \"{or}\""),
            2 => format!("next = \"{to}\""),
            3 => format!("if_caller_known = {{ yes = \"{to}\", no = \"{or}\" }}"),
            4 => format!("collect = {{ into = \"n\", length = 11, give_up = \"{or}\" }}\nnext = \"{to}\""),
            5 => format!("callback = {{ number = \"$n\", failed = \"{or}\" }}\nnext = \"{to}\""),
            6 => "hang_up = true".into(),
            7 => format!("hang_up = true\nspeech = \"{to}\""),
            8 => format!("branch = [{{ variable = \"n\", is = 1, go = \"{to}\" }}]\notherwise = \"{or}\""),
            9 => format!("branch = [{{ variable = \"n\", set = true, is = 1, go = \"{to}\" }}]\notherwise = \"{or}\""),
            10 => format!("split = [{{ share = 50, go = \"{to}\" }}, {{ share = 50, go = \"{or}\" }}]"),
            11 => format!("set = {{ n = 1 }}\nnext = \"{to}\""),
            12 => format!("message = {{ empty = \"{or}\", failed = \"{or}\" }}\nnext = \"{to}\""),
            13 => format!(
                "http = {{ url = \"http://a/{{n}}\", take = {{ n = \"n\" }}, failed = \"{or}\" }}\nnext = \"{to}\""
            ),
            14 => {
                format!("http = {{ url = \"http://a\", take = {{ n = \"n\" }}, failed = \"{or}\" }}\nnext = \"{to}\"")
            }
            15 => format!("if_called_before = {{ yes = \"{to}\", no = \"{or}\" }}"),
            16 => format!("bar = {{ for = \"1h\", reason = \"x\" }}\nnext = \"{to}\""),
            17 => format!("language = \"en\"\nnext = \"{to}\""),
            _ => "queue = \"q\"".into(),
        };
        let say = ["say = \"goodbye\"\n", "say = [\"hold_back\", \"goodbye\"]\n", "say = \"number_is\"\n", ""][*say];
        text += &format!("[step.s{index}]\nspare = \"x\"\n{say}{act}\n");
    }
    text + "[step.agent]\nqueue = \"q\"\n[step.transfer_failed]\nsay = \"goodbye\"\nhang_up = true\n"
}

/// A caller on the way through a script.
struct Walk<'s> {
    script: &'s Script,
    at: StepId,
    /// Whether a farewell was the last thing heard.
    farewell: bool,
    /// Steps in a row without the caller's doing.
    idle: usize,
    set: BTreeSet<String>,
}

impl Walk<'_> {
    /// Where a branch leads, as chance will have it where it is not decided.
    fn branch(&self, branch: &Branch, choice: usize) -> Result<StepId, String> {
        for line in &branch.lines {
            let known = |name: &str| self.set.contains(name);
            if line.when.iter().any(|when| matches!(when, When::Set(name, set) if known(name) != *set)) {
                continue;
            }
            if let Some(name) = line.when.iter().filter_map(When::reads).find(|name| !known(name)) {
                return Err(format!("`{name}` is held against a text and was not set"));
            }
            if choice.is_multiple_of(2) {
                return Ok(line.go);
            }
        }
        Ok(branch.otherwise)
    }

    /// One step further; whether the call goes on.
    fn step(&mut self, choice: usize) -> Result<bool, String> {
        let step = self.script.step(self.at);
        if !step.say.is_empty() {
            self.farewell =
                step.say.iter().any(|saying| matches!(&saying.part, Part::Prompt(id) if id.as_str() == "goodbye"));
        }
        if self.idle > self.script.steps.len() {
            return Err(format!("{} steps in a row while the caller did nothing", self.idle));
        }
        let (to, by_caller, keeps) = match &step.act {
            Act::Ask(ask) => match choice % 3 {
                0 if !ask.keys.is_empty() => {
                    let key = ask.keys.values().nth(choice / 3 % ask.keys.len());
                    let Some(script::Choice::Go(to)) = key else { return Ok(true) };
                    (*to, true, false)
                }
                1 if ask.speech.is_some() => (ask.speech.ok_or("checked")?, true, false),
                _ => (ask.no_input.unwrap_or(self.script.words.agent), false, false),
            },
            Act::Go(next) | Act::Language { next, .. } => (*next, false, true),
            Act::Set { values, next } => {
                self.set.extend(values.keys().cloned());
                (*next, false, true)
            }
            Act::Split(split) => (split.ways[choice % split.ways.len()].go, false, true),
            Act::Branch(branch) => (self.branch(branch, choice)?, false, true),
            Act::IfCallerKnown { yes, no } => (if choice.is_multiple_of(2) { *yes } else { *no }, false, true),
            Act::Collect(collect) if choice.is_multiple_of(2) => {
                self.set.insert(collect.into.clone());
                (collect.next, true, false)
            }
            Act::Collect(collect) => (collect.give_up, false, false),
            Act::Callback { number, next, failed } => {
                if let NumberSource::Variable(variable) = number
                    && !self.set.contains(variable)
                {
                    return Err(format!("`{variable}` is read in {} and was not set", step.name));
                }
                (if choice.is_multiple_of(2) { *next } else { *failed }, false, false)
            }
            Act::Message(message) => match choice % 3 {
                0 => (message.next, false, false),
                1 => (message.empty, false, false),
                _ => (message.failed, false, false),
            },
            Act::Http(http) => {
                let unset = http.url.variables().find(|name| !self.set.contains(*name));
                if let Some(variable) = unset {
                    return Err(format!("`{variable}` is sent in {} and was not set", step.name));
                }
                if choice.is_multiple_of(2) {
                    self.set.extend(http.take.iter().map(|taken| taken.variable.clone()));
                    (http.next, false, false)
                } else {
                    (http.failed, false, false)
                }
            }
            Act::IfPast { yes, no, .. } => (if choice.is_multiple_of(2) { *yes } else { *no }, false, true),
            Act::Bar { next, .. } => (*next, false, true),
            Act::Handover { .. } => {
                // A call that comes back has lost what was keyed in.
                self.set.clear();
                (self.script.transfer_failed, false, false)
            }
            Act::HangUp { .. } if !self.farewell => return Err(format!("let go without a farewell in {}", step.name)),
            Act::HangUp { speech: Some(to), .. } if choice.is_multiple_of(2) => (*to, true, false),
            Act::HangUp { .. } => return Ok(false),
        };
        self.idle = if by_caller { 0 } else { self.idle + 1 };
        self.farewell &= keeps;
        self.at = to;
        Ok(true)
    }
}
