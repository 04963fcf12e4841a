//! `qingjiang simulate`: scenario files in virtual time.

use super::{
    files::{Files, wav_8k},
    say,
};
use crate::{
    audio::Bank,
    script::Script,
    sim::{run::run, scenario::Scenario},
};
use anyhow::Context;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// Run call scenarios in virtual time: what callers do, what they must hear, how it ends.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  qingjiang simulate tests/scenarios/*.toml")]
pub struct Args {
    /// Scenario files; recordings in them are looked for beside the file, then here
    #[arg(required = true, value_name = "FILE")]
    scenarios: Vec<PathBuf>,
    #[command(flatten)]
    files: Files,
    /// Show the timeline of scenarios that pass, too
    #[arg(long, short)]
    verbose: bool,
}

/// Runs every scenario; exit status 1 where one fails.
///
/// # Errors
/// Files that can't be read.
pub fn execute(args: Args) -> anyhow::Result<ExitCode> {
    let (script, bank) = args.files.open()?;
    let mut failed = 0;
    for path in &args.scenarios {
        let result = play(path, &script, &bank).with_context(|| path.display().to_string())?;
        let mark = if result.differences.is_empty() { "ok  " } else { "FAIL" };
        say(format_args!("{mark}  {}  {}", path.display(), result.name))?;
        for difference in &result.differences {
            say(format_args!("      ✗ {difference}"))?;
        }
        if args.verbose || !result.differences.is_empty() {
            say(result.timeline.trim_end())?;
        }
        failed += usize::from(!result.differences.is_empty());
    }
    say(format_args!("{} passed, {failed} failed", args.scenarios.len() - failed))?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Played {
    name: String,
    differences: Vec<String>,
    timeline: String,
}

fn play(path: &Path, script: &Arc<Script>, bank: &Arc<Bank>) -> anyhow::Result<Played> {
    let scenario = Scenario::parse(&std::fs::read_to_string(path)?)?;
    let beside = path.parent().unwrap_or(Path::new("."));
    let load = |wanted: &Path| {
        let place = [beside.join(wanted), wanted.to_owned()].into_iter().find(|place| place.exists());
        wav_8k(&place.unwrap_or_else(|| wanted.to_owned())).map_err(|error| format!("{error:#}"))
    };
    let outcome = run(scenario.world(script, bank, load)?);
    let differences = scenario.differences(&outcome)?;
    Ok(Played { name: scenario.name, differences, timeline: outcome.timeline() })
}
