//! Sample rates: recordings of any rate to the two that telephones speak, by rubato.

use rubato::{
    Fft, FixedSync, Resampler as _, ResamplerConstructionError, audioadapter_buffers::direct::SequentialSlice,
};

/// Converts whole recordings from one sample rate to another. Worth keeping where many have the same rate.
pub struct Resampler {
    from: u32,
    to: u32,
    /// None where there is nothing to convert.
    fft: Option<Fft<f32>>,
}

impl Resampler {
    /// A converter between two rates, Hz.
    ///
    /// # Errors
    /// [`ResampleError::UnsupportedRate`] where either is outside [`RATES`].
    pub fn new(from: u32, to: u32) -> Result<Self, ResampleError> {
        if let Some(rate) = [from, to].into_iter().find(|rate| !RATES.contains(rate)) {
            return Err(ResampleError::UnsupportedRate(rate));
        }
        let fft = if from == to { None } else { Some(fft(from, to).map_err(ResampleError::internal)?) };
        Ok(Self { from, to, fft })
    }

    /// The whole of a recording, its beginning and end where they were: round(length · to / from) samples.
    ///
    /// # Errors
    /// [`ResampleError::Internal`] only.
    pub fn convert(&mut self, samples: &[i16]) -> Result<Vec<i16>, ResampleError> {
        let Some(fft) = &mut self.fft else { return Ok(samples.to_vec()) };
        let input: Vec<f32> = samples.iter().map(|&sample| f32::from(sample)).collect();
        let input = SequentialSlice::new(&input, 1, samples.len()).map_err(ResampleError::internal)?;
        let converted = fft.process_all(&input, samples.len(), None).map_err(ResampleError::internal)?.take_data();
        // `as` saturates: overshoot of a clipped recording stays at full scale.
        let mut output: Vec<i16> = converted.iter().map(|sample| sample.round() as i16).collect();
        output.resize(length(samples.len(), self.from, self.to), 0);
        Ok(output)
    }
}

/// The whole of a recording at another rate; see [`Resampler::convert`].
///
/// # Errors
/// As [`Resampler::new`] and [`Resampler::convert`].
pub fn convert(samples: &[i16], from: u32, to: u32) -> Result<Vec<i16>, ResampleError> {
    Resampler::new(from, to)?.convert(samples)
}

/// Why a recording could not be brought to another rate.
#[derive(Debug, thiserror::Error)]
pub enum ResampleError {
    /// A rate outside [`RATES`], Hz. Who can fix it: the operator, by converting the recording.
    #[error("sample rate {0} Hz is not between {min} and {max} Hz", min = RATES.start(), max = RATES.end())]
    UnsupportedRate(u32),
    /// The converter refused its own settings. Who can fix it: us.
    #[error("the converter failed: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ResampleError {
    fn internal(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal(Box::new(error))
    }
}

fn length(samples: usize, from: u32, to: u32) -> usize {
    ((samples as u64 * u64::from(to) + u64::from(from) / 2) / u64::from(from)) as usize
}

/// Sample rates that are converted, Hz: from the old 6 kHz voice files to the highest that studios use.
pub const RATES: std::ops::RangeInclusive<u32> = 6_000..=192_000;

/// An FFT converter: at a fixed ratio rubato's best quality and its fastest.
fn fft(from: u32, to: u32) -> Result<Fft<f32>, ResamplerConstructionError> {
    // Sub-chunks of 40 ms of input: from 16 kHz the passband then reaches to 3.8 kHz of 4.
    let sub_chunk = from as usize / 25;
    Fft::new_custom(
        from as usize,
        to as usize,
        sub_chunk,
        1,
        1,
        rubato::WindowFunction::BlackmanHarris2,
        FixedSync::Both,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_exact_at_any_rate() {
        for (from, to) in
            [(16_000, 8_000), (8_000, 16_000), (44_100, 8_000), (11_025, 16_000), (48_000, 8_000), (7_919, 16_000)]
        {
            for length in [0, 1, 7, 160, 12_345] {
                let expected = (f64::from(length) * f64::from(to) / f64::from(from)).round() as usize;
                let output = convert(&vec![1000; length as usize], from, to).expect("rates");
                assert_eq!(output.len(), expected, "{length} samples {from} -> {to}");
            }
        }
    }

    #[test]
    fn nothing_moves_in_time() {
        let mut click = vec![0i16; 16_000];
        click[8_000] = 20_000;
        for (to, at) in [(8_000, 4_000usize), (16_000, 8_000)] {
            let output = convert(&click, 16_000, to).expect("rates");
            let loudest = (0..output.len()).max_by_key(|&i| output[i].unsigned_abs()).expect("samples");
            assert_eq!(loudest, at);
        }
    }

    #[test]
    fn the_telephone_band_passes_and_the_rest_does_not_fold_into_it() {
        for from in [16_000, 44_100, 48_000] {
            for hz in [300.0, 1_000.0, 3_400.0] {
                assert!(gain_db(from, hz).abs() < 0.2, "{from}: {hz} Hz {} dB", gain_db(from, hz));
            }
            for hz in [4_300.0, 5_000.0, 7_500.0] {
                assert!(gain_db(from, hz) < -60.0, "{from}: {hz} Hz {} dB", gain_db(from, hz));
            }
        }
    }

    #[test]
    fn the_same_rate_is_the_same_audio() {
        let samples: Vec<i16> = (0..1000).map(|i| i * 31).collect();
        assert_eq!(convert(&samples, 8_000, 8_000).expect("rates"), samples);
    }

    #[test]
    fn rates_no_recording_has_are_refused() {
        for rate in [0, 5_999, 4_000_000_000] {
            assert!(
                matches!(convert(&[0], rate, 8_000), Err(ResampleError::UnsupportedRate(refused)) if refused == rate)
            );
        }
    }

    fn gain_db(from: u32, hz: f64) -> f64 {
        let tone = |i: u32| (10_000.0 * (std::f64::consts::TAU * hz * f64::from(i) / f64::from(from)).sin()) as i16;
        let output = convert(&(0..from).map(tone).collect::<Vec<_>>(), from, 8_000).expect("rates");
        let steady = &output[1_000..7_000];
        let power = steady.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / steady.len() as f64;
        10.0 * (power.max(1e-3) / (10_000f64.powi(2) / 2.0)).log10()
    }
}
