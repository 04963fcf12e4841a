//! What a scenario expects, in the long form (`[[expect]]`) and in the short one (`expect = ["menu_main", "wait 5s"]`).

use super::{BadScenario, time, value};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::{fmt, marker::PhantomData, time::Duration};

/// By how much a wait may be longer than written (contract.md, Time).
pub(super) const LATE: Duration = Duration::from_millis(100);
/// Stands for any prompts, or none.
const ANYTHING: [&str; 2] = ["…", "..."];
/// After a prompt's name: it is cut short.
pub(super) const CUT: &str = " cut";

/// An item of `expect`.
#[derive(Clone, Debug)]
pub(super) enum Expected {
    /// `"menu_main"`, `"menu_main cut"`, `"wait 5s"`, `"…"`.
    Short(String),
    /// A table: others may stand before it.
    Long(Expectation),
}

/// One thing that must be heard, after the one before it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expectation {
    pub(super) heard: String,
    /// The prompt it must follow directly.
    pub(super) after: Option<String>,
    /// The silence between the two.
    pub(super) wait: Option<String>,
    /// How much longer that silence may be (100 ms).
    pub(super) within: Option<String>,
    /// Whether it is heard to its end (true).
    pub(super) complete: Option<bool>,
}

/// How it must end: a table, or one word: a disposition, or a route (`queue:complaint`).
#[derive(Clone, Debug, Default)]
pub(super) struct End {
    pub(super) disposition: Option<String>,
    pub(super) by: Option<String>,
    /// `agent:1001`, `queue:complaint`, `end`.
    pub(super) route: Option<String>,
    /// The silence between the last prompt's end and the hang-up.
    pub(super) wait: Option<String>,
    pub(super) within: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndTable {
    disposition: Option<String>,
    by: Option<String>,
    route: Option<String>,
    wait: Option<String>,
    within: Option<String>,
}

impl<'de> Deserialize<'de> for Expected {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(WordOrTable { word: Self::Short, table: Self::Long, is: PhantomData })
    }
}

impl<'de> Deserialize<'de> for End {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let word = |word: String| match word.contains(':') {
            true => Self { route: Some(word), ..Self::default() },
            false => Self { disposition: Some(word), ..Self::default() },
        };
        let table = |EndTable { disposition, by, route, wait, within }| Self { disposition, by, route, wait, within };
        from.deserialize_any(WordOrTable { word, table, is: PhantomData })
    }
}

/// A value that is written as a word or as a table; what is wrong in the table is told as in any other.
struct WordOrTable<W, T, V> {
    word: W,
    table: T,
    is: PhantomData<V>,
}

impl<'de, W, T, V, R> Visitor<'de> for WordOrTable<W, T, V>
where
    W: FnOnce(String) -> R,
    T: FnOnce(V) -> R,
    V: Deserialize<'de>,
{
    type Value = R;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word in quotation marks, or a table")
    }

    fn visit_str<E>(self, text: &str) -> Result<R, E> {
        Ok((self.word)(text.to_owned()))
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<R, M::Error> {
        Ok((self.table)(V::deserialize(MapAccessDeserializer::new(map))?))
    }
}

impl Expected {
    /// The prompt it names, if it names one.
    pub(super) fn prompt(&self) -> Option<&str> {
        match self {
            Self::Long(expectation) => Some(&expectation.heard),
            Self::Short(text) if ANYTHING.contains(&text.as_str()) || text.starts_with("wait ") => None,
            Self::Short(text) => Some(text.strip_suffix(CUT).unwrap_or(text)),
        }
    }
}

/// Where in the file something is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// An item of `expect`.
    Expect(usize),
    /// An item of `never`.
    Never(usize),
    /// `end`.
    End,
    /// Nothing in the file asks for it.
    Nowhere,
}

/// A silence that must be as long as written, and not much longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    pub(super) least: Duration,
    pub(super) most: Duration,
    /// Where it is written.
    pub(super) at: At,
}

impl Wait {
    fn new(wait: Duration, within: Option<Duration>, at: At) -> Self {
        Self { least: wait, most: wait + within.unwrap_or(LATE), at }
    }

    /// A wait is never shorter than written, to the millisecond, and longer by the tolerance at most.
    pub(super) fn fits(&self, got_ms: u64) -> bool {
        (self.least.as_millis()..=self.most.as_millis()).contains(&u128::from(got_ms))
    }
}

/// One prompt that must be heard.
#[derive(Clone, Debug)]
pub(super) struct Want {
    /// Its name, or a pattern of it.
    pub(super) name: String,
    pub(super) complete: bool,
    /// The silence before it.
    pub(super) wait: Option<Wait>,
    /// The prompt it must follow directly.
    pub(super) after: Option<String>,
    /// Whether others may stand before it.
    pub(super) loose: bool,
    /// Its item of `expect`.
    pub(super) item: usize,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Wants {
    pub(super) prompts: Vec<Want>,
    /// Whether others may follow.
    pub(super) open: bool,
    /// The silence before the end.
    pub(super) end_wait: Option<Wait>,
}

/// Reads what is expected.
pub(super) fn wants(expect: &[Expected], end: &End) -> Result<Wants, BadScenario> {
    let mut wants = Wants { open: expect.is_empty(), ..Wants::default() };
    let (mut wait, mut loose) = (None, false);
    for (item, expected) in expect.iter().enumerate() {
        match expected {
            Expected::Short(text) if ANYTHING.contains(&text.as_str()) => loose = true,
            Expected::Short(text) => match text.strip_prefix("wait ") {
                Some(time) => wait = Some(short_wait(time, item)?),
                None => {
                    let name = text.strip_suffix(CUT).unwrap_or(text);
                    wants.prompts.push(Want {
                        name: name.to_owned(),
                        complete: name == text,
                        wait: wait.take(),
                        after: None,
                        loose: std::mem::take(&mut loose),
                        item,
                    });
                }
            },
            Expected::Long(expectation) => wants.prompts.push(long(expectation, item)?),
        }
        wants.open = loose || matches!(expected, Expected::Long(_));
    }
    let within = time("end.within", end.within.as_deref())?;
    let at_end = time("end.wait", end.wait.as_deref())?.map(|wait| Wait::new(wait, within, At::End));
    wants.end_wait = wait.or(at_end);
    Ok(wants)
}

/// `5s`, or `5s..6s`.
fn short_wait(text: &str, item: usize) -> Result<Wait, BadScenario> {
    let wrong = || value("expect", text, "a time after `wait`, like `wait 5s`, or `wait 5s..6s`");
    let read = |text: &str| super::segment::duration(text.trim()).ok_or_else(wrong);
    match text.split_once("..") {
        Some((least, most)) => Ok(Wait { least: read(least)?, most: read(most)?, at: At::Expect(item) }),
        None => Ok(Wait::new(read(text)?, None, At::Expect(item))),
    }
}

fn long(expectation: &Expectation, item: usize) -> Result<Want, BadScenario> {
    let within = time("expect.within", expectation.within.as_deref())?;
    let wait = time("expect.wait", expectation.wait.as_deref())?;
    Ok(Want {
        name: expectation.heard.clone(),
        complete: expectation.complete.unwrap_or(true),
        wait: wait.map(|wait| Wait::new(wait, within, At::Expect(item))),
        after: expectation.after.clone(),
        loose: true,
        item,
    })
}
