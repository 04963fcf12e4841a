//! Golden tests played on every core: what `qingjiang simulate` shows, and what a version must pass before it goes live where
//! operators want it so.

use super::edition::Refusal;
use crate::{
    audio::{Bank, resample, wav},
    script::{Bundle, Language, Material, SourceFile},
    sim::{
        run::Outcome,
        scenario::{BadScenario, Comparison, Scenario, Stage},
    },
};
use std::{
    panic::resume_unwind,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// A test that was played.
#[derive(Debug)]
pub struct Played {
    /// Its file.
    pub file: Arc<SourceFile>,
    /// What came of it.
    pub result: Result<Run, BadScenario>,
}

/// How a test went.
#[derive(Debug)]
pub struct Run {
    /// What it says.
    pub scenario: Scenario,
    /// What happened.
    pub outcome: Outcome,
    /// In what that differs.
    pub found: Comparison,
}

impl Played {
    /// Whether everything was as expected.
    pub fn passed(&self) -> bool {
        self.result.as_ref().is_ok_and(|run| run.found.differences.is_empty())
    }

    /// Why it failed, one line: its file, and the first thing that differs.
    pub fn complaint(&self, language: Language) -> Option<String> {
        let why = match &self.result {
            Err(bad) => bad.to_string().lines().collect::<Vec<_>>().join(" "),
            Ok(run) => run.found.differences.first()?.fault.words(language),
        };
        Some(format!("{}: {why}", self.file.path))
    }
}

/// Plays tests on every core; the results are in the order of the files.
pub fn play(files: &[Arc<SourceFile>], stage: &Stage) -> Vec<Played> {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(files.len().max(1));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(place) else { return done };
            done.push((place, Played { file: file.clone(), result: play_one(file, stage) }));
        }
    };
    let mut played: Vec<(usize, Played)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    played.sort_by_key(|(place, _)| *place);
    played.into_iter().map(|(_, played)| played).collect()
}

/// Where tests of this version are played.
pub fn stage(bundle: &Bundle, material: &Material) -> Stage {
    Stage { files: material.files.clone(), script: bundle.script.clone(), bank: bundle.bank.clone() }
}

/// Plays tests of which none may fail.
///
/// # Errors
/// [`Refusal`], with every test that fails.
pub fn demand(files: &[Arc<SourceFile>], stage: &Stage) -> Result<(), Refusal> {
    let played = play(files, stage);
    let failed: Vec<&Played> = played.iter().filter(|played| !played.passed()).collect();
    if failed.is_empty() {
        return Ok(());
    }
    Err(Refusal {
        reasons: failed.iter().filter_map(|played| played.complaint(Language::English)).collect(),
        tests: failed.iter().map(|played| played.file.name().to_owned()).collect(),
    })
}

fn play_one(file: &SourceFile, stage: &Stage) -> Result<Run, BadScenario> {
    let scenario = Scenario::parse(&file.text)?;
    let beside = Path::new(&file.path).parent().unwrap_or(Path::new("."));
    let outcome = scenario.play(stage, |wanted| sound(wanted, beside, &stage.bank))?;
    let found = scenario.compare(&outcome)?;
    Ok(Run { scenario, outcome, found })
}

/// A recording beside the test, or here, or one of the hotline's own: `en/out_of_scope.wav`.
fn sound(wanted: &Path, beside: &Path, bank: &Bank) -> Result<Arc<[i16]>, String> {
    let places = [beside.join(wanted), wanted.to_owned()];
    match places.into_iter().find(|place| place.is_file()) {
        Some(place) => read(&place),
        None => own(wanted, bank).ok_or_else(|| format!("{}: there is no such recording", wanted.display())),
    }
}

fn own(wanted: &Path, bank: &Bank) -> Option<Arc<[i16]>> {
    let locale: PathBuf = wanted.parent()?.into();
    let clip = bank.clip(locale.to_str()?, wanted.file_stem()?.to_str()?)?;
    let mut pcm = vec![0; clip.samples()];
    clip.pcm_8k(0, &mut pcm);
    Some(pcm.into())
}

fn read(place: &Path) -> Result<Arc<[i16]>, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", place.display());
    let bytes = std::fs::read(place).map_err(|error| told(&error))?;
    let recording = wav::read(&bytes).map_err(|error| told(&error))?;
    let rate = recording.sample_rate;
    let pcm = resample::convert(&recording.into_mono(), rate, 8000).map_err(|error| told(&error))?;
    Ok(pcm.into())
}
