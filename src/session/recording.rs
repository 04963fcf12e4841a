//! Sound on its way to a recording or a message; nothing is kept, and nothing allocated, where there is neither.

use crate::{
    audio::Clip,
    leg::{Tape, Track},
    moment::Moment,
};
use std::{collections::VecDeque, sync::Arc};

/// Sound to keep.
#[derive(Clone, Debug)]
pub enum Sound {
    /// 8 kHz caller audio whose last sample arrived at this moment.
    Caller(Vec<i16>, Moment),
    /// One chunk (see [`crate::audio::bank::CHUNK`]) of a recording, heard by the caller from this moment on.
    Ours(Arc<Clip>, usize, Moment),
    /// What would have been heard after this moment was not.
    Cleared(Moment),
}

/// Collects what calls and messages are recorded from.
#[derive(Debug)]
pub(super) struct Recorder {
    on: bool,
    /// A message is taken: the caller's side is kept, whatever else is.
    message: bool,
    kept: VecDeque<Sound>,
}

impl Recorder {
    pub fn new(on: bool) -> Self {
        Self { on, message: false, kept: VecDeque::new() }
    }

    /// Whether a message is taken from now on.
    pub fn message(&mut self, taken: bool) {
        self.message = taken;
    }

    pub fn take(&mut self) -> impl Iterator<Item = Sound> + '_ {
        self.kept.drain(..)
    }
}

impl Tape for Recorder {
    fn keep(&mut self, track: Track<'_>, now: Moment) {
        let kept = self.on || (self.message && matches!(track, Track::Caller(_)));
        if !kept {
            return;
        }
        self.kept.push_back(match track {
            Track::Caller(pcm) => Sound::Caller(pcm.to_vec(), now),
            Track::Ours(sent) => Sound::Ours(sent.clip.clone(), sent.chunk, sent.at),
            Track::Cleared => Sound::Cleared(now),
        });
    }
}
