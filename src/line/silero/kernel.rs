//! Products of a matrix with a few columns: the only work that costs anything in the forward pass.
//!
//! In floats, as the file has them, on any processor; in whole numbers ([`super::whole`]) where the processor multiplies
//! sixteen of them at once.

#[cfg(target_arch = "x86_64")]
use super::whole::Whole;
use crate::line::processor::Processor;

/// Outputs of one panel: for each input, the weights of so many lie side by side.
const LANES: usize = 16;

/// A matrix, packed for its kernel.
pub(super) enum Matrix {
    Real(Real),
    #[cfg(target_arch = "x86_64")]
    Whole(Whole),
}

impl Matrix {
    /// Packs `outputs` × `inputs` weights, given by `weight(output, input)`; outputs come in thirty-twos, inputs in twos.
    pub(super) fn new(
        processor: Processor,
        outputs: usize,
        inputs: usize,
        weight: impl Fn(usize, usize) -> f32,
    ) -> Self {
        match processor {
            Processor::Any => Self::Real(Real::new(outputs, inputs, weight)),
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2(avx2) => Self::Whole(Whole::new(avx2, outputs, inputs, weight)),
        }
    }

    /// `out[c]` += weights · column `c`, which is as many of `values` as the matrix has inputs, from `firsts[c]` on, an
    /// even number. There are at most [`super::MOST`] values, and every `out` has as many as the matrix has outputs.
    #[inline(always)]
    pub(super) fn add<const C: usize>(&self, values: &[f32], firsts: [usize; C], out: [&mut [f32]; C]) {
        match self {
            Self::Real(real) => real.add(firsts.map(|first| &values[first..]), out),
            #[cfg(target_arch = "x86_64")]
            Self::Whole(whole) => whole.add(values, firsts, out),
        }
    }
}

/// The weights as they are.
pub(super) struct Real {
    weights: Vec<[f32; LANES]>,
    inputs: usize,
}

impl Real {
    fn new(outputs: usize, inputs: usize, weight: impl Fn(usize, usize) -> f32) -> Self {
        let panel = |panel: usize, input| std::array::from_fn(|lane| weight(panel * LANES + lane, input));
        let places = (0..outputs / LANES).flat_map(|panel| (0..inputs).map(move |input| (panel, input)));
        Self { weights: places.map(|(number, input)| panel(number, input)).collect(), inputs }
    }

    fn add<const C: usize>(&self, columns: [&[f32]; C], mut out: [&mut [f32]; C]) {
        for (panel, weights) in self.weights.chunks_exact(self.inputs).enumerate() {
            let mut sums = [[0.0; LANES]; C];
            for (input, weights) in weights.iter().enumerate() {
                for (sums, column) in sums.iter_mut().zip(columns) {
                    let value = column[input];
                    for (sum, weight) in sums.iter_mut().zip(weights) {
                        *sum += weight * value;
                    }
                }
            }
            for (out, sums) in out.iter_mut().zip(sums) {
                for (out, sum) in out[panel * LANES..].iter_mut().zip(sums) {
                    *out += sum;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_a_product() {
        let matrix = Matrix::new(Processor::Any, 32, 2, |output, input| (output * 10 + input) as f32);
        let (mut one, mut other) = ([0.5; 32], [0.0; 32]);
        matrix.add(&[1.0, 2.0, 4.0, 8.0], [0, 2], [&mut one, &mut other]);
        assert_eq!((one[0], one[3], other[0], other[31]), (2.5, 92.5, 8.0, 310.0 * 4.0 + 311.0 * 8.0));
    }
}
