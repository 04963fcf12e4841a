//! The shape of a frame's spectrum.

use super::{
    envelope::COURSE,
    falls::Falls,
    frame::{FRAME_SAMPLES, Shape, product},
    processor::{Processor, Work},
};
use crate::audio::spectrum::{KEPT, POINTS, decibels, power, sum};
use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};
use std::sync::{Arc, LazyLock};

/// The telephone channel, 300-3400 Hz (ITU-T G.712), in bins.
const CHANNEL: std::ops::Range<usize> = 10..109;
/// Autocorrelation lags of voices, 62-400 Hz, at half the sampling rate.
const SHORTEST: usize = 10;
const LONGEST: usize = 64;
/// Samples that are compared, at half the rate.
const WINDOW: usize = POINTS / 2 - LONGEST;

/// The transform of levels' courses, the same for every stream.
static ENVELOPE: LazyLock<Arc<dyn RealToComplex<f32>>> =
    LazyLock::new(|| RealFftPlanner::new().plan_fft_forward(COURSE));

/// Looks at one stream's spectrum.
pub(super) struct Spectrum {
    kept: [f32; KEPT],
    before: Logs,
    /// For how many frames each bin of the channel has been a peak.
    standing: [u8; CHANNEL.end - CHANNEL.start],
    falls: Falls,
}

impl Spectrum {
    pub(super) fn new() -> Self {
        Self {
            kept: [0.0; KEPT],
            before: [0.0; CHANNEL.end - CHANNEL.start],
            standing: [0; CHANNEL.end - CHANNEL.start],
            falls: Falls::new(),
        }
    }

    /// Passes over a frame whose spectrum is of no interest.
    pub(super) fn skip(&mut self, samples: &[f32; FRAME_SAMPLES]) {
        self.falls.next();
        self.kept.copy_from_slice(&samples[FRAME_SAMPLES - KEPT..]);
    }

    /// The spectrum at the end of `samples`.
    pub(super) fn look(&mut self, samples: &[f32; FRAME_SAMPLES]) -> Look {
        let mut block = [0.0; POINTS];
        block[..KEPT].copy_from_slice(&self.kept);
        block[KEPT..].copy_from_slice(samples);
        self.skip(samples);
        Look { power: power(&mut block.clone()), block }
    }

    /// Its shape, and the period of its pitch in samples at half the rate.
    pub(super) fn shape(&mut self, look: &Look) -> (Shape, u8) {
        Processor::detect().does(Shaping { of: self, look })
    }

    #[inline(always)]
    fn shape_of(&mut self, Look { block, power }: &Look) -> (Shape, u8) {
        let (peak, second, one, two) = peaks(power);
        let mut logs: Logs = [0.0; CHANNEL.end - CHANNEL.start];
        for (log, power) in logs.iter_mut().zip(&power[CHANNEL]) {
            *log = decibels(power + QUIET);
        }
        let (voicing, period) = voicing(block);
        let shape = Shape {
            peak,
            second,
            one: share(one),
            two: share(two),
            flatness: flatness(&power[CHANNEL], &logs),
            flux: self.flux(&logs),
            voicing: share(voicing),
            sustained: share(self.sustained(power, &logs)),
            fall: self.falls.follow(power),
        };
        (shape, period)
    }

    /// The share of the channel's power in peaks that have stood still for [`STANDING`] frames.
    #[inline(always)]
    fn sustained(&mut self, power: &[f32; POINTS / 2], logs: &Logs) -> f32 {
        let mut lasting = 0.0;
        let mut peak = [false; CHANNEL.end - CHANNEL.start];
        for (bin, around) in logs.array_windows::<7>().enumerate() {
            let [a, b, c, at, d, e, f] = around;
            peak[bin + 3] = (at > c) & (at >= d) & (*at > (a + b + e + f) / 4.0 + PROMINENT);
        }
        for (standing, peak) in self.standing.iter_mut().zip(peak) {
            *standing = standing.saturating_add(1) & u8::from(peak).wrapping_neg();
        }
        for bin in (0..logs.len()).filter(|bin| self.standing[*bin] >= STANDING) {
            let at = CHANNEL.start + bin;
            lasting += power[at - 1] + power[at] + power[at + 1];
        }
        lasting / (sum(&power[CHANNEL]) + QUIET)
    }

    /// Mean difference of the logarithms, after the mean difference in level is taken away.
    #[inline(always)]
    fn flux(&mut self, logs: &Logs) -> u8 {
        let mut difference: Logs = [0.0; CHANNEL.end - CHANNEL.start];
        for ((difference, now), before) in difference.iter_mut().zip(logs).zip(&self.before) {
            *difference = now - before;
        }
        self.before = *logs;
        let bins = difference.len() as f32;
        let mean = sum(&difference) / bins;
        for difference in &mut difference {
            *difference = (*difference - mean).abs();
        }
        (sum(&difference) / bins * 10.0).min(255.0) as u8
    }
}

struct Shaping<'a> {
    of: &'a mut Spectrum,
    look: &'a Look,
}

impl Work for Shaping<'_> {
    type Done = (Shape, u8);

    #[inline(always)]
    fn done(self) -> (Shape, u8) {
        self.of.shape_of(self.look)
    }
}

/// What [`Spectrum::look`] saw.
pub(super) struct Look {
    block: [f32; POINTS],
    /// Power in each bin, full scale = 1.
    pub(super) power: [f32; POINTS / 2],
}

/// A peak stands out by so many dB.
const PROMINENT: f32 = 8.0;
/// A peak lasts from so many frames on: 160 ms.
const STANDING: u8 = 8;

/// Levels of the channel's bins, dB.
type Logs = [f32; CHANNEL.end - CHANNEL.start];

/// Added to powers before a logarithm: about -100 dBov a bin.
const QUIET: f32 = 1e-10;

fn share(of_one: f32) -> u8 {
    (of_one * 255.0).clamp(0.0, 255.0) as u8
}

/// Power of a level's course in bins of 0.195 Hz; a shorter one counts as followed by its mean, zero.
pub(super) fn envelope_power(values: &[f32]) -> [f32; COURSE / 2] {
    let mut block = [0.0; COURSE];
    for (value, into) in values.iter().zip(&mut block) {
        *into = *value;
    }
    let mut spectrum = [Complex::default(); COURSE / 2 + 1];
    let mut scratch = [Complex::default(); COURSE];
    let needed = ENVELOPE.get_scratch_len().min(COURSE);
    // The lengths are the plan's own, so the transform cannot refuse them; were it to, the spectrum is empty.
    let _ = ENVELOPE.process_with_scratch(&mut block, &mut spectrum, &mut scratch[..needed]);
    std::array::from_fn(|bin| spectrum[bin].norm_sqr())
}

/// The two strongest peaks and the shares of the power in the first and in both.
#[inline(always)]
fn peaks(power: &[f32; POINTS / 2]) -> (u8, u8, f32, f32) {
    let total = sum(power) + QUIET;
    let around = |bin: usize| sum(&power[bin.saturating_sub(2)..(bin + 3).min(power.len())]);
    let first = 2 + strongest(&power[2..]);
    let (below, above) = (&power[2..first.saturating_sub(3).max(2)], &power[(first + 4).min(power.len())..]);
    let (low, high) = (strongest(below), strongest(above));
    let second = match (below.get(low), above.get(high)) {
        (Some(low_power), Some(high_power)) if low_power > high_power => 2 + low,
        (Some(_), None) => 2 + low,
        _ => first + 4 + high,
    };
    let (in_first, in_second) = (around(first), around(second));
    (first as u8, second as u8, in_first / total, (in_first + in_second) / total)
}

/// Where the greatest of them is; the maximum in eight lanes first.
#[inline(always)]
fn strongest(values: &[f32]) -> usize {
    let (eights, left) = values.as_chunks::<8>();
    let mut lanes = [0.0f32; 8];
    for eight in eights {
        for lane in 0..8 {
            lanes[lane] = if eight[lane] > lanes[lane] { eight[lane] } else { lanes[lane] };
        }
    }
    let greatest = lanes.iter().chain(left).copied().fold(0.0, f32::max);
    values.iter().position(|value| *value >= greatest).unwrap_or_default()
}

/// How far the geometric mean lies below the arithmetic, 0.2 dB.
#[inline(always)]
fn flatness(power: &[f32], logs: &Logs) -> u8 {
    let bins = logs.len() as f32;
    let mean = decibels(sum(power) / bins + QUIET);
    ((mean - sum(logs) / bins) * 5.0).clamp(0.0, 255.0) as u8
}

/// The strongest normalised autocorrelation at the pitch of a voice, and at which lag.
#[inline(always)]
fn voicing(block: &[f32; POINTS]) -> (f32, u8) {
    let half: [f32; POINTS / 2] = std::array::from_fn(|n| block[2 * n] + block[2 * n + 1]);
    let now = &half[LONGEST..];
    let own = product(now, now);
    let mut other = product(&half[..now.len()], &half[..now.len()]);
    // The squares of common and own power: dividing waits for the strongest.
    let (mut strongest, mut at) = ((0.0, 1.0), 0);
    for (first, common) in correlations(&half).into_iter().take(LONGEST - SHORTEST + 1).enumerate() {
        let common = common.max(0.0);
        let correlation = (common * common, own * other + 1e-20);
        if correlation.0 * strongest.1 > strongest.0 * correlation.1 {
            (strongest, at) = (correlation, first);
        }
        // The window moves on by one sample.
        let next = half.get(first + WINDOW).copied().unwrap_or_default();
        other = (other + next * next - half[first] * half[first]).max(0.0);
    }
    ((strongest.0 / strongest.1).sqrt(), (LONGEST - at) as u8)
}

/// Lags in the lanes of a processor.
const LAGS: usize = (LONGEST - SHORTEST + 1).next_multiple_of(8);

/// The last [`WINDOW`] samples times as many from the first, the second … on: all lags at once, each in a lane.
#[inline(always)]
fn correlations(half: &[f32; POINTS / 2]) -> [f32; LAGS] {
    let mut sums = [0.0; LAGS];
    for (now, then) in half[LONGEST..].iter().zip(half.array_windows::<LAGS>()) {
        for (sum, then) in sums.iter_mut().zip(then) {
            *sum += now * then;
        }
    }
    sums
}
