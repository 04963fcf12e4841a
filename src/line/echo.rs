//! Echo of our own prompt: what comes back is compared with what was played.
//!
//! Hybrids and hands-free telephones send 0.4 % to a quarter of our voice back (-6 to -40 dB), 20-400 ms late. Levels in
//! twelve bands are kept of what was played; where the course of the bands that came in over the last 280 ms follows
//! what was played at one delay, the frame is echo. Once delay and loss are known, whatever is no louder than they
//! foretell is echo too; a caller who talks over the prompt is louder.

use super::{
    frame::{FRAME, FRAME_SAMPLES},
    spectrum::{BANDS, Bands, Far},
};
use std::time::Duration;

/// Frames compared: 280 ms.
const COMPARED: u64 = 14;
/// Delays tried, in frames: 0-480 ms.
const DELAYS: u64 = 25;
/// Frames of what was played that are kept: two seconds sent ahead and the half second behind.
const KEPT: usize = 128;
/// Frames that came in and are kept.
const HEARD: usize = 16;
/// Bands more than this under the loudest of the stretch tell nothing, dB.
const DEPTH: f32 = 25.0;
/// What was played must have been so loud to come back audibly, in a band, dBov.
const PLAYED: f32 = -50.0;
/// From this correlation on a frame is echo, and from this one the delay and the loss are believed.
const ECHO: f32 = 0.7;
const BELIEVED: f32 = 0.8;
/// At the delay that is believed less is enough.
const ECHO_EXPECTED: f32 = 0.5;
/// Loss of an echo, dB.
const LOSS: std::ops::RangeInclusive<f32> = 2.0..=50.0;
/// Foretold echo may be louder by this, dB: a room adds its own.
const MARGIN: f32 = 5.0;
/// How much a new finding weighs in the loss believed.
const NEW: f32 = 0.2;

/// Compares one line with what was played on it.
pub(super) struct Echo {
    far: Far,
    played: [(u64, Bands); KEPT],
    heard: [(u64, Bands); HEARD],
    known: Option<Path>,
}

/// The way an echo takes.
#[derive(Clone, Copy, Debug)]
struct Path {
    /// Frames.
    delay: u64,
    /// Decibels.
    loss: f32,
}

const NEVER: u64 = u64::MAX;

impl Echo {
    pub(super) fn new() -> Self {
        Self { far: Far::new(), played: [(NEVER, [0; BANDS]); KEPT], heard: [(NEVER, [0; BANDS]); HEARD], known: None }
    }

    /// `pcm` is played from `since` on, counted from the beginning of the timeline.
    pub(super) fn play(&mut self, pcm: &[i16], since: Duration) {
        let first = (since + FRAME / 2).as_millis() as u64 / FRAME.as_millis() as u64;
        for (number, frame) in (first..).zip(pcm.as_chunks::<FRAME_SAMPLES>().0) {
            self.played[number as usize % KEPT] = (number, self.far.bands(frame));
        }
    }

    /// Whether frame `number`, which came in with these bands, is echo.
    pub(super) fn hears(&mut self, number: u64, bands: Bands) -> bool {
        self.heard[number as usize % HEARD] = (number, bands);
        if !self.was_playing(number) {
            return false;
        }
        if self.foretold(number, &bands) {
            return true;
        }
        let delays = 0..DELAYS;
        let best = delays.filter_map(|delay| self.compare(number, delay)).max_by(|a, b| a.0.total_cmp(&b.0));
        let Some((likeness, path)) = best.filter(|(likeness, path)| self.is_like(*likeness, path)) else {
            return false;
        };
        if likeness >= BELIEVED {
            let loss = self.known.filter(|known| known.delay == path.delay).map_or(path.loss, |known| known.loss);
            self.known = Some(Path { delay: path.delay, loss: loss + NEW * (path.loss - loss) });
        }
        true
    }

    fn is_like(&self, likeness: f32, path: &Path) -> bool {
        let expected = self.known.is_some_and(|known| known.delay.abs_diff(path.delay) <= 1);
        likeness >= if expected { ECHO_EXPECTED } else { ECHO } && LOSS.contains(&path.loss)
    }

    fn was_playing(&self, number: u64) -> bool {
        (0..DELAYS + COMPARED)
            .filter_map(|ago| self.far_at(number.checked_sub(ago)?))
            .any(|bands| loudest(bands) > PLAYED)
    }

    /// Whether the known path lets so loud an echo through now.
    fn foretold(&self, number: u64, bands: &Bands) -> bool {
        let Some(path) = self.known else { return false };
        let played = (0..=2)
            .filter_map(|around| self.far_at((number + 1).checked_sub(path.delay + around)?))
            .map(loudest)
            .fold(f32::NEG_INFINITY, f32::max);
        loudest(bands) < played - path.loss + MARGIN
    }

    fn far_at(&self, number: u64) -> Option<&Bands> {
        let (kept, bands) = &self.played[number as usize % KEPT];
        (*kept == number).then_some(bands)
    }

    fn near_at(&self, number: u64) -> Option<&Bands> {
        let (kept, bands) = &self.heard[number as usize % HEARD];
        (*kept == number).then_some(bands)
    }

    /// How alike the last frames are to those played `delay` frames earlier, and how much quieter.
    fn compare(&self, number: u64, delay: u64) -> Option<(f32, Path)> {
        let first = (number + 1).checked_sub(COMPARED)?;
        let silence = [0; BANDS];
        let near = Course::new((first..=number).map(|at| *self.near_at(at).unwrap_or(&silence)), DEPTH);
        let far = Course::new(
            (first..=number).map(|at| *at.checked_sub(delay).and_then(|at| self.far_at(at)).unwrap_or(&silence)),
            near.depth,
        );
        if far.loudest < PLAYED {
            return None;
        }
        Some((near.likeness(&far), Path { delay, loss: far.loudest - near.loudest }))
    }
}

/// Bands over time, each less its mean.
struct Course {
    values: [[f32; BANDS]; COMPARED as usize],
    loudest: f32,
    depth: f32,
}

impl Course {
    /// What lies more than `depth` under the loudest counts as just there: noise would hide it on the way back.
    fn new(frames: impl Iterator<Item = Bands>, depth: f32) -> Self {
        let mut values = [[0.0; BANDS]; COMPARED as usize];
        for (value, frame) in values.iter_mut().zip(frames) {
            *value = frame.map(dbov);
        }
        let loudest = values.iter().flatten().copied().fold(f32::NEG_INFINITY, f32::max);
        let quietest = values.iter().flatten().copied().fold(f32::INFINITY, f32::min);
        let depth = depth.min(loudest - quietest);
        let mut means = [0.0; BANDS];
        for value in values.iter_mut().flatten() {
            *value = value.max(loudest - depth);
        }
        for value in &values {
            means.iter_mut().zip(value).for_each(|(mean, value)| *mean += value / COMPARED as f32);
        }
        for value in &mut values {
            value.iter_mut().zip(&means).for_each(|(value, mean)| *value -= mean);
        }
        Self { values, loudest, depth }
    }

    fn likeness(&self, other: &Self) -> f32 {
        let (mut own, mut others, mut common) = (0.0, 0.0, 0.0);
        for (a, b) in self.values.iter().flatten().zip(other.values.iter().flatten()) {
            own += a * a;
            others += b * b;
            common += a * b;
        }
        // A course that hardly moves (under 2 dB) is like anything.
        let least = 4.0 * (BANDS as u64 * COMPARED) as f32;
        if own < least || others < least { 0.0 } else { common / (own * others).sqrt() }
    }
}

fn loudest(bands: &Bands) -> f32 {
    bands.iter().copied().max().map_or(f32::NEG_INFINITY, dbov)
}

fn dbov(code: u8) -> f32 {
    super::spectrum::band_dbov(code)
}
