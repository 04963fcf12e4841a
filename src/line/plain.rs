//! The plain detector: WebRTC's gate, corrected by the shape of the sound.
//!
//! The gate takes most noise and tones for voice. Over a quarter of a second voices differ from both: they are
//! pitched now and then (voicing is high and varies), never one or two bins alone, far from flat, and change. A
//! logistic score of the means says how likely it is speech; fitted on the development corpus, every other frame,
//! `babble_only` left out (area under the curve 0.93 on speakers and noises not fitted on; the gate alone: 0.7).

use super::frame::Frame;

/// Frames the score looks back on: 240 ms.
pub(super) const WINDOW: u64 = 12;

/// A frame with this share of its power in one peak (of 255) is a pure tone: hum, dial tone, a whistle.
const TONAL: u8 = 200;
/// Where most of what sounds is so, it is no voice: a vowel does not stand still so long.
const STEADY: f32 = 0.75;

/// By so many frames the probability follows what it is about: 100 ms.
pub(super) const LAG: u64 = 5;

const BIAS: f32 = -5.18;
const GATE: f32 = 1.59;
const VOICING: f32 = 8.05;
const VOICING_SPREAD: f32 = 7.41;
const ONE: f32 = -4.20;
const TWO: f32 = 4.87;
const FLATNESS: f32 = -0.326;
const FLUX: f32 = 0.018;
const OVER: f32 = 0.042;

/// Probability of speech, 0..=1, after the last [`WINDOW`] frames, of which the loudest lies `over` dB above the floor.
pub(super) fn probability<'a>(window: impl Iterator<Item = &'a Frame>, over: f32) -> f32 {
    let mut sums = Sums::default();
    window.for_each(|frame| sums.add(frame));
    if sums.tonal > STEADY * sums.sounding {
        return 0.0;
    }
    1.0 / (1.0 + (-sums.score(over)).exp())
}

#[derive(Default)]
struct Sums {
    frames: f32,
    gate: f32,
    voicing: f32,
    voicing_squared: f32,
    one: f32,
    two: f32,
    flatness: f32,
    flux: f32,
    tonal: f32,
    sounding: f32,
}

impl Sums {
    fn add(&mut self, frame: &Frame) {
        let shape = &frame.spectrum;
        let voicing = f32::from(shape.voicing) / 255.0;
        self.frames += 1.0;
        self.gate += f32::from(u8::from(frame.gate));
        self.voicing += voicing;
        self.voicing_squared += voicing * voicing;
        self.one += f32::from(shape.one) / 255.0;
        self.two += f32::from(shape.two) / 255.0;
        self.flatness += f32::from(shape.flatness) / 5.0;
        self.tonal += f32::from(u8::from(shape.one >= TONAL));
        self.sounding += f32::from(u8::from(shape.peak > 0));
        self.flux += f32::from(shape.flux) / 10.0;
    }

    fn score(&self, over: f32) -> f32 {
        let mean = |sum: f32| sum / self.frames.max(1.0);
        let voicing = mean(self.voicing);
        let spread = (mean(self.voicing_squared) - voicing * voicing).max(0.0).sqrt();
        BIAS + GATE * mean(self.gate)
            + VOICING * voicing
            + VOICING_SPREAD * spread
            + ONE * mean(self.one)
            + TWO * mean(self.two)
            + FLATNESS * mean(self.flatness)
            + FLUX * mean(self.flux)
            + OVER * over
    }
}
