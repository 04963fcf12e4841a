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
    /// What was measured of the recordings, so that the next version measures only what has changed.
    figures: Arc<BTreeMap<Name, Figures>>,
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
        inspect(None, prompts, audio)?.accepted()
    }

    /// The next version, sharing with this one every recording that has not changed.
    ///
    /// # Errors
    /// As [`Bundle::open`]; this version stays as it is.
    pub fn reopen(&self, prompts: &Source, audio: &Source) -> Result<Self, Refused> {
        inspect(Some(self), prompts, audio)?.accepted()
    }

    /// The figures of a recording, where `bank` holds the very one that this version has.
    fn measured(&self, name: &Name, bank: &Bank) -> Option<Figures> {
        let (locale, prompt) = name;
        let (mine, theirs) = (self.bank.clip(locale, prompt)?, bank.clip(locale, prompt)?);
        self.figures.get(name).filter(|_| Arc::ptr_eq(mine, theirs)).copied()
    }
}

/// What came of looking at everything.
pub struct Inspected {
    /// The new version, unless a problem forbids it.
    pub bundle: Option<Bundle>,
    /// Every problem, by file and place.
    pub problems: Vec<Problem>,
}

impl Inspected {
    fn accepted(self) -> Result<Bundle, Refused> {
        self.bundle.ok_or(Refused::Wrong(self.problems))
    }
}

/// Looks at everything operators own, and finds everything that is wrong with it; what `previous` has is not encoded and
/// measured again.
///
/// # Errors
/// [`SourceError`] where files cannot be read at all.
pub fn inspect(previous: Option<&Bundle>, prompts: &Source, audio: &Source) -> Result<Inspected, SourceError> {
    let files = prompts.scripts()?;
    let recordings = read_recordings(audio)?;
    Ok(examine(previous, &files, &recordings))
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
pub fn examine(previous: Option<&Bundle>, files: &[Arc<SourceFile>], recordings: &Recordings) -> Inspected {
    let mut loaded = load::load(files);
    let wavs = recordings.wavs.iter().cloned();
    let (bank, bad) = match previous.map_or_else(|| Bank::load(wavs.clone()), |bundle| bundle.bank.reload(wavs.clone()))
    {
        Ok(bank) => (bank, Vec::new()),
        Err(bad) => (Bank::default(), bad),
    };
    let known = |name: &Name| previous.and_then(|bundle| bundle.measured(name, &bank));
    let figures = if recordings.judge { recordings::measure(&recordings.wavs, known) } else { BTreeMap::new() };
    let sheet = sheet(recordings, &mut loaded);
    check::check(&mut loaded, Some(&shelf(recordings, &figures, &bad, &sheet)));

    let sound = !loaded.problems.any_error();
    let problems = loaded.problems.into_sorted();
    let bundle = loaded.script.filter(|_| sound).map(|script| Bundle {
        script: script.into(),
        bank: bank.into(),
        warnings: problems.clone(),
        figures: figures.into(),
    });
    Inspected { bundle, problems }
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
