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
    std::array::from_fn(|bin| spectrum[bin].norm_sqr() / (POINTS * POINTS) as f32)
}

/// The bands of a power spectrum.
pub fn bands(power: &[f32; POINTS / 2]) -> Bands {
    std::array::from_fn(|band| {
        let sum: f32 = power[EDGES[band]..EDGES[band + 1]].iter().sum();
        code(10.0 * (sum + 1e-12).log10())
    })
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
