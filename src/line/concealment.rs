//! Short cuts are filled before the neural detector hears them: it takes every cut for the end of a word.

use super::frame::{FRAME_SAMPLES, mean_power};

/// Cuts are filled for so many frames: 80 ms, as long as receivers conceal (ITU-T G.711 Appendix I: 60 ms).
const FILLED: u32 = 4;
/// Each repetition is fainter by this factor (3 dB).
const FADING: f32 = 0.7;
/// Power of a frame that was cut: under -75 dBov.
const CUT: f32 = 3e-8;

/// Repeats the last frame, fading.
pub(super) struct Concealment {
    last: [f32; FRAME_SAMPLES],
    filled: u32,
}

impl Default for Concealment {
    fn default() -> Self {
        Self { last: [0.0; FRAME_SAMPLES], filled: FILLED }
    }
}

impl Concealment {
    /// Fills `samples` where they were cut, and remembers them where they were not.
    pub(super) fn fill(&mut self, samples: &mut [f32; FRAME_SAMPLES]) {
        if mean_power(samples) > CUT {
            self.last = *samples;
            self.filled = 0;
            return;
        }
        if self.filled < FILLED {
            self.filled += 1;
            self.last.iter_mut().for_each(|sample| *sample *= FADING);
            *samples = self.last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_is_filled_for_eighty_milliseconds() {
        let mut concealment = Concealment::default();
        concealment.fill(&mut [0.5; FRAME_SAMPLES]);
        let heard: Vec<bool> = (0..6)
            .map(|_| {
                let mut cut = [0.0; FRAME_SAMPLES];
                concealment.fill(&mut cut);
                cut[0] > 0.0
            })
            .collect();
        assert_eq!(heard, [true, true, true, true, false, false]);
    }
}
