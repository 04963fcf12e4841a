//! Made-up music: chords, a bass, a tune and drums, each of them in some pieces and missing from others, no two alike.

use super::{
    alter::{between, noise},
    learn::Random,
};
use std::f64::consts::TAU;

const RATE: usize = 8_000;
const SECONDS: usize = 10;

/// Ten seconds at a power of about one.
pub fn play(random: &mut Random) -> Vec<f64> {
    let piece = Piece::new(random);
    let mut samples = vec![0.0; RATE * SECONDS];
    let beats = (SECONDS as f64 / piece.beat) as usize + 1;
    for beat in 0..beats {
        piece.sound(beat, &mut samples, random);
    }
    let samples: Vec<f64> = band(&samples);
    let power = samples.iter().map(|sample| sample * sample).sum::<f64>() / samples.len() as f64;
    samples.iter().map(|sample| sample / (power + 1e-9).sqrt()).collect()
}

struct Piece {
    /// Seconds a beat.
    beat: f64,
    root: f64,
    chords: [usize; 4],
    /// How loud each part is; 0 where it is missing.
    pad: f64,
    bass: f64,
    tune: f64,
    drums: f64,
    /// How fast a struck note dies away, 1/s.
    decay: f64,
    overtones: usize,
}

const MAJOR: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];

impl Piece {
    fn new(random: &mut Random) -> Self {
        let mut part = |share: usize, loud: f64| match random.below(4) < share {
            true => between(0.3, loud, random),
            false => 0.0,
        };
        let (pad, bass, tune, drums) = (part(3, 1.0), part(3, 1.0), part(3, 1.0), part(2, 1.5));
        Self {
            beat: between(0.33, 0.9, random),
            root: 110.0 * 2f64.powf(random.below(12) as f64 / 12.0),
            chords: std::array::from_fn(|_| random.below(6)),
            pad: if bass + tune + pad < 0.3 { 0.7 } else { pad },
            bass,
            tune,
            drums,
            decay: between(0.5, 6.0, random),
            overtones: 1 + random.below(6),
        }
    }

    fn pitch(&self, degree: usize, octave: i32) -> f64 {
        let steps = MAJOR[degree % 7] + 12 * (degree / 7) as i32 + 12 * octave;
        self.root * 2f64.powf(f64::from(steps) / 12.0)
    }

    fn sound(&self, beat: usize, samples: &mut [f64], random: &mut Random) {
        let chord = self.chords[beat / 4 % 4];
        let at = beat as f64 * self.beat;
        if beat.is_multiple_of(4) {
            for third in 0..3 {
                self.note(at, self.beat * 4.0, self.pitch(chord + 2 * third, 1), self.pad / 2.0, 0.2, samples);
            }
        }
        self.note(at, self.beat, self.pitch(chord, 0), self.bass, self.decay, samples);
        for half in 0..2 {
            if random.below(3) > 0 {
                let degree = chord + random.below(8);
                let begins = at + self.beat * f64::from(half) / 2.0;
                self.note(begins, self.beat / 2.0, self.pitch(degree, 2), self.tune, self.decay, samples);
            }
            self.strike(at + self.beat * f64::from(half) / 2.0, half == 1, samples, random);
        }
    }

    fn note(&self, at: f64, long: f64, hertz: f64, loud: f64, decay: f64, samples: &mut [f64]) {
        let first = (at * RATE as f64) as usize;
        for (n, sample) in samples.iter_mut().skip(first).take((long * RATE as f64) as usize).enumerate() {
            let time = n as f64 / RATE as f64;
            let swell = (time / 0.01).min(1.0) * ((long - time) / 0.02).clamp(0.0, 1.0) * (-decay * time).exp();
            for overtone in 1..=self.overtones {
                let hertz = hertz * overtone as f64;
                if hertz < 3_600.0 {
                    *sample += loud * swell * (TAU * hertz * time).sin() / overtone as f64;
                }
            }
        }
    }

    /// A drum on the beat, a hat between.
    fn strike(&self, at: f64, hat: bool, samples: &mut [f64], random: &mut Random) {
        if self.drums == 0.0 {
            return;
        }
        let first = (at * RATE as f64) as usize;
        let dies = if hat { 60.0 } else { 25.0 };
        for (n, sample) in samples.iter_mut().skip(first).take(RATE / 5).enumerate() {
            *sample += self.drums * noise(random) * (-dies * n as f64 / RATE as f64).exp();
        }
    }
}

/// A telephone's band: no bass.
fn band(samples: &[f64]) -> Vec<f64> {
    let (mut before, mut out) = (0.0, 0.0);
    let pass = |sample: &f64| {
        out = 0.82 * (out + sample - before);
        before = *sample;
        out
    };
    samples.iter().map(pass).collect()
}
