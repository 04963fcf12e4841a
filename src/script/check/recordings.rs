//! The recordings (service-script.md §5): there, whole, as loud as each other, unhurried, and saying what is written.

use super::{
    Case,
    texts::{is_lent, used},
};
use crate::{
    audio::bank::{BadRecording, COMMON},
    script::{
        Locale, PromptId, Script,
        pace::Pace,
        problem::{BadAudio, Decibels, Fault, Severity},
        recordings::{Figures, Name},
        sheet::same_words,
        source::{Place, SourceFile},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// What is known of the recordings.
pub(in crate::script) struct Shelf<'r> {
    /// Every recording there is, those that cannot be used included.
    pub names: BTreeSet<Name>,
    /// The figures of those that are to be judged.
    pub figures: &'r BTreeMap<Name, Figures>,
    /// Those that cannot be used.
    pub bad: &'r [BadRecording],
    /// What they were told to say.
    pub sheet: &'r BTreeMap<Name, String>,
}

/// Fewer cut-off samples than this are no distortion that anybody hears: chosen, five flat tops.
const CLIPPED: usize = 15;

/// Active speech level under which a prompt is refused, dBov: chosen; ITU-T recommends about −26 dBov on digital
/// lines (P.56, G.115), 10 dB under our recordings is clearly quiet, and −32 is where our listener begins to call a
/// caller faint.
const LEAST_LEVEL: f32 = -32.0;

/// Difference to the others' median that is heard as another loudness, dB: chosen; 6 dB is a doubled distance.
const OTHER_LOUDNESS: f32 = 6.0;

/// Quiet at an end that is warned of and refused: chosen; our recordings have 60 ms, studios deliver up to 200 ms, half
/// a second is heard as a hesitation and lengthens every 5 s wait by a tenth.
const LONG_END: Duration = Duration::from_millis(250);
const TOO_LONG_END: Duration = Duration::from_millis(500);

/// Samples a second that carry a telephone's whole band, to 3.4 kHz (G.711): a recording of fewer is muffled.
const TELEPHONE: u32 = 8_000;

/// Every prompt has a recording, and every recording is fit to be heard.
pub(super) fn recordings(script: &Script, shelf: &Shelf<'_>, case: &mut Case<'_>) {
    for (locale, texts) in &script.texts {
        let used: BTreeMap<PromptId, Place> = used(script, case, locale).into_iter().rev().collect();
        let everything: BTreeSet<&PromptId> = used.keys().chain(texts.keys()).collect();
        let usual = median_level(locale, shelf);
        for prompt in everything.into_iter().filter(|prompt| !is_lent(script, locale, prompt)) {
            let Some(place) = case.notes.text(locale, prompt).or_else(|| used.get(prompt)).cloned() else { continue };
            let Some(name) = found(locale, prompt, shelf) else {
                let file = file(locale, prompt);
                let fault = match used.contains_key(prompt) {
                    true => Fault::NoRecording { file },
                    false => Fault::NoSpareRecording { file },
                };
                case.problems.add(place, fault);
                continue;
            };
            let text = texts.get(prompt).map(String::as_str);
            for fault in faults(&name, text, usual, shelf) {
                case.problems.add(place.clone(), fault);
            }
        }
    }
}

/// Recordings that cannot be used and that no text stands for: the file itself is pointed at.
pub(super) fn strays(script: &Script, shelf: &Shelf<'_>, case: &mut Case<'_>) {
    let told = |bad: &BadRecording| {
        let prompt = PromptId::new(&bad.prompt);
        let in_catalogue = |locale: &Locale| script.texts.get(locale).is_some_and(|texts| texts.contains_key(&prompt));
        let heard_in = |locale: &Locale| found(locale, &prompt, shelf).is_some_and(|(of, _)| of == bad.locale);
        script.texts.keys().any(|locale| in_catalogue(locale) && heard_in(locale))
    };
    for bad in shelf.bad.iter().filter(|bad| !told(bad)) {
        let file = format!("{}/{}.wav", bad.locale, bad.prompt);
        let place = Place::top(&SourceFile::new(file.clone(), ""));
        case.problems.add(place, Fault::BadRecording { file, why: BadAudio::from(&bad.why) });
    }
}

/// The recording that callers of this language hear.
fn found(locale: &Locale, prompt: &PromptId, shelf: &Shelf<'_>) -> Option<Name> {
    [locale.as_ref(), COMMON]
        .map(|locale| (locale.to_owned(), prompt.to_string()))
        .into_iter()
        .find(|name| shelf.names.contains(name))
}

fn file(locale: &str, prompt: &PromptId) -> String {
    format!("{locale}/{prompt}.wav")
}

fn faults(name: &Name, text: Option<&str>, usual: Option<f32>, shelf: &Shelf<'_>) -> Vec<Fault> {
    let (locale, prompt) = name;
    let file = format!("{locale}/{prompt}.wav");
    if let Some(bad) = shelf.bad.iter().find(|bad| (&bad.locale, &bad.prompt) == (locale, prompt)) {
        return vec![Fault::BadRecording { file, why: BadAudio::from(&bad.why) }];
    }
    let recorded = shelf.sheet.get(name);
    let changed = recorded.filter(|recorded| text.is_some_and(|text| !same_words(text, recorded)));
    let changed = changed.map(|recorded| Fault::TextChanged { file: file.clone(), recorded: recorded.clone() });
    let Some(figures) = shelf.figures.get(name) else { return changed.into_iter().collect() };
    let spoken = text.filter(|_| changed.is_none());
    let rate = spoken.and_then(|text| rate(locale, text, figures, &file));
    let clipped = (figures.clipped >= CLIPPED).then(|| Fault::Clipped { file: file.clone(), samples: figures.clipped });
    let sample_rate = figures.sample_rate;
    let dull = (sample_rate < TELEPHONE).then(|| Fault::LowRate { file: file.clone(), sample_rate });
    [clipped, dull, loudness(figures, usual, &file), ends(figures, &file), rate, changed]
        .into_iter()
        .flatten()
        .collect()
}

fn loudness(figures: &Figures, usual: Option<f32>, file: &str) -> Option<Fault> {
    let (file, least) = (file.to_owned(), Decibels::from(LEAST_LEVEL));
    // A recording of silence: as quiet as 16 bits can tell.
    let level = figures.level_dbov.unwrap_or(-96.0);
    let others = usual.unwrap_or(level);
    if level < LEAST_LEVEL {
        return Some(Fault::TooQuiet { file, level: level.into(), least });
    }
    if level > others + OTHER_LOUDNESS {
        return Some(Fault::TooLoud { file, level: level.into(), others: others.into() });
    }
    (level < others - OTHER_LOUDNESS).then(|| Fault::RatherQuiet { file, level: level.into(), others: others.into() })
}

fn ends(figures: &Figures, file: &str) -> Option<Fault> {
    figures.level_dbov?;
    let (lead, tail) = (figures.lead, figures.tail);
    let severity = match lead.max(tail) {
        longest if longest > TOO_LONG_END => Severity::Error,
        longest if longest > LONG_END => Severity::Warning,
        _ => return None,
    };
    Some(Fault::QuietEnds { file: file.to_owned(), lead, tail, severity })
}

fn rate(locale: &str, text: &str, figures: &Figures, file: &str) -> Option<Fault> {
    let pace = Pace::of(locale)?;
    let (rate, file, unit) = (pace.rate(text, figures.spoken())?, file.to_owned(), pace.unit);
    match rate {
        rate if rate > pace.refused => Some(Fault::TooFast { file, rate, most: pace.refused, unit }),
        rate if rate > pace.warned => Some(Fault::RatherFast { file, rate, most: pace.warned, unit }),
        _ => None,
    }
}

/// The level in the middle of a language's recordings; with few of them each would be its own yardstick.
fn median_level(locale: &str, shelf: &Shelf<'_>) -> Option<f32> {
    let of_locale = shelf.figures.iter().filter(|((of, _), _)| of == locale);
    let mut levels: Vec<f32> = of_locale.filter_map(|(_, figures)| figures.level_dbov).collect();
    levels.sort_by(f32::total_cmp);
    (levels.len() > 2).then(|| levels.get(levels.len() / 2).copied()).flatten()
}
