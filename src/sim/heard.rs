//! Which recordings a caller has heard, recognised from the sound alone.

use super::player::{Player, time};
use crate::{
    audio::{Bank, Clip, bank::COMMON, level},
    moment::Moment,
};
use serde::Serialize;

/// How much of a recording's beginning has to be alike: 0.7 s, as the black-box caller compares.
const HEAD: usize = 5600;
/// How much of a stretch has to be left to be recognised at all: 0.2 s, beyond the quiet at a recording's beginning.
const SHORTEST: usize = 1600;
/// From this correlation on, two sounds are the same recording: chosen, G.711 leaves 0.99 and other prompts reach 0.4.
const ALIKE: f64 = 0.8;
/// Step in which an unknown sound is searched for the next recording: 20 ms.
const STEP: usize = 160;

/// A recording that was heard. Times are milliseconds since the caller's first frame.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stretch {
    /// The prompt.
    pub id: String,
    /// When its first sample was heard.
    pub from_ms: u64,
    /// When the last one that was heard was.
    pub to_ms: u64,
    /// The same without the quiet at its ends.
    pub start_ms: u64,
    /// See `start_ms`.
    pub end_ms: u64,
    /// Whether it was heard to its end.
    pub complete: bool,
    /// How alike its beginning was, 0 to 1.
    pub score: f64,
}

/// Below this a recording's ends are quiet, dBov: our recordings' quiet is 60 dB below their speech.
const QUIET: f32 = -50.0;

/// Goes through what was heard, run by run; prompts are known in these languages.
pub fn recognise(player: &Player, bank: &Bank, locales: &[impl AsRef<str>], began: Moment) -> Vec<Stretch> {
    let prompts = prompts(bank, locales);
    let mut stretches = Vec::new();
    for (index, run) in player.runs().iter().enumerate() {
        let end = player.runs().get(index + 1).map_or(player.heard().len(), |next| next.from);
        let sound = &player.heard()[run.from.min(end)..end];
        let mut at = 0;
        while at + SHORTEST <= sound.len() {
            let Some((score, prompt)) = best(&sound[at..], &prompts) else {
                at += STEP;
                continue;
            };
            let length = prompt.clip.samples().min(sound.len() - at);
            let from = (run.at + time(at)).since(began);
            let to = from + time(length);
            let complete = length == prompt.clip.samples();
            let (lead, trail) = level::quiet_ends(&pcm(prompt.clip, prompt.clip.samples()), 8000, QUIET);
            stretches.push(Stretch {
                id: prompt.id.to_owned(),
                from_ms: from.as_millis() as u64,
                to_ms: to.as_millis() as u64,
                start_ms: (from + lead).min(to).as_millis() as u64,
                end_ms: if complete { to.saturating_sub(trail) } else { to }.as_millis() as u64,
                complete,
                score: (score * 1000.0).round() / 1000.0,
            });
            at += length;
        }
    }
    stretches
}

struct Prompt<'a> {
    id: &'a str,
    clip: &'a Clip,
    head: Vec<i16>,
}

fn prompts<'a>(bank: &'a Bank, locales: &[impl AsRef<str>]) -> Vec<Prompt<'a>> {
    let known = |of: &str| of == COMMON || locales.iter().any(|locale| locale.as_ref() == of);
    let ours = bank.iter().filter(|(of, _, _)| known(of));
    ours.map(|(_, id, clip)| Prompt { id, clip, head: pcm(clip, clip.samples().min(HEAD)) }).collect()
}

fn pcm(clip: &Clip, samples: usize) -> Vec<i16> {
    let mut pcm = vec![0; samples];
    clip.pcm_8k(0, &mut pcm);
    pcm
}

fn best<'a, 'b>(sound: &[i16], prompts: &'b [Prompt<'a>]) -> Option<(f64, &'b Prompt<'a>)> {
    let scored = prompts.iter().map(|prompt| (alike(sound, &prompt.head), prompt));
    scored.filter(|(score, _)| *score > ALIKE).max_by(|a, b| a.0.total_cmp(&b.0))
}

/// Normalised correlation of the beginnings.
fn alike(a: &[i16], b: &[i16]) -> f64 {
    let length = a.len().min(b.len()).min(HEAD);
    let (a, b) = (&a[..length], &b[..length]);
    let power = |of: &[i16]| product(of, of) as f64 + 1.0;
    product(a, b) as f64 / (power(a) * power(b)).sqrt()
}

/// In whole numbers, which the compiler adds up many at a time.
fn product(a: &[i16], b: &[i16]) -> i64 {
    a.iter().zip(b).map(|(a, b)| i64::from(i32::from(*a) * i32::from(*b))).sum()
}
