//! `qingjiang serve`: answers calls until it is told to stop.

use super::files::Settings;
use crate::{
    console,
    service::{
        self, Config,
        log::{self, LogFormat},
    },
};
use anyhow::Context;
use std::{net::SocketAddr, process::ExitCode};
use tracing::{info, warn};

/// Answers calls: media, HTTP and metrics on one port.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = "Example:\n  qingjiang serve --listen 127.0.0.1:8080 --prompts prompts --audio audio\n\n\
    The first Ctrl-C or SIGTERM takes no new calls and lets running ones finish; the second stops at once.")]
pub struct Args {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    settings: Settings,
    /// How log lines look
    #[arg(long, value_enum, default_value_t)]
    log: LogFormat,
}

impl Args {
    /// The configuration: the file's, with what the command line says on top.
    fn config(self) -> anyhow::Result<Config> {
        let mut config = self.settings.config()?;
        config.listen = self.listen.unwrap_or(config.listen);
        Ok(config)
    }
}

/// Runs the service to its end.
///
/// # Errors
/// Where it cannot start: exit status 2, one line (or one a problem) for the operator.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    log::init(args.log);
    let config = args.config()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    runtime.block_on(serve(config))
}

async fn serve(config: Config) -> anyhow::Result<ExitCode> {
    // Before the port, so that no signal can come too early.
    let mut signals = Signals::new().context("cannot take signals")?;
    let running = service::start(config, console::router).await?;
    running.announce();
    signals.next().await;
    tokio::select! {
        finished = running.drain() => {
            if !finished {
                warn!("the drain limit has passed");
            }
        }
        () = signals.next() => info!("second signal"),
    }
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Ctrl-C and, where there is one, SIGTERM.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    #[cfg(not(unix))]
    fn new() -> std::io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        // Without a way to be told, only the system ends us.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
