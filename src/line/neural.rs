//! The neural detector at work: gain, steps of 32 ms laid over frames of 20 ms, and when to save the work.

use super::{
    frame::{FRAME_SAMPLES, Level},
    silero::{Memory, Model, STEP},
};

/// Quieter than this, dBov, nothing is asked of the model: a voice there cannot be understood.
const AUDIBLE: f32 = -70.0;
/// The model was taught with louder voices than telephones bring: quiet lines are raised, 1.5 dB for each dB that their
/// loudest sound lies below this, dBov. Measured on the development corpus: hands-free speech missed falls from 48 to
/// 16 %, and nothing else changes, since a noisy line is loud and stays as it is.
const RAISED_BELOW: f32 = -26.0;
const RAISED_BY: f32 = 1.5;
/// At most so many dB.
const RAISED_AT_MOST: f32 = 20.0;
/// The loudest sound is forgotten by this many dB a step: 3 dB a second.
const FORGOTTEN: f32 = 0.1;
/// Where nothing has been heard yet the loudest sound is taken to be here, dBov: a usual voice.
const USUAL: f32 = -30.0;

/// One stream's detector.
pub(super) struct Neural {
    memory: Memory,
    step: [f32; STEP],
    filled: usize,
    loudest: f32,
}

/// A step that was decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decided {
    /// Probability of speech, 0 to 1.
    pub(super) probability: f32,
    /// Samples of the step that lie before the frame just taken: the step ends within that frame.
    pub(super) before: usize,
}

impl Neural {
    pub(super) fn new() -> Self {
        Self { memory: Memory::new(), step: [0.0; STEP], filled: 0, loudest: USUAL }
    }

    /// Takes the next frame; at most one step ends within it.
    pub(super) fn follow(&mut self, samples: &[f32; FRAME_SAMPLES]) -> Option<Decided> {
        let (now, later) = samples.split_at(FRAME_SAMPLES.min(STEP - self.filled));
        let before = self.filled;
        self.lay(now);
        if self.filled < STEP {
            return None;
        }
        let probability = self.decide();
        self.filled = 0;
        self.lay(later);
        Some(Decided { probability, before })
    }

    /// Nothing came for a frame, or nobody asks: a step begins afresh, and what was heard is forgotten.
    pub(super) fn rest(&mut self) {
        self.filled = 0;
        self.memory = Memory::new();
    }

    fn lay(&mut self, samples: &[f32]) {
        self.step[self.filled..self.filled + samples.len()].copy_from_slice(samples);
        self.filled += samples.len();
    }

    fn decide(&mut self) -> f32 {
        let level = Level::of_power(self.step.iter().map(|s| s * s).sum::<f32>() / STEP as f32).dbov();
        self.loudest = level.max(self.loudest - FORGOTTEN);
        if level < AUDIBLE {
            return 0.0;
        }
        let raised = ((RAISED_BELOW - self.loudest) * RAISED_BY).clamp(0.0, RAISED_AT_MOST);
        let gain = 10f32.powf(raised / 20.0);
        for sample in &mut self.step {
            *sample = (*sample * gain).clamp(-1.0, 1.0);
        }
        Model::shared().step(&mut self.memory, &self.step)
    }
}
