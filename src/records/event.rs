//! Journal entries as they are kept: a kind, and a JSON object of what belongs to it. Numbers are masked in it; the
//! whole ones stand in the tables made for them.

use crate::call::What;
use serde_json::{Value, json};

/// The word for what happened, as the contract's JSON and the console show it.
pub const fn kind(what: &What) -> &'static str {
    match what {
        What::Started { .. } => "started",
        What::Step { .. } => "step",
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
        What::Handover { .. } => "handover",
        What::HandoverFailed => "handover_failed",
        What::CallbackStored { .. } => "callback_stored",
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
        What::Step { name } => json!({ "name": name }),
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
        What::HandoverFailed | What::StoreFailed | What::MarkOverdue | What::Louder => json!({}),
        What::Ended { disposition, by, step } => {
            json!({ "disposition": disposition.as_str(), "by": by.as_str(), "step": step })
        }
    }
}

const fn interruption(by: crate::call::Interruption) -> &'static str {
    use crate::call::Interruption;
    match by {
        Interruption::Key => "key",
        Interruption::Speech => "speech",
        Interruption::End => "end",
    }
}
