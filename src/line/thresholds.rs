//! What operators may set of the judge (`[hearing]` in hotline.toml).
//!
//! These are rails, not votes: a verdict needs the judge's own conviction and a figure beyond the threshold. So a
//! stricter threshold always keeps callers from being told about their line; a looser one lets the judge say what it
//! believes anyway, and no more.

use super::{Condition, Judgement, Rule};
use std::ops::RangeInclusive;

/// The figures beyond which a verdict against a line may be given. Levels in dBov, active level after P.56.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// A caller is faint only under this level, dBov. Faint callers lie at -42 or lower, comfortable ones at -32 or
    /// higher (development corpus).
    pub faint_dbov: f32,
    /// A caller is on a hands-free telephone only under this level, dBov: the room takes a little less than distance.
    pub handsfree_dbov: f32,
    /// A caller is too noisy only under this SNR, dB: nothing above it is too noisy to understand.
    pub noisy_db: f32,
    /// Without a caller, what is quieter than this (its loudest twentieth), dBov, is a silent line and not a noisy one.
    pub noise_dbov: f32,
    /// Which of several conditions that are heard at once is told to the caller: the first of these.
    pub order: [Condition; 4],
}

impl Thresholds {
    /// What a level may be set to, dBov: between an idle channel and a loud talker.
    pub const LEVELS: RangeInclusive<i64> = -70..=-20;
    /// What an SNR may be set to, dB: under 0 nobody is understood, over 20 everybody.
    pub const RATIOS: RangeInclusive<i64> = 0..=20;
    /// The conditions that a caller may have at once, those first whose words help most (service-script.md §1): who moves
    /// for better reception is heard at all; a quiet place ends what nobody can speak against; who takes the handset up
    /// is louder too; speaking up comes last.
    pub const ORDER: [Condition; 4] = [Condition::Choppy, Condition::Noisy, Condition::Handsfree, Condition::Faint];

    /// What these thresholds leave of a judgement made under others: a verdict whose own figures they no longer allow
    /// becomes the harmless one. What looser thresholds would have added can't be told from the figures.
    pub fn review(&self, judgement: Judgement) -> Judgement {
        let evidence = &judgement.evidence;
        let over = |figure: Option<f32>, limit: f32| figure.is_some_and(|figure| figure >= limit);
        let withdrawn = match evidence.rule {
            Rule::LevelBelowLimit => over(evidence.level_dbov, self.faint_dbov),
            Rule::QuietAndReverberant => over(evidence.level_dbov, self.handsfree_dbov),
            Rule::SnrBelowLimit => over(evidence.snr_db, self.noisy_db),
            Rule::NoiseWithoutSpeech => !over(evidence.noise_dbov.or(Some(f32::INFINITY)), self.noise_dbov),
            _ => false,
        };
        let (condition, rule) = match judgement.condition {
            condition if !withdrawn => (condition, evidence.rule),
            Condition::Noise => (Condition::Silent, Rule::NothingHeard),
            _ => (Condition::Clear, Rule::Understandable),
        };
        let evidence = super::Evidence { rule, ..judgement.evidence };
        Judgement { condition, evidence, ..judgement }
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { faint_dbov: -37.0, handsfree_dbov: -35.0, noisy_db: 8.5, noise_dbov: -58.0, order: Self::ORDER }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faint(level_dbov: f32) -> Judgement {
        let mut judgement = Judgement::told(Condition::Faint, Rule::LevelBelowLimit);
        judgement.evidence.level_dbov = Some(level_dbov);
        judgement
    }

    #[test]
    fn a_stricter_threshold_takes_a_verdict_back() {
        let strict = Thresholds { faint_dbov: -45.0, ..Thresholds::default() };
        let reviewed = strict.review(faint(-40.0));
        assert_eq!((reviewed.condition, reviewed.evidence.rule), (Condition::Clear, Rule::Understandable));
        assert_eq!(strict.review(faint(-46.0)), faint(-46.0));
    }

    #[test]
    fn noise_too_quiet_to_count_is_silence() {
        let mut noise = Judgement::told(Condition::Noise, Rule::NoiseWithoutSpeech);
        noise.evidence.noise_dbov = Some(-50.0);
        let deaf = Thresholds { noise_dbov: -40.0, ..Thresholds::default() };
        assert_eq!(deaf.review(noise.clone()).condition, Condition::Silent);
        assert_eq!(Thresholds::default().review(noise.clone()), noise);
    }

    #[test]
    fn what_carries_no_figure_stands() {
        let told = Judgement::told(Condition::Noisy, Rule::OtherVoices);
        let strict = Thresholds { noisy_db: 0.0, ..Thresholds::default() };
        assert_eq!(strict.review(told.clone()), told);
    }
}
