//! Rewrites what a scenario expects to what was heard; its comments and its order stay.

use super::{
    Scenario,
    compare::{Comparison, Ended, ended, written},
    expect::{At, Expected, Wait},
    fault::{Fault, seconds},
};
use crate::sim::{glob, heard::Stretch, run::Outcome};
use std::time::Duration;
use toml_edit::{Array, ArrayOfTables, Decor, DocumentMut, Item, Table, Value, value};

/// A wait this long is worth writing down where nothing was written: chosen, below it callers' own time is what is seen.
const WORTH_TELLING: Duration = Duration::from_secs(1);
/// A new list longer than this, in bytes, is broken into lines: chosen, half of what a wide editor shows.
const LONGEST_LINE: usize = 80;
/// Waits are written in these steps, so that the tolerance of 100 ms is not used up by rounding.
const STEP_MS: u64 = 50;

/// The text of a scenario that expects what was heard. None where it is no TOML.
pub fn accept(text: &str, scenario: &Scenario, outcome: &Outcome, found: &Comparison) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let short = scenario.expect.iter().any(|expected| matches!(expected, Expected::Short(_)));
    let author = Author { scenario, outcome, found };
    let expects_nothing = found.differences.iter().any(|found| found.fault == Fault::Nothing);
    if short || expects_nothing {
        let old = document.get("expect").and_then(Item::as_array).cloned().unwrap_or_default();
        let list = value(author.short(&old));
        match document.get_mut("expect") {
            // In its place: the comment above its key is the key's.
            Some(item) => *item = list,
            None => drop(document.insert("expect", list)),
        }
    } else if let Some(tables) = document.get_mut("expect").and_then(Item::as_array_of_tables_mut) {
        author.long(tables);
    }
    author.never(&mut document);
    author.end(&mut document, expects_nothing);
    Some(document.to_string())
}

struct Author<'a> {
    scenario: &'a Scenario,
    outcome: &'a Outcome,
    found: &'a Comparison,
}

/// An item of the new list: one of the old, as it is or with other words, or a new one.
struct Line {
    old: Option<usize>,
    text: String,
}

impl Author<'_> {
    // ── expect = ["menu_main", "wait 5s"] ─────────────────────────────────────────────────────────────────────────

    fn short(&self, old: &Array) -> Array {
        let mut array = Array::new();
        array.set_trailing(old.trailing().clone());
        array.set_trailing_comma(old.trailing_comma());
        let mut orphaned = String::new();
        let mut next = 0;
        let lines = self.lines();
        let broken = old.is_empty() && lines.iter().map(|line| line.text.len() + 4).sum::<usize>() > LONGEST_LINE;
        if broken {
            array.set_trailing("\n");
            array.set_trailing_comma(true);
        }
        let mut after_wait = false;
        for line in lines {
            let kept = line.old.and_then(|at| old.get(at));
            if let Some(at) = line.old {
                // Comments stand before the item they are about; those of items that go stay where they stood.
                (next..at).for_each(|gone| orphaned += &comment(old.get(gone)));
                next = at + 1;
            }
            let prefix = match (kept, broken) {
                (Some(old), _) => prefix_of(old),
                // A wait and what is heard after it stand on one line.
                (None, true) => if after_wait { " " } else { "\n    " }.to_owned(),
                (None, false) => space(old, array.len()),
            };
            after_wait = line.text.starts_with("wait ");
            // What is left of those that went ends their line: the new one begins where they began.
            let prefix = match std::mem::take(&mut orphaned) {
                orphaned if orphaned.is_empty() => prefix,
                orphaned => orphaned + prefix.trim_start(),
            };
            let mut item = Value::from(line.text);
            *item.decor_mut() = Decor::new(prefix, kept.map(suffix_of).unwrap_or_default());
            array.push_formatted(item);
        }
        array
    }

    /// The new list: the old items that held, with others' words put right, and what was heard besides.
    fn lines(&self) -> Vec<Line> {
        let text = |item: usize| match &self.scenario.expect[item] {
            Expected::Short(text) => text.clone(),
            Expected::Long(expectation) => expectation.heard.clone(),
        };
        let mut lines = Vec::new();
        let mut written_up_to = 0;
        for pair in &self.found.pairs {
            let heard = pair.heard.map(|place| (place, &self.outcome.report.heard[place]));
            match (pair.want.map(|want| &self.found.wants.prompts[want]), heard) {
                (Some(want), Some((place, stretch))) => {
                    let anything =
                        (written_up_to..want.item).filter(|item| matches!(text(*item).as_str(), "…" | "..."));
                    lines.extend(anything.map(|item| Line { old: Some(item), text: text(item) }));
                    lines.extend(want.wait.and_then(|wait| self.kept_wait(wait, self.gap(place), &text)));
                    lines.push(Line { old: Some(want.item), text: written(&want.name, stretch.complete) });
                    written_up_to = want.item + 1;
                }
                (None, Some((place, stretch))) if !pair.allowed || self.scenario.expect.is_empty() => {
                    lines.extend(new_wait(self.gap(place)));
                    lines.push(Line { old: None, text: written(&stretch.id, stretch.complete) });
                }
                _ => {}
            }
        }
        let rest =
            (written_up_to..self.scenario.expect.len()).filter(|item| matches!(text(*item).as_str(), "…" | "..."));
        lines.extend(rest.map(|item| Line { old: Some(item), text: text(item) }));
        let end = self.end_gap();
        match self.found.wants.end_wait {
            Some(wait) => lines.extend(self.kept_wait(wait, end, &text)),
            None if self.scenario.expect.is_empty() => lines.extend(new_wait(end)),
            None => {}
        }
        lines
    }

    /// A wait that stands in the list, with other words where it was otherwise.
    fn kept_wait(&self, wait: Wait, got_ms: u64, text: &dyn Fn(usize) -> String) -> Option<Line> {
        let At::Expect(item) = wait.at else { return None };
        let text = if wait.fits(got_ms) { text(item) } else { format!("wait {}", short(got_ms)) };
        Some(Line { old: Some(item), text })
    }

    fn gap(&self, place: usize) -> u64 {
        let heard: &[Stretch] = &self.outcome.report.heard;
        let before = place.checked_sub(1).map_or(0, |before| heard[before].to_ms);
        heard[place].from_ms.saturating_sub(before)
    }

    fn end_gap(&self) -> u64 {
        let last = self.outcome.report.heard.last().map_or(0, |stretch| stretch.to_ms);
        self.outcome.report.ended_ms.saturating_sub(last)
    }

    // ── [[expect]] ────────────────────────────────────────────────────────────────────────────────────────────────

    fn long(&self, tables: &mut ArrayOfTables) {
        for pair in self.found.pairs.iter().rev() {
            let Some(want) = pair.want.map(|want| &self.found.wants.prompts[want]) else { continue };
            match pair.heard {
                None => drop(tables.remove(want.item)),
                Some(place) => {
                    if let Some(table) = tables.get_mut(want.item) {
                        self.mend(table, want.item, place);
                    }
                }
            }
        }
    }

    fn mend(&self, table: &mut Table, item: usize, place: usize) {
        let heard = &self.outcome.report.heard;
        for found in self.found.differences.iter().filter(|found| found.at == At::Expect(item)) {
            match &found.fault {
                Fault::Cut(..) => set(table, "complete", false.into()),
                Fault::Whole(..) => drop(table.remove("complete")),
                Fault::Wait { .. } => set(table, "wait", short(self.gap(place)).into()),
                Fault::After { .. } => match place.checked_sub(1) {
                    Some(before) => set(table, "after", heard[before].id.as_str().into()),
                    None => drop(table.remove("after")),
                },
                _ => {}
            }
        }
    }

    // ── never, end ────────────────────────────────────────────────────────────────────────────────────────────────

    fn never(&self, document: &mut DocumentMut) {
        let heard = |name: &str| self.outcome.report.heard.iter().any(|stretch| glob::fits(name, &stretch.id));
        if let Some(never) = document.get_mut("never").and_then(Item::as_array_mut) {
            never.retain(|name| name.as_str().is_none_or(|name| !heard(name)));
        }
    }

    fn end(&self, document: &mut DocumentMut, expects_nothing: bool) {
        let Ended { disposition, by, route } = ended(self.outcome);
        match document.get_mut("end") {
            None if expects_nothing => {
                // Where a caller goes tells more than that he goes.
                let word = if disposition == "agent" { route } else { disposition };
                document.insert("end", value(word));
            }
            None => {}
            Some(end) if end.is_str() => {
                let is_route = end.as_str().is_some_and(|word| word.contains(':'));
                let goes_on = is_route && route.contains(':');
                replace(end, if goes_on { route } else { disposition }.into());
            }
            Some(end) => {
                let Some(end) = end.as_table_like_mut() else { return };
                for (key, got) in [("disposition", disposition), ("by", by), ("route", route)] {
                    if let Some(item) = end.get_mut(key) {
                        replace(item, got.into());
                    }
                }
                let wrong = self.found.wants.end_wait.filter(|wait| wait.at == At::End && !wait.fits(self.end_gap()));
                if let (Some(_), Some(item)) = (wrong, end.get_mut("wait")) {
                    replace(item, short(self.end_gap()).into());
                }
            }
        }
    }
}

/// Sets a value, keeping the comment behind it.
fn set(table: &mut Table, key: &str, value: Value) {
    match table.get_mut(key) {
        Some(item) => replace(item, value),
        None => drop(table.insert(key, Item::Value(value))),
    }
}

fn replace(item: &mut Item, mut value: Value) {
    let Some(old) = item.as_value() else { return };
    if old.as_str().is_some() && old.as_str() == value.as_str() {
        return;
    }
    *value.decor_mut() = old.decor().clone();
    *item = Item::Value(value);
}

fn prefix_of(value: &Value) -> String {
    value.decor().prefix().and_then(|raw| raw.as_str()).unwrap_or_default().to_owned()
}

fn suffix_of(value: &Value) -> String {
    value.decor().suffix().and_then(|raw| raw.as_str()).unwrap_or_default().to_owned()
}

/// The comment of an item that goes, if it has one.
fn comment(value: Option<&Value>) -> String {
    let text = value.map(|value| format!("{}{}", prefix_of(value), suffix_of(value))).unwrap_or_default();
    if text.contains('#') { text } else { String::new() }
}

/// What stands before a new item: a line break and the indent where the others have them.
fn space(old: &Array, place: usize) -> String {
    let lines = old.iter().find_map(|value| prefix_of(value).rfind('\n').map(|at| prefix_of(value)[at..].to_owned()));
    match lines {
        Some(indent) => indent,
        None if place == 0 => String::new(),
        None => " ".into(),
    }
}

fn new_wait(got_ms: u64) -> Option<Line> {
    let told = u128::from(got_ms) >= WORTH_TELLING.as_millis();
    told.then(|| Line { old: None, text: format!("wait {}", short(got_ms)) })
}

/// `5s`, `5.4s`: never more than it was, and within the tolerance.
fn short(got_ms: u64) -> String {
    let ms = got_ms / STEP_MS * STEP_MS;
    let text = seconds(ms);
    let number = text.trim_end_matches('s').trim_end_matches('0').trim_end_matches('.');
    format!("{number}s")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        script,
        sim::scenario::{Scenario, Stage},
    };
    use std::sync::{Arc, LazyLock};

    static STAGE: LazyLock<Stage> = LazyLock::new(|| {
        let files = script::Source::Embedded.scripts().expect("built in");
        let bank = crate::audio::Bank::load(crate::audio::source::embedded()).expect("built in");
        Stage { script: Arc::new(script::read(&files).expect("ours")), files, bank: bank.into() }
    });

    /// The file rewritten, which must then pass.
    fn accepted(text: &str) -> String {
        let play = |text: &str| {
            let scenario = Scenario::parse(text).expect("a scenario");
            let outcome = scenario.play(&STAGE, |_| Err("no sound".into())).expect("it plays");
            let found = scenario.compare(&outcome).expect("it is compared");
            (scenario, outcome, found)
        };
        let (scenario, outcome, found) = play(text);
        let text = accept(text, &scenario, &outcome, &found).expect("TOML");
        assert_eq!(play(&text).2.differences, [], "{text}");
        text
    }

    const CALLER: &str = "[caller] # who waits\nevents = [\"hear:menu_main\", \"wait:1s\", \"key:2\"]\n";

    #[test]
    fn a_test_without_expectations_gets_them() {
        let text = accepted(&format!("name = \"x\"\n{CALLER}"));
        assert_eq!(
            text,
            format!(
                "name = \"x\"\nexpect = [\"welcome_evening\", \"menu_main\", \"wait 1s\", \"transfer_announce\"]\nend = \
                 \"queue:complaint\"\n{CALLER}"
            )
        );
    }

    #[test]
    fn what_held_stays_as_it_was_written_and_so_do_comments() {
        let text = accepted(&format!(
            "# head\nexpect = [\n  \"welcome_*\", # by the clock\n  \"goodbye\", # wrong\n  \"menu_main\",\n  \"wait 3s\", \
             \"transfer_announce\",\n]\nend = \"queue:inquiry\" # where to\n{CALLER}"
        ));
        assert_eq!(
            text,
            format!(
                "# head\nexpect = [\n  \"welcome_*\", # by the clock\n  # wrong\n  \"menu_main\",\n  \"wait 1s\", \
                 \"transfer_announce\",\n]\nend = \"queue:complaint\" # where to\n{CALLER}"
            )
        );
    }

    #[test]
    fn tables_are_mended_one_by_one() {
        let text = accepted(&format!(
            "never = [\"menu_main\", \"goodbye\"]\n{CALLER}\n# first\n[[expect]]\nheard = \"menu_main\"\ncomplete = false\n\n\
             # second\n[[expect]]\nheard = \"goodbye\"\n\n# third\n[[expect]]\nheard = \"transfer_announce\"\nwait = \"9s\" # \
             long\n\n[end]\ndisposition = \"silent\"\nroute = \"queue:complaint\"\n"
        ));
        assert_eq!(
            text,
            format!(
                "never = [ \"goodbye\"]\n{CALLER}\n# first\n[[expect]]\nheard = \"menu_main\"\n\n# third\n[[expect]]\nheard = \
                 \"transfer_announce\"\nwait = \"1s\" # long\n\n[end]\ndisposition = \"agent\"\nroute = \"queue:complaint\"\n"
            )
        );
    }
}
