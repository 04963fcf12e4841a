//! The operators' studio: texts, recordings and the list of who said what, as `render` and `import` need them.

mod listing;

pub use listing::listing;

use super::files::Files;
use crate::{
    audio::{level, master, wav},
    script::{
        self, Language, Locale, Source, SourceFile,
        pace::Pace,
        sheet::{Row, Sheet, Voice},
    },
};
use anyhow::{Context, bail};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Names a prompt in a language.
pub type Name = (Locale, String);

/// Everything that is known of the recordings in a folder.
pub struct Studio {
    /// The texts of every language.
    pub texts: BTreeMap<Name, String>,
    /// Where recordings are written.
    pub folder: PathBuf,
    /// `texts.csv`.
    pub sheet: Sheet,
    /// How messages are told.
    pub language: Language,
}

/// How a recording stands to its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is none.
    Missing,
    /// It says another text.
    Outdated(Voice),
    /// It says the text.
    Recorded(Voice),
}

impl Studio {
    /// Opens the operators' folders.
    ///
    /// # Errors
    /// Where texts or the list cannot be read, or there is no folder for recordings.
    pub fn open(files: Files, language: Language) -> anyhow::Result<Self> {
        let Files { prompts, audio } = files.or_here();
        let Some(folder) = audio else {
            bail!(match language {
                Language::Chinese => "这里没有录音文件夹:用 --audio 指明一个",
                Language::English => "there is no folder of recordings here: name one with --audio",
            })
        };
        let source = prompts.map_or(Source::Embedded, Source::Directory);
        Ok(Self { texts: texts(&source.scripts()?), sheet: sheet(&folder)?, folder, language })
    }

    /// The path of a recording.
    pub fn path(&self, (locale, prompt): &Name) -> PathBuf {
        self.folder.join(locale.as_ref()).join(format!("{prompt}.wav"))
    }

    /// How the recording of a prompt stands to its text.
    pub fn state(&self, name: &Name) -> State {
        if !self.path(name).is_file() {
            return State::Missing;
        }
        match (self.sheet.get(&name.0, &name.1), self.texts.get(name)) {
            (Some(row), Some(text)) if !script::sheet::same_words(row.text, text) => State::Outdated(row.voice),
            (Some(row), _) => State::Recorded(row.voice),
            // Nobody has said what it says: it is the operators' own.
            (None, _) => State::Recorded(Voice::Human),
        }
    }

    /// Keeps a recording and what was said of it. The list is written once, by [`Studio::keep_sheet`].
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep(&mut self, name: &Name, samples: &[i16], text: &str, voice: Voice) -> anyhow::Result<()> {
        let path = self.path(name);
        replace(&path, &wav::write(samples, master::RATE)?).with_context(|| path.display().to_string())?;
        self.sheet.set(Row { locale: &name.0, prompt: &name.1, text, voice });
        Ok(())
    }

    /// Writes the list.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep_sheet(&self) -> anyhow::Result<()> {
        let path = self.folder.join(script::SHEET);
        replace(&path, self.sheet.to_csv().as_bytes()).with_context(|| path.display().to_string())
    }

    /// Says something in the operator's language.
    pub fn tell<'t>(&self, chinese: &'t str, english: &'t str) -> &'t str {
        match self.language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }

    /// Rate and length of what was made: `2.4 s, 212/min`.
    pub fn figures(&self, name: &Name, text: &str, samples: &[i16]) -> String {
        let seconds = samples.len() as f64 / f64::from(master::RATE);
        let rate = Pace::of(&name.0).and_then(|pace| pace.rate(text, spoken(samples)));
        rate.map_or_else(|| format!("{seconds:.1} s"), |rate| format!("{seconds:.1} s, {rate}/min"))
    }
}

/// How long somebody speaks in a finished recording, the quiet at its ends left out.
pub fn spoken(samples: &[i16]) -> Duration {
    let (lead, tail) = level::quiet_ends(samples, master::RATE, master::LEVEL - master::QUIET_BELOW_SPEECH);
    Duration::from_secs_f64(samples.len() as f64 / f64::from(master::RATE)).saturating_sub(lead + tail)
}

fn texts(files: &[Arc<SourceFile>]) -> BTreeMap<Name, String> {
    let catalogues = script::texts(files).into_iter();
    let texts = catalogues.flat_map(|(locale, texts)| {
        texts.into_iter().map(move |(prompt, text)| ((locale.clone(), prompt.as_str().to_owned()), text))
    });
    texts.collect()
}

fn sheet(folder: &Path) -> anyhow::Result<Sheet> {
    let path = folder.join(script::SHEET);
    match fs::read_to_string(&path) {
        Ok(text) => Sheet::parse(&text).map_err(|why| anyhow::anyhow!("{}: {why}", path.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Sheet::default()),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Writes a file whole or not at all: a running service may be reading.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("part");
    fs::write(&beside, bytes)?;
    fs::rename(&beside, path)
}

#[cfg(test)]
pub(in crate::cli) mod tests {
    use super::*;

    /// A studio in a temporary folder with three texts and no recording.
    pub(in crate::cli) fn studio(folder: &Path) -> Studio {
        let (prompts, audio) = (folder.join("prompts"), folder.join("audio"));
        fs::create_dir_all(&prompts).expect("a folder");
        fs::create_dir_all(&audio).expect("a folder");
        let texts = "hello = \"您好，请问有什么可以帮助您？\"\nbye = \"感谢您的来电，再见！\"\nyes = \"是\"\n";
        fs::write(prompts.join("zh-CN.toml"), texts).expect("a file");
        let files = Files { prompts: Some(prompts), audio: Some(audio) };
        Studio::open(files, Language::English).expect("a studio")
    }

    pub(in crate::cli) fn name(prompt: &str) -> Name {
        ("zh-CN".into(), prompt.into())
    }

    /// A warble of a voice's loudness.
    pub(in crate::cli) fn voice(ms: u32, sample_rate: u32) -> Vec<i16> {
        let wave = |n: u32| (f64::from(n) * 0.05).sin() * (0.6 + 0.4 * (f64::from(n) * 0.0009).sin());
        (0..ms * sample_rate / 1000).map(|n| (5_000.0 * wave(n)) as i16).collect()
    }

    #[test]
    fn what_is_kept_is_found_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut studio = studio(folder.path());
        assert_eq!(studio.state(&name("bye")), State::Missing);
        studio.keep(&name("bye"), &voice(900, 16_000), "感谢您的来电，再见。", Voice::Synthetic).expect("room");
        studio.keep(&name("hello"), &voice(900, 16_000), "喂？", Voice::Human).expect("room");
        studio.keep_sheet().expect("room");
        let again = super::tests::studio(folder.path());
        assert_eq!(again.state(&name("bye")), State::Recorded(Voice::Synthetic), "punctuation is no other text");
        assert_eq!(again.state(&name("hello")), State::Outdated(Voice::Human));
        let left: Vec<_> = fs::read_dir(folder.path().join("audio/zh-CN")).expect("a folder").collect();
        assert_eq!(left.len(), 2, "no leftovers");
    }
}
