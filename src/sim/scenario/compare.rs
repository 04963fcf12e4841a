//! Holds a call against what a scenario expects of it.

use super::{
    BadScenario, Scenario,
    align::{Pair, Sides, align},
    expect::{At, CUT, Wait, Want, Wants, wants},
    fault::{Fault, seconds},
};
use crate::sim::{glob, heard::Stretch, run::Outcome};

/// What came of it.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Everything in which it differed; empty: nothing.
    pub differences: Vec<Difference>,
    /// Both timelines, side by side.
    pub rows: Vec<Row>,
    pub(super) pairs: Vec<Pair>,
    pub(super) wants: Wants,
}

/// One thing in which it differed, and where the file says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What.
    pub fault: Fault,
    /// Where in the file.
    pub at: At,
}

/// A line of two timelines side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// When, milliseconds of the call; none for what never happened.
    pub at_ms: Option<u64>,
    /// What was expected, as the file writes it.
    pub expected: Option<String>,
    /// What was heard, in the same words.
    pub heard: Option<String>,
    /// Whether the two differ in a way they must not.
    pub differs: bool,
}

impl Scenario {
    /// Holds a call against what is expected.
    ///
    /// # Errors
    /// [`BadScenario`] where a value in the file does not fit.
    pub fn compare(&self, outcome: &Outcome) -> Result<Comparison, BadScenario> {
        let wants = wants(&self.expect, &self.end)?;
        let heard = &outcome.report.heard;
        let fits = |want: usize, at: usize| glob::fits(&wants.prompts[want].name, &heard[at].id);
        let loose = |want: usize| wants.prompts.get(want).map_or(wants.open, |want| want.loose);
        let sides = Sides { wants: wants.prompts.len(), heard: heard.len(), fits: &fits, loose: &loose };
        let pairs = align(&sides);
        let mut desk = Desk { scenario: self, outcome, differences: Vec::new(), rows: Vec::new() };
        desk.any_expectation();
        pairs.iter().for_each(|pair| desk.pair(pair, &wants));
        desk.forbidden();
        desk.end(wants.end_wait);
        let Desk { differences, rows, .. } = desk;
        Ok(Comparison { differences, rows, pairs, wants })
    }
}

struct Desk<'a> {
    scenario: &'a Scenario,
    outcome: &'a Outcome,
    differences: Vec<Difference>,
    rows: Vec<Row>,
}

impl Desk<'_> {
    fn differs(&mut self, fault: Fault, at: At) {
        self.differences.push(Difference { fault, at });
    }

    fn any_expectation(&mut self) {
        let Scenario { expect, never, end, .. } = self.scenario;
        let ends = [&end.disposition, &end.by, &end.route, &end.wait].into_iter().any(Option::is_some);
        if expect.is_empty() && never.is_empty() && !ends {
            self.differs(Fault::Nothing, At::Nowhere);
        }
    }

    fn pair(&mut self, pair: &Pair, wants: &Wants) {
        let outcome = self.outcome;
        let want = pair.want.map(|want| &wants.prompts[want]);
        let heard = pair.heard.map(|place| (place, &outcome.report.heard[place]));
        let before = self.differences.len();
        match (want, heard) {
            (Some(want), Some((place, stretch))) => self.both(want, place, stretch),
            (Some(want), None) => self.differs(Fault::Missing(want.name.clone()), At::Expect(want.item)),
            (None, Some((_, stretch))) if !pair.allowed => {
                self.differs(Fault::Extra(stretch.id.clone(), stretch.from_ms), At::Nowhere);
            }
            (None, _) => {}
        }
        self.rows.push(Row {
            at_ms: heard.map(|(_, stretch)| stretch.from_ms),
            expected: want.map(|want| written(&want.name, want.complete)),
            heard: heard.map(|(_, stretch)| written(&stretch.id, stretch.complete)),
            differs: self.differences[before..].iter().any(|found| !matches!(found.fault, Fault::Wait { .. })),
        });
    }

    fn both(&mut self, want: &Want, place: usize, stretch: &Stretch) {
        let before = place.checked_sub(1).map(|place| &self.outcome.report.heard[place]);
        if let Some(wait) = want.wait {
            let gap = stretch.from_ms.saturating_sub(before.map_or(0, |before| before.to_ms));
            self.wait(wait, gap, Some(&stretch.id), before.map_or(0, |before| before.to_ms));
        }
        let at = At::Expect(want.item);
        match (want.complete, stretch.complete) {
            (true, false) => self.differs(Fault::Cut(stretch.id.clone(), stretch.to_ms), at),
            (false, true) => self.differs(Fault::Whole(stretch.id.clone(), stretch.to_ms), at),
            _ => {}
        }
        if let Some(wanted) = &want.after
            && before.is_none_or(|before| before.id != *wanted)
        {
            let (prompt, wanted) = (stretch.id.clone(), wanted.clone());
            self.differs(Fault::After { prompt, wanted, got: before.map(|before| before.id.clone()) }, at);
        }
    }

    fn wait(&mut self, wait: Wait, got_ms: u64, before: Option<&str>, from_ms: u64) {
        let differs = !wait.fits(got_ms);
        if differs {
            let before = before.map(str::to_owned);
            self.differs(Fault::Wait { before, wanted: wait.least, got_ms }, wait.at);
        }
        self.rows.push(Row {
            at_ms: Some(from_ms),
            expected: Some(format!("wait {}", seconds(wait.least.as_millis() as u64))),
            heard: Some(format!("wait {}", seconds(got_ms))),
            differs,
        });
    }

    fn forbidden(&mut self) {
        let outcome = self.outcome;
        for stretch in &outcome.report.heard {
            let never = self.scenario.never.iter().position(|name| glob::fits(name, &stretch.id));
            if let Some(never) = never {
                self.differs(Fault::Forbidden(stretch.id.clone(), stretch.from_ms), At::Never(never));
            }
        }
    }

    fn end(&mut self, wait: Option<Wait>) {
        let report = &self.outcome.report;
        if let Some(wait) = wait {
            let last = report.heard.last().map_or(0, |stretch| stretch.to_ms);
            self.wait(wait, report.ended_ms.saturating_sub(last), None, last);
        }
        let Ended { disposition, by, route } = ended(self.outcome);
        let end = &self.scenario.end;
        let before = self.differences.len();
        let asked = [
            (&end.disposition, &disposition, Fault::Disposition as fn(String, String) -> Fault),
            (&end.by, &by, Fault::By),
            (&end.route, &route, Fault::Route),
        ];
        let mut expected = Vec::new();
        let mut got_words = Vec::new();
        for (wanted, got, fault) in asked {
            let Some(wanted) = wanted else { continue };
            expected.push(wanted.clone());
            got_words.push(got.clone());
            if wanted != got {
                self.differs(fault(wanted.clone(), got.clone()), At::End);
            }
        }
        let heard = if got_words.is_empty() { disposition } else { got_words.join(", ") };
        self.rows.push(Row {
            at_ms: Some(report.ended_ms),
            expected: (!expected.is_empty()).then(|| format!("end {}", expected.join(", "))),
            heard: Some(format!("end {heard}")),
            differs: self.differences.len() > before,
        });
    }
}

/// How a call ended, in a scenario's words.
pub(super) struct Ended {
    pub(super) disposition: String,
    pub(super) by: String,
    pub(super) route: String,
}

pub(super) fn ended(outcome: &Outcome) -> Ended {
    let (disposition, by) = match &outcome.end {
        Some((disposition, by)) => (disposition.as_str(), by.as_str()),
        None => ("no end", "nobody"),
    };
    let route = outcome.route().unwrap_or_else(|| "undecided".into());
    Ended { disposition: disposition.into(), by: by.into(), route }
}

/// A prompt as the short form writes it.
pub(super) fn written(name: &str, complete: bool) -> String {
    if complete { name.to_owned() } else { format!("{name}{CUT}") }
}
