//! How soon a caller who talks over a prompt is heard, and how often a prompt stops for nothing:
//! `cargo run --release --example barge_in [-- --wrong]`.
//!
//! The prompts are the project's own (`audio/zh-CN`), told to the listener as a leg tells it, a second ahead. Some of
//! each comes back: by a bad hybrid (flat) or from a hands-free telephone (band-limited, a room's tail of 200 ms), so
//! many decibels quieter and milliseconds later. Speech is the corpus' `clear` and `mild_noise`; what is no speech is
//! its noise, tones and quiet lines (clicks among them), and the echo alone. A voice in noise begins where its label says,
//! but is heard later: the second pair of columns counts from where it is 6 dB louder than what was before. The noises are
//! told in two halves too, by name. `--wrong` names every false stop and every barge-in that took longer than half a second.

mod corpus;

use corpus::{Item, hash};
use qingjiang::{
    audio::{Bank, Codec, Decoder, bank::CHUNK_SAMPLES, source, spectrum},
    line::{LineEvent, Listener},
    moment::Moment,
};

const FRAME: usize = 160;
/// Samples a millisecond.
const MS: usize = 8;
/// How far ahead of being heard a prompt is sent.
const LEAD: usize = 1_000 * MS;
/// A caller who is not heard after this long was not heard.
const MISSED: u64 = 5_000;

/// How exact the labelled onsets are (the corpus' README).
const EDGE: u64 = 50;

/// The way our voice comes back.
#[derive(Clone, Copy)]
struct Echo {
    loss: i32,
    delay: usize,
    room: bool,
}

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
        barge_ins(&name, &echoes, &items, &prompts, wrong);
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

/// Losses by name; 20 to 400 ms late, by hybrids and rooms.
fn echoes() -> Vec<(String, Vec<Echo>)> {
    let mut all = vec![("no echo".to_string(), Vec::new())];
    for loss in [30, 20, 12, 10, 6] {
        for room in [false, true] {
            let delays = if room { [60, 130, 200, 300, 400] } else { [20, 60, 130, 250, 400] };
            let echoes = delays.map(|delay| Echo { loss, delay, room });
            all.push((format!("echo -{loss} dB, {}", if room { "room" } else { "hybrid" }), echoes.to_vec()));
        }
    }
    all
}

/// Corpus items without a caller.
const OTHERS: [&str; 5] = ["nonspeech_noise_only", "tone", "silent_digital", "silent_comfort_noise", "silent_room"];
const QUIET_ECHO: Echo = Echo { loss: 20, delay: 130, room: false };

fn barge_ins(name: &str, echoes: &[Echo], items: &[Item], prompts: &[Vec<i16>], wrong: bool) {
    let (mut latencies, mut audible, mut before) = (Vec::new(), Vec::new(), 0);
    for item in items.iter().filter(|item| ["clear", "mild_noise"].contains(&item.condition.as_str())) {
        let Some((onset, _)) = item.speech.first() else { continue };
        let prompt = pick(prompts, &item.id);
        // The voice begins 1.5 to 4.5 s after the prompt; until then the line is as it is before the voice.
        let at = (1_500 + hash(&item.id) % 3_000).max(*onset);
        let pcm = item.pcm();
        let before_it = &pcm[..(onset - EDGE) as usize * MS];
        let lead = before_it.iter().cycle().take((at - onset) as usize * MS);
        let caller: Vec<i16> = lead.chain(&pcm).copied().take((at + MISSED) as usize * MS).collect();
        let far = repeated(prompt, caller.len());
        let echo = (!echoes.is_empty()).then(|| echoes[hash(&item.id) as usize / 7 % echoes.len()]);
        let played = play(&far, &caller, echo);
        before += played.stops.iter().filter(|stop| **stop + EDGE < at).count();
        let heard = played.stops.iter().find(|stop| **stop + EDGE >= at);
        let latency = heard.map_or(MISSED, |stop| stop.saturating_sub(at));
        if wrong && latency > 500 {
            println!("  {} {name} {:?}: {latency} ms, onset at {at}", item.id, echo.map(|echo| echo.delay));
        }
        latencies.push(latency);
        audible.push(latency.saturating_sub(hidden(&pcm, *onset)));
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

/// For how long after its labelled onset, milliseconds, a voice is less than 6 dB louder than what was before it.
fn hidden(pcm: &[i16], onset: u64) -> u64 {
    let power = |of: &[i16]| of.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / of.len().max(1) as f64;
    let (before, voice) = pcm.split_at((onset - EDGE) as usize * MS);
    let floor = power(&before[before.len().saturating_sub(1_000 * MS)..]).max(1.0);
    let frames: Vec<bool> = voice.as_chunks::<FRAME>().0.iter().map(|frame| power(frame) > 4.0 * floor).collect();
    let from = frames.windows(2).position(|two| two[0] && two[1]).unwrap_or(0);
    (from as u64 * 20).saturating_sub(EDGE)
}

/// Every prompt of two seconds or more, each in a call of its own, with one echo after another.
fn echo_alone(name: &str, echoes: &[Echo], prompts: &[Vec<i16>], wrong: bool) -> Tally {
    let mut tally = Tally::default();
    for (number, prompt) in prompts.iter().enumerate() {
        let mut far = prompt.clone();
        far.extend([0; 600 * MS]);
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
        let played = play(&repeated(pick(prompts, &item.id), near.len()), &near, echo);
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

/// Plays `far` to a caller who sends `near` and some of `far`.
fn play(far: &[i16], near: &[i16], echo: Option<Echo>) -> Played {
    let line = on_the_line(near, &echo.map_or_else(|| vec![0.0; near.len()], |echo| back(far, near.len(), echo)));
    let (mut listener, mut stops, mut told) = (Listener::new(), Vec::new(), 0);
    listener.advance(Moment::ZERO);
    for (number, frame) in line.as_chunks::<FRAME>().0.iter().enumerate() {
        while told < far.len().min(number * FRAME + LEAD) {
            let chunk = &far[told..(told + CHUNK_SAMPLES).min(far.len())];
            listener.played(&spectrum::course(chunk), at(told));
            told += CHUNK_SAMPLES;
        }
        let now = at((number + 1) * FRAME);
        listener.hear(frame, now);
        while let Some(event) = listener.poll_event() {
            if let LineEvent::SpeechStarted { .. } = event {
                stops.push(now.as_millis());
            }
        }
    }
    Played { stops, seconds: line.len() as f64 / (1_000 * MS) as f64 }
}

/// What comes back of `far`.
fn back(far: &[i16], length: usize, echo: Echo) -> Vec<f32> {
    let gain = 10f32.powf(-echo.loss as f32 / 20.0);
    let delay = echo.delay * MS;
    let voice: Vec<f32> = far.iter().map(|sample| f32::from(*sample)).collect();
    let voice = if echo.room { in_a_room(&voice) } else { voice };
    (0..length).map(|n| n.checked_sub(delay).and_then(|n| voice.get(n)).map_or(0.0, |sample| sample * gain)).collect()
}

/// A small loudspeaker (nothing under 400 Hz) in a room: direct sound and 24 reflections that die away by 60 dB within
/// 400 ms, as loud in sum as the voice that went out.
fn in_a_room(voice: &[f32]) -> Vec<f32> {
    let (mut before, mut out) = (0.0, 0.0);
    let thin: Vec<f32> = voice
        .iter()
        .map(|sample| {
            out = 0.73 * (out + sample - before);
            before = *sample;
            out
        })
        .collect();
    let reflections: Vec<(usize, f32)> = (0..24)
        .map(|n| {
            let random = hash(&format!("reflection {n}"));
            let at = random as usize % (200 * MS);
            let sign = if random >> 40 & 1 == 0 { 1.0 } else { -1.0 };
            (at, sign * 0.4 * 10f32.powf(-3.0 * at as f32 / (400 * MS) as f32))
        })
        .chain([(0, 1.0)])
        .collect();
    let mut sum = vec![0.0; thin.len()];
    for (at, gain) in reflections {
        sum.iter_mut().skip(at).zip(&thin).for_each(|(sum, sample)| *sum += sample * gain);
    }
    let power = |of: &[f32]| of.iter().map(|sample| sample * sample).sum::<f32>();
    let as_loud = (power(voice) / power(&sum).max(1.0)).sqrt();
    sum.iter().map(|sample| sample * as_loud).collect()
}

/// Both, through the telephone's codec.
fn on_the_line(near: &[i16], back: &[f32]) -> Vec<i16> {
    let sum: Vec<i16> = near.iter().zip(back).map(|(near, back)| (f32::from(*near) + back) as i16).collect();
    let (mut bytes, mut heard) = (Vec::new(), Vec::new());
    Codec::Ulaw.encode(&sum, &mut bytes);
    Decoder::new(Codec::Ulaw).decode_8k(&bytes, &mut heard);
    heard
}

/// Our own prompts of two seconds or more.
fn prompts() -> Vec<Vec<i16>> {
    let bank = Bank::load(source::embedded()).expect("our own recordings");
    let ours = bank.iter().filter(|(locale, ..)| *locale == "zh-CN").map(|(.., clip)| clip);
    ours.filter(|clip| clip.samples() >= 2_000 * MS)
        .map(|clip| {
            let mut pcm = vec![0; clip.samples()];
            clip.pcm_8k(0, &mut pcm);
            pcm
        })
        .collect()
}

fn pick<'a>(prompts: &'a [Vec<i16>], name: &str) -> &'a [i16] {
    &prompts[(hash(name) >> 20) as usize % prompts.len()]
}

/// The prompt over and over, half a second between, to this length in whole frames.
fn repeated(prompt: &[i16], length: usize) -> Vec<i16> {
    let pause = [0; 500 * MS];
    prompt.iter().chain(&pause).copied().cycle().take(length.next_multiple_of(FRAME)).collect()
}

fn at(sample: usize) -> Moment {
    Moment::from_millis((sample / MS) as u64)
}
