//! Folders of recordings, with labels or without.

use crate::line::Condition;
use anyhow::{Context as _, bail};
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What is in a folder.
pub(super) enum Folder {
    /// Recordings with the right answers.
    Labelled(Vec<Item>),
    /// Recordings, by name.
    Plain(Vec<PathBuf>),
}

/// A recording and the right answer.
pub(super) struct Item {
    pub(super) id: String,
    pub(super) path: PathBuf,
    pub(super) expect: Condition,
    /// What it is, more closely.
    pub(super) condition: Option<String>,
}

/// A line of labels.jsonl; what else stands there is not our business.
#[derive(Deserialize)]
struct Label {
    id: Option<String>,
    wav: PathBuf,
    expect: String,
    condition: Option<String>,
}

/// Looks into a folder.
///
/// # Errors
/// Where it, or a label, can't be read; the label's line is told.
pub(super) fn read(folder: &Path) -> anyhow::Result<Folder> {
    let labels = folder.join("labels.jsonl");
    if !labels.exists() {
        return Ok(Folder::Plain(recordings(folder)?));
    }
    let text = fs::read_to_string(&labels).with_context(|| labels.display().to_string())?;
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let item =
        |(line, number): (&str, usize)| item(folder, line).with_context(|| format!("{}:{number}", labels.display()));
    Ok(Folder::Labelled(lines.map(item).collect::<anyhow::Result<_>>()?))
}

fn item(folder: &Path, line: &str) -> anyhow::Result<Item> {
    let Label { id, wav, expect, condition } = serde_json::from_str(line).context("not a label / 不是标注")?;
    let Some(expected) = Condition::parse(&expect) else {
        let words = Condition::ALL.map(Condition::as_str).join(", ");
        bail!("`expect` is none of / 只能是: {words}: `{expect}`");
    };
    let id = id.unwrap_or_else(|| wav.display().to_string());
    Ok(Item { id, path: folder.join(wav), expect: expected, condition })
}

fn recordings(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let is_wav = |path: &PathBuf| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("wav"));
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_wav).collect();
    found.sort();
    match found.is_empty() {
        true => bail!("there are no WAV files in {} / 目录里没有 WAV 文件", folder.display()),
        false => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_and_what_they_say_besides_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let labels = "{\"id\":\"a\",\"wav\":\"wav/a.wav\",\"expect\":\"faint\",\"dur_ms\":7}\n\n{\"wav\":\"b.wav\",\"expect\":\"clear\"}\n";
        fs::write(folder.path().join("labels.jsonl"), labels).expect("written");
        let Ok(Folder::Labelled(items)) = read(folder.path()) else { panic!("labels") };
        assert_eq!(items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["a", "b.wav"]);
        assert_eq!((items[0].expect, &items[0].path), (Condition::Faint, &folder.path().join("wav/a.wav")));
    }

    #[test]
    fn a_wrong_label_is_told_with_its_line() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("labels.jsonl"), "\n{\"wav\":\"b.wav\",\"expect\":\"quiet\"}\n").expect("written");
        let error = format!("{:#}", read(folder.path()).err().expect("a wrong label"));
        assert!(error.contains("labels.jsonl:2") && error.contains("`quiet`"), "{error}");
    }

    #[test]
    fn a_folder_without_recordings_is_no_answer() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(read(folder.path()).is_err());
        fs::write(folder.path().join("B.WAV"), "").expect("written");
        assert!(matches!(read(folder.path()), Ok(Folder::Plain(found)) if found.len() == 1));
    }
}
