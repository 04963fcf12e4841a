//! The prompt bank: every recording resampled and encoded once, shared by all calls.

use super::{
    Codec, SAMPLES_PER_MS, resample,
    source::{Source, Sum},
    spectrum::{Bands, HOP, course},
    wav,
};
use base64_simd::STANDARD as BASE64;
use bytes::Bytes;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

/// The piece in which prompts are sent: chosen, because at a second of lead five messages a second cost a tenth of
/// fifty, and a clear never has more than this in our own hands.
pub const CHUNK: Duration = Duration::from_millis(200);

/// The longest recording that is taken, 10 minutes: chosen; hold music loops, and nobody listens to longer prompts.
pub const LONGEST: Duration = Duration::from_secs(600);

/// The locale whose recordings are found under every locale: `audio/common/`.
pub const COMMON: &str = "common";

/// The codec that JSON dialects speak today (Twilio): only its base64 is prepared, because that of all four would
/// double the bank. A JSON dialect of another codec adds itself here.
const IN_JSON: [Codec; 1] = [Codec::Ulaw];

/// A piece of a recording, encoded for one codec.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// The audio as binary dialects send it.
    pub bytes: &'a Bytes,
    /// The same in base64, as JSON dialects send it. Empty for codecs that no JSON dialect speaks (all but μ-law).
    pub base64: &'a str,
    /// How long it plays.
    pub duration: Duration,
}

/// One recording, encoded for every codec.
pub struct Clip {
    /// Samples at 8 kHz.
    samples: usize,
    /// By [`Codec::index`].
    encoded: [Encoded; Codec::ALL.len()],
    /// Of every 20 ms.
    bands: Vec<Bands>,
    /// The same, louder; made when somebody first asks for it.
    louder: OnceLock<Arc<Clip>>,
}

/// How much louder "louder" is: 6 dB. Chosen: twice the amplitude, plainly heard, and with the prompts at -22 dBov
/// still below what a telephone distorts.
const LOUDER: f32 = 2.0;

impl Clip {
    /// Encodes a recording in one channel at `sample_rate` Hz.
    ///
    /// # Errors
    /// [`resample::ResampleError`] where nothing can be made of the rate.
    pub fn new(samples: &[i16], sample_rate: u32) -> Result<Self, resample::ResampleError> {
        Resamplers::default().clip(samples, sample_rate)
    }

    /// The same recording, 6 dB louder, its peaks rounded off instead of clipped.
    pub fn louder(&self) -> &Arc<Self> {
        self.louder.get_or_init(|| {
            let louder = |sample: &i16| rounded(f32::from(*sample) * LOUDER);
            let read = |codec: Codec| -> Vec<i16> {
                let chunks = self.encoded[codec.index()].chunks.iter();
                let samples = chunks.flat_map(|chunk| chunk.as_chunks::<2>().0).map(|raw| i16::from_le_bytes(*raw));
                samples.map(|sample| louder(&sample)).collect()
            };
            Arc::new(Self::encode(&read(Codec::Slin), read(Codec::Slin16)))
        })
    }

    /// How long it plays: its samples at 8 kHz, exactly, the quiet at its ends included.
    pub fn duration(&self) -> Duration {
        duration(self.samples)
    }

    /// Its length in samples at 8 kHz.
    pub const fn samples(&self) -> usize {
        self.samples
    }

    /// How many [`CHUNK`]s it has; the last may be shorter.
    pub const fn chunks(&self) -> usize {
        self.samples.div_ceil(CHUNK_SAMPLES)
    }

    /// A piece, for `codec`.
    ///
    /// # Panics
    /// Where `index` is not below [`Clip::chunks`].
    pub fn chunk(&self, codec: Codec, index: usize) -> Chunk<'_> {
        let encoded = &self.encoded[codec.index()];
        Chunk {
            bytes: &encoded.chunks[index],
            base64: encoded.base64(index),
            duration: duration(CHUNK_SAMPLES.min(self.samples - index * CHUNK_SAMPLES)),
        }
    }

    /// The bands of a piece, by 20 ms: an ear that is told them knows our voice when it comes back.
    /// None beyond the last.
    pub fn bands(&self, index: usize) -> &[Bands] {
        let frames = CHUNK_SAMPLES / HOP;
        let from = (index * frames).min(self.bands.len());
        &self.bands[from..(from + frames).min(self.bands.len())]
    }

    /// Copies the audio from sample `from` on (8 kHz) into `into`; how many samples there were, less than `into` holds
    /// only at the recording's end.
    pub fn pcm_8k(&self, from: usize, into: &mut [i16]) -> usize {
        let chunks = self.encoded[Codec::Slin.index()].chunks.iter().skip(from / CHUNK_SAMPLES);
        let bytes = chunks.flat_map(|chunk| chunk.as_chunks::<2>().0).skip(from % CHUNK_SAMPLES);
        into.iter_mut().zip(bytes).map(|(sample, raw)| *sample = i16::from_le_bytes(*raw)).count()
    }

    /// `pcm_8k` is at 8 kHz, `pcm_16k` the same at 16 kHz.
    fn encode(pcm_8k: &[i16], mut pcm_16k: Vec<i16>) -> Self {
        // Both lengths were rounded on their own; every codec's chunks must play equally long.
        pcm_16k.resize(pcm_8k.len() * 2, 0);
        let encoded = Codec::ALL.map(|codec| match codec {
            Codec::Slin16 => Encoded::new(codec, &pcm_16k),
            _ => Encoded::new(codec, pcm_8k),
        });
        Self { samples: pcm_8k.len(), encoded, bands: course(pcm_8k), louder: OnceLock::new() }
    }
}

/// Leaves what is below half of full scale as it is, and bends the rest towards full scale without reaching it.
fn rounded(sample: f32) -> i16 {
    const KNEE: f32 = 16_384.0;
    let over = sample.abs() - KNEE;
    let size = if over <= 0.0 { sample.abs() } else { KNEE + over / (1.0 + over / KNEE) };
    size.copysign(sample) as i16
}

/// A recording of no length: stands in where a checked script lost one.
impl Default for Clip {
    fn default() -> Self {
        Self::encode(&[], Vec::new())
    }
}

impl fmt::Debug for Clip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clip({:.3}s)", self.duration().as_secs_f64())
    }
}

/// A recording in one codec.
struct Encoded {
    /// Slices of one allocation.
    chunks: Vec<Bytes>,
    /// The base64 of each chunk, one after the other; all but the last are `base64_chunk` long.
    base64: String,
    base64_chunk: usize,
}

impl Encoded {
    fn new(codec: Codec, pcm: &[i16]) -> Self {
        let mut bytes = Vec::with_capacity(pcm.len() * 2);
        codec.encode(pcm, &mut bytes);
        bytes.shrink_to_fit();
        let whole = Bytes::from(bytes);
        let size = codec.bytes_per_ms() * CHUNK.as_millis() as usize;
        let chunks: Vec<Bytes> = whole.chunks(size).map(|chunk| whole.slice_ref(chunk)).collect();
        let base64 = match IN_JSON.contains(&codec) {
            true => chunks.iter().map(|chunk| BASE64.encode_to_string(chunk)).collect(),
            false => String::new(),
        };
        Self { chunks, base64, base64_chunk: BASE64.encoded_length(size) }
    }

    fn base64(&self, index: usize) -> &str {
        let from = (index * self.base64_chunk).min(self.base64.len());
        let to = (from + self.base64_chunk).min(self.base64.len());
        &self.base64[from..to]
    }
}

/// Every recording of one script version, by locale and prompt id.
#[derive(Debug, Default)]
pub struct Bank {
    locales: BTreeMap<String, BTreeMap<String, Kept>>,
}

#[derive(Debug)]
struct Kept {
    clip: Arc<Clip>,
    /// Of the WAV file.
    sum: Sum,
}

impl Bank {
    /// Encodes every recording.
    ///
    /// # Errors
    /// All recordings of which nothing can be made, not only the first.
    pub fn load(recordings: impl IntoIterator<Item = Source>) -> Result<Self, Vec<BadRecording>> {
        Self::default().reload(recordings)
    }

    /// A bank of these recordings that shares with `self` what has not changed, so that a new version costs little. Only
    /// of what [`Bank::has`] may the bytes be left out.
    ///
    /// # Errors
    /// As [`Bank::load`].
    pub fn reload(&self, recordings: impl IntoIterator<Item = Source>) -> Result<Self, Vec<BadRecording>> {
        let (mut bank, mut bad, mut resamplers) = (Self::default(), Vec::new(), Resamplers::default());
        for Source { locale, prompt, wav } in recordings {
            let sum = wav.sum();
            let read = || resamplers.read(wav.bytes().unwrap_or_default());
            match self.unchanged(&locale, &prompt, sum).map_or_else(read, Ok) {
                Ok(clip) => bank.keep(locale, prompt, Kept { clip, sum }),
                Err(why) => bad.push(BadRecording { locale, prompt, why }),
            }
        }
        if bad.is_empty() { Ok(bank) } else { Err(bad) }
    }

    /// The recording of a prompt; `common` recordings are found under every locale.
    pub fn clip(&self, locale: &str, prompt: &str) -> Option<&Arc<Clip>> {
        let kept = self.kept(locale, prompt).or_else(|| self.kept(COMMON, prompt))?;
        Some(&kept.clip)
    }

    /// Every recording with its locale and prompt id, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Arc<Clip>)> {
        self.locales.iter().flat_map(|(locale, prompts)| {
            prompts.iter().map(move |(prompt, kept)| (locale.as_str(), prompt.as_str(), &kept.clip))
        })
    }

    /// Whether this very recording is here, under this locale itself.
    pub fn has(&self, locale: &str, prompt: &str, sum: Sum) -> bool {
        self.kept(locale, prompt).is_some_and(|kept| kept.sum == sum)
    }

    fn kept(&self, locale: &str, prompt: &str) -> Option<&Kept> {
        self.locales.get(locale)?.get(prompt)
    }

    fn unchanged(&self, locale: &str, prompt: &str, sum: Sum) -> Option<Arc<Clip>> {
        self.kept(locale, prompt).filter(|kept| kept.sum == sum).map(|kept| Arc::clone(&kept.clip))
    }

    fn keep(&mut self, locale: String, prompt: String, kept: Kept) {
        self.locales.entry(locale).or_default().insert(prompt, kept);
    }
}

/// A recording that can't be used. Who can fix it: the operator.
#[derive(Debug, thiserror::Error)]
#[error("audio/{locale}/{prompt}.wav: {why}")]
pub struct BadRecording {
    /// Its locale.
    pub locale: String,
    /// Its prompt id.
    pub prompt: String,
    /// What is wrong.
    #[source]
    pub why: Unusable,
}

/// Why a recording can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// It could not be read.
    #[error(transparent)]
    Wav(#[from] wav::WavError),
    /// It could not be resampled.
    #[error(transparent)]
    Resample(#[from] resample::ResampleError),
    /// It is longer than [`LONGEST`].
    #[error("{} s is longer than the {} s a prompt may have", .0.as_secs(), LONGEST.as_secs())]
    TooLong(Duration),
}

/// Converters that many recordings share, by (from, to) in Hz.
#[derive(Default)]
struct Resamplers(BTreeMap<(u32, u32), resample::Resampler>);

impl Resamplers {
    fn read(&mut self, wav: &[u8]) -> Result<Arc<Clip>, Unusable> {
        let recording = wav::read(wav)?;
        if recording.duration() > LONGEST {
            return Err(Unusable::TooLong(recording.duration()));
        }
        let sample_rate = recording.sample_rate;
        Ok(Arc::new(self.clip(&recording.into_mono(), sample_rate)?))
    }

    fn clip(&mut self, samples: &[i16], sample_rate: u32) -> Result<Clip, resample::ResampleError> {
        let pcm_8k = self.convert(samples, sample_rate, Codec::Slin)?;
        let pcm_16k = self.convert(samples, sample_rate, Codec::Slin16)?;
        Ok(Clip::encode(&pcm_8k, pcm_16k))
    }

    fn convert(&mut self, samples: &[i16], from: u32, codec: Codec) -> Result<Vec<i16>, resample::ResampleError> {
        use std::collections::btree_map::Entry;
        let resampler = match self.0.entry((from, codec.sample_rate())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(resample::Resampler::new(from, codec.sample_rate())?),
        };
        resampler.convert(samples)
    }
}

const fn duration(samples: usize) -> Duration {
    Duration::from_micros(samples as u64 * 1000 / SAMPLES_PER_MS as u64)
}

/// Samples of a [`CHUNK`] at 8 kHz.
/// The same in samples of 8 kHz.
pub const CHUNK_SAMPLES: usize = CHUNK.as_millis() as usize * SAMPLES_PER_MS;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{codec, source};

    #[test]
    fn chunks_of_every_codec_make_up_the_whole_recording() {
        let pcm: Vec<i16> = (0..4_000).map(|i| (i * 7) as i16).collect();
        let clip = Clip::new(&pcm, 8_000).expect("a clip");
        assert_eq!((clip.duration(), clip.chunks(), clip.samples()), (Duration::from_millis(500), 3, 4_000));
        for codec in Codec::ALL {
            let chunks: Vec<_> = (0..clip.chunks()).map(|index| clip.chunk(codec, index)).collect();
            assert_eq!(chunks.iter().map(|chunk| chunk.duration).sum::<Duration>(), clip.duration());
            let bytes: usize = chunks.iter().map(|chunk| chunk.bytes.len()).sum();
            assert_eq!(bytes, 500 * codec.bytes_per_ms());
        }
        let ulaw: Vec<u8> = (0..3).flat_map(|index| clip.chunk(Codec::Ulaw, index).bytes.to_vec()).collect();
        assert_eq!(ulaw, pcm.iter().map(|&sample| codec::ulaw_encode(sample)).collect::<Vec<_>>());
    }

    #[test]
    fn each_chunk_carries_its_own_base64() {
        let clip = Clip::new(&[1234; 1_601], 8_000).expect("a clip");
        for index in 0..2 {
            let chunk = clip.chunk(Codec::Ulaw, index);
            assert_eq!(BASE64.decode_to_vec(chunk.base64).expect("base64"), *chunk.bytes);
        }
    }

    #[test]
    fn the_played_audio_can_be_had_from_any_sample() {
        let pcm: Vec<i16> = (0..5_000).collect();
        let clip = Clip::new(&pcm, 8_000).expect("a clip");
        let mut played = [0; 300];
        for from in [0, 1_599, 1_600, 4_700] {
            assert_eq!(clip.pcm_8k(from, &mut played), 300);
            assert_eq!(played, pcm[from..from + 300]);
        }
        assert_eq!((clip.pcm_8k(4_900, &mut played), clip.pcm_8k(6_000, &mut played)), (100, 0));
    }

    #[test]
    fn the_default_recordings_load_and_common_ones_are_found_under_every_locale() {
        let bank = Bank::load(source::embedded()).expect("our own recordings");
        assert_eq!(bank.iter().count(), source::embedded().count());
        let clip = bank.clip("zh-CN", "silent_reprompt").expect("a recording");
        assert!((2_000..6_000).contains(&clip.duration().as_millis()), "{clip:?}");
        assert!(bank.clip("zh-CN", "hold_music").is_some() && bank.clip("en", "hold_music").is_some());
        assert!(bank.clip("zh-CN", "n6").is_none());
    }

    #[test]
    fn a_reload_shares_what_has_not_changed() {
        let tone = |value| Source { locale: "en".into(), prompt: "p".into(), wav: wav_of(value).into() };
        let other = Source { locale: "en".into(), prompt: "q".into(), wav: wav_of(3).into() };
        let first = Bank::load([tone(1), other.clone()]).expect("good");
        let second = first.reload([tone(2), other]).expect("good");
        let same = |prompt| Arc::ptr_eq(first.clip("en", prompt).expect("p"), second.clip("en", prompt).expect("p"));
        assert_eq!((same("p"), same("q")), (false, true));
    }

    #[test]
    fn all_bad_recordings_are_named() {
        let bad = |prompt: &str| Source { locale: "en".into(), prompt: prompt.into(), wav: b"RIFF?".to_vec().into() };
        let refused = Bank::load([bad("a"), bad("b")]).expect_err("bad");
        let names: Vec<String> = refused.iter().map(ToString::to_string).collect();
        assert!(
            names[0].starts_with("audio/en/a.wav: not a WAV") && names[1].starts_with("audio/en/b.wav"),
            "{names:?}"
        );
    }

    fn wav_of(value: i16) -> Vec<u8> {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 8_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = std::io::Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut file, spec).expect("a writer");
        (0..800).for_each(|_| writer.write_sample(value).expect("memory"));
        writer.finalize().expect("memory");
        file.into_inner()
    }
}
