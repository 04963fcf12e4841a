//! The call as a WAV file: caller left, hotline right.

use crate::sim::Telephone;
use std::path::Path;

/// Writes both sides on one time axis.
///
/// # Errors
/// Where the file can't be written.
pub fn save(path: &Path, phone: &Telephone) -> Result<(), hound::Error> {
    let said = phone.said();
    let mut heard = vec![0; said.len()];
    phone.player().heard_at(phone.began(), &mut heard);
    let spec =
        hound::WavSpec { channels: 2, sample_rate: 8000, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut file = hound::WavWriter::create(path, spec)?;
    for (caller, hotline) in said.iter().zip(&heard) {
        file.write_sample(*caller)?;
        file.write_sample(*hotline)?;
    }
    file.finalize()
}
