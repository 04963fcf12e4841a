//! Products of a matrix with a few columns in whole numbers, where the processor multiplies sixteen of them at once.
//!
//! In floats the model's weights are 0.9 MB, and fetching them from beyond the second cache (half a megabyte) costs more
//! than multiplying them. In 16 bits they fit, and take half the multiplications. Values keep 13 bits, weights as many as
//! their row's sum allows (13 to 15): the probabilities move by less than 1e-3 (a test holds it to that).

use super::{MOST, MOST_INPUTS, round};
use crate::line::processor::Avx2;
use std::arch::x86_64::*;

/// Outputs of one panel.
const LANES: usize = 32;
/// Numbers of 32 bits that are added at once.
const EIGHT: usize = 8;
/// Values lie within this: 13 bits and the sign.
const LIMIT: f32 = 8_191.0;

/// Inputs of a matrix, in twos, at most.
const PAIRS: usize = MOST_INPUTS / 2;

/// The weights of two inputs for every output of a panel, side by side, in whole cache lines: a load from two takes twice
/// as long.
#[repr(align(64))]
struct Pair([[i16; 2]; LANES]);

/// A matrix in panels, each row by its own scale.
pub(super) struct Whole {
    avx2: Avx2,
    weights: Vec<Pair>,
    /// What one step of a row's whole numbers is worth.
    scales: Vec<[f32; LANES]>,
    pairs: usize,
}

/// Columns of at most [`PAIRS`] pairs of values beside each other, the first of a pair in the low half.
struct Columns<const C: usize> {
    pairs: [[i32; C]; PAIRS],
    /// What one step is worth.
    scale: f32,
}

impl<const C: usize> Columns<C> {
    #[inline(always)]
    fn new(values: &[f32], firsts: [usize; C]) -> Self {
        let (eights, left) = values.as_chunks::<EIGHT>();
        let mut lanes = [f32::MIN_POSITIVE * LIMIT; EIGHT];
        for eight in eights {
            lanes = std::array::from_fn(|n| if eight[n].abs() > lanes[n] { eight[n].abs() } else { lanes[n] });
        }
        let largest = lanes.iter().chain(left).fold(0.0, |largest: f32, value| largest.max(value.abs()));
        let (scale, steps) = (largest / LIMIT, LIMIT / largest);
        let step = |value: f32| round(value * steps);
        let mut halves = [0; MOST / 2];
        for (pair, values) in halves.iter_mut().zip(values.as_chunks::<2>().0) {
            *pair = step(values[0]) & 0xffff | step(values[1]) << 16;
        }
        let mut pairs = [[0; C]; PAIRS];
        for (column, first) in firsts.into_iter().enumerate() {
            for (pair, half) in pairs.iter_mut().zip(&halves[first / 2..]) {
                pair[column] = *half;
            }
        }
        Self { pairs, scale }
    }
}

impl Whole {
    /// Packs `outputs` × `inputs` weights, given by `weight(output, input)`; outputs come in [`LANES`], inputs in twos.
    pub(super) fn new(avx2: Avx2, outputs: usize, inputs: usize, weight: impl Fn(usize, usize) -> f32) -> Self {
        let (panels, pairs) = (outputs / LANES, inputs / 2);
        let scale = |output| {
            let weights = || (0..inputs).map(|input| weight(output, input).abs());
            // No sum of products leaves 32 bits, and no weight 16.
            let (sum, largest) = (weights().sum::<f32>(), weights().fold(0.0, f32::max));
            (sum * LIMIT / (i32::MAX - (1 << 20)) as f32).max(largest / 32_767.0).max(f32::MIN_POSITIVE)
        };
        let scales: Vec<[f32; LANES]> =
            (0..panels).map(|panel| std::array::from_fn(|lane| scale(panel * LANES + lane))).collect();
        let whole = |panel: usize, lane: usize, input: usize| {
            round(weight(panel * LANES + lane, input) / scales[panel][lane]) as i16
        };
        let pair = |panel: usize, pair: usize| {
            Pair(std::array::from_fn(|lane| [0, 1].map(|half| whole(panel, lane, 2 * pair + half))))
        };
        let weights =
            (0..panels).flat_map(|panel| (0..pairs).map(move |n| (panel, n))).map(|(panel, n)| pair(panel, n));
        Self { avx2, weights: weights.collect(), scales, pairs }
    }

    /// As [`super::kernel::Matrix::add`].
    #[inline(always)]
    pub(super) fn add<const C: usize>(&self, values: &[f32], firsts: [usize; C], out: [&mut [f32]; C]) {
        let columns = Columns::new(values, firsts);
        self.multiply(self.avx2, &columns, out);
    }

    #[allow(unsafe_code, reason = "code for AVX2 is called where it was found")]
    fn multiply<const C: usize>(&self, _: Avx2, columns: &Columns<C>, out: [&mut [f32]; C]) {
        // SAFETY: whoever has an `Avx2` has made sure of it.
        unsafe {
            match C {
                1 | 2 => panels::<C, 4>(self, columns, out),
                _ => panels::<C, 2>(self, columns, out),
            }
        }
    }

    /// For each panel, in order: its weights and its scales.
    fn panels(&self) -> impl Iterator<Item = (&[Pair], &[f32; LANES])> {
        self.weights.chunks_exact(self.pairs).zip(&self.scales)
    }
}

/// `V` times [`EIGHT`] outputs at a time, so that the sums of all columns stay in the processor's sixteen registers.
#[target_feature(enable = "avx2")]
fn panels<const C: usize, const V: usize>(whole: &Whole, columns: &Columns<C>, mut out: [&mut [f32]; C]) {
    for (panel, (weights, scales)) in whole.panels().enumerate() {
        for part in (0..LANES / EIGHT).step_by(V) {
            let mut sums = [[_mm256_setzero_si256(); V]; C];
            for (weights, pairs) in weights.iter().zip(&columns.pairs) {
                let weights = &weights.0.as_chunks::<EIGHT>().0[part..][..V];
                for (sums, pair) in sums.iter_mut().zip(pairs) {
                    let pair = _mm256_set1_epi32(*pair);
                    for (sum, weights) in sums.iter_mut().zip(weights) {
                        *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(load(weights), pair));
                    }
                }
            }
            for (out, sums) in out.iter_mut().zip(sums) {
                let outs = out[panel * LANES + part * EIGHT..].as_chunks_mut::<EIGHT>().0;
                for ((out, scales), sum) in outs.iter_mut().zip(&scales.as_chunks::<EIGHT>().0[part..]).zip(sums) {
                    let sum = lanes(sum);
                    *out = std::array::from_fn(|n| out[n] + sum[n] as f32 * (scales[n] * columns.scale));
                }
            }
        }
    }
}

#[target_feature(enable = "avx2")]
#[inline]
#[allow(unsafe_code, reason = "AVX2 loads through a pointer")]
fn load(weights: &[[i16; 2]; EIGHT]) -> __m256i {
    // SAFETY: sixteen whole numbers of 16 bits are readable, and the load needs no alignment.
    unsafe { _mm256_loadu_si256(weights.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
#[allow(unsafe_code, reason = "AVX2 stores through a pointer")]
fn lanes(sum: __m256i) -> [i32; EIGHT] {
    let mut lanes = [0; EIGHT];
    // SAFETY: eight whole numbers of 32 bits are writable, and the store needs no alignment.
    unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), sum) };
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUTS: usize = 198;
    const OUTPUTS: usize = 64;

    fn value(n: usize) -> f32 {
        ((n as u32).wrapping_mul(2_654_435_761) >> 8) as f32 / (1u32 << 23) as f32 - 1.0
    }

    fn weight(output: usize, input: usize) -> f32 {
        value(output * INPUTS + input) * (1.0 + output as f32)
    }

    fn values() -> [f32; 2 * INPUTS] {
        std::array::from_fn(|n| 3.0 * value(n * 31 + 5))
    }

    fn whole(weight: impl Fn(usize, usize) -> f32) -> Option<Whole> {
        Some(Whole::new(Avx2::detect()?, OUTPUTS, INPUTS, weight))
    }

    /// Checks the products of `C` columns with those of the real numbers, to a ten-thousandth of each row.
    fn check<const C: usize>() {
        let Some(whole) = whole(weight) else { return };
        let values = values();
        let firsts = std::array::from_fn(|column| 66 * column % INPUTS);
        let mut out = [[0.5; OUTPUTS]; C];
        whole.add(&values, firsts, out.each_mut().map(|out| &mut out[..]));
        for (first, out) in firsts.into_iter().zip(out) {
            for (output, whole) in out.into_iter().enumerate() {
                let terms = || (0..INPUTS).map(|input| weight(output, input) * values[first + input]);
                let (real, size) = (0.5 + terms().sum::<f32>(), terms().map(f32::abs).sum::<f32>());
                assert!((whole - real).abs() < 1e-4 * size, "{output}: {whole} for {real}");
            }
        }
    }

    #[test]
    fn the_products_are_those_of_the_real_numbers_to_a_ten_thousandth_of_their_rows() {
        check::<1>();
        check::<2>();
        check::<4>();
    }

    #[test]
    fn the_largest_sum_does_not_overflow() {
        let Some(whole) = whole(|output, _| if output % 2 == 0 { 2.0 } else { -2.0 }) else { return };
        let mut out = [0.0; OUTPUTS];
        whole.add(&[1.0; INPUTS], [0], [&mut out]);
        let all = 2.0 * INPUTS as f32;
        let right = |n: usize, sum: f32| (sum - if n.is_multiple_of(2) { all } else { -all }).abs() < 1e-3 * all;
        assert!(out.iter().enumerate().all(|(n, sum)| right(n, *sum)), "{out:?}");
    }

    #[test]
    fn a_column_of_nothing_adds_nothing() {
        let Some(whole) = whole(weight) else { return };
        let mut out = [0.5; OUTPUTS];
        whole.add(&[0.0; INPUTS], [0], [&mut out]);
        assert!(out.iter().all(|sum| *sum == 0.5));
    }
}
