//! What happens to every frame: it is measured, the detectors say how likely it is speech, and it is remembered.
//!
//! The cascade: level and floor let quiet frames pass at no cost; WebRTC's gate and the shape of the spectrum make the
//! plain detector, always there; while somebody has a decision to make ([`super::Attention::Full`]) the neural detector
//! has the last word wherever something is audible.

use crate::{
    audio::spectrum::{Bands, bands, flat},
    phone::Digit,
};
use std::time::Duration;

use super::{
    Attention, Detector, barge,
    dtmf::Keys,
    echo::{Compared, Echo},
    floor::Floor,
    frame::{FRAME_SAMPLES, Frame, Level},
    history::History,
    meter::Meter,
    plain,
    spectrum::Spectrum,
    talk::{Heard, Talk},
    timeline::Frames,
    webrtc::Gate,
};
#[cfg(feature = "neural")]
use super::{concealment::Concealment, neural::Neural};

/// Quieter than this, dBov, and near the noise floor, a line is idle: idle channels hiss at -70 to -65, and no caller whose
/// voice stays below it can be understood.
const IDLE: f32 = -58.0;
const IDLE_OVER: f32 = 6.0;
/// Frames of an idle line after which every detector rests: 300 ms.
const IDLE_FRAMES: u32 = 15;
/// Sound begins this far above the floor, dB: chosen, 6 dB is what a listener notices at once.
const AUDIBLE_OVER: f32 = 5.0;
/// … and at least here, dBov: under it lie comfort noise (-75..-55) and a quiet room, and a voice so quiet can no longer
/// be understood over the idle noise of a channel (-65).
const AUDIBLE: f32 = -61.0;
/// Spectra are looked at from here, dBov, and from this far above the floor, dB.
const WORTH_LOOKING: f32 = -66.0;
const WORTH_LOOKING_OVER: f32 = -3.0;
/// Two tones hold most of a frame's power, of 255 (a third of the window may lie before the key).
const TWO_TONES: u8 = 150;
/// The gate is deaf to very quiet voices: sound is also what a detector believes to be speech.
const BELIEVED: f32 = 0.5;

/// One stream's ear.
pub(super) struct Ear {
    meter: Meter,
    keys: Keys,
    /// Only where something was played.
    echo: Option<Box<Echo>>,
    /// A key just heard, and the frame after it.
    pub(super) pressed: Option<(Digit, u64)>,
    floor: Floor,
    gate: Gate,
    spectrum: Spectrum,
    #[cfg(feature = "neural")]
    neural: Box<Neural>,
    #[cfg(feature = "neural")]
    concealed: Concealment,
    /// Frames in a row in which nothing happened.
    idle: u32,
    /// What the neural detector said last; `None` while it rests.
    neural_says: Option<f32>,
    pub(super) attention: Attention,
    pub(super) talk: Talk,
    pub(super) history: History,
}

impl Ear {
    pub(super) fn new() -> Self {
        Self {
            meter: Meter::new(),
            keys: Keys::default(),
            echo: None,
            pressed: None,
            floor: Floor::new(),
            gate: Gate::new(),
            spectrum: Spectrum::new(),
            #[cfg(feature = "neural")]
            neural: Box::new(Neural::new()),
            #[cfg(feature = "neural")]
            concealed: Concealment::default(),
            neural_says: None,
            idle: 0,
            attention: Attention::Full,
            talk: Talk::new(),
            history: History::new(),
        }
    }

    /// Which detector has the last word now.
    pub(super) fn detector(&self) -> Detector {
        if cfg!(feature = "neural") && self.attention == Attention::Full { Detector::Neural } else { Detector::Plain }
    }

    /// Something is played to the caller from `since` the beginning of the timeline on.
    pub(super) fn play(&mut self, frames: &[Bands], since: Duration) {
        self.echo.get_or_insert_with(|| Box::new(Echo::new())).play(frames, since);
    }

    /// What the next frame, of these bands, holds besides what was played.
    fn compare(&mut self, bands: Bands) -> Compared {
        let number = self.history.next();
        let Some(echo) = &mut self.echo else { return Compared::ALONE };
        echo.hear(number, bands);
        echo.compare(number)
    }

    /// Whether our own voice may come back with the next frame.
    fn is_spoken_to(&self) -> bool {
        self.echo.as_ref().is_some_and(|echo| echo.may_come_back(self.history.next()))
    }

    /// Another frame in which nobody but us can have spoken, or not.
    fn count_idle(&mut self, idle: bool) {
        self.idle = if idle { self.idle.saturating_add(1) } else { 0 };
    }

    /// Only a frame of two peaks is worth a closer look.
    fn follow_keys(&mut self, frame: &Frame, samples: &[f32; FRAME_SAMPLES]) {
        if frame.spectrum.two < TWO_TONES {
            return self.keys.skip();
        }
        if let Some(digit) = self.keys.follow(samples) {
            self.pressed = Some((digit, self.history.next() + 1));
        }
    }

    fn remember(&mut self, frame: Frame, audible: bool, own: Option<barge::Sound>) {
        let number = self.history.next();
        self.history.push(frame);
        let plain = plain::probability(self.history.last(plain::WINDOW).filter(|frame| !frame.echo), self.floor.over());
        let speech = self.neural_says.unwrap_or(plain);
        self.history.amend(number, |kept| {
            kept.plain = byte(plain);
            kept.speech = byte(speech);
        });
        if self.neural_says.is_none() {
            self.history.amend(number.saturating_sub(plain::LAG), |kept| kept.speech = byte(plain));
        }
        let sound = audible && !frame.echo && (frame.gate || speech >= BELIEVED);
        let over_prompt = self.is_spoken_to();
        let heard = Heard { sound, plain, neural: self.neural_says, echo: frame.echo, own, over_prompt };
        self.talk.follow(number, heard);
    }

    #[cfg(feature = "neural")]
    fn ask_neural(&mut self, samples: &[f32; FRAME_SAMPLES]) {
        if self.attention == Attention::Events {
            if self.neural_says.take().is_some() {
                self.neural.rest();
            }
            return;
        }
        // The steady hiss of a line on which nothing happens is not worth a model's step.
        if self.idle > IDLE_FRAMES {
            self.neural_says = Some(0.0);
            return;
        }
        let mut filled = *samples;
        self.concealed.fill(&mut filled);
        self.follow_neural(&filled);
    }

    /// The neural detector would take our own voice for what it is, a voice: it hears silence instead. Not where the line's
    /// noise hides it: noise that comes and goes with our words would sound like a voice as well.
    #[cfg(feature = "neural")]
    fn keep_from_neural(&mut self) {
        self.concealed = Concealment::default();
        if self.attention == Attention::Full {
            self.follow_neural(&[0.0; FRAME_SAMPLES]);
        }
    }

    /// The neural detector decides in steps of 32 ms: its word is for all frames whose middle lies in the step.
    #[cfg(feature = "neural")]
    fn follow_neural(&mut self, samples: &[f32; FRAME_SAMPLES]) {
        let Some(decided) = self.neural.follow(samples) else {
            self.neural_says.get_or_insert(0.0);
            return;
        };
        self.neural_says = Some(decided.probability);
        let frames = (decided.before + FRAME_SAMPLES / 2) / FRAME_SAMPLES;
        let next = self.history.next();
        for number in next.saturating_sub(frames as u64)..next {
            self.history.amend(number, |frame| frame.speech = byte(decided.probability));
        }
    }

    #[cfg(not(feature = "neural"))]
    fn ask_neural(&mut self, _samples: &[f32; FRAME_SAMPLES]) {}

    #[cfg(not(feature = "neural"))]
    fn keep_from_neural(&mut self) {}
}

impl Frames for Ear {
    fn heard(&mut self, pcm: &[i16; FRAME_SAMPLES]) {
        let mut samples = [0.0; FRAME_SAMPLES];
        let mut frame = self.meter.measure(pcm, &mut samples);
        let power = frame.power();
        let level = Level::of_power(power).dbov();
        // Our own voice is no floor: while it comes back the floor stays what it was.
        if !self.history.last(1).any(|frame| frame.echo) {
            self.floor.follow(power);
        }
        // The steady hiss of an idle line is of no interest: its level says all that anybody asks of it.
        let idle = level < IDLE && level < self.floor.dbov() + IDLE_OVER;
        let resting = idle && self.idle >= IDLE_FRAMES;
        let spoken_to = self.is_spoken_to();
        let quiet = level < WORTH_LOOKING || (level < self.floor.dbov() + WORTH_LOOKING_OVER && !spoken_to);
        if resting || quiet {
            self.count_idle(idle);
            self.spectrum.skip(&samples);
            self.keys.skip();
            self.compare(flat(level));
            // The tail of our own voice, perhaps: too quiet to be told from the caller's, and too quiet for his.
            if spoken_to && !resting {
                self.keep_from_neural();
            } else {
                self.ask_neural(&samples);
            }
            return self.remember(frame, false, None);
        }
        let look = self.spectrum.look(&samples);
        let compared = self.compare(bands(&look.power));
        frame.echo = compared.echo;
        let ours = compared.echo && !compared.noise;
        self.count_idle(idle || ours);
        if ours {
            self.keys.skip();
            self.keep_from_neural();
            return self.remember(frame, false, None);
        }
        frame.gate = self.gate.is_voice(pcm);
        let (shape, period) = self.spectrum.shape(&look);
        frame.spectrum = shape;
        self.follow_keys(&frame, &samples);
        self.ask_neural(&samples);
        let audible = level > AUDIBLE && level > self.floor.dbov() + AUDIBLE_OVER;
        let own = audible && compared.own && !compared.echo;
        let over = level - self.floor.dbov();
        self.remember(frame, audible, own.then_some(barge::Sound { level, over, shape, period }));
    }

    fn missing(&mut self) {
        self.compare(flat(f32::NEG_INFINITY));
        self.ask_neural(&[0.0; FRAME_SAMPLES]);
        self.remember(Frame::MISSING, false, None);
    }

    fn close_gap(&mut self, frames: usize) -> usize {
        self.history.close_gap(frames)
    }
}

fn byte(probability: f32) -> u8 {
    (probability * 255.0) as u8
}
