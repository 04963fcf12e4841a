//! Branches: every line can count, and what a line looks into is known to be there.

use super::{
    Case,
    graph::{Why, ids},
};
use crate::script::{
    Act, Branch, Script, StepId,
    branch::{Line, When},
    notes::Spot,
    problem::Fault,
};

/// Lines that never count, because one before them asks for no more than they do.
pub(super) fn idle(script: &Script, case: &mut Case<'_>) {
    for id in ids(script) {
        let Act::Branch(branch) = &script.step(id).act else { continue };
        for (index, line) in branch.lines.iter().enumerate() {
            let before = branch.lines.iter().take(index).position(|earlier| covers(earlier, line));
            if let Some(first) = before {
                case.report(Spot::Line(id, index), Fault::IdleLine { first: first + 1 });
            }
        }
    }
}

/// Lines whose hours follow a calendar that says nothing of this year: every holiday would be a day like any other.
pub(super) fn uncovered(script: &Script, year: i16, case: &mut Case<'_>) {
    let lacks = |when: &When| match when {
        When::Hours(hours) => hours.holidays.as_ref().is_some_and(|calendar| !calendar.covers(year)),
        _ => false,
    };
    for id in ids(script) {
        let Act::Branch(branch) = &script.step(id).act else { continue };
        let lacking = branch.lines.iter().enumerate().filter(|(_, line)| line.when.iter().any(lacks));
        lacking.for_each(|(index, _)| case.report(Spot::Line(id, index), Fault::NoCalendar { year }));
    }
}

/// Whether `earlier` fits whenever `later` does, as far as that can be seen without knowing what the conditions mean.
fn covers(earlier: &Line, later: &Line) -> bool {
    !earlier.when.is_empty() && earlier.when.iter().all(|when| later.when.contains(when))
}

/// The variables that have a content for certain where a call goes this way out of a branch.
pub(super) fn known_by(branch: &Branch, why: Why) -> Vec<String> {
    let before = match why {
        Why::Line(index) => index,
        _ => branch.lines.len(),
    };
    let told = branch.lines.get(before).into_iter().flat_map(set_in);
    told.chain(refuted(branch, before)).map(str::to_owned).collect()
}

/// The variables that lines look into without having asked whether they are set.
pub(super) fn looked_into(id: StepId, branch: &Branch) -> Vec<(Spot, String)> {
    let lines = branch.lines.iter().enumerate();
    let read = lines.flat_map(|(index, line)| line.when.iter().filter_map(When::reads).map(move |name| (index, name)));
    let unsure = read.filter(|(index, name)| {
        let asked = branch.lines.get(*index).into_iter().flat_map(set_in);
        !asked.chain(refuted(branch, *index)).any(|set| set == *name)
    });
    unsure.map(|(index, name)| (Spot::LineVariable(id, index), name.to_owned())).collect()
}

/// Those that the line itself asks to be set.
fn set_in(line: &Line) -> impl Iterator<Item = &str> {
    line.when.iter().filter_map(|when| match when {
        When::Set(name, true) => Some(name.as_str()),
        _ => None,
    })
}

/// Those that were not unset: a line before would have caught it.
fn refuted(branch: &Branch, before: usize) -> impl Iterator<Item = &str> {
    branch.lines.iter().take(before).filter_map(|line| match &line.when[..] {
        [When::Set(name, false)] => Some(name.as_str()),
        _ => None,
    })
}
