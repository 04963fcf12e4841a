//! What listening alone costs, transport left out: `cargo bench --bench listen`
//!
//! A call of 180 s whose first 30 s are judged, twice a second, as a call judges while somebody speaks; then nobody asks
//! any more. Our prompts play all the time and come back 20 dB quieter, 130 ms late. CPU is the least of fifteen runs,
//! second by second; memory is what a thousand listeners make the process grow (Linux only).

use qingjiang::{
    audio::{Bank, Clip, Codec, Decoder, bank::CHUNK_SAMPLES, source},
    line::{Attention, Listener, Sensitivity},
    moment::Moment,
};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

const SECONDS: usize = 180;
const JUDGED: usize = 30;
const RUNS: usize = 15;
const LISTENERS: usize = 1_000;
/// Frames of 20 ms in a second, and samples of a frame.
const FRAMES: usize = 50;
const FRAME: usize = 160;
const ECHO_DELAY: usize = 130 * 8;
const ECHO_GAIN: f32 = 0.1;

fn main() {
    let bank = Bank::load(source::embedded()).expect("our own recordings");
    let ours = clips(&bank, "zh-CN");
    let far = pcm(&ours);
    let ours: Vec<Piece<'_>> = ours.iter().flat_map(|clip| (0..clip.chunks()).map(|chunk| (*clip, chunk))).collect();
    for (name, near) in [
        ("an idle line, hiss at -62 dBov", hiss(SECONDS * 8_000)),
        ("a caller who talks all the time", over_hiss(&pcm(&clips(&bank, "en")))),
    ] {
        let line = on_the_line(&near, &far);
        let seconds = costs(&line, &ours);
        let mean = |costs: &[Duration]| costs.iter().sum::<Duration>().as_secs_f64() * 1e3 / costs.len().max(1) as f64;
        let worst = seconds[..JUDGED].iter().max().map_or(0.0, |worst| worst.as_secs_f64() * 1e3);
        println!("{name}, ms of CPU per second of call:");
        println!("  180 s, judged for the first 30: {:.3}", mean(&seconds));
        println!("  while judged: {:.3}, the worst second {worst:.3}", mean(&seconds[..JUDGED]));
        println!("  after that: {:.3}", mean(&seconds[JUDGED..]));
    }
    memory(&over_hiss(&pcm(&clips(&bank, "en"))), &ours);
}

/// The least that each second cost in several runs.
fn costs(line: &[i16], ours: &[Piece<'_>]) -> Vec<Duration> {
    let mut least = vec![Duration::MAX; SECONDS];
    for _ in 0..RUNS {
        let mut call = Call::new(ours);
        for (second, least) in line.chunks(FRAMES * FRAME).zip(&mut least) {
            let begun = Instant::now();
            call.second(second);
            *least = begun.elapsed().min(*least);
        }
    }
    least
}

fn memory(line: &[i16], ours: &[Piece<'_>]) {
    let Some(before) = resident_kib() else { return };
    let calls: Vec<Call<'_>> = (0..LISTENERS)
        .map(|_| {
            let mut call = Call::new(ours);
            line.chunks(FRAMES * FRAME).take(2).for_each(|second| call.second(second));
            call
        })
        .collect();
    let grown = resident_kib().unwrap_or(before).saturating_sub(before);
    println!("a listener holds {:.1} KiB, its heap included", grown as f64 / calls.len() as f64);
}

fn resident_kib() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

/// A chunk of a prompt.
type Piece<'a> = (&'a Clip, usize);

/// A listener, and the prompts that play to it one after the other, told a chunk at a time.
struct Call<'a> {
    listener: Listener,
    ours: &'a [Piece<'a>],
    next: usize,
    told: usize,
    frames: usize,
}

impl<'a> Call<'a> {
    fn new(ours: &'a [Piece<'a>]) -> Self {
        let mut listener = Listener::new();
        listener.advance(Moment::ZERO);
        Self { listener, ours, next: 0, told: 0, frames: 0 }
    }

    fn second(&mut self, pcm: &[i16]) {
        for frame in pcm.chunks(FRAME) {
            self.frame(frame);
        }
    }

    fn frame(&mut self, pcm: &[i16]) {
        while self.told < (self.frames + FRAMES) * FRAME {
            let (clip, chunk) = self.ours[self.next % self.ours.len()];
            self.next += 1;
            self.listener.played(clip.bands(chunk), at(self.told));
            self.told += CHUNK_SAMPLES.min(clip.samples() - chunk * CHUNK_SAMPLES);
        }
        self.frames += 1;
        let now = at(self.frames * FRAME);
        self.listener.hear(pcm, now);
        while let Some(event) = self.listener.poll_event() {
            black_box(event);
        }
        match self.frames {
            asked if asked <= JUDGED * FRAMES && asked.is_multiple_of(FRAMES / 2) => {
                black_box(self.listener.judge(now.back(Duration::from_secs(5)), now, Sensitivity::Normal));
            }
            last if last == JUDGED * FRAMES + 1 => self.listener.attend(Attention::Events),
            _ => {}
        }
    }
}

fn clips<'a>(bank: &'a Bank, locale: &str) -> Vec<&'a Clip> {
    bank.iter().filter(|(of, ..)| *of == locale).map(|(.., clip)| clip.as_ref()).collect()
}

/// The recordings one after the other, over and over.
fn pcm(clips: &[&Clip]) -> Vec<i16> {
    let once: Vec<i16> = clips
        .iter()
        .flat_map(|clip| {
            let mut pcm = vec![0; clip.samples()];
            clip.pcm_8k(0, &mut pcm);
            pcm
        })
        .collect();
    once.iter().copied().cycle().take(SECONDS * 8_000).collect()
}

fn hiss(samples: usize) -> Vec<i16> {
    // A linear congruential generator: the same at every run.
    let mut state = 1_u32;
    (0..samples)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as i16 % 89 - 44
        })
        .collect()
}

fn over_hiss(voice: &[i16]) -> Vec<i16> {
    voice.iter().zip(hiss(voice.len())).map(|(voice, hiss)| voice.saturating_add(hiss)).collect()
}

/// The caller and the echo of what is played, through μ-law.
fn on_the_line(near: &[i16], far: &[i16]) -> Vec<i16> {
    let echo = |n: usize| n.checked_sub(ECHO_DELAY).and_then(|n| far.get(n)).map_or(0.0, |far| f32::from(*far));
    let sum = near.iter().enumerate().map(|(n, near)| (f32::from(*near) + echo(n) * ECHO_GAIN) as i16);
    let (mut bytes, mut heard) = (Vec::new(), Vec::new());
    Codec::Ulaw.encode(&sum.collect::<Vec<_>>(), &mut bytes);
    Decoder::new(Codec::Ulaw).decode_8k(&bytes, &mut heard);
    heard
}

fn at(sample: usize) -> Moment {
    Moment::from_millis(sample as u64 / 8)
}
