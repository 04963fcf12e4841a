//! Learns the judge's forest from the corpus and writes `src/line/judge.forest`.
//!
//! `cargo run --release --example train_judge` prints first how a forest does on speakers and noise sources it was not
//! taught with (each item judged by a forest that saw neither its speaker nor its noise), then teaches one with all.
//! Deterministic: the same corpus gives the same file.

mod corpus;

use corpus::{Item, hash};
use qingjiang::{
    line::{Condition, FIGURES, LineEvent, Listener},
    moment::Moment,
};
use std::{collections::BTreeMap, fmt::Write, time::Duration};

const TREES: usize = 48;
const DEPTH: usize = 9;
/// A leaf holds at least this much weight: about three stretches.
const LEAF: f32 = 3.0;
/// Speakers and noise sources are dealt into so many hands each.
const FOLDS: u64 = 4;
const CLASSES: usize = Condition::ALL.len();
const INPUTS: usize = FIGURES.len();

struct Stretch {
    item: usize,
    figures: [f32; INPUTS],
    class: usize,
    /// The whole item: what is reported.
    whole: bool,
}

fn main() {
    let Some(items) = corpus::items() else {
        return println!("no corpus at {}", corpus::root().display());
    };
    let stretches: Vec<Stretch> = items.iter().enumerate().flat_map(|(at, item)| stretches_of(at, item)).collect();
    println!("{} stretches of {} items", stretches.len(), items.len());
    validate(&items, &stretches);
    let all: Vec<&Stretch> = stretches.iter().collect();
    let forest = grow(&all);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/line/judge.forest");
    std::fs::write(path, text(&forest)).expect("the forest can be written");
    println!("wrote {path}");
}

/// Hears an item as a recording and as a call: alone, and after a second of an idle line, where its noise begins with it.
fn stretches_of(at: usize, item: &Item) -> Vec<Stretch> {
    let Some(class) = item.expected().filter(|_| item.condition != "babble_only") else { return Vec::new() };
    let class = Condition::ALL.iter().position(|condition| *condition == class).expect("every condition is in ALL");
    let pcm = item.pcm();
    let mut random = Random(hash(&item.id));
    let mut hiss = |millis: usize| -> Vec<i16> { (0..millis * 8).map(|_| random.below(45) as i16 - 22).collect() };
    let called = [hiss(IDLE as usize), pcm.clone(), hiss(2_000)].concat();
    let mut stretches = hear(at, item, class, &called, IDLE, false);
    stretches.extend(hear(at, item, class, &pcm, 0, true));
    stretches
}

/// The idle line before a call's item, milliseconds.
const IDLE: u64 = 1_000;

/// Takes the stretches a call would judge: each turn from its onset to its pause (judged 0.8 s later), or to 5 s; turns
/// under way at 1.5, 2.5 and 4 s; five-second windows; and all of it.
fn hear(at: usize, item: &Item, class: usize, pcm: &[i16], delay: u64, windows: bool) -> Vec<Stretch> {
    let mut listener = Listener::new();
    let mut now = Moment::ZERO;
    let (mut onset, mut paused) = (None, None);
    let mut stretches = Vec::new();
    let take = |listener: &Listener, from: Moment, to: Moment, whole: bool| {
        let (start, end) = (from.as_millis().saturating_sub(delay), to.as_millis().saturating_sub(delay));
        let spoken = item.speech.is_empty() || item.speech_within(start, end) >= 500;
        let cut = item.condition != "choppy" || item.lost_within(start, end) >= 40;
        (whole || (spoken && cut)).then(|| Stretch { item: at, figures: listener.figures(from, to), class, whole })
    };
    for packet in pcm.chunks(160) {
        now += Duration::from_millis(20);
        listener.hear(packet, now);
        while let Some(event) = listener.poll_event() {
            match event {
                LineEvent::SpeechStarted { onset: at } => {
                    onset.get_or_insert(at);
                    paused = None;
                }
                LineEvent::SpeechEnded { at } => paused = Some(at),
                _ => {}
            }
        }
        if let Some(began) = onset {
            let since = now.since(began).as_millis() as u64;
            if [1_500, 2_500, 4_000].iter().any(|due| (*due..*due + 20).contains(&since)) {
                stretches.extend(take(&listener, began, now, false));
            }
            let pause = paused.filter(|at: &Moment| now.since(*at) >= Duration::from_millis(800));
            if since >= 5_000 || pause.is_some() {
                stretches.extend(take(&listener, began, pause.unwrap_or(now), false));
                (onset, paused) = (None, None);
            }
        }
        if windows && now.as_millis() >= 5_000 && now.as_millis().is_multiple_of(1_000) {
            stretches.extend(take(&listener, now.back(Duration::from_secs(5)), now, false));
        }
    }
    if windows {
        stretches.extend(take(&listener, Moment::ZERO, now, true));
    }
    stretches
}

/// Judges every item by a forest that saw neither its speaker nor its noise.
fn validate(items: &[Item], stretches: &[Stretch]) {
    let hand = |name: Option<&str>| name.map(|name| hash(name) % FOLDS);
    let mut table: BTreeMap<&str, [usize; CLASSES]> = BTreeMap::new();
    for voice in 0..FOLDS {
        for noise in 0..FOLDS {
            let taught = |item: &Item| hand(item.voice()) != Some(voice) && hand(item.noise()) != Some(noise);
            // An item without speaker or noise goes with whatever hand its name says.
            let asked = |item: &Item| {
                let (by_name, by_other) = (hash(&item.id) % FOLDS, hash(&item.id) / FOLDS % FOLDS);
                hand(item.voice()).unwrap_or(by_name) == voice && hand(item.noise()).unwrap_or(by_other) == noise
            };
            let unnamed = |item: &Item| item.voice().is_none() && item.noise().is_none() && asked(item);
            let teach: Vec<&Stretch> =
                stretches.iter().filter(|s| taught(&items[s.item]) && !unnamed(&items[s.item])).collect();
            let forest = grow(&teach);
            for stretch in stretches.iter().filter(|s| asked(&items[s.item])) {
                let row = table.entry(items[stretch.item].condition.as_str()).or_default();
                let shares = vote(&forest, &stretch.figures);
                if std::env::var_os("SHARES").is_some() {
                    println!("SHARES {} {} {shares:?}", items[stretch.item].id, stretch.whole);
                }
                if !stretch.whole {
                    continue;
                }
                let named = (0..CLASSES).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap_or_default();
                row[named] += 1;
            }
        }
    }
    let names = Condition::ALL.map(Condition::as_str);
    println!("{:24}{}", "", names.map(|name| format!("{name:>10}")).concat());
    for (condition, row) in &table {
        println!("{condition:24}{}", row.map(|count| format!("{count:>10}")).concat());
    }
}

enum Tree {
    Leaf([f32; CLASSES]),
    Question { figure: usize, below: f32, yes: Box<Tree>, no: Box<Tree> },
}

fn grow(stretches: &[&Stretch]) -> Vec<Tree> {
    let mut counts = [0.0f32; CLASSES];
    stretches.iter().for_each(|stretch| counts[stretch.class] += 1.0);
    let present = counts.iter().filter(|count| **count > 0.0).count() as f32;
    // Every condition weighs the same, however many stretches it has.
    let weights = counts.map(|count| if count > 0.0 { stretches.len() as f32 / present / count } else { 0.0 });
    (0..TREES)
        .map(|tree| {
            let mut random = Random(0x9e37_79b9 + tree as u64);
            let drawn: Vec<&Stretch> = (0..stretches.len()).map(|_| stretches[random.below(stretches.len())]).collect();
            split(drawn, &weights, &mut random, DEPTH)
        })
        .collect()
}

fn split(mut stretches: Vec<&Stretch>, weights: &[f32; CLASSES], random: &mut Random, depth: usize) -> Tree {
    let totals = totals(&stretches, weights);
    let whole: f32 = totals.iter().sum();
    let pure = totals.iter().any(|total| *total >= whole * 0.999);
    let best = (depth > 0 && !pure).then(|| best_question(&mut stretches, weights, &totals, random)).flatten();
    let Some((figure, below)) = best else { return Tree::Leaf(totals.map(|total| total / whole.max(1e-9))) };
    let (yes, no) = stretches.into_iter().partition(|stretch| stretch.figures[figure] < below);
    Tree::Question {
        figure,
        below,
        yes: Box::new(split(yes, weights, random, depth - 1)),
        no: Box::new(split(no, weights, random, depth - 1)),
    }
}

fn totals(stretches: &[&Stretch], weights: &[f32; CLASSES]) -> [f32; CLASSES] {
    let mut totals = [0.0; CLASSES];
    stretches.iter().for_each(|stretch| totals[stretch.class] += weights[stretch.class]);
    totals
}

/// The question about one of a few figures, drawn by lot, that leaves the least impurity (Gini).
fn best_question(
    stretches: &mut [&Stretch],
    weights: &[f32; CLASSES],
    totals: &[f32; CLASSES],
    random: &mut Random,
) -> Option<(usize, f32)> {
    let whole: f32 = totals.iter().sum();
    let mut best: Option<(f32, usize, f32)> = None;
    for _ in 0..6 {
        let figure = random.below(INPUTS);
        stretches.sort_by(|a, b| a.figures[figure].total_cmp(&b.figures[figure]));
        let mut left = [0.0; CLASSES];
        for pair in stretches.windows(2) {
            left[pair[0].class] += weights[pair[0].class];
            let (low, high) = (pair[0].figures[figure], pair[1].figures[figure]);
            let taken: f32 = left.iter().sum();
            if low == high || taken < LEAF || whole - taken < LEAF {
                continue;
            }
            let squares = |share: &dyn Fn(usize) -> f32| (0..CLASSES).map(|c| share(c) * share(c)).sum::<f32>();
            let purity = squares(&|c| left[c]) / taken + squares(&|c| totals[c] - left[c]) / (whole - taken);
            if best.is_none_or(|(most, ..)| purity > most) {
                best = Some((purity, figure, rounded((low + high) / 2.0, low, high)));
            }
        }
    }
    best.map(|(_, figure, below)| (figure, below))
}

/// The shortest number between the two, for the reader.
fn rounded(middle: f32, low: f32, high: f32) -> f32 {
    (0..6)
        .map(|digits| {
            let scale = 10f32.powi(digits);
            (middle * scale).round() / scale
        })
        .find(|number| *number > low && *number <= high)
        .unwrap_or(high)
}

fn vote(forest: &[Tree], figures: &[f32; INPUTS]) -> [f32; CLASSES] {
    let mut shares = [0.0; CLASSES];
    for tree in forest {
        let mut at = tree;
        while let Tree::Question { figure, below, yes, no } = at {
            at = if figures[*figure] < *below { yes } else { no };
        }
        if let Tree::Leaf(leaf) = at {
            shares.iter_mut().zip(leaf).for_each(|(share, leaf)| *share += leaf);
        }
    }
    shares.map(|share| share / forest.len() as f32)
}

fn text(forest: &[Tree]) -> String {
    let mut text = String::from(
        "# The judge's forest, learned by `cargo run --release --example train_judge`; src/line/forest.rs says how to read it.\n",
    );
    for tree in forest {
        text.push_str("tree\n");
        write_tree(tree, 0, &mut text);
    }
    text
}

fn write_tree(tree: &Tree, depth: usize, text: &mut String) {
    text.push_str(&" ".repeat(depth));
    match tree {
        Tree::Leaf(shares) => {
            let told = Condition::ALL.iter().zip(shares).filter(|(_, share)| **share >= 0.005);
            let words: Vec<String> =
                told.map(|(condition, share)| format!("{} {share:.2}", condition.as_str())).collect();
            text.push_str(&words.join(" "));
            text.push('\n');
        }
        Tree::Question { figure, below, yes, no } => {
            let _ = writeln!(text, "{} < {below}", FIGURES[*figure]);
            write_tree(yes, depth + 1, text);
            write_tree(no, depth + 1, text);
        }
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}
