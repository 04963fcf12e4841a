//! What the caller's ear is being given: sending ahead, marks, the playback clock, and clearing it all.
//!
//! Audio goes out about a second ahead of what is heard ([`Capabilities::lead`]), so that a busy machine starves nobody
//! and a clear forgets little. A mark stands at the end of each prompt; a gateway's report corrects the computed
//! clock, and a report that never comes is replaced by it a second later.

use crate::{
    audio::{Clip, Codec, bank::CHUNK},
    gateway::{Capabilities, Command, Dialect, MarkId, Wire},
    moment::Moment,
};
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// A mark overdue by this much counts as arrived at its computed time (contract.md, Time).
const OVERDUE: Duration = Duration::from_secs(1);
/// How long a gateway may hold us: Asterisk's whole queue of 1000 frames.
const LONGEST_HOLD: Duration = Duration::from_secs(20);
/// Sending resumes when this many chunks fit into the lead. Chosen: two, so that a second of prompt is five chunks
/// in two or three writes.
const REFILL: u32 = 2;

/// A leg's playout.
#[derive(Debug)]
pub struct Playout {
    lead: Duration,
    codec: Codec,
    generation: u32,
    last_mark: u32,
    current: Option<Utterance>,
    /// When all that was sent will have been heard, by our clock.
    head: Moment,
    pending: VecDeque<Pending>,
    /// Sending is held until then, or until the gateway says so.
    hold: Option<Moment>,
    /// Marks that were replaced by the computed clock.
    pub overdue: u32,
}

#[derive(Debug)]
struct Utterance {
    number: u32,
    clips: Vec<Arc<Clip>>,
    clip: usize,
    chunk: usize,
}

#[derive(Debug)]
struct Pending {
    mark: MarkId,
    end: End,
    computed: Moment,
    /// Reported before it could have been heard: no gateway plays faster than time, so the computed time stands.
    early: bool,
}

/// The end of one prompt of an utterance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The number given to [`Playout::say`].
    pub utterance: u32,
    /// Which of its prompts.
    pub index: usize,
}

/// A prompt was heard to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Which.
    pub end: End,
    /// When.
    pub at: Moment,
}

/// What left for the caller's ear, for a recorder or an echo's reference.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The recording.
    pub clip: Arc<Clip>,
    /// Which [`CHUNK`] of it.
    pub chunk: usize,
    /// When its first sample is heard, by our clock.
    pub at: Moment,
}

impl Playout {
    /// A playout for a gateway of these capabilities.
    pub fn new(capabilities: Capabilities, codec: Codec) -> Self {
        Self {
            lead: capabilities.lead,
            codec,
            generation: 0,
            last_mark: 0,
            current: None,
            head: Moment::ZERO,
            pending: VecDeque::new(),
            hold: None,
            overdue: 0,
        }
    }

    /// Plays `clips` after what is playing; at least one.
    pub fn say(&mut self, number: u32, clips: Vec<Arc<Clip>>) {
        self.current = Some(Utterance { number, clips, clip: 0, chunk: 0 });
    }

    /// Forgets everything not yet heard; marks of before are void from here on.
    pub fn clear(&mut self, dialect: &mut dyn Dialect, wire: &mut Vec<Wire>, now: Moment) {
        self.current = None;
        self.pending.clear();
        self.generation += 1;
        self.head = now;
        dialect.encode(Command::Clear, wire);
    }

    /// The gateway asks us to stop sending, or to go on. A gateway that never takes it back does not stop us for ever.
    pub fn hold(&mut self, hold: bool, now: Moment) {
        self.hold = hold.then_some(now + LONGEST_HOLD);
    }

    /// Whether anything is being played or waits to be.
    pub fn is_busy(&self) -> bool {
        self.current.is_some() || !self.pending.is_empty()
    }

    /// Sends what the lead allows; `sent` is told of each chunk.
    pub fn pump(&mut self, dialect: &mut dyn Dialect, wire: &mut Vec<Wire>, now: Moment, mut sent: impl FnMut(Sent)) {
        if self.due_to_send().is_none_or(|due| due > now) {
            return;
        }
        while let Some(mut utterance) = self.current.take() {
            if self.hold.is_some_and(|until| until > now) || self.head.since(now) >= self.lead {
                self.current = Some(utterance);
                return;
            }
            self.head = self.head.max(now);
            if utterance.clip == 0 && utterance.chunk == 0 {
                dialect.encode(Command::BeginUtterance, wire);
            }
            if self.send_chunk(&mut utterance, dialect, wire, &mut sent) {
                self.current = Some(utterance);
            }
        }
    }

    /// Sends one chunk and the mark behind a clip's last; `false` when the utterance is out.
    fn send_chunk(
        &mut self,
        utterance: &mut Utterance,
        dialect: &mut dyn Dialect,
        wire: &mut Vec<Wire>,
        sent: &mut impl FnMut(Sent),
    ) -> bool {
        let Some(clip) = utterance.clips.get(utterance.clip) else { return false };
        if utterance.chunk < clip.chunks() {
            let chunk = clip.chunk(self.codec, utterance.chunk);
            dialect.encode(Command::Audio(chunk), wire);
            sent(Sent { clip: clip.clone(), chunk: utterance.chunk, at: self.head });
            self.head += chunk.duration;
            utterance.chunk += 1;
        }
        if utterance.chunk < clip.chunks() {
            return true;
        }
        let last = utterance.clip + 1 == utterance.clips.len();
        self.last_mark += 1;
        let mark = MarkId { generation: self.generation, number: self.last_mark };
        dialect.encode(if last { Command::EndUtterance(mark) } else { Command::Mark(mark) }, wire);
        let end = End { utterance: utterance.number, index: utterance.clip };
        self.pending.push_back(Pending { mark, end, computed: self.head, early: false });
        utterance.clip += 1;
        utterance.chunk = 0;
        !last
    }

    /// The gateway reports a mark. Strangers, those of an older generation and those that came before are ignored.
    pub fn on_mark(&mut self, mark: MarkId, now: Moment, heard: &mut VecDeque<Heard>) {
        let Some(place) = self.pending.iter().position(|pending| pending.mark == mark) else { return };
        if now < self.pending[place].computed {
            self.pending[place].early = true;
            return;
        }
        let late = now.since(self.pending[place].computed);
        for pending in self.pending.drain(..=place) {
            heard.push_back(Heard { end: pending.end, at: if pending.mark == mark { now } else { pending.computed } });
        }
        // Whatever held this one up holds up all that follows.
        self.head += late;
        self.pending.iter_mut().for_each(|pending| pending.computed += late);
    }

    /// Takes marks as arrived whose time has passed without a report.
    pub fn on_timeout(&mut self, now: Moment, heard: &mut VecDeque<Heard>) {
        while let Some(first) = self.pending.front().filter(|first| first.resolved_at() <= now) {
            self.overdue += u32::from(!first.early);
            heard.push_back(Heard { end: first.end, at: first.computed });
            self.pending.pop_front();
        }
    }

    /// When this wants to be woken.
    pub fn poll_timeout(&self) -> Option<Moment> {
        let mark = self.pending.front().map(Pending::resolved_at);
        [mark, self.due_to_send()].into_iter().flatten().min()
    }

    fn due_to_send(&self) -> Option<Moment> {
        self.current.as_ref()?;
        let low = self.head.back(self.lead.saturating_sub(CHUNK * REFILL));
        Some(self.hold.map_or(low, |until| low.max(until)))
    }
}

impl Pending {
    fn resolved_at(&self) -> Moment {
        if self.early { self.computed } else { self.computed + OVERDUE }
    }
}
