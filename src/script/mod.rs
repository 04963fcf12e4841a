//! What the operators wrote: the flow and the ladders, the texts, checked into types a call can run.
//!
//! Files are parsed into [`Script`] once, at the edge, with all problems reported together; [`crate::call`] never sees a
//! half-checked value.

mod load;
pub mod model;
mod notes;
pub mod problem;
mod reading;
pub mod source;

pub use model::*;
pub use problem::{Language, Problem, Severity};
pub use reading::{digit_parts, spoken_digit};
pub use source::{Source, SourceError, SourceFile};

use std::{sync::Arc, time::Duration};

/// The wait of the service standard, where nothing else is written: 5 s (service-script.md §1).
pub const STANDARD_WAIT: Duration = Duration::from_secs(5);

/// The default script, as it is built into the program.
///
/// # Errors
/// Never in a program that passed its tests; the problems else.
pub fn embedded() -> Result<Script, Vec<Problem>> {
    read(&source::embedded())
}

/// Reads a script out of its files.
///
/// # Errors
/// All problems, where one of them forbids the script.
pub fn read(files: &[Arc<SourceFile>]) -> Result<Script, Vec<Problem>> {
    let loaded = load::load(files);
    match loaded.script {
        Some(script) if !loaded.problems.any_error() => Ok(script),
        _ => Err(loaded.problems.into_sorted()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_script_has_no_problem() {
        let lines = |problems: Vec<Problem>| problems.iter().map(ToString::to_string).collect::<Vec<_>>();
        let script = embedded().map_err(lines).expect("the default script");
        assert_eq!(script.step(script.start).name, "welcome");
        assert_eq!(script.line.ladders.len(), 6);
    }
}
