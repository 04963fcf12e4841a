//! Tells a dead peer from a quiet one: bytes of any kind count, audio does not (contract.md, Bad input).

use crate::moment::Moment;
use std::time::Duration;

/// One socket's signs of life.
#[derive(Debug)]
pub(super) struct Liveness {
    ping_every: Duration,
    lost_after: Duration,
    next_ping: Option<Moment>,
    heard: Moment,
    answers_pings: bool,
}

/// What liveness asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vital {
    /// Nothing yet.
    Fine,
    /// A ping is due.
    Ping,
    /// The peer is lost.
    Lost,
}

impl Liveness {
    /// Watches a peer from now on; `pings`: whether it may be pinged.
    pub(super) fn new(ping_every: Duration, lost_after: Duration, pings: bool) -> Self {
        let next_ping = pings.then_some(Moment::after(ping_every));
        Self { ping_every, lost_after, next_ping, heard: Moment::ZERO, answers_pings: false }
    }

    /// A message of any kind has come.
    pub(super) fn heard(&mut self, now: Moment) {
        self.heard = now;
    }

    /// A pong has come: from now on silence means something.
    pub(super) fn pong(&mut self, now: Moment) {
        self.heard = now;
        self.answers_pings = true;
    }

    /// What is due. A ping that is asked for counts as sent.
    pub(super) fn check(&mut self, now: Moment) -> Vital {
        if self.lost_at().is_some_and(|at| at <= now) {
            return Vital::Lost;
        }
        let Some(due) = self.next_ping.filter(|due| *due <= now) else { return Vital::Fine };
        self.next_ping = Some((due + self.ping_every).max(now));
        Vital::Ping
    }

    /// When [`Liveness::check`] will next have something to say. Bytes may move it later, never earlier.
    pub(super) fn next(&self) -> Option<Moment> {
        self.next_ping.into_iter().chain(self.lost_at()).min()
    }

    fn lost_at(&self) -> Option<Moment> {
        self.answers_pings.then(|| self.heard + self.lost_after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PING: Duration = Duration::from_secs(5);
    const LOST: Duration = Duration::from_secs(15);

    #[test]
    fn pings_go_out_every_five_seconds() {
        let mut liveness = Liveness::new(PING, LOST, true);
        assert_eq!(liveness.check(Moment::from_millis(4_999)), Vital::Fine);
        assert_eq!(liveness.check(Moment::from_millis(5_000)), Vital::Ping);
        assert_eq!(liveness.next(), Some(Moment::from_millis(10_000)));
    }

    #[test]
    fn a_peer_that_never_answered_a_ping_is_not_lost() {
        let mut liveness = Liveness::new(PING, LOST, true);
        liveness.heard(Moment::from_millis(100));
        assert_eq!(liveness.check(Moment::from_millis(60_000)), Vital::Ping);
    }

    #[test]
    fn fifteen_seconds_without_a_byte_after_a_pong_are_lost() {
        let mut liveness = Liveness::new(PING, LOST, true);
        liveness.pong(Moment::from_millis(5_010));
        assert_eq!(liveness.check(Moment::from_millis(20_009)), Vital::Ping);
        assert_eq!(liveness.check(Moment::from_millis(20_010)), Vital::Lost);
    }

    #[test]
    fn any_byte_is_a_sign_of_life() {
        let mut liveness = Liveness::new(PING, LOST, true);
        liveness.pong(Moment::from_millis(5_010));
        liveness.heard(Moment::from_millis(15_000));
        assert_eq!(liveness.check(Moment::from_millis(29_999)), Vital::Ping);
        assert_eq!(liveness.check(Moment::from_millis(30_000)), Vital::Lost);
    }

    #[test]
    fn a_peer_that_must_not_be_pinged_never_is() {
        let mut liveness = Liveness::new(PING, LOST, false);
        assert_eq!(liveness.next(), None);
        assert_eq!(liveness.check(Moment::from_millis(600_000)), Vital::Fine);
    }
}
