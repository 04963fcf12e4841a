//! What the operators wrote: the flow and the ladders, the texts, checked into types a call can run.
//!
//! Files are parsed into [`Script`] once, at the edge, with all problems reported together; [`crate::call`] never sees a
//! half-checked value.

pub mod branch;
mod bundle;
pub mod calendar;
pub mod callers;
mod check;
pub mod keys;
mod ladders;
mod load;
mod material;
pub mod model;
mod notes;
pub mod outside;
pub mod pace;
pub mod problem;
mod reading;
mod recordings;
pub mod sheet;
pub mod source;
pub mod split;
pub mod versions;

pub use bundle::{Bundle, Inspected, Refused, examine, inspect};
pub use material::{Material, Recordings, SHEET};
pub use model::*;
pub use problem::{Language, Problem, Severity};
pub use reading::{PAUSE, Reading, ValueSource, digit_parts};
pub use source::{Source, SourceError, SourceFile};

use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// The wait of the service standard, where nothing else is written: 5 s (service-script.md §1).
pub const STANDARD_WAIT: Duration = Duration::from_secs(5);

/// The default script, as it is built into the program.
///
/// # Errors
/// Never in a program that passed its tests; the problems else.
pub fn embedded() -> Result<Script, Vec<Problem>> {
    read(&source::embedded())
}

/// Reads a script out of its files; its recordings are nobody's concern here.
///
/// # Errors
/// All problems, where one of them forbids the script.
pub fn read(files: &[Arc<SourceFile>]) -> Result<Script, Vec<Problem>> {
    let Proofread { script, problems } = proofread(files);
    script.ok_or(problems)
}

/// The texts of every language that these files hold, whatever else is wrong with them; the standard ones where they hold none.
pub fn texts(files: &[Arc<SourceFile>]) -> BTreeMap<Locale, BTreeMap<PromptId, String>> {
    load::load(files).texts
}

/// What has become wrong with files by this time, though nobody has changed them: a calendar without the year that it is.
pub fn overdue(files: &[Arc<SourceFile>], now: jiff::Timestamp) -> Vec<Problem> {
    check::overdue(load::load(files), now)
}

/// What came of reading a script.
pub struct Proofread {
    /// The script, unless a problem forbids it.
    pub script: Option<Script>,
    /// Every problem, warnings included, by file and place.
    pub problems: Vec<Problem>,
}

/// As [`read`], with the warnings of a script that can be used.
pub fn proofread(files: &[Arc<SourceFile>]) -> Proofread {
    let mut loaded = load::load(files);
    check::check(&mut loaded, None);
    let sound = !loaded.problems.any_error();
    Proofread { script: loaded.script.filter(|_| sound), problems: loaded.problems.into_sorted() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_script_is_read_at_once() {
        let script = embedded().map_err(lines).expect("the default script");
        assert_eq!(script.step(script.start).name, "welcome");
        assert_eq!(script.line.ladders.len(), 6);
    }

    #[test]
    fn the_default_files_have_no_problem_at_all() {
        let directory = |name| Source::Directory(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(name));
        let inspected = inspect(None, &directory("prompts"), &directory("audio")).expect("our own files");
        assert_eq!(lines(inspected.problems), [""; 0]);
    }

    #[test]
    fn a_bundle_shares_recordings_that_have_not_changed() {
        let first = Bundle::open(&Source::Embedded, &Source::Embedded).expect("the defaults");
        let again = Material::read(None, &Source::Embedded, &Source::Embedded).expect("the defaults");
        let second = Bundle::of(Some(&first), &again).expect("the defaults");
        let clip = |bundle: &Bundle| bundle.bank.clip("zh-CN", "goodbye").cloned().expect("a recording");
        assert!(Arc::ptr_eq(&clip(&first), &clip(&second)));
    }

    fn lines(problems: Vec<Problem>) -> Vec<String> {
        problems.iter().map(ToString::to_string).collect()
    }
}
