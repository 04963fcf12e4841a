//! `qingjiang analyze`: what the line listener makes of recordings.

use super::files::wav_8k;
use crate::line::{Analysis, analyze};
use serde::Serialize;
use std::{path::PathBuf, process::ExitCode};

/// Hear recordings as a live call is heard, and say what their lines are like.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  qingjiang analyze call.wav\n  qingjiang analyze --json recordings/*.wav")]
pub struct Args {
    /// WAV files, any rate, PCM or G.711
    #[arg(required = true, value_name = "WAV")]
    recordings: Vec<PathBuf>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    file: String,
    #[serde(flatten)]
    analysis: &'a Analysis,
}

/// Analyses every file. A file that can't be read is told on standard error, and the exit status is 2.
///
/// # Errors
/// Where nothing can be printed.
pub fn execute(args: Args) -> anyhow::Result<ExitCode> {
    let mut status = ExitCode::SUCCESS;
    for path in &args.recordings {
        match wav_8k(path) {
            Ok(pcm) => {
                let analysis = analyze(&pcm);
                let file = path.display().to_string();
                match args.json {
                    true => println!("{}", serde_json::to_string(&Line { file, analysis: &analysis })?),
                    false => show(&file, &analysis),
                }
            }
            Err(error) => {
                super::complain(&error);
                status = ExitCode::from(2);
            }
        }
    }
    Ok(status)
}

fn show(file: &str, analysis: &Analysis) {
    let figure = |name: &str, value: Option<f32>, unit: &str| value.map(|value| format!("  {name} {value:.1} {unit}"));
    let kind = analysis.kind.map_or(String::new(), |kind| format!(" ({})", kind.as_str()));
    println!("{file}: {}{kind}, {:.0} % sure", analysis.condition.as_str(), analysis.confidence * 100.0);
    let figures = [
        figure("level", analysis.level_dbov, "dBov"),
        figure("noise", analysis.noise_dbov, "dBov"),
        figure("SNR", analysis.snr_db, "dB"),
        figure("lost", analysis.loss_pct, "%"),
    ];
    println!("    {}", figures.into_iter().flatten().collect::<String>().trim_start());
    for (from, to) in &analysis.speech {
        println!("    speech  {:>8.3} – {:.3} s", *from as f64 / 1000.0, *to as f64 / 1000.0);
    }
    for (at, condition) in &analysis.verdicts {
        println!("    judged  {:>8.3} s  {}", *at as f64 / 1000.0, condition.as_str());
    }
}
