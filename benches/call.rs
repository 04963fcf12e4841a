//! What a whole call costs to simulate: from events and from sound. `cargo bench --bench call`

use criterion::{Criterion, criterion_group, criterion_main};
use qingjiang::{
    audio::Bank,
    moment::Moment,
    phone::Digit,
    script::{Bundle, Source},
    service::golden,
    sim::{
        scenario::{Scenario, Stage},
        talk::{Deed, Outcome, Plan, talk},
    },
};
use std::{hint::black_box, sync::Arc, time::Duration};

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

/// A caller who comes back from a transfer without a number, keys none in, and talks for two minutes after the beep: three
/// minutes in all.
fn long(key: &str, bank: &Bank) -> String {
    let voice = match key {
        "events" => vec!["speak:2m"],
        _ => vec!["wav:voice"; 120 * 8_000 / voice(bank).len()],
    };
    let acts = [vec!["hear:callback_offer", "key:1", "hear:beep"], voice].concat();
    format!("[caller]\nresume = \"no_answer\"\nnumber = \"\"\n{key} = {acts:?}\n")
}

/// What that caller talks with: one of our own recordings, 8 kHz.
fn voice(bank: &Bank) -> Arc<[i16]> {
    let clip = bank.clip("zh-CN", "out_of_scope").expect("a recording");
    let mut pcm = vec![0; clip.samples()];
    clip.pcm_8k(0, &mut pcm);
    pcm.into()
}

/// Golden tests: a call of three minutes, told by events and heard, and all those of the default script.
fn golden_tests(criterion: &mut Criterion) {
    let bundle = Bundle::open(&Source::Embedded, &Source::Embedded).expect("our own files");
    let stage = Stage {
        files: Source::Embedded.scripts().expect("our own files"),
        script: bundle.script.clone(),
        bank: bundle.bank.clone(),
    };
    let mut group = criterion.benchmark_group("golden");
    group.sample_size(10);
    for key in ["events", "say"] {
        let scenario = Scenario::parse(&long(key, &stage.bank)).expect("a scenario");
        let play = || scenario.play(&stage, |_| Ok(voice(&stage.bank))).expect("it plays");
        let seconds = play().report.ended_ms / 1000;
        group.bench_function(format!("by_{key}_{seconds}s"), |bencher| bencher.iter(|| black_box(play())));
    }
    let tests = Source::Embedded.tests().expect("our own files");
    group.bench_function(format!("all_{}_tests", tests.len()), |bencher| {
        bencher.iter(|| assert!(golden::play(&tests, &stage).iter().all(golden::Played::passed)));
    });
    group.finish();
}

criterion_group!(benches, calls, golden_tests);
criterion_main!(benches);
