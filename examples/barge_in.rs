//! How soon a caller who talks over a prompt is heard, and how often a prompt stops for nothing:
//! `cargo run --release --example barge_in [-- --wrong]`.
//!
//! The prompts are the project's own (`audio/zh-CN`), told to the listener as a leg tells it, a second ahead. Some of
//! each comes back: by a bad hybrid (flat) or from a hands-free telephone (band-limited, a room's tail of 200 ms), so
//! many decibels quieter and milliseconds later. Speech is the corpus' `clear` and `mild_noise`; what is no speech is
//! its noise, tones and quiet lines (clicks among them), and the echo alone. A voice in noise begins where its label says,
//! but is heard later: the second pair of columns counts from where it is 6 dB louder than what was before. The noises are
//! told in two halves too, by name. `--wrong` names every false stop and every barge-in that took longer than 350 ms.

mod corpus;

use corpus::{
    Item, hash,
    prompted::{self, EDGE, Echo, Interruption, LINES, MISSED, OTHERS, QUIET_ECHO, echoes, prompts},
};
use qingjiang::line::LineEvent;

/// What happened while a prompt played: when somebody was said to speak, milliseconds.
struct Played {
    stops: Vec<u64>,
    seconds: f64,
}

fn main() {
    let wrong = std::env::args().any(|argument| argument == "--wrong");
    let prompts = prompts();
    let items = corpus::items();
    if items.is_none() {
        println!("no corpus at {}: the echo alone", corpus::root().display());
    }
    let items = items.unwrap_or_default();
    println!(
        "barge-in, ms from the onset to the stop          n   p50   p95   p99  late  missed  before  audible: p50   p95"
    );
    for (name, echoes) in echoes() {
        for conditions in [&LINES[..], &LINES[..1], &LINES[1..]] {
            let name = format!("{name}: {}", conditions.join(" and "));
            let items = items.iter().filter(|item| conditions.contains(&item.condition.as_str()));
            barge_ins(&name, &echoes, items, &prompts, wrong && conditions == LINES);
        }
    }
    println!("\nfalse stops                                  seconds  stops  an hour  within the first second");
    let (mut all, mut halves) = (Tally::default(), [Tally::default(), Tally::default()]);
    for (name, echoes) in echoes() {
        let tally = echo_alone(&name, &echoes, &prompts, wrong);
        if echoes.iter().all(|echo| echo.loss >= 12) {
            all.add(&tally);
        }
    }
    for (condition, echo) in OTHERS.iter().flat_map(|condition| [(condition, None), (condition, Some(QUIET_ECHO))]) {
        all.add(&others(condition, echo, &items, &prompts, &mut halves, wrong));
    }
    halves.iter().zip(["half of the noises", "the other half"]).for_each(|(half, name)| half.tell(name));
    all.tell("all with echo at -12 dB or lower");
}

fn barge_ins<'a>(
    name: &str,
    echoes: &[Echo],
    items: impl Iterator<Item = &'a Item>,
    prompts: &[Vec<i16>],
    wrong: bool,
) {
    let (mut latencies, mut audible, mut before) = (Vec::new(), Vec::new(), 0);
    for item in items {
        let Some(caller) = Interruption::of(item, prompts) else { continue };
        let (at, echo) = (caller.at, caller.echo(echoes));
        let played = play(&caller.far, &caller.near, echo);
        before += played.stops.iter().filter(|stop| **stop + EDGE < at).count();
        let heard = played.stops.iter().find(|stop| **stop + EDGE >= at);
        let latency = heard.map_or(MISSED, |stop| stop.saturating_sub(at));
        if wrong && latency > 350 {
            println!("  {} {name} {:?}: {latency} ms, onset at {at}", item.id, echo.map(|echo| echo.delay));
        }
        latencies.push(latency);
        audible.push(latency.saturating_sub(caller.hidden));
    }
    if latencies.is_empty() {
        return;
    }
    latencies.sort_unstable();
    audible.sort_unstable();
    let of = |sorted: &[u64], share: usize| sorted[(sorted.len() * share / 100).min(sorted.len() - 1)];
    let quantile = |share| of(&latencies, share);
    let late = latencies.iter().filter(|latency| **latency > 350).count();
    let missed = latencies.iter().filter(|latency| **latency == MISSED).count();
    println!(
        "{name:44} {:5} {:5} {:5} {:5} {late:5} {missed:7} {before:7} {:13} {:5}",
        latencies.len(),
        quantile(50),
        quantile(95),
        quantile(99),
        of(&audible, 50),
        of(&audible, 95),
    );
}

/// Every prompt of two seconds or more, each in a call of its own, with one echo after another.
fn echo_alone(name: &str, echoes: &[Echo], prompts: &[Vec<i16>], wrong: bool) -> Tally {
    let mut tally = Tally::default();
    for (number, prompt) in prompts.iter().enumerate() {
        let far = prompted::alone(prompt);
        let Some(echo) = echoes.get(number % echoes.len().max(1)) else { return tally };
        let played = play(&far, &vec![0; far.len()], Some(*echo));
        if wrong && !played.stops.is_empty() {
            println!("  prompt {number}, {name}, {} ms: {:?}", echo.delay, played.stops);
        }
        tally.take(&played);
    }
    tally.tell(name);
    tally
}

fn others(
    condition: &str,
    echo: Option<Echo>,
    items: &[Item],
    prompts: &[Vec<i16>],
    halves: &mut [Tally; 2],
    wrong: bool,
) -> Tally {
    let mut tally = Tally::default();
    for item in items.iter().filter(|item| item.condition == condition) {
        let near = item.pcm();
        let played = play(&prompted::repeated(prompted::pick(prompts, &item.id), near.len()), &near, echo);
        if wrong && !played.stops.is_empty() {
            let what = item.tone.as_ref().or(item.noise_kind.as_ref());
            println!("  {} {what:?} echo {}: {:?}", item.id, echo.is_some(), played.stops);
        }
        halves[hash(item.noise().unwrap_or(&item.id)) as usize / 16 % 2].take(&played);
        tally.take(&played);
    }
    tally.tell(&format!("{condition}{}", if echo.is_some() { ", echo -20 dB" } else { "" }));
    tally
}

#[derive(Default)]
struct Tally {
    seconds: f64,
    stops: usize,
    early: usize,
}

impl Tally {
    fn take(&mut self, played: &Played) {
        self.seconds += played.seconds;
        self.stops += played.stops.len();
        self.early += played.stops.iter().filter(|stop| **stop < 1_000).count();
    }

    fn add(&mut self, other: &Self) {
        self.seconds += other.seconds;
        self.stops += other.stops;
        self.early += other.early;
    }

    fn tell(&self, name: &str) {
        let an_hour = self.stops as f64 * 3_600.0 / self.seconds.max(1.0);
        println!("{name:44} {:7.0} {:6} {an_hour:8.1} {:8}", self.seconds, self.stops, self.early);
    }
}

fn play(far: &[i16], near: &[i16], echo: Option<Echo>) -> Played {
    let mut stops = Vec::new();
    let seconds = prompted::play(far, near, echo, |listener, number| {
        while let Some(event) = listener.poll_event() {
            if let LineEvent::SpeechStarted { .. } = event {
                stops.push((number + 1) * 20);
            }
        }
    });
    Played { stops, seconds }
}
