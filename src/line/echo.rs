//! Echo of our own prompt: what comes in is compared with what may come back of what was played.
//!
//! Hybrids and hands-free telephones send 0.4 % to a quarter of our voice's power back (-6 to -40 dB), 20-400 ms late, in
//! a room for longer. For every delay and band the loss is learnt: whenever less comes in than the loss believed would
//! let through, it must be greater, whoever speaks besides. So a path is believed to be as loud as it can be until it
//! was heard to be quieter: at the first words of a prompt, in doubt, a sound as loud as ours is ours; half a second
//! later no more than truly comes back is taken for echo, and on a line without echo nothing is. What exceeds in its
//! bands what all delays together let expect is the caller.

use super::frame::FRAME;
use crate::audio::spectrum::{BANDS, Bands};
use std::{sync::LazyLock, time::Duration};

/// Delays that are followed, in frames: 0-480 ms.
const DELAYS: usize = 25;
/// Frames of what was played that are kept: two seconds sent ahead and the half second behind.
const KEPT: usize = 128;
/// What was played must have been so loud to teach anything, in a band.
const PLAYED: i16 = dbov(-60);
/// Quieter echo than this, in a band, tells nothing about the loss: the steps of G.711 and comfort noise hide it.
const HIDDEN: i16 = dbov(-66);
/// A loss believed comes by two to this power nearer to a greater one that was heard, an eighth: the frames of both sides
/// lie up to 10 ms apart, and one of them may be misleading.
const LEARNT: u32 = 3;
/// Every frame that does not show it greater, it is believed to be smaller by this: 0.08 dB, 4 dB a second, so that a
/// telephone that is switched to its loudspeaker is noticed within a prompt.
const DOUBTED: i16 = DB * 8 / 100;
/// What is expected may be louder by this: a room adds its own, 6 dB.
const MARGIN: i16 = 6 * DB;
/// Steady noise is followed where a fifth of its frames is quieter: it is believed quieter by a quarter of a decibel for
/// each frame that is, louder by a sixteenth (3 dB a second) for each that is not …
const QUIETER: i16 = DB / 4;
const LOUDER: i16 = DB / 16;
/// … and may exceed that by this: a band of noise is ten decibels louder than its quietest fifth now and then.
const NOISE_MARGIN: i16 = 10 * DB;
/// The caller's own bands hold at least this share of the power.
const OWN: f32 = 0.5;

/// A decibel in the units of [`Levels`].
const DB: i16 = 128;
/// Bands, made up to what a processor adds at once.
const LANES: usize = 16;
/// Levels of bands over -120 dBov, and losses, so that a hundredth of a decibel counts.
type Levels = [i16; LANES];

/// Compares one line with what was played on it.
pub(super) struct Echo {
    played: [Bands; KEPT],
    /// The frame after the last that was played.
    end: u64,
    /// The last three frames that came in, the newest first.
    heard: [Levels; 3],
    /// By delay.
    loss: [Levels; DELAYS],
    /// The line's steady noise; `None` before anything was heard.
    noise: Option<Levels>,
}

/// What a frame holds besides what was to be expected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compared {
    /// It is what was played, and nothing else.
    pub(super) echo: bool,
    /// It is no more than the line's steady noise.
    pub(super) noise: bool,
    /// It is more than what was played and the line's steady noise together.
    pub(super) own: bool,
}

impl Compared {
    /// Nothing was played that it could be compared with.
    pub(super) const ALONE: Self = Self { echo: false, noise: false, own: true };
}

impl Echo {
    pub(super) fn new() -> Self {
        Self { played: [[0; BANDS]; KEPT], end: 0, heard: [[0; LANES]; 3], loss: [[0; LANES]; DELAYS], noise: None }
    }

    /// Frames of these bands are played from `since` on, counted from the beginning of the timeline.
    pub(super) fn play(&mut self, frames: &[Bands], since: Duration) {
        let first = (since + FRAME / 2).as_millis() as u64 / FRAME.as_millis() as u64;
        // Between two prompts nothing was played.
        for quiet in self.end.max(first.saturating_sub(KEPT as u64))..first {
            self.played[quiet as usize % KEPT] = [0; BANDS];
        }
        for (number, frame) in (first..).zip(frames) {
            self.played[number as usize % KEPT] = *frame;
        }
        self.end = first + frames.len() as u64;
    }

    /// Frame `number` came in with these bands; what it holds says [`Echo::compare`].
    pub(super) fn hear(&mut self, number: u64, bands: Bands) {
        self.heard = [levels(&bands), self.heard[0], self.heard[1]];
        self.follow_noise();
        if self.may_come_back(number) {
            self.learn(number.saturating_sub(1));
        }
    }

    /// Whether something was played of which frame `number` may be the echo.
    pub(super) fn may_come_back(&self, number: u64) -> bool {
        number < self.end + DELAYS as u64
    }

    /// What the newest frame, `number`, holds.
    pub(super) fn compare(&self, number: u64) -> Compared {
        if !self.may_come_back(number) {
            return Compared::ALONE;
        }
        let near = &self.heard[0];
        let echo = self.expected(number).map(|level| level + MARGIN);
        let noise = self.noise.unwrap_or_default().map(|level| level + NOISE_MARGIN);
        let powers = std::array::from_fn(|band| POWERS[usize::from((near[band] / (DB / 2)) as u8)]);
        let holds_more = |than: &dyn Fn(usize) -> i16| holds_more(near, &powers, than);
        Compared {
            echo: !holds_more(&|band| echo[band]),
            noise: !holds_more(&|band| noise[band]),
            own: holds_more(&|band| echo[band].max(noise[band])),
        }
    }

    fn follow_noise(&mut self) {
        let heard = self.heard[0];
        for (noise, heard) in self.noise.get_or_insert(heard).iter_mut().zip(heard) {
            let over = heard - *noise;
            *noise += if over > 0 { LOUDER.min(over) } else { over.max(-QUIETER).min(over >> LEARNT) };
        }
    }

    /// Frame `number`, one before the newest, against what was played at every delay: no louder than its neighbours,
    /// since an echo need not come back in whole frames.
    fn learn(&mut self, number: u64) {
        let [a, b, c] = &self.heard;
        let near: Levels = std::array::from_fn(|band| a[band].max(b[band]).max(c[band]).max(HIDDEN));
        for delay in 0..DELAYS {
            let far = levels(self.far_at(number, delay));
            approach(&mut self.loss[delay], &far, &near);
        }
    }

    /// The loudest echo that may come in with frame `number`.
    fn expected(&self, number: u64) -> Levels {
        let mut expected: Levels = [0; LANES];
        for delay in 0..DELAYS {
            let (far, loss) = (levels(self.far_at(number, delay)), &self.loss[delay]);
            for band in 0..LANES {
                expected[band] = expected[band].max(far[band] - loss[band]);
            }
        }
        expected
    }

    fn far_at(&self, number: u64, delay: usize) -> &Bands {
        const NOTHING: Bands = [0; BANDS];
        match number.checked_sub(delay as u64) {
            Some(at) if at < self.end && at + KEPT as u64 >= self.end => &self.played[at as usize % KEPT],
            _ => &NOTHING,
        }
    }
}

/// Powers of the levels that [`Bands`] can hold, -120 dBov = 1.
static POWERS: LazyLock<[f32; 256]> = LazyLock::new(|| std::array::from_fn(|code| 10f32.powf(code as f32 / 20.0)));

/// Brings a path's losses nearer to what these levels show. Every band takes the same way and only what counts is added:
/// the compiler makes vector code of it.
fn approach(loss: &mut Levels, far: &Levels, near: &Levels) {
    for band in 0..LANES {
        let over = far[band] - near[band] - loss[band];
        let change = if over > 0 { over >> LEARNT } else { -DOUBTED };
        let taught = -i16::from(far[band] > PLAYED);
        loss[band] += change.max(-loss[band]) & taught;
    }
}

/// Whether a good part of the power lies in bands that are louder `than` expected.
fn holds_more(near: &Levels, powers: &[f32; BANDS], than: &dyn Fn(usize) -> i16) -> bool {
    let all: f32 = powers.iter().sum();
    let own: f32 = (0..BANDS).filter(|band| near[*band] > than(*band)).map(|band| powers[band]).sum();
    own >= OWN * all
}

/// A loop, since the compiler makes vector code of it and not of a map.
fn levels(bands: &Bands) -> Levels {
    let (mut codes, mut levels) = ([0; LANES], [0; LANES]);
    codes[..BANDS].copy_from_slice(bands);
    for (level, code) in levels.iter_mut().zip(codes) {
        *level = i16::from(code) * (DB / 2);
    }
    levels
}

const fn dbov(level: i16) -> i16 {
    (level + 120) * DB
}

#[cfg(test)]
mod tests {
    use crate::{
        audio::{Bank, source, spectrum::course},
        line::{LineEvent, Listener},
        moment::Moment,
    };

    const MS: usize = 8;
    const FRAME: usize = 160;

    /// One of our own recordings, from its first word on.
    fn voice(locale: &str, prompt: &str) -> Vec<i16> {
        let bank = Bank::load(source::embedded().filter(|source| source.prompt == prompt)).expect("our own recordings");
        let clip = bank.clip(locale, prompt).expect("a recording");
        let mut pcm = vec![0; clip.samples()];
        clip.pcm_8k(0, &mut pcm);
        pcm.into_iter().skip_while(|sample| sample.abs() < 500).collect()
    }

    /// When somebody was said to speak while `far` was played and came back `loss` dB quieter, `delay` ms later.
    fn stops(far: &[i16], near: &[i16], loss: f32, delay: usize) -> Vec<u64> {
        let mut listener = Listener::new();
        listener.played(&course(far), Moment::ZERO);
        let gain = 10f32.powf(-loss / 20.0);
        let back =
            |n: usize| n.checked_sub(delay * MS).and_then(|n| far.get(n)).map_or(0.0, |far| f32::from(*far) * gain);
        let line: Vec<i16> = (0..far.len() + 500 * MS)
            .map(|n| (f32::from(near.get(n).copied().unwrap_or_default()) + back(n)) as i16)
            .collect();
        let mut stops = Vec::new();
        for (number, frame) in (1..).zip(line.chunks(FRAME)) {
            let now = Moment::from_millis(number * 20);
            listener.hear(frame, now);
            while let Some(event) = listener.poll_event() {
                if matches!(event, LineEvent::SpeechStarted { .. }) {
                    stops.push(now.as_millis());
                }
            }
        }
        stops
    }

    /// Two seconds: what is told ahead at once is no more.
    fn prompt() -> Vec<i16> {
        let mut pcm = voice("zh-CN", "silent_reprompt");
        pcm.truncate(2_000 * MS);
        pcm
    }

    #[test]
    fn our_own_voice_is_no_caller_from_the_first_word_on() {
        let far = prompt();
        for (loss, delay) in [(6.0, 60), (6.0, 250), (12.0, 20), (12.0, 400), (20.0, 130), (30.0, 250)] {
            assert_eq!(stops(&far, &[], loss, delay), Vec::<u64>::new(), "{loss} dB quieter, {delay} ms later");
        }
    }

    #[test]
    fn a_caller_over_our_voice_is_heard_whether_it_comes_back_or_not() {
        let far = prompt();
        let onset = 1_000;
        let near = [vec![0; onset * MS], voice("en", "silent_reprompt")].concat();
        for (loss, delay) in [(96.0, 0), (30.0, 60), (12.0, 130), (6.0, 60)] {
            let stops = stops(&far, &near, loss, delay);
            let heard = stops.first().is_some_and(|stop| (onset as u64..onset as u64 + 500).contains(stop));
            assert!(heard, "{loss} dB quieter, {delay} ms later: {stops:?}");
        }
    }
}
