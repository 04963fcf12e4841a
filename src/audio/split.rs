//! Cutting a long recording at its silences.

use super::{level, master::QUIET_BELOW_SPEECH};
use std::{ops::Range, time::Duration};

/// A sound shorter than this is a click or a chair, and no word: chosen; the shortest word of ours has 300 ms.
const SHORTEST: Duration = Duration::from_millis(100);

/// Sound is looked for in blocks of this many a second.
const BLOCKS: u32 = 100;

/// The stretches of sound that silences of at least `pause` part, as samples, first to last; none in silence.
pub fn pieces(samples: &[i16], sample_rate: u32, pause: Duration) -> Vec<Range<usize>> {
    let Some(speech) = level::active(samples, sample_rate) else { return Vec::new() };
    let block = (sample_rate / BLOCKS).max(1) as usize;
    let floor = speech.level_dbov - QUIET_BELOW_SPEECH;
    let loud = samples.chunks(block).map(|block| level::rms_dbov(block).is_some_and(|level| level >= floor));
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for (index, _) in loud.enumerate().filter(|(_, loud)| *loud) {
        let sound = index * block..((index + 1) * block).min(samples.len());
        match pieces.last_mut().filter(|last| time(sound.start - last.end, sample_rate) < pause) {
            Some(last) => last.end = sound.end,
            None => pieces.push(sound),
        }
    }
    pieces.retain(|piece| time(piece.len(), sample_rate) >= SHORTEST);
    pieces
}

fn time(samples: usize, sample_rate: u32) -> Duration {
    Duration::from_secs_f64(samples as f64 / f64::from(sample_rate.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_cut_where_it_is_silent_long_enough() {
        let take = [quiet(300), tone(500), quiet(400), tone(300), quiet(1_200), tone(800), quiet(50)].concat();
        let found = pieces(&take, 8_000, Duration::from_secs(1));
        assert_eq!(in_ms(&found), [(300, 1_500), (2_700, 3_500)]);
        let found = pieces(&take, 8_000, Duration::from_millis(350));
        assert_eq!(in_ms(&found), [(300, 800), (1_200, 1_500), (2_700, 3_500)]);
    }

    #[test]
    fn clicks_and_silence_are_no_pieces() {
        let take = [tone(20), quiet(1_500), tone(600), quiet(1_500), tone(30)].concat();
        assert_eq!(in_ms(&pieces(&take, 8_000, Duration::from_secs(1))), [(1_520, 2_120)]);
        assert!(pieces(&quiet(500), 8_000, Duration::from_secs(1)).is_empty());
    }

    fn in_ms(pieces: &[Range<usize>]) -> Vec<(usize, usize)> {
        pieces.iter().map(|piece| (piece.start / 8, piece.end / 8)).collect()
    }

    fn tone(ms: u32) -> Vec<i16> {
        (0..ms * 8).map(|n| (8_000.0 * (f64::from(n) * 0.5).sin()) as i16).collect()
    }

    fn quiet(ms: usize) -> Vec<i16> {
        vec![0; ms * 8]
    }
}
