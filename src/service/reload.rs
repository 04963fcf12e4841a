//! Reads script and recordings again while calls run: all or nothing, for the next call.
//!
//! Files are looked at by size and time of change, a few times a second. That works on every file system that operators
//! mount, and costs a millisecond for some two hundred files.

use super::{
    config::{Files, Tests},
    edition::{Edition, Refusal},
    exchange::Exchange,
    publisher::{Looked, Publisher},
};
use crate::{
    moment::Moment,
    script::{source::TESTS, versions::Version},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::{
    task::spawn_blocking,
    time::{Instant, MissedTickBehavior, interval},
};
use tracing::{info, warn};

/// Looks a quiet time: chosen, so that a change is live within a quarter more than it.
const LOOKS: u32 = 4;

/// Watches until it is dropped. `seen` is what the files were when the running edition was read.
pub(super) async fn watch(exchange: Arc<Exchange>, seen: Snapshot) {
    let quiet = exchange.config.files.quiet;
    let mut looks = interval(quiet / LOOKS);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut watcher = Watcher::new(seen, quiet);
    let mut bad_version = None;
    let begun = Instant::now();
    loop {
        looks.tick().await;
        let files = exchange.config.files.clone();
        let Ok(found) = spawn_blocking(move || Snapshot::take(&files)).await else { continue };
        if watcher.is_due(found, Moment::after(begun.elapsed())) {
            look(&exchange).await;
        }
        take_published(&exchange, &mut bad_version).await;
    }
}

/// Something has changed on disk.
async fn look(exchange: &Exchange) {
    match beside(exchange, |publisher, live| publisher.look(live)).await {
        Ok(Looked::Live(edition)) => go_live(exchange, *edition),
        Ok(Looked::Same) => exchange.stage(None),
        Ok(Looked::Staged(staged)) => {
            info!(version = staged.version, files = staged.changes.len(), "a good change waits to be published");
            exchange.stage(Some(staged));
        }
        Err(refusal) => {
            warn!(problems = refusal.reasons.len(), "changed files are refused whole; the last good script stays");
            tell(&refusal);
            exchange.refuse(refusal);
        }
    }
}

/// Somebody has published, or rolled back, beside us. A version that cannot be used is told of once.
async fn take_published(exchange: &Exchange, bad: &mut Option<Refusal>) {
    match beside(exchange, |publisher, live| publisher.newer(live)).await {
        Ok(None) => {}
        Ok(Some(edition)) => {
            *bad = None;
            go_live(exchange, edition);
        }
        Err(refusal) if bad.as_ref() == Some(&refusal) => {}
        Err(refusal) => {
            warn!("the published version cannot be used; the one before stays");
            tell(&refusal);
            *bad = Some(refusal);
        }
    }
}

fn go_live(exchange: &Exchange, edition: Edition) {
    let Version { number, author, .. } = &edition.published;
    let warnings = edition.warnings.len();
    info!(number, version = edition.version, author, warnings, "a new script is live for the next call");
    exchange.publish(edition);
}

fn tell(refusal: &Refusal) {
    for line in &refusal.reasons {
        warn!("{line}");
    }
}

/// Reads and checks beside the runtime.
async fn beside<T: Send + 'static>(
    exchange: &Exchange,
    work: impl FnOnce(&Publisher, &Edition) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let (live, publisher) = (exchange.edition(), Publisher::new(&exchange.config.files));
    let done = spawn_blocking(move || work(&publisher, &live)).await;
    done.unwrap_or_else(|_| Err(Refusal::of("a fault of ours while reading the files")))
}

/// Tells when a change is complete: nothing has changed for a while.
struct Watcher {
    quiet: Duration,
    read: Snapshot,
    seen: Snapshot,
    since: Moment,
}

impl Watcher {
    fn new(read: Snapshot, quiet: Duration) -> Self {
        Self { quiet, seen: read.clone(), read, since: Moment::ZERO }
    }

    /// Whether the files are to be read now; each change is due once.
    fn is_due(&mut self, found: Snapshot, now: Moment) -> bool {
        if found != self.seen {
            self.seen = found;
            self.since = now;
            return false;
        }
        let due = self.seen != self.read && now.since(self.since) >= self.quiet;
        if due {
            self.read = self.seen.clone();
        }
        due
    }
}

/// What every file was like at one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Snapshot(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

impl Snapshot {
    /// Looks at everything that a script is read from; what cannot be looked at is not there.
    pub(super) fn take(files: &Files) -> Self {
        let mut snapshot = Self::default();
        if let Some(prompts) = &files.prompts {
            snapshot.look_into(prompts, 0);
            // A test that was mended may let a version pass.
            if files.tests == Tests::Refuse {
                snapshot.look_into(&prompts.join(TESTS), 0);
            }
        }
        if let Some(audio) = &files.audio {
            snapshot.look_into(audio, 1);
        }
        snapshot
    }

    fn look_into(&mut self, folder: &Path, deeper: u32) {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            // Follows links: operators swap whole versions by one.
            let Ok(about) = std::fs::metadata(&path) else { continue };
            match about.is_dir() {
                true if deeper > 0 => self.look_into(&path, deeper - 1),
                true => {}
                false => drop(self.0.insert(path, (about.modified().ok(), about.len()))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(size: u64) -> Snapshot {
        Snapshot(BTreeMap::from([(PathBuf::from("hotline.toml"), (None, size))]))
    }

    fn due(looks: &[(u64, u64)]) -> Vec<u64> {
        let mut watcher = Watcher::new(files(0), Duration::from_secs(1));
        let due = looks.iter().filter(|(ms, size)| watcher.is_due(files(*size), Moment::from_millis(*ms)));
        due.map(|(ms, _)| *ms).collect()
    }

    #[test]
    fn a_change_is_read_once_it_has_been_quiet_for_a_second() {
        assert_eq!(due(&[(0, 0), (250, 1), (500, 1), (1_249, 1), (1_250, 1), (1_500, 1), (9_000, 1)]), [1_250]);
    }

    #[test]
    fn files_still_being_written_are_waited_for() {
        assert_eq!(due(&[(0, 1), (900, 2), (1_800, 3), (2_700, 3), (2_800, 3)]), [2_800]);
    }

    #[test]
    fn a_change_taken_back_in_time_is_none() {
        assert_eq!(due(&[(0, 1), (500, 0), (5_000, 0)]), [0; 0]);
    }

    #[test]
    fn golden_tests_are_looked_at_only_where_they_can_refuse_a_version() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("tests")).expect("made");
        std::fs::write(folder.path().join("tests/silent.toml"), "").expect("written");
        let looked = |tests| {
            let prompts = Some(folder.path().into());
            Snapshot::take(&Files { prompts, tests, ..crate::service::Config::default().files }).0.len()
        };
        assert_eq!((looked(Tests::Ignore), looked(Tests::Refuse)), (0, 1));
    }

    #[test]
    fn recordings_one_folder_down_are_looked_at() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("zh-CN")).expect("made");
        std::fs::write(folder.path().join("zh-CN/welcome.wav"), "RIFF").expect("written");
        let files = Files { audio: Some(folder.path().into()), ..crate::service::Config::default().files };
        assert_eq!(Snapshot::take(&files).0.len(), 1);
    }
}
