//! `qingjiang report`: figures that tell whether the wording works.

use super::{records::Narrowed, say, spoken::Spoken};
use crate::{
    call::Words,
    records::{
        Archive, Filter,
        report::{Report, Tally},
    },
    script::Language,
};
use serde_json::{Value, json};
use std::{path::PathBuf, process::ExitCode};

/// Tell how often each prompt and ladder step was said, heard out, cut short, and what followed.
///
/// Recovery: the caller was heard then, and the ladder left. Hang-up: the caller went before anything else was said.
/// Agent: calls with it that came to an agent. Of a wording that a split tries: calls that drew it, and what followed at
/// any time later.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  qingjiang report --since 2026-11-01\n  qingjiang report --version 3f2a91c0 --json"
)]
pub struct Args {
    /// Folder of the records
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    #[command(flatten)]
    narrowed: Narrowed,
    /// Only calls that ran this version of the script, as `script log` shows it
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    spoken: Spoken,
}

/// Runs the command.
///
/// # Errors
/// Where there are no records, or they cannot be read.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let archive = Archive::open(&args.data)?;
    let mut report = Report::default();
    for call in archive.list(&Filter::from(args.narrowed))? {
        let wanted = args.version.is_none() || args.version == call.script;
        if let Some(history) = wanted.then(|| archive.show(call.id)).transpose()?.flatten() {
            report.add(&history);
        }
    }
    match args.json {
        true => say(as_json(&report))?,
        false => table(&report, args.spoken.language()).iter().try_for_each(say)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(report: &Report) -> Value {
    let (mut prompts, mut steps, mut wordings) = (Vec::new(), Vec::new(), Vec::new());
    for (words, tally) in &report.words {
        match words {
            Words::Prompt(prompt) => prompts.push(with(json!({ "prompt": prompt.as_str() }), tally)),
            Words::Rung(condition, index) => {
                steps.push(with(json!({ "condition": condition.as_str(), "step": index + 1 }), tally));
            }
            Words::Wording { step, name } => wordings.push(with(json!({ "step": step, "name": name }), tally)),
        }
    }
    json!({ "calls": report.calls, "prompts": prompts, "ladder_steps": steps, "wordings": wordings })
}

fn with(mut named: Value, tally: &Tally) -> Value {
    if let (Some(object), Ok(Value::Object(figures))) = (named.as_object_mut(), serde_json::to_value(tally)) {
        object.extend(figures);
    }
    named
}

fn table(report: &Report, language: Language) -> Vec<String> {
    let (calls, heads) = match language {
        Language::Chinese => (
            format!("{} 个来电", report.calls),
            ["说了", "说完", "按键打断", "说话打断", "挂机打断", "挽回", "随后挂机", "到人工"],
        ),
        Language::English => (
            format!("{} call(s)", report.calls),
            ["said", "finished", "by key", "by speech", "by end", "recovery", "hang-up", "agent"],
        ),
    };
    let head = format!("{:<34}{}", "", heads.map(|head| format!("  {head:>9}")).concat());
    let rows = report.words.iter().map(|(words, tally)| row(words, tally));
    [calls, head].into_iter().chain(rows).collect()
}

fn row(words: &Words, tally: &Tally) -> String {
    let name = match words {
        Words::Prompt(prompt) => prompt.to_string(),
        Words::Rung(condition, index) => format!("[line.{}] {}", condition.as_str(), index + 1),
        Words::Wording { step, name } => format!("[step.{step}] {name}"),
    };
    let Tally { said, finished, by_key, by_speech, by_end, recovery, hang_up, agent } = tally;
    let figures = [said, finished, by_key, by_speech, by_end, recovery, hang_up, agent];
    format!("{name:<34}{}", figures.map(|figure| format!("  {figure:>9}")).concat())
}
