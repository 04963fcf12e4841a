//! What was expected against what was heard.

use super::{figures, folder::Item, hear};
use crate::{
    cli::cores,
    line::{Analysis, Condition},
    script::Language,
};
use serde_json::{Value, json};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

/// A labelled folder, heard.
pub(super) struct Table<'a> {
    folder: PathBuf,
    answers: Vec<(&'a Item, anyhow::Result<Analysis>)>,
    left_out: usize,
}

/// How one class fared: what was heard, in the order of [`Condition::ALL`].
struct Row {
    expect: Condition,
    heard: [usize; Condition::ALL.len()],
}

impl<'a> Table<'a> {
    /// Hears every item but those `leave_out` names.
    pub(super) fn of(folder: &Path, items: &'a [Item], leave_out: &[String]) -> Self {
        let named = |item: &Item| {
            let names = [Some(item.expect.as_str()), item.condition.as_deref()];
            leave_out.iter().any(|word| names.contains(&Some(word)))
        };
        let taken: Vec<&Item> = items.iter().filter(|item| !named(item)).collect();
        let heard = cores::on_all(&taken, |item| hear(&item.path));
        let left_out = items.len() - taken.len();
        Self { folder: folder.to_owned(), answers: taken.into_iter().zip(heard).collect(), left_out }
    }

    /// The errors of files that can't be read; they count nowhere.
    pub(super) fn unreadable(&self) -> impl Iterator<Item = &anyhow::Error> {
        self.answers.iter().filter_map(|(_, answer)| answer.as_ref().err())
    }

    fn heard(&self) -> impl Iterator<Item = (&Item, &Analysis)> {
        self.answers.iter().filter_map(|(item, answer)| Some((*item, answer.as_ref().ok()?)))
    }

    fn wrong(&self) -> impl Iterator<Item = (&Item, &Analysis)> {
        self.heard().filter(|(item, analysis)| item.expect != analysis.condition)
    }

    fn rows(&self) -> Vec<Row> {
        let row = |expect| {
            let of_class =
                |heard| self.heard().filter(|(item, a)| item.expect == expect && a.condition == heard).count();
            Row { expect, heard: Condition::ALL.map(of_class) }
        };
        Condition::ALL.map(row).into_iter().filter(|row| row.items() > 0).collect()
    }

    /// One object: the classes, the shares (percent), and what was misjudged with its figures.
    pub(super) fn json(&self) -> Value {
        let rows = self.rows();
        let (right, items) = total(&rows);
        json!({
            "folder": self.folder.display().to_string(),
            "items": items,
            "right": right,
            "right_pct": percent(right, items),
            "left_out": self.left_out,
            "unreadable": self.unreadable().count(),
            "classes": Value::from_iter(rows.iter().map(Row::json)),
            "wrong": Value::from_iter(self.wrong().map(|(item, analysis)| misjudged(item, analysis))),
        })
    }

    /// The table, the shares, and the misjudged files with their figures.
    pub(super) fn text(&self, language: Language) -> String {
        let rows = self.rows();
        let chinese = language == Language::Chinese;
        let (expected, share) = if chinese { ("应为", "对的") } else { ("expected", "right") };
        let mut text = format!("{}{}", expected, " ".repeat(COLUMN - columns(expected)));
        Condition::ALL.iter().for_each(|condition| text += &format!("{:>COLUMN$}", condition.as_str()));
        let _ = writeln!(text, "{}{share}", " ".repeat(COLUMN - columns(share)));
        for row in &rows {
            let _ = write!(text, "{:<COLUMN$}", row.expect.as_str());
            row.heard.iter().for_each(|count| text += &format!("{:>COLUMN$}", nothing_or(*count)));
            let _ = writeln!(text, "{:>COLUMN$}", format!("{:.1} %", percent(row.right(), row.items())));
        }
        let (right, items) = total(&rows);
        let share = percent(right, items);
        let left_out = self.left_out;
        let _ = match chinese {
            true => writeln!(text, "{items} 段中 {right} 段判断正确,{share:.1} %;{left_out} 段不计"),
            false => writeln!(text, "{right} of {items} right, {share:.1} %; {left_out} left out"),
        };
        for (item, analysis) in self.wrong() {
            let heard = if chinese { "听成" } else { "heard as" };
            let (expect, condition) = (item.expect.as_str(), analysis.condition.as_str());
            let sure = analysis.confidence * 100.0;
            let _ = writeln!(text, "✗ {}: {expect}, {heard} {condition} ({sure:.0} %)  {}", item.id, figures(analysis));
        }
        text
    }
}

/// Width of a column: the longest condition and two spaces.
const COLUMN: usize = 11;

/// Columns on a terminal: a Chinese character takes two.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn nothing_or(count: usize) -> String {
    if count == 0 { "·".into() } else { count.to_string() }
}

fn percent(part: usize, whole: usize) -> f64 {
    part as f64 * 100.0 / whole.max(1) as f64
}

fn total(rows: &[Row]) -> (usize, usize) {
    (rows.iter().map(Row::right).sum(), rows.iter().map(Row::items).sum())
}

impl Row {
    fn items(&self) -> usize {
        self.heard.iter().sum()
    }

    fn right(&self) -> usize {
        Condition::ALL.iter().zip(self.heard).find(|(heard, _)| **heard == self.expect).map_or(0, |(_, count)| count)
    }

    fn json(&self) -> Value {
        let heard = Condition::ALL.iter().zip(self.heard).filter(|(_, count)| *count > 0);
        json!({
            "expect": self.expect.as_str(),
            "items": self.items(),
            "right": self.right(),
            "right_pct": percent(self.right(), self.items()),
            "heard": Value::from_iter(heard.map(|(heard, count)| (heard.as_str(), count))),
        })
    }
}

fn misjudged(item: &Item, analysis: &Analysis) -> Value {
    json!({
        "id": item.id,
        "file": item.path.display().to_string(),
        "expect": item.expect.as_str(),
        "heard": analysis.condition.as_str(),
        "kind": analysis.kind.map(|kind| kind.as_str()),
        "confidence": analysis.confidence,
        "level_dbov": analysis.level_dbov,
        "noise_dbov": analysis.noise_dbov,
        "snr_db": analysis.snr_db,
        "loss_pct": analysis.loss_pct,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, expect: Condition) -> Item {
        Item { id: id.into(), path: PathBuf::from(id), expect, condition: None }
    }

    fn answer(condition: Condition) -> Analysis {
        Analysis { condition, ..crate::line::analyze(&[]) }
    }

    #[test]
    fn the_table_counts_classes_and_names_what_was_misjudged() {
        let items = [item("a", Condition::Clear), item("b", Condition::Clear), item("c", Condition::Silent)];
        let heard = [Condition::Clear, Condition::Noisy, Condition::Silent];
        let answers = items.iter().zip(heard.map(|heard| Ok(answer(heard)))).collect();
        let table = Table { folder: "corpus".into(), answers, left_out: 4 };
        let json = table.json();
        assert_eq!((&json["items"], &json["right"], &json["left_out"]), (&3.into(), &2.into(), &4.into()));
        assert_eq!(json["classes"][1]["heard"], json!({ "clear": 1, "noisy": 1 }));
        assert_eq!((&json["wrong"][0]["id"], &json["wrong"][0]["heard"]), (&"b".into(), &"noisy".into()));
        let text = table.text(Language::English);
        assert!(text.contains("2 of 3 right, 66.7 %; 4 left out\n✗ b: clear, heard as noisy"), "{text}");
    }

    #[test]
    fn files_that_cannot_be_read_count_nowhere() {
        let items = [item("a", Condition::Clear)];
        let table = Table::of(Path::new("."), &items, &[]);
        assert_eq!((table.unreadable().count(), table.json()["items"].as_u64()), (1, Some(0)));
    }

    #[test]
    fn classes_are_left_out_by_either_name() {
        let mut items = [item("a", Condition::Clear), item("b", Condition::Noise)];
        items[0].condition = Some("dtx".into());
        let out = |word: &str| Table::of(Path::new("."), &items, &[word.to_owned()]).left_out;
        assert_eq!([out("dtx"), out("noise"), out("silent")], [1, 1, 0]);
    }
}
