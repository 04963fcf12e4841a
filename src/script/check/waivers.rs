//! Warnings that are waived, with a reason, and waivers that waive nothing.

use crate::script::{
    load::Loaded,
    notes::Waiver,
    problem::{Fault, Problem, Severity},
    source::Place,
};

/// Takes back the warnings that are waived. A waiver without its warning is told, unless the warning could not have come up:
/// `judged` says whether the recordings were looked at.
pub(super) fn apply(loaded: &mut Loaded, judged: bool) {
    for waiver in std::mem::take(&mut loaded.notes.waivers) {
        let waived = loaded.problems.waive(|problem| fits(&waiver, problem, loaded.notes.text_at(&problem.place)));
        if !waived && waiver.fault != OF_THE_DAY && (judged || !OF_RECORDINGS.contains(&waiver.fault)) {
            let Waiver { fault, about, place } = waiver;
            loaded.problems.add(place, Fault::IdleWaiver { fault, about });
        }
    }
}

/// Takes back the warnings that are waived, and leaves the other waivers alone.
pub(super) fn lift(loaded: &mut Loaded) {
    for waiver in &loaded.notes.waivers {
        loaded.problems.waive(|problem| fits(waiver, problem, loaded.notes.text_at(&problem.place)));
    }
}

/// The warning that comes up only where it is known which day it is.
const OF_THE_DAY: &str = "no_calendar";

/// The warnings that come up only where recordings are looked at.
const OF_RECORDINGS: [&str; 7] =
    ["no_spare_recording", "low_rate", "rather_quiet", "quiet_ends", "rather_fast", "text_changed", "bad_sheet"];

fn fits(waiver: &Waiver, problem: &Problem, text: Option<String>) -> bool {
    let recording = problem.fault.recording().map(|file| file.strip_suffix(".wav").unwrap_or(file).to_owned());
    let subjects = [recording, text, section(&problem.place), Some(problem.place.file.name().to_owned())];
    problem.severity() == Severity::Warning
        && problem.fault.code() == waiver.fault
        && subjects.into_iter().flatten().any(|subject| subject == waiver.about)
}

/// The name of the section in which a place lies, as its head is written.
fn section(place: &Place) -> Option<String> {
    let (line, _) = place.line_column();
    place.file.text.lines().take(line).filter_map(head).last().map(str::to_owned)
}

/// The name in a line that is a section's head: `[step.welcome]`, `[[greeting]]   # …`.
fn head(line: &str) -> Option<&str> {
    let (name, rest) = line.trim().strip_prefix('[')?.trim_start_matches('[').split_once(']')?;
    let rest = rest.trim_start_matches(']').trim_start();
    let named = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    ((rest.is_empty() || rest.starts_with('#')) && !name.is_empty() && name.chars().all(named)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn heads_of_sections_are_told_from_lists() {
        assert_eq!(head("[step.welcome]   # 菜单"), Some("step.welcome"));
        assert_eq!(head("  [[greeting]]"), Some("greeting"));
        assert_eq!(head("[\"a\"],"), None);
        assert_eq!(head("times = [\"09:00-12:00\"]"), None);
        assert_eq!(head("[ 1 ]"), None);
    }
}
