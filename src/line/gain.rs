//! How loud the neural detector is let hear a line.
//!
//! The model was taught with louder voices than telephones bring: quiet lines are raised. Under loud noise it hears at
//! one level the voice that it misses at another, and nobody can tell beforehand at which: where nobody is heard on a
//! loud line it listens anew, turned down, and then at another level, in turn. It has to begin afresh then: to a model
//! that remembers the louder noise, all that follows is silence (noisy speech missed: 36 %, afresh 22 %).

/// Quiet lines are raised, 1.5 dB for each dB that their loudest sound lies below this, dBov. Measured on the development
/// corpus: hands-free speech missed falls from 48 to 16 %, and nothing else changes.
const RAISED_BELOW: f32 = -26.0;
const RAISED_BY: f32 = 1.5;
/// At most so many dB.
const RAISED_AT_MOST: f32 = 20.0;
/// The loudest sound is forgotten by this many dB a step: 3 dB a second.
const FORGOTTEN: f32 = 0.1;
/// Where nothing has been heard yet the loudest sound is taken to be here, dBov: a usual voice.
const USUAL: f32 = -30.0;
/// Where the noise is turned down to, dBov, one after the other; the last leaves it as it is. Measured on the development
/// corpus, callers lost in windows of 5 s as the model alone tells them from noise: 10 of 563 with none of it, 5 with
/// the first alone, 2 with all.
const TURNED_DOWN_TO: [f32; 3] = [-32.0, -40.0, 0.0];
/// Noise quieter than this, dBov, stays as it is.
const LOUD: f32 = -36.0;
/// A voice is heard from this probability on: under what is taken for speech, since a voice that is guessed at is nearer
/// than none.
const HEARD: f32 = 0.2;
/// Steps without a voice after which the level is changed, 1 s, and after which it is changed again, 2 s.
const UNHEARD: u32 = 31;
const AGAIN: u32 = 62;
/// A smaller change, dB, is not worth beginning afresh.
const WORTHWHILE: f32 = 6.0;
/// Weight of a step in the mean of the noise: about 3 s.
const NEW: f32 = 0.01;

/// Follows one stream, step by step.
pub(super) struct Gain {
    loudest: f32,
    /// Mean power since a voice was last heard.
    noise: f32,
    /// Steps since then.
    unheard: u32,
    lowered: f32,
}

impl Gain {
    pub(super) fn new() -> Self {
        Self { loudest: USUAL, noise: 0.0, unheard: 0, lowered: 0.0 }
    }

    /// Takes the level and mean power of the next step; `true` where from this step on the line sounds otherwise.
    pub(super) fn follow(&mut self, level: f32, power: f32) -> bool {
        self.loudest = level.max(self.loudest - FORGOTTEN);
        self.noise += (power - self.noise) * (1.0 / (self.unheard + 1) as f32).max(NEW);
        let wanted = self.wanted();
        let too_low = wanted < self.lowered - WORTHWHILE;
        let anew = too_low || (self.unheard >= UNHEARD && wanted > self.lowered + WORTHWHILE);
        if anew {
            self.lowered = wanted;
        }
        anew
    }

    /// Takes what the model made of the step.
    pub(super) fn heard(&mut self, probability: f32) {
        self.unheard = if probability >= HEARD { 0 } else { self.unheard.saturating_add(1) };
    }

    /// What samples are multiplied by.
    pub(super) fn factor(&self) -> f32 {
        10f32.powf((self.raised() - self.lowered) / 20.0)
    }

    fn raised(&self) -> f32 {
        ((RAISED_BELOW - self.loudest) * RAISED_BY).clamp(0.0, RAISED_AT_MOST)
    }

    /// By how much the noise should be lowered, dB.
    fn wanted(&self) -> f32 {
        let Some(since) = self.unheard.checked_sub(UNHEARD) else { return self.lowered };
        let noise = 10.0 * (self.noise + 1e-10).log10();
        let target = TURNED_DOWN_TO[(since / AGAIN) as usize % TURNED_DOWN_TO.len()];
        if noise < LOUD { 0.0 } else { (self.raised() + noise - target).max(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps at which the model begins afresh, on a line that stays at `level` dBov.
    fn changes(level: f32, probability: f32, steps: usize) -> Vec<usize> {
        let mut gain = Gain::new();
        let power = 10f32.powf(level / 10.0);
        let mut changed = |_: &usize| {
            let anew = gain.follow(level, power);
            gain.heard(probability);
            anew
        };
        (0..steps).filter(|step| changed(step)).collect()
    }

    #[test]
    fn a_loud_line_on_which_nobody_is_heard_is_tried_at_one_level_after_another() {
        assert_eq!(changes(-20.0, 0.0, 250), [31, 93, 155, 217]);
    }

    #[test]
    fn a_quiet_line_and_a_line_with_a_voice_are_left_alone() {
        assert_eq!(changes(-60.0, 0.0, 500), [0; 0]);
        assert_eq!(changes(-20.0, 0.9, 500), [0; 0]);
    }

    #[test]
    fn a_faint_line_is_raised_by_twenty_decibels_at_most() {
        let mut gain = Gain::new();
        for _ in 0..500 {
            gain.follow(-55.0, 0.0);
        }
        assert!((gain.factor() - 10.0).abs() < 1e-3, "{}", gain.factor());
    }
}
