//! A logistic regression, fitted by Newton's method. Deterministic: the same rows in the same order give the same weights.

/// How much large weights are held down, as a share of all rows' weight: so little that it only keeps figures which say the
/// same from being played off against each other.
const RIDGE: f64 = 1e-4;
/// Newton's method doubles the digits each step; ten are plenty.
const STEPS: usize = 25;
const CLOSE: f64 = 1e-9;

/// The weights of `N` figures, the last of which is always 1, by which a sum's logistic function comes nearest to
/// whether a row is one of `for_it` or of `against_it`. Both sides weigh the same, however many rows they have.
pub fn fit<const N: usize>(for_it: &[[f32; N]], against_it: &[[f32; N]]) -> [f64; N] {
    let mut weights = [0.0; N];
    for _ in 0..STEPS {
        let mut newton = Newton::at(&weights);
        for_it.iter().for_each(|row| newton.take(&weights, row, 1.0, 0.5 / for_it.len() as f64));
        against_it.iter().for_each(|row| newton.take(&weights, row, 0.0, 0.5 / against_it.len() as f64));
        let step = solve(newton.curvature, newton.slope);
        weights.iter_mut().zip(step).for_each(|(weight, step)| *weight += step);
        if step.iter().all(|step| step.abs() < CLOSE) {
            break;
        }
    }
    weights
}

/// Slope and curvature of the likelihood, less the ridge.
struct Newton<const N: usize> {
    slope: [f64; N],
    curvature: [[f64; N]; N],
}

impl<const N: usize> Newton<N> {
    fn at(weights: &[f64; N]) -> Self {
        let mut curvature = [[0.0; N]; N];
        (0..N - 1).for_each(|at| curvature[at][at] = RIDGE);
        let slope = std::array::from_fn(|at| -curvature[at][at] * weights[at]);
        Self { slope, curvature }
    }

    fn take(&mut self, weights: &[f64; N], row: &[f32; N], target: f64, weight: f64) {
        let row = row.map(f64::from);
        let sum: f64 = row.iter().zip(weights).map(|(figure, weight)| figure * weight).sum();
        let chance = 1.0 / (1.0 + (-sum).exp());
        for (at, figure) in row.iter().enumerate() {
            self.slope[at] += weight * (target - chance) * figure;
            let curved = weight * chance * (1.0 - chance) * figure;
            self.curvature[at].iter_mut().zip(&row).for_each(|(sum, other)| *sum += curved * other);
        }
    }
}

/// Solves `of * x = right`, `of` symmetric and positive, by elimination.
fn solve<const N: usize>(mut of: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for at in 0..N {
        let (row, value) = (of[at], right[at]);
        for below in at + 1..N {
            let share = of[below][at] / row[at];
            of[below].iter_mut().zip(row).for_each(|(element, above)| *element -= share * above);
            right[below] -= share * value;
        }
    }
    for at in (0..N).rev() {
        let known: f64 = (at + 1..N).map(|other| of[at][other] * right[other]).sum();
        right[at] = (right[at] - known) / of[at][at];
    }
    right
}
