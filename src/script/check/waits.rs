//! Waits, and how the ladders end (service-script.md §1, §5).

use super::{Case, texts::closes};
use crate::{
    line::Condition,
    script::{Act, Ladder, Locale, PromptId, STANDARD_WAIT, Script, Then, notes::Spot, problem::Fault},
};
use std::time::Duration;

/// Less than this and a caller cannot answer a question: chosen; people begin to answer 0.2–1.5 s after a question, and
/// a slow old man has not found the key by then.
const LEAST_ANSWER: Duration = Duration::from_secs(3);

/// The ladders: their waits and their ends.
pub(super) fn ladders(script: &Script, case: &mut Case<'_>) {
    for (condition, ladder) in &script.line.ladders {
        ladder_wait(ladder.wait, Spot::LadderWait(*condition), case);
        for (index, rung) in ladder.rungs.iter().enumerate() {
            ladder_wait(rung.wait, Spot::RungWait(*condition, index), case);
            let last = index + 1 == ladder.rungs.len();
            if rung.consent.is_some() && (!last || ladder.then == Then::HangUp) {
                case.report(Spot::Rung(*condition, index), Fault::IdleConsent);
            }
        }
        end(*condition, ladder, case);
        circle(script, *condition, case);
    }
}

fn ladder_wait(wait: Duration, spot: Spot, case: &mut Case<'_>) {
    if wait.is_zero() {
        case.report(spot, Fault::NoWait);
    } else if wait < STANDARD_WAIT && !case.has_reason(spot) {
        case.report(spot, Fault::ShortWait { wait });
    }
}

/// A call that may not hear us is ended with a farewell too.
pub(super) fn one_way(script: &Script, case: &mut Case<'_>) {
    let Some(one_way) = &script.line.one_way else { return };
    for prompt in [&one_way.callback, &one_way.no_number] {
        farewell(prompt, Spot::OneWay, case);
    }
}

/// A ladder that ends the call ends it with words of farewell.
fn end(condition: Condition, ladder: &Ladder, case: &mut Case<'_>) {
    let (Then::HangUp, Some(last)) = (ladder.then, ladder.rungs.last()) else { return };
    farewell(&last.say, Spot::Rung(condition, ladder.rungs.len() - 1), case);
}

/// Ladders that lead to each other have an end; a circle is told where its first condition stands.
fn circle(script: &Script, first: Condition, case: &mut Case<'_>) {
    let mut conditions = vec![first];
    let mut at = first;
    while let Some(Ladder { then: Then::Ladder(next), .. }) = script.line.ladders.get(&at) {
        if *next == first && conditions.iter().all(|condition| first <= *condition) {
            return case.report(Spot::Then(first), Fault::LadderCircle { conditions });
        }
        if conditions.contains(next) {
            return;
        }
        conditions.push(*next);
        at = *next;
    }
}

/// The waits of the steps, and the farewells said outside any.
pub(super) fn steps(script: &Script, case: &mut Case<'_>) {
    for (id, step) in script.steps.iter().enumerate().map(|(index, step)| (crate::script::StepId(index), step)) {
        match &step.act {
            Act::HangUp { wait, .. } => hang_up_wait(*wait, Spot::Wait(id), case),
            // The wait of a question that the line ladders follow is the ladders' first.
            Act::Ask(ask) if ask.no_input.is_none() => ladder_wait(ask.wait, Spot::Wait(id), case),
            Act::Ask(ask) if ask.wait < LEAST_ANSWER && !case.has_reason(Spot::Wait(id)) => {
                case.report(Spot::Wait(id), Fault::ShortAnswer { wait: ask.wait });
            }
            _ => {}
        }
    }
    hang_up_wait(script.words.wait, Spot::WordsWait, case);
    for (word, prompt) in
        [("busy", &script.words.busy), ("error", &script.words.error), ("goodbye", &script.words.goodbye)]
    {
        farewell(prompt, Spot::Word(word), case);
    }
}

fn hang_up_wait(wait: Duration, spot: Spot, case: &mut Case<'_>) {
    if wait.is_zero() {
        case.report(spot, Fault::NoWait);
    } else if wait < STANDARD_WAIT && !case.has_reason(spot) {
        case.report(spot, Fault::ShortHangUp { wait });
    }
}

/// The last words before an end are a farewell, in every language. Where the script does not write them, their text is
/// to blame.
fn farewell(prompt: &PromptId, spot: Spot, case: &mut Case<'_>) {
    let locales: Vec<Locale> = case.locales().into_iter().filter(|locale| !closes(case, locale, prompt)).collect();
    let Some(first) = locales.first() else { return };
    let places = [case.notes.written(spot), case.notes.text(first, prompt), case.notes.place(spot)];
    if let Some(place) = places.into_iter().flatten().next().cloned() {
        case.problems.add(place, Fault::NoClosing { last: Some(prompt.clone()), locales });
    }
}
