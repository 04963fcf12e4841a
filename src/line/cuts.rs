//! Cuts in speech: lost packets that left nothing, or were concealed by repeating the last one.
//!
//! Silence suppression also leaves nothing, between talk spurts; there the sound has died away before it stops and
//! begins softly. A lost packet stops a word at full level and goes on at full level.

use super::frame::{FRAME_SAMPLES, Frame};

/// Cuts are at least so long, in samples (8 ms: a packet of 10 ms whose edge is quiet) …
const SHORTEST: u32 = 64;
/// … and at most so long: 200 ms; a longer silence may be a pause.
const LONGEST: u32 = 1_600;
/// The sound on both sides is at most so far under the active level, dB.
const UNDER: f32 = 15.0;

/// Cuts found in a stretch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cuts {
    /// How many.
    pub(super) count: u32,
    /// How many begin or end at full level, but not both.
    pub(super) one_sided: u32,
    /// Time cut out, milliseconds.
    pub(super) lost_ms: u32,
    /// Packets repeated within speech.
    pub(super) repeated: u32,
}

impl Cuts {
    /// Finds the cuts in speech of active level `level`; a frame is speech from the probability `likely` on.
    pub(super) fn find<'a>(frames: impl Iterator<Item = &'a Frame>, likely: u8, level: f32) -> Self {
        let mut search = Search { loud: level - UNDER, likely, ..Search::default() };
        frames.for_each(|frame| search.take(frame));
        search.found
    }
}

#[derive(Default)]
struct Search {
    found: Cuts,
    loud: f32,
    likely: u8,
    /// Samples of dead air so far, and how loud it was before them; `None` before the first sound.
    dead: u32,
    before: Option<f32>,
    spoken: Recent,
}

/// Whether speech was heard in the last 200 ms that were not dead.
#[derive(Default)]
struct Recent(u16);

impl Search {
    fn take(&mut self, frame: &Frame) {
        if frame.is_dead() {
            self.dead += FRAME_SAMPLES as u32;
            return;
        }
        let speech = frame.speech >= self.likely;
        let spoken = self.spoken.0 & 0x3ff != 0;
        self.dead += u32::from(frame.dead_head);
        if self.dead >= SHORTEST {
            // A half whose beginning is dead is quieter than its sound: the louder half tells.
            self.close(loudest(frame), spoken || speech);
        }
        if frame.repeated && spoken && !is_tonal(frame) {
            self.found.repeated += 1;
        }
        self.spoken.0 = self.spoken.0 << 1 | u16::from(speech);
        self.dead = u32::from(frame.dead_tail);
        self.before = Some(loudest(frame));
    }

    fn close(&mut self, after: f32, spoken: bool) {
        let Some(before) = self.before.filter(|_| spoken && self.dead <= LONGEST) else { return };
        match (before > self.loud, after > self.loud) {
            (true, true) => {
                self.found.count += 1;
                self.found.lost_ms += self.dead / 8;
            }
            (false, false) => {}
            _ => self.found.one_sided += 1,
        }
    }
}

fn loudest(frame: &Frame) -> f32 {
    frame.halves.iter().copied().max().unwrap_or_default().dbov()
}

/// A tone whose period fits the packet repeats itself without any loss.
fn is_tonal(frame: &Frame) -> bool {
    frame.spectrum.two > 230 && frame.level() > -60.0
}
