//! What is remembered of every 20 ms of line.

use std::{sync::LazyLock, time::Duration};

/// Samples of a frame at 8 kHz.
pub(super) const FRAME_SAMPLES: usize = 160;
/// The length of a frame: chosen, because gateways send 20 ms and WebRTC's gate takes it.
pub(super) const FRAME: Duration = Duration::from_millis(20);
/// [`FRAME`] in milliseconds.
pub(super) const FRAME_MS: u64 = 20;
/// Samples of half a frame: envelopes are kept at 100 Hz, so that modulation up to 45 Hz can be seen.
pub(super) const HALF_SAMPLES: usize = FRAME_SAMPLES / 2;

/// A level in one byte: 0 is digital silence, else -96 dBov in steps of 0.375 dB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Level(u8);

impl Level {
    const FLOOR: f32 = -96.0;
    const STEP: f32 = 0.375;

    /// The level of a mean power, full scale = 1.
    pub(super) fn of_power(power: f32) -> Self {
        if power <= 0.0 {
            return Self(0);
        }
        Self::of_dbov(10.0 * power.log10())
    }

    /// The level nearest to `dbov`.
    pub(super) fn of_dbov(dbov: f32) -> Self {
        Self(((dbov - Self::FLOOR) / Self::STEP).round().clamp(0.0, 255.0) as u8)
    }

    /// In dBov; digital silence counts as -96.
    pub(super) fn dbov(self) -> f32 {
        Self::FLOOR + f32::from(self.0) * Self::STEP
    }

    /// Mean power, full scale = 1.
    pub(super) fn power(self) -> f32 {
        POWERS[usize::from(self.0)]
    }

    /// The level of the mean of two powers.
    fn of_mean(a: Self, b: Self) -> Self {
        Self(a.0.max(b.0).saturating_sub(UNDER_LOUDER[usize::from(a.0.abs_diff(b.0))]))
    }

    /// How many steps it lies above the least.
    pub(super) fn steps(self) -> usize {
        usize::from(self.0)
    }
}

/// Powers of all levels: a judgement asks for thousands of them.
static POWERS: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|step| if step == 0 { 0.0 } else { 10f32.powf(Level(step as u8).dbov() / 10.0) })
});
/// So many steps the mean of two powers lies under the louder, by the steps between them.
static UNDER_LOUDER: LazyLock<[u8; 256]> = LazyLock::new(|| {
    std::array::from_fn(|between| {
        let quieter = 10f32.powf(-(between as f32) * Level::STEP / 10.0);
        (-10.0 * ((1.0 + quieter) / 2.0).log10() / Level::STEP).round() as u8
    })
});

/// Mean power of samples, full scale = 1.
pub(super) fn mean_power(samples: &[f32]) -> f32 {
    product(samples, samples) / samples.len().max(1) as f32
}

/// Sum of products in eight lanes, so that it becomes vector code.
#[inline(always)]
pub(super) fn product<T: Copy + Into<f32>>(a: &[T], b: &[T]) -> f32 {
    let times = |a: T, b: T| -> f32 { a.into() * b.into() };
    let ((a, a_left), (b, b_left)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut lanes = [0.0f32; 8];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            lanes[lane] += times(a[lane], b[lane]);
        }
    }
    lanes.iter().sum::<f32>() + a_left.iter().zip(b_left).map(|(a, b)| times(*a, *b)).sum::<f32>()
}

/// What was measured in 20 ms.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frame {
    /// Level of each half.
    pub(super) halves: [Level; 2],
    /// No media came for this time.
    pub(super) missing: bool,
    /// WebRTC's gate took it for voice.
    pub(super) gate: bool,
    /// Probability of speech, 0..=255: the neural detector's word, or the plain one's where that rests.
    pub(super) speech: u8,
    /// The plain detector's probability, which lags by about 100 ms, 0..=255.
    pub(super) plain: u8,
    /// What we played came back: neither the caller's voice nor his noise.
    pub(super) echo: bool,
    /// The frame repeats the one before (fading, perhaps): a gateway concealed a lost packet.
    pub(super) repeated: bool,
    /// Length of the dead air (see [`super::meter`]) at the beginning, in samples.
    pub(super) dead_head: u8,
    /// Length of the dead air at the end, in samples; both are [`FRAME_SAMPLES`] where the whole frame is dead.
    pub(super) dead_tail: u8,
    /// The spectrum, where it was looked at.
    pub(super) spectrum: Shape,
}

/// The shape of a spectrum, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    /// Bin (31.25 Hz) of the strongest peak.
    pub(super) peak: u8,
    /// Bin of the second strongest.
    pub(super) second: u8,
    /// Share of the power in the strongest peak, 0..=255.
    pub(super) one: u8,
    /// Share of the power in both peaks, 0..=255.
    pub(super) two: u8,
    /// Geometric over arithmetic mean of the power, 300-3400 Hz, in -0.2 dB.
    pub(super) flatness: u8,
    /// Mean difference from the spectrum before, 0.1 dB.
    pub(super) flux: u8,
    /// Strongest normalised autocorrelation between 62 and 400 Hz, 0..=255.
    pub(super) voicing: u8,
    /// Share of the power in peaks that have stood still for 160 ms: notes and tones do, voices glide.
    pub(super) sustained: u8,
    /// How its bands fell.
    pub(super) fall: Fall,
}

/// How the bands that sound before and after fell from one frame to the next, in one byte; see [`super::falls`].
///
/// The upper half counts those bands, at most 15; the lower is the root of the mean square of their falls in steps of
/// [`Fall::STEP`]. A rise counts as no fall. Coarse, but never read alone: a stretch takes the mean of hundreds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fall(u8);

impl Fall {
    const STEP: f32 = 1.2;
    /// Nothing sounded before and after.
    pub(super) const NONE: Self = Self(0);

    /// Of the sum of squares in so many bands, dB².
    #[inline(always)]
    pub(super) fn of(squares: f32, bands: u8) -> Self {
        let depth = (squares / f32::from(bands.max(1))).sqrt();
        Self(bands.min(15) << 4 | (depth / Self::STEP + 0.5).min(15.0) as u8)
    }

    /// Sum of squares, dB², and the bands they are of.
    pub(super) fn squares(self) -> (f32, f32) {
        let (depth, bands) = (f32::from(self.0 & 15) * Self::STEP, f32::from(self.0 >> 4));
        (depth * depth * bands, bands)
    }
}

/// Of a machine's tone this share of the power lies in both peaks, of 255, and it is this far from flat, in -0.2 dB: a voice
/// on a telephone shows more of its harmonics.
const TONE_IN_TWO: u8 = 247;
const TONE_FLATNESS: u8 = 120;
/// Or this share lies in peaks that stand still, of 255: a note.
const NOTE: u8 = 153;

impl Shape {
    /// Whether it is a machine's tone, or two, or a note.
    pub(super) fn is_tonal(&self) -> bool {
        (self.two >= TONE_IN_TWO && self.flatness >= TONE_FLATNESS) || self.sustained > NOTE
    }
}

impl Frame {
    /// Time without media.
    pub(super) const MISSING: Self = Self {
        halves: [Level(0); 2],
        missing: true,
        gate: false,
        speech: 0,
        plain: 0,
        echo: false,
        repeated: false,
        dead_head: FRAME_SAMPLES as u8,
        dead_tail: FRAME_SAMPLES as u8,
        spectrum: Shape {
            peak: 0,
            second: 0,
            one: 0,
            two: 0,
            flatness: 0,
            flux: 0,
            voicing: 0,
            sustained: 0,
            fall: Fall::NONE,
        },
    };

    /// Mean power of the frame, full scale = 1.
    pub(super) fn power(&self) -> f32 {
        (self.halves[0].power() + self.halves[1].power()) / 2.0
    }

    /// Level of the frame.
    pub(super) fn level(&self) -> f32 {
        Level::of_mean(self.halves[0], self.halves[1]).dbov()
    }

    /// Whether nothing at all is heard: digital silence or no media.
    pub(super) fn is_dead(&self) -> bool {
        usize::from(self.dead_head) == FRAME_SAMPLES
    }
}
