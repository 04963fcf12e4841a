//! Two channels on one axis, held back long enough for late audio to find its place.

use crate::moment::Moment;
use std::collections::VecDeque;

/// Frames a second.
pub(super) const RATE: u64 = 8_000;

/// How long after its time a frame can still change: chosen, the longest stall of a line that is put right.
const HOLD: u64 = RATE;

/// How far ahead of its time our own audio comes: a second of lead and a chunk (see [`crate::gateway::Capabilities`]),
/// and some room. Where no caller's audio tells the time, this does.
const AHEAD: u64 = RATE * 3 / 2;

/// Frames handed on at once: chosen, 200 ms.
const BLOCK: usize = 1_600;

/// How far audio may come from its computed place and still follow on what came before: chosen, a little more than a
/// gateway's jitter buffer.
const JITTER: u64 = RATE * 6 / 100;

/// The longest recording, a day: a WAV file ends at 37 hours.
const LONGEST: u64 = RATE * 86_400;

/// The caller is left, we are right.
const CALLER: usize = 0;
const OURS: usize = 1;

/// Frames that go to the file at position `at`; what lies between two blocks is silence.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub at: u64,
    pub frames: Vec<[i16; 2]>,
}

/// Where a moment lies, in frames.
pub(super) fn position(at: Moment) -> u64 {
    (at.elapsed().as_micros() as u64 * RATE + 500_000) / 1_000_000
}

/// The part of a recording that can still change.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// Position of the first frame held; everything before it is handed on.
    base: u64,
    held: VecDeque<[i16; 2]>,
    /// The latest time known to have passed.
    now: u64,
    caller: Lane,
    /// Where our audio ends.
    ours: u64,
}

/// The caller's channel.
#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    /// Where its audio ends.
    end: u64,
    /// Its last gap: where, and how long.
    gap: (u64, u64),
}

impl Timeline {
    /// Lays caller audio, whose last sample arrived at `now`.
    ///
    /// Audio that arrives in a burst after a stall seems to come ahead of time: then the stall was no gap in it, and the
    /// last gap is closed by as much.
    pub(super) fn caller(&mut self, pcm: &[i16], now: u64) {
        let start = now.saturating_sub(pcm.len() as u64);
        let mut lane = self.caller;
        if start > lane.end + JITTER {
            lane.gap = (lane.end, start - lane.end);
            lane.end = start;
        } else if start + JITTER < lane.end {
            let closed = self.close_gap(lane, lane.end - start);
            lane.gap.1 -= closed;
            lane.end -= closed;
        }
        self.write(CALLER, lane.end, pcm);
        lane.end += pcm.len() as u64;
        self.caller = lane;
        self.now = self.now.max(now);
    }

    /// Lays our audio, heard from `start` on, which may lie ahead.
    pub(super) fn ours(&mut self, pcm: &[i16], start: u64) {
        let start = start.max(self.ours);
        self.write(OURS, start, pcm);
        self.ours = start + pcm.len() as u64;
    }

    /// What we would have said after `now` was not heard.
    pub(super) fn cleared(&mut self, now: u64) {
        for position in now.max(self.base)..self.ours {
            self.set(OURS, position, 0);
        }
        self.ours = self.ours.min(now);
        self.now = self.now.max(now);
    }

    /// The recording goes on to `end` at least.
    pub(super) fn end(&mut self, end: u64) {
        if end > self.held_to() {
            self.reach(end.min(LONGEST));
        }
    }

    /// The next frames that can't change any more.
    pub(super) fn poll_block(&mut self) -> Option<Block> {
        let now = self.now.max(self.held_to().saturating_sub(AHEAD));
        let fixed = now.saturating_sub(HOLD).min(self.held_to());
        (fixed >= self.base + BLOCK as u64).then(|| self.take(BLOCK))
    }

    /// All that is held.
    pub(super) fn take_rest(&mut self) -> Block {
        self.take(self.held.len())
    }

    fn take(&mut self, frames: usize) -> Block {
        let block = Block { at: self.base, frames: self.held.drain(..frames).collect() };
        self.base += frames as u64;
        block
    }

    /// Writes to one side what still has a place: not what is handed on already, and nothing beyond a day.
    fn write(&mut self, side: usize, start: u64, pcm: &[i16]) {
        let late = self.base.saturating_sub(start).min(pcm.len() as u64);
        let (start, pcm) = (start + late, &pcm[late as usize..]);
        let end = start + pcm.len() as u64;
        if pcm.is_empty() || end > LONGEST {
            return;
        }
        self.reach(end);
        let offset = (start - self.base) as usize;
        for (frame, &sample) in self.held.range_mut(offset..).zip(pcm) {
            frame[side] = sample;
        }
    }

    /// Makes room up to `end`.
    fn reach(&mut self, end: u64) {
        let frames = (end - self.base) as usize;
        if frames > self.held.len() {
            self.held.resize(frames, [0, 0]);
        }
    }

    fn held_to(&self) -> u64 {
        self.base + self.held.len() as u64
    }

    /// Moves what lies behind the caller's last gap back by up to `by` frames; by how many.
    fn close_gap(&mut self, lane: Lane, by: u64) -> u64 {
        let (from, length) = lane.gap;
        let after = from + length;
        let by = by.min(length);
        if by == 0 || after - by < self.base {
            return 0;
        }
        for position in after..lane.end {
            let sample = self.held.get((position - self.base) as usize).map_or(0, |frame| frame[CALLER]);
            self.set(CALLER, position - by, sample);
        }
        for position in lane.end - by..lane.end {
            self.set(CALLER, position, 0);
        }
        by
    }

    fn set(&mut self, side: usize, position: u64, sample: i16) {
        if let Some(frame) = self.held.get_mut((position - self.base) as usize) {
            frame[side] = sample;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_that_come_unevenly_are_laid_end_to_end() {
        let mut timeline = Timeline::default();
        for (frame, jitter) in [0, 200, 50, 400, 0].into_iter().enumerate() {
            timeline.caller(&[frame as i16 + 1; 160], (frame as u64 + 1) * 160 + jitter);
        }
        let left: Vec<i16> = timeline.take_rest().frames.iter().map(|frame| frame[CALLER]).collect();
        assert_eq!(left, [1, 2, 3, 4, 5].map(|value| [value; 160]).concat());
    }

    #[test]
    fn missing_frames_are_silence() {
        let mut timeline = Timeline::default();
        timeline.caller(&[1; 160], 160);
        timeline.caller(&[2; 160], 1_760);
        let frames = timeline.take_rest().frames;
        assert_eq!([159, 160, 1_599, 1_600].map(|at: usize| frames[at][CALLER]), [1, 0, 0, 2]);
    }

    #[test]
    fn a_burst_after_a_stall_fills_the_gap_the_stall_left() {
        let mut timeline = Timeline::default();
        timeline.caller(&[1; 160], 160);
        for value in 2..=11 {
            // Ten frames at once, the last of them on time.
            timeline.caller(&[value; 160], 1_760);
        }
        timeline.caller(&[12; 160], 1_920);
        let left: Vec<i16> = timeline.take_rest().frames.iter().map(|frame| frame[CALLER]).collect();
        let spoken: Vec<i16> = left.iter().copied().filter(|&sample| sample != 0).collect();
        assert_eq!(spoken, (1..=12).flat_map(|value| [value; 160]).collect::<Vec<i16>>());
        let last = left.iter().rposition(|&sample| sample == 12).expect("the last frame");
        assert!(last as u64 <= 1_920 + JITTER, "{last}");
    }

    #[test]
    fn what_was_sent_ahead_and_cleared_was_not_heard() {
        let mut timeline = Timeline::default();
        for chunk in 0..6 {
            timeline.ours(&[3; 1_600], chunk * 1_600);
        }
        timeline.caller(&[1; 160], 4_000);
        timeline.cleared(4_000);
        timeline.ours(&[4; 1_600], 4_500);
        let ours: Vec<i16> = timeline.take_rest().frames.iter().map(|frame| frame[OURS]).collect();
        assert_eq!([3_999, 4_000, 4_499, 4_500, 6_099, 6_100].map(|at: usize| ours[at]), [3, 0, 0, 4, 4, 0]);
    }

    #[test]
    fn nothing_that_can_still_be_cleared_is_handed_on() {
        let mut timeline = Timeline::default();
        for frame in 1..=100 {
            timeline.caller(&[1; 160], frame * 160);
        }
        timeline.ours(&[3; 8_000], 16_000);
        assert_eq!(handed_on(&mut timeline), 8_000);
    }

    #[test]
    fn our_own_audio_passes_the_time_where_the_caller_sends_none() {
        let mut timeline = Timeline::default();
        for chunk in 0..50 {
            timeline.ours(&[3; 1_600], chunk * 1_600);
        }
        assert_eq!(handed_on(&mut timeline), 80_000 - AHEAD - HOLD - (80_000 - AHEAD - HOLD) % BLOCK as u64);
    }

    #[test]
    fn audio_that_comes_too_late_does_not_move_what_was_written() {
        let mut timeline = Timeline::default();
        timeline.caller(&[1; 16_000], 16_000);
        assert_eq!(handed_on(&mut timeline), 8_000);
        timeline.ours(&[2; 8_400], 0);
        let rest = timeline.take_rest();
        assert_eq!((rest.at, rest.frames[399], rest.frames[400]), (8_000, [1, 2], [1, 0]));
        assert_eq!(rest.frames.len(), 8_000);
    }

    /// How many frames come out, one after the other.
    fn handed_on(timeline: &mut Timeline) -> u64 {
        let mut handed = 0;
        while let Some(block) = timeline.poll_block() {
            assert_eq!(block.at, handed);
            handed += block.frames.len() as u64;
        }
        handed
    }
}
