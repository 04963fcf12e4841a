//! Everything that operators own, as it was read: script files and recordings.

use super::source::{Source, SourceError, SourceFile};
use crate::audio;
use std::{borrow::Cow, path::Path, sync::Arc};

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
    /// Reads it all.
    ///
    /// # Errors
    /// [`SourceError`] where files cannot be read at all.
    pub fn read(prompts: &Source, audio: &Source) -> Result<Self, SourceError> {
        Ok(Self { files: prompts.scripts()?, recordings: Recordings::read(audio)? })
    }

    /// Every file with the name it has in a version: `prompts/<file>` and `audio/<locale>/<prompt>.wav`.
    pub(super) fn items(&self) -> impl Iterator<Item = (String, &[u8])> {
        let texts = self.files.iter().map(|file| (format!("prompts/{}", file.name()), file.text.as_bytes()));
        let sheet = self.recordings.sheet.iter().map(|sheet| (format!("audio/{SHEET}"), sheet.text.as_bytes()));
        let wavs = self.recordings.wavs.iter();
        let wavs = wavs.map(|wav| (format!("audio/{}/{}.wav", wav.locale, wav.prompt), wav.wav.as_ref()));
        texts.chain(sheet).chain(wavs)
    }

    /// The material that these files of a version are. Its recordings were judged when it was published.
    pub(super) fn of_items(items: impl Iterator<Item = (String, Cow<'static, [u8]>)>) -> Self {
        let mut recordings = Recordings { wavs: Vec::new(), sheet: None, judge: false };
        let mut files = Vec::new();
        for (path, bytes) in items {
            let file = || SourceFile::new(path.as_str(), String::from_utf8_lossy(&bytes));
            match path.split('/').collect::<Vec<_>>()[..] {
                ["prompts", _] => files.push(file()),
                ["audio", SHEET] => recordings.sheet = Some(file()),
                ["audio", locale, wav] => {
                    let prompt = wav.strip_suffix(".wav").unwrap_or(wav).to_owned();
                    recordings.wavs.push(audio::Source { locale: locale.to_owned(), prompt, wav: bytes });
                }
                _ => {}
            }
        }
        Self { files, recordings }
    }
}

/// The list of what is said in the recordings, beside them.
pub const SHEET: &str = "texts.csv";

const EMBEDDED_SHEET: &str = include_str!("../../audio/texts.csv");

impl Recordings {
    /// Reads them.
    ///
    /// # Errors
    /// [`SourceError`] where a file cannot be read.
    pub fn read(from: &Source) -> Result<Self, SourceError> {
        match from {
            Source::Embedded => Ok(Self {
                wavs: audio::source::embedded().collect(),
                sheet: Some(SourceFile::new(format!("audio/{SHEET}"), EMBEDDED_SHEET)),
                judge: false,
            }),
            Source::Directory(path) => Ok(Self { wavs: listed(path)?, sheet: sheet_in(path)?, judge: true }),
        }
    }
}

fn listed(path: &Path) -> Result<Vec<audio::Source>, SourceError> {
    audio::source::directory(path).map_err(|error| SourceError::File { path: error.path, cause: error.source })
}

fn sheet_in(path: &Path) -> Result<Option<Arc<SourceFile>>, SourceError> {
    let path = path.join(SHEET);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(SourceFile::new(path.to_string_lossy(), String::from_utf8_lossy(&bytes)))),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(SourceError::File { path, cause }),
    }
}
