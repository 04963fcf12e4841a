//! `qingjiang render`: a machine speaks the texts that nobody has recorded yet.

mod engine;

use super::{
    files::Files,
    say,
    spoken::Spoken,
    studio::{Name, State, Studio, listing, spoken},
};
use crate::{
    audio::{master, wav},
    script::{pace::Pace, sheet::Voice},
};
use anyhow::{Context, bail};
use engine::{Engine, Speaker};
use std::{path::PathBuf, process::ExitCode};

/// Speak texts that have no recording, or write the sheet for a voice actor.
///
/// The recordings are made ready like those that are shipped (16 kHz, speech at -22 dBov, 60 ms of quiet at both ends), written
/// to the folder of recordings and marked as synthetic in its texts.csv: `check --release` lists what an actor still owes. A
/// person's recording is never written over.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  qingjiang render --all-missing\n  qingjiang render --locale zh-CN --id welcome \
    --id goodbye\n  QINGJIANG_SPEECH_KEY=… qingjiang render --id welcome --engine http --url https://speech.example \
    --model tts-1 --voice alloy\n  qingjiang render --sheet actor.csv")]
pub struct Args {
    /// Only this language
    #[arg(long)]
    locale: Option<String>,
    /// A prompt to speak, though it may be recorded by a machine already; again for more
    #[arg(long = "id", value_name = "ID")]
    ids: Vec<String>,
    /// Speak every text that has no recording, or whose synthetic recording says another text
    #[arg(long, conflicts_with = "ids")]
    all_missing: bool,
    /// Write the recording sheet instead: what an actor owes (or the --id named), as CSV for spreadsheets
    #[arg(long, value_name = "OUT.csv", num_args = 0..=1, conflicts_with = "all_missing")]
    sheet: Option<Option<PathBuf>>,
    #[command(flatten)]
    speaker: Speaker,
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    spoken: Spoken,
}

/// Runs the command; exit status 1 where a text could not be spoken.
///
/// # Errors
/// Where there is nothing to speak with, or files cannot be read or written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let studio = Studio::open(args.files, args.spoken.language())?;
    let wanted = wanted(&studio, args.locale.as_deref(), &args.ids)?;
    if let Some(out) = args.sheet {
        return write_sheet(&studio, wanted, !args.ids.is_empty(), out);
    }
    if args.ids.is_empty() && !args.all_missing {
        bail!(studio.tell("说明要合成哪些:--id 名字,或者 --all-missing", "say which: --id ID, or --all-missing"));
    }
    let wanted = wanted.into_iter().filter(|name| !args.ids.is_empty() || is_missing(studio.state(name))).collect();
    speak_all(studio, wanted, args.speaker.engine()?.as_ref())
}

/// The prompts that were named; all of the language's where none was.
fn wanted(studio: &Studio, locale: Option<&str>, ids: &[String]) -> anyhow::Result<Vec<Name>> {
    let here = |(of, _): &&Name| locale.is_none_or(|locale| locale == of.as_ref());
    let known: Vec<&Name> = studio.texts.keys().filter(here).collect();
    if let Some(unknown) = ids.iter().find(|id| !known.iter().any(|(_, known)| known == *id)) {
        bail!("{}", studio.tell("文字里没有 ", "there is no text of ").to_owned() + unknown);
    }
    if known.is_empty() {
        bail!(studio.tell("这种语言没有文字", "there are no texts of this language"));
    }
    Ok(known.into_iter().filter(|(_, id)| ids.is_empty() || ids.contains(id)).cloned().collect())
}

const fn is_missing(state: State) -> bool {
    matches!(state, State::Missing | State::Outdated(Voice::Synthetic))
}

fn write_sheet(studio: &Studio, names: Vec<Name>, named: bool, out: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let owed: Vec<Name> = names.into_iter().filter(|name| named || studio.state(name).is_owed()).collect();
    let sheet = listing(studio, &owed)?;
    match out {
        Some(path) => {
            std::fs::write(&path, sheet).with_context(|| path.display().to_string())?;
            say(format!("{}: {}", path.display(), owed.len()))?;
        }
        None => say(sheet.trim_end())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Speaks one after the other; what was spoken is kept though a later one fails.
fn speak_all(mut studio: Studio, names: Vec<Name>, engine: &dyn Engine) -> anyhow::Result<ExitCode> {
    let mut failed = false;
    for name in names {
        match speak(&mut studio, &name, engine) {
            Ok(line) => say(line)?,
            Err(error) => {
                failed = true;
                say(format!("{}/{}: {error:#}", name.0, name.1))?;
            }
        }
        studio.keep_sheet()?;
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn speak(studio: &mut Studio, name: &Name, engine: &dyn Engine) -> anyhow::Result<String> {
    if let State::Recorded(Voice::Human) | State::Outdated(Voice::Human) = studio.state(name) {
        bail!(studio.tell(
            "已有真人录音,不覆盖;要改用合成语音,先移走这个文件",
            "a person has recorded it, so it stays; to let a machine speak, move that file away first",
        ));
    }
    let text = studio.texts.get(name).cloned().unwrap_or_default();
    let samples = unhurried(engine, &name.0, &text)?;
    studio.keep(name, &samples, &text, Voice::Synthetic)?;
    Ok(format!("{}/{}.wav  {}", name.0, name.1, studio.figures(name, &text, &samples)))
}

/// How often a text is spoken again, slower each time: chosen; each try aims at the rate exactly, engines round.
const TRIES: usize = 4;

/// Slower than this nothing is understood better: chosen.
const SLOWEST: f64 = 0.5;

/// Speaks a text, slower where it came out faster than callers follow: said again, not stretched.
fn unhurried(engine: &dyn Engine, locale: &str, text: &str) -> anyhow::Result<Vec<i16>> {
    let mut speed = 1.0;
    let mut samples = once(engine, locale, text, speed)?;
    let Some(pace) = Pace::of(locale) else { return Ok(samples) };
    for _ in 1..TRIES {
        let rate = pace.rate(text, spoken(&samples)).filter(|rate| *rate > pace.warned);
        let Some(rate) = rate.filter(|_| speed > SLOWEST) else { break };
        speed = (speed * f64::from(pace.calm) / f64::from(rate)).max(SLOWEST);
        samples = once(engine, locale, text, speed)?;
    }
    Ok(samples)
}

fn once(engine: &dyn Engine, locale: &str, text: &str, speed: f64) -> anyhow::Result<Vec<i16>> {
    let recording = wav::read(&wav::close_stream(engine.speak(text, locale, speed)?))?;
    let rate = recording.sample_rate;
    Ok(master::master(&recording.into_mono(), rate)?)
}

#[cfg(test)]
mod tests;
