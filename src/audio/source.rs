//! Where recordings come from: the ones embedded in the program, or an operator's directory of the same shape,
//! `<locale>/<prompt_id>.wav`.

use std::{
    borrow::Cow,
    fs, io,
    path::{Path, PathBuf},
};

/// A recording before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its locale, or [`super::bank::COMMON`].
    pub locale: String,
    /// Its prompt id.
    pub prompt: String,
    /// The WAV file.
    pub wav: Cow<'static, [u8]>,
}

/// The recordings that come with the program, in order.
pub fn embedded() -> impl Iterator<Item = Source> {
    Embedded::iter().filter_map(|path| {
        let (locale, file) = path.split_once('/')?;
        let prompt = file.strip_suffix(".wav")?;
        Some(Source { locale: locale.into(), prompt: prompt.into(), wav: Embedded::get(&path)?.data })
    })
}

/// The recordings in `directory`, in order. Other files, and folders in folders, are passed over.
///
/// # Errors
/// [`SourceError`] at the first file that could not be read.
pub fn directory(directory: &Path) -> Result<Vec<Source>, SourceError> {
    let mut sources = Vec::new();
    for folder in entries(directory)?.into_iter().filter(|path| path.is_dir()) {
        for file in entries(&folder)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "wav")) {
            let (Some(locale), Some(prompt)) = (name(folder.file_name()), name(file.file_stem())) else { continue };
            let wav = fs::read(&file).map_err(|source| SourceError { path: file.clone(), source })?;
            sources.push(Source { locale, prompt, wav: Cow::Owned(wav) });
        }
    }
    Ok(sources)
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
        let mut listed = directory(&folder).expect("our own folder");
        listed.sort_by(|a, b| (&a.locale, &a.prompt).cmp(&(&b.locale, &b.prompt)));
        assert_eq!(listed.len(), 293);
        assert!(listed == embedded);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let refused = directory(Path::new("/nowhere/audio")).expect_err("nothing there");
        assert!(refused.to_string().starts_with("/nowhere/audio: "), "{refused}");
    }
}
