//! Everything that operators own, as it was read: script files and recordings.

use super::{
    bundle::Bundle,
    source::{Source, SourceError, SourceFile},
};
use crate::audio::{self, Content, Sum};
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// Script files and recordings of one moment.
pub struct Material {
    /// The script, the texts and whatever else is written.
    pub files: Vec<Arc<SourceFile>>,
    /// What was spoken.
    pub recordings: Recordings,
}

/// Recordings as they were read.
pub struct Recordings {
    /// The files.
    pub wavs: Vec<audio::Source>,
    /// `texts.csv` beside them, if there is one.
    pub sheet: Option<Arc<SourceFile>>,
    /// Whether their figures are to be judged. Those built into the program were when it was made.
    pub judge: bool,
}

impl Material {
    /// Reads it all; of recordings that `previous` has, no more than what identifies them.
    ///
    /// # Errors
    /// [`SourceError`] where files cannot be read at all.
    pub fn read(previous: Option<&Bundle>, prompts: &Source, audio: &Source) -> Result<Self, SourceError> {
        Ok(Self { files: prompts.scripts()?, recordings: Recordings::read(previous, audio)? })
    }

    /// Every file with the name it has in a version: `prompts/<file>` and `audio/<locale>/<prompt>.wav`.
    pub(super) fn items(&self) -> impl Iterator<Item = Item<'_>> {
        let texts = self.files.iter().map(|file| (format!("prompts/{}", file.name()), file));
        let sheet = self.recordings.sheet.iter().map(|sheet| (format!("audio/{SHEET}"), sheet));
        let texts = texts.chain(sheet).map(|(path, file)| {
            let bytes = file.text.as_bytes();
            Item { path, sum: Sum::of(bytes), bytes: Some(bytes) }
        });
        let wavs = self.recordings.wavs.iter();
        let wavs = wavs.map(|source| Item { path: wav_path(source), sum: source.wav.sum(), bytes: source.wav.bytes() });
        texts.chain(wavs)
    }

    /// The same, taken apart.
    pub(super) fn into_items(self) -> BTreeMap<String, Content> {
        let Self { files, recordings } = self;
        let content = |file: Arc<SourceFile>| Content::from(file.text.as_bytes().to_vec());
        let texts = files.into_iter().map(|file| (format!("prompts/{}", file.name()), content(file)));
        let sheet = recordings.sheet.into_iter().map(|sheet| (format!("audio/{SHEET}"), content(sheet)));
        let wavs = recordings.wavs.into_iter().map(|source| (wav_path(&source), source.wav));
        texts.chain(sheet).chain(wavs).collect()
    }

    /// The material that these files of a version are. Its recordings were judged when it was published.
    pub(super) fn of_items(items: impl Iterator<Item = (String, Content)>) -> Self {
        let mut recordings = Recordings { wavs: Vec::new(), sheet: None, judge: false };
        let mut files = Vec::new();
        for (path, content) in items {
            let text = || String::from_utf8_lossy(content.bytes().unwrap_or_default());
            let file = || SourceFile::new(path.as_str(), text());
            match path.split('/').collect::<Vec<_>>()[..] {
                ["prompts", _] => files.push(file()),
                ["audio", SHEET] => recordings.sheet = Some(file()),
                ["audio", locale, wav] => {
                    let prompt = wav.strip_suffix(".wav").unwrap_or(wav).to_owned();
                    recordings.wavs.push(audio::Source { locale: locale.to_owned(), prompt, wav: content });
                }
                _ => {}
            }
        }
        Self { files, recordings }
    }
}

fn wav_path(source: &audio::Source) -> String {
    format!("audio/{}/{}.wav", source.locale, source.prompt)
}

/// A file of a version.
pub(super) struct Item<'m> {
    /// Its name in the version.
    pub(super) path: String,
    pub(super) sum: Sum,
    /// None where only what identifies it was kept; see [`Content`].
    pub(super) bytes: Option<&'m [u8]>,
}

/// The list of what is said in the recordings, beside them.
pub const SHEET: &str = "texts.csv";

const EMBEDDED_SHEET: &str = include_str!("../../audio/texts.csv");

impl Recordings {
    /// Reads them; of those that `previous` has, no more than what identifies them.
    ///
    /// # Errors
    /// [`SourceError`] where a file cannot be read.
    pub fn read(previous: Option<&Bundle>, from: &Source) -> Result<Self, SourceError> {
        match from {
            Source::Embedded => Ok(Self {
                wavs: audio::source::embedded().collect(),
                sheet: Some(SourceFile::new(format!("audio/{SHEET}"), EMBEDDED_SHEET)),
                judge: false,
            }),
            Source::Directory(path) => Ok(Self { wavs: listed(path, previous)?, sheet: sheet_in(path)?, judge: true }),
        }
    }
}

fn listed(path: &Path, previous: Option<&Bundle>) -> Result<Vec<audio::Source>, SourceError> {
    let has = |source: &audio::Source| {
        previous.is_some_and(|bundle| bundle.has(&source.locale, &source.prompt, source.wav.sum()))
    };
    let needed = |source: audio::Source| match has(&source) {
        true => audio::Source { wav: source.wav.known(), ..source },
        false => source,
    };
    let sources = audio::source::directory(path).and_then(|sources| sources.map(|read| read.map(needed)).collect());
    sources.map_err(|error| SourceError::File { path: error.path, cause: error.source })
}

fn sheet_in(path: &Path) -> Result<Option<Arc<SourceFile>>, SourceError> {
    let path = path.join(SHEET);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(SourceFile::new(path.to_string_lossy(), String::from_utf8_lossy(&bytes)))),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(SourceError::File { path, cause }),
    }
}
