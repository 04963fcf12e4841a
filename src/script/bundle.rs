//! A version of everything operators own: the script and its recordings, read, checked and encoded together.

use super::{
    Problem, Script, Source, SourceError, check,
    check::Shelf,
    load,
    material::{Material, Recordings},
    problem::Fault,
    recordings::{self, Figures, Name},
    source::Place,
};
use crate::audio::{Bank, Sum, bank::BadRecording};
use std::{collections::BTreeMap, sync::Arc};

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
        Self::of(None, &Material::read(None, prompts, audio)?)
    }

    /// Checks and encodes what was read, sharing with `previous` every recording that has not changed.
    ///
    /// # Errors
    /// [`Refused::Wrong`]; the previous version stays as it is.
    pub fn of(previous: Option<&Self>, material: &Material) -> Result<Self, Refused> {
        let Inspected { bundle, problems } = examine(previous, material);
        bundle.ok_or(Refused::Wrong(problems))
    }

    /// Whether the next version needs no more of this recording than what identifies it.
    pub(super) fn has(&self, locale: &str, prompt: &str, sum: Sum) -> bool {
        self.measured(&(locale.to_owned(), prompt.to_owned()), sum).is_some()
    }

    /// The figures of a recording, where this version has the very one.
    fn measured(&self, name: &Name, sum: Sum) -> Option<Figures> {
        let (locale, prompt) = name;
        self.figures.get(name).filter(|_| self.bank.has(locale, prompt, sum)).copied()
    }
}

/// What came of looking at everything.
pub struct Inspected {
    /// The new version, unless a problem forbids it.
    pub bundle: Option<Bundle>,
    /// Every problem, by file and place.
    pub problems: Vec<Problem>,
}

/// Looks at everything operators own, and finds everything that is wrong with it; what `previous` has is not encoded and
/// measured again.
///
/// # Errors
/// [`SourceError`] where files cannot be read at all.
pub fn inspect(previous: Option<&Bundle>, prompts: &Source, audio: &Source) -> Result<Inspected, SourceError> {
    Ok(examine(previous, &Material::read(previous, prompts, audio)?))
}

/// As [`inspect`], of what has been read.
pub fn examine(previous: Option<&Bundle>, material: &Material) -> Inspected {
    let Material { files, recordings } = material;
    let mut loaded = load::load(files);
    let wavs = recordings.wavs.iter().cloned();
    let (bank, bad) = match previous.map_or_else(|| Bank::load(wavs.clone()), |bundle| bundle.bank.reload(wavs.clone()))
    {
        Ok(bank) => (bank, Vec::new()),
        Err(bad) => (Bank::default(), bad),
    };
    let known = |name: &Name, sum| previous.and_then(|bundle| bundle.measured(name, sum));
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
