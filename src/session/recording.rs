//! Sound on its way to a recording; nothing is kept, and nothing allocated, where calls are not recorded.

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

/// Collects what a script's calls are recorded from.
#[derive(Debug)]
pub(super) struct Recorder {
    on: bool,
    kept: VecDeque<Sound>,
}

impl Recorder {
    pub fn new(on: bool) -> Self {
        Self { on, kept: VecDeque::new() }
    }

    pub fn take(&mut self) -> impl Iterator<Item = Sound> + '_ {
        self.kept.drain(..)
    }
}

impl Tape for Recorder {
    fn keep(&mut self, track: Track<'_>, now: Moment) {
        if !self.on {
            return;
        }
        self.kept.push_back(match track {
            Track::Caller(pcm) => Sound::Caller(pcm.to_vec(), now),
            Track::Ours(sent) => Sound::Ours(sent.clip.clone(), sent.chunk, sent.at),
            Track::Cleared => Sound::Cleared(now),
        });
    }
}
