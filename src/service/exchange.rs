//! What all calls share, as a telephone exchange does for its lines.

use super::{
    config::Config,
    edition::{Edition, Refusal},
    liveness::Liveness,
    metrics::{Levels, Metrics},
    outside::Outside,
    publisher::{Staged, Start},
    registry::Registry,
    transfer::Transfers,
};
use crate::{
    gateway::DialectName,
    records::{Records, recording::Recordings},
};
use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::Timestamp;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Files that were refused.
#[derive(Debug)]
pub struct Refused {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub refusal: Refusal,
}

/// What all calls share.
pub struct Exchange {
    /// What the service was told.
    pub config: Config,
    /// What is counted.
    pub metrics: Metrics,
    /// Who is on the line.
    pub registry: Arc<Registry>,
    /// What happened.
    pub records: Records,
    /// What was heard, where a script records its calls.
    pub(super) recordings: Recordings,
    /// The gateways' own APIs.
    pub(super) transfers: Transfers,
    /// HTTP services that scripts ask.
    pub(super) outside: Outside,
    edition: ArcSwap<Edition>,
    refused: ArcSwapOption<Refused>,
    staged: ArcSwapOption<Staged>,
    draining: AtomicBool,
}

impl Exchange {
    pub(super) fn new(config: Config, records: Records, recordings: Recordings, start: Start) -> Self {
        let Start { edition, refused, staged } = start;
        let exchange = Self {
            transfers: Transfers::new(&config.twilio),
            outside: Outside::new(),
            config,
            metrics: Metrics::default(),
            registry: Arc::default(),
            records,
            recordings,
            edition: ArcSwap::from_pointee(edition),
            refused: ArcSwapOption::empty(),
            staged: ArcSwapOption::from_pointee(staged),
            draining: AtomicBool::new(false),
        };
        if let Some(refusal) = refused {
            exchange.refuse(refusal);
        }
        exchange
    }

    /// The script and recordings that the next call takes.
    pub fn edition(&self) -> Arc<Edition> {
        self.edition.load_full()
    }

    /// Gives the next call another script; running calls keep theirs.
    pub(super) fn publish(&self, edition: Edition) {
        self.edition.store(Arc::new(edition));
        self.refused.store(None);
        self.staged.store(None);
        self.metrics.reloaded(true);
    }

    /// The files on disk are good and wait to be published; `None`: they are what is live, or were.
    pub(super) fn stage(&self, staged: Option<Staged>) {
        self.refused.store(None);
        self.staged.store(staged.map(Arc::new));
        self.metrics.reloaded(true);
    }

    /// What waits to be published.
    pub fn staged(&self) -> Option<Arc<Staged>> {
        self.staged.load_full()
    }

    /// Remembers why the files on disk are not live.
    pub(super) fn refuse(&self, refusal: Refusal) {
        self.metrics.reloaded(false);
        self.metrics.tests_failed(&refusal.tests);
        self.refused.store(Some(Arc::new(Refused { at: Timestamp::now(), refusal })));
        self.staged.store(None);
    }

    /// Why the files on disk are not live, where they are not.
    pub fn refused(&self) -> Option<Arc<Refused>> {
        self.refused.load_full()
    }

    /// Whether new calls are turned away.
    pub fn draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// What `/metrics` answers.
    pub async fn render_metrics(&self) -> String {
        let promises = self.records.promises(Timestamp::now()).await.unwrap_or_default();
        self.metrics.set_levels(Levels {
            live: self.registry.seated(),
            sockets: self.registry.sockets(),
            draining: self.draining(),
            promises,
            records: self.records.figures(),
        });
        self.metrics.render()
    }

    /// How a peer of this dialect is watched; `pings`: whether its gateway takes them by nature.
    pub(super) fn liveness(&self, dialect: DialectName, pings: bool) -> Liveness {
        let config = &self.config.liveness;
        let pings = pings || (dialect == DialectName::Asterisk && config.asterisk_pings);
        Liveness::new(config.ping, config.lost, pings)
    }
}
