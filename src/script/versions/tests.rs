use super::*;
use crate::script::{Bundle, Source};
use std::{fs, path::Path};
use tempfile::TempDir;

/// A store, and a folder of texts that can be changed.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let prompts = folder.path().join("prompts");
        fs::create_dir(&prompts).expect("made");
        let files = Source::Embedded.scripts().expect("our own");
        files.iter().for_each(|file| fs::write(prompts.join(file.name()), &file.text).expect("written"));
        Self { folder }
    }

    fn store(&self) -> Store {
        Store::of(self.folder.path())
    }

    /// Rewrites the script, and gives what is on disk then.
    fn with(&self, from: &str, to: &str) -> Material {
        let hotline = self.folder.path().join("prompts/hotline.toml");
        let text = fs::read_to_string(&hotline).expect("a script");
        assert!(text.contains(from), "the default script has changed: {from}");
        fs::write(&hotline, text.replace(from, to)).expect("written");
        self.material()
    }

    fn material(&self) -> Material {
        Material::read(None, &Source::Directory(self.folder.path().join("prompts")), &Source::Embedded)
            .expect("readable")
    }
}

fn publication(origin: Origin) -> Publication {
    Publication {
        at: Timestamp::UNIX_EPOCH, author: "ops".into(), origin, why: Some("试一试".into()), untested: false
    }
}

fn objects(store: &Store, data: &Path) -> usize {
    assert!(store.newest().expect("readable").is_some());
    fs::read_dir(data.join("script/objects")).expect("a folder").count()
}

#[test]
fn a_version_is_given_back_as_it_was_kept() {
    let desk = Desk::new();
    let material = desk.with("name     = ", "name = ");
    let kept = desk.store().keep(&material, publication(Origin::Published)).expect("room");
    let again = desk.store().newest().expect("readable").expect("one version");
    assert_eq!(again, kept);
    let back = desk.store().material(&again).expect("all there");
    assert_eq!(Tree::of(&back), kept.files);
    assert!(Bundle::of(None, &back).is_ok());
}

#[test]
fn only_what_is_not_built_in_is_copied_and_only_once() {
    let desk = Desk::new();
    let store = desk.store();
    store.keep(&desk.material(), publication(Origin::First)).expect("room");
    assert_eq!(objects(&store, desk.folder.path()), 0);
    let changed = desk.with("name     = ", "name = ");
    store.keep(&changed, publication(Origin::Saved)).expect("room");
    store.keep(&changed, publication(Origin::Published)).expect("room");
    assert_eq!(objects(&store, desk.folder.path()), 1);
}

#[test]
fn rolling_back_is_one_more_version_and_loses_none() {
    let desk = Desk::new();
    let store = desk.store();
    let first = store.keep(&desk.material(), publication(Origin::First)).expect("room");
    let second = store.keep(&desk.with("name     = ", "name = "), publication(Origin::Saved)).expect("room");
    let third = store.roll_back(&first, publication(Origin::RolledBack { to: 1 })).expect("room");
    assert_eq!((third.number, &third.files), (3, &first.files));
    assert_eq!(store.versions().expect("readable"), [first, second.clone(), third]);
    assert_eq!(store.last_taken().expect("readable"), Some(second));
}

#[test]
fn the_difference_shows_lines_of_texts_and_lengths_of_recordings() {
    let desk = Desk::new();
    let (old, mut new) = (desk.material(), desk.with("name     = ", "name = "));
    new.recordings.wavs.retain(|wav| wav.prompt != "goodbye");
    let found = difference(&old, &new);
    assert_eq!(found.texts.len(), 1);
    assert!(found.texts[0].contains("\n-name     = ") && found.texts[0].contains("\n+name = "), "{}", found.texts[0]);
    assert_eq!(found.recordings.len(), 2, "one a language");
    assert!(found.recordings.iter().all(|(_, change)| matches!(change, Change::Removed(ms) if *ms > 500)));
    assert!(difference(&old, &old).is_empty());
}

#[test]
fn the_difference_shows_that_a_caller_was_added_and_not_who() {
    let desk = Desk::new();
    let old = desk.material();
    fs::write(desk.folder.path().join("prompts/callers.toml"), "vip = [\"13812345678\"]\n").expect("written");
    let found = difference(&old, &desk.material()).texts.concat();
    assert!(found.contains("\n+vip = [\"***********\"]") && !found.contains("138"), "{found}");
}

#[test]
fn a_file_that_the_store_has_lost_is_named() {
    let desk = Desk::new();
    let kept = desk.store().keep(&desk.with("name     = ", "name = "), publication(Origin::Saved)).expect("room");
    fs::remove_dir_all(desk.folder.path().join("script/objects")).expect("gone");
    let error = desk.store().material(&kept).err().expect("something is missing").to_string();
    assert!(error.contains("prompts/hotline.toml"), "{error}");
}
