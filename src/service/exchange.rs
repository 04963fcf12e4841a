//! What all calls share, as a telephone exchange does for its lines.

use super::{
    config::Config,
    edition::Edition,
    liveness::Liveness,
    metrics::{Levels, Metrics},
    registry::Registry,
    store::Store,
    transfer::Transfers,
};
use crate::gateway::{self, DialectName, Upgrade};
use arc_swap::ArcSwap;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// What all calls share.
pub struct Exchange {
    /// What the service was told.
    pub config: Config,
    /// What is counted.
    pub metrics: Metrics,
    /// Who is on the line.
    pub registry: Arc<Registry>,
    /// What happened.
    pub store: Store,
    /// The gateways' own APIs.
    pub(super) transfers: Transfers,
    edition: ArcSwap<Edition>,
    draining: AtomicBool,
}

impl Exchange {
    pub(super) fn new(config: Config, store: Store, edition: Edition) -> Self {
        Self {
            transfers: Transfers::new(&config.twilio),
            config,
            metrics: Metrics::default(),
            registry: Arc::default(),
            store,
            edition: ArcSwap::from_pointee(edition),
            draining: AtomicBool::new(false),
        }
    }

    /// The script and recordings that the next call takes.
    pub fn edition(&self) -> Arc<Edition> {
        self.edition.load_full()
    }

    /// Gives the next call another script; running calls keep theirs.
    pub(super) fn publish(&self, edition: Edition) {
        self.edition.store(Arc::new(edition));
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
        let promises = self.store.promises().await.unwrap_or_default();
        self.metrics.set_levels(Levels {
            live: self.registry.seated(),
            sockets: self.registry.sockets(),
            draining: self.draining(),
            promises_open: promises.open,
            promises_overdue: promises.overdue,
        });
        self.metrics.render()
    }

    /// How a peer of this dialect is watched.
    pub(super) fn liveness(&self, dialect: DialectName, upgrade: &Upgrade) -> Liveness {
        let config = &self.config.liveness;
        let configured = dialect == DialectName::Asterisk && config.asterisk_pings;
        let pings = configured || gateway::open(dialect, upgrade).capabilities().pings;
        Liveness::new(config.ping, config.lost, pings)
    }
}
