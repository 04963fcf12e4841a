//! Journal entries as they are kept, and back: a kind, and a JSON object of what belongs to it. Numbers are masked in it;
//! the whole ones stand in the tables made for them.

use super::Event;
use crate::{
    agents::Decision,
    call::{Before, Disposition, EndedBy, Entry, Interruption, MessageEnd, NoAnswer, Past, What},
    gateway::{DialectName, Resume},
    line::Condition,
    moment::Moment,
    phone::Digit,
    script::{PromptId, Target},
};
use serde_json::{Value, json};
use std::time::Duration;

/// The word for what happened, as the contract's JSON and the console show it.
pub const fn kind(what: &What) -> &'static str {
    match what {
        What::Started { .. } => "started",
        What::Past(_) => "past",
        What::Step { .. } => "step",
        What::Split { .. } => "split",
        What::PromptSaid { .. } => "prompt_said",
        What::PromptFinished { .. } => "prompt_finished",
        What::PromptInterrupted { .. } => "prompt_interrupted",
        What::Key { .. } => "key",
        What::Speech { .. } => "speech",
        What::Judged(_) => "judged",
        What::Rung { .. } => "rung",
        What::Recovered { .. } => "recovered",
        What::Waiting { .. } => "waiting",
        What::Waited { .. } => "waited",
        What::OneWay { .. } => "one_way",
        What::Louder => "louder",
        What::Unread { .. } => "unread",
        What::Handover { .. } => "handover",
        What::HandoverFailed => "handover_failed",
        What::CallbackStored { .. } => "callback_stored",
        What::MessageTaken { .. } => "message_taken",
        What::Asked { .. } => "asked",
        What::Barred => "barred",
        What::StoreFailed => "store_failed",
        What::GatewayNotice { .. } => "gateway_notice",
        What::MarkOverdue => "mark_overdue",
        What::Ended { .. } => "ended",
    }
}

/// What belongs to it; an object, empty where its kind says everything. Durations are milliseconds.
pub fn detail(what: &What) -> Value {
    match what {
        What::Started { dialect, caller, called, resume } => json!({
            "dialect": dialect.as_str(), "caller": caller, "called": called, "resume": resume.map(|resume| resume.as_str()),
        }),
        What::Past(past) => json!({
            "ago_ms": past.last.map(|last| last.ago.as_millis() as u64),
            "dropped": past.last.is_some_and(|last| last.dropped), "barred": past.barred,
        }),
        What::Step { name } => json!({ "name": name }),
        What::Split { step, name } => json!({ "step": step, "name": name }),
        What::PromptSaid { prompt } | What::PromptFinished { prompt } => json!({ "prompt": prompt.as_str() }),
        What::PromptInterrupted { prompt, by, heard } => {
            json!({ "prompt": prompt.as_str(), "by": interruption(*by), "heard_ms": heard.as_millis() as u64 })
        }
        What::Key { digit } => json!({ "digit": digit.map(|digit| digit.as_char().to_string()) }),
        What::Speech { from, to } => json!({ "from_ms": from.as_millis(), "to_ms": to.as_millis() }),
        What::Judged(judgement) => serde_json::to_value(judgement).unwrap_or_else(|_| json!({})),
        What::Rung { condition, index } | What::Recovered { condition, index } => {
            json!({ "condition": condition.as_str(), "index": index })
        }
        What::Waiting { planned } => json!({ "planned_ms": planned.as_millis() as u64 }),
        What::Waited { planned, late } => {
            let late_ms = late.map(|late| late.as_secs_f64() * 1000.0);
            json!({ "planned_ms": planned.as_millis() as u64, "late_ms": late_ms })
        }
        What::Handover { target } => json!({ "target": target.to_string() }),
        What::CallbackStored { number } => json!({ "number": number }),
        What::GatewayNotice { text } => json!({ "text": text }),
        What::OneWay { words } => json!({ "words": words }),
        What::Unread { part } => json!({ "part": part }),
        What::MessageTaken { length, spoken, by, kept } => json!({
            "length_ms": length.as_millis() as u64, "spoken_ms": spoken.as_millis() as u64, "by": by.as_str(), "kept": kept,
        }),
        What::Asked { took, failed } => {
            let status = match failed {
                Some(NoAnswer::Status(status)) => Some(*status),
                _ => None,
            };
            json!({ "took_ms": took.as_millis() as u64, "failed": failed.map(NoAnswer::as_str), "status": status })
        }
        What::HandoverFailed | What::StoreFailed | What::Barred | What::MarkOverdue | What::Louder => json!({}),
        What::Ended { disposition, by, step } => {
            json!({ "disposition": disposition.as_str(), "by": by.as_str(), "step": step })
        }
    }
}

const fn interruption(by: Interruption) -> &'static str {
    match by {
        Interruption::Key => "key",
        Interruption::Speech => "speech",
        Interruption::End => "end",
    }
}

/// The journal of one leg, out of a call's events. Numbers were masked and do not come back: `Started` has none, and
/// `CallbackStored` is left out, as is what this version does not know.
pub fn journal(events: &[Event], leg: u32) -> Vec<Entry> {
    let mut journal: Vec<Entry> = Vec::new();
    let mut target = None;
    for event in events.iter().filter(|event| event.leg == leg) {
        let Some(what) = what(&event.kind, &Detail(&event.detail), target.as_ref()) else { continue };
        if let What::Handover { target: to } = &what {
            target = Some(to.clone());
        }
        journal.push(Entry { at: Moment::from_millis(event.leg_ms.max(0) as u64), what });
    }
    journal
}

/// A detail's fields.
struct Detail<'a>(&'a Value);

impl Detail<'_> {
    fn text(&self, field: &str) -> Option<&str> {
        self.0[field].as_str()
    }

    fn prompt(&self) -> Option<PromptId> {
        self.text("prompt").map(PromptId::new)
    }

    fn number(&self, field: &str) -> Option<u64> {
        self.0[field].as_u64()
    }

    fn time(&self, field: &str) -> Option<Duration> {
        self.number(field).map(Duration::from_millis)
    }

    fn rung(&self) -> Option<(Condition, usize)> {
        Some((Condition::parse(self.text("condition")?)?, self.number("index")? as usize))
    }
}

/// What `kind` and its detail say; `target`: to whom the caller was being handed.
fn what(kind: &str, detail: &Detail<'_>, target: Option<&Target>) -> Option<What> {
    Some(match kind {
        "started" => What::Started {
            dialect: DialectName::parse(detail.text("dialect")?)?,
            caller: None,
            called: None,
            resume: detail.text("resume").map(Resume::parse),
        },
        "past" => What::Past(Past {
            last: detail.time("ago_ms").map(|ago| Before { ago, dropped: detail.0["dropped"] == true }),
            barred: detail.0["barred"] == true,
        }),
        "step" => What::Step { name: detail.text("name")?.into() },
        "split" => What::Split { step: detail.text("step")?.into(), name: detail.text("name")?.into() },
        "prompt_said" => What::PromptSaid { prompt: detail.prompt()? },
        "prompt_finished" => What::PromptFinished { prompt: detail.prompt()? },
        "prompt_interrupted" => What::PromptInterrupted {
            prompt: detail.prompt()?,
            by: [Interruption::Key, Interruption::Speech, Interruption::End]
                .into_iter()
                .find(|by| detail.text("by") == Some(interruption(*by)))?,
            heard: detail.time("heard_ms")?,
        },
        "key" => What::Key { digit: detail.text("digit").and_then(|key| Digit::parse(key.chars().next()?)) },
        "speech" => What::Speech {
            from: Moment::from_millis(detail.number("from_ms")?),
            to: Moment::from_millis(detail.number("to_ms")?),
        },
        "judged" => What::Judged(serde_json::from_value(detail.0.clone()).ok()?),
        "rung" => detail.rung().map(|(condition, index)| What::Rung { condition, index })?,
        "recovered" => detail.rung().map(|(condition, index)| What::Recovered { condition, index })?,
        "waiting" => What::Waiting { planned: detail.time("planned_ms")? },
        "waited" => What::Waited {
            planned: detail.time("planned_ms")?,
            late: detail.0["late_ms"].as_f64().map(|ms| Duration::from_secs_f64(ms.max(0.0) / 1000.0)),
        },
        "one_way" => What::OneWay { words: detail.number("words")? as u32 },
        "louder" => What::Louder,
        "unread" => What::Unread { part: detail.text("part")?.into() },
        "handover" => match Decision::parse(detail.text("target")?)? {
            Decision::To(target) => What::Handover { target },
            Decision::End => return None,
        },
        "handover_failed" => What::HandoverFailed,
        "message_taken" => What::MessageTaken {
            length: detail.time("length_ms")?,
            spoken: detail.time("spoken_ms")?,
            by: MessageEnd::ALL.into_iter().find(|by| detail.text("by") == Some(by.as_str()))?,
            kept: detail.0["kept"].as_bool()?,
        },
        "asked" => What::Asked {
            took: detail.time("took_ms")?,
            failed: match detail.text("failed") {
                Some(word) => Some(NoAnswer::parse(word, detail.number("status").unwrap_or(0) as u16)?),
                None => None,
            },
        },
        "barred" => What::Barred,
        "store_failed" => What::StoreFailed,
        "mark_overdue" => What::MarkOverdue,
        "gateway_notice" => What::GatewayNotice { text: detail.text("text")?.into() },
        "ended" => What::Ended {
            disposition: disposition(detail.text("disposition")?, target)?,
            by: [EndedBy::Caller, EndedBy::Hotline, EndedBy::Network, EndedBy::Us]
                .into_iter()
                .find(|by| detail.text("by") == Some(by.as_str()))?,
            step: detail.text("step")?.into(),
        },
        _ => return None,
    })
}

/// The disposition of a word; a noise-only line comes back as the noisy one whose word it shares.
fn disposition(word: &str, target: Option<&Target>) -> Option<Disposition> {
    use Disposition::{
        Abandoned, Agent, Callback, Completed, Failed, Interrupted, Line, Lost, Message, OneWay, Refused,
    };
    let plain = [OneWay, Callback, Message, Completed, Abandoned, Refused, Lost, Interrupted, Failed];
    let lines = [Condition::Noisy, Condition::Tone].into_iter().chain(Condition::ALL).map(Line);
    let agent = target.cloned().map(Agent);
    plain.into_iter().chain(lines).chain(agent).find(|disposition| disposition.as_str() == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::{Judgement, Rule};

    fn kept(what: What) -> Event {
        let (kind, detail) = (kind(&what).to_owned(), detail(&what));
        Event { at_ms: 70_000, leg: 2, leg_ms: 5_020, kind, detail }
    }

    #[test]
    fn what_is_kept_comes_back() {
        let target = Target::Queue("complaint".into());
        let second = Duration::from_secs(1);
        let prompt = || PromptId::new("menu_main");
        let all = [
            What::Started { dialect: DialectName::Asterisk, caller: None, called: None, resume: Some(Resume::Busy) },
            What::Past(Past { last: Some(Before { ago: second, dropped: true }), barred: false }),
            What::Step { name: "welcome".into() },
            What::Split { step: "try".into(), name: "warm".into() },
            What::PromptSaid { prompt: prompt() },
            What::PromptFinished { prompt: prompt() },
            What::PromptInterrupted { prompt: prompt(), by: Interruption::Speech, heard: second },
            What::Key { digit: Digit::parse('*') },
            What::Key { digit: None },
            What::Speech { from: Moment::from_millis(3), to: Moment::from_millis(9) },
            What::Judged(Judgement::told(Condition::Faint, Rule::LevelBelowLimit)),
            What::Rung { condition: Condition::Noisy, index: 1 },
            What::Recovered { condition: Condition::Silent, index: 0 },
            What::Waiting { planned: second },
            What::Waited { planned: second, late: Some(Duration::from_micros(1_500)) },
            What::OneWay { words: 3 },
            What::Louder,
            What::Unread { part: "$amount:due".into() },
            What::Handover { target: target.clone() },
            What::HandoverFailed,
            What::MessageTaken { length: second * 9, spoken: second, by: MessageEnd::HangUp, kept: true },
            What::Asked { took: second, failed: None },
            What::Asked { took: second, failed: Some(NoAnswer::Status(503)) },
            What::Barred,
            What::StoreFailed,
            What::MarkOverdue,
            What::GatewayNotice { text: "CONGESTION".into() },
            What::Ended { disposition: Disposition::Agent(target), by: EndedBy::Hotline, step: "agent".into() },
        ];
        let back = journal(&all.clone().map(kept), 2);
        assert_eq!(back.iter().map(|entry| entry.what.clone()).collect::<Vec<_>>(), all);
        assert!(back.iter().all(|entry| entry.at == Moment::from_millis(5_020)));
    }

    #[test]
    fn other_legs_and_unknown_kinds_are_left_out() {
        let unknown = Event { kind: "sung".into(), ..kept(What::Louder) };
        let first = Event { leg: 1, ..kept(What::Louder) };
        assert_eq!(journal(&[unknown, first], 2), []);
    }

    #[test]
    fn every_word_of_an_ending_comes_back() {
        let words = [
            "silent",
            "faint",
            "noisy",
            "choppy",
            "one_way",
            "not_a_caller",
            "callback",
            "message",
            "completed",
            "lost",
        ];
        for word in words {
            assert_eq!(disposition(word, None).map(|disposition| disposition.as_str()), Some(word));
        }
    }
}
