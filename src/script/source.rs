//! Where the operators' files come from: a directory, or the defaults built into the program.

use std::{
    ops::Range,
    path::PathBuf,
    sync::{Arc, LazyLock},
};

/// One file as it was read.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path as messages show it, so that a terminal or an editor can open it.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl SourceFile {
    /// A file called `path` that holds `text`.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: text.into() })
    }

    /// Its name without the directories.
    pub fn name(&self) -> &str {
        self.path.rsplit(['/', '\\']).next().unwrap_or(&self.path)
    }

    /// Its name without `.toml`.
    pub fn stem(&self) -> &str {
        self.name().strip_suffix(".toml").unwrap_or(self.name())
    }
}

/// A stretch of a file: what a message points at.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Arc<SourceFile>,
    /// Bytes of its text; both ends lie on character boundaries.
    pub span: Range<usize>,
}

impl Place {
    /// The stretch `span` of `file`, moved onto character boundaries.
    pub fn new(file: &Arc<SourceFile>, span: Range<usize>) -> Self {
        let start = floor(&file.text, span.start);
        let end = floor(&file.text, span.end).max(start);
        Self { file: file.clone(), span: start..end }
    }

    /// The beginning of `file`, for what no line of it is to blame for.
    pub fn top(file: &Arc<SourceFile>) -> Self {
        Self::new(file, 0..0)
    }

    /// The point at which it ends.
    pub fn end(&self) -> Self {
        Self::new(&self.file, self.span.end..self.span.end)
    }

    /// Line and column, both counted from 1; the column in characters, as editors show it.
    pub fn line_column(&self) -> (usize, usize) {
        let before = self.file.text.get(..self.span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (line, column) = self.line_column();
        write!(f, "{}:{line}:{column}", self.file.path)
    }
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// Where prompts, or recordings, are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The defaults that are part of the program.
    Embedded,
    /// A directory of the operators.
    Directory(PathBuf),
}

/// Why files could not be had at all: the operators' machine, not their writing.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The directory cannot be listed.
    #[error("cannot read the directory {}: {cause}", path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// A file in it cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
}

impl Source {
    /// The script files: every `*.toml` directly in the directory, in the order of their names. Editors' leftovers
    /// (`.#x.toml`, `x.toml~`) are passed over. Bytes that are no UTF-8 become U+FFFD and are reported by the loader.
    ///
    /// # Errors
    /// [`SourceError`]: the directory or a file in it cannot be read.
    pub fn scripts(&self) -> Result<Vec<Arc<SourceFile>>, SourceError> {
        match self {
            Self::Embedded => Ok(embedded()),
            Self::Directory(path) => read_directory(path),
        }
    }

    /// The golden tests of the script: every `*.toml` in the folder [`TESTS`] beside it, in the order of their names; none where
    /// there is no such folder. They are no part of the script.
    ///
    /// # Errors
    /// [`SourceError`]: the directory or a file in it cannot be read.
    pub fn tests(&self) -> Result<Vec<Arc<SourceFile>>, SourceError> {
        match self {
            Self::Embedded => Ok(embedded_in(&format!("{TESTS}/"))),
            Self::Directory(path) if path.join(TESTS).is_dir() => read_directory(&path.join(TESTS)),
            Self::Directory(_) => Ok(Vec::new()),
        }
    }
}

/// The folder of the golden tests, in the folder of the script.
pub const TESTS: &str = "tests";

fn read_directory(path: &std::path::Path) -> Result<Vec<Arc<SourceFile>>, SourceError> {
    let unlisted = |cause| SourceError::Directory { path: path.into(), cause };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unlisted)? {
        let name = entry.map_err(unlisted)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".toml") && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    names.into_iter().map(|name| read(path.join(name))).collect()
}

fn read(path: PathBuf) -> Result<Arc<SourceFile>, SourceError> {
    match std::fs::read(&path) {
        Ok(bytes) => Ok(SourceFile::new(path.to_string_lossy(), String::from_utf8_lossy(&bytes))),
        Err(cause) => Err(SourceError::File { path, cause }),
    }
}

/// The default script and texts, as they lie in `prompts/` of the project.
pub(super) fn embedded() -> Vec<Arc<SourceFile>> {
    static DEFAULTS: LazyLock<Vec<Arc<SourceFile>>> = LazyLock::new(|| embedded_in(""));
    DEFAULTS.clone()
}

/// The built-in files directly in one folder of `prompts/`.
fn embedded_in(folder: &str) -> Vec<Arc<SourceFile>> {
    let is_ours =
        |name: &str| name.strip_prefix(folder).is_some_and(|name| name.ends_with(".toml") && !name.contains('/'));
    let mut files: Vec<_> = Prompts::iter()
        .filter(|name| is_ours(name))
        .filter_map(|name| Prompts::get(&name).map(|file| (name, file.data)))
        .map(|(name, data)| SourceFile::new(format!("prompts/{name}"), String::from_utf8_lossy(&data)))
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

#[derive(rust_embed::RustEmbed)]
#[folder = "prompts/"]
struct Prompts;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let file = SourceFile::new("a.toml", "一行\n热线 = 1\n");
        let at = file.text.find('=').expect("written above");
        assert_eq!(Place::new(&file, at..at + 1).line_column(), (2, 4));
    }

    #[test]
    fn tests_and_examples_beside_the_script_are_no_part_of_it() {
        let folder = tempfile::tempdir().expect("a folder");
        for below in ["tests", "examples/gate"] {
            std::fs::create_dir_all(folder.path().join(below)).expect("a folder");
            std::fs::write(folder.path().join(below).join("silent.toml"), "").expect("written");
        }
        std::fs::write(folder.path().join("hotline.toml"), "").expect("written");
        let source = Source::Directory(folder.path().into());
        let names = |files: Vec<Arc<SourceFile>>| files.iter().map(|file| file.name().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(source.scripts().expect("readable")), ["hotline.toml"]);
        assert_eq!(names(source.tests().expect("readable")), ["silent.toml"]);
        assert!(embedded().iter().all(|file| !file.path.contains("tests/")));
        assert!(Source::Embedded.tests().expect("built in").len() >= 60);
    }

    #[test]
    fn a_span_inside_a_character_moves_to_its_beginning() {
        let file = SourceFile::new("a.toml", "热线");
        assert_eq!(Place::new(&file, 1..4).span, 0..3);
        assert_eq!(Place::new(&file, 9..12).span, 6..6);
    }
}
