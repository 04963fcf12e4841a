//! The rules of service-script.md §5, proved on the script itself rather than tried out.

mod branches;
mod flow;
mod graph;
mod menus;
mod phrases;
mod recordings;
mod texts;
mod waits;
mod waivers;

use super::{
    Locale, Script,
    load::{Loaded, Texts},
    notes::{Notes, Spot},
    problem::{Fault, Problem, Problems},
};
use jiff::Timestamp;
pub(super) use recordings::Shelf;

/// What the rules look at, and where they report.
struct Case<'c> {
    texts: &'c Texts,
    notes: &'c Notes,
    problems: &'c mut Problems,
}

impl Case<'_> {
    fn report(&mut self, spot: Spot, fault: Fault) {
        if let Some(place) = self.notes.place(spot) {
            self.problems.add(place.clone(), fault);
        }
    }

    fn has_reason(&self, spot: Spot) -> bool {
        self.notes.reasons.contains_key(&spot)
    }

    fn locales(&self) -> Vec<Locale> {
        self.texts.keys().cloned().collect()
    }
}

/// Holds everything that was read against the rules. Where names lead nowhere, the rules for single places still apply;
/// what is proved on ways waits until every way leads somewhere. Without a `shelf`, recordings are nobody's concern.
pub(super) fn check(loaded: &mut Loaded, shelf: Option<&Shelf<'_>>) {
    rules(loaded, shelf);
    waivers::apply(loaded, shelf.is_some_and(|shelf| !shelf.figures.is_empty()));
}

/// What has become wrong by this time, though nobody has changed a file.
pub(super) fn overdue(mut loaded: Loaded, now: Timestamp) -> Vec<Problem> {
    loaded.problems = Problems::default();
    let Some(script) = &loaded.script else { return Vec::new() };
    let year = now.to_zoned(script.timezone.clone()).year();
    let mut case = Case { texts: &loaded.texts, notes: &loaded.notes, problems: &mut loaded.problems };
    branches::uncovered(script, year, &mut case);
    waivers::lift(&mut loaded);
    loaded.problems.into_sorted()
}

fn rules(loaded: &mut Loaded, shelf: Option<&Shelf<'_>>) {
    let mut case = Case { texts: &loaded.texts, notes: &loaded.notes, problems: &mut loaded.problems };
    texts::polite(&mut case);
    let Some(script) = &loaded.script else { return };
    texts::complete(script, &mut case);
    texts::readable(script, &mut case);
    waits::ladders(script, &mut case);
    waits::one_way(script, &mut case);
    waits::steps(script, &mut case);
    proofs(script, &mut case);
    if let Some(shelf) = shelf {
        recordings::recordings(script, shelf, &mut case);
        recordings::strays(script, shelf, &mut case);
    }
}

fn proofs(script: &Script, case: &mut Case<'_>) {
    let graph = graph::Graph::of(script);
    if case.notes.unresolved.is_empty() {
        flow::unreachable(&graph, case);
        flow::endless(&graph, case);
        flow::variables(&graph, case);
    }
    branches::idle(script, case);
    flow::farewells(&graph, case);
    flow::notice(&graph, case);
    menus::menus(&graph, case);
    menus::promotions(&graph, case);
}
