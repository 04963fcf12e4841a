//! One timeline of a caller's audio and of the time without it.
//!
//! Audio comes in pieces of any length; it is cut into frames laid end to end. A piece that comes later than the
//! jitter allowance leaves a gap of missing frames. Where the missing audio arrives after all, faster than it was
//! spoken, it closes the gap again; audio that would run further ahead of the clock is dropped and counted.

use super::frame::{FRAME, FRAME_SAMPLES};
use crate::{audio::SAMPLES_PER_MS, moment::Moment};
use std::time::Duration;

/// Audio that comes so late after the audio before it leaves a gap. Chosen: hardly less than one packet, so that each lost
/// one shows (on Asterisk it is a frame that never comes); what was only late closes its gap as soon as it catches up.
const LATE: Duration = Duration::from_millis(18);
/// How long nothing may come at all before the time counts as missing: chosen, three packets of 20 ms; an RFC 4733 digit
/// makes a gap of about 120 ms.
const JITTER: Duration = Duration::from_millis(60);
/// How far audio may run ahead of the clock: chosen, a sender's jitter buffer.
const LEAD: Duration = Duration::from_millis(250);

/// Where the timeline lays its frames.
pub(super) trait Frames {
    /// The next 20 ms were heard.
    fn heard(&mut self, pcm: &[i16; FRAME_SAMPLES]);
    /// The next 20 ms are missing.
    fn missing(&mut self);
    /// Up to `frames` missing frames of the last second were only late: takes them out, and says how many.
    fn close_gap(&mut self, frames: usize) -> usize;
}

/// Lays one caller's audio end to end.
pub(super) struct Timeline {
    begun: Option<Moment>,
    pending: [i16; FRAME_SAMPLES],
    filled: usize,
    frames: u64,
    dropped: Duration,
}

impl Timeline {
    pub(super) fn new() -> Self {
        Self { begun: None, pending: [0; FRAME_SAMPLES], filled: 0, frames: 0, dropped: Duration::ZERO }
    }

    /// When the first frame began; [`Moment::ZERO`] before there was any.
    pub(super) fn begun(&self) -> Moment {
        self.begun.unwrap_or(Moment::ZERO)
    }

    /// The timeline begins at `at`, unless it has begun.
    pub(super) fn begin(&mut self, at: Moment) {
        self.begun.get_or_insert(at);
    }

    /// Audio that came too fast to have been spoken.
    pub(super) fn dropped(&self) -> Duration {
        self.dropped
    }

    /// Audio whose last sample arrived at `now`.
    pub(super) fn hear(&mut self, pcm: &[i16], now: Moment, frames: &mut impl Frames) {
        let length = duration_of(pcm.len());
        self.begun.get_or_insert(now.back(length));
        let end = self.end() + length;
        let pcm = if end > now {
            self.catch_up(pcm, end.since(now), frames)
        } else {
            self.miss(now.since(end), LATE, frames);
            pcm
        };
        self.lay(pcm, frames);
    }

    /// Time has passed: what is missing up to `now` becomes a gap.
    pub(super) fn advance(&mut self, now: Moment, frames: &mut impl Frames) {
        self.begun.get_or_insert(now);
        // A packet's own length on top of the jitter: its audio cannot be here before it is over.
        let late = now.since(self.end()).saturating_sub(JITTER);
        self.miss(late, FRAME, frames);
    }

    fn end(&self) -> Moment {
        self.begun() + FRAME * self.frames as u32 + duration_of(self.filled)
    }

    /// Audio that is `ahead` of the clock closes the gaps it left, and is cut where it still leads by too much.
    fn catch_up<'a>(&mut self, pcm: &'a [i16], ahead: Duration, frames: &mut impl Frames) -> &'a [i16] {
        let closed = frames.close_gap((ahead.as_millis() / FRAME.as_millis()) as usize);
        self.frames = self.frames.saturating_sub(closed as u64);
        let excess = ahead.saturating_sub(FRAME * closed as u32).saturating_sub(LEAD);
        let cut = (excess.as_millis() as usize * SAMPLES_PER_MS).min(pcm.len());
        self.dropped += duration_of(cut);
        pcm.get(cut..).unwrap_or_default()
    }

    fn miss(&mut self, late: Duration, allowed: Duration, frames: &mut impl Frames) {
        if late <= allowed {
            return;
        }
        let mut missing = late;
        if self.filled > 0 {
            missing = missing.saturating_sub(duration_of(FRAME_SAMPLES - self.filled));
            self.pending[self.filled..].fill(0);
            self.flush(frames);
        }
        for _ in 0..missing.as_millis() / FRAME.as_millis() {
            self.frames += 1;
            frames.missing();
        }
    }

    fn lay(&mut self, mut pcm: &[i16], frames: &mut impl Frames) {
        while !pcm.is_empty() {
            let (now, later) = pcm.split_at(pcm.len().min(FRAME_SAMPLES - self.filled));
            self.pending[self.filled..self.filled + now.len()].copy_from_slice(now);
            self.filled += now.len();
            if self.filled == FRAME_SAMPLES {
                self.flush(frames);
            }
            pcm = later;
        }
    }

    fn flush(&mut self, frames: &mut impl Frames) {
        self.filled = 0;
        self.frames += 1;
        frames.heard(&self.pending);
    }
}

fn duration_of(samples: usize) -> Duration {
    Duration::from_micros(samples as u64 * 1000 / SAMPLES_PER_MS as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Tape(String);

    impl Frames for Tape {
        fn heard(&mut self, pcm: &[i16; FRAME_SAMPLES]) {
            self.0.push(char::from(b'a' + pcm[0] as u8));
        }
        fn missing(&mut self) {
            self.0.push('-');
        }
        fn close_gap(&mut self, frames: usize) -> usize {
            let gaps = self.0.matches('-').count().min(frames);
            self.0 = self.0.replacen('-', "", gaps);
            gaps
        }
    }

    fn packet(letter: u8) -> [i16; FRAME_SAMPLES] {
        [i16::from(letter - b'a'); FRAME_SAMPLES]
    }

    fn laid(arrivals: &[(u8, u64)]) -> (Timeline, Tape) {
        let (mut timeline, mut tape) = (Timeline::new(), Tape::default());
        for (letter, at) in arrivals {
            timeline.hear(&packet(*letter), Moment::from_millis(*at), &mut tape);
        }
        (timeline, tape)
    }

    #[test]
    fn packets_in_time_are_laid_end_to_end() {
        assert_eq!(laid(&[(b'a', 100), (b'b', 125), (b'c', 139)]).1.0, "abc");
    }

    #[test]
    fn packets_that_never_came_leave_a_gap_as_long() {
        assert_eq!(laid(&[(b'a', 100), (b'b', 240)]).1.0, "a------b");
    }

    #[test]
    fn each_lost_packet_leaves_a_gap() {
        assert_eq!(laid(&[(b'a', 100), (b'b', 140), (b'c', 160), (b'd', 203)]).1.0, "a-bc-d");
    }

    #[test]
    fn jitter_is_no_gap() {
        assert_eq!(laid(&[(b'a', 100), (b'b', 175), (b'c', 176), (b'd', 177), (b'e', 180)]).1.0, "abcde");
    }

    #[test]
    fn a_stall_whose_audio_arrives_after_all_is_no_gap() {
        let late: Vec<(u8, u64)> = (b'b'..=b'k').map(|letter| (letter, 300)).collect();
        let arrivals = [&[(b'a', 100)][..], &late].concat();
        assert_eq!(laid(&arrivals).1.0, "abcdefghijk");
    }

    #[test]
    fn audio_faster_than_the_clock_is_dropped_beyond_the_lead() {
        let flood: Vec<(u8, u64)> = (0..100).map(|_| (b'a', 100)).collect();
        let (timeline, tape) = laid(&flood);
        assert!(tape.0.len() <= 14, "{} frames laid", tape.0.len());
        assert!(timeline.dropped() > Duration::from_millis(1_700));
    }

    #[test]
    fn time_without_media_is_missing_up_to_the_jitter() {
        let (mut timeline, mut tape) = laid(&[(b'a', 100)]);
        timeline.advance(Moment::from_millis(1_160), &mut tape);
        assert_eq!(tape.0.len(), 51);
    }

    #[test]
    fn pieces_of_any_length_make_whole_frames() {
        let (mut timeline, mut tape) = (Timeline::new(), Tape::default());
        timeline.hear(&[0; 250], Moment::from_millis(100), &mut tape);
        timeline.hear(&[0; 71], Moment::from_millis(109), &mut tape);
        assert_eq!(tape.0, "aa");
    }
}
