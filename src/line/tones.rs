//! Which machine is heard: call-progress tones by pitch and cadence, fax and data by their carriers.
//!
//! Pitches in bins of 31.25 Hz. Plans: China 450 Hz (YD/T 1090-style national plan, ITU-T E.180 Sup. 2), North America
//! 350+440, 440+480, 480+620 Hz, United Kingdom 350+450, 400+450 Hz; special information tones 950/1400/1800 Hz (ITU-T
//! E.180); text telephones 1400/1800 Hz (V.18, Baudot); fax CNG 1100 Hz and CED 2100 Hz (T.30); V.21 980/1180 and 1650/1850 Hz; DTMF (Q.23).

use super::{
    Tone,
    frame::{FRAME_MS, Frame, Level},
};
use std::ops::RangeInclusive;

/// What sounds lies at most so far under the loudest, dB, and above this, dBov.
const UNDER: f32 = 15.0;
const SOUNDING: f32 = -55.0;
/// A frame is tonal where the two strongest peaks hold this much of its power, of 255.
const TONAL: u8 = 230;
/// A machine's tone is tonal this much of the time it sounds.
const MOSTLY: f32 = 0.7;
/// A machine holds its level: half of its frames differ by less than this from the one before, dB (the edges of a fast
/// cadence do not). Animals and sirens do not hold theirs.
const HELD: f32 = 1.5;
/// Beats kept: more than ten seconds of the fastest cadence have.
const BEATS: usize = 64;

/// The tones of telephone plans: dial, ringing, busy.
const PROGRESS: RangeInclusive<u8> = 11..=16;
const SIT: [RangeInclusive<u8>; 3] = [28..=32, 43..=47, 56..=59];
const TEXT: [RangeInclusive<u8>; 2] = [43..=47, 56..=59];
const HOWLER: RangeInclusive<u8> = 28..=33;
const HOWLER_AMERICAN: RangeInclusive<u8> = 44..=84;
const CNG: RangeInclusive<u8> = 34..=36;
const CED: RangeInclusive<u8> = 66..=68;
const V21: RangeInclusive<u8> = 52..=60;
const DTMF_LOW: RangeInclusive<u8> = 21..=31;
const DTMF_HIGH: RangeInclusive<u8> = 37..=53;

/// A stretch of sound and the quiet after it.
#[derive(Clone, Copy, Default)]
struct Beat {
    on: u64,
    off: u64,
    tonal: u64,
    held: u64,
    level: f32,
    /// Frames in which the strongest peak was in a range worth naming.
    progress: u64,
    /// … how often in which bin of [`PROGRESS`].
    pitches: [u64; 6],
    sit: [u64; 3],
    cng: u64,
    ced: u64,
    v21: u64,
    howler: u64,
    american: u64,
    keys: u64,
    /// Frames in which nothing but a text telephone's two pitches sounds, and in which each is the stronger.
    text: [u64; 2],
}

/// Names the tone that fills the frames; `None` where it is none we know.
pub(super) fn name<'a>(frames: impl Iterator<Item = &'a Frame>, loudest: f32) -> Option<Tone> {
    let mut beats = [Beat::default(); BEATS];
    let beats = beat(frames, (loudest - UNDER).max(SOUNDING), &mut beats);
    let total = beats.iter().fold(Beat::default(), Beat::plus);
    let mostly = |frames: u64| frames as f32 >= MOSTLY * total.on as f32 && total.on > 0;
    if mostly(total.v21) && !mostly(total.keys) && longest(beats) >= 1_000 {
        return Some(Tone::Fax);
    }
    if !mostly(total.tonal) || total.held * 2 < total.on {
        return None;
    }
    if mostly(total.keys) {
        return Some(Tone::Dtmf);
    }
    if mostly(total.text[0] + total.text[1]) && total.text.iter().all(|frames| frames * 10 > total.on) {
        return Some(Tone::Modem);
    }
    if total.sit.iter().all(|frames| *frames >= 5) {
        return Some(Tone::Sit);
    }
    if mostly(total.cng) || mostly(total.ced) {
        return Some(Tone::Fax);
    }
    if mostly(total.howler) && longest(beats) >= 1_000 || mostly(total.american) && beats.len() > 8 {
        return Some(Tone::Howler);
    }
    if mostly(total.progress) && keeps_pitch(&total) { cadence(beats) } else { None }
}

/// A tone keeps to its pitch, or two do; what glides through the same range is a voice of some kind.
fn keeps_pitch(total: &Beat) -> bool {
    let mut pitches = total.pitches;
    pitches.sort_unstable();
    let all: u64 = pitches.iter().sum();
    (pitches[4] + pitches[5]) * 20 >= all * 17
}

/// Call progress is told apart by its rhythm alone: the pitches differ from country to country.
fn cadence(beats: &[Beat]) -> Option<Tone> {
    if longest(beats) >= 3_000 {
        return Some(Tone::Dial);
    }
    // The first beat may have begun before, and the last may go on.
    let whole = |beat: &&Beat| beat.off > 0;
    let beats_whole = || beats.iter().skip(1).filter(whole);
    let on = beats_whole().map(|beat| beat.on).max().or(beats.first().map(|beat| beat.on))? * FRAME_MS;
    let off = beats.iter().map(|beat| beat.off).max()? * FRAME_MS;
    match (on, off) {
        (150..=320, 100..=330) => Some(Tone::Congestion),
        (321..=560, 150..=560) => Some(Tone::Busy),
        (561..=900, 400..=900) => Some(Tone::Congestion),
        (300..=560, 1_500..=2_800) => Some(Tone::Ringback),
        (100..=560, 2_801..) => Some(Tone::CallWaiting),
        (700.., 1_500..) => Some(Tone::Ringback),
        _ => None,
    }
}

fn longest(beats: &[Beat]) -> u64 {
    beats.iter().map(|beat| beat.on).max().unwrap_or_default() * FRAME_MS
}

impl Beat {
    fn take(&mut self, frame: &Frame) {
        let shape = &frame.spectrum;
        let (low, high) = (shape.peak.min(shape.second), shape.peak.max(shape.second));
        let dual = shape.two.saturating_sub(shape.one) > 20;
        let count = |within: bool| u64::from(within);
        let level = frame.level();
        self.on += 1;
        self.held += count((level - self.level).abs() < HELD);
        self.level = level;
        self.tonal += count(shape.two >= TONAL);
        self.progress += count(PROGRESS.contains(&shape.peak) || (dual && (PROGRESS.contains(&low) && high <= 21)));
        if let Some(frames) =
            shape.peak.checked_sub(*PROGRESS.start()).and_then(|at| self.pitches.get_mut(usize::from(at)))
        {
            *frames += 1;
        }
        for (frames, pitch) in self.sit.iter_mut().zip(SIT) {
            *frames += count(pitch.contains(&shape.peak) && !dual);
        }
        self.cng += count(CNG.contains(&shape.peak) && !dual);
        self.ced += count(CED.contains(&shape.peak) && !dual);
        self.v21 += count(V21.contains(&shape.peak));
        self.howler += count(HOWLER.contains(&shape.peak) && !dual);
        self.american += count(HOWLER_AMERICAN.contains(&shape.peak) && HOWLER_AMERICAN.contains(&shape.second));
        let is_text = |bin: &u8| TEXT.iter().any(|pitch| pitch.contains(bin));
        for (frames, pitch) in self.text.iter_mut().zip(TEXT) {
            *frames += count(pitch.contains(&shape.peak) && (!dual || is_text(&shape.second)));
        }
        self.keys += count(dual && DTMF_LOW.contains(&low) && DTMF_HIGH.contains(&high));
    }

    fn plus(mut self, other: &Self) -> Self {
        self.on += other.on;
        self.tonal += other.tonal;
        self.held += other.held;
        self.progress += other.progress;
        self.pitches = std::array::from_fn(|pitch| self.pitches[pitch] + other.pitches[pitch]);
        self.sit = std::array::from_fn(|tone| self.sit[tone] + other.sit[tone]);
        self.cng += other.cng;
        self.ced += other.ced;
        self.v21 += other.v21;
        self.howler += other.howler;
        self.american += other.american;
        self.keys += other.keys;
        self.text = std::array::from_fn(|tone| self.text[tone] + other.text[tone]);
        self
    }
}

/// Cuts the frames into beats; gaps of one frame belong to the sound.
fn beat<'a, 'b>(frames: impl Iterator<Item = &'a Frame>, sounding: f32, beats: &'b mut [Beat; BEATS]) -> &'b [Beat] {
    let mut count = 0;
    for frame in frames {
        let level = frame.halves.iter().copied().max().unwrap_or_default();
        if level < Level::of_dbov(sounding) {
            if let Some(beat) = beats.get_mut(..count).and_then(<[Beat]>::last_mut) {
                beat.off += 1;
            }
            continue;
        }
        let begins = count == 0 || beats[count - 1].off > 1;
        if begins && count < BEATS {
            count += 1;
        }
        let beat = &mut beats[count - 1];
        beat.off = 0;
        beat.take(frame);
    }
    &beats[..count]
}
