//! Where recordings come from: the ones embedded in the program, or an operator's directory of the same shape,
//! `<locale>/<prompt_id>.wav`.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use std::{
    borrow::Cow,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// A recording before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its locale, or [`super::bank::COMMON`].
    pub locale: String,
    /// Its prompt id.
    pub prompt: String,
    /// The WAV file.
    pub wav: Content,
}

/// What is in a file, by its sum; the bytes themselves are left out where somebody has made of them what he needs, so that
/// a folder of recordings is looked at without holding it all in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    sum: Sum,
    bytes: Option<Bytes>,
}

/// The SHA-256 of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sum(pub [u8; 32]);

impl Content {
    /// The same without the bytes, for somebody who has made of them what he needs.
    pub fn known(self) -> Self {
        Self { bytes: None, ..self }
    }

    /// What identifies them.
    pub const fn sum(&self) -> Sum {
        self.sum
    }

    /// The bytes; none where they are known.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.bytes.as_deref()
    }
}

impl<T: Into<Bytes>> From<T> for Content {
    fn from(bytes: T) -> Self {
        let bytes = bytes.into();
        Self { sum: Sum::of(&bytes), bytes: Some(bytes) }
    }
}

impl Sum {
    /// That of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// Hexadecimal.
impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The recordings that come with the program, in order.
pub fn embedded() -> impl Iterator<Item = Source> {
    // A debug build has them on disk: once is enough.
    static EMBEDDED: LazyLock<Vec<Source>> = LazyLock::new(|| unpacked().collect());
    EMBEDDED.iter().cloned()
}

fn unpacked() -> impl Iterator<Item = Source> {
    Embedded::iter().filter_map(|path| {
        let (locale, file) = path.split_once('/')?;
        let prompt = file.strip_suffix(".wav")?;
        // The sum was taken when the program was made.
        let file = Embedded::get(&path)?;
        let sum = Sum(file.metadata.sha256_hash());
        let bytes = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => bytes.into(),
        };
        let wav = Content { sum, bytes: Some(bytes) };
        Some(Source { locale: locale.into(), prompt: prompt.into(), wav })
    })
}

/// The recordings in `directory`, in order, each read when its turn comes. Other files, and folders in folders, are passed
/// over.
///
/// # Errors
/// [`SourceError`] where a folder cannot be listed; in its turn, where a file cannot be read.
pub fn directory(directory: &Path) -> Result<impl Iterator<Item = Result<Source, SourceError>>, SourceError> {
    let mut files = Vec::new();
    for folder in entries(directory)?.into_iter().filter(|path| path.is_dir()) {
        for file in entries(&folder)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "wav")) {
            let (Some(locale), Some(prompt)) = (name(folder.file_name()), name(file.file_stem())) else { continue };
            files.push((locale, prompt, file));
        }
    }
    Ok(files.into_iter().map(|(locale, prompt, path)| match fs::read(&path) {
        Ok(bytes) => Ok(Source { locale, prompt, wav: bytes.into() }),
        Err(source) => Err(SourceError { path, source }),
    }))
}

/// A recording or folder that could not be read. Who can fix it: the operator.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct SourceError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

#[derive(rust_embed::RustEmbed)]
#[folder = "audio/"]
struct Embedded;

fn entries(directory: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let failed = |source| SourceError { path: directory.to_owned(), source };
    let listed = fs::read_dir(directory).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut paths: Vec<PathBuf> = listed.map_err(failed)?;
    paths.sort();
    Ok(paths)
}

fn name(part: Option<&std::ffi::OsStr>) -> Option<String> {
    part?.to_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_read_like_the_embedded_recordings() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio");
        let mut embedded: Vec<Source> = embedded().collect();
        embedded.sort_by(|a, b| (&a.locale, &a.prompt).cmp(&(&b.locale, &b.prompt)));
        let listed = directory(&folder).expect("our own folder").collect::<Result<Vec<_>, _>>();
        let mut listed = listed.expect("our own files");
        listed.sort_by(|a, b| (&a.locale, &a.prompt).cmp(&(&b.locale, &b.prompt)));
        assert_eq!(listed.len(), 293);
        assert!(listed == embedded);
    }

    #[test]
    fn of_what_is_known_only_the_sum_is_kept() {
        let wav = Content::from(&b"RIFF"[..]);
        let known = wav.clone().known();
        assert_eq!((known.sum(), known.bytes(), wav.bytes()), (wav.sum(), None, Some(&b"RIFF"[..])));
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let refused = directory(Path::new("/nowhere/audio")).err().expect("nothing there");
        assert!(refused.to_string().starts_with("/nowhere/audio: "), "{refused}");
    }
}
