//! How loud a recording is, in the telephone's own measures.

use std::time::Duration;

/// The level of `samples`, dBov; `None` for digital silence (and for no samples).
pub fn rms_dbov(samples: &[i16]) -> Option<f32> {
    let energy = energy(samples);
    (energy > 0.0).then(|| (10.0 * (energy / samples.len() as f64 / FULL_SCALE_POWER).log10()) as f32)
}

/// The largest magnitude, 0 to 32768.
pub fn peak(samples: &[i16]) -> u16 {
    samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0)
}

/// The largest magnitude as 20·log10(peak/32768), dB; `None` for digital silence.
pub fn peak_dbov(samples: &[i16]) -> Option<f32> {
    let peak = peak(samples);
    (peak > 0).then(|| 20.0 * (f32::from(peak) / 32768.0).log10())
}

/// How many samples were cut off: those in runs of three or more at the same rail, beyond G.711's own maximum.
///
/// A run, because a single sample at full scale may be an honest peak (chosen: three at 8 kHz is already a flat top of
/// a 1.3 kHz wave).
pub fn clipped(samples: &[i16]) -> usize {
    let rail = |sample: &i16| if sample.unsigned_abs() >= RAIL { sample.signum() } else { 0 };
    samples
        .chunk_by(|a, b| rail(a) == rail(b))
        .filter(|run| run.len() >= CLIPPED_RUN && rail(&run[0]) != 0)
        .map(<[i16]>::len)
        .sum()
}

/// How long `samples` are quiet at the beginning and at the end: 10 ms blocks below `floor_dbov`. All of it, both
/// times, where nothing is louder.
pub fn quiet_ends(samples: &[i16], sample_rate: u32, floor_dbov: f32) -> (Duration, Duration) {
    let block = (sample_rate / 100).max(1) as usize;
    let loud = |block: &[i16]| rms_dbov(block).is_some_and(|level| level >= floor_dbov);
    let lead = samples.chunks(block).take_while(|block| !loud(block)).map(<[i16]>::len).sum();
    let tail = samples.rchunks(block).take_while(|block| !loud(block)).map(<[i16]>::len).sum();
    (duration(lead, sample_rate), duration(tail, sample_rate))
}

/// Speech level with the pauses left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActiveLevel {
    /// Level of the active part, dBov.
    pub level_dbov: f32,
    /// Share of time that is active, 0 to 1.
    pub activity: f32,
}

/// The active speech level by method B of ITU-T P.56 (12/2011); `None` where nothing is active.
///
/// An envelope is held against thresholds 6 dB apart; the level is that of the time above the threshold which lies
/// 15.9 dB below it, found between two thresholds by interpolation.
pub fn active(samples: &[i16], sample_rate: u32) -> Option<ActiveLevel> {
    let energy = energy(samples) / FULL_SCALE_POWER;
    let measured = active_counts(samples, sample_rate).into_iter().zip(0..).take_while(|(count, _)| *count > 0);
    let candidates = measured.map(|(count, j)| {
        let level = 10.0 * (energy / count as f64).log10();
        (level, level - threshold_dbov(j) - MARGIN_DB)
    });

    let mut below = None;
    let mut level_dbov = None;
    for (level, over) in candidates {
        level_dbov = Some(match below {
            Some((level_below, over_below)) if over <= 0.0 => {
                level_below + (level - level_below) * over_below / (over_below - over)
            }
            _ => level,
        });
        if over <= 0.0 {
            break;
        }
        below = Some((level, over));
    }

    let level_dbov = level_dbov?;
    let activity = energy / 10f64.powf(level_dbov / 10.0) / samples.len() as f64;
    Some(ActiveLevel { level_dbov: level_dbov as f32, activity: activity.min(1.0) as f32 })
}

/// For each threshold, the samples at which the envelope is above it or was within the hangover.
fn active_counts(samples: &[i16], sample_rate: u32) -> [u64; THRESHOLDS] {
    let keep = (-1.0 / (f64::from(sample_rate.max(1)) * ENVELOPE.as_secs_f64())).exp();
    let hangover = (f64::from(sample_rate) * HANGOVER.as_secs_f64()).ceil() as u64;
    let (mut smooth, mut envelope) = (0.0, 0.0);
    // The envelope is slow: it stays between the same two thresholds for many samples, which are counted together.
    let octaves = samples.iter().map(|&sample| {
        smooth = keep * smooth + (1.0 - keep) * f64::from(sample.unsigned_abs());
        envelope = keep * envelope + (1.0 - keep) * smooth;
        octave(envelope)
    });
    let mut counts = [0; THRESHOLDS];
    let mut held = [0; THRESHOLDS];
    let mut count = |octave: i32, run: u64| {
        for (j, (count, held)) in (0..).zip(counts.iter_mut().zip(&mut held)) {
            let active = if j <= octave { run } else { run.min(*held) };
            *held = if j <= octave { hangover } else { *held - active };
            *count += active;
        }
    };
    let (mut of, mut run) = (-1, 0);
    for octave in octaves {
        if octave != of {
            count(of, run);
            (of, run) = (octave, 0);
        }
        run += 1;
    }
    count(of, run);
    counts
}

/// The highest threshold that this envelope reaches; below 0: none. It is the power of two in the number itself.
fn octave(envelope: f64) -> i32 {
    ((envelope.to_bits() >> 52) as i32) - 1023
}

/// Threshold `j`: 2^j of 32768.
fn threshold_dbov(j: i32) -> f64 {
    20.0 * (2f64.powi(j) / 32768.0).log10()
}

fn energy(samples: &[i16]) -> f64 {
    samples.iter().map(|&sample| f64::from(sample).powi(2)).sum()
}

fn duration(samples: usize, sample_rate: u32) -> Duration {
    Duration::from_secs_f64(samples as f64 / f64::from(sample_rate.max(1)))
}

const FULL_SCALE_POWER: f64 = 32768.0 * 32768.0;

/// G.711's largest values are 32124 (μ) and 32256 (A): audio that came over a telephone clips there.
const RAIL: u16 = 32_124;

const CLIPPED_RUN: usize = 3;

/// Time constant of each of the envelope's two stages (P.56, table 1).
const ENVELOPE: Duration = Duration::from_millis(30);

/// Pauses up to this long are part of speech (P.56, table 1).
const HANGOVER: Duration = Duration::from_millis(200);

/// How far the threshold lies below the level it makes (P.56, table 1), dB.
const MARGIN_DB: f64 = 15.9;

/// Thresholds a 16-bit signal can cross.
const THRESHOLDS: usize = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_scale_square_is_zero_dbov_and_a_sine_three_less() {
        assert!(rms_dbov(&[i16::MIN; 100]).expect("loud").abs() < 0.001);
        let sine = rms_dbov(&tone(8000, 32767.0)).expect("loud");
        assert!((sine + 3.01).abs() < 0.01, "{sine}");
    }

    #[test]
    fn silence_has_no_level() {
        assert_eq!(
            (rms_dbov(&[0; 80]), rms_dbov(&[]), peak_dbov(&[0; 80]), active(&[0; 8000], 8000)),
            Default::default()
        );
    }

    #[test]
    fn pauses_do_not_lower_the_active_level() {
        let speech = tone(40_000, 3000.0);
        let mut half = speech.clone();
        half.extend([0; 40_000]);
        let (whole, paused) = (active(&speech, 8000).expect("active"), active(&half, 8000).expect("active"));
        assert!((whole.level_dbov - paused.level_dbov).abs() < 0.5, "{whole:?} {paused:?}");
        assert!((0.5..0.55).contains(&paused.activity), "{paused:?}");
        assert!(rms_dbov(&half).expect("loud") < paused.level_dbov - 2.5);
    }

    #[test]
    fn flat_tops_are_clipping_and_single_peaks_are_not() {
        assert_eq!(clipped(&[0, 32767, 0, -32768, 32767, 0]), 0);
        assert_eq!(clipped(&[0, 32767, 32767, 32767, 0, -32768, -32768, -32768, -32768]), 7);
    }

    #[test]
    fn quiet_ends_are_measured_to_ten_milliseconds() {
        let mut samples = vec![3; 800];
        samples.extend(tone(4000, 8000.0));
        samples.extend([0; 1600]);
        let (lead, tail) = quiet_ends(&samples, 8000, -50.0);
        assert_eq!((lead.as_millis(), tail.as_millis()), (100, 200));
        assert_eq!(quiet_ends(&[1; 800], 8000, -50.0).0, Duration::from_millis(100));
    }

    #[test]
    fn our_own_recordings_are_at_the_level_they_were_made_to() {
        let bank = crate::audio::Bank::load(crate::audio::source::embedded()).expect("our own recordings");
        for prompt in ["greeting", "menu_main", "silent_reprompt", "silent_change_phone", "faint_speak_up"] {
            let clip = bank.clip("zh-CN", prompt).expect("a recording");
            let mut pcm = vec![0; clip.samples()];
            clip.pcm_8k(0, &mut pcm);
            // −22 dBov by another P.56 at 16 kHz (audio/prompts.csv); what lies above 4 kHz is gone here.
            let level = active(&pcm, 8000).expect("speech").level_dbov;
            assert!((level + 22.0).abs() < 1.0, "{prompt}: {level}");
        }
    }

    fn tone(length: usize, amplitude: f64) -> Vec<i16> {
        (0..length).map(|i| (amplitude * (std::f64::consts::TAU * 1000.0 * i as f64 / 8000.0).sin()) as i16).collect()
    }
}
