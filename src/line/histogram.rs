//! Quantiles of levels without keeping them.

use super::frame::Frame;

/// Values from -96 to 0 counted in steps of 0.75.
pub(super) struct Histogram {
    counts: [u16; Self::BINS],
    total: u32,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: [0; Self::BINS], total: 0 }
    }
}

impl Histogram {
    const BINS: usize = 128;
    const STEP: f32 = 0.75;
    const LEAST: f32 = -96.0;

    pub(super) fn add(&mut self, value: f32) {
        self.count(((value - Self::LEAST) / Self::STEP) as usize);
    }

    fn count(&mut self, bin: usize) {
        self.counts[bin.min(Self::BINS - 1)] += 1;
        self.total += 1;
    }

    /// Both halves' levels, dBov.
    pub(super) fn add_halves(&mut self, frame: &Frame) {
        // A bin is two steps of a level.
        frame.halves.iter().for_each(|level| self.count(level.steps() / 2));
    }

    /// The value under which this share of the counted ones lies; the least one where nothing was counted.
    pub(super) fn quantile(&self, share: f32) -> f32 {
        let wanted = (share * self.total as f32) as u32;
        let mut below = 0;
        for (bin, count) in self.counts.iter().enumerate() {
            below += u32::from(*count);
            if below > wanted {
                return (bin as f32 + 0.5) * Self::STEP + Self::LEAST;
            }
        }
        Self::LEAST
    }
}
