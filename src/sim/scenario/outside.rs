//! What a scenario has beyond the line: services that are asked, and what the records know of the number.

use super::{BadScenario, time};
use crate::{
    call::{self, Past},
    sim::outside::Answering,
};
use serde::Deserialize;
use std::time::Duration;

/// A service outside: which addresses it answers, and how.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Service {
    /// What the address begins with.
    url: String,
    /// The JSON it answers with (none), or a text that is none.
    #[serde(default)]
    answer: Option<toml::Value>,
    /// The HTTP status (200).
    #[serde(default)]
    status: Option<u16>,
    /// How long it takes (100 ms).
    #[serde(default)]
    delay: Option<String>,
}

/// Earlier calls of the number.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Before {
    /// How long ago the last one ended; absent: there was none.
    called: Option<String>,
    /// Whether it was dropped (false).
    #[serde(default)]
    dropped: bool,
    /// Whether the number is barred (false).
    #[serde(default)]
    barred: bool,
}

/// How long a service takes where nothing is written: chosen, the next room.
const NEXT_ROOM: Duration = Duration::from_millis(100);

impl Service {
    pub(super) fn answering(&self) -> Result<(String, Answering), BadScenario> {
        let delay = time("world.http.delay", self.delay.as_deref())?.unwrap_or(NEXT_ROOM);
        let body = match &self.answer {
            Some(toml::Value::String(text)) => text.clone(),
            Some(answer) => serde_json::to_string(answer).unwrap_or_default(),
            None => String::new(),
        };
        Ok((self.url.clone(), Answering::After(delay, self.status.unwrap_or(200), body)))
    }
}

impl Before {
    pub(super) fn past(&self) -> Result<Past, BadScenario> {
        let ago = time("world.past.called", self.called.as_deref())?;
        Ok(Past { last: ago.map(|ago| call::Before { ago, dropped: self.dropped }), barred: self.barred })
    }
}
