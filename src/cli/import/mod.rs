//! `qingjiang import`: a studio's files become recordings.

mod takes;

use super::{
    files::Files,
    say,
    spoken::Spoken,
    studio::{Name, State, Studio},
};
use crate::script::sheet::Voice;
use anyhow::Context;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};
use takes::{Desk, Take};

/// Take a studio's recordings in.
///
/// One WAV file a prompt, named for it (welcome.wav, or en/welcome.wav), or one long file a language in the order of the
/// recording sheet, with a silence between any two prompts. Each is trimmed, brought to the level of the others, written to the
/// folder of recordings, and marked as spoken by a person. Nothing is written unless everything fits.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  qingjiang import studio/ --locale zh-CN --dry-run\n  qingjiang import welcome.wav \
    goodbye.wav --locale en\n  qingjiang import session.wav --sheet actor.csv --locale zh-CN"
)]
pub struct Args {
    /// WAV files, or folders of them
    #[arg(required = true, value_name = "FILE|DIR")]
    from: Vec<PathBuf>,
    /// The recording sheet that the actor read from (`render --sheet`): its order, and its texts
    #[arg(long, value_name = "SHEET.csv")]
    sheet: Option<PathBuf>,
    /// The language that is spoken [default: the folder a file lies in, or the only one that has the prompt]
    #[arg(long)]
    locale: Option<String>,
    /// The shortest silence between two prompts of a long file, ms
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    pause: u64,
    /// Write over recordings of a person too
    #[arg(long)]
    replace: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    spoken: Spoken,
}

/// Runs the command; exit status 1 where files do not fit: then nothing was written.
///
/// # Errors
/// Where files cannot be read or written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut studio = Studio::open(args.files, args.spoken.language())?;
    let order = args.sheet.as_deref().map(takes::order).transpose()?.unwrap_or_default();
    let files = wavs(&args.from)?;
    let pause = Duration::from_millis(args.pause);
    let desk = Desk { studio: &studio, order: &order, locale: args.locale.as_deref(), pause, alone: files.len() == 1 };
    let (mut takes, mut wrong) = (Vec::new(), Vec::new());
    for file in &files {
        match desk.take(file) {
            Ok(taken) => takes.extend(taken),
            Err(why) => wrong.push(format!("{}: {why:#}", file.display())),
        }
    }
    wrong.extend(twice(&studio, &takes));
    wrong.extend(takes.iter().filter(|_| !args.replace).filter_map(|take| is_persons(&studio, take)));
    if !wrong.is_empty() || takes.is_empty() {
        wrong.iter().try_for_each(say)?;
        say(studio.tell("什么也没有写", "nothing was written"))?;
        return Ok(ExitCode::FAILURE);
    }
    takes.iter().try_for_each(|take| say(line(&studio, take)))?;
    if args.dry_run {
        say(studio.tell("只是试一试,什么也没有写", "a dry run: nothing was written"))?;
        return Ok(ExitCode::SUCCESS);
    }
    for take in &takes {
        studio.keep(&take.name, &take.samples, &take.text, Voice::Human)?;
    }
    studio.keep_sheet()?;
    Ok(ExitCode::SUCCESS)
}

/// The WAV files that were named; those of a folder, and of the folders in it, by name.
fn wavs(from: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in from {
        match path.is_dir() {
            true => found.extend(in_folder(path, 1)?),
            false => found.push(path.clone()),
        }
    }
    if found.is_empty() {
        anyhow::bail!("没有 WAV 文件 / no WAV files");
    }
    Ok(found)
}

fn in_folder(folder: &Path, deeper: u32) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() && deeper > 0 {
            found.extend(in_folder(&path, deeper - 1)?);
        } else if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("wav")) {
            found.push(path);
        }
    }
    Ok(found)
}

/// A prompt that two files are for.
fn twice(studio: &Studio, takes: &[Take]) -> Vec<String> {
    let again = |(at, take): (usize, &Take)| {
        let first = takes.iter().take(at).find(|other| other.name == take.name)?;
        let (locale, prompt) = &take.name;
        let words = studio.tell("两处都是", "both are for");
        Some(format!("{}, {}: {words} {locale}/{prompt}", first.from, take.from))
    };
    takes.iter().enumerate().filter_map(again).collect()
}

fn is_persons(studio: &Studio, take: &Take) -> Option<String> {
    let (State::Recorded(Voice::Human) | State::Outdated(Voice::Human)) = studio.state(&take.name) else { return None };
    let words = studio.tell(
        "已有真人录音;要换掉它,加上 --replace",
        "a person has recorded it already; to replace that, say --replace",
    );
    Some(format!("{}/{}.wav: {words}", take.name.0, take.name.1))
}

fn line(studio: &Studio, take: &Take) -> String {
    let was = match studio.state(&take.name) {
        State::Missing => studio.tell("新的", "new"),
        State::Recorded(Voice::Synthetic) | State::Outdated(Voice::Synthetic) => {
            studio.tell("换掉合成语音", "replaces synthetic speech")
        }
        _ => studio.tell("换掉真人录音", "replaces a person's recording"),
    };
    let (locale, prompt) = &take.name;
    format!("{} → {locale}/{prompt}.wav  {}  {was}", take.from, studio.figures(&take.name, &take.text, &take.samples))
}

#[cfg(test)]
mod tests;
