//! What a mobile telephone leaves of a sound: the GSM full-rate codec (ETSI GSM 06.10, RPE-LTP) there and back.
//!
//! In floating point and without the bit stream: near enough to its sound to teach a judge with, and no codec to
//! interoperate with. Tables and ranges are the standard's.

/// Samples of a frame, 20 ms, and of its quarters.
const FRAME: usize = 160;
const QUARTER: usize = 40;
const ORDER: usize = 8;
const PREEMPHASIS: f64 = 0.86;
/// How the logarithmic area ratios are quantised: scale, offset, and the least code (the greatest is its complement).
const RATIOS: [(f64, f64, f64); ORDER] = [
    (20.0, 0.0, -32.0),
    (20.0, 0.0, -32.0),
    (20.0, 4.0, -16.0),
    (20.0, -5.0, -16.0),
    (13.637, 0.184, -8.0),
    (15.0, -3.5, -8.0),
    (8.334, -0.666, -4.0),
    (8.824, -2.235, -4.0),
];
/// The long-term gain from each threshold on, and its lags.
const GAINS: [(f64, f64); 4] = [(f64::NEG_INFINITY, 0.1), (0.2, 0.35), (0.5, 0.65), (0.8, 1.0)];
const LAGS: std::ops::RangeInclusive<usize> = 40..=120;
/// The weighting filter that goes before decimation, of 8192.
const WEIGHTS: [f64; 11] = [-134.0, -374.0, 0.0, 2054.0, 5741.0, 8192.0, 5741.0, 2054.0, 0.0, -374.0, -134.0];
/// Pulses of a quarter, every third sample.
const PULSES: usize = 13;

/// The sound of `samples` (16-bit scale) after the codec.
pub fn there_and_back(samples: &[f64]) -> Vec<f64> {
    let mut codec = Codec::default();
    samples.chunks(FRAME).flat_map(|frame| codec.pass(frame)).collect()
}

#[derive(Default)]
struct Codec {
    ratios: [f64; ORDER],
    emphasised: f64,
    deemphasised: f64,
    analysis: [f64; ORDER],
    synthesis: [f64; ORDER],
    /// The last 120 samples of the residual as the other side has it.
    past: Vec<f64>,
}

impl Codec {
    fn pass(&mut self, frame: &[f64]) -> Vec<f64> {
        let emphasised: Vec<f64> = frame
            .iter()
            .map(|sample| sample - PREEMPHASIS * std::mem::replace(&mut self.emphasised, *sample))
            .collect();
        let before = std::mem::replace(&mut self.ratios, quantised(reflections(&emphasised)));
        let filters: Vec<[f64; ORDER]> = (0..frame.len()).map(|n| filter(before, self.ratios, n)).collect();
        let residual: Vec<f64> = emphasised
            .iter()
            .zip(&filters)
            .map(|(sample, filter)| analyse(&mut self.analysis, filter, *sample))
            .collect();
        let excitation: Vec<f64> = residual.chunks(QUARTER).flat_map(|quarter| self.excite(quarter)).collect();
        excitation
            .iter()
            .zip(&filters)
            .map(|(sample, filter)| {
                let voiced = synthesise(&mut self.synthesis, filter, *sample);
                self.deemphasised = voiced + PREEMPHASIS * self.deemphasised;
                self.deemphasised
            })
            .collect()
    }

    /// A quarter of the residual as the other side will have it.
    fn excite(&mut self, quarter: &[f64]) -> Vec<f64> {
        self.past.splice(0..0, vec![0.0; LAGS.end().saturating_sub(self.past.len())]);
        let ago = |lag: usize| &self.past[self.past.len() - lag..][..quarter.len()];
        let common = |lag: &usize| dot(quarter, ago(*lag));
        let lag = LAGS.max_by(|a, b| common(a).total_cmp(&common(b))).unwrap_or(*LAGS.start());
        let gain = common(&lag) / (dot(ago(lag), ago(lag)) + 1e-9);
        let gain = GAINS.iter().rev().find(|(from, _)| gain >= *from).map_or(0.0, |(_, gain)| *gain);
        let predicted: Vec<f64> = ago(lag).iter().map(|sample| sample * gain).collect();
        let left: Vec<f64> = quarter.iter().zip(&predicted).map(|(sample, known)| sample - known).collect();
        let excitation: Vec<f64> = pulses(&left).iter().zip(&predicted).map(|(pulse, known)| pulse + known).collect();
        self.past.extend(&excitation);
        self.past.drain(..self.past.len() - LAGS.end());
        excitation
    }
}

/// The pulses that stand for what prediction leaves: the strongest of four grids, in three bits each.
fn pulses(left: &[f64]) -> Vec<f64> {
    let weighted: Vec<f64> = (0..left.len())
        .map(|n| {
            let at = |tap: usize| (n + tap).checked_sub(5).and_then(|at| left.get(at)).copied().unwrap_or(0.0);
            WEIGHTS.iter().enumerate().map(|(tap, weight)| weight / 8_192.0 * at(tap)).sum()
        })
        .collect();
    let grid = |first: usize| weighted.iter().skip(first).step_by(3).take(PULSES).copied();
    let power = |first: &usize| grid(*first).map(|pulse| pulse * pulse).sum::<f64>();
    let first = (0..4).max_by(|a, b| power(a).total_cmp(&power(b))).unwrap_or_default();
    let most = block_maximum(grid(first).fold(0.0, |most, pulse| f64::max(most, pulse.abs())));
    let mut pulses = vec![0.0; left.len()];
    for (into, pulse) in pulses.iter_mut().skip(first).step_by(3).zip(grid(first)) {
        *into = (((pulse / most + 1.0) * 4.0).floor().clamp(0.0, 7.0) * 2.0 - 7.0) / 8.0 * most;
    }
    pulses
}

/// The greatest pulse, rounded up in 64 steps: even ones of 32 up to 512, then eight an octave.
fn block_maximum(most: f64) -> f64 {
    let step = f64::max(32.0, 2f64.powf(most.max(1.0).log2().floor() - 3.0));
    ((most / step).floor() + 1.0) * step
}

/// Reflection coefficients of a frame (Levinson and Durbin).
fn reflections(frame: &[f64]) -> [f64; ORDER] {
    let power: Vec<f64> = (0..=ORDER).map(|lag| dot(&frame[lag.min(frame.len())..], frame)).collect();
    let (mut left, mut predictor, mut reflections) = (power[0] + 1e-6, vec![1.0], [0.0; ORDER]);
    for (at, reflection) in reflections.iter_mut().enumerate() {
        let missed: f64 = predictor.iter().enumerate().map(|(tap, weight)| weight * power[at + 1 - tap]).sum();
        *reflection = (-missed / left).clamp(-0.999, 0.999);
        let longer: Vec<f64> = predictor.iter().copied().chain([0.0]).collect();
        predictor = longer.iter().zip(longer.iter().rev()).map(|(a, b)| a + *reflection * b).collect();
        left *= 1.0 - *reflection * *reflection;
    }
    reflections
}

/// Logarithmic area ratios, in the standard's piecewise form, as they are after quantising.
fn quantised(reflections: [f64; ORDER]) -> [f64; ORDER] {
    std::array::from_fn(|at| {
        let size = reflections[at].abs();
        let ratio = match size {
            size if size < 0.675 => size,
            size if size < 0.95 => 2.0 * size - 0.675,
            size => 8.0 * size - 6.375,
        };
        let (scale, offset, least) = RATIOS[at];
        let code = (scale * ratio.copysign(reflections[at]) + offset).round().clamp(least, -least - 1.0);
        (code - offset) / scale
    })
}

/// The reflection coefficients at sample `n` of a frame: its beginning glides from the frame before.
fn filter(before: [f64; ORDER], now: [f64; ORDER], n: usize) -> [f64; ORDER] {
    let new = match n {
        0..13 => 0.25,
        13..27 => 0.5,
        27..40 => 0.75,
        _ => 1.0,
    };
    std::array::from_fn(|at| {
        let ratio = before[at] * (1.0 - new) + now[at] * new;
        let size = match ratio.abs() {
            ratio if ratio < 0.675 => ratio,
            ratio if ratio < 1.225 => 0.5 * ratio + 0.3375,
            ratio => (0.125 * ratio + 0.796_875).min(0.999),
        };
        size.copysign(ratio)
    })
}

/// The lattice filters: to the residual and back.
fn analyse(memory: &mut [f64; ORDER], filter: &[f64; ORDER], sample: f64) -> f64 {
    let (mut forward, mut backward) = (sample, sample);
    for (memory, reflection) in memory.iter_mut().zip(filter) {
        let delayed = std::mem::replace(memory, backward);
        backward = delayed + reflection * forward;
        forward += reflection * delayed;
    }
    forward
}

fn synthesise(memory: &mut [f64; ORDER], filter: &[f64; ORDER], excitation: f64) -> f64 {
    let mut forward = excitation;
    for at in (0..ORDER).rev() {
        forward -= filter[at] * memory[at];
        if at + 1 < ORDER {
            memory[at + 1] = memory[at] + filter[at] * forward;
        }
    }
    memory[0] = forward;
    forward
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
