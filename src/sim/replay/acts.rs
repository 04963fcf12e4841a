//! What a recorded caller did, as events that can be sent again.

use crate::{
    call::{EndedBy, Entry, Interruption, What},
    moment::Moment,
    phone::Digit,
    script::{Act as Does, Collect, Script},
    sim::talk::{CONFIRMED, PAUSED},
};
use std::{collections::VecDeque, time::Duration};

/// How long after its beginning a sound is noticed: three frames, as the listener takes.
const NOTICED: Duration = Duration::from_millis(60);

/// Something the caller did, on the recorded call's axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Act {
    Key(Digit),
    Sound { at: Moment },
    Speaks { onset: Moment },
    Pauses { at: Moment },
    Gone(EndedBy),
}

/// The keys and the end: they are known however the line is heard.
pub(super) fn pressed(script: &Script, journal: &[Entry]) -> Vec<(Moment, Act)> {
    let mut acts = Vec::new();
    let mut step = "";
    let mut keyed = 0;
    for (place, entry) in journal.iter().enumerate() {
        match &entry.what {
            What::Step { name } => (step, keyed) = (name.as_str(), 0),
            What::Key { digit: Some(digit) } => acts.push((entry.at, Act::Key(*digit))),
            What::Key { digit: None } => {
                keyed += 1;
                let ends = ends_number(&journal[place..]);
                acts.extend(stand_in(script, step, keyed, ends).map(|digit| (entry.at, Act::Key(digit))));
                if ends {
                    keyed = 0;
                }
            }
            What::Ended { by: by @ (EndedBy::Caller | EndedBy::Network), .. } => acts.push((entry.at, Act::Gone(*by))),
            _ => {}
        }
    }
    acts
}

/// Whether the key that `journal` begins with was the last of a number: the call went on at once.
fn ends_number(journal: &[Entry]) -> bool {
    let Some((key, rest)) = journal.split_first() else { return false };
    let at_once = rest.iter().take_while(|entry| entry.at == key.at);
    let mut at_once = at_once.take_while(|entry| !matches!(entry.what, What::Key { .. }));
    at_once.any(|entry| matches!(entry.what, What::Step { .. } | What::PromptSaid { .. }))
}

/// Which key stands for one whose digit was not kept. In a number: a zero, or the end key where it came before the number
/// was full. Elsewhere only a zero leads on, to the human being; any other has no use.
fn stand_in(script: &Script, step: &str, keyed: usize, ends: bool) -> Option<Digit> {
    let zero = Digit::parse('0');
    match collect(script, step) {
        Some(collect) if ends && keyed < *collect.length.end() => collect.end.or(zero),
        Some(_) => zero,
        None if ends => zero,
        None => Digit::parse('#'),
    }
}

fn collect<'a>(script: &'a Script, step: &str) -> Option<&'a Collect> {
    match &script.step(script.find(step)?).act {
        Does::Collect(collect) => Some(collect),
        _ => None,
    }
}

/// The speech, for calls without a recording.
pub(super) fn spoken(journal: &[Entry]) -> Vec<(Moment, Act)> {
    let stretches = journal.iter().filter_map(|entry| match entry.what {
        What::Speech { from, to } => Some((from, to)),
        _ => None,
    });
    stretches.flat_map(|(from, to)| utterance(from, to, interrupted(journal, from, to))).collect()
}

fn utterance(from: Moment, to: Moment, sure: Option<Moment>) -> [(Moment, Act); 3] {
    let sure = sure.unwrap_or(from + CONFIRMED);
    let noticed = (from + NOTICED).min(sure);
    let paused = (to + PAUSED).max(sure + Duration::from_millis(1));
    [(noticed, Act::Sound { at: from }), (sure, Act::Speaks { onset: from }), (paused, Act::Pauses { at: to })]
}

/// When this speech stopped a prompt: then it was known for speech.
fn interrupted(journal: &[Entry], from: Moment, to: Moment) -> Option<Moment> {
    let by_speech =
        journal.iter().filter(|entry| matches!(entry.what, What::PromptInterrupted { by: Interruption::Speech, .. }));
    by_speech.map(|entry| entry.at).find(|at| (from..=to + PAUSED).contains(at))
}

/// In order of time; what is simultaneous stays in its order.
pub(super) fn in_order(mut acts: Vec<(Moment, Act)>) -> VecDeque<(Moment, Act)> {
    acts.sort_by_key(|(at, _)| *at);
    acts.into()
}
