//! What is heard on lines where nobody speaks, by formula: no recording is needed to show that a caller may be silent.

use std::f32::consts::TAU;

/// Samples in a second.
const RATE: f32 = 8_000.0;

/// A sound that goes on for as long as a scenario says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// Mains hum: 50 Hz and its odd harmonics up to 350 Hz, of which a telephone carries the upper ones.
    Hum,
    /// A room: low noise that swells and sinks within seconds, as traffic behind a window does.
    Room,
    /// A song from somewhere else: a melody and its bass, note by note, half a second each.
    Music,
    /// An idle line that crackles: a click of a millisecond, 30 dB louder than what this is set to, every 1.3 s.
    Clicks,
}

impl Sound {
    /// The sound called `word`.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "hum" => Self::Hum,
            "room" => Self::Room,
            "music" => Self::Music,
            "clicks" => Self::Clicks,
            _ => return None,
        })
    }

    /// Sample number `n` at a level of about 0 dBov; `noise` is white, of variance 1.
    pub fn sample(self, n: usize, noise: f32, state: &mut f32) -> f32 {
        let t = n as f32 / RATE;
        match self {
            Self::Hum => [50.0, 150.0, 250.0, 350.0].map(|hertz| sine(hertz * t)).iter().sum::<f32>() * 0.707,
            Self::Room => {
                // A pole at 0.9 leaves little over 130 Hz: the power of what it lets through is 1 / (1 - 0.81).
                *state = 0.9 * *state + noise;
                *state * 0.436 * (1.0 + 0.4 * sine(0.3 * t))
            }
            Self::Music => music(t),
            Self::Clicks => match n % CLICKS {
                n if n < 8 => noise * 31.6,
                _ => noise * 0.1,
            },
        }
    }
}

/// From one click to the next: 1.3 s.
const CLICKS: usize = 10_400;
/// The melody's notes: semitones over A3 (220 Hz) of a pentatonic scale, two a second.
const MELODY: [i32; 16] = [0, 4, 7, 9, 12, 9, 7, 4, 2, 4, 7, 12, 9, 7, 4, 2];

fn music(t: f32) -> f32 {
    let note = (t * 2.0) as usize;
    let since = t - note as f32 / 2.0;
    let pitch = 220.0 * 2f32.powf(MELODY[note % MELODY.len()] as f32 / 12.0);
    let bass = 110.0 * 2f32.powf(MELODY[note / 4 * 4 % MELODY.len()] as f32 / 12.0);
    let tone = |hertz: f32| sine(hertz * t) + 0.5 * sine(2.0 * hertz * t) + 0.25 * sine(3.0 * hertz * t);
    // A plucked string: it sinks to a third within half a second.
    (tone(pitch) + 0.7 * tone(bass)) * (-2.2 * since).exp() * 1.5
}

fn sine(cycles: f32) -> f32 {
    (cycles.fract() * TAU).sin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sound_is_about_as_loud_as_it_says() {
        for (sound, within) in [(Sound::Hum, 1.5), (Sound::Music, 3.0)] {
            let mut state = 0.0;
            let power: f32 = (0..80_000).map(|n| sound.sample(n, 0.0, &mut state).powi(2)).sum::<f32>() / 80_000.0;
            let level = 10.0 * power.log10();
            assert!(level.abs() < within, "{sound:?}: {level} dBov");
        }
    }
}
