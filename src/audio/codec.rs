//! Codecs of the media socket: G.711 (ITU-T G.711, 11/1988) and raw PCM, to and from 16-bit samples.
//!
//! G.711 samples are carried at 16-bit scale: μ-law's 14-bit values ×4 (at most ±32124), A-law's 13-bit values ×8
//! (at most ±32256).

/// How audio is coded on a leg, both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// G.711 μ-law, 8 kHz.
    Ulaw,
    /// G.711 A-law, 8 kHz: the default of mainland carriers.
    Alaw,
    /// 16-bit PCM, little-endian, 8 kHz.
    Slin,
    /// 16-bit PCM, little-endian, 16 kHz.
    Slin16,
}

impl Codec {
    /// Every codec; [`Codec::index`] counts them.
    pub const ALL: [Self; 4] = [Self::Ulaw, Self::Alaw, Self::Slin, Self::Slin16];

    /// Its place in [`Codec::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Bytes of one millisecond.
    pub const fn bytes_per_ms(self) -> usize {
        match self {
            Self::Ulaw | Self::Alaw => 8,
            Self::Slin => 16,
            Self::Slin16 => 32,
        }
    }

    /// Samples a second.
    pub const fn sample_rate(self) -> u32 {
        match self {
            Self::Ulaw | Self::Alaw | Self::Slin => 8_000,
            Self::Slin16 => 16_000,
        }
    }

    /// Appends `pcm`, which is at [`Codec::sample_rate`], as it goes over the wire.
    pub fn encode(self, pcm: &[i16], into: &mut Vec<u8>) {
        match self {
            Self::Ulaw => into.extend(pcm.iter().map(|&sample| ulaw_encode(sample))),
            Self::Alaw => into.extend(pcm.iter().map(|&sample| alaw_encode(sample))),
            Self::Slin | Self::Slin16 => into.extend(pcm.iter().flat_map(|sample| sample.to_le_bytes())),
        }
    }
}

/// The sample of a μ-law byte.
pub const fn ulaw_decode(byte: u8) -> i16 {
    ULAW[byte as usize]
}

/// The sample of an A-law byte.
pub const fn alaw_decode(byte: u8) -> i16 {
    ALAW[byte as usize]
}

/// The μ-law byte of a sample: table 2/G.711, a value on a decision level going away from zero.
pub const fn ulaw_encode(sample: i16) -> u8 {
    let magnitude = (sample as i32).unsigned_abs();
    let biased = if magnitude > ULAW_CLIP { ULAW_CLIP + ULAW_BIAS } else { magnitude + ULAW_BIAS };
    let segment = biased.ilog2() - 7;
    let step = (biased >> (segment + 3)) & 0x0f;
    let sign = if sample < 0 { 0x80 } else { 0x00 };
    !(sign | (segment << 4 | step) as u8)
}

/// The A-law byte of a sample: table 1/G.711, even bits inverted.
pub const fn alaw_encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x00 } else { 0x80 };
    // A-law has no zero: −1 is the smallest negative value as 0 is the smallest positive one.
    let magnitude = (if sample < 0 { !sample } else { sample } >> 4) as u16;
    let code = if magnitude < 32 {
        magnitude
    } else {
        let segment = magnitude.ilog2() as u16 - 3;
        segment << 4 | (magnitude >> (segment - 1)) & 0x0f
    };
    (sign | code as u8) ^ ALAW_INVERTED
}

/// One leg's decoder to 8 kHz. It keeps what one message leaves for the next: half a PCM sample, and the filter that
/// brings 16 kHz down.
#[derive(Clone, Debug)]
pub struct Decoder {
    codec: Codec,
    half_sample: Option<u8>,
    half_band: HalfBand,
}

impl Decoder {
    /// A decoder for a leg of `codec`.
    pub const fn new(codec: Codec) -> Self {
        Self { codec, half_sample: None, half_band: HalfBand::new() }
    }

    /// Appends the audio of one message, any length, to `into` as 8 kHz samples. Allocates only where `into` has to grow.
    ///
    /// 16 kHz audio comes out 1.2 ms late (the filter's delay).
    pub fn decode_8k(&mut self, bytes: &[u8], into: &mut Vec<i16>) {
        match self.codec {
            Codec::Ulaw => into.extend(bytes.iter().map(|&byte| ulaw_decode(byte))),
            Codec::Alaw => into.extend(bytes.iter().map(|&byte| alaw_decode(byte))),
            Codec::Slin => self.pcm(bytes, |_, sample| into.push(sample)),
            Codec::Slin16 => self.pcm(bytes, |half_band, sample| into.extend(half_band.push(sample))),
        }
    }

    /// Hands on every sample of raw PCM, one split between two messages included.
    fn pcm(&mut self, bytes: &[u8], mut take: impl FnMut(&mut HalfBand, i16)) {
        let mut rest = bytes;
        if let (Some(low), [high, after @ ..]) = (self.half_sample, bytes) {
            take(&mut self.half_band, i16::from_le_bytes([low, *high]));
            self.half_sample = None;
            rest = after;
        }
        let (samples, odd) = rest.as_chunks::<2>();
        for sample in samples {
            take(&mut self.half_band, i16::from_le_bytes(*sample));
        }
        if let [low] = odd {
            self.half_sample = Some(*low);
        }
    }
}

/// Halves the sample rate: a half-band FIR of 39 taps, flat within 0.1 dB up to 3 kHz, −0.5 dB at 3.4 kHz, and 48 dB
/// down from 4.6 kHz on, so that nothing folds back into the telephone band (300–3400 Hz).
#[derive(Clone, Debug)]
struct HalfBand {
    /// The last inputs, oldest first from `at`, twice over so that a window of them is always contiguous.
    history: [i16; 2 * HALF_BAND_TAPS],
    at: usize,
    odd: bool,
}

impl HalfBand {
    const fn new() -> Self {
        Self { history: [0; 2 * HALF_BAND_TAPS], at: 0, odd: false }
    }

    /// Takes one input sample; every second time there is an output.
    fn push(&mut self, sample: i16) -> Option<i16> {
        self.history[self.at] = sample;
        self.history[self.at + HALF_BAND_TAPS] = sample;
        self.at = (self.at + 1) % HALF_BAND_TAPS;
        self.odd = !self.odd;
        (!self.odd).then(|| self.output())
    }

    fn output(&self) -> i16 {
        let window = &self.history[self.at..self.at + HALF_BAND_TAPS];
        let side = |i: usize| i32::from(window[2 * i]) + i32::from(window[HALF_BAND_TAPS - 1 - 2 * i]);
        let sides: i32 = HALF_BAND.iter().enumerate().map(|(i, tap)| tap * side(i)).sum();
        let centre = i32::from(window[HALF_BAND_TAPS / 2]) << 14;
        ((sides + centre + (1 << 14)) >> 15).clamp(i16::MIN.into(), i16::MAX.into()) as i16
    }
}

/// Taps of the half-band filter; every second one but the centre is zero.
const HALF_BAND_TAPS: usize = 39;

/// The filter's outer half, Q15, outermost first: a sinc under a Kaiser window (β = 4.5), made to sum to ½ on both
/// sides together. The centre tap is ½.
const HALF_BAND: [i32; 10] = [-49, 105, -191, 317, -499, 763, -1163, 1843, -3330, 10396];

/// Added to a μ-law magnitude before its segment is looked up: 33 of table 2/G.711 at 16-bit scale.
const ULAW_BIAS: u32 = 33 << 2;

/// The largest magnitude μ-law distinguishes at 16-bit scale: below virtual decision value 8159 of table 2/G.711.
const ULAW_CLIP: u32 = (8159 << 2) - 1;

/// The even bits, inverted on the wire (§3.1 of G.711).
const ALAW_INVERTED: u8 = 0x55;

const ULAW: [i16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = ulaw_expand(byte as u8);
        byte += 1;
    }
    table
};

const ALAW: [i16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = alaw_expand(byte as u8);
        byte += 1;
    }
    table
};

/// Table 2/G.711: the middle of the interval, at 16-bit scale.
const fn ulaw_expand(byte: u8) -> i16 {
    let code = !byte;
    let segment = (code >> 4) & 0x07;
    let step = ((code & 0x0f) as i16) << 3;
    let magnitude = ((step + ULAW_BIAS as i16) << segment) - ULAW_BIAS as i16;
    if code & 0x80 == 0 { magnitude } else { -magnitude }
}

/// Table 1/G.711: the middle of the interval, at 16-bit scale.
const fn alaw_expand(byte: u8) -> i16 {
    let code = byte ^ ALAW_INVERTED;
    let segment = (code >> 4) & 0x07;
    let step = ((code & 0x0f) as i16) << 4;
    let magnitude = if segment == 0 { step + 8 } else { (step + 0x108) << (segment - 1) };
    if code & 0x80 == 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables 2a/G.711 and 1a/G.711, column 6 and 8: (character signal, value at the decoder's output), both at
    /// the tables' own scale (μ-law ×4, A-law ×8 is ours); the ends of every segment.
    const ULAW_POSITIVE: [(u8, i16); 16] = [
        (0xff, 0),
        (0xf0, 30),
        (0xef, 33),
        (0xe0, 93),
        (0xdf, 99),
        (0xd0, 219),
        (0xcf, 231),
        (0xc0, 471),
        (0xbf, 495),
        (0xb0, 975),
        (0xaf, 1023),
        (0xa0, 1983),
        (0x9f, 2079),
        (0x90, 3999),
        (0x8f, 4191),
        (0x80, 8031),
    ];
    const ALAW_POSITIVE: [(u8, i16); 14] = [
        (0xd5, 1),
        (0xda, 31),
        (0xc5, 33),
        (0xca, 63),
        (0xf5, 66),
        (0xfa, 126),
        (0xe5, 132),
        (0xea, 252),
        (0x95, 264),
        (0x9a, 504),
        (0x85, 528),
        (0x8a, 1008),
        (0xb5, 1056),
        (0xaa, 4032),
    ];

    #[test]
    fn ulaw_decodes_as_the_recommendation_tabulates() {
        for (byte, value) in ULAW_POSITIVE {
            assert_eq!(ulaw_decode(byte), value * 4, "{byte:#x}");
            assert_eq!(ulaw_decode(byte & 0x7f), -value * 4, "{byte:#x} negative");
        }
    }

    #[test]
    fn alaw_decodes_as_the_recommendation_tabulates() {
        for (byte, value) in ALAW_POSITIVE {
            assert_eq!(alaw_decode(byte), value * 8, "{byte:#x}");
            assert_eq!(alaw_decode(byte & 0x7f), -value * 8, "{byte:#x} negative");
        }
    }

    #[test]
    fn every_g711_byte_survives_decoding_and_encoding() {
        for byte in 0..=u8::MAX {
            assert_eq!(alaw_encode(alaw_decode(byte)), byte);
            let zero = if byte == 0x7f { 0xff } else { byte };
            assert_eq!(ulaw_encode(ulaw_decode(byte)), zero, "negative zero becomes zero");
        }
    }

    #[test]
    fn g711_encodes_to_the_interval_a_sample_lies_in() {
        for sample in i16::MIN..=i16::MAX {
            let magnitude = i32::from(sample).abs();
            let ulaw_half_step = (magnitude + 132).ilog2().clamp(7, 14);
            let ulaw = (i32::from(ulaw_decode(ulaw_encode(sample))) - i32::from(sample)).abs();
            assert!(ulaw <= (1 << (ulaw_half_step - 5)) || magnitude > 32635, "μ {sample}: {ulaw}");
            let alaw_half_step = magnitude.max(1).ilog2().clamp(8, 14);
            let alaw = (i32::from(alaw_decode(alaw_encode(sample))) - i32::from(sample)).abs();
            assert!(alaw <= (1 << (alaw_half_step - 5)), "A {sample}: {alaw}");
        }
    }

    #[test]
    fn samples_split_between_messages_are_put_together() {
        let pcm: Vec<i16> = (0..500).map(|i| i * 61 - 15_000).collect();
        let mut bytes = Vec::new();
        Codec::Slin.encode(&pcm, &mut bytes);
        for size in [1, 2, 3, 7, 320, 999] {
            let mut decoder = Decoder::new(Codec::Slin);
            let mut heard = Vec::new();
            bytes.chunks(size).for_each(|message| decoder.decode_8k(message, &mut heard));
            assert_eq!(heard, pcm, "messages of {size} bytes");
        }
    }

    #[test]
    fn sixteen_kilohertz_comes_out_the_same_in_any_message_size() {
        let bytes: Vec<u8> = (0..4000u32).map(|i| (i * i / 7) as u8).collect();
        let mut whole = Vec::new();
        Decoder::new(Codec::Slin16).decode_8k(&bytes, &mut whole);
        assert_eq!(whole.len(), 1000);
        let (mut decoder, mut pieces) = (Decoder::new(Codec::Slin16), Vec::new());
        bytes.chunks(77).for_each(|message| decoder.decode_8k(message, &mut pieces));
        assert_eq!(pieces, whole);
    }

    #[test]
    fn the_half_band_passes_the_telephone_band_and_stops_what_would_fold_into_it() {
        for hz in [300.0, 1000.0, 3000.0] {
            assert!(gain_db(hz).abs() < 0.1, "{hz} Hz: {} dB", gain_db(hz));
        }
        assert!(gain_db(3400.0) > -0.7, "{}", gain_db(3400.0));
        for hz in [4610.0, 5000.0, 6000.0, 7700.0] {
            assert!(gain_db(hz) < -45.0, "{hz} Hz: {} dB", gain_db(hz));
        }
    }

    #[test]
    fn overshoot_at_full_scale_is_clipped_not_wrapped() {
        let step: Vec<u8> = (0..400).flat_map(|i| if i < 200 { i16::MIN } else { i16::MAX }.to_le_bytes()).collect();
        let mut out = Vec::new();
        Decoder::new(Codec::Slin16).decode_8k(&step, &mut out);
        assert_eq!((out[30..95].iter().max() < Some(&-29_000), out[115..].iter().min() > Some(&29_000)), (true, true));
    }

    fn gain_db(hz: f64) -> f64 {
        let tone = |i: usize| (10_000.0 * (std::f64::consts::TAU * hz * i as f64 / 16_000.0).sin()) as i16;
        let bytes: Vec<u8> = (0..16_000).flat_map(|i| tone(i).to_le_bytes()).collect();
        let mut out = Vec::new();
        Decoder::new(Codec::Slin16).decode_8k(&bytes, &mut out);
        let steady = &out[100..];
        let power = steady.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / steady.len() as f64;
        10.0 * (power / (10_000f64.powi(2) / 2.0)).log10()
    }
}
