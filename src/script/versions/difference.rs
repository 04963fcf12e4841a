//! What lies between two versions, for people.

use super::{
    super::{Material, callers::shown},
    Tree,
};
use crate::audio::wav;
use similar::TextDiff;
use std::collections::BTreeMap;

/// What lies between two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Texts that differ, as a unified difference each; those with no difference are left out.
    pub texts: Vec<String>,
    /// Recordings that differ.
    pub recordings: Vec<(String, Change)>,
}

/// What became of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new; its length in milliseconds.
    Added(u64),
    /// It is gone; its length in milliseconds.
    Removed(u64),
    /// It is another one; lengths in milliseconds.
    Changed {
        /// Before.
        from_ms: u64,
        /// After.
        to_ms: u64,
    },
}

impl Difference {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.recordings.is_empty()
    }
}

/// What lies between `old` and `new`.
pub fn difference(old: &Material, new: &Material) -> Difference {
    let (before, after) = (bytes(old), bytes(new));
    let (old_tree, new_tree) = (Tree::of(old), Tree::of(new));
    let mut paths: Vec<&str> = old_tree.changes(&new_tree).collect();
    paths.sort_unstable();
    let mut found = Difference { texts: Vec::new(), recordings: Vec::new() };
    for path in paths {
        let (old, new) = (before.get(path).copied(), after.get(path).copied());
        match path.ends_with(".wav") {
            true => found.recordings.extend(recording(old, new).map(|change| (path.to_owned(), change))),
            false => found.texts.push(text(path, old.unwrap_or_default(), new.unwrap_or_default())),
        }
    }
    found
}

fn bytes(material: &Material) -> BTreeMap<String, &[u8]> {
    material.items().map(|item| (item.path, item.bytes.unwrap_or_default())).collect()
}

fn recording(old: Option<&[u8]>, new: Option<&[u8]>) -> Option<Change> {
    // What cannot be read as a recording has no length.
    let length = |bytes: &[u8]| wav::read(bytes).map_or(0, |recording| recording.duration().as_millis() as u64);
    Some(match (old.map(length), new.map(length)) {
        (None, None) => return None,
        (None, Some(ms)) => Change::Added(ms),
        (Some(ms), None) => Change::Removed(ms),
        (Some(from_ms), Some(to_ms)) => Change::Changed { from_ms, to_ms },
    })
}

fn text(path: &str, old: &[u8], new: &[u8]) -> String {
    let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    let found = TextDiff::from_lines(&*old, &*new).unified_diff().header(path, path).to_string();
    let is_text =
        |line: &str| line.starts_with([' ', '-', '+']) && !line.starts_with("---") && !line.starts_with("+++");
    let line = |line: &str| if is_text(line) { shown(path, line) } else { line.to_owned() };
    found.split_inclusive('\n').map(line).collect()
}
