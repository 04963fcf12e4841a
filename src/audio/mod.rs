//! Sound as data: G.711, WAV files, resampling, levels and spectra, the prompt bank.
//!
//! Levels are dBov = 20·log10(RMS/32768), so a full-scale square wave is 0 dBov.

pub mod bank;
pub mod codec;
pub mod level;
pub mod master;
pub mod resample;
pub mod source;
pub mod spectrum;
pub mod split;
pub mod wav;

pub use bank::{Bank, Chunk, Clip};
pub use codec::{Codec, Decoder};
pub use source::{Content, Source, Sum};

/// Samples of 8 kHz audio a millisecond: the rate at which everything is heard and timed.
pub const SAMPLES_PER_MS: usize = 8;
