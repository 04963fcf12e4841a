//! What a call's journal says, drawn.

use super::{
    canvas::{Canvas, INK, Panel},
    seconds,
    words::Words,
};
use crate::{
    call::{Entry, What},
    line::Condition,
};

const WAIT: &str = "#c9d6e4";
const PROMPT: &str = "#8a5a9e";
const KEY: &str = "#b3261e";
/// Rows that short labels alternate between, so that neighbours do not overlap.
const ROWS: usize = 3;

/// How the call judged the line, and from when on.
pub(super) fn judgements(journal: &[Entry]) -> impl Iterator<Item = (u64, Condition)> + '_ {
    journal.iter().filter_map(|entry| match &entry.what {
        What::Judged(judgement) => Some((entry.at.as_millis(), judgement.condition)),
        _ => None,
    })
}

/// The names of prompts over our own sound, each from its first sample to its last one heard.
pub(super) fn prompts(canvas: &mut Canvas, panel: &Panel, journal: &[Entry]) {
    let said = journal.iter().enumerate().filter_map(|(place, entry)| match &entry.what {
        What::PromptSaid { prompt } => Some((place, entry.at, prompt.as_str())),
        _ => None,
    });
    for (place, from, name) in said {
        let end = journal.iter().skip(place + 1).find(|entry| {
            matches!(&entry.what, What::PromptFinished { .. } | What::PromptInterrupted { .. } | What::Ended { .. })
        });
        let (from, to) = (seconds(from.as_millis()), end.map_or(canvas.seconds(), |end| seconds(end.at.as_millis())));
        canvas.bar(from, to, panel.top, 14.0, PROMPT, 0.18);
        canvas.label_in(from, to, panel.top + 11.0, name, INK);
    }
}

/// Steps, waits, keys and ladders, in a panel of their own; none for a mere recording.
pub(super) fn draw(canvas: &mut Canvas, words: &Words, journal: &[Entry]) {
    if journal.is_empty() {
        return;
    }
    let panel = canvas.panel(words.call, 16.0 * (ROWS + 1) as f64);
    for entry in journal {
        if let What::Waited { planned, .. } = entry.what {
            let to = seconds(entry.at.as_millis());
            let from = waiting_since(journal, entry).unwrap_or(to - planned.as_secs_f64());
            canvas.bar(from, to, panel.top, 14.0, WAIT, 1.0);
            let label = format!("{} {} s", words.wait, planned.as_secs_f64());
            canvas.label_in(from, to, panel.top + 11.0, &label, INK);
        }
    }
    let labels = journal.iter().filter_map(|entry| Some((seconds(entry.at.as_millis()), label(words, &entry.what)?)));
    for (place, (at, (text, colour))) in labels.enumerate() {
        let y = panel.top + 16.0 * ((place % ROWS) + 1) as f64;
        canvas.flag(at, y + 12.0, &text, colour);
    }
}

/// When the wait that ended with `waited` began.
fn waiting_since(journal: &[Entry], waited: &Entry) -> Option<f64> {
    let before = journal.iter().rev().skip_while(|entry| !std::ptr::eq(*entry, waited));
    let begun = before.into_iter().find(|entry| matches!(entry.what, What::Waiting { .. }))?;
    Some(seconds(begun.at.as_millis()))
}

fn label(words: &Words, what: &What) -> Option<(String, &'static str)> {
    Some(match what {
        What::Step { name } => (name.clone(), INK),
        What::Key { digit } => {
            let digit = digit.map_or("·".into(), |digit| digit.as_char().to_string());
            (format!("{} {digit}", words.key), KEY)
        }
        What::Rung { condition, index } => {
            (format!("{} {} {}", words.ladder, words.condition(*condition), index + 1), KEY)
        }
        What::Handover { target } => (format!("→ {target}"), INK),
        What::Ended { disposition, .. } => (disposition.as_str().into(), KEY),
        _ => return None,
    })
}
