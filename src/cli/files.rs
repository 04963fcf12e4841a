//! Finding the operators' files, or the defaults that are part of the program.

use crate::{
    audio::{Bank, resample, source, wav},
    script::{self, Script, Source},
    service::Config,
    sim::scenario::Stage,
};
use anyhow::{Context, bail};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where scripts and recordings are read from.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Files {
    /// Folder of hotline.toml and the texts [default: ./prompts where it exists, else the built-in ones]
    #[arg(long, value_name = "DIR", global = true)]
    pub prompts: Option<PathBuf>,
    /// Folder of the recordings [default: ./audio where it exists, else the built-in ones]
    #[arg(long, value_name = "DIR", global = true)]
    pub audio: Option<PathBuf>,
}

/// What the service and the commands beside it have to agree on.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Settings {
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(flatten)]
    files: Files,
    /// Folder of the records [default: data]
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
}

impl Settings {
    /// The configuration: the file's, with what the command line says on top.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn config(self) -> anyhow::Result<Config> {
        let mut config = match &self.config {
            Some(path) => Config::load(path)?,
            None => Config::default(),
        };
        let prompts = self.files.prompts.or(config.files.prompts);
        let audio = self.files.audio.or(config.files.audio);
        Files { prompts: config.files.prompts, audio: config.files.audio } = Files { prompts, audio }.or_here();
        config.files.data = self.data.unwrap_or(config.files.data);
        Ok(config)
    }
}

impl Files {
    /// The folders to use: those that were named, else those that stand here, else none.
    pub fn or_here(self) -> Self {
        let here = |name: &str, file: &str| Path::new(name).join(file).exists().then(|| PathBuf::from(name));
        Self {
            prompts: self.prompts.or_else(|| here("prompts", "hotline.toml")),
            audio: self.audio.or_else(|| here("audio", "zh-CN")),
        }
    }

    /// The script and its recordings.
    ///
    /// # Errors
    /// Everything that is wrong with them, a line a problem.
    pub fn open(self) -> anyhow::Result<(Arc<Script>, Arc<Bank>)> {
        let Stage { script, bank, .. } = self.stage()?;
        Ok((script, bank))
    }

    /// The script with its files, and its recordings: what a call can be played on.
    ///
    /// # Errors
    /// Everything that is wrong with them, a line a problem.
    pub fn stage(self) -> anyhow::Result<Stage> {
        let audio = self.clone().or_here().audio;
        let files = self.source().scripts()?;
        let script = match script::read(&files) {
            Ok(script) => Arc::new(script),
            Err(problems) => bail!("{}", lines(&problems)),
        };
        let bank = match audio {
            Some(folder) => Bank::load(source::directory(&folder)?.collect::<Result<Vec<_>, _>>()?),
            None => Bank::load(source::embedded()),
        };
        match bank {
            Ok(bank) => Ok(Stage { files, script, bank: Arc::new(bank) }),
            Err(bad) => bail!("{}", lines(&bad)),
        }
    }

    /// Where the script and its golden tests are.
    pub fn source(&self) -> Source {
        self.clone().or_here().prompts.map_or(Source::Embedded, Source::Directory)
    }
}

fn lines<T: std::fmt::Display>(problems: &[T]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Reads a WAV file as 8 kHz, a vector a channel, one or two. Of two, the left one is the caller (contract.md, `serve`'s
/// recordings).
///
/// # Errors
/// What is wrong with the file.
pub fn channels_8k(path: &Path) -> anyhow::Result<Vec<Arc<[i16]>>> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    let recording = wav::read(&bytes).with_context(|| path.display().to_string())?;
    let rate = recording.sample_rate;
    let convert = |channel: &Vec<i16>| Ok(resample::convert(channel, rate, 8000)?.into());
    let channels: anyhow::Result<Vec<Arc<[i16]>>> = recording.channels.iter().map(convert).collect();
    channels.with_context(|| path.display().to_string())
}

/// Reads a WAV file as 8 kHz mono.
///
/// # Errors
/// What is wrong with the file.
pub fn wav_8k(path: &Path) -> anyhow::Result<Arc<[i16]>> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    let recording = wav::read(&bytes).with_context(|| path.display().to_string())?;
    let rate = recording.sample_rate;
    let mono = recording.into_mono();
    Ok(resample::convert(&mono, rate, 8000).with_context(|| path.display().to_string())?.into())
}
