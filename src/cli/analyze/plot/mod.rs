//! A recording drawn over time: waveform, level, speech and judgement; of a recorded call also our prompts and what
//! happened.

mod canvas;
mod events;
mod words;

use crate::{
    audio::{SAMPLES_PER_MS, level::rms_dbov},
    call::Entry,
    line::{Analysis, Condition},
    script::Language,
};
use canvas::{Canvas, INK, Panel};
use words::Words;

/// What is drawn.
pub(super) struct Subject<'a> {
    pub(super) name: &'a str,
    /// 8 kHz.
    pub(super) caller: &'a [i16],
    /// Our channel, where there is one.
    pub(super) ours: Option<&'a [i16]>,
    pub(super) analysis: &'a Analysis,
    /// What happened in the call; empty for a mere recording.
    pub(super) journal: &'a [Entry],
}

const SPEECH: &str = "#8fd19e";
const CALLER: &str = "#1f5f99";
const OURS: &str = "#8a5a9e";

/// The floor and the ceiling of the level panel, dBov: digital silence, and full scale.
const LEVELS: (f64, f64) = (-90.0, 0.0);
/// A level is drawn for each so many milliseconds: a syllable shows, a pitch period does not.
const LEVEL_MS: usize = 50;

/// The drawing, as an SVG file's text.
pub(super) fn svg(subject: &Subject<'_>, language: Language) -> String {
    let words = words::of(language);
    let samples = subject.caller.len().max(subject.ours.map_or(0, <[i16]>::len));
    let mut canvas = Canvas::new(samples as f64 / 8000.0);
    canvas.title(subject.name, &verdict(subject.analysis, words));
    canvas.legend(CALLER, words.caller);
    if subject.ours.is_some() {
        canvas.legend(OURS, words.ours);
    }
    canvas.legend(SPEECH, words.speech);
    waveform(&mut canvas, words.caller, subject.caller, CALLER, Some(subject.analysis));
    if let Some(ours) = subject.ours {
        let panel = waveform(&mut canvas, words.ours, ours, OURS, None);
        events::prompts(&mut canvas, &panel, subject.journal);
    }
    level(&mut canvas, words, subject);
    speech(&mut canvas, words, subject.analysis);
    judgement(&mut canvas, words, &judged(subject));
    events::draw(&mut canvas, words, subject.journal);
    canvas.finish(words.seconds)
}

fn verdict(analysis: &Analysis, words: &Words) -> String {
    let kind = analysis.kind.map_or(String::new(), |kind| format!(" ({})", kind.as_str()));
    let condition = words.condition(analysis.condition);
    format!("{condition}{kind} · {:.0} %   {}", analysis.confidence * 100.0, super::figures(analysis))
}

/// The highest and lowest sample of each pixel column.
fn waveform(canvas: &mut Canvas, name: &str, pcm: &[i16], colour: &str, spoken: Option<&Analysis>) -> Panel {
    let panel = canvas.panel(name, 90.0);
    spoken.iter().flat_map(|analysis| &analysis.speech).for_each(|span| shade(canvas, &panel, *span));
    let per_column = canvas.samples_per_column();
    let middle = panel.middle();
    let scale = panel.height / 2.0 / 32768.0;
    let columns: Vec<(f64, f64)> = pcm
        .chunks(per_column)
        .map(|chunk| {
            let (low, high) = chunk.iter().fold((0, 0), |(low, high), sample| (low.min(*sample), high.max(*sample)));
            (middle - f64::from(high) * scale, middle - f64::from(low) * scale)
        })
        .collect();
    canvas.envelope(&columns, per_column as f64 / 8000.0, colour);
    panel
}

fn shade(canvas: &mut Canvas, panel: &Panel, (from, to): (u64, u64)) {
    canvas.bar(seconds(from), seconds(to), panel.top, panel.height, SPEECH, 0.45);
}

fn level(canvas: &mut Canvas, words: &Words, subject: &Subject<'_>) {
    let panel = canvas.panel(words.level, 110.0);
    let y = |dbov: f64| {
        let share = (dbov.clamp(LEVELS.0, LEVELS.1) - LEVELS.0) / (LEVELS.1 - LEVELS.0);
        panel.top + panel.height * (1.0 - share)
    };
    for dbov in [-80.0, -60.0, -40.0, -20.0, 0.0] {
        canvas.gridline(y(dbov), &format!("{dbov:.0}"));
    }
    canvas.unit(&panel, "dBov");
    for (pcm, colour) in [(subject.ours.unwrap_or_default(), OURS), (subject.caller, CALLER)] {
        let levels = pcm.chunks(LEVEL_MS * SAMPLES_PER_MS);
        let points = levels.enumerate().map(|(place, chunk)| {
            let at = (place as f64 + 0.5) * LEVEL_MS as f64 / 1000.0;
            (at, y(rms_dbov(chunk).map_or(LEVELS.0, f64::from)))
        });
        canvas.line(points, colour);
    }
}

fn speech(canvas: &mut Canvas, words: &Words, analysis: &Analysis) {
    let panel = canvas.panel(words.speech, 18.0);
    for (from, to) in &analysis.speech {
        canvas.bar(seconds(*from), seconds(*to), panel.top, panel.height, SPEECH, 1.0);
    }
}

/// From when on the line was judged how: by the call, where its journal is there, else by the listener now.
fn judged(subject: &Subject<'_>) -> Vec<(u64, Condition)> {
    let then: Vec<_> = events::judgements(subject.journal).collect();
    if then.is_empty() { subject.analysis.verdicts.clone() } else { then }
}

fn judgement(canvas: &mut Canvas, words: &Words, judged: &[(u64, Condition)]) {
    let panel = canvas.panel(words.judgement, 24.0);
    let ends = judged.iter().skip(1).map(|(at, _)| seconds(*at)).chain([canvas.seconds()]);
    for ((from, condition), to) in judged.iter().zip(ends) {
        canvas.bar(seconds(*from), to, panel.top, panel.height, colour(*condition), 1.0);
        canvas.label_in(seconds(*from), to, panel.middle() + 4.0, words.condition(*condition), INK);
    }
}

/// Good is green, nobody is grey, bad is warm: distinguishable by brightness, too.
fn colour(condition: Condition) -> &'static str {
    match condition {
        Condition::Clear => "#7cc58a",
        Condition::Silent => "#d5d9de",
        Condition::Faint => "#f6d55c",
        Condition::Handsfree => "#f2b263",
        Condition::Noisy => "#ee8f6b",
        Condition::Choppy => "#d98cb3",
        Condition::Noise => "#b59a86",
        Condition::Tone => "#8fb8de",
    }
}

fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::analyze;

    fn drawn(ours: Option<&[i16]>, language: Language) -> String {
        let caller = vec![1000; 16_000];
        let analysis = Analysis { speech: vec![(500, 900)], ..analyze(&caller) };
        svg(&Subject { name: "a <b>.wav", caller: &caller, ours, analysis: &analysis, journal: &[] }, language)
    }

    #[test]
    fn a_drawing_has_axes_with_units_a_legend_and_escaped_names() {
        let text = drawn(None, Language::English);
        for part in ["<svg", "dBov", "seconds", "Speech", "a &lt;b&gt;.wav", "Judgement"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("Hotline"));
    }

    #[test]
    fn the_language_is_the_operators() {
        let text = drawn(Some(&[5; 8000]), Language::Chinese);
        assert!(text.contains("秒") && text.contains("客户") && text.contains("我方"), "{text}");
    }
}
