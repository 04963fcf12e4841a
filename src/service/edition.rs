//! One version of the operators' files, as calls take it.

use super::config::Files;
use crate::{
    audio::Bank,
    script::{Bundle, Language, Refused, Script, Severity, Source},
};
use jiff::Timestamp;
use sha1::{Digest, Sha1};
use std::{path::Path, sync::Arc};

/// A checked script with its recordings.
#[derive(Debug)]
pub struct Edition {
    /// The script.
    pub script: Arc<Script>,
    /// Its recordings, encoded.
    pub bank: Arc<Bank>,
    /// What could be better, one line each.
    pub warnings: Vec<String>,
    /// Which version it is: short, and the same for the same script files.
    pub version: String,
    /// When it was loaded.
    pub loaded: Timestamp,
    /// What the next version may share with this one.
    bundle: Bundle,
}

/// Why files are refused: what the operators are told, one line a problem.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Refusal(pub Vec<String>);

impl Edition {
    /// Reads, checks and encodes everything. Takes its time: not for an async task.
    ///
    /// # Errors
    /// [`Refusal`]: every problem.
    pub fn open(files: &Files) -> Result<Self, Refusal> {
        let (prompts, audio) = sources(files);
        Self::new(Bundle::open(&prompts, &audio), &prompts)
    }

    /// The next version; recordings that have not changed are shared with this one.
    ///
    /// # Errors
    /// [`Refusal`]: every problem.
    pub fn reopen(&self, files: &Files) -> Result<Self, Refusal> {
        let (prompts, audio) = sources(files);
        Self::new(self.bundle.reopen(&prompts, &audio), &prompts)
    }

    fn new(opened: Result<Bundle, Refused>, prompts: &Source) -> Result<Self, Refusal> {
        let bundle = opened.map_err(refusal)?;
        let (script, bank) = (bundle.script.clone(), bundle.bank.clone());
        let warnings = bundle.warnings.iter().map(|problem| problem.line(Language::English)).collect();
        Ok(Self { script, bank, bundle, warnings, version: version(prompts)?, loaded: Timestamp::now() })
    }
}

/// Where script and recordings are read from.
fn sources(files: &Files) -> (Source, Source) {
    let source = |path: Option<&Path>| path.map_or(Source::Embedded, |path| Source::Directory(path.into()));
    (source(files.prompts.as_deref()), source(files.audio.as_deref()))
}

fn refusal(refused: Refused) -> Refusal {
    match refused {
        Refused::Unread(error) => Refusal(vec![error.to_string()]),
        Refused::Wrong(problems) => {
            let errors = problems.iter().filter(|problem| problem.severity() == Severity::Error);
            Refusal(errors.map(|problem| problem.line(Language::English)).collect())
        }
    }
}

/// The first eight hexadecimal digits of the SHA-1 of names and texts: enough to tell versions of one hotline apart.
fn version(prompts: &Source) -> Result<String, Refusal> {
    let files = prompts.scripts().map_err(|error| Refusal(vec![error.to_string()]))?;
    let mut hash = Sha1::new();
    for file in files {
        hash.update(file.name());
        hash.update([0]);
        hash.update(&file.text);
        hash.update([0]);
    }
    Ok(hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Config;

    #[test]
    fn the_embedded_files_open_and_have_a_version() {
        let files = Config::default().files;
        let edition = Edition::open(&files).expect("our own files");
        assert_eq!(edition.version.len(), 8);
        assert_eq!(edition.version, edition.reopen(&files).expect("the same files").version);
    }

    #[test]
    fn a_bad_script_is_refused_with_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = "[hotline]\nstart = 5\n[step.a]\nsay = \"goodbye\"\nhang_up = \"5s\"\n";
        std::fs::write(folder.path().join("hotline.toml"), script).expect("written");
        let files = super::Files { prompts: Some(folder.path().into()), ..Config::default().files };
        let refusal = Edition::open(&files).expect_err("not a script");
        assert!(refusal.0.iter().any(|line| line.contains("hotline.toml:1:")), "{refusal}");
    }
}
