//! Samples in, levels and dead air out.

use super::frame::{FRAME_SAMPLES, Frame, HALF_SAMPLES, Level};

/// Samples up to this are dead: 8 is the idle code of A-law, and the smallest step of μ-law (ITU-T G.711).
const DEAD: i16 = 8;
/// Pole of the blocker of constant offsets: -3 dB at 25 Hz, below every telephone channel (300 Hz, ITU-T G.712).
const POLE: f32 = 0.98;

/// Measures one stream, frame by frame.
#[derive(Default)]
pub(super) struct Meter {
    input: f32,
    output: f32,
}

impl Meter {
    /// Levels and dead air of the next frame, and its samples (full scale = 1) without their constant offset.
    pub(super) fn measure(&mut self, pcm: &[i16; FRAME_SAMPLES], into: &mut [f32; FRAME_SAMPLES]) -> Frame {
        for (sample, out) in pcm.iter().zip(into.iter_mut()) {
            let input = f32::from(*sample) / 32768.0;
            self.output = input - self.input + POLE * self.output;
            self.input = input;
            *out = self.output;
        }
        let (head, tail) = dead_air(pcm);
        let (first, second) = into.split_at(HALF_SAMPLES);
        Frame { halves: [level(first), level(second)], dead_head: head, dead_tail: tail, ..Frame::default() }
    }
}

fn level(samples: &[f32]) -> Level {
    Level::of_power(samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32)
}

fn dead_air(pcm: &[i16; FRAME_SAMPLES]) -> (u8, u8) {
    let is_dead = |sample: &&i16| (-DEAD..=DEAD).contains(*sample);
    (pcm.iter().take_while(is_dead).count() as u8, pcm.iter().rev().take_while(is_dead).count() as u8)
}
