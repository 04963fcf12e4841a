//! Published versions of what operators own: kept whole, with who, when, why and from what.
//!
//! A store is a folder: `<number>.json` describes a version and names its files by their SHA-256, `objects/` holds each
//! file once, however many versions have it. The newest version is the live one, so that rolling back is one more
//! version and nothing is ever lost. What is built into the program is not copied.

mod difference;
mod store;
#[cfg(test)]
mod tests;

pub use difference::{Change, Difference, difference};
pub use store::{Store, StoreError};

use super::Material;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// One published version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Counted from 1.
    pub number: u32,
    /// When it went live.
    pub at: Timestamp,
    /// The system user whose doing it was.
    pub author: String,
    /// How it came to be.
    #[serde(flatten)]
    pub origin: Origin,
    /// What it is for, in the author's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Its golden tests failed, or were not played, and its author published it all the same (`--untested`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untested: bool,
    /// What it consists of.
    pub files: Tree,
}

/// How a version came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "origin", rename_all = "snake_case")]
pub enum Origin {
    /// The service started for the first time.
    First,
    /// Files were saved, and `publish = "on_save"`.
    Saved,
    /// `qingjiang script publish`.
    Published,
    /// `qingjiang script rollback`.
    RolledBack {
        /// The version whose files these are.
        to: u32,
    },
}

/// Who publishes, when and why.
#[derive(Clone, Debug)]
pub struct Publication {
    /// When.
    pub at: Timestamp,
    /// The system user.
    pub author: String,
    /// In which way.
    pub origin: Origin,
    /// What for.
    pub why: Option<String>,
    /// Whether golden tests that were asked for were passed over.
    pub untested: bool,
}

/// Files by name, each by the SHA-256 of what is in it (hexadecimal).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tree(pub BTreeMap<String, String>);

impl Tree {
    /// What this material consists of.
    pub fn of(material: &Material) -> Self {
        Self(material.items().map(|item| (item.path, item.sum.to_string())).collect())
    }

    /// Eight hexadecimal digits: enough to tell the versions of one hotline apart.
    pub fn id(&self) -> String {
        let mut hash = Sha256::new();
        for (path, sum) in &self.0 {
            hash.update(path);
            hash.update([0]);
            hash.update(sum);
            hash.update([0]);
        }
        hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The names of files in which the other differs, or that only one of them has.
    pub fn changes<'t>(&'t self, other: &'t Self) -> impl Iterator<Item = &'t str> {
        let changed = self.0.iter().filter(|(path, sum)| other.0.get(*path) != Some(sum));
        let added = other.0.iter().filter(|(path, _)| !self.0.contains_key(*path));
        changed.chain(added).map(|(path, _)| path.as_str())
    }
}
