//! The neural detector at work: gain, steps of 32 ms laid over frames of 20 ms, and when to save the work.

use super::{
    frame::{FRAME_SAMPLES, Level, mean_power},
    gain::Gain,
    silero::{Memory, Model, STEP},
};

/// Quieter than this, dBov, nothing is asked of the model: a voice there cannot be understood.
const AUDIBLE: f32 = -70.0;

/// One stream's detector.
pub(super) struct Neural {
    memory: Memory,
    step: [f32; STEP],
    filled: usize,
    gain: Gain,
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
        Self { memory: Memory::new(), step: [0.0; STEP], filled: 0, gain: Gain::new() }
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
        let power = mean_power(&self.step);
        let level = Level::of_power(power).dbov();
        if self.gain.follow(level, power) {
            self.memory = Memory::new();
        }
        let probability = if level < AUDIBLE { 0.0 } else { self.ask() };
        self.gain.heard(probability);
        probability
    }

    fn ask(&mut self) -> f32 {
        let factor = self.gain.factor();
        for sample in &mut self.step {
            *sample = (*sample * factor).clamp(-1.0, 1.0);
        }
        Model::shared().step(&mut self.memory, &self.step)
    }
}
