//! Scenario files: what a caller does, what must be heard, and how it ends.
//!
//! Operators write them (`qingjiang simulate FILE…`); ours are in `tests/scenarios/`.

use super::{
    outside::Answering,
    peer::{Facts, PeerKind},
    run::{Outcome, World},
    segment::{self, BadSegment, Segment},
    telephone::Echo,
    voice::Voice,
};
use crate::{
    audio::Bank,
    call::{self, Past, What},
    script::Script,
};
use serde::Deserialize;
use std::{fmt::Write, path::Path, sync::Arc, time::Duration};

/// A scenario as it stands in its file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows, for the report.
    #[serde(default)]
    pub name: String,
    caller: Caller,
    #[serde(default)]
    world: Surroundings,
    #[serde(default)]
    expect: Vec<Expectation>,
    #[serde(default)]
    never: Vec<String>,
    end: Option<End>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Caller {
    /// Segments.
    say: Vec<String>,
    /// `twilio`, `asterisk`, `asterisk-json`.
    #[serde(default)]
    dialect: Option<String>,
    /// The caller's number; empty: withheld.
    #[serde(default)]
    number: Option<String>,
    /// `GAIN_DB:DELAY_MS`.
    #[serde(default)]
    echo: Option<String>,
    /// Why the call comes back.
    #[serde(default)]
    resume: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Surroundings {
    /// Local date and time of the call, `2026-11-22T09:30`.
    at: Option<jiff::civil::DateTime>,
    /// Whether the store keeps promises (true).
    store: Option<bool>,
    /// What the gateway's API answers to a transfer: `accepted`, `refused`; absent: no API.
    transfer: Option<String>,
    /// Services outside.
    #[serde(default)]
    http: Vec<Service>,
    /// What the records know of the caller's number.
    #[serde(default)]
    past: Before,
    /// When to give up (10 minutes).
    limit: Option<String>,
}

/// A service outside: which addresses it answers, and how.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
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
struct Before {
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
    fn answering(&self) -> Result<(String, Answering), BadScenario> {
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
    fn past(&self) -> Result<Past, BadScenario> {
        let ago = time("world.past.called", self.called.as_deref())?;
        Ok(Past { last: ago.map(|ago| call::Before { ago, dropped: self.dropped }), barred: self.barred })
    }
}

/// One thing that must be heard, after the one before it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    heard: String,
    /// The prompt it must follow directly.
    after: Option<String>,
    /// The silence between the two.
    wait: Option<String>,
    /// How much longer that silence may be (100 ms).
    within: Option<String>,
    /// Whether it is heard to its end (true).
    complete: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    disposition: Option<String>,
    by: Option<String>,
    /// `agent:1001`, `queue:complaint`, `end`.
    route: Option<String>,
    /// The silence between the last prompt's end and the hang-up.
    wait: Option<String>,
    within: Option<String>,
}

/// Why a scenario can't be run. Who can fix it: whoever wrote the file.
#[derive(Debug, thiserror::Error)]
pub enum BadScenario {
    /// Not TOML, or not of a scenario's shape.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    /// A segment that is none.
    #[error(transparent)]
    Segment(#[from] BadSegment),
    /// A value that does not fit.
    #[error("`{key}`: `{value}` does not fit here: {wanted}")]
    Value {
        /// Where.
        key: &'static str,
        /// What stands there.
        value: String,
        /// What may stand there.
        wanted: &'static str,
    },
    /// A recording that can't be read.
    #[error("{0}")]
    Recording(String),
}

/// By how much a wait may be longer than written (contract.md, Time).
const LATE: Duration = Duration::from_millis(100);

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// [`BadScenario::Toml`].
    pub fn parse(text: &str) -> Result<Self, BadScenario> {
        Ok(toml::from_str(text)?)
    }

    /// The world it plays in. `load` reads a recording as 8 kHz audio.
    ///
    /// # Errors
    /// [`BadScenario`] where a value in the file does not fit.
    pub fn world(
        &self,
        script: &Arc<Script>,
        bank: &Arc<Bank>,
        mut load: impl FnMut(&Path) -> Result<Arc<[i16]>, String>,
    ) -> Result<World, BadScenario> {
        let caller = &self.caller;
        let segments: Vec<Segment> = caller.say.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
        let resume = caller.resume.iter().map(|resume| ("resume".to_owned(), resume.clone()));
        let at = self.world.at.unwrap_or(jiff::civil::date(2026, 11, 18).at(20, 0, 0, 0));
        let zone = script.timezone.clone();
        Ok(World {
            kind: self.kind()?,
            facts: Facts {
                call_id: "scenario".into(),
                caller: caller.number.clone().unwrap_or_else(|| "13800138000".into()),
                called: "10000".into(),
                parameters: resume.collect(),
            },
            voice: Voice::new(&segments, |path| load(path).map_err(BadScenario::Recording))?,
            echo: caller.echo.as_deref().map(echo).transpose()?,
            script: script.clone(),
            bank: bank.clone(),
            wall: at.to_zoned(zone).map_err(|_| value("world.at", &at.to_string(), "a date and time that exists"))?,
            limit: time("world.limit", self.world.limit.as_deref())?.unwrap_or(Duration::from_secs(600)),
            http: self.world.http.iter().map(Service::answering).collect::<Result<_, _>>()?,
            past: self.world.past.past()?,
            store_works: self.world.store.unwrap_or(true),
            transfer: match self.world.transfer.as_deref() {
                None => None,
                Some("accepted") => Some(true),
                Some("refused") => Some(false),
                Some(other) => return Err(value("world.transfer", other, "`accepted` or `refused`")),
            },
        })
    }

    fn kind(&self) -> Result<PeerKind, BadScenario> {
        let Some(name) = self.caller.dialect.as_deref() else { return Ok(PeerKind::Twilio) };
        PeerKind::parse(name).ok_or_else(|| value("caller.dialect", name, "`twilio`, `asterisk` or `asterisk-json`"))
    }

    /// What differs from what the file expects; empty: nothing.
    ///
    /// # Errors
    /// [`BadScenario`] where a value in the file does not fit.
    pub fn differences(&self, outcome: &Outcome) -> Result<Vec<String>, BadScenario> {
        let mut wrong = Vec::new();
        let heard = &outcome.report.heard;
        let mut from = 0;
        for expected in &self.expect {
            let Some(place) = (from..heard.len()).find(|place| heard[*place].id == expected.heard) else {
                wrong.push(format!("never heard: {}", expected.heard));
                continue;
            };
            from = place + 1;
            self.compare(expected, outcome, place, &mut wrong)?;
        }
        wrong.extend(
            heard
                .iter()
                .filter(|stretch| self.never.contains(&stretch.id))
                .map(|stretch| format!("must never be heard: {} at {}", stretch.id, seconds(stretch.from_ms))),
        );
        if let Some(end) = &self.end {
            self.compare_end(end, outcome, &mut wrong)?;
        }
        Ok(wrong)
    }

    fn compare(
        &self,
        expected: &Expectation,
        outcome: &Outcome,
        place: usize,
        wrong: &mut Vec<String>,
    ) -> Result<(), BadScenario> {
        let heard = &outcome.report.heard;
        let stretch = &heard[place];
        if stretch.complete != expected.complete.unwrap_or(true) {
            let how = if stretch.complete { "was heard to its end" } else { "was cut short" };
            wrong.push(format!("{} {how} at {}", stretch.id, seconds(stretch.to_ms)));
        }
        let before = place.checked_sub(1).map(|place| &heard[place]);
        if let Some(after) = &expected.after
            && before.is_none_or(|before| before.id != *after)
        {
            let got = before.map_or("nothing", |before| &before.id);
            wrong.push(format!("{} came after {got}, not after {after}", stretch.id));
        }
        if let Some(wait) = time("expect.wait", expected.wait.as_deref())? {
            let within = time("expect.within", expected.within.as_deref())?.unwrap_or(LATE);
            let gap = stretch.from_ms.saturating_sub(before.map_or(0, |before| before.to_ms));
            wrong.extend(off(&format!("wait before {}", stretch.id), wait, within, gap));
        }
        Ok(())
    }

    fn compare_end(&self, end: &End, outcome: &Outcome, wrong: &mut Vec<String>) -> Result<(), BadScenario> {
        let (disposition, by) = match &outcome.end {
            Some((disposition, by)) => (disposition.as_str(), by.as_str()),
            None => ("no end", "nobody"),
        };
        let mut same = |what: &str, wanted: &Option<String>, got: &str| {
            if wanted.as_deref().is_some_and(|wanted| wanted != got) {
                wrong.push(format!("{what} is {got}, not {}", wanted.as_deref().unwrap_or_default()));
            }
        };
        same("disposition", &end.disposition, disposition);
        same("ended by", &end.by, by);
        let route = outcome.route();
        same("route", &end.route, route.as_deref().unwrap_or("undecided"));
        if let Some(wait) = time("end.wait", end.wait.as_deref())? {
            let within = time("end.within", end.within.as_deref())?.unwrap_or(LATE);
            let last = outcome.report.heard.last().map_or(0, |stretch| stretch.to_ms);
            wrong.extend(off("wait before the end", wait, within, outcome.report.ended_ms.saturating_sub(last)));
        }
        Ok(())
    }
}

impl Outcome {
    /// The route decided last.
    pub fn route(&self) -> Option<String> {
        self.promises.iter().rev().find_map(|promise| match promise {
            crate::call::Promise::Route { decision, .. } => Some(decision.to_string()),
            _ => None,
        })
    }

    /// What was heard and done, a line each.
    pub fn timeline(&self) -> String {
        let mut lines: Vec<(u64, String)> = Vec::new();
        for stretch in &self.report.heard {
            let cut = if stretch.complete { "" } else { "  (cut short)" };
            let line = format!("{} – {}  {}{cut}", seconds(stretch.from_ms), seconds(stretch.to_ms), stretch.id);
            lines.push((stretch.from_ms, line));
        }
        for (at, what, key) in &self.report.events {
            let key = key.map_or(String::new(), |key| format!(" {key}"));
            lines.push((*at, format!("{}            · {what}{key}", seconds(*at))));
        }
        for entry in &self.journal {
            let at = entry.at.as_millis();
            match &entry.what {
                What::Speech { from, to } => {
                    let (from, to) = (seconds(from.as_millis()), seconds(to.as_millis()));
                    lines.push((at, format!("{}            · speech {from} – {to}", seconds(at))));
                }
                What::Judged(judgement) => {
                    let (condition, rule) = (judgement.condition.as_str(), judgement.evidence.rule.as_str());
                    let kind = judgement.kind.map_or("", |kind| kind.as_str());
                    let evidence = &judgement.evidence;
                    let figure = |name: &str, value: Option<f32>| value.map(|value| format!(", {name} {value:.0}"));
                    let figures = [
                        figure("level", evidence.level_dbov),
                        figure("noise", evidence.noise_dbov),
                        figure("SNR", evidence.snr_db),
                    ];
                    let figures: String = figures.into_iter().flatten().collect();
                    let spoken = evidence.speech_ms;
                    let line = format!("· judged {condition} {kind}({rule}), {spoken} ms of speech{figures}");
                    lines.push((at, format!("{}            {line}", seconds(at))));
                }
                _ => {}
            }
        }
        lines.sort_by_key(|(at, _)| *at);
        let mut text = String::new();
        for (_, line) in lines {
            let _ = writeln!(text, "    {line}");
        }
        let (disposition, by) = match &self.end {
            Some((disposition, by)) => (disposition.as_str(), by.as_str()),
            None => ("no end", "nobody"),
        };
        let _ = writeln!(text, "    {}            end: {disposition}, by {by}", seconds(self.report.ended_ms));
        text
    }
}

/// A wait is never shorter than written, to the millisecond, and longer by the tolerance at most.
fn off(what: &str, wanted: Duration, within: Duration, got_ms: u64) -> Option<String> {
    let wanted_ms = wanted.as_millis() as u64;
    let fits = (wanted_ms..=wanted_ms + within.as_millis() as u64).contains(&got_ms);
    (!fits).then(|| format!("{what} is {}, not {}", seconds(got_ms), seconds(wanted_ms)))
}

fn seconds(ms: u64) -> String {
    format!("{:>3}.{:03}", ms / 1000, ms % 1000)
}

fn time(key: &'static str, text: Option<&str>) -> Result<Option<Duration>, BadScenario> {
    text.map(|text| segment::duration(text).ok_or_else(|| value(key, text, "a time like `5s` or `800ms`"))).transpose()
}

fn echo(text: &str) -> Result<Echo, BadScenario> {
    let read = || {
        let (gain, delay) = text.split_once(':')?;
        Some(Echo { gain_db: gain.parse().ok()?, delay: segment::duration(delay)? })
    };
    read().ok_or_else(|| value("caller.echo", text, "`GAIN_DB:DELAY_MS`, as in `-12:60`"))
}

fn value(key: &'static str, value: &str, wanted: &'static str) -> BadScenario {
    BadScenario::Value { key, value: value.to_owned(), wanted }
}
