//! Two channels on one axis, held back long enough for late audio to find its place.

use crate::moment::Moment;
use std::collections::VecDeque;

/// Frames a second.
pub(super) const RATE: u64 = 8_000;

/// How long a frame can still change: chosen, as far ahead as prompts are sent.
const HOLD: u64 = RATE;

/// Frames handed on at once: chosen, 200 ms.
const BLOCK: usize = 1_600;

/// How far audio may come from its computed place and still follow on what came before: chosen, a little more than a
/// gateway's jitter buffer.
const JITTER: u64 = RATE * 6 / 100;

/// The longest recording, a day: a WAV file ends at 37 hours.
const LONGEST: u64 = RATE * 86_400;

/// Whose audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The left channel.
    Caller,
    /// The right channel.
    Ours,
}

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
    lanes: [Lane; 2],
}

/// One channel.
#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    /// Where its audio ends.
    end: u64,
    /// Its last gap: where, and how long.
    gap: (u64, u64),
}

impl Timeline {
    /// Lays `pcm`, whose first sample belongs at `start`.
    ///
    /// Audio that arrives in a burst after a stall seems to come ahead of time: then the stall was no gap in it, and the
    /// last gap is closed by as much.
    pub(super) fn lay(&mut self, side: Side, start: u64, pcm: &[i16]) {
        let mut lane = self.lanes[side as usize];
        if start > lane.end + JITTER {
            lane.gap = (lane.end, start - lane.end);
            lane.end = start;
        } else if start + JITTER < lane.end {
            let closed = self.close_gap(side, lane, lane.end - start);
            lane.gap.1 -= closed;
            lane.end -= closed;
        }
        self.write(side, lane.end, pcm);
        lane.end += pcm.len() as u64;
        self.lanes[side as usize] = lane;
    }

    /// The recording goes on to `end` at least.
    pub(super) fn end(&mut self, end: u64) {
        if end > self.held_to() {
            self.reach(end.min(LONGEST));
        }
    }

    /// The next frames that can't change any more.
    pub(super) fn poll_block(&mut self) -> Option<Block> {
        let fixed = (self.held.len() as u64).saturating_sub(HOLD) as usize;
        (fixed >= BLOCK).then(|| self.take(BLOCK))
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

    /// Writes what still has a place: not what is handed on already, and nothing beyond a day.
    fn write(&mut self, side: Side, start: u64, pcm: &[i16]) {
        let late = self.base.saturating_sub(start).min(pcm.len() as u64);
        let (start, pcm) = (start + late, &pcm[late as usize..]);
        let end = start + pcm.len() as u64;
        if pcm.is_empty() || end > LONGEST {
            return;
        }
        self.reach(end);
        let offset = (start - self.base) as usize;
        for (frame, &sample) in self.held.range_mut(offset..).zip(pcm) {
            frame[side as usize] = sample;
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

    /// Moves what lies behind the last gap of a channel back by up to `by` frames; by how many.
    fn close_gap(&mut self, side: Side, lane: Lane, by: u64) -> u64 {
        let (from, length) = lane.gap;
        let after = from + length;
        let by = by.min(length);
        if by == 0 || after - by < self.base {
            return 0;
        }
        for position in after..lane.end {
            let sample = self.sample(side, position);
            self.set(side, position - by, sample);
        }
        for position in lane.end - by..lane.end {
            self.set(side, position, 0);
        }
        by
    }

    fn sample(&self, side: Side, position: u64) -> i16 {
        self.held.get((position - self.base) as usize).map_or(0, |frame| frame[side as usize])
    }

    fn set(&mut self, side: Side, position: u64, sample: i16) {
        if let Some(frame) = self.held.get_mut((position - self.base) as usize) {
            frame[side as usize] = sample;
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
            timeline.lay(Side::Caller, frame as u64 * 160 + jitter, &[frame as i16 + 1; 160]);
        }
        let left: Vec<i16> = timeline.take_rest().frames.iter().map(|frame| frame[0]).collect();
        assert_eq!(left, [1, 2, 3, 4, 5].map(|value| [value; 160]).concat());
    }

    #[test]
    fn missing_frames_are_silence() {
        let mut timeline = Timeline::default();
        timeline.lay(Side::Caller, 0, &[1; 160]);
        timeline.lay(Side::Caller, 1_600, &[2; 160]);
        let frames = timeline.take_rest().frames;
        assert_eq!((frames[159][0], frames[160][0], frames[1_599][0], frames[1_600][0]), (1, 0, 0, 2));
    }

    #[test]
    fn a_burst_after_a_stall_fills_the_gap_the_stall_left() {
        let mut timeline = Timeline::default();
        timeline.lay(Side::Caller, 0, &[1; 160]);
        for value in 2..=11 {
            // Ten frames at once, the last of them on time.
            timeline.lay(Side::Caller, 1_600, &[value; 160]);
        }
        timeline.lay(Side::Caller, 1_760, &[12; 160]);
        let left: Vec<i16> = timeline.take_rest().frames.iter().map(|frame| frame[0]).collect();
        let spoken: Vec<i16> = left.iter().copied().filter(|&sample| sample != 0).collect();
        assert_eq!(spoken, (1..=12).flat_map(|value| [value; 160]).collect::<Vec<i16>>());
        let last = left.iter().rposition(|&sample| sample == 12).expect("the last frame");
        assert!(last as u64 <= 1_760 + 160 + JITTER, "{last}");
    }

    #[test]
    fn audio_that_comes_too_late_does_not_move_what_was_written() {
        let mut timeline = Timeline::default();
        timeline.lay(Side::Caller, 0, &[1; 16_000]);
        let mut handed = 0;
        while let Some(block) = timeline.poll_block() {
            assert_eq!(block.at, handed);
            handed += block.frames.len() as u64;
        }
        timeline.lay(Side::Ours, 0, &[2; 8_400]);
        let rest = timeline.take_rest();
        assert_eq!((rest.at, rest.frames[399], rest.frames[400]), (8_000, [1, 2], [1, 0]));
        assert_eq!(rest.frames.len() as u64 + handed, 16_000);
    }
}
