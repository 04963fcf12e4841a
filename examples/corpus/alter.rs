//! More lessons out of the same recordings: the corpus' own callers over its own noises, quieter, in rooms; and made-up
//! music. An altered recording bears its sources' names, so that it is held out with each of them.

use super::{Item, gsm, hash, learn::Random, music};
use qingjiang::audio::codec;

/// A recording and its label.
pub struct Recording {
    pub item: Item,
    pub pcm: Vec<i16>,
}

/// The corpus' items as they are, then what is made of them.
pub fn recordings(items: &[Item]) -> Vec<Recording> {
    let mut recordings: Vec<Recording> =
        items.iter().map(|item| Recording { item: item.clone(), pcm: item.pcm() }).collect();
    let of = |condition: &str| recordings.iter().filter(|r| r.item.condition == condition).collect::<Vec<_>>();
    let noises = of("nonspeech_noise_only");
    let others = of("babble_only");
    let rooms = of("silent_room");
    let music = of("tone").into_iter().filter(|r| r.item.tone.as_deref() == Some("music")).collect::<Vec<_>>();
    let mut altered = Vec::new();
    for (at, caller) in of("clear").into_iter().enumerate() {
        let mut random = Random(hash(&caller.item.id));
        for _ in 0..3 {
            altered.push(mixed(caller, noises[random.below(noises.len())], between(-5.0, 3.0, &mut random), "noisy"));
            altered.push(mixed(caller, noises[random.below(noises.len())], between(10.0, 18.0, &mut random), "clear"));
        }
        for _ in 0..3 {
            altered.push(mixed(caller, others[random.below(others.len())], between(-3.0, 5.0, &mut random), "noisy"));
        }
        altered.push(mixed(caller, music[at % music.len()], between(12.0, 20.0, &mut random), "clear"));
        for _ in 0..2 {
            altered.push(faint(caller, &mut random));
            altered.push(handsfree(caller, None, &mut random));
            altered.push(handsfree(caller, Some(rooms[random.below(rooms.len())]), &mut random));
        }
    }
    recordings.extend(altered);
    recordings.extend((0..SONGS).map(song));
    recordings
}

/// Pieces of made-up music: as many as the corpus has of other tones.
const SONGS: u64 = 40;

/// The caller over `noise` at `snr` dB (active level over RMS, as the corpus counts).
fn mixed(caller: &Recording, noise: &Recording, snr: f64, expect: &str) -> Recording {
    let level = caller.item.level_dbov.unwrap_or(-26.0);
    let gain = ratio(level - snr - decibels(&noise.pcm));
    // A loud mixture is turned down as a telephone would, not clipped.
    let down = ratio((-14.0 - level.max(level - snr)).min(0.0));
    let samples = caller.pcm.iter().zip(noise.pcm.iter().cycle());
    let pcm = samples.map(|(voice, noise)| (f64::from(*voice) + f64::from(*noise) * gain) * down);
    let name = format!("{}+{}", caller.item.id, noise.item.id);
    let item = Item { noise_kind: noise.item.noise().map(str::to_owned), ..caller.item.altered(name, expect) };
    Recording { pcm: coded(pcm, &item.id), item }
}

/// The caller at -55..-42 dBov over the hiss of an idle channel.
fn faint(caller: &Recording, random: &mut Random) -> Recording {
    let level = between(-55.0, -42.0, random);
    let hiss = between(-70.0, -65.0, random);
    let gain = ratio(level - caller.item.level_dbov.unwrap_or(-26.0));
    let pcm = caller.pcm.iter().map(|sample| f64::from(*sample) * gain + noise(random) * ratio(hiss) * 32_768.0);
    let pcm: Vec<f64> = pcm.collect();
    let item = caller.item.altered(format!("{}+faint", caller.item.id), "faint");
    Recording { pcm: coded(pcm.into_iter(), &item.id), item }
}

/// The caller in a room: T60 of 0.4..0.9 s, as much of it as makes the direct sound 0..9 dB weaker, at -48..-36 dBov;
/// its sounds, where it is not quiet, lie 14..24 dB below.
fn handsfree(caller: &Recording, sounds: Option<&Recording>, random: &mut Random) -> Recording {
    let room = Room::new(between(0.4, 0.9, random), between(0.0, 9.0, random), random);
    let dry: Vec<f64> = caller.pcm.iter().map(|sample| f64::from(*sample)).collect();
    let wet = room.fill(&dry);
    let level = between(-48.0, -36.0, random);
    let gain = ratio(level - active(&wet, &caller.item.speech));
    let hiss = ratio(between(-70.0, -65.0, random)) * 32_768.0;
    let below = level - between(14.0, 24.0, random);
    let sounds_gain = sounds.map_or(0.0, |sounds| ratio(below - decibels(&sounds.pcm)));
    let around = sounds.map_or(&[0][..], |sounds| &sounds.pcm).iter().cycle();
    let pcm = wet.iter().zip(around).map(|(voice, around)| {
        let hiss = noise(random) * hiss;
        voice * gain + f64::from(*around) * sounds_gain + hiss
    });
    let pcm: Vec<f64> = pcm.collect();
    let id = format!("{}+room{}", caller.item.id, random.below(1000));
    let noise_kind = sounds.and_then(|sounds| sounds.item.noise()).map(str::to_owned);
    let item = Item { noise_kind, ..caller.item.altered(id, "handsfree") };
    Recording { pcm: coded(pcm.into_iter(), &item.id), item }
}

/// The tail of a room as a sparse train of echoes, 1500 a second, dying away.
struct Room {
    echoes: Vec<(usize, f64)>,
}

impl Room {
    fn new(t60: f64, over: f64, random: &mut Random) -> Self {
        let echoes = (0..(t60 * 1_500.0) as usize).map(|at| {
            let sample = 16 + (at as f64 * 8_000.0 / 1_500.0) as usize + random.below(5);
            let sign = if random.below(2) == 0 { 1.0 } else { -1.0 };
            (sample, sign * ratio(-60.0 * sample as f64 / 8_000.0 / t60))
        });
        let mut echoes: Vec<(usize, f64)> = echoes.collect();
        let power: f64 = echoes.iter().map(|(_, gain)| gain * gain).sum();
        let wanted = ratio(over) / power.sqrt();
        echoes.iter_mut().for_each(|(_, gain)| *gain *= wanted);
        Self { echoes }
    }

    fn fill(&self, dry: &[f64]) -> Vec<f64> {
        let mut wet = dry.to_vec();
        for (later, gain) in &self.echoes {
            wet.iter_mut().skip(*later).zip(dry).for_each(|(sum, sample)| *sum += sample * gain);
        }
        wet
    }
}

fn song(number: u64) -> Recording {
    let mut random = Random(hash("song") ^ number);
    let pcm = music::play(&mut random);
    let gain = ratio(between(-30.0, -12.0, &mut random)) * 32_768.0;
    let item = Item::made(format!("song-{number}"), "music", pcm.len() as u64 / 8);
    Recording { pcm: coded(pcm.into_iter().map(|sample| sample * gain), &item.id), item }
}

/// Through mu-law or A-law, as it comes over the wire; a quarter from a mobile telephone.
fn coded(samples: impl Iterator<Item = f64>, name: &str) -> Vec<i16> {
    let samples: Vec<f64> = samples.collect();
    let mobile = hash(name).is_multiple_of(4);
    let samples = if mobile { gsm::there_and_back(&samples) } else { samples };
    let linear = samples.into_iter().map(|sample| sample.clamp(-32_000.0, 32_000.0) as i16);
    match hash(name) / 4 % 2 {
        0 => linear.map(|sample| codec::ulaw_decode(codec::ulaw_encode(sample))).collect(),
        _ => linear.map(|sample| codec::alaw_decode(codec::alaw_encode(sample))).collect(),
    }
}

fn decibels(pcm: &[i16]) -> f64 {
    let power = pcm.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / pcm.len().max(1) as f64;
    10.0 * (power + 1e-3).log10() - 90.3
}

/// Level of the samples within the stretches.
fn active(samples: &[f64], stretches: &[(u64, u64)]) -> f64 {
    let within = stretches.iter().flat_map(|(from, to)| {
        let end = (*to as usize * 8).min(samples.len());
        &samples[(*from as usize * 8).min(end)..end]
    });
    let (count, power) = within.fold((0.0, 0.0), |(count, power), sample| (count + 1.0, power + sample * sample));
    10.0 * (power / f64::max(count, 1.0) + 1e-3).log10() - 90.3
}

pub(super) fn between(low: f64, high: f64, random: &mut Random) -> f64 {
    low + (high - low) * random.below(10_000) as f64 / 10_000.0
}

/// White noise of power one.
pub(super) fn noise(random: &mut Random) -> f64 {
    between(-1.732, 1.732, random)
}

fn ratio(decibels: f64) -> f64 {
    10f64.powf(decibels / 20.0)
}
