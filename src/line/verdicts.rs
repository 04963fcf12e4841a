//! The verdict on a call as it goes on: usable early, and slow to change its mind.

use super::{Condition, Judgement};

/// A first verdict against the line, or one that overturns another, needs this confidence at once …
const SURE: f32 = 0.85;
/// … or to be repeated so often in a row.
const TIMES: u32 = 3;

/// Keeps the verdict on one line.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdicts {
    standing: Option<Judgement>,
    rival: Option<(Condition, u32)>,
}

impl Verdicts {
    /// Hears another judgement; the new verdict, where it changed.
    pub(super) fn hear(&mut self, judgement: Judgement) -> Option<&Judgement> {
        if self.standing.as_ref().is_some_and(|standing| standing.condition == judgement.condition) {
            self.rival = None;
            self.standing = Some(judgement);
            return None;
        }
        let again = match self.rival {
            Some((condition, times)) if condition == judgement.condition => times + 1,
            _ => 1,
        };
        self.rival = Some((judgement.condition, again));
        let harmless = self.standing.is_none() && judgement.condition == Condition::Clear;
        if !harmless && judgement.confidence < SURE && again < TIMES {
            return None;
        }
        self.rival = None;
        self.standing = Some(judgement);
        self.standing.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::Rule;

    fn judged(condition: Condition, confidence: f32) -> Judgement {
        Judgement { confidence, ..Judgement::told(condition, Rule::Told) }
    }

    fn course(judgements: &[(Condition, f32)]) -> Vec<Condition> {
        let mut verdicts = Verdicts::default();
        judgements.iter().filter_map(|(c, sure)| verdicts.hear(judged(*c, *sure)).map(|v| v.condition)).collect()
    }

    #[test]
    fn a_single_doubtful_judgement_changes_nothing() {
        use Condition::*;
        assert_eq!(course(&[(Clear, 0.6), (Noisy, 0.6), (Clear, 0.9)]), [Clear]);
    }

    #[test]
    fn a_doubtful_judgement_that_repeats_is_a_verdict() {
        use Condition::*;
        assert_eq!(course(&[(Clear, 0.6), (Noisy, 0.6), (Noisy, 0.6), (Noisy, 0.6)]), [Clear, Noisy]);
    }

    #[test]
    fn a_sure_judgement_is_a_verdict_at_once() {
        assert_eq!(course(&[(Condition::Faint, 0.9)]), [Condition::Faint]);
    }
}
