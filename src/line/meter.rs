//! Samples in, levels and dead air out.

use super::frame::{FRAME_SAMPLES, Frame, HALF_SAMPLES, Level};

/// Samples up to this are dead: 8 is the idle code of A-law, and the smallest step of μ-law (ITU-T G.711).
const DEAD: i16 = 8;
/// Pole of the blocker of constant offsets: -3 dB at 25 Hz, below every telephone channel (300 Hz, ITU-T G.712).
const POLE: f32 = 0.98;

/// Measures one stream, frame by frame.
pub(super) struct Meter {
    input: f32,
    output: f32,
    before: [i16; FRAME_SAMPLES],
}

impl Meter {
    pub(super) const fn new() -> Self {
        Self { input: 0.0, output: 0.0, before: [0; FRAME_SAMPLES] }
    }

    /// Levels and dead air of the next frame, and its samples (full scale = 1) without their constant offset.
    pub(super) fn measure(&mut self, pcm: &[i16; FRAME_SAMPLES], into: &mut [f32; FRAME_SAMPLES]) -> Frame {
        for (sample, out) in pcm.iter().zip(into.iter_mut()) {
            let input = f32::from(*sample) / 32768.0;
            self.output = input - self.input + POLE * self.output;
            self.input = input;
            *out = self.output;
        }
        let (head, tail) = dead_air(pcm);
        let repeated = repeats(&self.before, pcm);
        self.before = *pcm;
        let (first, second) = into.split_at(HALF_SAMPLES);
        Frame { halves: [level(first), level(second)], dead_head: head, dead_tail: tail, repeated, ..Frame::default() }
    }
}

fn level(samples: &[f32]) -> Level {
    Level::of_power(samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32)
}

fn dead_air(pcm: &[i16; FRAME_SAMPLES]) -> (u8, u8) {
    let is_dead = |sample: &&i16| (-DEAD..=DEAD).contains(*sample);
    (pcm.iter().take_while(is_dead).count() as u8, pcm.iter().rev().take_while(is_dead).count() as u8)
}

/// A concealed packet is the one before once more, only fainter: what is left of it after the best scaling is less than
/// this share of its power (coding noise of G.711: -35 dB).
const LEFT: f32 = 0.003;

/// Whether `pcm` is `before` over again, at the same level or fading.
fn repeats(before: &[i16; FRAME_SAMPLES], pcm: &[i16; FRAME_SAMPLES]) -> bool {
    let product = |a: &[i16; FRAME_SAMPLES], b: &[i16; FRAME_SAMPLES]| -> i64 {
        a.iter().zip(b).map(|(a, b)| i64::from(i32::from(*a) * i32::from(*b))).sum()
    };
    let (own, other, common) = (product(pcm, pcm) as f32, product(before, before) as f32, product(before, pcm) as f32);
    if own < LOUD_ENOUGH || other < own * 0.9 || common <= 0.0 {
        return false;
    }
    1.0 - common * common / (own * other) < LEFT
}

/// Energy of a frame at -55 dBov: of quieter ones coding leaves too little to compare.
const LOUD_ENOUGH: f32 = FRAME_SAMPLES as f32 * 58.0 * 58.0;
