//! Whether somebody interrupts a prompt: the evidence of many frames, added up.
//!
//! A prompt that stops for nothing is worse than one that stops late, and no single detector can be trusted: under noise
//! the neural one takes the first words for more of the noise, and sirens, rings and singing pass for voices now and
//! then. So every frame that is neither our own voice nor the line's noise says how much likelier it is a caller's than
//! not, and the sum decides (a sequential probability ratio test, Wald 1945).

use super::frame::Shape;
use std::sync::LazyLock;

/// Names of the figures that a frame is weighed by, in the order of `Evidence::figures`.
pub const BARGE_FIGURES: [&str; 12] =
    ["neural", "plain", "over", "voicing", "flatness", "flux", "tonal", "goes_on", "sounded", "pure", "moved", "run"];
type Figures = [f32; BARGE_FIGURES.len()];

/// What a frame has to say at least to speak for a caller: chosen, so that what says hardly more for one than against
/// one, as noises do for long, does not add up.
const LEAST: f32 = 0.8;
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

/// What a frame says, from its figures, as a logistic score. Fitted by `cargo run --release --example train_barge` on the
/// frames that are more than our voice and the line's noise while our prompts play: the corpus' `clear` and `mild_noise`
/// in the second and a half after a voice can be heard, against what is before it, the corpus' noises, tones and quiet
/// lines and our echo alone, both sides weighing the same. Kept as text that can be read, a line a figure.
#[derive(Debug, Default, PartialEq)]
struct Weights {
    each: Figures,
    bias: f32,
}

static SHIPPED: LazyLock<Weights> = LazyLock::new(|| Weights::read(include_str!("barge.weights")));

impl Weights {
    /// Reads the text form. What cannot be read weighs nothing: a test reads every line of ours.
    fn read(text: &str) -> Self {
        let mut weights = Self::default();
        for (name, weight) in text.lines().filter_map(entry) {
            if let Some(place) = weights.named(name) {
                *place = weight;
            }
        }
        weights
    }

    fn named(&mut self, name: &str) -> Option<&mut f32> {
        if name == BIAS {
            return Some(&mut self.bias);
        }
        BARGE_FIGURES.iter().position(|figure| *figure == name).and_then(|at| self.each.get_mut(at))
    }

    fn score(&self, figures: &Figures) -> f32 {
        figures.iter().zip(self.each).map(|(figure, weight)| figure * weight).sum::<f32>() + self.bias
    }
}

const BIAS: &str = "bias";

/// `neural 4.33`
fn entry(line: &str) -> Option<(&str, f32)> {
    let (name, weight) = line.split_once(' ')?;
    Some((name, weight.parse().ok()?))
}

/// Gathers the evidence on one line.
pub(super) struct Evidence {
    weights: &'static Weights,
    sum: f32,
    /// Of the last frame, were it sound.
    figures: Option<Figures>,
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
        Self {
            weights: &SHIPPED,
            sum: 0.0,
            figures: None,
            neural: -NEURAL_ODDS,
            sounded: 0,
            run: 0,
            pure: 0.0,
            before: None,
        }
    }

    /// Takes the next frame: what the detectors say of it, whether it is our own voice coming back, and what it sounds
    /// like if it is more.
    pub(super) fn follow(&mut self, neural: f32, plain: f32, echo: bool, sound: Option<Sound>) {
        self.neural = odds(neural, NEURAL_ODDS).max(self.neural - FADING);
        self.sounded = self.sounded << 1 | u128::from(sound.is_some());
        self.run = if sound.is_some() { self.run + 1 } else { self.run.saturating_sub(2) };
        self.figures = sound.map(|sound| self.weigh(plain, sound));
        let said = match &self.figures {
            Some(figures) => (self.weights.score(figures) - LEAST).clamp(AGAINST, FOR),
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

    /// What the last frame was weighed by; `None` where it was no sound.
    pub(super) fn last_figures(&self) -> Option<Figures> {
        self.figures
    }

    /// How pure the line has sounded counts this frame in.
    fn weigh(&mut self, plain: f32, sound: Sound) -> Figures {
        let is_pure = sound.shape.is_tonal() || sound.shape.one > PURE;
        self.pure += NEW * (f32::from(u8::from(is_pure)) - self.pure);
        self.figures(plain, &sound)
    }

    /// Each about 0 to 1: odds of the neural and the plain detector, how far above the floor, how voiced, how far from
    /// flat and how changing the spectrum, whether a machine's tone, whether the pitch goes on from the frame before (or
    /// its octave), how much sounded before this began, how purely, how the level moves, and how long this has sounded.
    fn figures(&self, plain: f32, sound: &Sound) -> Figures {
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
        let shape = Shape {
            peak: 12,
            second: 30,
            one: 120,
            two: 180,
            flatness: 70,
            flux: 65,
            voicing: 230,
            ..Shape::default()
        };
        sound(n, shape)
    }

    fn tone(n: u8) -> Sound {
        let shape = Shape {
            peak: 14,
            second: 18,
            one: 254,
            two: 255,
            flatness: 170,
            flux: 35,
            voicing: 254,
            sustained: 250,
            ..Shape::default()
        };
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
    fn every_line_of_the_shipped_weights_is_read_and_none_is_missing() {
        let lines = || include_str!("barge.weights").lines().filter(|line| !line.starts_with('#'));
        let names: Vec<&str> = lines().filter_map(entry).map(|(name, _)| name).collect();
        assert_eq!((names, lines().count()), ([&BARGE_FIGURES[..], &[BIAS]].concat(), BARGE_FIGURES.len() + 1));
    }

    #[test]
    fn a_weight_lies_where_its_name_says() {
        let weights = Weights::read("# comment\nbias -3\nplain 0.5\n");
        let mut figures = [0.0; BARGE_FIGURES.len()];
        figures[1] = 2.0;
        assert_eq!(weights.score(&figures), -2.0);
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
