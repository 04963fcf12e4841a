//! What a whole call costs where nothing but its events is simulated. `cargo bench --bench call`

use criterion::{Criterion, criterion_group, criterion_main};
use qingjiang::{
    moment::Moment,
    phone::Digit,
    script::{Bundle, Source},
    sim::talk::{Deed, Outcome, Plan, talk},
};
use std::{hint::black_box, time::Duration};

const LIMIT: Duration = Duration::from_secs(600);

fn calls(criterion: &mut Criterion) {
    let bundle = Bundle::open(&Source::Embedded, &Source::Embedded).expect("our own files");
    let wall = jiff::Timestamp::UNIX_EPOCH.to_zoned(bundle.script.timezone.clone());
    let run = |plan: Plan| talk(&bundle.script, &bundle.bank, wall.clone(), plan, LIMIT);

    for (name, plan) in [("silent", Plan::default()), ("minute", minute())] {
        let Outcome { at, journal, .. } = run(plan.clone());
        let entries = journal.len();
        criterion.bench_function(
            &format!("call_by_events/{name}_{}s_{entries}_entries", at.elapsed().as_secs()),
            |bencher| {
                bencher.iter(|| black_box(run(plan.clone())));
            },
        );
    }
}

/// A caller who has the menu said again, presses wrong keys, and waits: about a minute.
fn minute() -> Plan {
    let press =
        |second: u64, key: char| (Moment::from_millis(second * 1000), Deed::Key(Digit::parse(key).expect("a key")));
    Plan { deeds: vec![press(14, '*'), press(27, '*'), press(40, '7'), press(58, '1')], ..Plan::default() }
}

criterion_group!(benches, calls);
criterion_main!(benches);
