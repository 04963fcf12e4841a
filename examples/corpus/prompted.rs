//! The corpus heard while our prompts play, some of which comes back: what `barge_in` measures and `train_barge` learns
//! from.

use super::{Item, hash};
use qingjiang::{
    audio::{Bank, Codec, Decoder, bank::CHUNK_SAMPLES, source, spectrum},
    line::Listener,
    moment::Moment,
};

pub const FRAME: usize = 160;
/// Samples a millisecond.
pub const MS: usize = 8;
/// How far ahead of being heard a prompt is sent.
const LEAD: usize = 1_000 * MS;
/// A caller who is not heard after this long was not heard.
pub const MISSED: u64 = 5_000;

/// How exact the labelled onsets are (the corpus' README).
pub const EDGE: u64 = 50;

/// The way our voice comes back.
#[derive(Clone, Copy)]
pub struct Echo {
    /// How much quieter it is, dB.
    pub loss: i32,
    /// Milliseconds.
    pub delay: usize,
    /// From a hands-free telephone in a room; else by a hybrid.
    pub room: bool,
}

/// Losses by name; 20 to 400 ms late, by hybrids and rooms.
pub fn echoes() -> Vec<(String, Vec<Echo>)> {
    let mut all = vec![("no echo".to_string(), Vec::new())];
    for loss in [30, 20, 12, 10, 6] {
        for room in [false, true] {
            let delays = if room { [60, 130, 200, 300, 400] } else { [20, 60, 130, 250, 400] };
            let echoes = delays.map(|delay| Echo { loss, delay, room });
            all.push((format!("echo -{loss} dB, {}", if room { "room" } else { "hybrid" }), echoes.to_vec()));
        }
    }
    all
}

/// Corpus items whose callers interrupt.
pub const LINES: [&str; 2] = ["clear", "mild_noise"];
/// Corpus items without a caller.
pub const OTHERS: [&str; 5] = ["nonspeech_noise_only", "tone", "silent_digital", "silent_comfort_noise", "silent_room"];
pub const QUIET_ECHO: Echo = Echo { loss: 20, delay: 130, room: false };

/// A caller who speaks while a prompt plays.
pub struct Interruption {
    /// Milliseconds from the prompt's beginning to the labelled onset of his voice.
    pub at: u64,
    /// … and from there on, for how long it cannot be heard.
    pub hidden: u64,
    /// What he sends: until he speaks, the line as it is before his voice.
    pub near: Vec<i16>,
    /// What is played to him: a prompt over and over.
    pub far: Vec<i16>,
    /// Which of several echoes comes back.
    draw: usize,
}

impl Interruption {
    /// The first words of a good line, 1.5 to 4.5 s after the prompt began; `None` of other lines.
    pub fn of(item: &Item, prompts: &[Vec<i16>]) -> Option<Self> {
        if !LINES.contains(&item.condition.as_str()) {
            return None;
        }
        let (onset, _) = *item.speech.first()?;
        let at = (1_500 + hash(&item.id) % 3_000).max(onset);
        let pcm = item.pcm();
        let before_it = &pcm[..(onset - EDGE) as usize * MS];
        let lead = before_it.iter().cycle().take((at - onset) as usize * MS);
        let near: Vec<i16> = lead.chain(&pcm).copied().take((at + MISSED) as usize * MS).collect();
        let far = repeated(pick(prompts, &item.id), near.len());
        Some(Self { at, hidden: hidden(&pcm, onset), near, far, draw: hash(&item.id) as usize / 7 })
    }

    /// Which of the echoes comes back, the same for an item every time.
    pub fn echo(&self, echoes: &[Echo]) -> Option<Echo> {
        (!echoes.is_empty()).then(|| echoes[self.draw % echoes.len()])
    }
}

/// A prompt by itself and what is played after it, until nothing can come back.
pub fn alone(prompt: &[i16]) -> Vec<i16> {
    [prompt, &[0; 600 * MS]].concat()
}

/// Plays `far` to a caller who sends `near` and some of `far`, and calls `each` after every frame of 20 ms with its
/// number. How many seconds that were.
pub fn play(far: &[i16], near: &[i16], echo: Option<Echo>, mut each: impl FnMut(&mut Listener, u64)) -> f64 {
    let line = on_the_line(near, &echo.map_or_else(|| vec![0.0; near.len()], |echo| back(far, near.len(), echo)));
    let (mut listener, mut told) = (Listener::new(), 0);
    listener.advance(Moment::ZERO);
    for (number, frame) in line.as_chunks::<FRAME>().0.iter().enumerate() {
        while told < far.len().min(number * FRAME + LEAD) {
            let chunk = &far[told..(told + CHUNK_SAMPLES).min(far.len())];
            listener.played(&spectrum::course(chunk), at(told));
            told += CHUNK_SAMPLES;
        }
        listener.hear(frame, at((number + 1) * FRAME));
        each(&mut listener, number as u64);
    }
    line.len() as f64 / (1_000 * MS) as f64
}

/// For how long after its labelled onset, milliseconds, a voice is less than 6 dB louder than what was before it.
fn hidden(pcm: &[i16], onset: u64) -> u64 {
    let power = |of: &[i16]| of.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / of.len().max(1) as f64;
    let (before, voice) = pcm.split_at((onset - EDGE) as usize * MS);
    let floor = power(&before[before.len().saturating_sub(1_000 * MS)..]).max(1.0);
    let frames: Vec<bool> = voice.as_chunks::<FRAME>().0.iter().map(|frame| power(frame) > 4.0 * floor).collect();
    let from = frames.windows(2).position(|two| two[0] && two[1]).unwrap_or(0);
    (from as u64 * 20).saturating_sub(EDGE)
}

/// What comes back of `far`.
fn back(far: &[i16], length: usize, echo: Echo) -> Vec<f32> {
    let gain = 10f32.powf(-echo.loss as f32 / 20.0);
    let delay = echo.delay * MS;
    let voice: Vec<f32> = far.iter().map(|sample| f32::from(*sample)).collect();
    let voice = if echo.room { in_a_room(&voice) } else { voice };
    (0..length).map(|n| n.checked_sub(delay).and_then(|n| voice.get(n)).map_or(0.0, |sample| sample * gain)).collect()
}

/// A small loudspeaker (nothing under 400 Hz) in a room: direct sound and 24 reflections that die away by 60 dB within
/// 400 ms, as loud in sum as the voice that went out.
fn in_a_room(voice: &[f32]) -> Vec<f32> {
    let (mut before, mut out) = (0.0, 0.0);
    let thin: Vec<f32> = voice
        .iter()
        .map(|sample| {
            out = 0.73 * (out + sample - before);
            before = *sample;
            out
        })
        .collect();
    let reflections: Vec<(usize, f32)> = (0..24)
        .map(|n| {
            let random = hash(&format!("reflection {n}"));
            let at = random as usize % (200 * MS);
            let sign = if random >> 40 & 1 == 0 { 1.0 } else { -1.0 };
            (at, sign * 0.4 * 10f32.powf(-3.0 * at as f32 / (400 * MS) as f32))
        })
        .chain([(0, 1.0)])
        .collect();
    let mut sum = vec![0.0; thin.len()];
    for (at, gain) in reflections {
        sum.iter_mut().skip(at).zip(&thin).for_each(|(sum, sample)| *sum += sample * gain);
    }
    let power = |of: &[f32]| of.iter().map(|sample| sample * sample).sum::<f32>();
    let as_loud = (power(voice) / power(&sum).max(1.0)).sqrt();
    sum.iter().map(|sample| sample * as_loud).collect()
}

/// Both, through the telephone's codec.
fn on_the_line(near: &[i16], back: &[f32]) -> Vec<i16> {
    let sum: Vec<i16> = near.iter().zip(back).map(|(near, back)| (f32::from(*near) + back) as i16).collect();
    let (mut bytes, mut heard) = (Vec::new(), Vec::new());
    Codec::Ulaw.encode(&sum, &mut bytes);
    Decoder::new(Codec::Ulaw).decode_8k(&bytes, &mut heard);
    heard
}

/// Our own prompts of two seconds or more.
pub fn prompts() -> Vec<Vec<i16>> {
    let bank = Bank::load(source::embedded()).expect("our own recordings");
    let ours = bank.iter().filter(|(locale, ..)| *locale == "zh-CN").map(|(.., clip)| clip);
    ours.filter(|clip| clip.samples() >= 2_000 * MS)
        .map(|clip| {
            let mut pcm = vec![0; clip.samples()];
            clip.pcm_8k(0, &mut pcm);
            pcm
        })
        .collect()
}

pub fn pick<'a>(prompts: &'a [Vec<i16>], name: &str) -> &'a [i16] {
    &prompts[(hash(name) >> 20) as usize % prompts.len()]
}

/// The prompt over and over, half a second between, to this length in whole frames.
pub fn repeated(prompt: &[i16], length: usize) -> Vec<i16> {
    let pause = [0; 500 * MS];
    prompt.iter().chain(&pause).copied().cycle().take(length.next_multiple_of(FRAME)).collect()
}

fn at(sample: usize) -> Moment {
    Moment::from_millis((sample / MS) as u64)
}
