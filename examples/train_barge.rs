//! Weighs what a frame says of a caller who interrupts a prompt, and writes `src/line/barge.weights`.
//!
//! `cargo run --release --example train_barge`. Deterministic: the same corpus and prompts give the same file. What comes of
//! it, `barge_in` says. What `barge_in` plays is learned from: the frames that are more than our voice and the line's
//! noise. Those in the second and a half after a voice can be heard speak for a caller; those before it, and all of
//! noises, tones, quiet lines and our echo alone, against one. Where our echo is louder than -12 dB under a voice nothing
//! is learned: too many of its frames are ours.

mod corpus;

use corpus::{
    Item, logistic,
    prompted::{self, EDGE, Echo, Interruption, OTHERS, QUIET_ECHO, echoes, prompts},
};
use qingjiang::line::BARGE_FIGURES;
use std::fmt::Write;

const HEAD: &str = "# What each figure of a frame says for a caller who interrupts a prompt, fitted by\n\
    # `cargo run --release --example train_barge`; src/line/barge.rs says what the figures are.\n";
/// Milliseconds of a voice that are learned from.
const FIRST_WORDS: u64 = 1_500;
/// Our echo at most, dB under our voice, where a caller is learned from.
const LOUDEST_ECHO: i32 = 12;

/// The figures, and the one that is always 1.
type Row = [f32; BARGE_FIGURES.len() + 1];

/// Frames that speak for a caller, and against one.
#[derive(Default)]
struct Lessons {
    caller: Vec<Row>,
    nobody: Vec<Row>,
}

/// Who makes a sound.
enum Who {
    Caller,
    Nobody,
}

fn main() {
    let Some(items) = corpus::items() else {
        return println!("no corpus at {}", corpus::root().display());
    };
    let prompts = prompts();
    let mut lessons = Lessons::default();
    for (_, echoes) in echoes() {
        lessons.of_callers(&echoes, &items, &prompts);
        lessons.of_echo_alone(&echoes, &prompts);
    }
    for condition in OTHERS {
        lessons.of_others(condition, &items, &prompts);
    }
    println!("{} frames of callers, {} of others", lessons.caller.len(), lessons.nobody.len());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/line/barge.weights");
    std::fs::write(path, text(&logistic::fit(&lessons.caller, &lessons.nobody))).expect("the weights can be written");
    println!("wrote {path}");
}

impl Lessons {
    fn of_callers(&mut self, echoes: &[Echo], items: &[Item], prompts: &[Vec<i16>]) {
        if echoes.iter().any(|echo| echo.loss < LOUDEST_ECHO) {
            return;
        }
        for caller in items.iter().filter_map(|item| Interruption::of(item, prompts)) {
            let heard = caller.at + caller.hidden;
            self.play(&caller.far, &caller.near, caller.echo(echoes), |millis| {
                if (heard..=heard + FIRST_WORDS).contains(&millis) {
                    return Some(Who::Caller);
                }
                (millis + EDGE < caller.at).then_some(Who::Nobody)
            });
        }
    }

    fn of_echo_alone(&mut self, echoes: &[Echo], prompts: &[Vec<i16>]) {
        for (prompt, echo) in prompts.iter().zip(echoes.iter().cycle()) {
            let far = prompted::alone(prompt);
            self.play(&far, &vec![0; far.len()], Some(*echo), |_| Some(Who::Nobody));
        }
    }

    fn of_others(&mut self, condition: &str, items: &[Item], prompts: &[Vec<i16>]) {
        for item in items.iter().filter(|item| item.condition == condition) {
            let near = item.pcm();
            let far = prompted::repeated(prompted::pick(prompts, &item.id), near.len());
            for echo in [None, Some(QUIET_ECHO)] {
                self.play(&far, &near, echo, |_| Some(Who::Nobody));
            }
        }
    }

    /// Takes the frames that may be an interruption, where `who` knows by the millisecond they begin at whose they are.
    fn play(&mut self, far: &[i16], near: &[i16], echo: Option<Echo>, who: impl Fn(u64) -> Option<Who>) {
        prompted::play(far, near, echo, |listener, number| {
            while listener.poll_event().is_some() {}
            let Some(figures) = listener.barge_figures() else { return };
            let row: Row = std::array::from_fn(|at| figures.get(at).copied().unwrap_or(1.0));
            match who(number * 20) {
                Some(Who::Caller) => self.caller.push(row),
                Some(Who::Nobody) => self.nobody.push(row),
                None => {}
            }
        });
    }
}

/// A line a figure, as `line::barge` reads them.
fn text(weights: &[f64]) -> String {
    let mut text = HEAD.to_owned();
    for (name, weight) in BARGE_FIGURES.iter().chain(&["bias"]).zip(weights) {
        let _ = writeln!(text, "{name} {weight:.2}");
    }
    text
}
