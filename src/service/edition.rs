//! One version of the operators' files, as calls take it.

use crate::{
    audio::Bank,
    script::{
        Bundle, Language, Material, Refused, Script, Severity, Source,
        versions::{StoreError, Version},
    },
};
use std::sync::{Arc, OnceLock};

/// A published script with its recordings.
#[derive(Debug)]
pub struct Edition {
    /// The script.
    pub script: Arc<Script>,
    /// Its recordings, encoded.
    pub bank: Arc<Bank>,
    /// What could be better, one line each.
    pub warnings: Vec<String>,
    /// What identifies it in records: short, and the same for the same files.
    pub version: String,
    /// Who published it, when and why.
    pub published: Version,
    /// What the next version may share with this one.
    pub bundle: Bundle,
}

/// Why files are refused: what the operators are told, one line a problem.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", .reasons.join("\n"))]
pub struct Refusal {
    /// One line each.
    pub reasons: Vec<String>,
    /// Golden tests that fail, by their files' names.
    pub tests: Vec<String>,
}

impl Refusal {
    /// A refusal for this reason.
    pub fn of(reason: impl ToString) -> Self {
        Self { reasons: vec![reason.to_string()], tests: Vec::new() }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::of(error)
    }
}

impl Edition {
    /// A checked version that was published.
    pub fn new(bundle: Bundle, published: Version) -> Self {
        let (script, bank) = (bundle.script.clone(), bundle.bank.clone());
        let warnings = bundle.warnings.iter().map(|problem| problem.line(Language::English)).collect();
        Self { script, bank, warnings, version: published.files.id(), published, bundle }
    }
}

/// Checks and encodes what was read; recordings that have not changed are shared with `previous`. Takes its time: not
/// for an async task.
///
/// # Errors
/// [`Refusal`]: every problem.
pub fn check(previous: Option<&Bundle>, material: &Material) -> Result<Bundle, Refusal> {
    Bundle::of(previous, material).map_err(refusal)
}

/// What is built into the program, encoded once a process however many services start in it.
///
/// # Errors
/// [`Refusal`]: never in a program that passed its tests.
pub fn built_in() -> Result<&'static Bundle, Refusal> {
    static BUILT_IN: OnceLock<Result<Bundle, Refusal>> = OnceLock::new();
    let open = || Bundle::open(&Source::Embedded, &Source::Embedded).map_err(refusal);
    BUILT_IN.get_or_init(open).as_ref().map_err(Clone::clone)
}

fn refusal(refused: Refused) -> Refusal {
    match refused {
        Refused::Unread(error) => Refusal::of(error),
        Refused::Wrong(problems) => {
            let errors = problems.iter().filter(|problem| problem.severity() == Severity::Error);
            let reasons = errors.map(|problem| problem.line(Language::English)).collect();
            Refusal { reasons, tests: Vec::new() }
        }
    }
}
