//! `qingjiang analyze`: what the line listener makes of recordings.

mod folder;
mod plot;
mod table;

use super::{cores, files::channels_8k, say, spoken::Spoken};
use crate::{
    line::{Analysis, analyze},
    records::{Archive, RecordId, recording},
};
use anyhow::{Context as _, bail};
use folder::Folder;
use plot::Subject;
use serde::Serialize;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// Hear recordings as a live call is heard, and say what their lines are like.
///
/// Of a recording with two channels the left one is heard: the caller's. A folder is heard file by file; with a
/// labels.jsonl in it (an object a line: "id", "wav", "expect") the answer is a table of what was expected and what was
/// heard. Exits with 0, or with 2 where a file can't be read.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  qingjiang analyze call.wav
  qingjiang analyze --json recordings/*.wav
  qingjiang analyze --plot call.svg call.wav
  qingjiang analyze --plot call.svg --call 42
  qingjiang analyze corpus --leave-out babble_only")]
pub struct Args {
    /// WAV files, any rate, PCM or G.711, or folders of them
    #[arg(required_unless_present = "call", value_name = "WAV")]
    recordings: Vec<PathBuf>,
    /// The recording of this call, by its number in the records
    #[arg(long, value_name = "ID", conflicts_with = "recordings")]
    call: Option<RecordId>,
    /// Folder of the records
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// Draw the recording as SVG: waveform, level, speech and judgement over time; with --call what happened, too
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Leave these conditions of the labels out of the table (their "condition", or what is expected)
    #[arg(long, value_name = "WORD")]
    leave_out: Vec<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    spoken: Spoken,
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
/// Where a drawing is asked of something else than one recording, or nothing can be printed.
pub fn execute(args: Args) -> anyhow::Result<ExitCode> {
    if let Some(picture) = &args.plot {
        return draw(&args, picture);
    }
    let mut status = ExitCode::SUCCESS;
    let mut files = match args.call {
        Some(id) => recording::files(&args.data, id),
        None => Vec::new(),
    };
    if args.call.is_some() && files.is_empty() {
        bail!("{}", NO_RECORDING);
    }
    for path in &args.recordings {
        match path.is_dir() {
            false => files.push(path.clone()),
            true => match folder::read(path)? {
                Folder::Labelled(items) => {
                    let table = table::Table::of(path, &items, &args.leave_out);
                    let text =
                        if args.json { format!("{}\n", table.json()) } else { table.text(args.spoken.language()) };
                    say(text.trim_end())?;
                    table.unreadable().for_each(super::complain);
                    if table.unreadable().next().is_some() {
                        status = ExitCode::from(2);
                    }
                }
                Folder::Plain(found) => files.extend(found),
            },
        }
    }
    for (path, heard) in files.iter().zip(cores::on_all(&files, |path| hear(path))) {
        match heard {
            Ok(analysis) => print(&path.display().to_string(), &analysis, args.json)?,
            Err(error) => {
                super::complain(&error);
                status = ExitCode::from(2);
            }
        }
    }
    Ok(status)
}

const NO_RECORDING: &str = "there is no recording of this call / 这通电话没有录音";

/// What the listener makes of a file: of its only channel, or of the caller's.
fn hear(path: &Path) -> anyhow::Result<Analysis> {
    Ok(analyze(caller(&channels_8k(path)?)))
}

fn caller(channels: &[Arc<[i16]>]) -> &[i16] {
    channels.first().map_or(&[], |caller| caller)
}

fn draw(args: &Args, picture: &Path) -> anyhow::Result<ExitCode> {
    let (file, journal) = match (args.call, args.recordings.as_slice()) {
        (Some(id), _) => {
            let call = Archive::open(&args.data)?.show(id).context(super::records::UNREADABLE)?;
            let Some(call) = call else { bail!("there is no record {id} / 没有 {id} 号记录") };
            let file = recording::path(&args.data, id, 1);
            if !file.exists() {
                bail!("{NO_RECORDING}");
            }
            (file, call.journal(1))
        }
        (None, [file]) if !file.is_dir() => (file.clone(), Vec::new()),
        _ => bail!("one recording makes a drawing: give one file, or --call / 一次画一段录音:给一个文件,或者 --call"),
    };
    let channels = channels_8k(&file)?;
    let analysis = analyze(caller(&channels));
    let ours = channels.get(1).map(|ours| &**ours);
    let subject = Subject {
        name: &file.display().to_string(),
        caller: caller(&channels),
        ours,
        analysis: &analysis,
        journal: &journal,
    };
    std::fs::write(picture, plot::svg(&subject, args.spoken.language()))
        .with_context(|| picture.display().to_string())?;
    print(&file.display().to_string(), &analysis, args.json)?;
    Ok(ExitCode::SUCCESS)
}

fn print(file: &str, analysis: &Analysis, json: bool) -> anyhow::Result<()> {
    match json {
        true => say(serde_json::to_string(&Line { file: file.to_owned(), analysis })?)?,
        false => show(file, analysis)?,
    }
    Ok(())
}

fn show(file: &str, analysis: &Analysis) -> std::io::Result<()> {
    let kind = analysis.kind.map_or(String::new(), |kind| format!(" ({})", kind.as_str()));
    say(format_args!("{file}: {}{kind}, {:.0} % sure", analysis.condition.as_str(), analysis.confidence * 100.0))?;
    say(format_args!("    {}", figures(analysis)))?;
    for (from, to) in &analysis.speech {
        say(format_args!("    speech  {:>8.3} – {:.3} s", *from as f64 / 1000.0, *to as f64 / 1000.0))?;
    }
    for (at, condition) in &analysis.verdicts {
        say(format_args!("    judged  {:>8.3} s  {}", *at as f64 / 1000.0, condition.as_str()))?;
    }
    Ok(())
}

/// `level -21.3 dBov  noise -60.1 dBov  SNR 38.8 dB`: the figures that apply.
fn figures(analysis: &Analysis) -> String {
    let figure = |name: &str, value: Option<f32>, unit: &str| value.map(|value| format!("  {name} {value:.1} {unit}"));
    let figures = [
        figure("level", analysis.level_dbov, "dBov"),
        figure("noise", analysis.noise_dbov, "dBov"),
        figure("SNR", analysis.snr_db, "dB"),
        figure("lost", analysis.loss_pct, "%"),
    ];
    figures.into_iter().flatten().collect::<String>().trim_start().to_owned()
}
