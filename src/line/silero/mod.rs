//! Silero VAD v6, the 8 kHz model, written out: a step of 32 ms in, the probability of speech out.
//!
//! 288 samples (32 of the step before) → reflected to 320 → four Hann-windowed DFTs of 128 → 65 magnitudes → four
//! convolutions → an LSTM cell → one sigmoid. Weights and their origin: README.md beside this file.

mod kernel;
#[cfg(target_arch = "x86_64")]
mod whole;

use super::processor::{Processor, Work};
use kernel::Matrix;
use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};
use std::sync::{Arc, LazyLock};

/// Samples of a step: 32 ms.
pub(super) const STEP: usize = 256;
/// Samples that a step sees of the one before.
const CONTEXT: usize = 32;
/// Points of the transform.
const POINTS: usize = 128;
/// Samples from one transform to the next.
const HOP: usize = 64;
/// Transforms in a step.
const FRAMES: usize = 4;
/// Magnitudes of a transform, and what they take up: an even number.
const BINS: usize = POINTS / 2 + 1;
const FRAME: usize = BINS + 1;
/// Values of the LSTM's state.
const STATE: usize = 128;
/// Its gates: input, forget, cell, output.
const GATES: usize = 4 * STATE;
/// Values that are laid before any matrix, at most: four frames of the first convolution's, and the padding before them.
const MOST: usize = 5 * 128;
/// Inputs of a matrix, at most: the second convolution's.
const MOST_INPUTS: usize = 3 * 128;

/// What the model remembers of one stream: 1,152 bytes.
pub(super) struct Memory {
    hidden: [f32; STATE],
    cell: [f32; STATE],
    context: [f32; CONTEXT],
}

impl Memory {
    pub(super) const fn new() -> Self {
        Self { hidden: [0.0; STATE], cell: [0.0; STATE], context: [0.0; CONTEXT] }
    }
}

/// The model, the same for every stream.
pub(super) struct Model {
    processor: Processor,
    transform: Arc<dyn RealToComplex<f32>>,
    window: [f32; POINTS],
    first: Convolution,
    second: Convolution,
    third: Convolution,
    fourth: Convolution,
    gates: Gates,
    out: [f32; STATE],
    out_bias: f32,
}

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::new(Processor::detect()));
static WEIGHTS: &[u8] = include_bytes!("weights.f32");

impl Model {
    /// The one copy that every stream shares; unpacked at first use.
    pub(super) fn shared() -> &'static Self {
        &MODEL
    }

    fn new(processor: Processor) -> Self {
        let mut file = Tensors { rest: WEIGHTS };
        let mut layer = |outputs, inputs| Layer::take(&mut file, outputs, inputs);
        let [first, second, third, fourth] = [layer(128, BINS), layer(64, 128), layer(64, 64), layer(128, 64)];
        let gates = Gates::take(&mut file, processor);
        let out = file.take(STATE);
        Self {
            processor,
            transform: RealFftPlanner::new().plan_fft_forward(POINTS),
            window: std::array::from_fn(|n| 0.5 - 0.5 * (std::f32::consts::TAU * n as f32 / POINTS as f32).cos()),
            first: first.taps(processor, 0..3),
            second: second.taps(processor, 0..3),
            // Of the third only the padding lies under the first tap, and under both outer taps of the fourth.
            third: third.taps(processor, 1..3),
            fourth: fourth.taps(processor, 1..2),
            gates,
            out: std::array::from_fn(|n| out[n]),
            out_bias: file.take(1)[0],
        }
    }

    /// Probability of speech in the next [`STEP`] samples (full scale = 1), 0 to 1.
    pub(super) fn step(&self, memory: &mut Memory, samples: &[f32; STEP]) -> f32 {
        self.processor.does(Pass { model: self, memory, samples })
    }

    #[inline(always)]
    fn pass(&self, memory: &mut Memory, samples: &[f32; STEP]) -> f32 {
        let magnitudes = self.magnitudes(&memory.context, samples);
        memory.context.copy_from_slice(&samples[STEP - CONTEXT..]);
        let encoded = self.encode(&magnitudes);
        self.remember(memory, &encoded);
        let score: f32 = memory.hidden.iter().zip(&self.out).map(|(h, w)| h.max(0.0) * w).sum();
        sigmoid(score + self.out_bias)
    }

    /// Frame after frame of magnitudes, with an empty frame at each end for the first convolution's padding.
    #[inline(always)]
    fn magnitudes(&self, context: &[f32; CONTEXT], samples: &[f32; STEP]) -> [f32; (FRAMES + 2) * FRAME] {
        let mut padded = [0.0; CONTEXT + STEP + CONTEXT];
        padded[..CONTEXT].copy_from_slice(context);
        padded[CONTEXT..CONTEXT + STEP].copy_from_slice(samples);
        let end = CONTEXT + STEP;
        for n in 0..CONTEXT {
            padded[end + n] = padded[end - 2 - n];
        }
        let mut magnitudes = [0.0; (FRAMES + 2) * FRAME];
        let mut scratch = [Complex::default(); POINTS];
        for (frame, into) in magnitudes.chunks_exact_mut(FRAME).skip(1).take(FRAMES).enumerate() {
            let mut block: [f32; POINTS] = std::array::from_fn(|n| padded[frame * HOP + n] * self.window[n]);
            let mut spectrum = [Complex::default(); BINS];
            // The lengths are the plan's own, so the transform cannot refuse them; were it to, the frame is empty.
            let needed = self.transform.get_scratch_len().min(POINTS);
            let _ = self.transform.process_with_scratch(&mut block, &mut spectrum, &mut scratch[..needed]);
            for (magnitude, value) in into.iter_mut().zip(&spectrum) {
                *magnitude = value.norm_sqr().sqrt();
            }
        }
        magnitudes
    }

    #[inline(always)]
    fn encode(&self, magnitudes: &[f32; (FRAMES + 2) * FRAME]) -> [f32; 128] {
        // One empty frame before the four, for the second convolution's padding.
        let mut one = [0.0; 5 * 128];
        let (_, frames) = one.split_at_mut(128);
        self.first.apply(magnitudes, [0, FRAME, 2 * FRAME, 3 * FRAME], quarters(frames));
        let mut two = [0.0; 2 * 64];
        let (a, b) = two.split_at_mut(64);
        self.second.apply(&one, [0, 2 * 128], [a, b]);
        let mut three = [0.0; 64];
        self.third.apply(&two, [0], [&mut three]);
        let mut four = [0.0; 128];
        self.fourth.apply(&three, [0], [&mut four]);
        four
    }

    /// The LSTM cell: gates in the order input, forget, cell, output.
    #[inline(always)]
    fn remember(&self, memory: &mut Memory, encoded: &[f32; 128]) {
        let mut gates = self.gates.of(encoded, &memory.hidden);
        let [input, forget, cell, output] = quarters(&mut gates);
        for n in 0..STATE {
            memory.cell[n] = sigmoid(forget[n]) * memory.cell[n] + sigmoid(input[n]) * tanh(cell[n]);
            memory.hidden[n] = sigmoid(output[n]) * tanh(memory.cell[n]);
        }
    }
}

struct Pass<'a> {
    model: &'a Model,
    memory: &'a mut Memory,
    samples: &'a [f32; STEP],
}

impl Work for Pass<'_> {
    type Done = f32;

    #[inline(always)]
    fn done(self) -> f32 {
        self.model.pass(self.memory, self.samples)
    }
}

/// A convolution over three frames, as the file has it.
struct Layer {
    weights: Vec<f32>,
    bias: Vec<f32>,
    inputs: usize,
}

impl Layer {
    fn take(file: &mut Tensors, outputs: usize, inputs: usize) -> Self {
        Self { weights: file.take(outputs * inputs * 3), bias: file.take(outputs), inputs }
    }

    /// The same as a product: some of its taps in order of time, each with all inputs, an even number.
    fn taps(self, processor: Processor, taps: std::ops::Range<usize>) -> Convolution {
        let Self { weights, bias, inputs } = self;
        let frame = inputs.next_multiple_of(2);
        let weight = |output: usize, value: usize| {
            let (tap, input) = (taps.start + value / frame, value % frame);
            if input < inputs { weights[(output * inputs + input) * 3 + tap] } else { 0.0 }
        };
        Convolution { matrix: Matrix::new(processor, bias.len(), frame * taps.len(), weight), bias }
    }
}

/// A layer at work.
struct Convolution {
    matrix: Matrix,
    bias: Vec<f32>,
}

impl Convolution {
    /// One frame for each of `firsts`, from there on in `values`.
    #[inline(always)]
    fn apply<const C: usize>(&self, values: &[f32], firsts: [usize; C], mut out: [&mut [f32]; C]) {
        out.iter_mut().for_each(|out| out.copy_from_slice(&self.bias));
        self.matrix.add(values, firsts, out.each_mut().map(|out| &mut **out));
        for out in out {
            for eight in out.as_chunks_mut::<8>().0 {
                *eight = eight.map(|value| if value > 0.0 { value } else { 0.0 });
            }
        }
    }
}

/// The gates of the LSTM's cell, before they are bent.
struct Gates {
    encoded: Matrix,
    remembered: Matrix,
    bias: [f32; GATES],
}

impl Gates {
    fn take(file: &mut Tensors, processor: Processor) -> Self {
        let mut matrix = || {
            let weights = file.take(GATES * STATE);
            Matrix::new(processor, GATES, STATE, |gate, value| weights[gate * STATE + value])
        };
        let (encoded, remembered) = (matrix(), matrix());
        let (of_encoded, of_remembered) = (file.take(GATES), file.take(GATES));
        Self { encoded, remembered, bias: std::array::from_fn(|gate| of_encoded[gate] + of_remembered[gate]) }
    }

    #[inline(always)]
    fn of(&self, encoded: &[f32; STATE], remembered: &[f32; STATE]) -> [f32; GATES] {
        let mut gates = self.bias;
        self.encoded.add(encoded, [0], [&mut gates]);
        self.remembered.add(remembered, [0], [&mut gates]);
        gates
    }
}

/// The tensors of the file, in their order.
struct Tensors {
    rest: &'static [u8],
}

impl Tensors {
    fn take(&mut self, values: usize) -> Vec<f32> {
        let (taken, rest) = self.rest.split_at(values * 4);
        self.rest = rest;
        taken.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }
}

fn quarters(of: &mut [f32]) -> [&mut [f32]; 4] {
    let quarter = of.len() / 4;
    let (ab, cd) = of.split_at_mut(2 * quarter);
    let (a, b) = ab.split_at_mut(quarter);
    let (c, d) = cd.split_at_mut(quarter);
    [a, b, c, d]
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

/// 1.5 × 2^23: adding it rounds to a whole number.
const ROUND: f32 = 12_582_912.0;

/// The nearest whole number to one within ±2^22. It stands in the lowest bits of the sum: no conversion, which would ask
/// for what does not fit.
#[inline(always)]
fn round(x: f32) -> i32 {
    (x + ROUND).to_bits().wrapping_sub(ROUND.to_bits()).cast_signed()
}

/// e^x to 2e-7 of itself, without a branch or a call, so that loops over it become vector code.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let scaled = (x.clamp(-87.0, 87.0)) * std::f32::consts::LOG2_E;
    let rounded = scaled + ROUND;
    let whole = rounded - ROUND;
    let part = (scaled - whole) * std::f32::consts::LN_2;
    let series = 1.0
        + part * (1.0 + part * (0.5 + part * (1.0 / 6.0 + part * (1.0 / 24.0 + part * (1.0 / 120.0 + part / 720.0)))));
    // The whole number stands in the lowest bits of the sum: no conversion, which would ask for what does not fit.
    let power = f32::from_bits((rounded.to_bits() << 23).wrapping_add(127 << 23));
    series * power
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What ONNX Runtime 1.31 makes of [`signal`] with the wheel's own file, step by step.
    const REFERENCE: [f32; 64] = [
        0.135975, 0.104493, 0.199592, 0.093591, 0.055553, 0.052140, 0.018949, 0.010387, 0.006978, 0.006575, 0.007044,
        0.007179, 0.006824, 0.004669, 0.004158, 0.004254, 0.003234, 0.001491, 0.002804, 0.001437, 0.001690, 0.001390,
        0.001108, 0.001285, 0.243189, 0.286449, 0.301328, 0.162423, 0.104870, 0.074280, 0.059728, 0.040546, 0.037896,
        0.026457, 0.022928, 0.015922, 0.017491, 0.016801, 0.024149, 0.015688, 0.014264, 0.002456, 0.001970, 0.002438,
        0.002446, 0.002160, 0.002697, 0.001585, 0.156604, 0.096089, 0.078409, 0.040644, 0.027200, 0.022176, 0.026649,
        0.015358, 0.009804, 0.011120, 0.008593, 0.007941, 0.005010, 0.004405, 0.006129, 0.005592,
    ];

    /// 64 steps of a gliding buzz with pauses over a hiss, in whole numbers so that any program can make the same.
    fn signal() -> Vec<f32> {
        let (mut hash, mut phase, mut smooth) = (12_345u64, 0i64, 0i64);
        (0..64 * STEP as i64)
            .map(|n| {
                hash = (hash * 1_103_515_245 + 12_345) & 0x7fff_ffff;
                let noise = ((hash >> 16) & 0x7ff) as i64 - 1024;
                let period = 8_000 / (110 + (n / 256) % 64);
                phase = if phase + 1 >= period { 0 } else { phase + 1 };
                let buzz = if (n / 2048) % 3 == 2 { 0 } else { phase * 16_000 / period - 8_000 };
                smooth = (smooth * 3 + buzz + noise.div_euclid(8)) >> 2;
                smooth as f32 / 32_768.0
            })
            .collect()
    }

    fn probabilities(processor: Processor) -> Vec<f32> {
        let model = Model::new(processor);
        let mut memory = Memory::new();
        signal().as_chunks().0.iter().map(|step| model.step(&mut memory, step)).collect()
    }

    #[test]
    fn the_pass_computes_what_onnx_runtime_does() {
        // Whole numbers cost a little of it.
        for (processor, error) in [(Processor::Any, 2e-5), (Processor::detect(), 1e-3)] {
            for (step, (ours, theirs)) in probabilities(processor).iter().zip(REFERENCE).enumerate() {
                assert!((ours - theirs).abs() < error, "{processor:?}, step {step}: {ours} for {theirs}");
            }
        }
    }

    #[test]
    fn the_file_holds_the_model_and_nothing_else() {
        assert_eq!(WEIGHTS.len(), 219_009 * 4);
    }
}
