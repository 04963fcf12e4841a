//! The last ten seconds of a line, frame by frame.

use super::frame::{FRAME, FRAME_MS, Frame};
use crate::moment::Moment;

/// Frames remembered: 10.24 s, so that any five seconds can be judged for five seconds more.
const KEPT: usize = 512;
/// How far back a late packet may close its gap: one second.
const LATE: usize = 50;

/// A ring of [`Frame`]s, each at its place on the call's axis.
pub(super) struct History {
    begun: Moment,
    ring: Box<[Frame; KEPT]>,
    /// Frames ever laid: the number of the next one.
    next: u64,
    /// Frames before this one are forgotten, however long the ring.
    forgotten: u64,
}

impl History {
    pub(super) fn new() -> Self {
        Self { begun: Moment::ZERO, ring: Box::new([Frame::default(); KEPT]), next: 0, forgotten: 0 }
    }

    /// The first frame begins at `begun`.
    pub(super) fn begin(&mut self, begun: Moment) {
        self.begun = begun;
    }

    /// The number of the next frame.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// When frame number `frame` begins.
    pub(super) fn moment(&self, frame: u64) -> Moment {
        self.begun + FRAME * frame as u32
    }

    pub(super) fn push(&mut self, frame: Frame) {
        self.ring[self.next as usize % KEPT] = frame;
        self.next += 1;
    }

    /// The frame of this number; `None` where it is forgotten or has not been.
    pub(super) fn frame(&self, number: u64) -> Option<&Frame> {
        let kept = (self.oldest()..self.next).contains(&number);
        kept.then(|| &self.ring[number as usize % KEPT])
    }

    /// Changes what is known of a frame.
    pub(super) fn amend(&mut self, number: u64, change: impl FnOnce(&mut Frame)) {
        if (self.oldest()..self.next).contains(&number) {
            change(&mut self.ring[number as usize % KEPT]);
        }
    }

    /// The number of the first frame remembered.
    pub(super) fn oldest(&self) -> u64 {
        self.next.saturating_sub(KEPT as u64).max(self.forgotten)
    }

    /// Numbers of the remembered frames that lie within `from..=to`.
    pub(super) fn span(&self, from: Moment, to: Moment) -> std::ops::Range<u64> {
        let number = |moment: Moment| moment.since(self.begun).as_millis() as u64 / FRAME_MS;
        let first = number(from).clamp(self.oldest(), self.next);
        first..number(to).clamp(first, self.next)
    }

    /// The last `count` frames, oldest first.
    pub(super) fn last(&self, count: u64) -> impl DoubleEndedIterator<Item = &Frame> {
        (self.next.saturating_sub(count)..self.next).filter_map(|number| self.frame(number))
    }

    /// Takes up to `frames` missing frames out of the last second, and says how many.
    pub(super) fn close_gap(&mut self, frames: usize) -> usize {
        let from = self.next.saturating_sub(LATE as u64).max(self.oldest());
        self.forgotten = self.oldest();
        let mut kept = from;
        let mut closed = 0;
        for number in from..self.next {
            let frame = self.ring[number as usize % KEPT];
            if frame.missing && closed < frames {
                closed += 1;
                continue;
            }
            self.ring[kept as usize % KEPT] = frame;
            kept += 1;
        }
        self.next = kept;
        closed
    }
}
