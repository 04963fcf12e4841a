//! What a stretch of frames was like, in figures.

use super::{
    frame::{FRAME_MS, Frame, Level},
    history::History,
};
use std::ops::Range;

/// The detector looks back a quarter of a second: a frame is speech where this many frames later it is likely.
const LAG: u64 = 5;
/// Frames before speech that are neither speech nor noise: 60 ms.
const GUARD_BEFORE: usize = 3;
/// Frames after it: 200 ms, in which a room still sounds.
const GUARD_AFTER: usize = 10;
/// Fewer frames of noise than this are no measurement: 200 ms.
const NOISE_FRAMES: u64 = 10;
/// Noise is also looked for before the stretch: 3 s.
const CONTEXT: u64 = 150;

/// Figures of one stretch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Features {
    /// Frames in the stretch.
    pub(super) frames: u64,
    /// Frames without media.
    pub(super) missing: u64,
    /// Frames of speech.
    pub(super) speech: u64,
    /// Active level: mean power of the speech, dBov.
    pub(super) level: Option<f32>,
    /// Mean power where nobody speaks and the line is not dead, dBov.
    pub(super) noise: Option<f32>,
    /// The loudest tenth of the frames is louder than this, dBov.
    pub(super) loud: f32,
    /// Mean probability of speech where the line is not dead.
    pub(super) likelihood: f32,
}

impl Features {
    /// Gathers the figures of the frames numbered `span`; a frame is speech from the probability `threshold`.
    pub(super) fn gather(history: &History, span: Range<u64>, threshold: f32) -> Self {
        let likely = (threshold * 255.0) as u8;
        let judged = span.start;
        let span = span.start.saturating_sub(CONTEXT).max(history.oldest())..span.end;
        let mut mask = [Part::Forgotten; 512];
        let parts = &mut mask[..((span.end - span.start) as usize).min(512)];
        for (part, number) in parts.iter_mut().zip(span.clone()) {
            *part = part_of(history, number, likely);
        }
        guard(parts);
        let mut sums = Sums::default();
        for (part, number) in parts.iter().zip(span) {
            if let Some(frame) = history.frame(number) {
                if number >= judged {
                    sums.add(*part, frame);
                } else if *part == Part::Other {
                    sums.add_noise(frame);
                }
            }
        }
        sums.features()
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
    Forgotten,
    Missing,
    Dead,
    Speech,
    Other,
    /// Next to speech.
    Guard,
}

fn part_of(history: &History, number: u64, likely: u8) -> Part {
    let Some(frame) = history.frame(number) else { return Part::Forgotten };
    if frame.missing {
        return Part::Missing;
    }
    if frame.is_dead() {
        return Part::Dead;
    }
    let judged = history.frame(number + LAG).unwrap_or(frame);
    if judged.speech >= likely { Part::Speech } else { Part::Other }
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
    noise_levels: Histogram,
    heard: u64,
    likelihood: f32,
    levels: Histogram,
    speech_levels: Histogram,
}

impl Sums {
    fn add_noise(&mut self, frame: &Frame) {
        self.noise_frames += 1;
        self.noise_levels.add(frame.halves);
    }

    fn add(&mut self, part: Part, frame: &Frame) {
        self.features.frames += 1;
        match part {
            Part::Forgotten | Part::Guard | Part::Dead => {}
            Part::Missing => self.features.missing += 1,
            Part::Speech => {
                self.features.speech += 1;
                self.speech_power += frame.power();
                self.speech_levels.add(frame.halves);
            }
            Part::Other => {
                self.add_noise(frame);
            }
        }
        if !frame.is_dead() {
            self.heard += 1;
            self.likelihood += f32::from(frame.speech) / 255.0;
        }
        self.levels.add(frame.halves);
    }

    fn features(self) -> Features {
        let mean = |power: f32, frames: u64| (frames > 0).then(|| Level::of_power(power / frames as f32).dbov());
        Features {
            level: mean(self.speech_power, self.features.speech),
            noise: if self.noise_frames >= NOISE_FRAMES {
                Some(self.noise_levels.quantile(0.5) + 1.0)
            } else if self.features.speech > 0 {
                Some(self.speech_levels.quantile(0.1))
            } else {
                None
            },
            loud: self.levels.quantile(0.9),
            likelihood: self.likelihood / self.heard.max(1) as f32,
            ..self.features
        }
    }
}

/// Levels counted in steps of 1.5 dB.
struct Histogram {
    counts: [u16; 64],
    total: u32,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: [0; 64], total: 0 }
    }
}

impl Histogram {
    fn add(&mut self, halves: [Level; 2]) {
        for level in halves {
            let bin = ((level.dbov() + 96.0) / 1.5) as usize;
            self.counts[bin.min(63)] += 1;
            self.total += 1;
        }
    }

    /// The level under which this share of the counted ones lies.
    fn quantile(&self, share: f32) -> f32 {
        let wanted = (share * self.total as f32) as u32;
        let mut below = 0;
        for (bin, count) in self.counts.iter().enumerate() {
            below += u32::from(*count);
            if below > wanted {
                return bin as f32 * 1.5 - 96.0;
            }
        }
        -96.0
    }
}
