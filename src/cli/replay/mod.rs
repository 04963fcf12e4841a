//! `qingjiang replay`: recorded calls again, under another script or other thresholds.

mod report;

use super::{
    cores,
    files::{Files, channels_8k},
    records::Narrowed,
    spoken::Spoken,
};
use crate::{
    audio::Bank,
    records::{Archive, History, RecordId, recording},
    script::Script,
    session::lot,
    sim::replay::{Past, Replayed, Unreplayable, replay},
};
use anyhow::{Context as _, bail};
use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// Run recorded calls again with another script or other thresholds, and list those that would come out otherwise.
///
/// Where a call's recording is there, today's listener hears its caller again; else the speech, keys and judgements that
/// were written down are played back. The caller does what he did, counted from what we said last; what he would have
/// done on hearing something else, nobody knows. Thresholds are `[hearing]` in the script. Exits with 0 where every call
/// comes out as before, with 1 where one does not, with 2 where it could not run.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  qingjiang replay --prompts new-prompts --since 2026-07-01
  qingjiang replay 42 43 --all
  qingjiang replay --disposition silent --limit 200 --json")]
pub struct Args {
    /// The records' numbers, as `records list` prints them [default: all that fit]
    #[arg(value_name = "ID")]
    ids: Vec<RecordId>,
    #[command(flatten)]
    narrowed: Narrowed,
    /// Folder of the records
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    #[command(flatten)]
    files: Files,
    /// Use what was written down even where there is a recording
    #[arg(long)]
    events: bool,
    /// List the calls that come out as before, too
    #[arg(long)]
    all: bool,
    /// Print one JSON array, every call in it
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    spoken: Spoken,
}

/// One call, then and now.
struct Again<'a> {
    call: &'a History,
    result: Result<Run, Skipped>,
}

/// The leg that changed, or the last one.
struct Run {
    leg: u32,
    source: Source,
    replayed: Replayed,
}

/// What a call was replayed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Recording,
    Events,
}

/// Why a call was not replayed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Skipped {
    Call(Unreplayable),
    /// Its recording can't be read; who can fix it: the operator, with `--events`.
    Recording(String),
}

/// Replays the calls; exit status 1 where one comes out otherwise.
///
/// # Errors
/// Where the records or the script can't be read, or nothing can be printed.
pub fn execute(args: Args) -> anyhow::Result<ExitCode> {
    let Args { ids, narrowed, data, files, events, all, json, spoken } = args;
    let calls = calls(&data, &ids, narrowed)?;
    let (script, bank) = files.open()?;
    let again = cores::on_all(&calls, |call| Again { call, result: run(&script, &bank, &data, call, events) });
    let text = match json {
        true => report::json(&again),
        false => report::table(&again, all, spoken.language()),
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    Ok(ExitCode::from(u8::from(again.iter().any(Again::changed))))
}

/// The calls asked for, the newest first.
fn calls(data: &Path, ids: &[RecordId], narrowed: Narrowed) -> anyhow::Result<Vec<History>> {
    let archive = Archive::open(data)?;
    let listed = match ids {
        [] => archive.list(&narrowed.into()).context(super::records::UNREADABLE)?.iter().map(|call| call.id).collect(),
        ids => ids.to_vec(),
    };
    let mut calls = Vec::with_capacity(listed.len());
    for id in listed {
        match archive.show(id).context(super::records::UNREADABLE)? {
            Some(call) => calls.push(call),
            None if ids.is_empty() => {}
            None => bail!("there is no record {id} / 没有 {id} 号记录"),
        }
    }
    Ok(calls)
}

/// Replays leg after leg, up to the first that comes out otherwise: what followed it then is moot.
fn run(script: &Arc<Script>, bank: &Bank, data: &Path, call: &History, events: bool) -> Result<Run, Skipped> {
    let mut last = Err(Skipped::Call(Unreplayable::NeverBegan));
    for leg in 1..=call.summary.legs {
        let past = past(script, data, call, leg, events)?;
        let source = if past.sound.is_some() { Source::Recording } else { Source::Events };
        let replayed = replay(script, bank, past).map_err(Skipped::Call)?;
        let changed = replayed.changed();
        last = Ok(Run { leg, source, replayed });
        if changed {
            break;
        }
    }
    last
}

fn past(script: &Script, data: &Path, call: &History, leg: u32, events: bool) -> Result<Past, Skipped> {
    let file = recording::path(data, call.summary.id, leg);
    let sound = match events || !file.exists() {
        true => None,
        false => {
            let channels = channels_8k(&file).map_err(|error| Skipped::Recording(format!("{error:#}")))?;
            channels.into_iter().next()
        }
    };
    let started = call.leg_started(leg).unwrap_or(call.summary.started);
    let wall = started.to_zoned(script.timezone.clone());
    let lot = call.summary.call_id.as_deref().map_or(0, lot);
    Ok(Past { journal: call.journal(leg), caller: call.summary.caller.clone(), lot, wall, sound })
}

impl Again<'_> {
    fn changed(&self) -> bool {
        self.result.as_ref().is_ok_and(|run| run.replayed.changed())
    }
}

impl Source {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Events => "events",
        }
    }
}
