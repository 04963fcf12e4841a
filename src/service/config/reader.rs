//! Takes settings out of a TOML file; whatever is wrong is reported together, each with its place.

use super::setting::{Kind, SecretSource, Setting};
use crate::gateway::auth::Secret;
use std::{fmt, ops::Range, path::PathBuf};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// What is wrong with a configuration. Who can fix it: the operator.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// The file holds what it must not.
    #[error("{}", Listed(.0))]
    Invalid(Vec<Problem>),
}

/// One thing wrong in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file's name.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The line itself. Empty where it may hold a secret.
    pub source: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What can be wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not TOML.
    #[error("{0}")]
    Syntax(String),
    /// No setting of this name.
    #[error("no such setting: {0}")]
    Unknown(String),
    /// A value of the wrong kind or out of range.
    #[error("{key}: expected {expected}")]
    Expected {
        /// The setting.
        key: &'static str,
        /// What should stand there.
        expected: String,
    },
    /// A secret that is not where the file says.
    #[error("{key}: {place} holds no secret")]
    NoSecret {
        /// The setting.
        key: &'static str,
        /// Where it was looked for.
        place: String,
    },
    /// A setting that needs another.
    #[error("{key} needs {needs}")]
    Needs {
        /// The setting.
        key: &'static str,
        /// What is missing.
        needs: &'static str,
    },
}

/// A file being read: settings are taken out, what is left over is unknown.
pub(super) struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    table: DeTable<'a>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// Parses `text`, which came from the file `name`. A syntax error leaves an empty table and a problem.
    pub(super) fn new(name: &'a str, text: &'a str) -> Self {
        match DeTable::parse(text) {
            Ok(table) => Self { name, text, table: table.into_inner(), problems: Vec::new() },
            Err(error) => {
                let mut reader = Self { name, text, table: DeTable::new(), problems: Vec::new() };
                reader.report(error.span(), Fault::Syntax(error.message().to_owned()));
                reader
            }
        }
    }

    /// Takes one setting; its default where the file has none or a wrong one.
    pub(super) fn take<K: Kind>(&mut self, setting: &Setting<K>) -> K::Value {
        let Some(value) = remove(&mut self.table, setting.key) else { return setting.kind.default() };
        setting.kind.read(value.get_ref()).unwrap_or_else(|| {
            let fault = Fault::Expected { key: setting.key, expected: setting.kind.expected() };
            self.report(Some(value.span()), fault);
            setting.kind.default()
        })
    }

    /// Takes a secret and fetches it from where it is.
    pub(super) fn take_secret<K: Kind<Value = Option<SecretSource>>>(
        &mut self,
        setting: &Setting<K>,
    ) -> Option<Secret> {
        let source = self.take(setting)?;
        fetch(&source).or_else(|| {
            let place = match source {
                SecretSource::Here(_) => "the file".into(),
                SecretSource::Env(name) => format!("environment variable {name}"),
                SecretSource::File(path) => path.display().to_string(),
            };
            self.report(None, Fault::NoSecret { key: setting.key, place });
            None
        })
    }

    /// Reports that a setting that is on lacks another.
    pub(super) fn needs(&mut self, key: &'static str, needs: &'static str) {
        self.report(None, Fault::Needs { key, needs });
    }

    /// All problems, those of unknown settings included.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] where there is any.
    pub(super) fn finish(mut self) -> Result<(), ConfigError> {
        for (key, span) in leftovers(std::mem::take(&mut self.table), "") {
            self.report(Some(span), Fault::Unknown(key));
        }
        if self.problems.is_empty() {
            return Ok(());
        }
        self.problems.sort_by_key(|problem| (problem.line, problem.column));
        Err(ConfigError::Invalid(self.problems))
    }

    fn report(&mut self, span: Option<Range<usize>>, fault: Fault) {
        let (line, column, source) = span.map_or((1, 1, ""), |span| place(self.text, span.start));
        let source = if source.contains("password") || source.contains("token") { "" } else { source };
        let file = self.name.to_owned();
        self.problems.push(Problem { file, line, column, source: source.to_owned(), fault });
    }
}

/// Takes `a.b.c` out of nested tables; a table that has become empty goes too.
fn remove<'a>(table: &mut DeTable<'a>, key: &str) -> Option<Spanned<DeValue<'a>>> {
    let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
    let name = table.keys().find(|name| name.get_ref().as_ref() == first)?.clone();
    let Some(rest) = rest else { return table.remove(&name) };
    let DeValue::Table(inner) = table.get_mut(&name)?.get_mut() else { return None };
    let value = remove(inner, rest);
    if inner.is_empty() {
        table.remove(&name);
    }
    value
}

/// Dotted names and places of everything still in the table; an empty table is no fault.
fn leftovers(table: DeTable<'_>, prefix: &str) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    for (name, value) in table {
        let key = format!("{prefix}{}", name.get_ref());
        match value.into_inner() {
            DeValue::Table(inner) if inner.is_empty() => {}
            DeValue::Table(inner) => found.extend(leftovers(inner, &format!("{key}."))),
            _ => found.push((key, name.span())),
        }
    }
    found
}

fn fetch(source: &SecretSource) -> Option<Secret> {
    let text = match source {
        SecretSource::Here(secret) => return Some(secret.clone()),
        SecretSource::Env(name) => std::env::var(name).ok()?,
        SecretSource::File(path) => std::fs::read_to_string(path).ok()?,
    };
    let line = text.lines().next().unwrap_or_default().trim();
    (!line.is_empty()).then(|| Secret::new(line))
}

/// Line and column from 1, and the line itself, of a byte offset.
fn place(text: &str, offset: usize) -> (usize, usize, &str) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = text.get(start..offset).unwrap_or_default().chars().count() + 1;
    (line, column, text.lines().nth(line - 1).unwrap_or_default())
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.fault)?;
        if self.source.is_empty() {
            return Ok(());
        }
        write!(f, "\n    {}\n    {:>width$}", self.source, '^', width = self.column)
    }
}

struct Listed<'a>(&'a [Problem]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            write!(f, "{}{problem}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}
