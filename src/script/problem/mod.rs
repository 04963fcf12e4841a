//! What is wrong with the operators' files, where, and what to do about it, in Chinese and in English.

mod en;
mod fault;
#[cfg(test)]
mod tests;
mod zh;

pub use fault::{BadAudio, Decibels, Fault, RateUnit, Shape, WAIVABLE};

use super::source::Place;
use std::fmt;

/// One thing wrong with a script, its texts or its recordings.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What is wrong.
    pub fault: Fault,
    /// Where.
    pub place: Place,
}

impl Problem {
    /// Whether the script must not be used, or may be with a caution.
    pub fn severity(&self) -> Severity {
        self.fault.severity()
    }

    /// What is wrong, one sentence.
    pub fn message(&self, language: Language) -> String {
        self.fault.words(language).message
    }

    /// What to do about it.
    pub fn help(&self, language: Language) -> String {
        self.fault.words(language).help
    }

    /// `file:line:col: message`.
    pub fn line(&self, language: Language) -> String {
        let (line, column) = self.place.line_column();
        format!("{}:{line}:{column}: {}", self.place.file.path, self.message(language))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(Language::English))
    }
}

impl std::error::Error for Problem {}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The script can be used; a caller may be served less well.
    Warning,
    /// The script is refused.
    Error,
}

impl Severity {
    /// The word that `check --json` prints.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The languages that operators are answered in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// 中文.
    Chinese,
    /// English.
    #[default]
    English,
}

/// A fault in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Fault {
    /// The fault in words. Every fault has both languages: the match of each is exhaustive.
    pub fn words(&self, language: Language) -> Words {
        let (message, help) = match language {
            Language::Chinese => zh::words(self),
            Language::English => en::words(self),
        };
        Words { message, help }
    }
}

/// Problems as they are found, all of them: nothing stops at the first.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Notes a problem.
    pub fn add(&mut self, place: Place, fault: Fault) {
        let problem = Problem { fault, place };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// Takes back those that `waived` says; whether there was one.
    pub fn waive(&mut self, waived: impl Fn(&Problem) -> bool) -> bool {
        let before = self.0.len();
        self.0.retain(|problem| !waived(problem));
        self.0.len() < before
    }

    /// Whether any of them forbids the script.
    pub fn any_error(&self) -> bool {
        self.0.iter().any(|problem| problem.severity() == Severity::Error)
    }

    /// Those found since there were `before`.
    pub fn any_since(&self, before: usize) -> bool {
        self.0.len() > before
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, by file and place.
    pub fn into_sorted(mut self) -> Vec<Problem> {
        self.0.sort_by(|a, b| {
            let key = |p: &Problem| (p.place.file.name() != "hotline.toml", p.place.file.path.clone());
            key(a).cmp(&key(b)).then(a.place.span.start.cmp(&b.place.span.start))
        });
        self.0
    }
}
