//! What a replay has found, for operators and for programs.

use super::{Again, Run, Skipped};
use crate::{
    moment::Moment,
    script::Language,
    sim::replay::{Ending, Point, Replayed, Unreplayable},
};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write as _};

/// Every call, one object each.
pub(super) fn json(again: &[Again<'_>]) -> String {
    format!("{:#}\n", Value::from_iter(again.iter().map(entry)))
}

fn entry(again: &Again<'_>) -> Value {
    let summary = &again.call.summary;
    let mut entry = json!({
        "id": summary.id.to_string().parse::<i64>().ok(),
        "started": format!("{:.3}", summary.started),
        "dialect": summary.dialect,
    });
    let fields = match &again.result {
        Ok(run) => found(run),
        Err(why) => json!({ "result": "skipped", "why": reason(why) }),
    };
    for (name, value) in fields.as_object().into_iter().flatten() {
        entry[name] = value.clone();
    }
    entry
}

fn found(Run { leg, source, replayed }: &Run) -> Value {
    let point = |point: Option<&(Moment, Point)>| {
        point.map(|(at, point)| json!({ "at_ms": at.as_millis(), "what": point.to_string() }))
    };
    json!({
        "result": outcome(replayed).as_str(),
        "source": source.as_str(),
        "leg": leg,
        "then": ending(&replayed.then),
        "now": replayed.now.as_ref().map(ending),
        "parting": replayed.parting.as_ref().map(|parting| json!({
            "then": point(parting.then.as_ref()), "now": point(parting.now.as_ref()),
        })),
        "beyond": replayed.beyond,
    })
}

fn ending(ending: &Ending) -> Value {
    json!({
        "disposition": ending.word, "target": ending.target, "by": ending.by, "step": ending.step, "at_ms": ending.at_ms,
    })
}

fn reason(why: &Skipped) -> String {
    match why {
        Skipped::Call(why) => why.as_str().into(),
        Skipped::Recording(error) => format!("recording: {error}"),
    }
}

/// How a replay compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compared {
    Same,
    /// The same outcome by another way.
    Detour,
    Changed,
}

impl Compared {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Detour => "detour",
            Self::Changed => "changed",
        }
    }
}

fn outcome(replayed: &Replayed) -> Compared {
    match (replayed.changed(), &replayed.parting) {
        (true, _) => Compared::Changed,
        (false, Some(_)) => Compared::Detour,
        (false, None) => Compared::Same,
    }
}

/// The calls that come out otherwise (with `all`: every call), side by side, and the counts.
pub(super) fn table(again: &[Again<'_>], all: bool, language: Language) -> String {
    let head = match language {
        Language::Chinese => ["编号", "开始", "方言", "依据", "当时", "现在", "从哪里起不同"],
        Language::English => ["id", "began", "dialect", "from", "then", "now", "where they part"],
    };
    let rows = again.iter().filter_map(|again| row(again, all, language));
    let rows: Vec<[String; 7]> = std::iter::once(head.map(String::from)).chain(rows).collect();
    let mut text = String::new();
    if rows.len() > 1 {
        let widths: [usize; 7] =
            std::array::from_fn(|column| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0));
        for row in &rows {
            let cells = row.iter().zip(widths).map(|(cell, wide)| format!("{cell}{}", " ".repeat(wide - width(cell))));
            let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
        text.push('\n');
    }
    text + &summary(again, language)
}

/// Columns on a terminal: a Chinese character takes two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c > '\u{2e7f}' { 2 } else { 1 }).sum()
}

fn row(again: &Again<'_>, all: bool, language: Language) -> Option<[String; 7]> {
    let run = again.result.as_ref().ok()?;
    let replayed = &run.replayed;
    if !all && !replayed.changed() {
        return None;
    }
    let summary = &again.call.summary;
    Some([
        summary.id.to_string(),
        summary.started.to_zoned(TimeZone::system()).strftime("%F %T").to_string(),
        summary.dialect.clone(),
        run.source.as_str().into(),
        replayed.then.to_string(),
        now(replayed, language),
        parting(replayed, language),
    ])
}

fn now(replayed: &Replayed, language: Language) -> String {
    let Some(now) = &replayed.now else {
        return if language == Language::Chinese { "没有结束" } else { "no end" }.into();
    };
    let doubt = match (replayed.beyond && replayed.changed(), language) {
        (false, _) => "",
        (true, Language::Chinese) => "(推测)",
        (true, Language::English) => " (a guess)",
    };
    format!("{now}{doubt}")
}

/// `17.742 s ladder silent 1 / 15.442 s step agent`: then, and now.
fn parting(replayed: &Replayed, language: Language) -> String {
    let Some(parting) = &replayed.parting else { return "-".into() };
    let over = if language == Language::Chinese { "已结束" } else { "over" };
    let point = |point: &Option<(Moment, Point)>| match point {
        Some((at, point)) => format!("{:.3} s {point}", at.elapsed().as_secs_f64()),
        None => over.into(),
    };
    format!("{} / {}", point(&parting.then), point(&parting.now))
}

fn summary(again: &[Again<'_>], language: Language) -> String {
    let count = |wanted| {
        again.iter().filter_map(|a| a.result.as_ref().ok()).filter(|run| outcome(&run.replayed) == wanted).count()
    };
    let [same, detour, changed] = [Compared::Same, Compared::Detour, Compared::Changed].map(count);
    let mut skipped: BTreeMap<&Skipped, usize> = BTreeMap::new();
    again.iter().filter_map(|again| again.result.as_ref().err()).for_each(|why| *skipped.entry(why).or_default() += 1);
    let played = same + detour + changed;
    let mut text = match language {
        Language::Chinese => {
            format!("重放 {played} 通:{same} 通照旧,{detour} 通过程不同、结果相同,{changed} 通结果不同\n")
        }
        Language::English => format!(
            "{played} calls replayed: {same} as before, {detour} another way to the same end, {changed} otherwise\n"
        ),
    };
    for (why, count) in skipped {
        let why = words(why, language);
        let _ = match language {
            Language::Chinese => writeln!(text, "{count} 通不能重放:{why}"),
            Language::English => writeln!(text, "{count} not replayed: {why}"),
        };
    }
    text
}

fn words(why: &Skipped, language: Language) -> String {
    let (chinese, english) = match why {
        Skipped::Call(Unreplayable::Running) => ("还没有结束", "not ended yet"),
        Skipped::Call(Unreplayable::NeverBegan) => {
            ("没有开始,或者没有留下过程", "nothing was said, or nothing is known of it")
        }
        Skipped::Call(Unreplayable::Refused) => ("当时没有余量接听", "there was no room for it"),
        Skipped::Call(Unreplayable::EndedByUs) => {
            ("是我方中断的(停机、被杀)", "our own end cut it short (a stop, a kill)")
        }
        Skipped::Recording(error) => {
            return match language {
                Language::Chinese => format!("录音读不出来({error});可以加 --events 只用记录"),
                Language::English => format!("its recording can't be read ({error}); --events does without"),
            };
        }
    };
    if language == Language::Chinese { chinese } else { english }.into()
}
