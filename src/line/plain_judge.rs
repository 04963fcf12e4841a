//! The judge of the plain detector: thresholds on level and SNR, no more. Used without the `neural` feature, and for
//! stretches heard with [`super::Attention::Events`].

use super::{Condition, Rule, Sensitivity, Thresholds, features::Features, judge::Verdict};

/// Less speech than this is nobody speaking: chosen, shorter than the shortest 喂.
const SPEECH_MS: u64 = 160;
/// … in last-chance listening.
const SPEECH_EASILY_MISSED_MS: u64 = 120;
/// Under this active level a caller is asked to speak up, dBov: between the quietest comfortable talkers (-32) and the
/// loudest faint ones (-42) of the development corpus.
const FAINT: f32 = -38.0;
/// Under this speech can no longer be understood over the noise, dB: what tires a listener begins at 10, what defeats
/// one at 3 (development corpus).
const SNR: f32 = 7.0;
/// Louder than this, with nobody speaking, is noise, dBov; under it lies a quiet room (-48).
const NOISE: f32 = -45.0;
/// Speech is somebody speaking only where this much of what is heard is likely to be speech.
const LIKELIHOOD: f32 = 0.1;

/// A frame is speech from this probability on.
pub(super) fn threshold(sensitivity: Sensitivity) -> f32 {
    match sensitivity {
        Sensitivity::Normal => 0.5,
        Sensitivity::LastChance => 0.4,
    }
}

pub(super) fn decide(features: &Features, sensitivity: Sensitivity, thresholds: &Thresholds) -> Verdict {
    // Its figures are coarser: operators' thresholds make it stricter, never bolder.
    let (faint, snr_limit) = (FAINT.min(thresholds.faint_dbov), SNR.min(thresholds.noisy_db));
    let enough = match sensitivity {
        Sensitivity::Normal => SPEECH_MS,
        Sensitivity::LastChance => SPEECH_EASILY_MISSED_MS,
    };
    if features.speech_ms() < enough || features.likelihood < LIKELIHOOD {
        return nobody(features, thresholds);
    }
    let defeated = features.snr().filter(|snr| *snr < snr_limit);
    // A quiet room's own sounds are now and then like a voice.
    if defeated.is_some() && features.loud < NOISE {
        return nobody(features, thresholds);
    }
    if sensitivity == Sensitivity::LastChance {
        return Verdict::new(Condition::Faint, Rule::HardlyHeard, 0.5);
    }
    if let Some(snr) = defeated {
        return Verdict::new(Condition::Noisy, Rule::SnrBelowLimit, surety(snr_limit - snr));
    }
    match features.level {
        Some(level) if level < faint => Verdict::new(Condition::Faint, Rule::LevelBelowLimit, surety(faint - level)),
        Some(level) => Verdict::new(Condition::Clear, Rule::Understandable, surety(level - faint)),
        None => nobody(features, thresholds),
    }
}

fn nobody(features: &Features, thresholds: &Thresholds) -> Verdict {
    let limit = NOISE.max(thresholds.noise_dbov);
    if features.loud > limit {
        return Verdict::new(Condition::Noise, Rule::NoiseWithoutSpeech, surety(features.loud - limit));
    }
    Verdict::new(Condition::Silent, Rule::NothingHeard, surety(limit - features.loud))
}

/// Half sure at the limit, sure 6 dB beyond it.
fn surety(beyond: f32) -> f32 {
    (0.5 + beyond / 12.0).clamp(0.5, 1.0)
}
