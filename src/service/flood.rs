//! Tells a flood from a burst: a token bucket, refilled with time.

use crate::moment::Moment;

/// A message counts once, and once more for every this many bytes: chosen, because the largest usual frame (20 ms of
/// 48 kHz PCM in base64) is 2.6 KB.
const BYTES_A_TOKEN: usize = 4096;

/// One socket's allowance of messages.
#[derive(Debug)]
pub(super) struct Flood {
    rate: f64,
    burst: f64,
    left: f64,
    at: Moment,
}

impl Flood {
    /// Allows `rate` messages a second for any length of time and `burst` at once.
    pub(super) fn new(rate: u32, burst: u32) -> Self {
        Self { rate: f64::from(rate), burst: f64::from(burst), left: f64::from(burst), at: Moment::ZERO }
    }

    /// Counts a message of `bytes`; false: this is a flood.
    pub(super) fn allows(&mut self, bytes: usize, now: Moment) -> bool {
        let refill = now.since(self.at).as_secs_f64() * self.rate;
        self.left = (self.left + refill).min(self.burst) - (1 + bytes / BYTES_A_TOKEN) as f64;
        self.at = now;
        self.left >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(flood: &mut Flood, count: u64, every_ms: u64) -> u64 {
        (0..count).take_while(|n| flood.allows(200, Moment::from_millis(n * every_ms))).count() as u64
    }

    #[test]
    fn a_hundred_frames_a_second_go_on_for_an_hour() {
        assert_eq!(passed(&mut Flood::new(250, 2000), 360_000, 10), 360_000);
    }

    #[test]
    fn a_stalled_network_may_deliver_fifteen_seconds_at_once() {
        assert_eq!(passed(&mut Flood::new(250, 2000), 1500, 0), 1500);
    }

    #[test]
    fn a_thousand_a_second_are_a_flood_within_three_seconds() {
        assert!(passed(&mut Flood::new(250, 2000), 10_000, 1) < 3000);
    }

    #[test]
    fn large_messages_count_for_more() {
        let mut flood = Flood::new(250, 2000);
        let passed = (0..2000).take_while(|_| flood.allows(60_000, Moment::ZERO)).count();
        assert!(passed < 200, "{passed} messages of 60 KB at once");
    }
}
