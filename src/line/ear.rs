//! What happens to every frame: it is measured, the detector says how likely it is speech, and it is remembered.

use super::{
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

/// Sound begins this far above the floor, dB: chosen, 6 dB is what a listener notices at once.
const AUDIBLE_OVER: f32 = 5.0;
/// ... and at least here, dBov: under it lie comfort noise (-75..-55) and a quiet room, and a voice so quiet can no
/// longer be understood over the idle noise of a channel (-65).
const AUDIBLE: f32 = -61.0;
/// Spectra are looked at from here, dBov.
const WORTH_LOOKING: f32 = -66.0;

/// One stream's ear.
pub(super) struct Ear {
    meter: Meter,
    floor: Floor,
    gate: Gate,
    spectrum: Spectrum,
    pub(super) talk: Talk,
    pub(super) history: History,
}

impl Ear {
    pub(super) fn new() -> Self {
        Self {
            meter: Meter::default(),
            floor: Floor::new(),
            gate: Gate::new(),
            spectrum: Spectrum::new(),
            talk: Talk::new(),
            history: History::new(),
        }
    }

    fn remember(&mut self, mut frame: Frame, sound: bool) {
        let number = self.history.next();
        self.history.push(frame);
        let speech = plain::probability(self.history.last(plain::WINDOW), self.floor.over());
        frame.speech = (speech * 255.0) as u8;
        self.history.amend(number, |kept| kept.speech = frame.speech);
        // The gate is deaf to very quiet voices; the detector is not.
        let sound = sound && (frame.gate || speech >= 0.5);
        self.talk.follow(number, Heard { sound, speech });
    }
}

impl Frames for Ear {
    fn heard(&mut self, pcm: &[i16; FRAME_SAMPLES]) {
        let mut samples = [0.0; FRAME_SAMPLES];
        let mut frame = self.meter.measure(pcm, &mut samples);
        let power = frame.power();
        let level = Level::of_power(power).dbov();
        self.floor.follow(power);
        if level < WORTH_LOOKING || level < self.floor.dbov() + 2.0 {
            self.spectrum.skip(&samples);
            self.remember(frame, false);
            return;
        }
        frame.gate = self.gate.is_voice(pcm);
        frame.spectrum = self.spectrum.look(&samples);
        let sound = level > AUDIBLE && level > self.floor.dbov() + AUDIBLE_OVER;
        self.remember(frame, sound);
    }

    fn missing(&mut self) {
        self.remember(Frame::MISSING, false);
    }

    fn close_gap(&mut self, frames: usize) -> usize {
        self.history.close_gap(frames)
    }
}
