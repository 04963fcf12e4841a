//! Golden tests' results for editors: every difference with its place in the file.

use crate::{
    script::Language,
    service::golden::{Played, Run},
    sim::scenario::{BadScenario, Difference, locate},
};
use serde_json::{Value, json};

/// An array, an object a test.
pub(super) fn of(played: &[Played], language: Language) -> Value {
    played.iter().map(|played| test(played, language)).collect()
}

fn test(played: &Played, language: Language) -> Value {
    let file = &played.file.path;
    match &played.result {
        Err(bad) => {
            let (line, column) = place(played, bad);
            json!({ "file": file, "passed": false, "error": bad.to_string(), "line": line, "column": column })
        }
        Ok(run) => json!({
            "file": file,
            "name": run.scenario.name,
            "passed": run.found.differences.is_empty(),
            "differences": run.found.differences.iter().map(|found| difference(found, played, language)).collect::<Value>(),
            "timeline": timeline(run),
        }),
    }
}

fn difference(found: &Difference, played: &Played, language: Language) -> Value {
    let place = locate(&played.file, found.at);
    let (line, column) = place.line_column();
    let (end_line, end_column) = place.end().line_column();
    json!({
        "severity": "error",
        "code": found.fault.code(),
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "message": found.fault.words(language),
    })
}

fn timeline(run: &Run) -> Value {
    let rows = run.found.rows.iter();
    rows.map(|row| json!({ "at_ms": row.at_ms, "expected": row.expected, "heard": row.heard, "differs": row.differs }))
        .collect()
}

fn place(played: &Played, bad: &BadScenario) -> (usize, usize) {
    let span = match bad {
        BadScenario::Toml(error) => error.span().unwrap_or(0..0),
        _ => 0..0,
    };
    crate::script::source::Place::new(&played.file, span).line_column()
}
