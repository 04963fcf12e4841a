//! From files to a [`Script`]: everything that can be wrong in single places is found here, all of it at once.

mod assemble;
mod branch;
mod calendar;
mod callers;
mod collect;
mod general;
mod line;
mod loader;
mod outside;
mod reader;
mod step;
mod texts;
mod value;
mod waive;

use super::{
    Locale, PromptId, Script,
    calendar::Calendar,
    notes::Notes,
    problem::{Fault, Problems},
    source::{Place, SourceFile, embedded},
};
use loader::Loader;
use reader::Section;
pub(super) use reader::nearest;
use std::{collections::BTreeMap, sync::Arc};
pub(super) use step::RECORDING_NOTICE;
use toml::de::DeTable;
pub(super) use value::MOST_DIGITS;

/// Texts by language.
pub(super) type Texts = BTreeMap<Locale, BTreeMap<PromptId, String>>;

/// What came of reading the files.
pub(super) struct Loaded {
    /// The script; absent where the files do not say enough for one. Where `problems` hold an error, it is fit for
    /// further checks and for nothing else.
    pub(super) script: Option<Script>,
    /// The texts, whether there is a script or not.
    pub(super) texts: Texts,
    /// Where everything was written.
    pub(super) notes: Notes,
    /// What is wrong.
    pub(super) problems: Problems,
}

/// The file of the script itself.
const HOTLINE: &str = "hotline.toml";

/// The calendar of holidays and moved working days.
const HOLIDAYS: &str = "holidays.toml";

/// The lists of callers. It holds personal data.
pub(super) const CALLERS: &str = "callers.toml";

/// Whether a file is a catalogue, named for its language: every file is that is nothing else.
fn is_catalogue(file: &&Arc<SourceFile>) -> bool {
    ![HOTLINE, HOLIDAYS, CALLERS].contains(&file.name())
}

/// Reads a script out of its files.
pub(super) fn load(files: &[Arc<SourceFile>]) -> Loaded {
    let standard = embedded();
    let mut loader = Loader::default();
    files.iter().for_each(|file| check_encoding(file, &mut loader.problems));
    let texts = catalogues(files, &standard, &mut loader);
    loader.locales = texts.keys().cloned().collect();
    let calendar = calendar::read(files, &standard, &mut loader);
    loader.callers = callers::read(files, &mut loader);
    let script = hotline(files, &standard, texts.clone(), &calendar, &mut loader);
    let Loader { notes, problems, .. } = loader;
    Loaded { script, texts, notes, problems }
}

/// Files are read with U+FFFD in place of what is not UTF-8.
fn check_encoding(file: &Arc<SourceFile>, problems: &mut Problems) {
    if let Some(at) = file.text.find(char::REPLACEMENT_CHARACTER) {
        problems.add(Place::new(file, at..at + char::REPLACEMENT_CHARACTER.len_utf8()), Fault::NotUtf8);
    }
}

/// Every catalogue among `files`; where there is none at all, the standard ones.
fn catalogues(files: &[Arc<SourceFile>], standard: &[Arc<SourceFile>], loader: &mut Loader) -> Texts {
    let mut texts = Texts::new();
    for file in files.iter().filter(is_catalogue) {
        match value::is_locale(file.stem()) {
            true => catalogue(file, &mut texts, loader),
            false => loader.problems.add(Place::top(file), Fault::StrayFile { name: file.name().into() }),
        }
    }
    if texts.is_empty() {
        let standard = standard.iter().filter(is_catalogue);
        standard.for_each(|file| catalogue(file, &mut texts, loader));
    }
    texts
}

fn catalogue(file: &Arc<SourceFile>, texts: &mut Texts, loader: &mut Loader) {
    let locale: Locale = file.stem().into();
    let (document, whole) = parse(file, &mut loader.problems);
    if !whole {
        loader.notes.damaged.insert(locale.clone());
    }
    let section = Section::of(file, &document, 0..0);
    let read = texts::read(&locale, section, &mut loader.notes, &mut loader.problems);
    texts.insert(locale, read);
}

fn hotline(
    files: &[Arc<SourceFile>],
    standard: &[Arc<SourceFile>],
    texts: Texts,
    calendar: &Arc<Calendar>,
    loader: &mut Loader,
) -> Option<Script> {
    let is_hotline = |file: &&Arc<SourceFile>| file.name() == HOTLINE;
    let Some(file) = files.iter().find(is_hotline) else {
        let place = Place::top(files.first().unwrap_or(&SourceFile::new(HOTLINE, "")));
        loader.problems.add(place, Fault::NoHotline);
        return None;
    };
    // Of a file that is no TOML, parts are missing: whatever follows from that is no news to the operator.
    let (document, true) = parse(file, &mut loader.problems) else { return None };
    let standard = standard.iter().find(is_hotline)?;
    let (standard_document, _) = parse(standard, &mut loader.problems);
    let standard = Section::of(standard, &standard_document, 0..0);
    assemble::script(Section::of(file, &document, 0..0), standard, texts, calendar, loader)
}

/// Reads as much of a file as can be read, and says what cannot, and whether that is all of it.
fn parse<'f>(file: &'f Arc<SourceFile>, problems: &mut Problems) -> (DeTable<'f>, bool) {
    let (document, errors) = DeTable::parse_recoverable(&file.text);
    let whole = errors.is_empty();
    for error in errors {
        let place = Place::new(file, error.span().unwrap_or(0..0));
        problems.add(place, Fault::Syntax { detail: error.message().into() });
    }
    (document.into_inner(), whole)
}
