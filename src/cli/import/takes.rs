//! From files to takes: which prompt each is, cut and made ready.

use super::{Name, Studio};
use crate::{
    audio::{master, resample, split, wav},
    script::Language,
};
use anyhow::{Context, bail};
use std::{ops::Range, path::Path, time::Duration};

/// A recording that is ready to be kept.
pub(super) struct Take {
    pub(super) name: Name,
    /// What the actor read.
    pub(super) text: String,
    pub(super) samples: Vec<i16>,
    /// The file, and where in it.
    pub(super) from: String,
}

/// What is known while files are looked through.
pub(super) struct Desk<'d> {
    pub(super) studio: &'d Studio,
    /// The sheet, in its order: prompt and text.
    pub(super) order: &'d [(Name, String)],
    pub(super) locale: Option<&'d str>,
    /// The shortest silence between two prompts.
    pub(super) pause: Duration,
    /// There is one file only: with a sheet, it may be the whole session.
    pub(super) alone: bool,
}

/// Left around a piece that is cut out of a long file, samples: [`master::master`] trims to the sound itself.
const AROUND: usize = master::RATE as usize / 10;

/// The sheet as `render --sheet` wrote it: what was read, in order.
pub(super) fn order(path: &Path) -> anyhow::Result<Vec<(Name, String)>> {
    let csv = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let rows: Result<Vec<Row>, csv::Error> = reader.deserialize().collect();
    let rows = rows.with_context(|| path.display().to_string())?;
    Ok(rows.into_iter().map(|row| ((row.locale.into(), row.id), row.text)).collect())
}

#[derive(serde::Deserialize)]
struct Row {
    id: String,
    locale: String,
    text: String,
}

impl Desk<'_> {
    /// What a file holds: one prompt, or a language's whole session.
    pub(super) fn take(&self, file: &Path) -> anyhow::Result<Vec<Take>> {
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let samples = read(file)?;
        if let Some(name) = self.prompt(file, &stem)? {
            let samples = master::master(&samples, master::RATE)?;
            let text = self.text(&name);
            return Ok(vec![Take { name, text, samples, from: file.display().to_string() }]);
        }
        match self.session(&stem) {
            Some(locale) => self.cut(file, &locale, &samples),
            None => bail!(self.unknown(&stem)),
        }
    }

    /// The prompt that a file is named for.
    fn prompt(&self, file: &Path, stem: &str) -> anyhow::Result<Option<Name>> {
        let folder = file.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let named: Vec<&Name> = self.studio.texts.keys().filter(|(_, prompt)| prompt == stem).collect();
        let in_folder = named.iter().find(|(locale, _)| folder.as_deref() == Some(locale.as_ref()));
        let found = match (self.locale, in_folder, &named[..]) {
            (Some(wanted), ..) => named.iter().find(|(locale, _)| locale.as_ref() == wanted).copied(),
            (None, Some(name), _) => Some(*name),
            (None, None, [only]) => Some(*only),
            (None, None, []) => None,
            (None, None, _) => {
                bail!(self.studio.tell("几种语言都有它:写明 --locale", "several languages have it: say --locale"))
            }
        };
        Ok(found.cloned())
    }

    /// The language whose session a file is.
    fn session(&self, stem: &str) -> Option<String> {
        let of_sheet = |locale: &str| self.order.iter().any(|((of, _), _)| of.as_ref() == locale);
        let first = self.order.first().map(|((locale, _), _)| locale.as_ref());
        let only = first.filter(|first| self.order.iter().all(|((of, _), _)| of.as_ref() == *first));
        let meant = if of_sheet(stem) { Some(stem) } else { self.locale.or(only).filter(|_| self.alone) };
        meant.filter(|locale| of_sheet(locale)).map(str::to_owned)
    }

    fn unknown(&self, stem: &str) -> String {
        match self.studio.language {
            Language::Chinese => {
                format!("没有叫 `{stem}` 的提示语;如果这是一整段录音,用 --sheet 给出录音单,文件用语言命名(zh-CN.wav)")
            }
            Language::English => format!(
                "no prompt is called `{stem}`; if it is a whole session, give the sheet with --sheet, and name the file for \
                 its language (en.wav)"
            ),
        }
    }

    /// What the actor read: the sheet's text where there is one, so that `check` sees what was changed since.
    fn text(&self, name: &Name) -> String {
        let sheets = self.order.iter().find(|(of, _)| of == name).map(|(_, text)| text);
        sheets.or_else(|| self.studio.texts.get(name)).cloned().unwrap_or_default()
    }

    fn cut(&self, file: &Path, locale: &str, samples: &[i16]) -> anyhow::Result<Vec<Take>> {
        let wanted: Vec<&(Name, String)> = self.order.iter().filter(|((of, _), _)| of.as_ref() == locale).collect();
        let pieces = split::pieces(samples, master::RATE, self.pause);
        if pieces.len() != wanted.len() {
            bail!(self.mismatch(&pieces, &wanted));
        }
        let takes = pieces.into_iter().zip(wanted).map(|(piece, (name, text))| {
            let around = piece.start.saturating_sub(AROUND)..(piece.end + AROUND).min(samples.len());
            let cut = samples.get(around).unwrap_or_default();
            let from = format!("{} {}", file.display(), span(&piece));
            let samples = master::master(cut, master::RATE).with_context(|| from.clone())?;
            Ok(Take { name: name.clone(), text: text.clone(), samples, from })
        });
        takes.collect()
    }

    /// How many were found and where, beside what was to be there: a look at the lengths shows where it goes wrong.
    fn mismatch(&self, pieces: &[Range<usize>], wanted: &[&(Name, String)]) -> String {
        let (found, expected, pause) = (pieces.len(), wanted.len(), self.pause.as_millis());
        let mut told = match self.studio.language {
            Language::Chinese => format!(
                "找到 {found} 段,录音单上有 {expected} 条(停顿 {pause} 毫秒以上算分开;可以改 --pause,或者分成一条一个文件)"
            ),
            Language::English => format!(
                "found {found} pieces, the sheet has {expected} (parted by {pause} ms of silence or more: try another --pause, \
                 or one file a prompt)"
            ),
        };
        for at in 0..found.max(expected) {
            let piece = pieces.get(at).map_or_else(|| "-".into(), span);
            let prompt = wanted.get(at).map_or_else(|| "-".into(), |((_, prompt), text)| format!("{prompt}  {text}"));
            told.push_str(&format!("\n  {:>3}  {piece:<21}  {prompt}", at + 1));
        }
        told
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<i16>> {
    let recording = wav::read(&std::fs::read(file)?)?;
    let rate = recording.sample_rate;
    Ok(resample::convert(&recording.into_mono(), rate, master::RATE)?)
}

/// `0:01.20–0:03.85`
fn span(piece: &Range<usize>) -> String {
    let time = |samples: usize| {
        let hundredths = samples * 100 / master::RATE as usize;
        format!("{}:{:02}.{:02}", hundredths / 6_000, hundredths / 100 % 60, hundredths % 100)
    };
    format!("{}–{}", time(piece.start), time(piece.end))
}
