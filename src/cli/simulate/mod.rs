//! `qingjiang simulate`: the operators' golden tests, in virtual time.

mod json;
mod show;

use super::{files::Files, say, spoken::Spoken};
use crate::{
    script::{Language, SourceFile},
    service::golden::{self, Played, Run},
    sim::scenario::{self, Scenario},
};
use anyhow::{Context, bail};
use show::Show;
use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// Play golden tests in virtual time: what callers do, what they must hear and when, how it ends.
///
/// Without files: all of tests/*.toml beside the script. Exits with 1 where one fails, with 2 where one cannot be read.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  qingjiang simulate\n  qingjiang simulate --filter silent --verbose\n  \
    qingjiang simulate --accept prompts/tests/silent.toml\n  qingjiang simulate tests/scenarios")]
pub struct Args {
    /// Test files, or folders of them [default: tests/ beside the script, else the built-in ones]. Recordings that a test
    /// names are looked for beside it, then here, then among the hotline's own (`en/out_of_scope.wav`)
    #[arg(value_name = "FILE")]
    scenarios: Vec<PathBuf>,
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    spoken: Spoken,
    /// Only tests whose file or name contains this; may be given more than once
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// Write what was heard into the files of tests that fail; comments and order stay
    #[arg(long)]
    accept: bool,
    /// Print one JSON array, for editors
    #[arg(long)]
    json: bool,
    /// Show the timeline of tests that pass, too
    #[arg(long, short)]
    verbose: bool,
}

/// Plays every test; exit status 1 where one fails, 2 where one cannot be read.
///
/// # Errors
/// A script that is refused, folders that can't be read.
pub fn execute(args: Args) -> anyhow::Result<ExitCode> {
    let language = args.spoken.language();
    let tests = chosen(&args)?;
    if tests.is_empty() {
        bail!("{}", nothing(language));
    }
    let played = golden::play(&tests, &args.files.clone().stage()?);
    let accepted = if args.accept { accept(&played)? } else { Vec::new() };
    if args.json {
        say(json::of(&played, language))?;
    } else {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let show = Show { language, colour, verbose: args.verbose };
        played.iter().try_for_each(|played| say(show.test(played, accepted.contains(&played.file.path))))?;
        say(show.summary(&played, accepted.len()))?;
    }
    let failed = |played: &&Played| !played.passed() && !accepted.contains(&played.file.path);
    Ok(match played.iter().filter(failed).map(|played| played.result.is_ok()).min() {
        None => ExitCode::SUCCESS,
        Some(true) => ExitCode::FAILURE,
        Some(false) => ExitCode::from(2),
    })
}

fn nothing(language: Language) -> &'static str {
    match language {
        Language::Chinese => "没有测试：写在脚本旁边的 tests/*.toml 里，或者写明文件",
        Language::English => "there are no tests: write them in tests/*.toml beside the script, or name files",
    }
}

fn chosen(args: &Args) -> anyhow::Result<Vec<Arc<SourceFile>>> {
    let mut tests = match args.scenarios.is_empty() {
        true => args.files.source().tests()?,
        false => named(&args.scenarios)?,
    };
    tests.retain(|file| {
        let name = Scenario::parse(&file.text).map(|scenario| scenario.name).unwrap_or_default();
        args.filter.is_empty() || args.filter.iter().any(|part| file.path.contains(part) || name.contains(part))
    });
    Ok(tests)
}

fn named(paths: &[PathBuf]) -> anyhow::Result<Vec<Arc<SourceFile>>> {
    let mut files = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => named(&in_folder(path)?)?.into_iter().for_each(|file| files.push(file)),
            false => {
                let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
                files.push(SourceFile::new(path.to_string_lossy(), text));
            }
        }
    }
    Ok(files)
}

fn in_folder(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let listed: std::io::Result<Vec<PathBuf>> =
        std::fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut files = listed.with_context(|| folder.display().to_string())?;
    files.retain(|file| file.extension().is_some_and(|end| end == "toml"));
    files.sort();
    Ok(files)
}

/// Writes down what was heard; the files that were rewritten.
fn accept(played: &[Played]) -> anyhow::Result<Vec<String>> {
    let mut accepted = Vec::new();
    for Played { file, result } in played.iter().filter(|played| !played.passed()) {
        let Ok(Run { scenario, outcome, found }) = result else { continue };
        let Some(text) = scenario::accept(&file.text, scenario, outcome, found) else { continue };
        std::fs::write(&file.path, text).with_context(|| file.path.clone())?;
        accepted.push(file.path.clone());
    }
    Ok(accepted)
}
