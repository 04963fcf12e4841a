//! Products of a packed matrix with a few columns: the only work that costs anything in the forward pass.
//!
//! Weights are packed in panels of [`LANES`] outputs: for each input, the weights of 16 outputs side by side. The scalar
//! kernel is the reference; on processors with AVX2 and FMA the other one does the same, several times faster.

/// Outputs of one panel.
pub(super) const LANES: usize = 16;

/// A matrix in panels, with the bias of every output.
pub(super) struct Packed {
    weights: Vec<[f32; LANES]>,
    bias: Vec<[f32; LANES]>,
    inputs: usize,
}

impl Packed {
    /// Packs `outputs` × `inputs` weights, given by `weight(output, input)`; outputs come in sixteens.
    pub(super) fn new(
        outputs: usize,
        inputs: usize,
        weight: impl Fn(usize, usize) -> f32,
        bias: impl Fn(usize) -> f32,
    ) -> Self {
        let panels = outputs / LANES;
        let panel = |panel: usize, input| std::array::from_fn(|lane| weight(panel * LANES + lane, input));
        Self {
            weights: (0..panels)
                .flat_map(|p| (0..inputs).map(move |input| (p, input)))
                .map(|(p, i)| panel(p, i))
                .collect(),
            bias: (0..panels).map(|p| std::array::from_fn(|lane| bias(p * LANES + lane))).collect(),
            inputs,
        }
    }

    /// `out[column]` = weights · column + bias, for `C` columns: `inputs` holds, for each input, its value in every
    /// column. There are as many as the matrix has inputs, and every `out` has as many as it has outputs.
    pub(super) fn apply<const C: usize>(&self, kernel: Kernel, inputs: &[[f32; C]], out: [&mut [f32]; C]) {
        match kernel {
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => avx2::apply(self, inputs, out),
            Kernel::Scalar => scalar(self, inputs, out),
        }
    }

    /// For each panel, in order: its weights, its bias and its number.
    fn panels(&self) -> impl Iterator<Item = (&[[f32; LANES]], &[f32; LANES], usize)> {
        let weights = self.weights.chunks_exact(self.inputs);
        weights.zip(&self.bias).enumerate().map(|(panel, (weights, bias))| (weights, bias, panel))
    }
}

/// Which of the twins multiplies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kernel {
    /// Any processor.
    Scalar,
    /// x86-64 with AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Kernel {
    /// The best this processor has.
    pub(super) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if avx2::is_there() {
            return Self::Avx2;
        }
        Self::Scalar
    }
}

fn scalar<const C: usize>(packed: &Packed, inputs: &[[f32; C]], mut out: [&mut [f32]; C]) {
    for (weights, bias, panel) in packed.panels() {
        let mut sums = [*bias; C];
        for (weights, values) in weights.iter().zip(inputs) {
            for (sums, value) in sums.iter_mut().zip(values) {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += weight * value;
                }
            }
        }
        for (out, sums) in out.iter_mut().zip(&sums) {
            out[panel * LANES..][..LANES].copy_from_slice(sums);
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod avx2 {
    //! Two things here are `unsafe`: calling a function that needs AVX2 and FMA, which [`super::Kernel::detect`] has
    //! made sure of, and loads and stores through pointers made from references to eight floats.

    use super::{LANES, Packed};
    use std::arch::x86_64::*;

    pub(super) fn is_there() -> bool {
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
    }

    pub(super) fn apply<const C: usize>(packed: &Packed, inputs: &[[f32; C]], out: [&mut [f32]; C]) {
        // SAFETY: `Kernel::Avx2` is only ever made by `Kernel::detect`, after `is_there`.
        unsafe {
            match C {
                1 => panels::<C, 4>(packed, inputs, out),
                2 => panels::<C, 2>(packed, inputs, out),
                _ => panels::<C, 1>(packed, inputs, out),
            }
        }
    }

    /// `U` inputs go side by side, so that eight sums are under way whatever the number of columns: an FMA takes four
    /// cycles, and two can begin in each.
    #[target_feature(enable = "avx2,fma")]
    fn panels<const C: usize, const U: usize>(packed: &Packed, inputs: &[[f32; C]], mut out: [&mut [f32]; C]) {
        let (whole, left) = inputs.as_chunks::<U>();
        for (weights, bias, panel) in packed.panels() {
            let (whole_weights, left_weights) = weights.as_chunks::<U>();
            let mut sums = [[[_mm256_setzero_ps(); 2]; C]; U];
            for (weights, values) in whole_weights.iter().zip(whole) {
                for u in 0..U {
                    add(&weights[u], &values[u], &mut sums[u]);
                }
            }
            for (weights, values) in left_weights.iter().zip(left) {
                add(weights, values, &mut sums[0]);
            }
            for (column, out) in out.iter_mut().enumerate() {
                store(sums.map(|sums| sums[column]), bias, &mut out[panel * LANES..][..LANES]);
            }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn add<const C: usize>(weights: &[f32; LANES], values: &[f32; C], sums: &mut [[__m256; 2]; C]) {
        let [low, high] = load(weights);
        for c in 0..C {
            let value = _mm256_set1_ps(values[c]);
            sums[c] = [_mm256_fmadd_ps(low, value, sums[c][0]), _mm256_fmadd_ps(high, value, sums[c][1])];
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn load(lanes: &[f32; LANES]) -> [__m256; 2] {
        // SAFETY: sixteen floats are readable, and the load needs no alignment.
        unsafe { [_mm256_loadu_ps(lanes.as_ptr()), _mm256_loadu_ps(lanes.as_ptr().add(8))] }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn store<const U: usize>(sums: [[__m256; 2]; U], bias: &[f32; LANES], lanes: &mut [f32]) {
        let [mut low, mut high] = load(bias);
        for sum in sums {
            low = _mm256_add_ps(low, sum[0]);
            high = _mm256_add_ps(high, sum[1]);
        }
        let mut all = [0.0f32; LANES];
        // SAFETY: sixteen floats are writable, and the store needs no alignment.
        unsafe {
            _mm256_storeu_ps(all.as_mut_ptr(), low);
            _mm256_storeu_ps(all.as_mut_ptr().add(8), high);
        }
        lanes.copy_from_slice(&all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(n: usize) -> f32 {
        ((n as u32).wrapping_mul(2_654_435_761) >> 8) as f32 / (1u32 << 23) as f32 - 1.0
    }

    fn products<const C: usize>(kernel: Kernel) -> Vec<f32> {
        let inputs = 195;
        let packed = Packed::new(48, inputs, |o, i| value(o * inputs + i), |o| value(o + 7));
        let columns: Vec<[f32; C]> = (0..inputs).map(|i| std::array::from_fn(|c| value(i * 31 + c))).collect();
        let mut out: [Vec<f32>; C] = std::array::from_fn(|_| vec![0.0; 48]);
        packed.apply(kernel, &columns, out.each_mut().map(|o| o.as_mut_slice()));
        out.concat()
    }

    #[test]
    fn the_twins_agree() {
        let agree = |one: Vec<f32>, other: Vec<f32>| one.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-4);
        let best = Kernel::detect();
        assert!(agree(products::<1>(Kernel::Scalar), products::<1>(best)));
        assert!(agree(products::<2>(Kernel::Scalar), products::<2>(best)));
        assert!(agree(products::<4>(Kernel::Scalar), products::<4>(best)));
    }

    #[test]
    fn a_product_is_a_product() {
        let packed = Packed::new(16, 2, |o, i| (o * 10 + i) as f32, |o| o as f32);
        let mut out = [0.0; 16];
        packed.apply(Kernel::Scalar, &[[1.0], [2.0]], [&mut out]);
        assert_eq!((out[0], out[3]), (2.0, 95.0));
    }
}
