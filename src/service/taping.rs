//! From what a session sends and hears to a recording of what the caller heard.
//!
//! Prompts are sent ahead of playout and may be cleared, so each chunk waits here until it has been played.

use crate::{
    audio::{Clip, SAMPLES_PER_MS, bank::CHUNK},
    moment::Moment,
    records::recording::Recorder,
    session::Sound,
};
use std::{collections::VecDeque, sync::Arc, time::Duration};

const CHUNK_SAMPLES: usize = CHUNK.as_millis() as usize * SAMPLES_PER_MS;

/// One leg's recording.
pub(super) struct Taping {
    recorder: Recorder,
    ahead: VecDeque<Ahead>,
}

/// A chunk that has not been played to its end.
struct Ahead {
    clip: Arc<Clip>,
    chunk: usize,
    at: Moment,
}

impl Taping {
    pub(super) fn new(recorder: Recorder) -> Self {
        Self { recorder, ahead: VecDeque::new() }
    }

    /// Takes what the session hands out.
    pub(super) fn keep(&mut self, sound: Sound) {
        match sound {
            Sound::Caller(pcm, now) => self.recorder.caller(&pcm, now),
            Sound::Ours(clip, chunk, at) => self.ahead.push_back(Ahead { clip, chunk, at }),
            Sound::Cleared(at) => self.clear(at),
        }
    }

    /// Writes what has been played by now.
    pub(super) fn advance(&mut self, now: Moment) {
        while let Some(played) = self.ahead.pop_front_if(|ahead| ahead.at + CHUNK <= now) {
            self.lay(&played, CHUNK);
        }
    }

    /// Closes the file.
    pub(super) fn finish(mut self, now: Moment) {
        self.clear(now);
        self.recorder.finish(now);
    }

    /// What would have been heard after `at` was not.
    fn clear(&mut self, at: Moment) {
        self.advance(at);
        for cut in std::mem::take(&mut self.ahead) {
            self.lay(&cut, at.since(cut.at));
        }
    }

    /// Lays the beginning of a chunk.
    fn lay(&mut self, ahead: &Ahead, heard: Duration) {
        let mut pcm = [0; CHUNK_SAMPLES];
        let samples = ahead.clip.pcm_8k(ahead.chunk * CHUNK_SAMPLES, &mut pcm);
        let heard = heard.as_millis() as usize * SAMPLES_PER_MS;
        let heard = samples.min(heard);
        if heard > 0 {
            self.recorder.ours(&pcm[..heard], ahead.at);
        }
    }
}
