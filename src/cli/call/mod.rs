//! `qingjiang call`: a telephone in the terminal.

mod line;
mod live;
mod tape;

use super::files::{Files, wav_8k};
use crate::{
    audio::Bank,
    console,
    script::Locale,
    service::{self, Config},
    sim::{
        Segment, Telephone,
        peer::{Facts, PeerKind},
        voice::Voice,
    },
};
use anyhow::{Context, bail};
use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

/// Place a call and show what the caller hears and does: without --url, into a service started for it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  qingjiang call --say hiss:60000\n  \
    qingjiang call --say hiss:6000 --say key:1 --say hiss:20000\n  \
    qingjiang call --url ws://127.0.0.1:8080/media/asterisk --dialect asterisk --say wav:me.wav:-6 --save call.wav\n\n\
    SEGMENT: silence:MS, hiss:MS, noise:MS:DBOV, hum|room|music|clicks:MS:DBOV, wav:PATH[:GAIN_DB], missing:MS, key:DIGITS, hear:N, hangup.")]
pub struct Args {
    /// The service to call (ws://…/media/DIALECT) [default: one started in this process]
    #[arg(long, value_name = "WS")]
    url: Option<String>,
    /// twilio, asterisk or asterisk-json [default: as the URL says, else twilio]
    #[arg(long, value_name = "D", value_parser = kind)]
    dialect: Option<PeerKind>,
    /// What the caller does, one thing after the other; then silence [default: hiss:60000]
    #[arg(long, value_name = "SEGMENT")]
    say: Vec<Segment>,
    /// Keep the call as a two-channel WAV file: caller left, hotline right
    #[arg(long, value_name = "OUT.wav")]
    save: Option<PathBuf>,
    /// Print one JSON object at the end and nothing else
    #[arg(long)]
    json: bool,
    /// The caller's number; empty: withheld
    #[arg(long, default_value = "13800138000")]
    caller: String,
    /// The dialled number
    #[arg(long, default_value = "10000")]
    called: String,
    /// The call's id [default: made up]
    #[arg(long)]
    call_id: Option<String>,
    /// Why the call comes back: no_answer, busy, failed, completed
    #[arg(long)]
    resume: Option<String>,
    /// Hang up after so long
    #[arg(long, value_name = "TIME", default_value = "180s", value_parser = time)]
    limit: Duration,
    #[command(flatten)]
    files: Files,
}

fn kind(name: &str) -> Result<PeerKind, String> {
    PeerKind::parse(name).ok_or_else(|| "twilio, asterisk or asterisk-json".to_owned())
}

fn time(text: &str) -> Result<Duration, String> {
    crate::sim::segment::duration(text).ok_or_else(|| "a time like 90s or 5000 (milliseconds)".to_owned())
}

/// Places the call.
///
/// # Errors
/// Where there is nobody to call, or a recording can't be read.
pub fn execute(args: Args) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    runtime.block_on(place(args))
}

async fn place(args: Args) -> anyhow::Result<ExitCode> {
    let kind = args.dialect.unwrap_or_else(|| dialect_of(args.url.as_deref()));
    let say = if args.say.is_empty() { vec![Segment::Hiss(Duration::from_secs(60))] } else { args.say.clone() };
    if let Some(wait) = say.iter().find(|segment| segment.needs_names()) {
        bail!("{wait:?}: on a real line nobody says which prompt is played; wait for hear:N");
    }
    let call_id = args.call_id.clone().unwrap_or_else(|| format!("call-{}", jiff::Timestamp::now().as_millisecond()));
    let resume = args.resume.iter().map(|why| ("resume".to_owned(), why.clone()));
    let facts =
        Facts { call_id, caller: args.caller.clone(), called: args.called.clone(), parameters: resume.collect() };
    let phone = Telephone::new(kind, facts.clone(), Voice::new(&say, wav_8k)?, None);
    let watch = live::Watch::new(args.json);
    let (phone, exchange) = match &args.url {
        Some(url) => {
            let (script, bank) = args.files.clone().open()?;
            let phone = line::talk(url, kind, &facts, phone, args.limit, watch.beside(None, &bank)).await?;
            (phone, Heard { bank, locales: script.locales() })
        }
        None => own_service(&args, kind, &facts, phone, watch).await?,
    };
    if let Some(path) = &args.save {
        tape::save(path, &phone).with_context(|| path.display().to_string())?;
    }
    let report = phone.report(&exchange.bank, &exchange.locales, phone.ended());
    if args.json {
        super::say(serde_json::to_string(&report)?)?;
    }
    Ok(if report.heard.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What is needed to recognise what was heard.
struct Heard {
    bank: Arc<Bank>,
    locales: Vec<Locale>,
}

/// Starts a service on a free port with records of its own, and calls it.
async fn own_service(
    args: &Args,
    kind: PeerKind,
    facts: &Facts,
    phone: Telephone,
    watch: live::Watch,
) -> anyhow::Result<(Telephone, Heard)> {
    let data = std::env::temp_dir().join(format!("qingjiang-call-{}", std::process::id()));
    let files = args.files.clone().or_here();
    let mut config = Config::default();
    config.listen.set_port(0);
    config.files.prompts = files.prompts;
    config.files.audio = files.audio;
    config.files.data.clone_from(&data);
    let running = service::start(config, console::router).await?;
    let url = format!("ws://{}{}", running.addr, kind.path());
    let edition = running.exchange.edition();
    let phone = line::talk(&url, kind, facts, phone, args.limit, watch.beside(Some(&data), &edition.bank)).await;
    running.stop().await;
    let _ = std::fs::remove_dir_all(&data);
    let Ok(phone) = phone else {
        bail!("the call could not be placed: {:#}", phone.err().unwrap_or_else(|| anyhow::anyhow!("?")))
    };
    Ok((phone, Heard { bank: edition.bank.clone(), locales: edition.script.locales() }))
}

fn dialect_of(url: Option<&str>) -> PeerKind {
    match url {
        Some(url) if url.contains("/media/asterisk") => PeerKind::Asterisk,
        _ => PeerKind::Twilio,
    }
}
