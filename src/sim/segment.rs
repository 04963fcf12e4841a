//! What a simulated caller does, one thing after the other (contract.md, SEGMENT).

use super::sound::Sound;
use crate::phone::Digit;
use std::{path::PathBuf, time::Duration};

/// One thing a caller does.
#[derive(Clone, Debug, PartialEq)]
pub enum Segment {
    /// Digital silence.
    Silence(Duration),
    /// The hiss of an idle channel.
    Hiss(Duration),
    /// White noise of this level.
    Noise(Duration, f32),
    /// A sound that is none of speech, of about this level.
    Sound(Sound, Duration, f32),
    /// A recording, with a gain in dB.
    Wav(PathBuf, f32),
    /// Keys, pressed one after the other.
    Keys(Vec<Digit>),
    /// Silence until this many stretches of prompts have been heard in all.
    Hear(u32),
    /// Silence until a prompt of this name ([`super::glob`]) has been heard, to its end or to where it was cut short. Only a
    /// simulation knows the names.
    HearPrompt(String),
    /// Silence until a prompt of this name begins.
    From(String),
    /// Frames that never come.
    Missing(Duration),
    /// Hangs up.
    Hangup,
}

/// Why a segment can't be read. Who can fix it: whoever typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSegment {
    /// No such kind of segment.
    #[error(
        "`{0}`: a segment is silence:MS, hiss:MS, noise:MS:DBOV, \
         hum|room|music|clicks:MS:DBOV, wav:PATH[:GAIN_DB], missing:MS, key:DIGITS, hear:N, hear:PROMPT, from:PROMPT or hangup"
    )]
    Kind(String),
    /// A number or duration that is none.
    #[error("`{0}`: `{1}` is not a number or duration that fits here (5000, 5000ms, 5s)")]
    Number(String, String),
    /// A line that nobody can be heard on, or no condition at all.
    #[error("`{0}`: who speaks does so on a line that is clear, faint, noisy, handsfree or choppy")]
    Condition(String),
    /// A sound, where the caller is told by events.
    #[error("`{0}`: `events` tell what happens; sounds stand in `say`")]
    Sound(String),
    /// A key that no telephone has.
    #[error("`{0}`: keys are 0-9 * # A-D")]
    Key(String),
}

impl Segment {
    /// Whether it can only be done where it is known which prompts are played: in a simulation.
    pub const fn needs_names(&self) -> bool {
        matches!(self, Self::HearPrompt(_) | Self::From(_))
    }
}

impl std::str::FromStr for Segment {
    type Err = BadSegment;

    fn from_str(text: &str) -> Result<Self, BadSegment> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        let bad = |part: &str| BadSegment::Number(text.into(), part.into());
        let duration = |part: &str| duration(part).ok_or_else(|| bad(part));
        Ok(match kind {
            "silence" => Self::Silence(duration(rest)?),
            "hiss" => Self::Hiss(duration(rest)?),
            "missing" => Self::Missing(duration(rest)?),
            "noise" | "hum" | "room" | "music" | "clicks" => {
                let (time, level) = rest.split_once(':').ok_or_else(|| bad(rest))?;
                let (time, level) = (duration(time)?, level.parse().map_err(|_| bad(level))?);
                Sound::parse(kind).map_or(Self::Noise(time, level), |sound| Self::Sound(sound, time, level))
            }
            "wav" => match rest.rsplit_once(':').and_then(|(path, gain)| Some((path, gain.parse().ok()?))) {
                Some((path, gain)) => Self::Wav(path.into(), gain),
                None => Self::Wav(rest.into(), 0.0),
            },
            "key" | "dtmf" => {
                let keys: Option<Vec<Digit>> = rest.chars().map(Digit::parse).collect();
                Self::Keys(keys.filter(|keys| !keys.is_empty()).ok_or_else(|| BadSegment::Key(text.into()))?)
            }
            "hear" | "from" if !super::glob::is_pattern(rest) && rest.parse::<u32>().is_err() => return Err(bad(rest)),
            "hear" => rest.parse().map_or_else(|_| Self::HearPrompt(rest.into()), Self::Hear),
            "from" => Self::From(rest.into()),
            "hangup" if rest.is_empty() => Self::Hangup,
            _ => return Err(BadSegment::Kind(text.into())),
        })
    }
}

/// `5000` and `5000ms` are milliseconds, `5s` and `1.5s` seconds, `2m` minutes; at most a day.
pub fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = match text.find(|c: char| c.is_ascii_alphabetic()) {
        Some(at) => text.split_at(at),
        None => (text, "ms"),
    };
    let seconds =
        number.trim().parse::<f64>().ok()? * [("ms", 0.001), ("s", 1.0), ("m", 60.0)].iter().find(|u| u.0 == unit)?.1;
    (0.0..=86_400.0).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_read_as_the_contract_writes_them() {
        let parse = |text: &str| text.parse::<Segment>();
        assert_eq!(parse("hiss:60000"), Ok(Segment::Hiss(Duration::from_secs(60))));
        assert_eq!(parse("hiss:60s"), Ok(Segment::Hiss(Duration::from_secs(60))));
        assert_eq!(parse("wav:a:b.wav:-6"), Ok(Segment::Wav("a:b.wav".into(), -6.0)));
        assert_eq!(parse("wav:c.wav"), Ok(Segment::Wav("c.wav".into(), 0.0)));
        assert_eq!(parse("noise:500:-30"), Ok(Segment::Noise(Duration::from_millis(500), -30.0)));
        assert_eq!(parse("room:9s:-55"), Ok(Segment::Sound(Sound::Room, Duration::from_secs(9), -55.0)));
        assert_eq!(parse("hangup"), Ok(Segment::Hangup));
        assert_eq!(parse("hear:2"), Ok(Segment::Hear(2)));
        assert_eq!(parse("hear:welcome_*"), Ok(Segment::HearPrompt("welcome_*".into())));
        assert_eq!(parse("from:menu_main"), Ok(Segment::From("menu_main".into())));
        assert!(matches!(parse("key:1*"), Ok(Segment::Keys(keys)) if keys.len() == 2));
    }

    #[test]
    fn what_is_no_segment_is_told_so() {
        for text in [
            "silence:x",
            "noise:5",
            "key:",
            "key:x",
            "hear:-1",
            "hear:",
            "from:Menu",
            "sing:5",
            "silence:-5",
            "silence:1e99",
        ] {
            assert!(text.parse::<Segment>().is_err(), "{text}");
        }
    }
}
