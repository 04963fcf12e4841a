//! One leg's ear.

use super::{
    Attention, Detector, Forest, Judgement, LineEvent, Sensitivity, Thresholds,
    ear::Ear,
    judge::{self, Standard},
    talk::Turn,
    timeline::Timeline,
};
use crate::{audio::spectrum::Bands, moment::Moment};
use std::time::Duration;

/// Hears one caller: the timeline, the ear that measures and detects, and the judge.
pub struct Listener {
    timeline: Timeline,
    ear: Ear,
    thresholds: Thresholds,
}

/// Frames after which what was heard does not change any more: 100 ms.
pub(super) const SETTLED: u64 = 5;

/// Where a caller is known to be, this probability of speech (of 255) is his, however little it is: 0.1 of the neural
/// detector, whose noise stays under it nearly always, 0.3 of the plain one.
const fn murmur(detector: Detector) -> u8 {
    match detector {
        Detector::Neural => 25,
        Detector::Plain => 76,
    }
}

impl Default for Listener {
    fn default() -> Self {
        Self::new()
    }
}

impl Listener {
    /// A listener whose timeline begins with the first audio or [`Listener::advance`].
    pub fn new() -> Self {
        Self { timeline: Timeline::new(), ear: Ear::new(), thresholds: Thresholds::default() }
    }

    /// Judges by these thresholds from now on; at first by the default ones.
    pub fn judge_by(&mut self, thresholds: Thresholds) {
        self.thresholds = thresholds;
    }

    /// Hears `pcm` (8 kHz mono, any length), whose last sample arrived at `now`.
    ///
    /// Later than the jitter allowance (60 ms), the time before it is missing; audio that runs more than 250 ms ahead
    /// of the clock and closes no gap is dropped ([`Listener::dropped`]).
    pub fn hear(&mut self, pcm: &[i16], now: Moment) {
        self.timeline.hear(pcm, now, &mut self.ear);
        self.ear.history.begin(self.timeline.begun());
    }

    /// Time has passed, perhaps without media: what is missing up to `now` (less the jitter allowed) becomes a gap.
    pub fn advance(&mut self, now: Moment) {
        self.timeline.advance(now, &mut self.ear);
        self.ear.history.begin(self.timeline.begun());
    }

    /// Frames of 20 ms of these bands ([`spectrum::course`](crate::audio::spectrum::course)) are heard by the caller from
    /// `at` on, as far as is known: what comes back of them within half a second is neither speech nor sound nor noise.
    /// May be told up to two seconds ahead; a call whose ear is never told has no echo taken out.
    pub fn played(&mut self, frames: &[Bands], at: Moment) {
        self.timeline.begin(at);
        self.ear.play(frames, at.since(self.timeline.begun()));
    }

    /// How closely to listen from now on; at first [`Attention::Full`].
    pub fn attend(&mut self, attention: Attention) {
        self.ear.attention = attention;
    }

    /// Audio that was not heard because it came faster than it can have been spoken.
    pub fn dropped(&self) -> Duration {
        self.timeline.dropped()
    }

    /// The next event, oldest first.
    pub fn poll_event(&mut self) -> Option<LineEvent> {
        let at = |frame| self.ear.history.moment(frame);
        if let Some((digit, frame)) = self.ear.pressed.take() {
            return Some(LineEvent::Key { digit, at: at(frame) });
        }
        Some(match self.ear.talk.poll()? {
            Turn::Sound(frame) => LineEvent::Sound { at: at(frame) },
            Turn::Quiet(frame) => LineEvent::Quiet { at: at(frame) },
            Turn::Speech(frame) => LineEvent::SpeechStarted { onset: at(frame) },
            Turn::Pause(frame) => LineEvent::SpeechEnded { at: at(frame) },
        })
    }

    /// For recordings that are drawn or cut: from frame `number` on, each frame's beginning, whether somebody speaks in
    /// it, and whether it may be a murmur. The last [`SETTLED`] frames may still change and are left out.
    pub(super) fn speech_from(&self, number: u64) -> impl Iterator<Item = (Moment, bool, bool)> {
        let (history, detector) = (&self.ear.history, self.ear.detector());
        (number..history.next().saturating_sub(SETTLED)).filter_map(move |number| {
            let frame = history.frame(number)?;
            Some((history.moment(number), judge::is_speech(frame, detector), frame.speech > murmur(detector)))
        })
    }

    /// The figures of a stretch by which the judge's forest decides, named by [`super::FIGURES`]; for training.
    pub fn figures(&self, from: Moment, to: Moment) -> [f32; super::FIGURES.len()] {
        judge::figures(&self.ear.history, from, to)
    }

    /// The figures that the last frame was weighed by as an interruption, named by [`super::BARGE_FIGURES`]; `None` where it
    /// was no more than our voice and the line's noise, or nothing is played. For training.
    pub fn barge_figures(&self) -> Option<[f32; super::BARGE_FIGURES.len()]> {
        self.ear.talk.barge_figures()
    }

    /// What the stretch `from..=to` of the last ten seconds was like. A stretch nobody remembers is silent.
    pub fn judge(&self, from: Moment, to: Moment, sensitivity: Sensitivity) -> Judgement {
        self.judge_with(Forest::shipped(), from, to, sensitivity)
    }

    /// The same with the votes of another forest than the one that judges calls; for training.
    pub fn judge_with(&self, forest: &Forest, from: Moment, to: Moment, sensitivity: Sensitivity) -> Judgement {
        let standard = Standard { forest, thresholds: &self.thresholds };
        judge::judge(&self.ear.history, from, to, sensitivity, self.ear.detector(), standard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::{Condition, Rule};

    const PACKET: u64 = 20;

    /// Plays packets made by `sample` (a function of the sample's number), and says what was heard.
    fn heard(millis: u64, sample: impl Fn(usize) -> i16) -> (Listener, Vec<LineEvent>) {
        let mut listener = Listener::new();
        let mut events = Vec::new();
        for packet in 0..millis / PACKET {
            let first = packet as usize * 160;
            let pcm: Vec<i16> = (first..first + 160).map(&sample).collect();
            listener.hear(&pcm, Moment::from_millis((packet + 1) * PACKET));
            events.extend(std::iter::from_fn(|| listener.poll_event()));
        }
        (listener, events)
    }

    fn noise(n: usize) -> i16 {
        let hash = (n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((hash ^ hash >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 48) as i16
    }

    fn judged(millis: u64, sample: impl Fn(usize) -> i16) -> Condition {
        let (listener, _) = heard(millis, sample);
        listener.judge(Moment::ZERO, Moment::from_millis(millis), Sensitivity::Normal).condition
    }

    fn spoke(events: &[LineEvent]) -> bool {
        events.iter().any(|event| matches!(event, LineEvent::SpeechStarted { .. }))
    }

    #[test]
    fn digital_silence_is_silent() {
        assert_eq!(judged(5_000, |_| 0), Condition::Silent);
    }

    #[test]
    fn a_constant_offset_is_silent() {
        assert_eq!(judged(5_000, |_| 500), Condition::Silent);
    }

    #[test]
    fn comfort_noise_is_silent_and_no_sound() {
        let (listener, events) = heard(5_000, |n| noise(n) / 800);
        let judgement = listener.judge(Moment::ZERO, Moment::from_millis(5_000), Sensitivity::Normal);
        assert_eq!((judgement.condition, events), (Condition::Silent, vec![]));
    }

    #[test]
    fn loud_steady_noise_is_noise_and_nobody() {
        let (listener, events) = heard(5_000, |n| noise(n) / 10);
        let judgement = listener.judge(Moment::ZERO, Moment::from_millis(5_000), Sensitivity::Normal);
        assert_eq!((judgement.condition, spoke(&events)), (Condition::Noise, false));
    }

    #[test]
    fn a_click_is_no_speech() {
        let (_, events) = heard(3_000, |n| if (8_000..8_040).contains(&n) { 20_000 } else { 0 });
        assert!(!spoke(&events), "{events:?}");
    }

    #[test]
    fn hum_is_no_speech() {
        let hum = |n: usize| ((n as f32 * std::f32::consts::TAU * 100.0 / 8_000.0).sin() * 800.0) as i16;
        let (_, events) = heard(5_000, |n| if n > 8_000 { hum(n) } else { 0 });
        assert!(!spoke(&events), "{events:?}");
    }

    #[test]
    fn mains_hum_is_neither_a_tone_nor_a_caller() {
        let sine = |n: usize, hertz: f32| (n as f32 * std::f32::consts::TAU * hertz / 8_000.0).sin();
        let hum = |n: usize| [50.0, 150.0, 250.0, 350.0].map(|hertz| sine(n, hertz) * 290.0).iter().sum::<f32>() as i16;
        assert_eq!(judged(5_000, hum), Condition::Silent);
    }

    #[test]
    fn no_media_is_silent_for_want_of_media() {
        let mut listener = Listener::new();
        listener.hear(&[0; 160], Moment::from_millis(20));
        listener.advance(Moment::from_millis(5_000));
        let judgement = listener.judge(Moment::ZERO, Moment::from_millis(5_000), Sensitivity::Normal);
        assert_eq!((judgement.condition, judgement.evidence.rule), (Condition::Silent, Rule::NoMedia));
    }

    #[test]
    fn a_listener_stays_within_its_memory() {
        assert!(std::mem::size_of::<Listener>() < 4_096, "{}", std::mem::size_of::<Listener>());
    }
}
