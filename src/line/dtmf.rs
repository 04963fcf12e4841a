//! Keys heard in the audio, for gateways that do not report them (ITU-T Q.23, Q.24).
//!
//! A key is two tones, one of each group, and nothing else: that, and not their level, keeps voices out.

use super::frame::{FRAME_SAMPLES, mean_power};
use crate::phone::Digit;
use std::sync::LazyLock;

/// Frequencies of both groups, the low one first, Hz (Q.23).
const TONES: [f32; 8] = [697.0, 770.0, 852.0, 941.0, 1209.0, 1336.0, 1477.0, 1633.0];
/// What turns a Goertzel filter to each of them: 2 cos ω.
static TURNS: LazyLock<[f32; 8]> =
    LazyLock::new(|| TONES.map(|hertz| 2.0 * (std::f32::consts::TAU * hertz / 8_000.0).cos()));
/// Rows and columns of the keypad.
const KEYS: [[char; 4]; 4] = [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];
/// Share of the frame's power in the two tones: 1.5 % off pitch, which must be taken (Q.24), leaves 0.73 of it in 20 ms,
/// 3.5 %, which must not, 0.2.
const TAKEN: f32 = 0.7;
/// … and in the frame beside it, which the tone may fill only half: a key sounds 40 ms at least (Q.24).
const BESIDE: f32 = 0.4;
/// The high tone may be stronger by 4 dB and weaker by 8 (Q.24, most administrations), as ratios of power.
const TWIST: std::ops::RangeInclusive<f32> = 0.158..=2.51;
/// Quieter than this is no key: -45 dBov.
const LOUD_ENOUGH: f32 = 3.2e-5;
/// A pause of two frames parts two presses of one key: 40 ms (Q.24).
const PAUSE: u32 = 2;

/// Follows the keys on one line.
#[derive(Default)]
pub(super) struct Keys {
    /// The frame before, and whether its key was reported.
    before: Option<(Digit, f32)>,
    held: Option<Digit>,
    without: u32,
}

impl Keys {
    /// The next frame (full scale = 1); the key, once, when it is sure.
    pub(super) fn follow(&mut self, samples: &[f32; FRAME_SAMPLES]) -> Option<Digit> {
        let now = key(samples);
        let pressed = match (self.before, now) {
            (Some((before, was)), Some((digit, is))) if before == digit => {
                (was.max(is) >= TAKEN && was.min(is) >= BESIDE).then_some(digit)
            }
            _ => None,
        };
        self.before = now;
        if self.held.is_some() && now.map(|(digit, _)| digit) != self.held {
            self.without += 1;
            if self.without >= PAUSE {
                self.held = None;
            }
            return None;
        }
        self.without = 0;
        if self.held.is_none() && pressed.is_some() {
            self.held = pressed;
            return pressed;
        }
        None
    }

    /// A frame in which no key can be.
    pub(super) fn skip(&mut self) {
        self.before = None;
        self.without += 1;
        if self.without >= PAUSE {
            self.held = None;
        }
    }
}

/// The key in a frame and the share of the power that its tones hold.
fn key(samples: &[f32; FRAME_SAMPLES]) -> Option<(Digit, f32)> {
    let power = mean_power(samples);
    if power < LOUD_ENOUGH {
        return None;
    }
    let tones = tones(samples);
    let (row, low) = strongest(&tones[..4]);
    let (column, high) = strongest(&tones[4..]);
    let share = (low + high) / power;
    if !TWIST.contains(&(high / low.max(1e-12))) || share < BESIDE {
        return None;
    }
    Some((Digit::parse(KEYS[row][column])?, share))
}

fn strongest(powers: &[f32]) -> (usize, f32) {
    powers.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default()
}

/// Mean power of every tone in the frame: eight Goertzel filters side by side, since each waits for its own last value.
fn tones(samples: &[f32; FRAME_SAMPLES]) -> [f32; 8] {
    let turns = &*TURNS;
    let (mut last, mut before) = ([0.0f32; 8], [0.0f32; 8]);
    for sample in samples {
        let mut next = [0.0; 8];
        for tone in 0..8 {
            next[tone] = (sample - before[tone]) + turns[tone] * last[tone];
        }
        before = last;
        last = next;
    }
    std::array::from_fn(|tone| {
        let (last, before) = (last[tone], before[tone]);
        let energy = last * last + before * before - turns[tone] * last * before;
        2.0 * energy / (FRAME_SAMPLES * FRAME_SAMPLES) as f32
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays `millis` of two tones after 7 ms of nothing, then nothing, and says which keys were heard.
    fn heard(low: f32, high: f32, millis: usize, times: usize, gain_high: f32) -> String {
        let tone = |n: usize, hertz: f32| (n as f32 * std::f32::consts::TAU * hertz / 8_000.0).sin() * 0.1;
        let press = |n: usize| tone(n, low) + tone(n, high) * gain_high;
        let mut samples = vec![0.0; 56];
        for _ in 0..times {
            samples.extend((0..millis * 8).map(press));
            samples.extend(std::iter::repeat_n(0.0, 80 * 8));
        }
        let mut keys = Keys::default();
        samples.as_chunks().0.iter().filter_map(|frame| keys.follow(frame)).map(Digit::as_char).collect()
    }

    #[test]
    fn every_key_is_heard_once() {
        let (rows, columns) = TONES.split_at(4);
        for (row, low) in rows.iter().copied().enumerate() {
            for (column, high) in columns.iter().copied().enumerate() {
                assert_eq!(heard(low, high, 70, 1, 1.0), KEYS[row][column].to_string());
            }
        }
    }

    #[test]
    fn a_key_pressed_twice_is_heard_twice() {
        assert_eq!(heard(770.0, 1336.0, 60, 2, 1.0), "55");
    }

    #[test]
    fn keys_off_pitch_by_more_than_the_standard_allows_are_none() {
        assert_eq!(heard(770.0 * 1.015, 1336.0 * 0.985, 80, 1, 1.0), "5");
        assert_eq!(heard(770.0 * 1.035, 1336.0 * 1.035, 80, 1, 1.0), "");
    }

    #[test]
    fn a_high_tone_much_stronger_than_the_low_one_is_no_key() {
        assert_eq!(heard(770.0, 1336.0, 80, 1, 2.5), "");
    }

    #[test]
    fn forty_milliseconds_are_a_key() {
        assert_eq!(heard(770.0, 1336.0, 40, 3, 1.0), "555");
    }

    #[test]
    fn twist_within_the_standard_is_heard() {
        let decibels = |twist: f32| 10f32.powf(twist / 20.0);
        assert_eq!(heard(852.0, 1477.0, 80, 1, decibels(3.5)), "9");
        assert_eq!(heard(852.0, 1477.0, 80, 1, decibels(-7.5)), "9");
        assert_eq!(heard(852.0, 1477.0, 80, 1, decibels(-12.0)), "");
    }

    #[test]
    fn ten_milliseconds_are_no_key() {
        assert_eq!(heard(770.0, 1336.0, 10, 1, 1.0), "");
    }
}
