//! Samples in, levels and dead air out.

use super::frame::{FRAME_SAMPLES, Frame, HALF_SAMPLES, Level, mean_power, product};

/// Samples up to this are dead: 8 is the idle code of A-law, and the smallest step of μ-law (ITU-T G.711).
const DEAD: i16 = 8;
/// Pole of the blocker of constant offsets: -3 dB at 25 Hz, below every telephone channel (300 Hz, ITU-T G.712).
const POLE: f32 = 0.98;

/// Measures one stream, frame by frame.
pub(super) struct Meter {
    input: f32,
    output: f32,
    before: [i16; FRAME_SAMPLES],
    /// Energy of the frame before.
    energy: f32,
}

impl Meter {
    pub(super) const fn new() -> Self {
        Self { input: 0.0, output: 0.0, before: [0; FRAME_SAMPLES], energy: 0.0 }
    }

    /// Levels and dead air of the next frame, and its samples (full scale = 1) without their constant offset.
    pub(super) fn measure(&mut self, pcm: &[i16; FRAME_SAMPLES], into: &mut [f32; FRAME_SAMPLES]) -> Frame {
        self.block_offset(pcm, into);
        let (head, tail) = dead_air(pcm);
        let repeated = self.repeats(pcm);
        let (first, second) = into.split_at(HALF_SAMPLES);
        Frame { halves: [level(first), level(second)], dead_head: head, dead_tail: tail, repeated, ..Frame::default() }
    }

    /// Four samples at once: what lies within them is summed beside each other, and only the last waits for the last of
    /// the four before.
    fn block_offset(&mut self, pcm: &[i16; FRAME_SAMPLES], into: &mut [f32; FRAME_SAMPLES]) {
        for (four, out) in pcm.as_chunks::<4>().0.iter().zip(into.as_chunks_mut::<4>().0) {
            let [a, b, c, d] = four.map(|sample| f32::from(sample) / 32_768.0);
            let (a, b, c, d) = (a - std::mem::replace(&mut self.input, d), b - a, c - b, d - c);
            let (ab, bc, cd) = (b + POLE * a, c + POLE * b, d + POLE * c);
            let sums = [a, ab, bc + POLE * POLE * a, cd + POLE * POLE * ab];
            for ((out, sum), pole) in out.iter_mut().zip(sums).zip(POLES) {
                *out = sum + pole * self.output;
            }
            self.output = out[3];
        }
    }

    /// Whether `pcm` is the frame before over again, at the same level or fading.
    fn repeats(&mut self, pcm: &[i16; FRAME_SAMPLES]) -> bool {
        let (own, other) = (product(pcm, pcm), self.energy);
        let before = std::mem::replace(&mut self.before, *pcm);
        self.energy = own;
        if own < LOUD_ENOUGH || other < own * 0.9 {
            return false;
        }
        let common = product(&before, pcm);
        common > 0.0 && 1.0 - common * common / (own * other) < LEFT
    }
}

/// The powers of [`POLE`] by which the four samples after one remember it.
const POLES: [f32; 4] = [POLE, POLE * POLE, POLE * POLE * POLE, POLE * POLE * POLE * POLE];

fn level(samples: &[f32]) -> Level {
    Level::of_power(mean_power(samples))
}

fn dead_air(pcm: &[i16; FRAME_SAMPLES]) -> (u8, u8) {
    let is_dead = |sample: &&i16| (-DEAD..=DEAD).contains(*sample);
    (pcm.iter().take_while(is_dead).count() as u8, pcm.iter().rev().take_while(is_dead).count() as u8)
}

/// A concealed packet is the one before once more, only fainter: what is left of it after the best scaling is less than
/// this share of its power (coding noise of G.711: -35 dB).
const LEFT: f32 = 0.003;

/// Energy of a frame at -55 dBov: of quieter ones coding leaves too little to compare.
const LOUD_ENOUGH: f32 = FRAME_SAMPLES as f32 * 58.0 * 58.0;
