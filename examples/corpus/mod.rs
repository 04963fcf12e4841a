//! The labelled corpus beside the project (`../shared/corpus`, or the path in `QINGJIANG_CORPUS`).
#![allow(dead_code, reason = "each program uses its part")]

pub mod alter;
mod gsm;
pub mod learn;
pub mod logistic;
mod music;
pub mod prompted;

use qingjiang::{audio::wav, line::Condition};
use serde::Deserialize;
use std::path::PathBuf;

/// One item's label. Times in milliseconds.
#[derive(Clone, Debug, Deserialize)]
pub struct Item {
    pub id: String,
    pub wav: String,
    pub dur_ms: u64,
    pub condition: String,
    pub expect: String,
    pub speech: Vec<(u64, u64)>,
    #[serde(default)]
    pub lost: Vec<(u64, u64)>,
    pub speaker: Option<String>,
    pub noise_kind: Option<String>,
    pub tone: Option<String>,
    pub level_dbov: Option<f64>,
    #[serde(default)]
    pub sources: Vec<String>,
}

impl Item {
    pub fn expected(&self) -> Option<Condition> {
        Condition::parse(&self.expect)
    }

    /// Labelled speech between two times.
    pub fn speech_within(&self, from: u64, to: u64) -> u64 {
        overlap(&self.speech, from, to)
    }

    /// Lost packets between two times, within speech.
    pub fn lost_within(&self, from: u64, to: u64) -> u64 {
        self.lost.iter().map(|(start, end)| self.speech_within((*start).max(from), (*end).min(to))).sum()
    }

    /// The label of what was made of this recording.
    pub fn altered(&self, id: String, expect: &str) -> Self {
        Self { id, condition: expect.into(), expect: expect.into(), ..self.clone() }
    }

    /// The label of a tone of `kind` that no recording lies under.
    pub fn made(id: String, kind: &str, dur_ms: u64) -> Self {
        Self {
            id,
            wav: String::new(),
            dur_ms,
            condition: "tone".into(),
            expect: "tone".into(),
            speech: Vec::new(),
            lost: Vec::new(),
            speaker: None,
            noise_kind: None,
            tone: Some(kind.into()),
            level_dbov: None,
            sources: Vec::new(),
        }
    }

    pub fn pcm(&self) -> Vec<i16> {
        let bytes = std::fs::read(root().join(&self.wav)).expect("the item's recording can be read");
        wav::read(&bytes).expect("the item's recording is a WAV file").into_mono()
    }

    /// Who speaks; items without a speaker are told apart by [`Item::noise`] alone.
    pub fn voice(&self) -> Option<&str> {
        self.speaker.as_deref()
    }

    /// Where the noise, tone or music comes from; `None` for babble, of which no two are alike, and for silence.
    pub fn noise(&self) -> Option<&str> {
        let source = || self.sources.first().filter(|_| self.speaker.is_none()).map(String::as_str);
        self.noise_kind.as_deref().or_else(source).filter(|name| *name != "babble")
    }
}

/// Time that `stretches` share with `from..to`.
pub fn overlap(stretches: &[(u64, u64)], from: u64, to: u64) -> u64 {
    stretches.iter().map(|(start, end)| (*end).min(to).saturating_sub((*start).max(from))).sum()
}

pub fn root() -> PathBuf {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    std::env::var_os("QINGJIANG_CORPUS").map_or_else(beside, PathBuf::from)
}

/// All items, in the order of the labels; `None` where there is no corpus.
pub fn items() -> Option<Vec<Item>> {
    let labels = std::fs::read_to_string(root().join("labels.jsonl")).ok()?;
    Some(labels.lines().map(|line| serde_json::from_str(line).expect("a label is a JSON object")).collect())
}

/// A number that stays the same for a name.
pub fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
