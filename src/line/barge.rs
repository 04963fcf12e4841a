//! Whether somebody interrupts a prompt: the evidence of many frames, added up.
//!
//! A prompt that stops for nothing is worse than one that stops late, and no single detector can be trusted: under noise
//! the neural one takes the first words for more of the noise, and sirens, rings and singing pass for voices now and
//! then. So every frame that is neither our own voice nor the line's noise says how much likelier it is a caller's than
//! not, and the sum decides (a sequential probability ratio test, Wald 1945).

use super::frame::Shape;

/// What a frame says, from the figures in [`Evidence::figures`] as a logistic score. Fitted on the frames that are more
/// than our voice and the line's noise while our prompts play: the corpus' `clear` and `mild_noise` in the second and a
/// half after a voice can be heard, against its noises, tones and quiet lines and our echo alone, both sides weighing the
/// same.
const WEIGHTS: [f32; 12] = [4.33, 0.91, 1.31, 3.62, -0.78, 1.38, -1.71, 0.53, -3.45, -1.93, 0.99, 0.74];
/// … with what a frame has to say at least to speak for a caller.
const BIAS: f32 = -3.47 - 0.8;
/// No frame says more than this: a moment proves nothing.
const FOR: f32 = 3.2;
const AGAINST: f32 = -4.8;
/// What is lost in a frame of nothing but noise, and of our own voice, under which a caller may go on.
const PAUSE: f32 = 0.5;
const OUR_VOICE: f32 = 0.25;
/// Enough to stop a prompt: three frames that can hardly be doubted, or more that can. Measured: at 7 there is one false
/// stop more, at 8.5 callers are heard 8 ms later.
const ENOUGH: f32 = 7.5;

/// Odds (logarithmic) are taken to lie within this of even: the neural detector's, and the plain one's.
const NEURAL_ODDS: f32 = 4.5;
const PLAIN_ODDS: f32 = 3.0;
/// What the neural detector said holds on, fainter by this much each frame: it speaks once in 32 ms, and falters.
const FADING: f32 = 0.5;
/// Frames that are a beginning; what sounded before them, for two seconds, is no caller who begins.
const BEGINNING: u32 = 15;
const BEFORE: f32 = 113.0;
/// Share of the power in one peak, of 255, from which on a sound is pure; how pure the line has sounded fades within
/// ten frames.
const PURE: u8 = 200;
const NEW: f32 = 0.1;
/// Frames without sound count twice against a run of sound, of which more than half a second says no more.
const RUN: u32 = 25;

/// A frame that may be an interruption.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sound {
    /// dBov, and dB over the floor.
    pub(super) level: f32,
    pub(super) over: f32,
    pub(super) shape: Shape,
    /// Period of its pitch, in samples at 4 kHz.
    pub(super) period: u8,
}

/// Gathers the evidence on one line.
pub(super) struct Evidence {
    sum: f32,
    /// Odds that the neural detector gave last, fading.
    neural: f32,
    /// Which of the last frames were more than our voice and the line's noise, the newest in the lowest bit.
    sounded: u128,
    /// Frames of sound in a row.
    run: u32,
    pure: f32,
    /// Level and period of the frame before, were it sound.
    before: Option<(f32, u8)>,
}

impl Evidence {
    pub(super) fn new() -> Self {
        Self { sum: 0.0, neural: -NEURAL_ODDS, sounded: 0, run: 0, pure: 0.0, before: None }
    }

    /// Takes the next frame: what the detectors say of it, whether it is our own voice coming back, and what it sounds
    /// like if it is more.
    pub(super) fn follow(&mut self, neural: f32, plain: f32, echo: bool, sound: Option<Sound>) {
        self.neural = odds(neural, NEURAL_ODDS).max(self.neural - FADING);
        self.sounded = self.sounded << 1 | u128::from(sound.is_some());
        self.run = if sound.is_some() { self.run + 1 } else { self.run.saturating_sub(2) };
        let said = match sound {
            Some(sound) => self.said(plain, sound),
            None if echo => -OUR_VOICE,
            None => -PAUSE,
        };
        if !echo {
            self.before = sound.map(|sound| (sound.level, sound.period));
        }
        self.sum = (self.sum + said).max(0.0);
    }

    /// Whether somebody surely speaks.
    pub(super) fn is_enough(&self) -> bool {
        self.sum >= ENOUGH
    }

    /// What was gathered is used up: somebody spoke, and has stopped.
    pub(super) fn forget(&mut self) {
        self.sum = 0.0;
    }

    fn said(&mut self, plain: f32, sound: Sound) -> f32 {
        let is_pure = sound.shape.is_tonal() || sound.shape.one > PURE;
        self.pure += NEW * (f32::from(u8::from(is_pure)) - self.pure);
        let score: f32 = self.figures(plain, &sound).iter().zip(WEIGHTS).map(|(figure, weight)| figure * weight).sum();
        (score + BIAS).clamp(AGAINST, FOR)
    }

    /// Each about 0 to 1: odds of the neural and the plain detector, how far above the floor, how voiced, how far from
    /// flat and how changing the spectrum, whether a machine's tone, whether the pitch goes on from the frame before (or
    /// its octave), how much sounded before this began, how purely, how the level moves, and how long this has sounded.
    fn figures(&self, plain: f32, sound: &Sound) -> [f32; WEIGHTS.len()] {
        let shape = &sound.shape;
        let moved = self.before.map_or(3.0, |(level, _)| (sound.level - level).abs().min(6.0));
        let goes_on = self.before.is_some_and(|(_, period)| goes_on(period, sound.period));
        [
            self.neural / NEURAL_ODDS,
            odds(plain, PLAIN_ODDS) / PLAIN_ODDS,
            sound.over.clamp(0.0, 30.0) / 15.0,
            f32::from(shape.voicing) / 255.0,
            f32::from(shape.flatness) / 100.0,
            f32::from(shape.flux) / 100.0,
            f32::from(u8::from(shape.is_tonal())),
            f32::from(u8::from(goes_on)),
            (self.sounded >> BEGINNING).count_ones() as f32 / BEFORE,
            self.pure,
            moved / 6.0,
            self.run.min(RUN) as f32 / RUN as f32,
        ]
    }
}

/// Whether one period of a pitch is the other's, its double or its half.
fn goes_on(before: u8, now: u8) -> bool {
    let ratio = f32::from(now) / f32::from(before.max(1));
    [0.5, 1.0, 2.0].into_iter().any(|octave| (ratio - octave).abs() < 0.08)
}

/// Logarithmic odds of a probability, within `limit` of even.
fn odds(probability: f32, limit: f32) -> f32 {
    let probability = probability.clamp(1e-4, 1.0 - 1e-4);
    (probability / (1.0 - probability)).ln().clamp(-limit, limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame 20 dB over the floor whose level and pitch move.
    fn sound(n: u8, shape: Shape) -> Sound {
        Sound { level: -25.0 + f32::from(n % 3), over: 20.0, shape, period: 30 + n % 2 }
    }

    fn voice(n: u8) -> Sound {
        let shape =
            Shape { peak: 12, second: 30, one: 120, two: 180, flatness: 70, flux: 65, voicing: 230, sustained: 0 };
        sound(n, shape)
    }

    fn tone(n: u8) -> Sound {
        let shape =
            Shape { peak: 14, second: 18, one: 254, two: 255, flatness: 170, flux: 35, voicing: 254, sustained: 250 };
        sound(n, shape)
    }

    /// After how many frames it is enough, of fifty.
    fn enough(neural: f32, plain: f32, sound: impl Fn(u8) -> Sound) -> Option<u8> {
        let mut evidence = Evidence::new();
        (1..=50).find(|n| {
            evidence.follow(neural, plain, false, Some(sound(*n)));
            evidence.is_enough()
        })
    }

    #[test]
    fn a_voice_that_both_detectors_hear_is_enough_within_eighty_milliseconds() {
        assert!(enough(0.9, 0.7, voice).is_some_and(|frames| (2..=4).contains(&frames)));
    }

    #[test]
    fn a_voice_that_the_neural_detector_doubts_takes_longer() {
        let doubted = enough(0.2, 0.8, voice);
        assert!(doubted > enough(0.9, 0.8, voice) && doubted.is_some(), "{doubted:?}");
    }

    #[test]
    fn a_steady_tone_is_never_enough() {
        assert_eq!(enough(0.9, 0.0, tone), None);
    }

    #[test]
    fn what_has_sounded_for_two_seconds_begins_no_more() {
        let mut evidence = Evidence::new();
        (0..100).for_each(|n| evidence.follow(0.01, 0.1, false, Some(tone(n))));
        evidence.follow(0.6, 0.6, false, Some(voice(0)));
        evidence.follow(0.6, 0.6, false, Some(voice(1)));
        evidence.follow(0.6, 0.6, false, Some(voice(2)));
        assert!(!evidence.is_enough());
    }

    #[test]
    fn a_moment_is_not_enough() {
        let mut evidence = Evidence::new();
        evidence.follow(1.0, 1.0, false, Some(voice(0)));
        evidence.follow(1.0, 1.0, false, Some(voice(1)));
        assert!(!evidence.is_enough());
    }
}
