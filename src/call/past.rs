//! What the records know of a caller's number when a call begins.

use crate::script::outside::PastTest;
use std::time::Duration;

/// Nothing, where the number is withheld, or the records did not answer in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// The last call of this number that has ended.
    pub last: Option<Before>,
    /// Whether the number is barred now.
    pub barred: bool,
}

/// An earlier call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    /// How long ago it ended.
    pub ago: Duration,
    /// Whether it was dropped: the caller was told to change phones or was cut off, and somebody had been heard on it (a
    /// key, or speech). A line on which nobody was ever heard is no caller to welcome back.
    pub dropped: bool,
}

impl Past {
    /// Whether it is as `test` asks.
    pub fn is(&self, test: PastTest) -> bool {
        match test {
            PastTest::Barred => self.barred,
            PastTest::Called { within, cut_off } => {
                self.last.is_some_and(|last| last.ago <= within && (last.dropped || !cut_off))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_call_counts_for_as_long_as_is_asked() {
        let within = |minutes| PastTest::Called { within: Duration::from_mins(minutes), cut_off: false };
        let past =
            |minutes| Past { last: Some(Before { ago: Duration::from_mins(minutes), dropped: false }), barred: false };
        assert!(past(10).is(within(10)) && !past(11).is(within(10)) && !Past::default().is(within(10)));
    }

    #[test]
    fn only_a_dropped_call_counts_as_cut_off() {
        let cut_off = PastTest::Called { within: Duration::from_mins(10), cut_off: true };
        let past = |dropped| Past { last: Some(Before { ago: Duration::ZERO, dropped }), barred: false };
        assert!(past(true).is(cut_off) && !past(false).is(cut_off));
    }
}
