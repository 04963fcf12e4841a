//! What golden tests look like on a terminal: two timelines side by side, expected and heard.

use crate::{
    script::Language,
    service::golden::{Played, Run},
    sim::scenario::Row,
};
use std::fmt::Write;

/// How results are shown.
pub(super) struct Show {
    pub(super) language: Language,
    pub(super) colour: bool,
    pub(super) verbose: bool,
}

/// Ink of a terminal.
#[derive(Clone, Copy)]
enum Ink {
    Red,
    Green,
    Grey,
}

/// A column of prompts' names is at least so wide.
const NARROWEST: usize = 24;

impl Show {
    /// One test: a line where it passes, both timelines and what differs where it does not.
    pub(super) fn test(&self, played: &Played, accepted: bool) -> String {
        let (word, ink) = match (played.passed(), accepted) {
            (true, _) => (self.tell("通过", "ok  "), Ink::Green),
            (false, true) => (self.tell("已改", "kept"), Ink::Grey),
            (false, false) => (self.tell("失败", "FAIL"), Ink::Red),
        };
        let path = &played.file.path;
        let run = match &played.result {
            Ok(run) => run,
            Err(bad) => return format!("{}  {path}\n{}", self.ink(ink, word), indented(&bad.to_string())),
        };
        let mut text = format!("{}  {path}  {}", self.ink(ink, word), run.scenario.name);
        if self.verbose {
            let _ = write!(text, "\n{}", run.outcome.timeline().trim_end());
        }
        if !played.passed() {
            let _ = write!(text, "\n{}", self.side_by_side(run).trim_end());
        }
        for difference in &run.found.differences {
            let words = difference.fault.words(self.language);
            let changed = if accepted { self.tell("按此改写：", "written down: ") } else { "" };
            let _ = write!(text, "\n      {} {changed}{words}", self.ink(ink, if accepted { "→" } else { "✗" }));
        }
        text
    }

    /// How many passed.
    pub(super) fn summary(&self, played: &[Played], accepted: usize) -> String {
        let passed = played.iter().filter(|played| played.passed()).count();
        let failed = played.len() - passed - accepted;
        match (self.language, accepted) {
            (Language::Chinese, 0) => format!("{passed} 个通过，{failed} 个失败"),
            (Language::Chinese, _) => format!("{passed} 个通过，{accepted} 个已改写，{failed} 个失败"),
            (Language::English, 0) => format!("{passed} passed, {failed} failed"),
            (Language::English, _) => format!("{passed} passed, {accepted} rewritten, {failed} failed"),
        }
    }

    fn side_by_side(&self, run: &Run) -> String {
        let rows = with_events(run);
        let widest = |widths: &mut dyn Iterator<Item = usize>| widths.max().unwrap_or(0).max(NARROWEST);
        let expected = widest(&mut rows.iter().filter_map(|row| row.expected.as_deref()).map(wide));
        let heard = widest(&mut rows.iter().filter_map(|row| row.heard.as_deref()).map(wide));
        let head = format!("      {}", self.tell("    秒", "second"));
        let titles = (padded(self.tell("应该听到", "expected"), expected), self.tell("听到", "heard"));
        let mut text = format!("{}\n", self.ink(Ink::Grey, &format!("{head}  {}  {}", titles.0, titles.1)));
        for row in &rows {
            let at = row.at_ms.map_or(String::new(), |ms| format!("{:.3}", ms as f64 / 1000.0));
            let side = |words: &Option<String>, width| padded(words.as_deref().unwrap_or("—"), width);
            let is_event = row.expected.is_none() && row.heard.as_deref().is_some_and(|heard| heard.starts_with('·'));
            let left = if is_event { padded("", expected) } else { side(&row.expected, expected) };
            let line = format!("      {at:>8}  {left}  {}", side(&row.heard, heard));
            let line = match (row.differs, row.expected.is_some()) {
                (true, _) => self.ink(Ink::Red, &format!("{}  ✗", line.trim_end())),
                (false, true) => line.trim_end().to_owned(),
                (false, false) => self.ink(Ink::Grey, line.trim_end()),
            };
            let _ = writeln!(text, "{line}");
        }
        text
    }

    fn ink(&self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Red => 31,
            Ink::Green => 32,
            Ink::Grey => 90,
        };
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn tell(&self, chinese: &'static str, english: &'static str) -> &'static str {
        match self.language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }
}

/// The rows, with what the caller did among them.
fn with_events(run: &Run) -> Vec<Row> {
    let done = run.outcome.report.events.iter().filter(|(_, what, _)| matches!(*what, "key" | "hangup"));
    let mut done = done
        .map(|(at, what, key)| Row {
            at_ms: Some(*at),
            expected: None,
            heard: Some(key.map_or(format!("· {what}"), |key| format!("· {what} {key}"))),
            differs: false,
        })
        .peekable();
    let mut rows = Vec::new();
    for row in &run.found.rows {
        while let Some(event) = done.next_if(|event| row.at_ms.is_some_and(|at| event.at_ms < Some(at))) {
            rows.push(event);
        }
        rows.push(row.clone());
    }
    rows.extend(done);
    rows
}

/// How many columns a terminal gives a text: two for a Chinese character.
fn wide(text: &str) -> usize {
    text.chars().map(|c| if ('\u{2e80}'..='\u{ffef}').contains(&c) { 2 } else { 1 }).sum()
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(wide(text))))
}

fn indented(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("      {line}\n")).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_takes_two_columns() {
        assert_eq!(padded("听到", 6), "听到  ");
        assert_eq!(padded("heard", 6), "heard ");
    }
}
