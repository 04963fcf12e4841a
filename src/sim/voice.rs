//! A caller's side of the line: segments turned into 20 ms frames of 8 kHz audio.

use super::{Segment, prompts::Prompts, sound::Sound};
use crate::phone::Digit;
use std::{collections::VecDeque, path::Path, sync::Arc, time::Duration};

/// Samples of a frame: 20 ms at 8 kHz, as G.711 gateways send it.
pub const FRAME: usize = 160;
/// What an idle channel hisses at, dBov (corpus: -70 to -65).
const HISS_DBOV: f32 = -68.0;
/// Silence after each key: chosen, as quick a finger as RFC 4733 digits of 100 ms allow.
pub const AFTER_KEY: Duration = Duration::from_millis(200);

/// A caller's voice.
pub struct Voice {
    ahead: VecDeque<Piece>,
    /// Samples of the piece under way that are out already.
    position: usize,
    random: u64,
    /// How far the prompts have been attended to.
    attended: usize,
    /// What the sound under way remembers.
    state: f32,
}

#[derive(Clone)]
enum Piece {
    Noise { samples: usize, dbov: f32 },
    Sound { sound: Sound, samples: usize, dbov: f32 },
    Zeros { samples: usize },
    Missing { samples: usize },
    Pcm(Arc<[i16]>, f32),
    Key(Digit),
    Hear(u32),
    HearPrompt(String),
    From(String),
    Hangup,
}

/// What happens in the next 20 ms.
#[derive(Debug, PartialEq)]
pub enum Next {
    /// Audio.
    Frame,
    /// No frame: the line is dead for 20 ms.
    Nothing,
    /// A key; ask again for the frame.
    Key(Digit),
    /// The caller hangs up.
    Hangup,
}

impl Voice {
    /// A voice that goes through `segments`, then is silent for ever. `load` reads recordings as 8 kHz audio.
    ///
    /// # Errors
    /// The first error of `load`.
    pub fn new<E>(segments: &[Segment], mut load: impl FnMut(&Path) -> Result<Arc<[i16]>, E>) -> Result<Self, E> {
        let mut ahead = VecDeque::new();
        for segment in segments {
            match segment {
                Segment::Silence(time) => ahead.push_back(Piece::Zeros { samples: samples(*time) }),
                Segment::Hiss(time) => ahead.push_back(Piece::Noise { samples: samples(*time), dbov: HISS_DBOV }),
                Segment::Noise(time, dbov) => ahead.push_back(Piece::Noise { samples: samples(*time), dbov: *dbov }),
                Segment::Sound(sound, time, dbov) => {
                    ahead.push_back(Piece::Sound { sound: *sound, samples: samples(*time), dbov: *dbov });
                }
                Segment::Missing(time) => ahead.push_back(Piece::Missing { samples: samples(*time) }),
                Segment::Wav(path, gain) => ahead.push_back(Piece::Pcm(load(path)?, 10f32.powf(gain / 20.0))),
                Segment::Keys(keys) => ahead.extend(
                    keys.iter().flat_map(|key| [Piece::Key(*key), Piece::Zeros { samples: samples(AFTER_KEY) }]),
                ),
                Segment::Hear(stretches) => ahead.push_back(Piece::Hear(*stretches)),
                Segment::HearPrompt(name) => ahead.push_back(Piece::HearPrompt(name.clone())),
                Segment::From(name) => ahead.push_back(Piece::From(name.clone())),
                Segment::Hangup => ahead.push_back(Piece::Hangup),
            }
        }
        Ok(Self { ahead, position: 0, random: 0x9e37_79b9_7f4a_7c15, attended: 0, state: 0.0 })
    }

    /// Whether everything has been done.
    pub fn is_done(&self) -> bool {
        self.ahead.is_empty()
    }

    /// Fills `frame` with the next 20 ms. `stretches`: how many stretches of prompts have been heard to their end; `prompts`:
    /// which they were, where that is known.
    pub fn next(&mut self, frame: &mut [i16; FRAME], stretches: u32, prompts: &Prompts) -> Next {
        frame.fill(0);
        let mut filled = 0;
        let mut missing = false;
        while filled < FRAME {
            let Some(piece) = self.ahead.front().cloned() else { break };
            match piece {
                Piece::Key(_) | Piece::Hangup if filled > 0 => break,
                Piece::Key(digit) => {
                    self.ahead.pop_front();
                    return Next::Key(digit);
                }
                Piece::Hangup => return Next::Hangup,
                Piece::Hear(wanted) if stretches >= wanted => {
                    self.ahead.pop_front();
                }
                Piece::Hear(_) => break,
                Piece::HearPrompt(name) => match prompts.ended(&name, self.attended) {
                    Some(next) => self.go_on(next),
                    None => break,
                },
                Piece::From(name) => match prompts.begun(&name, self.attended) {
                    Some(next) => self.go_on(next),
                    None => break,
                },
                Piece::Zeros { samples } => filled += self.advance(samples, FRAME - filled),
                Piece::Missing { samples } => {
                    missing = true;
                    filled += self.advance(samples, FRAME - filled);
                }
                Piece::Noise { samples, dbov } => {
                    let count = (samples - self.position).min(FRAME - filled);
                    frame[filled..filled + count].fill_with(|| scaled(self.gaussian(), dbov));
                    filled += self.advance(samples, count);
                }
                Piece::Sound { sound, samples, dbov } => {
                    let from = self.position;
                    let count = (samples - from).min(FRAME - filled);
                    for (n, into) in (from..).zip(&mut frame[filled..filled + count]) {
                        let noise = self.gaussian();
                        *into = scaled(sound.sample(n, noise, &mut self.state), dbov);
                    }
                    filled += self.advance(samples, count);
                }
                Piece::Pcm(pcm, gain) => {
                    let count = (pcm.len() - self.position).min(FRAME - filled);
                    let from = &pcm[self.position..self.position + count];
                    for (to, from) in frame[filled..].iter_mut().zip(from) {
                        *to = (f32::from(*from) * gain) as i16;
                    }
                    filled += self.advance(pcm.len(), count);
                }
            }
        }
        if missing { Next::Nothing } else { Next::Frame }
    }

    /// What was waited for has been heard.
    fn go_on(&mut self, attended: usize) {
        self.attended = attended;
        self.ahead.pop_front();
    }

    /// Moves on by at most `count` samples in a piece of `length`; how many it were.
    fn advance(&mut self, length: usize, count: usize) -> usize {
        let count = count.min(length - self.position);
        self.position += count;
        if self.position == length {
            self.ahead.pop_front();
            self.position = 0;
        }
        count
    }

    /// A sample of noise: the sum of twelve uniform values is Gaussian enough for an ear. Seeded, so that a run repeats.
    fn gaussian(&mut self) -> f32 {
        let mut sum = 0.0;
        for _ in 0..12 {
            self.random ^= self.random << 13;
            self.random ^= self.random >> 7;
            self.random ^= self.random << 17;
            sum += (self.random >> 40) as f32 / (1u64 << 24) as f32;
        }
        sum - 6.0
    }
}

fn scaled(of_one: f32, dbov: f32) -> i16 {
    (of_one * 32768.0 * 10f32.powf(dbov / 20.0)) as i16
}

fn samples(time: Duration) -> usize {
    (time.as_secs_f64() * 8000.0).round() as usize
}
