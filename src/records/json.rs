//! Records as JSON, for `records --json` and the HTTP API alike. Times are RFC 3339 in UTC, durations milliseconds.

use super::{Callback, Event, History, Message, Summary};
use crate::phone::PhoneNumber;
use jiff::Timestamp;
use serde_json::{Value, json};

/// How numbers are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// `138****5678`.
    Masked,
    /// Whole, for those whose role allows it.
    Whole,
}

impl Numbers {
    /// A number as it may be shown.
    pub fn show(self, number: &PhoneNumber) -> String {
        match self {
            Self::Masked => number.to_string(),
            Self::Whole => number.reveal().to_owned(),
        }
    }
}

impl Summary {
    /// From the start of the first leg to the end of the last, milliseconds; `None` while it runs.
    pub fn duration_ms(&self) -> Option<i64> {
        Some(self.ended?.as_millisecond() - self.started.as_millisecond())
    }

    /// One call of a list.
    pub fn json(&self, numbers: Numbers) -> Value {
        json!({
            "id": self.id.0,
            "call_id": self.call_id,
            "dialect": self.dialect,
            "caller": self.caller.as_ref().map(|number| numbers.show(number)),
            "called": self.called.as_ref().map(|number| numbers.show(number)),
            "script": self.script,
            "started": time(self.started),
            "ended": self.ended.map(time),
            "duration_ms": self.duration_ms(),
            "disposition": self.disposition,
            "target": self.target,
            "by": self.by,
            "step": self.step,
            "condition": self.condition,
            "legs": self.legs,
            "callbacks": self.callbacks,
            "messages": self.messages,
        })
    }
}

impl History {
    /// The call as in a list, with its `events`, and its `callbacks` and `messages` in place of their counts.
    pub fn json(&self, numbers: Numbers) -> Value {
        let mut call = self.summary.json(numbers);
        call["events"] = self.events.iter().map(Event::json).collect();
        call["callbacks"] = self.callbacks.iter().map(|callback| callback.json(numbers)).collect();
        call["messages"] = self.messages.iter().map(|message| message.json(numbers)).collect();
        call
    }
}

impl Event {
    /// `at_ms`, `leg`, `event` (its kind: a judgement has a `kind` of its own), and what belongs to it beside them.
    pub fn json(&self) -> Value {
        let mut event = json!({ "at_ms": self.at_ms, "leg": self.leg, "event": self.kind });
        for (name, value) in self.detail.as_object().into_iter().flatten() {
            event[name] = value.clone();
        }
        event
    }
}

impl Callback {
    /// One callback of a list.
    pub fn json(&self, numbers: Numbers) -> Value {
        json!({
            "id": self.id,
            "call": self.call.0,
            "number": numbers.show(&self.number),
            "created": time(self.created),
            "due": time(self.due),
            "attempts": self.attempts,
            "owner": self.owner,
            "outcome": self.outcome,
        })
    }
}

impl Message {
    /// One message of a list.
    pub fn json(&self, numbers: Numbers) -> Value {
        json!({
            "id": self.id.0,
            "call": self.call.0,
            "number": self.number.as_ref().map(|number| numbers.show(number)),
            "length_ms": self.length.as_millis() as u64,
            "created": time(self.created),
            "due": time(self.due),
            "attempts": self.attempts,
            "owner": self.owner,
            "outcome": self.outcome,
        })
    }
}

fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}
