//! Making recordings of one kind: the same rate, loudness and ends, whoever spoke them.

use super::{level, resample};
use std::time::Duration;

/// The rate at which recordings are kept, Hz: the best that a telephone speaks.
pub const RATE: u32 = 16_000;

/// Active speech level (ITU-T P.56), dBov: that of the recordings we ship (audio/README.md).
pub const LEVEL: f32 = -22.0;

/// Largest peak, dBFS: as shipped; G.711 and an echo canceller behind it have room above.
pub const PEAK: f32 = -3.2;

/// Quiet at both ends: as shipped; chosen, so that prompts neither stumble over each other nor lengthen waits.
pub const ENDS: Duration = Duration::from_millis(60);

/// How far under its speech level a recording counts as quiet, dB: the decay of a syllable is above, a studio's floor below.
pub const QUIET_BELOW_SPEECH: f32 = 30.0;

/// What of the sound is kept before and after what is louder than [`QUIET_BELOW_SPEECH`]: chosen; the breath of an f or h.
const MARGIN: usize = RATE as usize / 50;

/// Fades where the sound was cut, so that a cut is no click.
const FADE: usize = RATE as usize / 200;

/// The limiter looks so far ahead: 3 ms, chosen; shorter distorts, longer pumps.
const AHEAD: usize = RATE as usize * 3 / 1000;

/// Limiting lowers the level, so it is set again; four times are enough for 0.1 dB.
const ROUNDS: usize = 4;

/// Why nothing can be made of a sound. Who can fix it: whoever recorded it.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// Nobody speaks in it.
    #[error("there is no sound in it")]
    Silent,
    /// Its rate cannot be converted.
    #[error(transparent)]
    Rate(#[from] resample::ResampleError),
}

/// One recording in one channel, made ready: at [`RATE`], its ends trimmed or padded to [`ENDS`], its speech at [`LEVEL`], no
/// peak above [`PEAK`].
///
/// # Errors
/// [`Unfit`].
pub fn master(samples: &[i16], sample_rate: u32) -> Result<Vec<i16>, Unfit> {
    let samples = resample::convert(samples, sample_rate, RATE)?;
    let speech = level::active(&samples, RATE).ok_or(Unfit::Silent)?.level_dbov;
    let (lead, tail) = level::quiet_ends(&samples, RATE, speech - QUIET_BELOW_SPEECH);
    let (lead, tail) = (in_samples(lead).saturating_sub(MARGIN), in_samples(tail).saturating_sub(MARGIN));
    let sound = samples.get(lead..samples.len().saturating_sub(tail)).filter(|sound| !sound.is_empty());
    let mut sound: Vec<f32> = sound.ok_or(Unfit::Silent)?.iter().map(|&sample| f32::from(sample)).collect();
    fade(&mut sound);
    let pad = in_samples(ENDS) - MARGIN;
    Ok([vec![0; pad], levelled(sound), vec![0; pad]].concat())
}

fn in_samples(time: Duration) -> usize {
    (time.as_secs_f64() * f64::from(RATE)).round() as usize
}

fn fade(sound: &mut [f32]) {
    let step = |n: usize| n as f32 / FADE as f32;
    sound.iter_mut().take(FADE).enumerate().for_each(|(n, sample)| *sample *= step(n));
    sound.iter_mut().rev().take(FADE).enumerate().for_each(|(n, sample)| *sample *= step(n));
}

/// Brings the speech to [`LEVEL`] and holds the peaks.
fn levelled(mut sound: Vec<f32>) -> Vec<i16> {
    let mut made = whole(&sound);
    for _ in 0..ROUNDS {
        let Some(active) = level::active(&made, RATE) else { return made };
        let gain = decibels(LEVEL - active.level_dbov);
        sound.iter_mut().for_each(|sample| *sample *= gain);
        limit(&mut sound);
        made = whole(&sound);
    }
    made
}

fn whole(sound: &[f32]) -> Vec<i16> {
    // `as` saturates.
    sound.iter().map(|sample| sample.round() as i16).collect()
}

fn decibels(gain: f32) -> f32 {
    10f32.powf(gain / 20.0)
}

/// Turns down around peaks: by the smallest gain that is needed within [`AHEAD`], smoothed over it, so that no peak passes.
fn limit(sound: &mut [f32]) {
    let ceiling = 32_768.0 * decibels(PEAK) - 1.0;
    if sound.iter().all(|sample| sample.abs() <= ceiling) {
        return;
    }
    let needed: Vec<f32> = sound.iter().map(|sample| (ceiling / sample.abs().max(1.0)).min(1.0)).collect();
    let around = |values: &[f32], at: usize, reach: usize| {
        let (from, to) = (at.saturating_sub(reach), (at + reach + 1).min(values.len()));
        values.get(from..to).unwrap_or_default().to_vec()
    };
    let least: Vec<f32> =
        (0..needed.len()).map(|at| around(&needed, at, AHEAD).into_iter().fold(1.0, f32::min)).collect();
    for (at, sample) in sound.iter_mut().enumerate() {
        let near = around(&least, at, AHEAD / 2);
        *sample *= near.iter().sum::<f32>() / near.len().max(1) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loudness_peaks_and_ends_are_as_shipped() {
        for (gain, lead) in [(0.02, 0), (0.2, 800), (0.9, 40)] {
            let made = master(&[quiet(lead), speech(gain), quiet(700)].concat(), 44_100).expect("sound");
            let level = level::active(&made, RATE).expect("speech").level_dbov;
            assert!((level - LEVEL).abs() < 0.3, "{gain}: {level}");
            assert!(level::peak_dbov(&made).expect("sound") <= PEAK, "{gain}");
            let (lead, tail) = level::quiet_ends(&made, RATE, LEVEL - QUIET_BELOW_SPEECH);
            for end in [lead, tail] {
                assert!((40..=80).contains(&end.as_millis()), "{gain}: {end:?}");
            }
        }
    }

    #[test]
    fn a_peaky_sound_is_held_and_still_loud() {
        let mut sound = speech(0.05);
        sound.iter_mut().step_by(4_410).for_each(|sample| *sample = 30_000);
        let made = master(&sound, 44_100).expect("sound");
        assert!(level::peak_dbov(&made).expect("sound") <= PEAK);
        let level = level::active(&made, RATE).expect("speech").level_dbov;
        assert!((level - LEVEL).abs() < 0.5, "{level}");
    }

    #[test]
    fn silence_is_refused() {
        assert!(matches!(master(&[0; 8_000], 8_000), Err(Unfit::Silent)));
        assert!(matches!(master(&[], 8_000), Err(Unfit::Silent)));
    }

    /// Two seconds of a warble at 44.1 kHz.
    fn speech(gain: f64) -> Vec<i16> {
        let wave = |n: u32| (f64::from(n) * 0.04).sin() * (0.6 + 0.4 * (f64::from(n) * 0.0007).sin());
        (0..88_200).map(|n| (32_000.0 * gain * wave(n)) as i16).collect()
    }

    fn quiet(ms: usize) -> Vec<i16> {
        vec![0; ms * 441 / 10]
    }
}
