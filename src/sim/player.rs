//! What a player at the far end puts in the caller's ear.

use crate::moment::Moment;
use std::{collections::VecDeque, time::Duration};

/// A stretch of prompts ends when nothing has played for this long (as tools like ours count them; see `hear:N`).
pub const STRETCH_GAP: Duration = Duration::from_millis(400);

/// A jitter-free player: audio is heard at once or behind what is playing.
#[derive(Debug, Default)]
pub struct Player {
    heard: Vec<i16>,
    /// Where in `heard` each stretch of sound without a gap begins, and when.
    runs: Vec<Run>,
    head: Moment,
    /// Something was forgotten: what comes next is no continuation.
    broken: bool,
    marks: VecDeque<(Moment, String)>,
    stretches: u32,
    starved: u32,
}

/// Sound without a gap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// When its first sample was heard.
    pub at: Moment,
    /// Its first sample in [`Player::heard`].
    pub from: usize,
}

impl Player {
    /// Audio arrives, 8 kHz.
    pub fn add(&mut self, pcm: &[i16], now: Moment) {
        if pcm.is_empty() {
            return;
        }
        let first = self.runs.is_empty();
        if first || now > self.head + STRETCH_GAP {
            self.stretches += 1;
        } else if now > self.head + Duration::from_millis(1) && !self.broken {
            self.starved += 1;
        }
        if first || now > self.head || self.broken {
            self.head = self.head.max(now);
            self.runs.push(Run { at: self.head, from: self.heard.len() });
            self.broken = false;
        }
        self.heard.extend_from_slice(pcm);
        self.head += time(pcm.len());
    }

    /// Everything not yet heard is forgotten.
    pub fn clear(&mut self, now: Moment) {
        if self.head <= now {
            return;
        }
        let ahead = ((self.head - now).as_secs_f64() * 8000.0).round() as usize;
        self.heard.truncate(self.heard.len().saturating_sub(ahead));
        while self.runs.last().is_some_and(|run| run.at > now) {
            self.runs.pop();
        }
        self.head = now;
        self.broken = true;
    }

    /// A mark behind everything that has arrived so far.
    pub fn mark(&mut self, name: String, now: Moment) {
        self.marks.push_back((self.head.max(now), name));
    }

    /// Voids pending marks (Asterisk) or gives them all back at once (Twilio).
    pub fn drop_marks(&mut self) -> impl Iterator<Item = String> + '_ {
        self.marks.drain(..).map(|(_, name)| name)
    }

    /// The next mark that has been played by `now`.
    pub fn played(&mut self, now: Moment) -> Option<String> {
        self.marks.front().filter(|(at, _)| *at <= now)?;
        self.marks.pop_front().map(|(_, name)| name)
    }

    /// When the next mark is due.
    pub fn next_mark(&self) -> Option<Moment> {
        self.marks.front().map(|(at, _)| *at)
    }

    /// How many stretches of prompts have ended by `now`.
    pub fn stretches(&self, now: Moment) -> u32 {
        if now > self.head + STRETCH_GAP { self.stretches } else { self.stretches.saturating_sub(1) }
    }

    /// How many stretches of prompts have begun.
    pub fn bursts(&self) -> u32 {
        self.stretches
    }

    /// How often the player ran dry in the middle of a stretch.
    pub fn starved(&self) -> u32 {
        self.starved
    }

    /// Whether something is heard just now.
    pub fn is_playing(&self, now: Moment) -> bool {
        self.head > now
    }

    /// Everything heard, run after run.
    pub fn heard(&self) -> &[i16] {
        &self.heard
    }

    /// Where the runs begin.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Samples of `count` as they were heard from `at` on (an echo's source); silence where nothing was.
    pub fn heard_at(&self, at: Moment, into: &mut [i16]) {
        into.fill(0);
        let wanted = (at.elapsed().as_secs_f64() * 8000.0).round() as i64;
        for (index, run) in self.runs.iter().enumerate().rev() {
            let end = self.runs.get(index + 1).map_or(self.heard.len(), |next| next.from);
            let start = (run.at.elapsed().as_secs_f64() * 8000.0).round() as i64;
            for (offset, to) in into.iter_mut().enumerate() {
                let place = wanted + offset as i64 - start;
                if place >= 0 && run.from + (place as usize) < end {
                    *to = self.heard[run.from + place as usize];
                }
            }
            if start <= wanted {
                return;
            }
        }
    }
}

/// How long so many samples of 8 kHz audio last.
pub fn time(samples: usize) -> Duration {
    Duration::from_nanos(samples as u64 * 125_000)
}
