//! What goes live, and when: the operators' files as they are saved, or as they were published.
//!
//! The live version is always the newest one of the store, whoever put it there: this service, or `qingjiang script
//! publish` and `rollback` beside it. So it is there again after a restart, whatever the files look like by then.

use super::{
    config::{Files, Publish, Tests},
    edition::{self, Edition, Refusal},
    golden,
};
use crate::script::{
    Bundle, Material, Source,
    versions::{Origin, Publication, Store, Tree, Version},
};
use jiff::Timestamp;
use std::path::Path;

/// Takes versions from the operators' files and from the store. Every method takes its time: not for an async task.
#[derive(Clone, Debug)]
pub(super) struct Publisher {
    files: Files,
    store: Store,
}

/// What came of looking at changed files.
pub(super) enum Looked {
    /// They are live from the next call on.
    Live(Box<Edition>),
    /// They are good, and wait to be published.
    Staged(Staged),
    /// They are what is live already.
    Same,
}

/// Files that wait to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    /// Since when.
    pub at: Timestamp,
    /// Which version they would be.
    pub version: String,
    /// The names of files in which they differ from the live version.
    pub changes: Vec<String>,
}

/// What a service starts with.
pub(super) struct Start {
    pub(super) edition: Edition,
    /// Why the files are not live, where they are not.
    pub(super) refused: Option<Refusal>,
    /// What waits to be published.
    pub(super) staged: Option<Staged>,
}

impl Publisher {
    pub(super) fn new(files: &Files) -> Self {
        Self { store: Store::of(&files.data), files: files.clone() }
    }

    /// What to begin with: the version that was live last; the files, where they were changed since and
    /// `publish = "on_save"`, or nothing was ever published.
    pub(super) fn start(&self) -> Result<Start, Refusal> {
        let Some(last) = self.store.newest()? else {
            let edition = self.publish(None, &self.read(None)?, Origin::First)?;
            return Ok(Start { edition, refused: None, staged: None });
        };
        let live = match self.open(last) {
            Ok(live) => live,
            // Kept by another release, or damaged: the files may be better.
            Err(_) => {
                let edition = self.publish(None, &self.read(None)?, Origin::Saved)?;
                return Ok(Start { edition, refused: None, staged: None });
            }
        };
        Ok(match self.look(&live) {
            Ok(Looked::Live(edition)) => Start { edition: *edition, refused: None, staged: None },
            Ok(Looked::Staged(staged)) => Start { edition: live, refused: None, staged: Some(staged) },
            Ok(Looked::Same) => Start { edition: live, refused: None, staged: None },
            Err(refusal) => Start { edition: live, refused: Some(refusal), staged: None },
        })
    }

    /// What to do about the files as they are now.
    pub(super) fn look(&self, live: &Edition) -> Result<Looked, Refusal> {
        let material = self.read(Some(&live.bundle))?;
        let found = Tree::of(&material);
        // After a roll-back the files are still those that were rolled back: they have to change to be taken again.
        if found == live.published.files || self.store.last_taken()?.is_some_and(|taken| taken.files == found) {
            return Ok(Looked::Same);
        }
        match self.files.publish {
            Publish::OnSave => Ok(Looked::Live(Box::new(self.publish(Some(live), &material, Origin::Saved)?))),
            Publish::Manual => {
                self.checked(Some(&live.bundle), &material)?;
                let changes = live.published.files.changes(&found).map(str::to_owned).collect();
                Ok(Looked::Staged(Staged { at: Timestamp::now(), version: found.id(), changes }))
            }
        }
    }

    /// The newest version of the store, where that is not the live one.
    pub(super) fn newer(&self, live: &Edition) -> Result<Option<Edition>, Refusal> {
        match self.store.newest_number()? {
            Some(number) if number != live.published.number => {
                let version = self.store.version(number)?;
                let bundle = edition::check(Some(&live.bundle), &self.store.material(&version)?)?;
                Ok(Some(Edition::new(bundle, version)))
            }
            _ => Ok(None),
        }
    }

    fn open(&self, version: Version) -> Result<Edition, Refusal> {
        let bundle = edition::check(self.at_hand()?, &self.store.material(&version)?)?;
        Ok(Edition::new(bundle, version))
    }

    /// What the first version of this process may share its recordings with.
    fn at_hand(&self) -> Result<Option<&'static Bundle>, Refusal> {
        self.files.audio.is_none().then(edition::built_in).transpose()
    }

    fn publish(&self, previous: Option<&Edition>, material: &Material, origin: Origin) -> Result<Edition, Refusal> {
        let bundle = match previous {
            Some(live) => self.checked(Some(&live.bundle), material)?,
            None => self.checked(self.at_hand()?, material)?,
        };
        let author = self.files.prompts.as_deref().and_then(owner_of_newest).unwrap_or_else(system_user);
        let publication = Publication { at: Timestamp::now(), author, origin, why: None, untested: false };
        let version = self.store.keep(material, publication)?;
        Ok(Edition::new(bundle, version))
    }

    /// What passes the checks, and its golden tests where those are asked for.
    fn checked(&self, previous: Option<&Bundle>, material: &Material) -> Result<Bundle, Refusal> {
        let bundle = edition::check(previous, material)?;
        if self.files.tests == Tests::Refuse {
            let tests = source(self.files.prompts.as_deref()).tests().map_err(Refusal::of)?;
            golden::demand(&tests, &golden::stage(&bundle, material))?;
        }
        Ok(bundle)
    }

    fn read(&self, previous: Option<&Bundle>) -> Result<Material, Refusal> {
        let read =
            Material::read(previous, &source(self.files.prompts.as_deref()), &source(self.files.audio.as_deref()));
        read.map_err(Refusal::of)
    }
}

fn source(path: Option<&Path>) -> Source {
    path.map_or(Source::Embedded, |path| Source::Directory(path.into()))
}

/// Whose the file is that was changed last: on a machine of several operators that is who saved it.
fn owner_of_newest(folder: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let files = std::fs::read_dir(folder).ok()?.flatten().filter_map(|entry| entry.metadata().ok());
    let newest = files.filter(|about| about.is_file()).max_by_key(|about| about.modified().ok())?;
    user_called(newest.uid())
}

fn user_called(id: u32) -> Option<String> {
    Some(uzers::get_user_by_uid(id)?.name().to_string_lossy().into_owned())
}

/// Who runs this process.
fn system_user() -> String {
    user_called(uzers::get_current_uid()).unwrap_or_else(|| "?".into())
}
