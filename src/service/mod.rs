//! The service: one port, one task a call, and the only place besides the records where time really passes.
//!
//! [`start`] binds the port and gives back a [`Running`] that can be drained and stopped; `qingjiang serve`, the
//! terminal telephone and the tests all start it so. What is served over HTTP besides media comes in as a router, because
//! the console stands above this room.

mod call_task;
pub mod config;
pub mod edition;
mod effects;
pub mod exchange;
mod flood;
pub mod golden;
mod listener;
mod liveness;
pub mod log;
pub mod metrics;
mod outside;
mod publisher;
pub mod registry;
mod reload;
pub mod reply;
mod socket;
mod transfer;
mod upgrade;

pub use config::Config;
pub use exchange::Exchange;
pub use publisher::Staged;

use crate::{
    gateway::DialectName,
    line,
    records::{self, OpenError, Records, recording, recording::Recordings},
};
use axum::Router;
use config::Files;
use edition::Refusal;
use jiff::Timestamp;
use publisher::{Publisher, Start};
use reload::Snapshot;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{task::JoinHandle, time::timeout};
use tracing::{info, warn};

/// How long stopped calls have to close their sockets: chosen, a little more than a socket lingers.
const STOP_LIMIT: Duration = Duration::from_secs(3);

/// Files open besides calls' sockets: chosen; records, recordings of a few, HTTP.
const SPARE_FILES: usize = 64;

/// Why the service does not start. Who can fix it: the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Listening beyond loopback with an open door.
    #[error(
        "{listen} can be reached from outside, and {door} has no credentials: configure it, or listen on 127.0.0.1"
    )]
    Open {
        /// Where.
        listen: SocketAddr,
        /// Which table of the configuration.
        door: &'static str,
    },
    /// The port cannot be had.
    #[error("cannot listen on {listen}: {why}")]
    Bind {
        /// Where.
        listen: SocketAddr,
        /// What the system said.
        why: std::io::Error,
    },
    /// The records cannot be opened.
    #[error(transparent)]
    Records(#[from] OpenError),
    /// The folder of recordings cannot be made.
    #[error("recordings cannot be kept: {0}")]
    Recordings(std::io::Error),
    /// Script or recordings are refused.
    #[error("{0}")]
    Prompts(#[from] Refusal),
}

/// A service that has started.
pub struct Running {
    /// Where it listens; the port is a real one even where 0 was asked for.
    pub addr: SocketAddr,
    /// What its calls share.
    pub exchange: Arc<Exchange>,
    accepting: JoinHandle<()>,
    watching: JoinHandle<()>,
    keepers: (records::Keeper, recording::Keeper),
}

/// Starts a service. `pages` is what is served over HTTP besides media.
///
/// # Errors
/// [`StartError`]; then nothing listens, and the records are untouched.
pub async fn start(config: Config, pages: fn(Arc<Exchange>) -> Router) -> Result<Running, StartError> {
    refuse_open_doors(&config)?;
    // Looked at before they are read: what changes meanwhile is read again.
    let (seen, start) = read_files(config.files.clone()).await?;
    // The port comes before the records: a second start by mistake must not close the calls of the first as interrupted.
    let bound = listener::bind(config.listen).and_then(|listener| Ok((listener.local_addr()?, listener)));
    let (addr, listener) = bound.map_err(|why| StartError::Bind { listen: config.listen, why })?;

    let opened = Records::open(&config.files.data, Timestamp::now())?;
    let (recordings, tape) = Recordings::start(&config.files.data).map_err(StartError::Recordings)?;
    if opened.interrupted > 0 {
        warn!(calls = opened.interrupted, "calls of an earlier process are closed as interrupted");
    }
    if opened.adopted > 0 {
        warn!(messages = opened.adopted, "messages that an earlier process left half spoken are kept");
    }
    let exchange = Arc::new(Exchange::new(config, opened.records, recordings, start));
    let accepting = tokio::spawn(listener::accept(listener, Arc::clone(&exchange), pages(Arc::clone(&exchange))));
    let watching = tokio::spawn(reload::watch(Arc::clone(&exchange), seen));
    Ok(Running { addr, exchange, accepting, watching, keepers: (opened.keeper, tape) })
}

/// How many files this process may have open, where the system tells (Linux).
fn open_files_limit() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Authentication may be off on loopback only (contract.md, Authentication).
fn refuse_open_doors(config: &Config) -> Result<(), StartError> {
    let listen = config.listen;
    let doors = [(&config.auth.media, "auth.media"), (&config.auth.http, "auth.http")];
    match doors.into_iter().find(|(policy, _)| policy.is_off()) {
        Some((_, door)) if !listen.ip().is_loopback() => Err(StartError::Open { listen, door }),
        _ => Ok(()),
    }
}

/// Encoding all recordings takes a second: beside the runtime.
async fn read_files(files: Files) -> Result<(Snapshot, Start), StartError> {
    let read = tokio::task::spawn_blocking(move || {
        line::warm_up();
        (Snapshot::take(&files), Publisher::new(&files).start())
    })
    .await;
    let (seen, start) = read.map_err(|_| Refusal::of("a fault of ours while reading the prompts"))?;
    Ok((seen, start?))
}

impl Running {
    /// Says where to call, and what an operator should know.
    pub fn announce(&self) {
        let config = &self.exchange.config;
        info!(address = %self.addr, version = env!("CARGO_PKG_VERSION"), "listening");
        let edition = self.exchange.edition();
        let from = config.files.prompts.as_deref().map_or("built in".into(), |folder| folder.display().to_string());
        let (number, version) = (edition.published.number, &edition.version);
        info!(hotline = edition.script.name, number, version, from, "script");
        if let Some(refused) = self.exchange.refused() {
            warn!(problems = refused.refusal.reasons.len(), "the files are refused; the last good version is live");
            refused.refusal.reasons.iter().for_each(|line| warn!("{line}"));
        }
        if let Some(staged) = self.exchange.staged() {
            info!(
                version = staged.version,
                files = staged.changes.len(),
                "a change waits for `qingjiang script publish`"
            );
        }
        for dialect in DialectName::ALL {
            info!("gateways call ws://{}/media/{}", self.addr, dialect.as_str());
        }
        info!("console and API on http://{}/", self.addr);
        for (policy, door) in [(&config.auth.media, "auth.media"), (&config.auth.http, "auth.http")] {
            if policy.is_off() {
                warn!(door, "authentication is off: only this machine may call, and no proxy may stand before us");
            }
        }
        let files = open_files_limit();
        if let Some(limit) = files.filter(|limit| *limit < config.limits.max_calls + SPARE_FILES) {
            warn!(
                limit,
                max_calls = config.limits.max_calls,
                "too few open files are allowed for limits.max_calls (ulimit -n)"
            );
        }
    }

    /// Takes no new calls, and waits until the last one has ended or the limit has passed; true: all have ended. The port
    /// stays open, so that gateways hear that we are busy instead of waiting for us.
    pub async fn drain(&self) -> bool {
        self.exchange.drain();
        let limit = self.exchange.config.limits.drain;
        info!(calls = self.exchange.registry.sockets(), limit_s = limit.as_secs(), "draining");
        timeout(limit, self.exchange.registry.emptied()).await.is_ok()
    }

    /// Ends every call at once, writes everything out, and returns.
    pub async fn stop(self) {
        self.exchange.drain();
        let registry = &self.exchange.registry;
        if registry.sockets() > 0 {
            warn!(calls = registry.sockets(), "calls are cut off");
        }
        registry.stop_all();
        let _ = timeout(STOP_LIMIT, registry.emptied()).await;
        self.accepting.abort();
        self.watching.abort();
        let keepers = self.keepers;
        // The writers block while they write out.
        let _ = tokio::task::spawn_blocking(move || drop(keepers)).await;
        info!("stopped");
    }
}
