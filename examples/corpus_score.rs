//! How well the listener hears the corpus: `cargo run --release --example corpus_score [-- [--held-out] [--wrong]]`.
//!
//! The condition of each item (`babble_only` left out of the total), the verdicts on good lines, five-second windows,
//! and speech on a 10 ms grid. The forest that judges calls was taught with these very items; `--held-out` judges each
//! item by a forest that was taught with none of its speaker's and none of its noise's (or tone's). `--wrong` names the
//! items.

mod corpus;

use corpus::{Item, alter, hash, learn};
use qingjiang::line::{Analysis, Condition, Forest, analyze, analyze_by};
use std::collections::BTreeMap;

fn main() {
    let Some(items) = corpus::items() else {
        return println!("no corpus at {}", corpus::root().display());
    };
    let asked = |word: &str| std::env::args().any(|argument| argument == word);
    let wrong = asked("--wrong");
    let heard: Vec<(&Item, Analysis)> = match asked("--held-out") {
        true => held_out(&items),
        false => items.iter().map(|item| (item, analyze(&item.pcm()))).collect(),
    };
    conditions(&heard, wrong);
    good_lines(&heard);
    onsets(&heard);
    talk_off(&heard);
    let heard: Vec<_> = heard.into_iter().filter(|(item, _)| item.condition != "babble_only").collect();
    windows(&heard, wrong);
    grid(&heard);
}

/// Voices and noises are dealt into so many hands each.
const HANDS: u64 = 5;

/// Hears each item with the judgement of a forest that knows neither its voice nor its noise.
fn held_out(items: &[Item]) -> Vec<(&Item, Analysis)> {
    let recordings = alter::recordings(items);
    let stretches: Vec<_> =
        recordings.iter().enumerate().flat_map(|(at, recording)| learn::stretches_of(at, recording)).collect();
    let hand = |name: Option<&str>| name.map(|name| hash(name) % HANDS);
    let mut heard: Vec<(usize, &Item, Analysis)> = Vec::new();
    for (voice, noise) in (0..HANDS).flat_map(|voice| (0..HANDS).map(move |noise| (voice, noise))) {
        // What has no voice or no noise goes with the hand that its name says.
        let of_voice = |item: &Item| hand(item.voice()).unwrap_or(hash(&item.id) % HANDS);
        let of_noise = |item: &Item| hand(item.noise()).unwrap_or(hash(&item.id) / HANDS % HANDS);
        let asked = |item: &Item| of_voice(item) == voice && of_noise(item) == noise;
        let known =
            |item: &Item| hand(item.voice()) != Some(voice) && hand(item.noise()) != Some(noise) && !asked(item);
        let taught: Vec<_> = stretches.iter().filter(|s| known(&recordings[s.item].item)).collect();
        let forest = Forest::read(&learn::forest(&taught));
        let asked = items.iter().enumerate().filter(|(_, item)| asked(item));
        heard.extend(asked.map(|(at, item)| (at, item, analyze_by(&forest, &item.pcm()))));
    }
    heard.sort_by_key(|(at, ..)| *at);
    heard.into_iter().map(|(_, item, analysis)| (item, analysis)).collect()
}

fn conditions(heard: &[(&Item, Analysis)], wrong: bool) {
    let mut table: BTreeMap<&str, [usize; Condition::ALL.len()]> = BTreeMap::new();
    let (mut right, mut total) = (0, 0);
    for (item, analysis) in heard {
        let named = Condition::ALL.iter().position(|condition| *condition == analysis.condition).unwrap_or_default();
        table.entry(item.condition.as_str()).or_default()[named] += 1;
        if item.condition == "babble_only" {
            continue;
        }
        total += 1;
        right += usize::from(item.expected() == Some(analysis.condition));
        if wrong && item.expected() != Some(analysis.condition) {
            println!("{}: {} for {} ({:.2})", item.id, analysis.condition.as_str(), item.expect, analysis.confidence);
        }
    }
    let names = Condition::ALL.map(Condition::as_str);
    println!("{:24}{}", "", names.map(|name| format!("{name:>10}")).concat());
    for (condition, row) in &table {
        println!("{condition:24}{}", row.map(|count| format!("{count:>10}")).concat());
    }
    println!("condition right: {right} of {total}, {:.1} %", percent(right, total));
    kinds(heard);
}

fn kinds(heard: &[(&Item, Analysis)]) {
    let mut table: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for (item, analysis) in heard {
        if let Some(tone) = &item.tone {
            let kind = analysis.kind.map_or("-".into(), |kind| format!("{kind:?}"));
            *table.entry((tone, kind)).or_default() += 1;
        }
    }
    let told: Vec<String> = table.iter().map(|((tone, kind), count)| format!("{tone} {kind} {count}")).collect();
    println!("kinds: {}", told.join(", "));
}

/// Every verdict on clear, mild_noise and dtx, provisional ones too.
fn good_lines(heard: &[(&Item, Analysis)]) {
    let good = heard.iter().filter(|(item, _)| item.expect == "clear");
    let mut total = 0;
    let mut bad = Vec::new();
    for (item, analysis) in good {
        total += 1;
        if analysis.verdicts.iter().any(|(_, verdict)| *verdict != Condition::Clear) {
            bad.push(format!("{} {:?}", item.id, analysis.verdicts));
        }
    }
    println!("good lines with any other verdict than clear: {} of {total} {}", bad.len(), bad.join("; "));
}

/// From the first labelled onset to the event that says so.
fn onsets(heard: &[(&Item, Analysis)]) {
    let mut wrongly: BTreeMap<&str, usize> = BTreeMap::new();
    for (item, analysis) in heard {
        let started = analysis.events.iter().any(|(_, name)| *name == "speech_started");
        if item.speech.is_empty() && started {
            *wrongly.entry(item.condition.as_str()).or_default() += 1;
        }
    }
    println!("items without a caller where speech was reported: {wrongly:?}");
}

/// Keys heard where nobody pressed one.
fn talk_off(heard: &[(&Item, Analysis)]) {
    let (mut keys, mut millis) = (0, 0);
    for (item, analysis) in heard.iter().filter(|(item, _)| item.tone.as_deref() != Some("dtmf")) {
        keys += analysis.events.iter().filter(|(_, name)| *name == "key").count();
        millis += item.dur_ms;
    }
    println!("keys heard where none was pressed: {keys} in {:.2} hours", millis as f64 / 3_600_000.0);
}

fn windows(heard: &[(&Item, Analysis)], wrong: bool) {
    let (mut callers, mut missed, mut others, mut taken) = (0, 0, 0, 0);
    for (item, analysis) in heard {
        for from in (0..).step_by(5_000).take_while(|from| from + 5_000 <= item.dur_ms) {
            let spoken = item.speech_within(from, from + 5_000);
            let reported = corpus::overlap(&analysis.speech, from, from + 5_000) >= 100;
            if spoken >= 300 {
                callers += 1;
                missed += usize::from(!reported);
            } else if spoken == 0 {
                others += 1;
                taken += usize::from(reported);
            }
            if wrong && (spoken >= 300) != reported && (spoken == 0 || spoken >= 300) {
                println!("window {} {from}: {spoken} ms spoken, reported {reported}", item.id);
            }
        }
    }
    println!(
        "5 s windows: a non-caller taken for a caller {taken} of {others}, {:.2} %; a caller for silence {missed} of \
         {callers}, {:.2} %",
        percent(taken, others),
        percent(missed, callers)
    );
}

fn grid(heard: &[(&Item, Analysis)]) {
    let mut by: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for (item, analysis) in heard {
        let after = if item.condition == "handsfree" { 500 } else { 250 };
        let edge = |at: u64| {
            item.speech.iter().any(|(from, to)| {
                (from.saturating_sub(50)..from + 50).contains(&at) || (to.saturating_sub(50)..to + after).contains(&at)
            }) || item.lost.iter().any(|(from, to)| (*from..*to).contains(&at))
        };
        for at in (5..item.dur_ms).step_by(10).filter(|at| !edge(*at)) {
            let within = |stretches: &[(u64, u64)]| stretches.iter().any(|(from, to)| (*from..*to).contains(&at));
            let counts = by.entry(item.condition.as_str()).or_default();
            let (spoken, reported) = (within(&item.speech), within(&analysis.speech));
            counts[usize::from(!spoken) * 2] += 1;
            counts[usize::from(!spoken) * 2 + 1] += usize::from(spoken != reported);
        }
    }
    let total = by.values().fold([0; 4], |sum, counts| std::array::from_fn(|at| sum[at] + counts[at]));
    let told = |[spoken, missed, others, false_alarms]: [usize; 4]| {
        format!("missed {:5.1} %  false alarm {:5.1} %", percent(missed, spoken), percent(false_alarms, others))
    };
    by.iter().for_each(|(condition, counts)| println!("  {condition:22} {}", told(*counts)));
    println!("10 ms grid, all:         {}", told(total));
}

fn percent(of: usize, all: usize) -> f64 {
    of as f64 * 100.0 / all.max(1) as f64
}
