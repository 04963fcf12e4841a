//! A version of everything operators own: the script and its recordings, read, checked and encoded together.

use super::{
    Problem, Script, Source, SourceError, check,
    check::Shelf,
    load,
    problem::Fault,
    recordings::{self, Figures, Name},
    source::{Place, SourceFile},
};
use crate::audio::{self, Bank, bank::BadRecording};
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// One checked version of script and recordings; calls keep theirs to their end.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The script.
    pub script: Arc<Script>,
    /// Its recordings.
    pub bank: Arc<Bank>,
    /// What could be better; no error is among them.
    pub warnings: Vec<Problem>,
}

/// Why there is no new version. Who can fix it: the operator.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Files cannot be read.
    #[error(transparent)]
    Unread(#[from] SourceError),
    /// They are wrong; one at least is an error.
    #[error("{} problem(s), the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Wrong(Vec<Problem>),
}

impl Bundle {
    /// Reads, checks and encodes everything; all of it, or nothing.
    ///
    /// # Errors
    /// [`Refused`], with every problem and not only the first.
    pub fn open(prompts: &Source, audio: &Source) -> Result<Self, Refused> {
        Self::build(&Bank::default(), prompts, audio)
    }

    /// The next version, sharing with this one every recording that has not changed.
    ///
    /// # Errors
    /// As [`Bundle::open`]; this version stays as it is.
    pub fn reopen(&self, prompts: &Source, audio: &Source) -> Result<Self, Refused> {
        Self::build(&self.bank, prompts, audio)
    }

    fn build(previous: &Bank, prompts: &Source, audio: &Source) -> Result<Self, Refused> {
        let Inspected { script, bank, problems } = inspect(previous, prompts, audio)?;
        match (script, bank) {
            (Some(script), Some(bank)) => Ok(Self { script: script.into(), bank: bank.into(), warnings: problems }),
            _ => Err(Refused::Wrong(problems)),
        }
    }
}

/// What came of looking at everything.
pub struct Inspected {
    /// The script, unless a problem forbids it.
    pub script: Option<Script>,
    /// The recordings, unless a problem forbids them.
    pub bank: Option<Bank>,
    /// Every problem, by file and place.
    pub problems: Vec<Problem>,
}

/// Looks at everything operators own, and finds everything that is wrong with it.
///
/// # Errors
/// [`SourceError`] where files cannot be read at all.
pub fn inspect(previous: &Bank, prompts: &Source, audio: &Source) -> Result<Inspected, SourceError> {
    let files = prompts.scripts()?;
    let shelf = read_recordings(audio)?;
    Ok(examine(previous, &files, &shelf))
}

/// Recordings as they were read.
pub struct Recordings {
    /// The files.
    pub wavs: Vec<audio::Source>,
    /// `texts.csv` beside them, if there is one.
    pub sheet: Option<Arc<SourceFile>>,
    /// Whether their figures are to be judged. Those built into the program were when it was made.
    pub judge: bool,
}

/// As [`inspect`], of what has been read.
pub fn examine(previous: &Bank, files: &[Arc<SourceFile>], recordings: &Recordings) -> Inspected {
    let mut loaded = load::load(files);
    let (bank, bad) = match previous.reload(recordings.wavs.iter().cloned()) {
        Ok(bank) => (Some(bank), Vec::new()),
        Err(bad) => (None, bad),
    };
    let sheet = sheet(recordings, &mut loaded);
    let figures = if recordings.judge { recordings::measure(&recordings.wavs) } else { BTreeMap::new() };
    check::check(&mut loaded, Some(&shelf(recordings, &figures, &bad, &sheet)));
    let sound = !loaded.problems.any_error();
    Inspected {
        script: loaded.script.filter(|_| sound),
        bank: bank.filter(|_| sound),
        problems: loaded.problems.into_sorted(),
    }
}

fn shelf<'r>(
    recordings: &Recordings,
    figures: &'r BTreeMap<Name, Figures>,
    bad: &'r [BadRecording],
    sheet: &'r BTreeMap<Name, String>,
) -> Shelf<'r> {
    Shelf { names: recordings.wavs.iter().map(recordings::name).collect(), figures, bad, sheet }
}

fn sheet(recordings: &Recordings, loaded: &mut load::Loaded) -> BTreeMap<Name, String> {
    let Some(file) = &recordings.sheet else { return BTreeMap::new() };
    recordings::sheet(&file.text).unwrap_or_else(|detail| {
        loaded.problems.add(Place::top(file), Fault::BadSheet { detail });
        BTreeMap::new()
    })
}

/// The list of what is said in the recordings, beside them.
const SHEET: &str = "texts.csv";

fn read_recordings(from: &Source) -> Result<Recordings, SourceError> {
    match from {
        Source::Embedded => Ok(Recordings {
            wavs: audio::source::embedded().collect(),
            sheet: Some(SourceFile::new(format!("audio/{SHEET}"), EMBEDDED_SHEET)),
            judge: false,
        }),
        Source::Directory(path) => Ok(Recordings { wavs: listed(path)?, sheet: sheet_in(path)?, judge: true }),
    }
}

const EMBEDDED_SHEET: &str = include_str!("../../audio/texts.csv");

fn listed(path: &Path) -> Result<Vec<audio::Source>, SourceError> {
    audio::source::directory(path).map_err(|error| SourceError::File { path: error.path, cause: error.source })
}

fn sheet_in(path: &Path) -> Result<Option<Arc<SourceFile>>, SourceError> {
    let path = path.join(SHEET);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(SourceFile::new(path.to_string_lossy(), String::from_utf8_lossy(&bytes)))),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(SourceError::File { path, cause }),
    }
}
