//! The recordings as the rules see them: how long, how loud, how fast, and what they were told to say.

use super::sheet::Sheet;
use crate::audio::{
    Sum, level,
    master::QUIET_BELOW_SPEECH,
    source::Source,
    wav::{self, Recording},
};
use std::{collections::BTreeMap, time::Duration};

/// Names a recording: its locale (or `common`) and prompt id.
pub(super) type Name = (String, String);

/// What the rules need to know of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// Its length, the quiet at its ends included.
    pub duration: Duration,
    /// Quiet before its sound.
    pub lead: Duration,
    /// Quiet after it.
    pub tail: Duration,
    /// Active speech level (ITU-T P.56), dBov; none in a recording of silence.
    pub level_dbov: Option<f32>,
    /// Samples cut off at full scale.
    pub clipped: usize,
    /// Samples a second.
    pub sample_rate: u32,
}

impl Figures {
    /// The figures of a WAV file; `None` where it cannot be read, which is told elsewhere.
    pub(super) fn of(wav: &[u8]) -> Option<Self> {
        let recording = wav::read(wav).ok()?;
        let (duration, sample_rate) = (recording.duration(), recording.sample_rate);
        let clipped = recording.channels.iter().map(|channel| level::clipped(channel)).max().unwrap_or(0);
        let samples = Recording::into_mono(recording);
        let level_dbov = level::active(&samples, sample_rate).map(|active| active.level_dbov);
        let floor = level_dbov.map_or(0.0, |level| level - QUIET_BELOW_SPEECH);
        let (lead, tail) = level::quiet_ends(&samples, sample_rate, floor);
        Some(Self { duration, lead, tail, level_dbov, clipped, sample_rate })
    }

    /// How long somebody speaks in it: the quiet at its ends is left out, pauses between sentences are not.
    pub fn spoken(&self) -> Duration {
        self.duration.saturating_sub(self.lead + self.tail)
    }
}

/// The figures of every recording that can be read; those that are `known` are not measured again.
pub(super) fn measure(recordings: &[Source], known: impl Fn(&Name, Sum) -> Option<Figures>) -> BTreeMap<Name, Figures> {
    let figures = recordings.iter().filter_map(|recording| {
        let name = name(recording);
        let figures = known(&name, recording.wav.sum()).or_else(|| Figures::of(recording.wav.bytes()?))?;
        Some((name, figures))
    });
    figures.collect()
}

pub(super) fn name(recording: &Source) -> Name {
    (recording.locale.clone(), recording.prompt.clone())
}

/// What the recordings were told to say (`texts.csv` beside them: locale, prompt_id, text), by name.
///
/// # Errors
/// Where the file is no such list, in the CSV reader's words.
pub(super) fn sheet(csv: &str) -> Result<BTreeMap<Name, String>, String> {
    let sheet = Sheet::parse(csv)?;
    Ok(sheet.rows().map(|row| ((row.locale.into(), row.prompt.into()), row.text.into())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_may_have_more_columns_and_a_byte_order_mark() {
        let sheet = sheet("\u{feff}locale,voice,prompt_id,text\nen,a,hello,\"Hello, you.\"\n").expect("a sheet");
        assert_eq!(sheet.get(&("en".into(), "hello".into())).map(String::as_str), Some("Hello, you."));
        assert!(super::sheet("id;text\na;b\n").is_err());
    }

    #[test]
    fn the_quiet_at_the_ends_is_not_speaking_time() {
        let tone = |n: u32| (8000.0 * (f64::from(n) * 0.3).sin()) as i16;
        let samples: Vec<i16> = (0..24_000).map(|n| if (4_000..16_000).contains(&n) { tone(n) } else { 0 }).collect();
        let figures = Figures::of(&wav_file(&samples)).expect("a recording");
        assert_eq!((figures.lead.as_millis(), figures.tail.as_millis()), (500, 1000));
        assert_eq!(figures.spoken().as_millis(), 1500);
    }

    fn wav_file(samples: &[i16]) -> Vec<u8> {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 8_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = std::io::Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut file, spec).expect("a writer");
        samples.iter().for_each(|sample| writer.write_sample(*sample).expect("memory"));
        writer.finalize().expect("memory");
        file.into_inner()
    }
}
