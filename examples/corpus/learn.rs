//! How the judge's forest is taught: stretches of the corpus in, trees out. Deterministic: the same corpus gives the
//! same forest.

use super::{Item, alter::Recording, hash};
use qingjiang::{
    line::{Condition, FIGURES, LineEvent, Listener},
    moment::Moment,
};
use std::{collections::BTreeMap, fmt::Write, time::Duration};

const TREES: usize = 40;
const DEPTH: usize = 10;
/// A leaf holds at least this share of the weight; chosen: twice as much costs a percent of the held-out items.
const LEAF: f32 = 0.001;
/// Figures that a question may choose from, drawn by lot: about the root of their number.
const CHOICE: usize = 6;
/// Steps into which each figure's range is cut for questions: even in the number of stretches.
const STEPS: usize = 96;
const CLASSES: usize = Condition::ALL.len();
const INPUTS: usize = FIGURES.len();

/// The figures of a stretch and what they should be judged to be.
pub struct Stretch {
    /// Whose recording it is: drawn together, held out together.
    pub item: usize,
    figures: [f32; INPUTS],
    class: usize,
}

/// Hears a recording for itself and as a call: alone, and after a second of an idle line, where its noise begins with it.
pub fn stretches_of(at: usize, Recording { item, pcm }: &Recording) -> Vec<Stretch> {
    let Some(condition) = item.expected() else { return Vec::new() };
    let class = Condition::ALL.iter().position(|other| *other == condition).expect("every condition is in ALL");
    let mut random = Random(hash(&item.id));
    let mut hiss = |millis: usize| -> Vec<i16> { (0..millis * 8).map(|_| random.below(45) as i16 - 22).collect() };
    let called = [hiss(IDLE as usize), pcm.clone(), hiss(2_000)].concat();
    let mut hearing = Hearing { item, at, class, delay: IDLE, stretches: Vec::new() };
    hearing.hear(&called, false);
    hearing.delay = 0;
    hearing.hear(pcm, true);
    hearing.stretches
}

/// The idle line before a call's item, milliseconds.
const IDLE: u64 = 1_000;

struct Hearing<'a> {
    item: &'a Item,
    at: usize,
    class: usize,
    delay: u64,
    stretches: Vec<Stretch>,
}

impl Hearing<'_> {
    /// Takes the stretches a call would judge: each turn from its onset to its pause (judged 0.8 s later), or to 5 s;
    /// turns under way at 1.5, 2.5 and 4 s; five-second windows; and all of it.
    fn hear(&mut self, pcm: &[i16], windows: bool) {
        let mut listener = Listener::new();
        let mut now = Moment::ZERO;
        let (mut onset, mut paused) = (None, None);
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
                    self.take(&listener, began, now);
                }
                let pause = paused.filter(|at: &Moment| now.since(*at) >= Duration::from_millis(800));
                if since >= 5_000 || pause.is_some() {
                    self.take(&listener, began, pause.unwrap_or(now));
                    (onset, paused) = (None, None);
                }
            }
            if windows && now.as_millis() >= 5_000 && now.as_millis().is_multiple_of(1_000) {
                self.take(&listener, now.back(Duration::from_secs(5)), now);
            }
        }
        if windows {
            self.keep(&listener, Moment::ZERO, now);
        }
    }

    /// Keeps the stretch where it shows what its label says: half a second of a caller, a cut in his words.
    fn take(&mut self, listener: &Listener, from: Moment, to: Moment) {
        let (start, end) = (from.as_millis().saturating_sub(self.delay), to.as_millis().saturating_sub(self.delay));
        let spoken = self.item.speech.is_empty() || self.item.speech_within(start, end) >= 500;
        let cut = self.item.condition != "choppy" || self.item.lost_within(start, end) >= 40;
        if spoken && cut {
            self.keep(listener, from, to);
        }
    }

    fn keep(&mut self, listener: &Listener, from: Moment, to: Moment) {
        self.stretches.push(Stretch { item: self.at, figures: listener.figures(from, to), class: self.class });
    }
}

/// Teaches a forest with `stretches`, and writes it down as `line::forest` reads it.
pub fn forest(stretches: &[&Stretch]) -> String {
    let lessons = Lessons::of(stretches);
    let mut text = String::new();
    for tree in 0..TREES {
        let mut random = Random(0x9e37_79b9 + tree as u64);
        let drawn = lessons.draw(&mut random);
        text.push_str("tree\n");
        write_tree(&lessons.grow(drawn, &mut random, DEPTH), 0, &mut text);
    }
    text
}

enum Tree {
    Leaf([f32; CLASSES]),
    Question { figure: usize, below: f32, yes: Box<Tree>, no: Box<Tree> },
}

/// A stretch in a tree's hand: its number, and how much it weighs there.
type Drawn = (usize, f32);

struct Lessons {
    classes: Vec<usize>,
    /// Which step each figure of each stretch lies in.
    steps: Vec<[u8; INPUTS]>,
    /// Where each step of a figure begins, from the second on.
    edges: Vec<Vec<f32>>,
    items: Vec<Vec<usize>>,
    weights: [f32; CLASSES],
}

impl Lessons {
    fn of(stretches: &[&Stretch]) -> Self {
        let edges: Vec<Vec<f32>> = (0..INPUTS).map(|figure| edges(stretches, figure)).collect();
        let step = |figure: usize, value: f32| edges[figure].partition_point(|edge| *edge <= value) as u8;
        let steps = stretches.iter().map(|s| std::array::from_fn(|figure| step(figure, s.figures[figure]))).collect();
        let mut items: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut counts = [0.0f32; CLASSES];
        for (number, stretch) in stretches.iter().enumerate() {
            items.entry(stretch.item).or_default().push(number);
            counts[stretch.class] += 1.0;
        }
        Self {
            classes: stretches.iter().map(|stretch| stretch.class).collect(),
            steps,
            // Every condition weighs the same, however many stretches it has.
            weights: counts.map(|count| 1.0 / count.max(1.0) / CLASSES as f32),
            items: items.into_values().collect(),
            edges,
        }
    }

    /// As many items as there are, drawn with replacement: stretches of one item are too alike to be drawn one by one.
    fn draw(&self, random: &mut Random) -> Vec<Drawn> {
        let mut times = vec![0.0; self.items.len()];
        (0..self.items.len()).for_each(|_| times[random.below(self.items.len())] += 1.0);
        let drawn = self.items.iter().zip(times).filter(|(_, times)| *times > 0.0);
        drawn
            .flat_map(|(stretches, times)| {
                stretches.iter().map(move |number| (*number, times * self.weights[self.classes[*number]]))
            })
            .collect()
    }

    fn grow(&self, drawn: Vec<Drawn>, random: &mut Random, depth: usize) -> Tree {
        let mut totals = [0.0; CLASSES];
        drawn.iter().for_each(|(number, weight)| totals[self.classes[*number]] += weight);
        let whole: f32 = totals.iter().sum();
        let pure = totals.iter().any(|total| *total >= whole * 0.999);
        let best = (depth > 0 && !pure).then(|| self.best_question(&drawn, &totals, random)).flatten();
        let Some((figure, step)) = best else { return Tree::Leaf(totals.map(|total| total / whole.max(1e-9))) };
        let (yes, no) = drawn.into_iter().partition(|(number, _)| self.steps[*number][figure] <= step);
        Tree::Question {
            figure,
            below: self.edges[figure][usize::from(step)],
            yes: Box::new(self.grow(yes, random, depth - 1)),
            no: Box::new(self.grow(no, random, depth - 1)),
        }
    }

    /// The question about one of a few figures, drawn by lot, that leaves the least impurity (Gini).
    fn best_question(&self, drawn: &[Drawn], totals: &[f32; CLASSES], random: &mut Random) -> Option<(usize, u8)> {
        let whole: f32 = totals.iter().sum();
        let mut best: Option<(f32, usize, u8)> = None;
        for _ in 0..CHOICE {
            let figure = random.below(INPUTS);
            let mut in_step = [[0.0f32; CLASSES]; STEPS + 1];
            for (number, weight) in drawn {
                in_step[usize::from(self.steps[*number][figure])][self.classes[*number]] += weight;
            }
            let mut left = [0.0; CLASSES];
            for (step, weights) in in_step.iter().enumerate().take(self.edges[figure].len()) {
                left.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
                let taken: f32 = left.iter().sum();
                if taken < LEAF || whole - taken < LEAF {
                    continue;
                }
                let squares = |share: &dyn Fn(usize) -> f32| (0..CLASSES).map(|c| share(c) * share(c)).sum::<f32>();
                let purity = squares(&|c| left[c]) / taken + squares(&|c| totals[c] - left[c]) / (whole - taken);
                if best.is_none_or(|(most, ..)| purity > most) {
                    best = Some((purity, figure, step as u8));
                }
            }
        }
        best.map(|(_, figure, step)| (figure, step))
    }
}

/// Where the steps of a figure begin: between neighbours, in the shortest number, for the reader.
fn edges(stretches: &[&Stretch], figure: usize) -> Vec<f32> {
    let mut values: Vec<f32> = stretches.iter().map(|stretch| stretch.figures[figure]).collect();
    values.sort_unstable_by(f32::total_cmp);
    let mut edges: Vec<f32> = (1..STEPS)
        .filter_map(|step| {
            let above = values[step * values.len() / STEPS];
            let below = *values[..values.partition_point(|value| *value < above)].last()?;
            Some(rounded((above + below) / 2.0, below, above))
        })
        .collect();
    edges.dedup();
    edges
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
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}
