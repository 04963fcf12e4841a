//! Figures in, a verdict with its reasons out.

use super::{Condition, Evidence, Judgement, Rule, Sensitivity, features::Features, frame::FRAME_MS, history::History};
use crate::moment::Moment;

/// A frame is speech from this probability on.
const SPEECH: f32 = 0.5;
/// … in last-chance listening.
const SPEECH_EASILY_MISSED: f32 = 0.4;
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

/// Judges the stretch `from..=to` of what is remembered.
pub(super) fn judge(history: &History, from: Moment, to: Moment, sensitivity: Sensitivity) -> Judgement {
    let threshold = match sensitivity {
        Sensitivity::Normal => SPEECH,
        Sensitivity::LastChance => SPEECH_EASILY_MISSED,
    };
    let features = Features::gather(history, history.span(from, to), threshold);
    let (condition, rule, confidence) = decide(&features, sensitivity);
    let evidence = Evidence {
        rule,
        from_ms: from.as_millis(),
        to_ms: to.as_millis(),
        speech_ms: features.speech_ms(),
        missing_ms: features.missing * FRAME_MS,
        level_dbov: features.level,
        noise_dbov: features.noise,
        snr_db: features.snr(),
        loss_pct: None,
    };
    Judgement { condition, kind: None, confidence, evidence }
}

fn decide(features: &Features, sensitivity: Sensitivity) -> (Condition, Rule, f32) {
    let enough = match sensitivity {
        Sensitivity::Normal => SPEECH_MS,
        Sensitivity::LastChance => SPEECH_EASILY_MISSED_MS,
    };
    if features.frames == 0 || features.missing * 2 > features.frames {
        return (Condition::Silent, Rule::NoMedia, 1.0);
    }
    if features.speech_ms() < enough || features.likelihood < LIKELIHOOD {
        return nobody(features);
    }
    if sensitivity == Sensitivity::LastChance {
        if features.loud < NOISE && features.snr().is_some_and(|snr| snr < SNR) {
            return nobody(features);
        }
        return (Condition::Faint, Rule::HardlyHeard, 0.5);
    }
    if let Some(snr) = features.snr().filter(|snr| *snr < SNR) {
        // A quiet room's own sounds, now and then like a voice.
        if features.loud < NOISE {
            return nobody(features);
        }
        return (Condition::Noisy, Rule::SnrBelowLimit, surety(SNR - snr));
    }
    match features.level {
        Some(level) if level < FAINT => (Condition::Faint, Rule::LevelBelowLimit, surety(FAINT - level)),
        Some(level) => (Condition::Clear, Rule::Understandable, surety(level - FAINT)),
        None => nobody(features),
    }
}

fn nobody(features: &Features) -> (Condition, Rule, f32) {
    if features.loud > NOISE {
        return (Condition::Noise, Rule::NoiseWithoutSpeech, surety(features.loud - NOISE));
    }
    (Condition::Silent, Rule::NothingHeard, surety(NOISE - features.loud))
}

/// Half sure at the limit, sure 6 dB beyond it.
fn surety(beyond: f32) -> f32 {
    (0.5 + beyond / 12.0).clamp(0.5, 1.0)
}
