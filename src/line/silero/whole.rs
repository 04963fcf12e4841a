//! Products of a matrix with one column in whole numbers, where the processor multiplies sixteen of them at once.
//!
//! The LSTM's gates are 131,000 weights for one column: in floats they are twice what fits the second cache beside the
//! convolutions, and fetching them costs more than multiplying them. In 16 bits they fit, and take half the multiplications.
//! Values keep 13 bits, weights as many as their row's sum allows (13 to 15): the probabilities move by less than
//! 1e-3 (a test holds it to that).

use super::{kernel::Kernel, round};

/// Outputs of one panel.
const LANES: usize = 32;
/// Values lie within this: 13 bits and the sign.
const LIMIT: f32 = 8_191.0;

/// The weights of two inputs for every output of a panel, side by side.
type Pair = [[i16; 2]; LANES];

/// A matrix in panels, each row by its own scale.
pub(super) struct Whole {
    weights: Vec<Pair>,
    /// What one step of a row's whole numbers is worth.
    scales: Vec<[f32; LANES]>,
    pairs: usize,
}

/// A column of an even number of values: two in each number, the first in the low half.
pub(super) struct Column<const PAIRS: usize> {
    pairs: [u32; PAIRS],
    /// What one step is worth.
    scale: f32,
}

impl<const PAIRS: usize> Column<PAIRS> {
    /// Of values none of which is larger than `largest`, whatever its sign.
    pub(super) fn new(values: &[f32], largest: f32) -> Self {
        let scale = largest.max(f32::MIN_POSITIVE * LIMIT) / LIMIT;
        let steps = 1.0 / scale;
        let step = |value: f32| round(value * steps) as u32;
        let (values, _) = values.as_chunks::<2>();
        Self { pairs: std::array::from_fn(|n| step(values[n][0]) & 0xffff | step(values[n][1]) << 16), scale }
    }
}

impl Whole {
    /// Packs `outputs` × `inputs` weights, given by `weight(output, input)`; outputs come in [`LANES`], inputs in twos.
    pub(super) fn new(outputs: usize, inputs: usize, weight: impl Fn(usize, usize) -> f32) -> Self {
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
        let pair = |panel: usize, pair: usize| -> Pair {
            std::array::from_fn(|lane| [0, 1].map(|half| whole(panel, lane, 2 * pair + half)))
        };
        let weights =
            (0..panels).flat_map(|panel| (0..pairs).map(move |n| (panel, n))).map(|(panel, n)| pair(panel, n));
        Self { weights: weights.collect(), scales, pairs }
    }

    /// Adds weights · column to `out`, which has as many values as the matrix has outputs; the column as many as it has
    /// inputs.
    pub(super) fn add<const PAIRS: usize>(&self, kernel: Kernel, column: &Column<PAIRS>, out: &mut [f32]) {
        match kernel {
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => avx2::add(self, column, out),
            Kernel::Scalar => scalar(self, column, out),
        }
    }

    /// For each panel, in order: its weights and its scales.
    fn panels(&self) -> impl Iterator<Item = (&[Pair], &[f32; LANES])> {
        self.weights.chunks_exact(self.pairs).zip(&self.scales)
    }
}

fn scalar<const PAIRS: usize>(whole: &Whole, column: &Column<PAIRS>, out: &mut [f32]) {
    for ((weights, scales), out) in whole.panels().zip(out.as_chunks_mut::<LANES>().0) {
        let mut sums = [0i32; LANES];
        for (weights, pair) in weights.iter().zip(column.pairs) {
            let (first, second) = (i32::from(pair as i16), i32::from((pair >> 16) as i16));
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += i32::from(weight[0]) * first + i32::from(weight[1]) * second;
            }
        }
        for ((out, sum), scale) in out.iter_mut().zip(sums).zip(scales) {
            *out += sum as f32 * (scale * column.scale);
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod avx2 {
    //! Two things here are `unsafe`: calling a function that needs AVX2, which [`super::Kernel::detect`] has made sure of,
    //! and loads and stores through pointers made from references to as many numbers.

    use super::{Column, LANES, Whole};
    use std::arch::x86_64::*;

    pub(super) fn add<const PAIRS: usize>(whole: &Whole, column: &Column<PAIRS>, out: &mut [f32]) {
        // SAFETY: `Kernel::Avx2` is only ever made by `Kernel::detect`, after `is_there`.
        unsafe { panels(whole, column, out) }
    }

    #[target_feature(enable = "avx2")]
    fn panels<const PAIRS: usize>(whole: &Whole, column: &Column<PAIRS>, out: &mut [f32]) {
        for ((weights, scales), out) in whole.panels().zip(out.as_chunks_mut::<LANES>().0) {
            let mut sums = [_mm256_setzero_si256(); LANES / 8];
            for (weights, pair) in weights.iter().zip(&column.pairs) {
                let pair = _mm256_set1_epi32(pair.cast_signed());
                for (sum, weights) in sums.iter_mut().zip(weights.as_chunks::<8>().0) {
                    // SAFETY: sixteen whole numbers of 16 bits are readable, and the load needs no alignment.
                    let weights = unsafe { _mm256_loadu_si256(weights.as_ptr().cast()) };
                    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(weights, pair));
                }
            }
            let eights = out.as_chunks_mut::<8>().0.iter_mut().zip(scales.as_chunks::<8>().0);
            for (sum, (out, scales)) in sums.into_iter().zip(eights) {
                let mut whole = [0i32; 8];
                // SAFETY: eight whole numbers are writable, and the store needs no alignment.
                unsafe { _mm256_storeu_si256(whole.as_mut_ptr().cast(), sum) };
                for ((out, sum), scale) in out.iter_mut().zip(whole).zip(scales) {
                    *out += sum as f32 * (scale * column.scale);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUTS: usize = 128;

    fn value(n: usize) -> f32 {
        ((n as u32).wrapping_mul(2_654_435_761) >> 8) as f32 / (1u32 << 23) as f32 - 1.0
    }

    fn weight(output: usize, input: usize) -> f32 {
        value(output * INPUTS + input) * (1.0 + output as f32)
    }

    fn column() -> [f32; INPUTS] {
        std::array::from_fn(|n| 3.0 * value(n * 31 + 5))
    }

    fn products(kernel: Kernel, column: &[f32; INPUTS]) -> Vec<f32> {
        let mut out = vec![0.5; 64];
        Whole::new(64, INPUTS, weight).add(kernel, &Column::<64>::new(column, 3.0), &mut out);
        out
    }

    #[test]
    fn the_twins_say_the_same() {
        assert_eq!(products(Kernel::Scalar, &column()), products(Kernel::detect(), &column()));
    }

    #[test]
    fn the_product_is_that_of_the_real_numbers_to_a_ten_thousandth_of_its_row() {
        let column = column();
        for (output, whole) in products(Kernel::detect(), &column).iter().enumerate() {
            let terms = || (0..INPUTS).map(|input| weight(output, input) * column[input]);
            let (real, size) = (0.5 + terms().sum::<f32>(), terms().map(f32::abs).sum::<f32>());
            assert!((whole - real).abs() < 1e-4 * size, "{output}: {whole} for {real}");
        }
    }

    #[test]
    fn the_largest_sum_does_not_overflow() {
        let column = [1.0; INPUTS];
        let mut out = vec![0.0; 32];
        let whole = Whole::new(32, INPUTS, |output, _| if output % 2 == 0 { 2.0 } else { -2.0 });
        whole.add(Kernel::detect(), &Column::<64>::new(&column, 1.0), &mut out);
        assert!(out.iter().enumerate().all(|(n, sum)| (sum - if n % 2 == 0 { 256.0 } else { -256.0 }).abs() < 0.1));
    }

    #[test]
    fn a_column_of_nothing_adds_nothing() {
        assert!(products(Kernel::detect(), &[0.0; INPUTS]).iter().all(|sum| *sum == 0.5));
    }
}
