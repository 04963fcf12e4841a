//! Power spectra of telephone audio, and the bands by which our own voice is told when it comes back.

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};
use std::sync::{Arc, LazyLock};

/// Points of the transform at 8 kHz: 32 ms, so bins of 31.25 Hz keep the tones of telephone plans apart.
pub const POINTS: usize = 256;
/// Samples from one transform to the next: 20 ms.
pub const HOP: usize = 160;
/// Samples that a transform shares with the one before.
pub const KEPT: usize = POINTS - HOP;

/// Bands of the telephone channel.
pub const BANDS: usize = 12;
/// Levels of the bands in half decibels over -120 dB of full scale.
pub type Bands = [u8; BANDS];
/// Their edges in bins, even on the ear's scale: 300-3400 Hz (ITU-T G.712).
const EDGES: [usize; BANDS + 1] = [10, 13, 16, 20, 25, 30, 37, 44, 53, 64, 77, 92, 109];

struct Plan {
    transform: Arc<dyn RealToComplex<f32>>,
    window: [f32; POINTS],
}

static PLAN: LazyLock<Plan> = LazyLock::new(|| Plan {
    transform: RealFftPlanner::new().plan_fft_forward(POINTS),
    window: std::array::from_fn(|n| 0.5 - 0.5 * (std::f32::consts::TAU * n as f32 / POINTS as f32).cos()),
});

/// Power in each bin of a block (full scale = 1), under a Hann window; the block is used up.
pub fn power(block: &mut [f32; POINTS]) -> [f32; POINTS / 2] {
    let plan = &*PLAN;
    for (sample, window) in block.iter_mut().zip(&plan.window) {
        *sample *= window;
    }
    let mut spectrum = [Complex::default(); POINTS / 2 + 1];
    let mut scratch = [Complex::default(); POINTS];
    let needed = plan.transform.get_scratch_len().min(POINTS);
    // The lengths are the plan's own, so the transform cannot refuse them; were it to, the spectrum is empty.
    let _ = plan.transform.process_with_scratch(block, &mut spectrum, &mut scratch[..needed]);
    let mut power = [0.0; POINTS / 2];
    for (power, value) in power.iter_mut().zip(&spectrum) {
        *power = value.norm_sqr() * (1.0 / (POINTS * POINTS) as f32);
    }
    power
}

/// The bands of a power spectrum.
pub fn bands(power: &[f32; POINTS / 2]) -> Bands {
    std::array::from_fn(|band| code(decibels(sum(&power[EDGES[band]..EDGES[band + 1]]) + 1e-12)))
}

/// Ten times the decimal logarithm of a normal positive number, to 2e-5 dB: without a branch or a call, so that loops
/// over it become vector code.
#[inline]
pub fn decibels(power: f32) -> f32 {
    /// The bits of √½: what is left over the power of two lies around one.
    const ROOT: u32 = 0x3f35_04f3;
    const OCTAVE: f32 = 3.010_3;
    let octaves = (power.to_bits().wrapping_sub(ROOT) as i32) >> 23;
    let part = f32::from_bits(power.to_bits().wrapping_sub((octaves << 23) as u32));
    let x = (part - 1.0) / (part + 1.0);
    let square = x * x;
    // 10 log₁₀ e · 2 artanh x
    let series = x * (8.685_89 + square * (2.895_296_5 + square * (1.737_177_9 + square * 1.240_841_4)));
    octaves as f32 * OCTAVE + series
}

/// Sum in eight lanes, so that it becomes vector code.
#[inline]
pub fn sum(values: &[f32]) -> f32 {
    let (eights, left) = values.as_chunks::<8>();
    let mut lanes = [0.0f32; 8];
    for eight in eights {
        for lane in 0..8 {
            lanes[lane] += eight[lane];
        }
    }
    lanes.iter().sum::<f32>() + left.iter().sum::<f32>()
}

/// A level in dB of full scale as [`Bands`] hold it.
fn code(db: f32) -> u8 {
    ((db + 120.0) * 2.0) as u8
}

/// Bands as loud as a frame of this level, dBov, can have them.
pub fn flat(dbov: f32) -> Bands {
    [code(dbov); BANDS]
}

/// The bands of a recording at 8 kHz, one for each whole [`HOP`].
pub fn course(pcm: &[i16]) -> Vec<Bands> {
    let mut block = [0.0; POINTS];
    let mut last = [0.0; KEPT];
    let frames = pcm.as_chunks::<HOP>().0.iter();
    frames
        .map(|frame| {
            block[..KEPT].copy_from_slice(&last);
            for (into, sample) in block[KEPT..].iter_mut().zip(frame) {
                *into = f32::from(*sample) / 32_768.0;
            }
            last.copy_from_slice(&block[HOP..]);
            bands(&power(&mut block))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decibels_are_ten_times_the_logarithm() {
        let mut power = 1e-12;
        while power < 2.0 {
            assert!((decibels(power) - 10.0 * power.log10()).abs() < 2e-5, "{power}");
            power *= 1.013;
        }
    }

    #[test]
    fn a_tone_is_loud_in_its_own_band_only() {
        let tone: Vec<i16> = (0..4 * HOP)
            .map(|n| ((n as f32 * std::f32::consts::TAU * 1_000.0 / 8_000.0).sin() * 8_000.0) as i16)
            .collect();
        let course = course(&tone);
        assert_eq!(course.len(), 4);
        // 1 kHz is bin 32, in the sixth band; elsewhere it is 30 dB quieter.
        let own = course[2][5];
        assert!(course[2].iter().enumerate().all(|(band, level)| band == 5 || level + 60 < own), "{:?}", course[2]);
    }
}
