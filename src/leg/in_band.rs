//! Keys heard in the audio, for gateways that report none.
//!
//! A gateway that reports keys may leave their tones in the audio too (Twilio does): then each key would count twice. So
//! a key that was heard waits a moment for its report, and once a gateway has reported any key, tones are no keys.

use crate::{moment::Moment, phone::Digit};
use std::time::Duration;

/// How long a heard key waits for its report. Chosen: RFC 4733 reports a key at its end, 100 ms of tone after it was
/// sure here, and the network adds a few frames.
const REPORT: Duration = Duration::from_millis(250);

/// Keys heard in the audio.
#[derive(Debug, Default)]
pub struct InBand {
    reports: bool,
    waiting: Option<(Digit, Moment)>,
}

impl InBand {
    /// The gateway has reported a key.
    pub fn reported(&mut self) {
        self.reports = true;
        self.waiting = None;
    }

    /// A key's tones were heard.
    pub fn heard(&mut self, digit: Digit, now: Moment) {
        if !self.reports {
            self.waiting = Some((digit, now + REPORT));
        }
    }

    /// The key that nobody has reported in time.
    pub fn due(&mut self, now: Moment) -> Option<Digit> {
        let (digit, _) = self.waiting.take_if(|(_, due)| *due <= now)?;
        Some(digit)
    }

    /// When to ask for it.
    pub fn poll_timeout(&self) -> Option<Moment> {
        self.waiting.map(|(_, due)| due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one() -> Digit {
        Digit::parse('1').expect("a key")
    }

    #[test]
    fn a_tone_that_nobody_reports_is_a_key() {
        let mut keys = InBand::default();
        keys.heard(one(), Moment::ZERO);
        assert_eq!(keys.due(Moment::from_millis(249)), None);
        assert_eq!(keys.due(Moment::from_millis(250)), Some(one()));
        assert_eq!(keys.due(Moment::from_millis(900)), None);
    }

    #[test]
    fn a_reported_key_counts_once_and_tones_are_no_keys_any_more() {
        let mut keys = InBand::default();
        keys.heard(one(), Moment::ZERO);
        keys.reported();
        keys.heard(one(), Moment::from_millis(1000));
        assert_eq!((keys.due(Moment::from_millis(5000)), keys.poll_timeout()), (None, None));
    }
}
