//! WAV files from memory, so that embedded and disk recordings are read alike: PCM and float by hound, G.711 (which
//! hound does not know) by a small reader of our own.

use super::codec;
use std::{io::Cursor, time::Duration};

/// What a WAV file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Samples a second and channel.
    pub sample_rate: u32,
    /// One vector a channel, one or two of them, equally long and not empty.
    pub channels: Vec<Vec<i16>>,
}

impl Recording {
    /// How long it plays.
    pub fn duration(&self) -> Duration {
        let samples = self.channels.first().map_or(0, Vec::len);
        Duration::from_secs_f64(samples as f64 / f64::from(self.sample_rate))
    }

    /// Everything in one channel: the mean of two.
    pub fn into_mono(mut self) -> Vec<i16> {
        let last = self.channels.pop().unwrap_or_default();
        match self.channels.pop() {
            Some(left) => left.iter().zip(&last).map(|(&l, &r)| ((i32::from(l) + i32::from(r)) / 2) as i16).collect(),
            None => last,
        }
    }
}

/// Why a file is no recording. Who can fix it: whoever made the file.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    /// No RIFF/WAVE header, or one that contradicts itself.
    #[error("not a WAV file: {0}")]
    NotWav(&'static str),
    /// A coding other than PCM, float or G.711.
    #[error("WAV coding {0:#06x} is not supported: save it as 16-bit PCM or G.711")]
    Coding(u16),
    /// PCM or float of a width that is not supported, or a damaged header.
    #[error("this kind of PCM is not supported ({0}): save it as 16-bit PCM")]
    Pcm(String),
    /// More than two channels, or none.
    #[error("{0} channels: only mono and stereo are supported")]
    Channels(u16),
    /// A rate of which nothing can be made.
    #[error("sample rate {0} Hz is not between {min} and {max} Hz", min = super::resample::RATES.start(), max = super::resample::RATES.end())]
    Rate(u32),
    /// The audio ends before its header says: a file that was not copied whole.
    #[error("the audio is cut off: the file is shorter than its header says")]
    Truncated,
    /// No audio in it.
    #[error("the recording is empty")]
    Empty,
}

/// Reads a WAV file.
///
/// # Errors
/// [`WavError`] for anything but a whole recording in one or two channels.
pub fn read(bytes: &[u8]) -> Result<Recording, WavError> {
    let header = Header::parse(bytes)?;
    header.check()?;
    let channels = usize::from(header.channels);
    let interleaved = match header.coding {
        ULAW => g711(bytes, &header, codec::ulaw_decode)?,
        ALAW => g711(bytes, &header, codec::alaw_decode)?,
        PCM | FLOAT => pcm(bytes)?,
        other => return Err(WavError::Coding(other)),
    };
    if interleaved.len() < channels {
        return Err(WavError::Empty);
    }

    let frames = interleaved.len() / channels;
    let channel = |c| interleaved.iter().skip(c).step_by(channels).take(frames).copied().collect();
    let channels = if channels == 1 { vec![interleaved] } else { (0..channels).map(channel).collect() };
    Ok(Recording { sample_rate: header.sample_rate, channels })
}

/// A recording in one channel as a WAV file: 16-bit PCM.
///
/// # Errors
/// [`WavError::Pcm`] where it is longer than a WAV file can be.
pub fn write(samples: &[i16], sample_rate: u32) -> Result<Vec<u8>, WavError> {
    let spec =
        hound::WavSpec { channels: 1, sample_rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut file = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, spec).map_err(from_hound)?;
    for sample in samples {
        writer.write_sample(*sample).map_err(from_hound)?;
    }
    writer.finalize().map_err(from_hound)?;
    Ok(file.into_inner())
}

/// Gives a WAV file that was streamed its length: who writes one before knowing how long it gets puts a huge length (or
/// none) into its header. One that only was cut off stays as it is.
pub fn close_stream(mut bytes: Vec<u8>) -> Vec<u8> {
    let data = bytes.windows(4).position(|name| name == b"data").map(|at| at + 8);
    let Some((data, length)) = data.and_then(|at| Some((at, bytes.len().checked_sub(at)?))) else { return bytes };
    let claimed = bytes.get(data - 4..data).and_then(|raw| raw.first_chunk()).map_or(0, |raw| u32::from_le_bytes(*raw));
    if claimed != 0 && claimed < STREAMED {
        return bytes;
    }
    // Half a sample at the end is none.
    let length = length / 2 * 2;
    bytes.truncate(data + length);
    let (whole, length) = (data + length - 8, length as u32);
    bytes.splice(data - 4..data, length.to_le_bytes());
    bytes.splice(4..8, (whole as u32).to_le_bytes());
    bytes
}

/// Lengths from here on are no lengths (espeak-ng: 0x7ffff000, others 0xffffffff): a gigabyte of speech is ten hours.
const STREAMED: u32 = 0x4000_0000;

/// What the `fmt ` chunk says.
struct Header {
    coding: u16,
    channels: u16,
    sample_rate: u32,
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, WavError> {
        if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
            return Err(WavError::NotWav("no RIFF/WAVE header"));
        }
        let format = chunk(bytes, b"fmt ").ok_or(WavError::NotWav("no format in it"))?.data;
        let u16_at = |at| format.get(at..).and_then(|rest| rest.first_chunk()).map(|raw| u16::from_le_bytes(*raw));
        let u32_at = |at| format.get(at..).and_then(|rest| rest.first_chunk()).map(|raw| u32::from_le_bytes(*raw));
        let fields = (u16_at(0), u16_at(2), u32_at(4));
        let (Some(tag), Some(channels), Some(sample_rate)) = fields else {
            return Err(WavError::NotWav("its format is cut off"));
        };
        // The extensible form keeps the coding in the first two bytes of its sub-format.
        let coding = if tag == EXTENSIBLE { u16_at(24).unwrap_or(tag) } else { tag };
        Ok(Self { coding, channels, sample_rate })
    }

    fn check(&self) -> Result<(), WavError> {
        if !(1..=2).contains(&self.channels) {
            return Err(WavError::Channels(self.channels));
        }
        if !super::resample::RATES.contains(&self.sample_rate) {
            return Err(WavError::Rate(self.sample_rate));
        }
        Ok(())
    }
}

/// A chunk of the file: what there is of its data, and the length its header claims.
struct Chunk<'a> {
    data: &'a [u8],
    claimed: usize,
}

/// The first chunk called `name`.
fn chunk<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<Chunk<'a>> {
    let mut rest = bytes.get(12..)?;
    loop {
        let (found, after) = rest.split_first_chunk::<4>()?;
        let (length, data) = after.split_first_chunk::<4>()?;
        let claimed = u32::from_le_bytes(*length) as usize;
        if found == name {
            return Some(Chunk { data: data.get(..claimed).unwrap_or(data), claimed });
        }
        // Chunks begin at even bytes.
        rest = data.get(claimed.checked_add(claimed % 2)?..)?;
    }
}

fn g711(bytes: &[u8], header: &Header, decode: fn(u8) -> i16) -> Result<Vec<i16>, WavError> {
    let audio = chunk(bytes, b"data").ok_or(WavError::NotWav("no audio in it"))?;
    if audio.data.len() < audio.claimed || audio.claimed % usize::from(header.channels) != 0 {
        return Err(WavError::Truncated);
    }
    Ok(audio.data.iter().map(|&byte| decode(byte)).collect())
}

/// PCM of 8 to 32 bits and 32-bit float, rounded to 16 bits.
fn pcm(bytes: &[u8]) -> Result<Vec<i16>, WavError> {
    let mut reader = hound::WavReader::new(Cursor::new(bytes)).map_err(from_hound)?;
    let spec = reader.spec();
    match (spec.sample_format, spec.bits_per_sample) {
        (hound::SampleFormat::Float, _) => {
            collect(reader.samples::<f32>(), |sample| (sample * 32_768.0).round() as i16)
        }
        (_, 8) => collect(reader.samples::<i16>(), |sample| sample << 8),
        (_, 16) => match as_they_are(bytes, reader.len()) {
            Some(samples) => Ok(samples),
            None => collect(reader.samples::<i16>(), |sample| sample),
        },
        (_, bits @ (24 | 32)) => collect(reader.samples::<i32>(), |sample| narrow(sample, u32::from(bits) - 16)),
        (_, bits) => Err(WavError::Pcm(format!("{bits} bits"))),
    }
}

/// Samples that lie in the file as they are wanted, which most do: hound would read them two bytes at a time.
fn as_they_are(bytes: &[u8], samples: u32) -> Option<Vec<i16>> {
    let data = chunk(bytes, b"data")?.data;
    let (data, rest) = data.as_chunks::<2>();
    let whole = rest.is_empty() && data.len() == samples as usize;
    whole.then(|| data.iter().map(|raw| i16::from_le_bytes(*raw)).collect())
}

fn collect<S>(
    samples: impl Iterator<Item = hound::Result<S>>,
    convert: impl Fn(S) -> i16,
) -> Result<Vec<i16>, WavError> {
    samples.map(|sample| sample.map(&convert).map_err(from_hound)).collect()
}

/// Drops the lowest `bits` of a sample, rounding.
fn narrow(sample: i32, bits: u32) -> i16 {
    let rounded = (i64::from(sample) + (1 << (bits - 1))) >> bits;
    rounded.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

fn from_hound(error: hound::Error) -> WavError {
    match error {
        hound::Error::IoError(_) => WavError::Truncated,
        hound::Error::FormatError(why) => WavError::NotWav(why),
        other => WavError::Pcm(other.to_string()),
    }
}

// Coding tags of RIFF (RFC 2361).
const PCM: u16 = 0x0001;
const FLOAT: u16 = 0x0003;
const ALAW: u16 = 0x0006;
const ULAW: u16 = 0x0007;
const EXTENSIBLE: u16 = 0xfffe;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sixteen_bit_mono_is_read_to_the_sample() {
        let recording = read(&hound_file(16, hound::SampleFormat::Int, 1, &[0, 1, -1, 32767, -32768])).expect("a WAV");
        assert_eq!((recording.sample_rate, recording.into_mono()), (16_000, vec![0, 1, -1, 32767, -32768]));
    }

    #[test]
    fn stereo_is_two_channels_and_mixes_to_their_mean() {
        let recording = read(&hound_file(16, hound::SampleFormat::Int, 2, &[100, 300, -10, 10])).expect("a WAV");
        assert_eq!(recording.channels, [[100, -10], [300, 10]]);
        assert_eq!(recording.duration(), Duration::from_micros(125));
        assert_eq!(recording.into_mono(), [200, 0]);
    }

    #[test]
    fn other_widths_come_out_at_sixteen_bits() {
        let wide = |bits, values: &[i32]| {
            read(&hound_file(bits, hound::SampleFormat::Int, 1, values)).map(Recording::into_mono)
        };
        assert_eq!(wide(8, &[0, 127, -128]).expect("8 bits"), [0, 32512, -32768]);
        assert_eq!(wide(24, &[0, 256, 8_388_607, -8_388_608]).expect("24 bits"), [0, 1, 32767, -32768]);
        assert_eq!(wide(32, &[0, 65_536, i32::MAX, i32::MIN]).expect("32 bits"), [0, 1, 32767, -32768]);
    }

    #[test]
    fn float_is_clipped_at_full_scale() {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 48_000,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut file = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut file, spec).expect("a writer");
        [0.0f32, 0.5, -1.5, f32::NAN].into_iter().for_each(|sample| writer.write_sample(sample).expect("memory"));
        writer.finalize().expect("memory");
        assert_eq!(read(&file.into_inner()).expect("a WAV").into_mono(), [0, 16_384, -32_768, 0]);
    }

    #[test]
    fn g711_is_read_past_other_chunks_of_odd_length() {
        for (coding, decode) in [(ULAW, codec::ulaw_decode as fn(u8) -> i16), (ALAW, codec::alaw_decode)] {
            let recording = read(&g711_file(coding, 1, &[0x00, 0x80, 0xd5])).expect("a WAV");
            assert_eq!(recording.sample_rate, 8_000);
            assert_eq!(recording.into_mono(), [0x00, 0x80, 0xd5].map(decode));
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let recording = read(&write(&[1, -2, 3], 16_000).expect("a file")).expect("a WAV");
        assert_eq!((recording.sample_rate, recording.into_mono()), (16_000, vec![1, -2, 3]));
    }

    #[test]
    fn a_streamed_file_gets_its_length() {
        let whole = write(&[1, -2, 3], 16_000).expect("a file");
        for claimed in [0u32, 0x7fff_f000, u32::MAX] {
            let mut streamed = whole.clone();
            streamed.splice(40..44, claimed.to_le_bytes());
            assert_eq!(close_stream(streamed), whole);
        }
        let mut cut = whole.clone();
        cut.truncate(46);
        assert_eq!(close_stream(cut.clone()), cut);
        assert_eq!(close_stream(b"no WAV".to_vec()), b"no WAV");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let whole = hound_file(16, hound::SampleFormat::Int, 1, &[1; 100]);
        assert!(matches!(read(b"ID3 this is an mp3"), Err(WavError::NotWav(_))));
        assert!(matches!(read(&whole[..whole.len() - 10]), Err(WavError::Truncated)));
        assert!(matches!(read(&hound_file(16, hound::SampleFormat::Int, 1, &[])), Err(WavError::Empty)));
        assert!(matches!(read(&hound_file(16, hound::SampleFormat::Int, 3, &[1, 2, 3])), Err(WavError::Channels(3))));
        assert!(matches!(read(&g711_file(0x0055, 1, &[0; 8])), Err(WavError::Coding(0x0055))));
        let g711 = g711_file(ALAW, 1, &[0; 80]);
        assert!(matches!(read(&g711[..g711.len() - 1]), Err(WavError::Truncated)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn mutated_files_never_panic(edits in prop::collection::vec((0usize..80, any::<u8>()), 0..6), cut in 0usize..120, kind in 0..5u16) {
            let mut bytes = match kind {
                0 => g711_file(ULAW, 2, &[7; 40]),
                1 => g711_file(ALAW, 1, &[7; 40]),
                2 => hound_file(24, hound::SampleFormat::Int, 2, &[5; 12]),
                3 => hound_file(16, hound::SampleFormat::Int, 1, &[5; 20]),
                _ => hound_file(8, hound::SampleFormat::Int, 1, &[5; 20]),
            };
            for (at, value) in edits {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = value;
                }
            }
            bytes.truncate(bytes.len().saturating_sub(cut.saturating_sub(60)));
            let _ = read(&bytes);
        }
    }

    fn hound_file(bits: u16, sample_format: hound::SampleFormat, channels: u16, samples: &[i32]) -> Vec<u8> {
        let spec = hound::WavSpec { channels, sample_rate: 16_000, bits_per_sample: bits, sample_format };
        let mut file = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut file, spec).expect("a writer");
        samples.iter().for_each(|&sample| writer.write_sample(sample).expect("memory"));
        writer.finalize().expect("memory");
        file.into_inner()
    }

    fn g711_file(coding: u16, channels: u16, audio: &[u8]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVEfmt \x12\0\0\0".to_vec();
        file.extend([coding, channels].iter().flat_map(|field| field.to_le_bytes()));
        file.extend([8_000u32, 8_000].iter().flat_map(|field| field.to_le_bytes()));
        file.extend([channels, 8, 0].iter().flat_map(|field| field.to_le_bytes()));
        file.extend(b"LIST\x03\0\0\0abc\0data");
        file.extend((audio.len() as u32).to_le_bytes());
        file.extend(audio);
        file
    }
}
