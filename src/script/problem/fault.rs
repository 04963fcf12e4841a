//! Everything that can be wrong, as an enum: the messages are written from it, in every language.

use super::Severity;
use crate::{
    audio::{bank::Unusable, wav::WavError},
    line::Condition,
    script::{Locale, PromptId},
};
use std::time::Duration;

/// What kind of value a key wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are TOML's own")]
pub enum Shape {
    Text,
    Flag,
    Number,
    Table,
    List,
    TableList,
    TextOrList,
    TextOrTable,
    TextOrFlag,
}

/// What is wrong. Names and texts in it are the operators' own; no personal data ever is.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are named for what they hold; the sentences are in zh.rs and en.rs")]
pub enum Fault {
    // ---- files and TOML
    /// The text is no TOML; `detail` is the parser's, in English.
    Syntax { detail: String },
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// There is no `hotline.toml`.
    NoHotline,
    /// There is no catalogue of this language.
    NoCatalogue { locale: Locale },
    /// A file whose name is neither `hotline.toml` nor a language.
    StrayFile { name: String },

    // ---- keys and values
    /// A key nobody knows.
    UnknownKey { key: String, nearest: Option<String> },
    /// A key that belongs to another kind of step.
    Misplaced { key: String, needs: &'static str },
    /// A key that has to be there.
    Missing { key: &'static str },
    /// A value of the wrong kind.
    WrongType { key: String, wanted: Shape },
    /// An empty list, table or text.
    Empty { key: String },
    /// No time with a unit.
    BadDuration { text: String },
    /// A time out of its range.
    DurationRange { value: Duration, least: Duration, most: Duration },
    /// A number out of its range.
    NumberRange { least: i64, most: i64 },
    /// No figure with this unit.
    BadFigure { text: String, unit: &'static str },
    /// A figure out of its range.
    FigureRange { least: i64, most: i64, unit: &'static str },
    /// No key of a telephone.
    BadKey { text: String },
    /// The same telephone key twice (`a` and `A`).
    KeyTwice { key: char },
    /// The same word twice in a list that puts them in order.
    WordTwice { word: &'static str },
    /// No days.
    BadDates { text: String },
    /// The last day lies before the first.
    DatesBackwards,
    /// No times of day.
    BadHours { text: String },
    /// No time zone.
    BadTimezone { text: String },
    /// No language tag.
    BadLocale { text: String },
    /// No range of lengths.
    BadLength { text: String },
    /// Not one of the words allowed here.
    BadWord { text: String, allowed: &'static [&'static str], nearest: Option<String> },
    /// No name of a prompt.
    BadPromptName { text: String },
    /// No name of a step.
    BadStepName { text: String },
    /// No extension or queue: empty, or with white space or a line break in it.
    BadTarget { text: String },
    /// No name of a variable.
    BadVariable { text: String },
    /// No address, or one whose host is not fixed.
    BadUrl { text: String },
    /// No name or value of an HTTP header.
    BadHeader { text: String },
    /// No environment variable that a script may read.
    BadSecret { text: String },
    /// Digits of different lengths without a key that ends them.
    NoEndKey,
    /// `$something` nobody knows.
    UnknownPart { text: String },

    // ---- names
    /// No step is called so.
    UnknownStep { name: String, nearest: Option<String> },
    /// No line condition is called so.
    UnknownCondition { name: String, nearest: Option<String> },
    /// The condition has no ladder.
    NoLadder { condition: Condition },
    /// The file has no step at all.
    NoSteps,
    /// No step is the human being.
    NoAgentStep { name: String },

    // ---- steps
    /// Two things a step cannot both do.
    TwoActs { first: &'static str, second: &'static str },
    /// A step after which nothing happens.
    DeadEnd { step: String },
    /// Speech leads somewhere, but nothing can be asked here.
    NoQuestion,

    // ---- branches, hours, callers
    /// No days of the week.
    BadWeek { text: String },
    /// No hours are called so.
    UnknownHours { name: String, nearest: Option<String> },
    /// No list of callers is called so.
    UnknownCallers { name: String, nearest: Option<String> },
    /// Neither a number nor the beginning of numbers. It is not repeated: it may be somebody's.
    BadCaller,
    /// A day that is off and worked on.
    CalendarClash { day: jiff::civil::Date },
    /// Hours that follow a calendar which is not final.
    DraftCalendar { year: i16 },
    /// Hours that follow a calendar which says nothing of the year that it is.
    NoCalendar { year: i16 },
    /// A line of a branch without a condition.
    NoCondition,
    /// A variable with nothing to hold it against.
    NoTest,
    /// A line of a branch that never counts, because line `first` (from 1) fits whenever it does.
    IdleLine { first: usize },
    /// Shares that do not make a hundred.
    BadShares { sum: u32 },

    // ---- texts
    /// A prompt is used and these catalogues have no text for it.
    NoText { prompt: PromptId, locales: Vec<Locale>, nearest: Option<String> },
    /// A value is read out and this catalogue lacks parts of it.
    NoParts { part: String, locale: Locale, missing: Vec<PromptId> },
    /// Nobody here knows how that is read out in this language.
    NoReading { part: String, locale: Locale },
    /// Words a caller must never hear.
    Forbidden { phrase: String },
    /// 你 where 您 belongs.
    Familiar,
    /// A menu announces a key that does nothing there.
    AnnouncedKey { key: char },
    /// A menu whose words do not mention the human being.
    HumanUnsaid { step: String },

    // ---- ends
    /// A call may end here without words of farewell, in these languages; `last` is what is said last, where it is known.
    NoClosing { last: Option<PromptId>, locales: Vec<Locale> },
    /// A call would end without a wait.
    NoWait,
    /// A wait before a hang-up is shorter than the standard's.
    ShortHangUp { wait: Duration },
    /// A wait of a line ladder is shorter than the standard's.
    ShortWait { wait: Duration },
    /// Hardly time to answer.
    ShortAnswer { wait: Duration },
    /// Ladders that lead to each other for ever.
    LadderCircle { conditions: Vec<Condition> },
    /// The caller's consent is asked for, and the ladder goes on whatever the answer.
    IdleConsent,
    /// Calls are recorded and nobody says so.
    NoNotice,

    // ---- the graph
    /// No path leads here.
    Unreachable { step: String },
    /// A circle that turns without the caller doing anything.
    Endless { steps: Vec<String> },
    /// The step that should be the human being leads to none.
    NobodyThere { step: String },
    /// A menu without a key for the human being.
    NoHumanKey { step: String },
    /// More choices than can be remembered.
    TooManyChoices { count: usize, most: usize },
    /// A menu under too many others.
    TooDeep { level: usize, most: usize },
    /// Advertising before the caller has chosen anything.
    EarlyPromotion { prompt: PromptId },
    /// A variable that may not be set yet.
    Unset { variable: String, nearest: Option<String> },

    // ---- recordings (`file` as operators see it: `zh-CN/goodbye.wav`)
    /// A prompt that callers hear has no recording.
    NoRecording { file: String },
    /// A text that nothing uses yet has no recording.
    NoSpareRecording { file: String },
    /// Nothing can be made of a recording.
    BadRecording { file: String, why: BadAudio },
    /// Fewer samples a second than a telephone carries.
    LowRate { file: String, sample_rate: u32 },
    /// The loudest parts are cut off; `samples` of them.
    Clipped { file: String, samples: usize },
    /// Hard to hear.
    TooQuiet { file: String, level: Decibels, least: Decibels },
    /// Quieter than the others.
    RatherQuiet { file: String, level: Decibels, others: Decibels },
    /// A shock after the others.
    TooLoud { file: String, level: Decibels, others: Decibels },
    /// Silence at its ends that callers wait through and that every wait is lengthened by.
    QuietEnds { file: String, lead: Duration, tail: Duration, severity: Severity },
    /// Spoken too fast, in the language's unit a minute.
    TooFast { file: String, rate: u32, most: u32, unit: RateUnit },
    /// Spoken rather fast.
    RatherFast { file: String, rate: u32, most: u32, unit: RateUnit },
    /// The recording says something else than the text.
    TextChanged { file: String, recorded: String },
    /// A machine speaks where a voice actor should; asked for by `check --release` only.
    Synthetic { file: String },
    /// The list of what the recordings say cannot be read.
    BadSheet { detail: String },

    // ---- waivers
    /// A warning is waived that there is not.
    IdleWaiver { fault: &'static str, about: String },
}

/// The codes of the faults that can be waived: every warning, but the one that tells of waivers.
pub const WAIVABLE: [&str; 14] = [
    "stray_file",
    "draft_calendar",
    "no_calendar",
    "announced_key",
    "human_unsaid",
    "short_hang_up",
    "short_answer",
    "no_spare_recording",
    "low_rate",
    "rather_quiet",
    "quiet_ends",
    "rather_fast",
    "text_changed",
    "bad_sheet",
];

/// A level or a difference, decibels, as whole tenths: faults compare exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decibels(i32);

impl From<f32> for Decibels {
    fn from(level: f32) -> Self {
        Self((level * 10.0).round() as i32)
    }
}

impl std::fmt::Display for Decibels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1}", f64::from(self.0) / 10.0)
    }
}

/// What speaking rates are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateUnit {
    /// Chinese characters, which are syllables.
    Characters,
    /// Words.
    Words,
}

/// Why nothing can be made of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadAudio {
    /// Not a WAV file, or a damaged one.
    NotWav,
    /// A coding that is not supported.
    Coding,
    /// More than two channels.
    Channels,
    /// A sample rate of which nothing can be made.
    Rate,
    /// Shorter than its header says.
    Truncated,
    /// No audio in it.
    Empty,
    /// Longer than any prompt.
    TooLong,
}

impl From<&Unusable> for BadAudio {
    fn from(why: &Unusable) -> Self {
        match why {
            Unusable::Wav(WavError::Coding(_) | WavError::Pcm(_)) => Self::Coding,
            Unusable::Wav(WavError::Channels(_)) => Self::Channels,
            Unusable::Wav(WavError::Rate(_)) | Unusable::Resample(_) => Self::Rate,
            Unusable::Wav(WavError::Truncated) => Self::Truncated,
            Unusable::Wav(WavError::Empty) => Self::Empty,
            Unusable::Wav(WavError::NotWav(_)) => Self::NotWav,
            Unusable::TooLong(_) => Self::TooLong,
        }
    }
}

impl Fault {
    /// A word for machines: `check --json`, metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "syntax",
            Self::NotUtf8 => "not_utf8",
            Self::NoHotline => "no_hotline",
            Self::NoCatalogue { .. } => "no_catalogue",
            Self::StrayFile { .. } => "stray_file",
            Self::UnknownKey { .. } => "unknown_key",
            Self::Misplaced { .. } => "misplaced_key",
            Self::Missing { .. } => "missing_key",
            Self::WrongType { .. } => "wrong_type",
            Self::Empty { .. } => "empty",
            Self::BadDuration { .. } => "bad_duration",
            Self::DurationRange { .. } => "duration_range",
            Self::NumberRange { .. } => "number_range",
            Self::BadFigure { .. } => "bad_figure",
            Self::FigureRange { .. } => "figure_range",
            Self::BadKey { .. } => "bad_key",
            Self::KeyTwice { .. } => "key_twice",
            Self::WordTwice { .. } => "word_twice",
            Self::BadDates { .. } => "bad_dates",
            Self::DatesBackwards => "dates_backwards",
            Self::BadHours { .. } => "bad_hours",
            Self::BadTimezone { .. } => "bad_timezone",
            Self::BadLocale { .. } => "bad_locale",
            Self::BadLength { .. } => "bad_length",
            Self::BadWord { .. } => "bad_word",
            Self::BadPromptName { .. } => "bad_prompt_name",
            Self::BadStepName { .. } => "bad_step_name",
            Self::BadTarget { .. } => "bad_target",
            Self::BadVariable { .. } => "bad_variable",
            Self::BadUrl { .. } => "bad_url",
            Self::BadHeader { .. } => "bad_header",
            Self::BadSecret { .. } => "bad_secret",
            Self::NoEndKey => "no_end_key",
            Self::UnknownPart { .. } => "unknown_part",
            Self::UnknownStep { .. } => "unknown_step",
            Self::UnknownCondition { .. } => "unknown_condition",
            Self::NoLadder { .. } => "no_ladder",
            Self::NoSteps => "no_steps",
            Self::NoAgentStep { .. } => "no_agent_step",
            Self::TwoActs { .. } => "two_acts",
            Self::DeadEnd { .. } => "dead_end",
            Self::NoQuestion => "no_question",
            Self::BadWeek { .. } => "bad_week",
            Self::UnknownHours { .. } => "unknown_hours",
            Self::UnknownCallers { .. } => "unknown_callers",
            Self::BadCaller => "bad_caller",
            Self::CalendarClash { .. } => "calendar_clash",
            Self::DraftCalendar { .. } => "draft_calendar",
            Self::NoCalendar { .. } => "no_calendar",
            Self::NoCondition => "no_condition",
            Self::NoTest => "no_test",
            Self::IdleLine { .. } => "idle_line",
            Self::BadShares { .. } => "bad_shares",
            Self::NoText { .. } => "no_text",
            Self::NoParts { .. } => "no_parts",
            Self::NoReading { .. } => "no_reading",
            Self::Forbidden { .. } => "forbidden_phrase",
            Self::Familiar => "familiar_you",
            Self::AnnouncedKey { .. } => "announced_key",
            Self::HumanUnsaid { .. } => "human_unsaid",
            Self::NoClosing { .. } => "no_closing",
            Self::NoWait => "no_wait",
            Self::ShortHangUp { .. } => "short_hang_up",
            Self::ShortWait { .. } => "short_wait",
            Self::ShortAnswer { .. } => "short_answer",
            Self::LadderCircle { .. } => "ladder_circle",
            Self::IdleConsent => "idle_consent",
            Self::NoNotice => "no_recording_notice",
            Self::Unreachable { .. } => "unreachable_step",
            Self::Endless { .. } => "endless",
            Self::NobodyThere { .. } => "nobody_there",
            Self::NoHumanKey { .. } => "no_human_key",
            Self::TooManyChoices { .. } => "too_many_choices",
            Self::TooDeep { .. } => "too_deep",
            Self::EarlyPromotion { .. } => "early_promotion",
            Self::Unset { .. } => "unset_variable",
            Self::NoRecording { .. } => "no_recording",
            Self::NoSpareRecording { .. } => "no_spare_recording",
            Self::BadRecording { .. } => "bad_recording",
            Self::LowRate { .. } => "low_rate",
            Self::Clipped { .. } => "clipped",
            Self::TooQuiet { .. } => "too_quiet",
            Self::RatherQuiet { .. } => "rather_quiet",
            Self::TooLoud { .. } => "too_loud",
            Self::QuietEnds { .. } => "quiet_ends",
            Self::TooFast { .. } => "too_fast",
            Self::RatherFast { .. } => "rather_fast",
            Self::TextChanged { .. } => "text_changed",
            Self::Synthetic { .. } => "synthetic",
            Self::BadSheet { .. } => "bad_sheet",
            Self::IdleWaiver { .. } => "idle_waiver",
        }
    }

    /// The recording that it is about, where it is about one.
    pub fn recording(&self) -> Option<&str> {
        match self {
            Self::NoSpareRecording { file }
            | Self::LowRate { file, .. }
            | Self::RatherQuiet { file, .. }
            | Self::QuietEnds { file, .. }
            | Self::RatherFast { file, .. }
            | Self::TextChanged { file, .. } => Some(file),
            _ => None,
        }
    }

    /// How bad it is.
    pub const fn severity(&self) -> Severity {
        match self {
            Self::StrayFile { .. }
            | Self::DraftCalendar { .. }
            | Self::NoCalendar { .. }
            | Self::AnnouncedKey { .. }
            | Self::HumanUnsaid { .. }
            | Self::ShortHangUp { .. }
            | Self::ShortAnswer { .. }
            | Self::NoSpareRecording { .. }
            | Self::LowRate { .. }
            | Self::RatherQuiet { .. }
            | Self::RatherFast { .. }
            | Self::TextChanged { .. }
            | Self::BadSheet { .. }
            | Self::IdleWaiver { .. } => Severity::Warning,
            Self::QuietEnds { severity, .. } => *severity,
            _ => Severity::Error,
        }
    }
}
