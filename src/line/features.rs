//! What a stretch of frames was like, in figures.

use super::{
    cuts::Cuts,
    envelope::Envelope,
    frame::{FRAME_MS, Frame, Level},
    histogram::Histogram,
    history::History,
};
use std::ops::Range;

/// Frames before speech that are neither speech nor noise: 60 ms.
const GUARD_BEFORE: usize = 3;
/// Frames after it: 200 ms, in which a room still sounds.
const GUARD_AFTER: usize = 10;
/// Fewer frames of noise than this are no measurement: 200 ms.
const NOISE_FRAMES: u64 = 10;
/// Noise is also looked for around the stretch: half a second before (earlier it may have been another noise), and the
/// pause after which a turn is judged.
const CONTEXT_BEFORE: u64 = 25;
const CONTEXT_AFTER: u64 = 40;
/// Frames a stretch may have: as many as are remembered.
const MOST: usize = 512;
/// Mains hum and its odd harmonics that carry it, up to 350 Hz (50 Hz mains), in bins of 31.25 Hz.
const HUM: u8 = 12;
/// What sounds: louder than this, dBov, and than this much under the loudest twentieth, dB.
const SOUNDING: f32 = -62.0;
const SOUNDING_UNDER: f32 = 25.0;

/// Figures of one stretch. Levels in dBov, shares 0 to 1.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Features {
    /// Frames in the stretch.
    pub(super) frames: u64,
    /// Frames without media.
    pub(super) missing: u64,
    /// Frames without sound: digital silence or no media.
    pub(super) dead: u64,
    /// Frames of speech.
    pub(super) speech: u64,
    /// Active level: mean power of the speech.
    pub(super) level: Option<f32>,
    /// Mean power where nobody speaks and the line is not dead.
    pub(super) noise: Option<f32>,
    /// Whether the noise was measured while nobody spoke; else it is what the speech dips to.
    pub(super) noise_heard: bool,
    /// Mean power of that time: doors and gusts count.
    pub(super) gusts: Option<f32>,
    /// Speech over everything else, dB, each weighted by how likely it is speech.
    pub(super) contrast: f32,
    /// Correlation of level and probability of speech, and of the plain detector's.
    pub(super) agreement: [f32; 2],
    /// A twentieth of the time is louder than this.
    pub(super) loud: f32,
    /// A tenth of the time is quieter than this.
    pub(super) quiet: f32,
    /// A tenth of the speech is quieter than this.
    pub(super) dip: f32,
    /// Mean power of what is not dead.
    pub(super) mean: f32,
    /// Means over the speech: how voiced it is, and how far from flat its spectrum, dB. Other voices and noise fill the
    /// valleys between a caller's harmonics and formants.
    pub(super) voiced: f32,
    /// See `voiced`.
    pub(super) depth: f32,
    /// Share of the time in which it is neither likely nor unlikely to be speech: a lone caller leaves little doubt.
    pub(super) doubt: f32,
    /// Frames of the longest speech without a pause.
    pub(super) unbroken: u64,
    /// Mean probability of speech where the line is not dead.
    pub(super) likelihood: f32,
    /// The same of the plain detector.
    pub(super) plain: f32,
    /// A tenth of the time speech is likelier than this.
    pub(super) likely: f32,
    /// Modulation and memory of the level's course.
    pub(super) envelope: Envelope,
    /// Cuts in the speech.
    pub(super) cuts: Cuts,
    /// Means over what sounds.
    pub(super) shape: MeanShape,
}

/// Means over the sounding frames of a stretch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MeanShape {
    /// Frames that sound.
    pub(super) frames: u64,
    /// Share of the power in the strongest peak.
    pub(super) one: f32,
    /// Share of the power in the two strongest.
    pub(super) two: f32,
    /// How far from flat, dB.
    pub(super) flatness: f32,
    /// Change from frame to frame, dB.
    pub(super) flux: f32,
    /// Autocorrelation at a voice's pitch.
    pub(super) voicing: f32,
    /// Its standard deviation.
    pub(super) voicing_spread: f32,
    /// Share of frames whose strongest peak is where it was.
    pub(super) stable: f32,
    /// Share of frames whose strongest peak is exactly where it was: notes stand or leap, voices and sirens glide.
    pub(super) held: f32,
    /// Share of frames whose strongest peak lies where mains hum does, below [`HUM`].
    pub(super) low: f32,
    /// Share of frames whose level changed by less than 1 dB.
    pub(super) steady: f32,
    /// Share of the power in peaks that last.
    pub(super) sustained: f32,
    /// Share of frames that WebRTC's gate took for voice.
    pub(super) gate: f32,
    /// Root of the mean square of falls in bands, dB: 2.4 in the mean where a room sounds on, 2.9 of faint voices, 3.6 of clear ones (development
    /// corpus).
    pub(super) fall: f32,
}

impl Features {
    /// Gathers the figures of the frames numbered `span`; a frame is speech from the probability `threshold` on.
    pub(super) fn gather(history: &History, span: Range<u64>, threshold: f32) -> Self {
        let likely = (threshold * 255.0) as u8;
        let judged = span.clone();
        let first = span.start.saturating_sub(CONTEXT_BEFORE).max(history.oldest());
        let span = first..(span.end + CONTEXT_AFTER).min(history.next());
        let mut parts = [Part::Dead; MOST];
        let parts = &mut parts[..((span.end - span.start) as usize).min(MOST)];
        for (part, frame) in parts.iter_mut().zip(span.clone().filter_map(|number| history.frame(number))) {
            *part = part_of(frame, likely);
        }
        guard(parts);
        let mut sums = Sums::default();
        let frames = || span.clone().filter_map(|number| Some((number, history.frame(number)?)));
        for (part, (number, frame)) in parts.iter().zip(frames()) {
            match *part {
                _ if judged.contains(&number) => sums.add(*part, frame),
                Part::Other => sums.add_noise(frame),
                _ => {}
            }
        }
        let mut features = sums.features();
        let stretch = || frames().filter(|(number, _)| judged.contains(number)).map(|(_, frame)| frame);
        features.envelope = Envelope::of(stretch().filter(|frame| !frame.echo), features.quiet.max(SOUNDING));
        features.cuts =
            Cuts::find(stretch().filter(|frame| !frame.echo), likely, features.level.unwrap_or(features.loud));
        features.shape = shape(stretch(), (features.loud - SOUNDING_UNDER).max(SOUNDING));
        features
    }

    /// Speech over noise, dB, not below -10; `None` where there is no noise to compare with. The noise under the
    /// speech is taken out of its level.
    pub(super) fn snr(&self) -> Option<f32> {
        let noise = Level::of_dbov(self.noise?).power().max(1e-10);
        let speech = Level::of_dbov(self.level?).power() - noise;
        Some(10.0 * (speech / noise).max(0.1).log10())
    }

    /// Milliseconds of speech.
    pub(super) fn speech_ms(&self) -> u64 {
        self.speech * FRAME_MS
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Missing,
    Dead,
    Speech,
    Other,
    /// Next to speech.
    Guard,
    /// Our own voice.
    Echo,
}

fn part_of(frame: &Frame, likely: u8) -> Part {
    match frame {
        frame if frame.missing => Part::Missing,
        frame if frame.is_dead() => Part::Dead,
        frame if frame.echo => Part::Echo,
        frame if frame.speech >= likely => Part::Speech,
        _ => Part::Other,
    }
}

fn guard(parts: &mut [Part]) {
    for at in 0..parts.len() {
        if parts[at] != Part::Speech {
            continue;
        }
        let near = at.saturating_sub(GUARD_BEFORE)..(at + GUARD_AFTER + 1).min(parts.len());
        for part in &mut parts[near] {
            if *part == Part::Other {
                *part = Part::Guard;
            }
        }
    }
}

#[derive(Default)]
struct Sums {
    features: Features,
    speech_power: f32,
    noise_frames: u64,
    noise_power: f32,
    likely_power: [f32; 2],
    unlikely_power: [f32; 2],
    agreement: [Correlation; 2],
    noise_levels: Histogram,
    likelihood: f32,
    plain: f32,
    levels: Histogram,
    speech_levels: Histogram,
    likelihoods: Histogram,
    power: f32,
    voiced: f32,
    depth: f32,
    doubtful: f32,
    run: u64,
}

/// Between these probabilities of speech lies doubt.
const DOUBT: std::ops::Range<f32> = 0.1..0.8;

impl Sums {
    fn add(&mut self, part: Part, frame: &Frame) {
        self.features.frames += 1;
        if part == Part::Echo {
            return;
        }
        self.features.missing += u64::from(part == Part::Missing);
        self.features.dead += u64::from(frame.is_dead());
        match part {
            Part::Guard | Part::Dead | Part::Missing | Part::Echo => {}
            Part::Other => self.add_noise(frame),
            Part::Speech => {
                self.features.speech += 1;
                self.speech_power += frame.power();
                self.speech_levels.add_halves(frame);
                self.voiced += f32::from(frame.spectrum.voicing) / 255.0;
                self.depth += f32::from(frame.spectrum.flatness) / 5.0;
            }
        }
        self.run = if part == Part::Speech { self.run + 1 } else { 0 };
        self.features.unbroken = self.features.unbroken.max(self.run);
        if !frame.is_dead() {
            let (speech, plain) = (f32::from(frame.speech) / 255.0, f32::from(frame.plain) / 255.0);
            let power = frame.power();
            let level = frame.level();
            self.likelihood += speech;
            self.power += power;
            self.doubtful += f32::from(u8::from(DOUBT.contains(&speech)));
            self.plain += plain;
            self.likelihoods.add(speech * 90.0 - 95.0);
            self.likely_power[0] += speech * power;
            self.likely_power[1] += speech;
            self.unlikely_power[0] += (1.0 - speech) * power;
            self.unlikely_power[1] += 1.0 - speech;
            self.agreement[0].add(level, speech);
            self.agreement[1].add(level, plain);
        }
        self.levels.add_halves(frame);
    }

    fn add_noise(&mut self, frame: &Frame) {
        self.noise_frames += 1;
        self.noise_power += frame.power();
        self.noise_levels.add_halves(frame);
    }

    fn noise(&self) -> Option<f32> {
        if self.noise_frames >= NOISE_FRAMES {
            // The median, so that a door is no noise; a decibel more is the mean of a steady noise.
            return Some(self.noise_levels.quantile(0.5) + 1.0);
        }
        (self.features.speech > 0).then(|| self.speech_levels.quantile(0.1))
    }

    fn features(self) -> Features {
        let heard = (self.features.frames - self.features.dead).max(1) as f32;
        let speech = self.features.speech;
        Features {
            level: (speech > 0).then(|| Level::of_power(self.speech_power / speech as f32).dbov()),
            noise: self.noise(),
            noise_heard: self.noise_frames >= NOISE_FRAMES,
            gusts: (self.noise_frames >= NOISE_FRAMES)
                .then(|| Level::of_power(self.noise_power / self.noise_frames as f32).dbov()),
            contrast: contrast(self.likely_power, self.unlikely_power),
            agreement: self.agreement.each_ref().map(Correlation::value),
            loud: self.levels.quantile(0.95),
            quiet: self.levels.quantile(0.1),
            dip: self.speech_levels.quantile(0.1),
            mean: Level::of_power(self.power / heard).dbov(),
            voiced: self.voiced / speech.max(1) as f32,
            depth: self.depth / speech.max(1) as f32,
            doubt: self.doubtful / heard,
            likelihood: self.likelihood / heard,
            plain: self.plain / heard,
            likely: (self.likelihoods.quantile(0.9) + 95.0) / 90.0,
            ..self.features
        }
    }
}

/// Mean power over mean power, dB.
fn contrast([speech, speech_weight]: [f32; 2], [other, other_weight]: [f32; 2]) -> f32 {
    let mean = |power: f32, weight: f32| power / weight.max(1.0) + 1e-9;
    10.0 * (mean(speech, speech_weight) / mean(other, other_weight)).log10()
}

/// A correlation as it goes along.
#[derive(Default)]
struct Correlation {
    n: f32,
    sums: [f32; 2],
    squares: [f32; 2],
    product: f32,
}

impl Correlation {
    fn add(&mut self, a: f32, b: f32) {
        self.n += 1.0;
        self.sums = [self.sums[0] + a, self.sums[1] + b];
        self.squares = [self.squares[0] + a * a, self.squares[1] + b * b];
        self.product += a * b;
    }

    fn value(&self) -> f32 {
        let n = self.n.max(1.0);
        let spread = |at: usize| (self.squares[at] / n - (self.sums[at] / n).powi(2)).max(0.0);
        (self.product / n - self.sums[0] * self.sums[1] / n / n) / (spread(0) * spread(1) + 1e-6).sqrt()
    }
}

fn shape<'a>(frames: impl Iterator<Item = &'a Frame>, sounding: f32) -> MeanShape {
    let mut sums = MeanShape::default();
    let mut voicing_squared = 0.0;
    let mut falls = (0.0, 0.0);
    let mut before: Option<(&Frame, f32)> = None;
    for frame in frames {
        let level = frame.level();
        let (last, last_level) = before.unwrap_or((frame, level));
        before = Some((frame, level));
        if level < sounding || frame.echo {
            continue;
        }
        let spectrum = &frame.spectrum;
        let voicing = f32::from(spectrum.voicing) / 255.0;
        sums.frames += 1;
        sums.one += f32::from(spectrum.one) / 255.0;
        sums.two += f32::from(spectrum.two) / 255.0;
        sums.flatness += f32::from(spectrum.flatness) / 5.0;
        sums.flux += f32::from(spectrum.flux) / 10.0;
        sums.voicing += voicing;
        voicing_squared += voicing * voicing;
        sums.stable += f32::from(u8::from(spectrum.peak.abs_diff(last.spectrum.peak) <= 1));
        sums.held += f32::from(u8::from(spectrum.peak == last.spectrum.peak));
        sums.low += f32::from(u8::from(spectrum.peak <= HUM));
        sums.steady += f32::from(u8::from((level - last_level).abs() < 1.0));
        sums.sustained += f32::from(spectrum.sustained) / 255.0;
        sums.gate += f32::from(u8::from(frame.gate));
        let (squares, bands) = spectrum.fall.squares();
        falls = (falls.0 + squares, falls.1 + bands);
    }
    let mean = |sum: f32| sum / sums.frames.max(1) as f32;
    let voicing = mean(sums.voicing);
    MeanShape {
        frames: sums.frames,
        one: mean(sums.one),
        two: mean(sums.two),
        flatness: mean(sums.flatness),
        flux: mean(sums.flux),
        voicing,
        voicing_spread: (mean(voicing_squared) - voicing * voicing).max(0.0).sqrt(),
        stable: mean(sums.stable),
        held: mean(sums.held),
        low: mean(sums.low),
        steady: mean(sums.steady),
        sustained: mean(sums.sustained),
        gate: mean(sums.gate),
        fall: (falls.0 / f32::max(falls.1, 1.0)).sqrt(),
    }
}
