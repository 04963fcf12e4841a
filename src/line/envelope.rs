//! The course of the level: how fast it swings, and how long it remembers.
//!
//! Talk swings at the rate of syllables (2.5-10 Hz); noise as fast as it likes. Noise over speech fills the swings,
//! a room's reverberation smears the fast ones.

use super::{
    frame::{Frame, product},
    spectrum::envelope_power,
};
use crate::audio::spectrum::sum;

/// Points of a course: 5.12 s at 100 Hz.
pub(super) const COURSE: usize = 512;

/// Figures of a course.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Envelope {
    /// Modulation at 2.5-10 Hz over that at 12-45 Hz, dB, of the level in dB.
    pub(super) swing: f32,
    /// The same of the amplitude.
    pub(super) amplitude_swing: f32,
    /// Autocorrelation of the level in dB, 50, 100 and 200 ms later.
    pub(super) memory: [f32; 3],
}

impl Envelope {
    /// The figures of the last five seconds of `frames`; levels under `floor`, dBov, count as `floor`.
    pub(super) fn of<'a>(frames: impl Iterator<Item = &'a Frame>, floor: f32) -> Self {
        let (mut levels, mut amplitudes) = ([0.0; COURSE], [0.0; COURSE]);
        let quietest = 10f32.powf(floor / 20.0);
        let mut count = 0;
        for level in frames.flat_map(|frame| frame.halves) {
            levels[count % COURSE] = level.dbov().max(floor);
            amplitudes[count % COURSE] = level.power().sqrt().max(quietest);
            count += 1;
        }
        if count > COURSE {
            levels.rotate_left(count % COURSE);
            amplitudes.rotate_left(count % COURSE);
        }
        let levels = &mut levels[..count.min(COURSE)];
        let amplitudes = &mut amplitudes[..levels.len()];
        centre(levels);
        centre(amplitudes);
        Self {
            swing: swing(levels),
            amplitude_swing: swing(amplitudes),
            memory: [5, 10, 20].map(|later| autocorrelation(levels, later)),
        }
    }
}

fn centre(values: &mut [f32]) {
    let mean = sum(values) / values.len().max(1) as f32;
    values.iter_mut().for_each(|value| *value -= mean);
}

/// Bins of 100 Hz / 512 = 0.195 Hz.
fn swing(values: &[f32]) -> f32 {
    let power = envelope_power(values);
    let (syllables, faster) = (sum(&power[13..=51]), sum(&power[61..=230]));
    10.0 * ((syllables + 1e-9) / (faster + 1e-9)).log10()
}

fn autocorrelation(values: &[f32], later: usize) -> f32 {
    let Some(delayed) = values.get(later..) else { return 0.0 };
    product(&values[..delayed.len()], delayed) / (product(values, values) + 1e-6)
}
