//! How steeply the sound falls, band by band: a room lets no sound stop at once.
//!
//! Between syllables a voice falls by ten decibels and more from one frame to the next; in a room its reverberation
//! goes on (a T60 of 0.6 s falls by 2 dB in 20 ms). The level of the whole shows little of it, since one band takes
//! over from another; in bands it shows at every change of a vowel. Only what stands above the noise before and after
//! tells anything: a fall into the noise is as deep as the noise lets it be.

use super::frame::Fall;
use crate::audio::spectrum::{POINTS, decibels, sum};

/// Bands of equal width, so that each has bins enough for a level that does not waver by itself. Measured (development
/// corpus): of 5, 6, 8, 10 and 16, and 12 as wide as the ear's, eight even ones tell hands-free from faint lines best.
const BANDS: usize = 8;
/// Their edges in bins of 31.25 Hz, 300-3400 Hz.
const EDGES: [usize; BANDS + 1] = [10, 22, 35, 47, 60, 72, 84, 97, 109];
/// What stands so far above its band's floor is sound, dB: noise itself wavers by less. Measured: best of 5 to 10.
const OVER: f32 = 7.0;
/// … and so loud, dB of full scale in the band: chosen, below lies the noise of coding.
const LOUD: f32 = -85.0;
/// The floor follows a level below it by this share of the way a frame: measured, best of 0.25 to 1 …
const DOWN: f32 = 0.5;
/// … and one above it so slowly, dB a frame: chosen, 1.5 dB a second is nothing during a sentence.
const UP: f32 = 0.03;
/// Added to powers before a logarithm, so that there always is one.
const QUIET: f32 = 1e-10;

/// Follows the bands of one stream.
pub(super) struct Falls {
    before: [f32; BANDS],
    floor: [f32; BANDS],
    /// Frames since the one that `before` is of.
    since: u8,
}

impl Falls {
    pub(super) fn new() -> Self {
        Self { before: [0.0; BANDS], floor: [0.0; BANDS], since: u8::MAX }
    }

    /// Another frame comes, of interest or not.
    pub(super) fn next(&mut self) {
        self.since = self.since.saturating_add(1);
    }

    /// How the bands fell to those of this spectrum.
    #[inline(always)]
    pub(super) fn follow(&mut self, power: &[f32; POINTS / 2]) -> Fall {
        let mut now: [f32; BANDS] = std::array::from_fn(|band| sum(&power[EDGES[band]..EDGES[band + 1]]) + QUIET);
        for level in &mut now {
            *level = decibels(*level);
        }
        let (mut squares, mut sounding) = (0.0, 0);
        for ((floor, before), now) in self.floor.iter_mut().zip(&mut self.before).zip(now) {
            *floor = if now < *floor { *floor + DOWN * (now - *floor) } else { (*floor + UP).min(now) };
            let sounds = now.min(*before) > (*floor + OVER).max(LOUD);
            let fall = (*before - now).max(0.0);
            squares += if sounds { fall * fall } else { 0.0 };
            sounding += u8::from(sounds);
            *before = now;
        }
        match std::mem::replace(&mut self.since, 0) {
            1 => Fall::of(squares, sounding),
            _ => Fall::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean fall, dB, of bursts of 100 ms and pauses of 200 over a floor of -70 dB, that die away by so many dB a frame.
    fn of_bursts(dying: f32) -> f32 {
        let mut falls = Falls::new();
        let (mut squares, mut bands) = (0.0, 0.0);
        for frame in 0..300u16 {
            let since = f32::from((frame % 15).saturating_sub(4));
            let level = (-30.0 - dying * since).max(-70.0);
            falls.next();
            let (square, sounding) = falls.follow(&[10f32.powf(level / 10.0); POINTS / 2]).squares();
            squares += square;
            bands += sounding;
        }
        f32::sqrt(squares / f32::max(bands, 1.0))
    }

    #[test]
    fn a_room_makes_falls_gentle() {
        let (room, open) = (of_bursts(2.0), of_bursts(10.0));
        assert!(room < 2.5 && open > 4.0, "{room} {open}");
    }

    #[test]
    fn a_fall_into_the_noise_tells_nothing() {
        assert_eq!(of_bursts(40.0), 0.0);
    }

    #[test]
    fn what_was_not_looked_at_did_not_fall() {
        let mut falls = Falls::new();
        let mut look = |power: f32| {
            falls.next();
            falls.follow(&[power; POINTS / 2])
        };
        for _ in 0..50 {
            look(1e-8);
        }
        look(1e-3);
        assert_ne!(look(1e-4), Fall::NONE);
        falls.next();
        falls.next();
        assert_eq!(falls.follow(&[1e-5; POINTS / 2]), Fall::NONE);
    }
}
