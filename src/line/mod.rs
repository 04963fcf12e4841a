//! What the line sounds like: frames in, speech and judgements out, each with its evidence.
//!
//! detector → features → judge, each replaceable: [`Listener`] lays the caller's audio (and its gaps) on one timeline,
//! a detector says which parts are speech, features gather level, noise and more over any stretch of the timeline, and
//! a judge names the [`Condition`]. The same listener serves live calls, `analyze` and `replay`.
//!
//! "Frames arrive" and "somebody speaks" are different signals: missing frames are time that passed without media.

mod analyze;
mod barge;
#[cfg(feature = "neural")]
mod concealment;
mod cuts;
mod dtmf;
mod ear;
mod echo;
mod envelope;
mod falls;
mod features;
mod floor;
mod forest;
mod frame;
#[cfg(feature = "neural")]
mod gain;
mod histogram;
mod history;
mod judge;
pub mod listener;
mod meter;
#[cfg(feature = "neural")]
mod neural;
mod plain;
mod plain_judge;
mod processor;
#[cfg(feature = "neural")]
mod silero;
mod spectrum;
mod talk;
mod thresholds;
mod timeline;
mod tones;
mod verdicts;
mod webrtc;

pub use analyze::{Analysis, analyze, analyze_by};
pub use barge::BARGE_FIGURES;
pub use forest::{FIGURES, Forest};
pub use listener::Listener;
pub use thresholds::Thresholds;
pub use webrtc::Gate;

use crate::{moment::Moment, phone::Digit};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a stretch of line is like (contract.md, Conditions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Nothing to be heard, or no media at all.
    Silent,
    /// A caller who can be understood.
    Clear,
    /// A caller, too quiet.
    Faint,
    /// A caller, and too much noise to understand.
    Noisy,
    /// A caller, quiet and reverberant: a hands-free telephone.
    Handsfree,
    /// A caller with drop-outs in the speech.
    Choppy,
    /// Loud noise and nobody speaking.
    Noise,
    /// A machine's tone or music; see [`Judgement::kind`].
    Tone,
}

impl Condition {
    /// Every condition, in the contract's order.
    pub const ALL: [Self; 8] =
        [Self::Silent, Self::Clear, Self::Faint, Self::Noisy, Self::Handsfree, Self::Choppy, Self::Noise, Self::Tone];

    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Clear => "clear",
            Self::Faint => "faint",
            Self::Noisy => "noisy",
            Self::Handsfree => "handsfree",
            Self::Choppy => "choppy",
            Self::Noise => "noise",
            Self::Tone => "tone",
        }
    }

    /// The condition called `word`.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.as_str() == word)
    }

    /// Whether somebody speaks on such a line.
    pub const fn has_caller(self) -> bool {
        matches!(self, Self::Clear | Self::Faint | Self::Noisy | Self::Handsfree | Self::Choppy)
    }
}

/// Which machine is heard where the condition is [`Condition::Tone`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the field's own")]
pub enum Tone {
    Dtmf,
    Busy,
    Congestion,
    Dial,
    Howler,
    Ringback,
    CallWaiting,
    Sit,
    Fax,
    Modem,
    Music,
}

impl Tone {
    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dtmf => "dtmf",
            Self::Busy => "busy",
            Self::Congestion => "congestion",
            Self::Dial => "dial",
            Self::Howler => "howler",
            Self::Ringback => "ringback",
            Self::CallWaiting => "call_waiting",
            Self::Sit => "sit",
            Self::Fax => "fax",
            Self::Modem => "modem",
            Self::Music => "music",
        }
    }
}

/// What the listener says while it listens. Moments are on the call's axis and may lie a little in the past.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LineEvent {
    /// Something that may become speech has begun. Momentary: a click, a cough and noise do it too.
    Sound {
        /// When it began.
        at: Moment,
    },
    /// The sound has ended.
    Quiet {
        /// When it ended.
        at: Moment,
    },
    /// Somebody speaks: sustained, not momentary.
    SpeechStarted {
        /// When the speech began (about 200 ms before this event).
        onset: Moment,
    },
    /// A key was heard in the audio (a gateway that reports keys itself usually takes them out of it).
    Key {
        /// Which.
        digit: Digit,
        /// When it was sure: at most 60 ms after its tones began.
        at: Moment,
    },
    /// The speaker has paused (reported after 200 ms of pause).
    SpeechEnded {
        /// When the last speech was heard.
        at: Moment,
    },
}

/// Pays what is paid once a process: weights are unpacked and transforms planned before the first caller could have to wait
/// for it. A few milliseconds.
pub fn warm_up() {
    // Any buzz that every detector looks at will do.
    let buzz: Vec<i16> = (0..8_000).map(|n| (n % 80) * 100).collect();
    let end = Moment::from_millis(1_000);
    let mut listener = Listener::new();
    listener.hear(&buzz, end);
    let _ = listener.judge(Moment::ZERO, end, Sensitivity::Normal);
}

/// How closely a line is listened to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Attention {
    /// A decision is pending: every detector works. The default.
    #[default]
    Full,
    /// Nobody will judge: only the cheap detector works, for events; judgements of this time are poorer.
    Events,
}

/// How sensitively a stretch is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitivity {
    /// As the thresholds are set.
    Normal,
    /// Last-chance listening (service-script.md §1): speech that is easily missed counts.
    LastChance,
}

/// What a stretch of line was judged to be, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The verdict.
    pub condition: Condition,
    /// Which tone, where the verdict is [`Condition::Tone`].
    pub kind: Option<Tone>,
    /// How sure, 0 to 1.
    pub confidence: f32,
    /// The figures the verdict rests on.
    pub evidence: Evidence,
}

/// Which detector a judgement rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detector {
    /// Levels, WebRTC's gate and the shape of the sound alone: built without `neural`, or not attending.
    #[default]
    Plain,
    /// The neural one.
    Neural,
}

/// Which rule decided, in a telephone engineer's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Nothing was measured: somebody told us (a scenario, a test).
    #[default]
    Told,
    /// No media came for most of the stretch.
    NoMedia,
    /// Nothing louder than a quiet room, and nobody speaks.
    NothingHeard,
    /// Loud, and nobody speaks.
    NoiseWithoutSpeech,
    /// A machine's tone.
    ToneHeard,
    /// Last-chance listening: speech so short or quiet that it is easily missed.
    HardlyHeard,
    /// Speech below the level at which a caller is asked to speak up.
    LevelBelowLimit,
    /// Speech less far above the noise than can be understood.
    SnrBelowLimit,
    /// Speech without a pause, of several voices.
    OtherVoices,
    /// Quiet speech with a room's reverberation.
    QuietAndReverberant,
    /// Cuts in the speech with sound on both sides.
    CutsInSpeech,
    /// Speech, and nothing wrong with it.
    Understandable,
}

impl Rule {
    /// The word in records and traces.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::NoMedia => "no_media",
            Self::NothingHeard => "nothing_heard",
            Self::NoiseWithoutSpeech => "noise_without_speech",
            Self::ToneHeard => "tone_heard",
            Self::HardlyHeard => "hardly_heard",
            Self::LevelBelowLimit => "level_below_limit",
            Self::SnrBelowLimit => "snr_below_limit",
            Self::OtherVoices => "other_voices",
            Self::QuietAndReverberant => "quiet_and_reverberant",
            Self::CutsInSpeech => "cuts_in_speech",
            Self::Understandable => "understandable",
        }
    }
}

/// The figures behind a judgement. A figure that does not apply is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Which rule decided.
    pub rule: Rule,
    /// Which detector found the speech.
    pub detector: Detector,
    /// Where the judged stretch begins and ends, milliseconds of the call.
    pub from_ms: u64,
    /// See `from_ms`.
    pub to_ms: u64,
    /// Speech in the stretch, milliseconds.
    pub speech_ms: u64,
    /// Time without media in the stretch, milliseconds.
    pub missing_ms: u64,
    /// Active speech level, dBov.
    pub level_dbov: Option<f32>,
    /// Noise between the speech, dBov.
    pub noise_dbov: Option<f32>,
    /// Speech over noise, dB.
    pub snr_db: Option<f32>,
    /// Share of speech time lost, percent.
    pub loss_pct: Option<f32>,
}

impl Judgement {
    /// A verdict of no evidence but its rule; for simulated callers whose line is what a scenario says it is.
    pub fn told(condition: Condition, rule: Rule) -> Self {
        Self { condition, kind: None, confidence: 1.0, evidence: Evidence { rule, ..Evidence::default() } }
    }

    /// How long somebody spoke in the judged stretch.
    pub const fn speech(&self) -> Duration {
        Duration::from_millis(self.evidence.speech_ms)
    }
}
