//! Scenario files, the operators' golden tests: what a caller does, what must be heard and when, and how it ends.
//!
//! Operators write them in `prompts/tests/` and run them all by `qingjiang simulate`; ours of the listener are in
//! `tests/scenarios/`. A short one:
//!
//! ```toml
//! name   = "客户一直不说话：问一次，请他换电话，等五秒才挂机"
//! expect = ["welcome_*", "menu_main", "wait 5s", "silent_reprompt", "wait 5s", "silent_change_phone", "wait 5s"]
//! end    = "silent"
//!
//! [caller]
//! say = ["hiss:60s"]
//! ```

mod accept;
mod align;
mod compare;
mod expect;
mod fault;
mod locate;
mod outside;
mod timeline;

pub use accept::accept;
pub use compare::{Comparison, Difference, Row};
pub use expect::At;
pub use fault::Fault;
pub use locate::locate;

use super::{
    outside::Answering,
    peer::{Facts, PeerKind},
    run::{self, Outcome, World},
    segment::{self, BadSegment, Segment},
    talk::Marks,
    telephone::Echo,
    told::{self, Act, Told},
    voice::Voice,
};
use crate::{
    audio::Bank,
    gateway::Resume,
    line::Condition,
    phone::PhoneNumber,
    script::{self, Problem, Script, SourceFile},
    session,
};
use expect::{End, Expected};
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

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
    expect: Vec<Expected>,
    #[serde(default)]
    never: Vec<String>,
    #[serde(default)]
    end: End,
    /// What differs from hotline.toml for this scenario, laid over it.
    #[serde(default)]
    with: toml::Table,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Caller {
    /// Sounds and keys, heard through a gateway by the real listener.
    #[serde(default)]
    say: Vec<String>,
    /// What happens on the line, told to the call: no sound, and a hundred times quicker.
    #[serde(default)]
    events: Vec<String>,
    /// Under `events`: what the line is like while nobody speaks (`silent`, `noise`, `tone`).
    background: Option<String>,
    /// `twilio`, `asterisk`, `asterisk-json`.
    dialect: Option<String>,
    /// The caller's number; empty: withheld.
    number: Option<String>,
    /// `GAIN_DB:DELAY_MS`.
    echo: Option<String>,
    /// Why the call comes back.
    resume: Option<String>,
    /// What the gateway tells besides, as call variables.
    #[serde(default)]
    parameters: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Surroundings {
    /// Local date and time of the call, `2026-11-22T09:30`, in quotation marks or without.
    at: Option<toml::Value>,
    /// Whether the store keeps promises (true).
    store: Option<bool>,
    /// What the gateway's API answers to a transfer: `accepted`, `refused`; absent: no API.
    transfer: Option<String>,
    /// Under `events`: what becomes of our marks: `true`, `never`, `twice`, `early`, `some`.
    marks: Option<String>,
    /// Services outside; the first whose beginning of an address fits answers.
    #[serde(default)]
    http: Vec<outside::Service>,
    /// What the records know of the caller's number.
    #[serde(default)]
    past: outside::Before,
    /// When to give up (10 minutes).
    limit: Option<String>,
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
    /// What `[with]` makes of the script is none.
    #[error("`with`: the script would be refused: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    With(Vec<Problem>),
}

/// What scenarios are played on.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The script's files, for those that change something in it.
    pub files: Vec<Arc<SourceFile>>,
    /// The script.
    pub script: Arc<Script>,
    /// Its recordings.
    pub bank: Arc<Bank>,
}

/// An evening in an ordinary week.
const USUAL: jiff::civil::DateTime = jiff::civil::date(2026, 11, 18).at(20, 0, 0, 0);
/// When a scenario that does not end is given up.
const LIMIT: Duration = Duration::from_secs(600);
/// The id of every simulated call: splits are drawn by it.
const CALL_ID: &str = "scenario";
/// Who calls, where the file does not say.
const CALLER: &str = "13800138000";

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// [`BadScenario::Toml`].
    pub fn parse(text: &str) -> Result<Self, BadScenario> {
        Ok(toml::from_str(text)?)
    }

    /// Plays it to its end. `load` reads a recording as 8 kHz audio.
    ///
    /// # Errors
    /// [`BadScenario`] where a value in the file does not fit.
    pub fn play(
        &self,
        stage: &Stage,
        load: impl FnMut(&Path) -> Result<Arc<[i16]>, String>,
    ) -> Result<Outcome, BadScenario> {
        let script = self.script(stage)?;
        self.check_names(&script, &stage.bank)?;
        match (self.caller.say.is_empty(), self.caller.events.is_empty()) {
            (_, true) => Ok(run::run(self.world(&script, &stage.bank, load)?)),
            (true, false) => Ok(told::run(self.told(&script, &stage.bank)?)),
            (false, false) => Err(value("caller", "say and events", "one of the two: sounds, or what happens")),
        }
    }

    /// The script, with what is laid over it.
    fn script(&self, stage: &Stage) -> Result<Arc<Script>, BadScenario> {
        if self.with.is_empty() {
            return Ok(stage.script.clone());
        }
        let changed = |file: &Arc<SourceFile>| -> Result<Arc<SourceFile>, BadScenario> {
            if file.name() != "hotline.toml" {
                return Ok(file.clone());
            }
            let mut table: toml::Table = toml::from_str(&file.text)?;
            lay_over(&mut table, &self.with);
            Ok(SourceFile::new(file.path.as_str(), table.to_string()))
        };
        let files: Vec<_> = stage.files.iter().map(changed).collect::<Result<_, _>>()?;
        script::read(&files).map(Arc::new).map_err(BadScenario::With)
    }

    /// A name that no recording has could be expected, or forbidden, for ever.
    fn check_names(&self, script: &Script, bank: &Bank) -> Result<(), BadScenario> {
        let expected = self.expect.iter().filter_map(Expected::prompt);
        let mut names = expected.chain(self.never.iter().map(String::as_str));
        let unknown = names.find(|name| !name.contains('*') && bank.clip(&script.locale, name).is_none());
        match unknown {
            Some(name) => Err(value("expect", name, "a prompt that has a recording, `wait 5s`, or `…`")),
            None => Ok(()),
        }
    }

    /// The world it plays in, where it is played with sound. `load` reads a recording as 8 kHz audio.
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
        if let Some(background) = &caller.background {
            return Err(value("caller.background", background, "nothing: `say` has sounds of its own"));
        }
        let segments: Vec<Segment> = caller.say.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
        let resume = caller.resume.iter().map(|resume| ("resume".to_owned(), resume.clone()));
        Ok(World {
            kind: self.kind()?,
            facts: Facts {
                call_id: CALL_ID.into(),
                caller: self.number().into(),
                called: "10000".into(),
                parameters: resume.chain(caller.parameters.clone()).collect(),
            },
            voice: Voice::new(&segments, |path| load(path).map_err(BadScenario::Recording))?,
            echo: caller.echo.as_deref().map(echo).transpose()?,
            script: script.clone(),
            bank: bank.clone(),
            wall: self.wall(script)?,
            limit: self.limit()?,
            http: self.http()?,
            past: self.world.past.past()?,
            store_works: self.world.store.unwrap_or(true),
            transfer: self.transfer()?,
        })
    }

    fn told(&self, script: &Arc<Script>, bank: &Arc<Bank>) -> Result<Told, BadScenario> {
        let caller = &self.caller;
        for (key, given) in [("caller.dialect", &caller.dialect), ("caller.echo", &caller.echo)] {
            if let Some(given) = given {
                return Err(value(key, given, "nothing: under `events` there is no gateway and no sound"));
            }
        }
        let acts: Vec<Act> = caller.events.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
        Ok(Told {
            acts,
            background: background(caller.background.as_deref())?,
            marks: marks(self.world.marks.as_deref())?,
            caller: PhoneNumber::parse(self.number()),
            resume: caller.resume.as_deref().map(Resume::parse),
            parameters: caller.parameters.clone(),
            lot: session::lot(CALL_ID),
            script: script.clone(),
            bank: bank.clone(),
            wall: self.wall(script)?,
            limit: self.limit()?,
            http: self.http()?,
            past: self.world.past.past()?,
            store_works: self.world.store.unwrap_or(true),
            transfer: self.transfer()?,
        })
    }

    fn number(&self) -> &str {
        self.caller.number.as_deref().unwrap_or(CALLER)
    }

    fn wall(&self, script: &Script) -> Result<jiff::Zoned, BadScenario> {
        let at = match &self.world.at {
            None => Ok(USUAL),
            Some(toml::Value::String(text)) => text.parse(),
            Some(other) => other.to_string().parse(),
        };
        let zoned = at.and_then(|at: jiff::civil::DateTime| at.to_zoned(script.timezone.clone()));
        let written = || self.world.at.as_ref().map(ToString::to_string).unwrap_or_default();
        zoned.map_err(|_| value("world.at", &written(), "a date and time that exists, like 2026-11-22T09:30"))
    }

    fn limit(&self) -> Result<Duration, BadScenario> {
        Ok(time("world.limit", self.world.limit.as_deref())?.unwrap_or(LIMIT))
    }

    fn transfer(&self) -> Result<Option<bool>, BadScenario> {
        match self.world.transfer.as_deref() {
            None => Ok(None),
            Some("accepted") => Ok(Some(true)),
            Some("refused") => Ok(Some(false)),
            Some(other) => Err(value("world.transfer", other, "`accepted` or `refused`")),
        }
    }

    fn http(&self) -> Result<Vec<(String, Answering)>, BadScenario> {
        self.world.http.iter().map(outside::Service::answering).collect()
    }

    fn kind(&self) -> Result<PeerKind, BadScenario> {
        if let Some(marks) = &self.world.marks {
            return Err(value("world.marks", marks, "nothing: with `say` the gateway reports its marks"));
        }
        let Some(name) = self.caller.dialect.as_deref() else { return Ok(PeerKind::Twilio) };
        PeerKind::parse(name).ok_or_else(|| value("caller.dialect", name, "`twilio`, `asterisk` or `asterisk-json`"))
    }
}

/// Tables are laid over tables, everything else takes the place of what was there.
fn lay_over(below: &mut toml::Table, above: &toml::Table) {
    for (key, value) in above {
        match (below.get_mut(key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => lay_over(below, above),
            _ => drop(below.insert(key.clone(), value.clone())),
        }
    }
}

fn background(word: Option<&str>) -> Result<Condition, BadScenario> {
    let Some(word) = word else { return Ok(Condition::Silent) };
    let condition = Condition::parse(word).filter(|condition| !condition.has_caller());
    condition.ok_or_else(|| value("caller.background", word, "`silent`, `noise` or `tone`"))
}

fn marks(word: Option<&str>) -> Result<Marks, BadScenario> {
    match word {
        None | Some("true") => Ok(Marks::True),
        Some("never") => Ok(Marks::Never),
        Some("twice") => Ok(Marks::Twice),
        Some("early") => Ok(Marks::Early),
        Some("some") => Ok(Marks::Some),
        Some(other) => Err(value("world.marks", other, "`true`, `never`, `twice`, `early` or `some`")),
    }
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
