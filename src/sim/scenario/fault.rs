//! In what a call differed from what was expected of it, in Chinese and in English.

use crate::script::Language;
use std::time::Duration;

/// One thing in which it differed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The file expects nothing at all.
    Nothing,
    /// An expected prompt was never heard.
    Missing(String),
    /// A prompt was heard that was not expected, at these milliseconds.
    Extra(String, u64),
    /// A prompt was heard that must never be.
    Forbidden(String, u64),
    /// A prompt was cut short.
    Cut(String, u64),
    /// A prompt was heard to its end that should have been cut short.
    Whole(String, u64),
    /// A prompt followed another one than it should.
    After {
        /// Which.
        prompt: String,
        /// What it should follow.
        wanted: String,
        /// What it followed, if anything.
        got: Option<String>,
    },
    /// A silence was too short or too long.
    Wait {
        /// The prompt after it; none: the end.
        before: Option<String>,
        /// As expected.
        wanted: Duration,
        /// As it was, milliseconds.
        got_ms: u64,
    },
    /// It came out otherwise.
    Disposition(String, String),
    /// Somebody else ended it.
    By(String, String),
    /// The caller goes somewhere else.
    Route(String, String),
}

impl Fault {
    /// The word for editors and scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing_expected",
            Self::Missing(_) => "missing",
            Self::Extra(..) => "extra",
            Self::Forbidden(..) => "forbidden",
            Self::Cut(..) => "cut",
            Self::Whole(..) => "whole",
            Self::After { .. } => "after",
            Self::Wait { .. } => "wait",
            Self::Disposition(..) => "disposition",
            Self::By(..) => "by",
            Self::Route(..) => "route",
        }
    }

    /// One sentence.
    pub fn words(&self, language: Language) -> String {
        match language {
            Language::Chinese => self.chinese(),
            Language::English => self.english(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Nothing => "没有写应该听到什么：用 --accept 把听到的写进去，再检查一遍".into(),
            Self::Missing(prompt) => format!("没有听到 {prompt}"),
            Self::Extra(prompt, at) => format!("{} 多听到 {prompt}", seconds(*at)),
            Self::Forbidden(prompt, at) => format!("{} 听到 {prompt}，这里绝不能有", seconds(*at)),
            Self::Cut(prompt, at) => format!("{prompt} 没有播完，{} 被打断", seconds(*at)),
            Self::Whole(prompt, at) => format!("{prompt} 应该被打断，却在 {} 播完", seconds(*at)),
            Self::After { prompt, wanted, got } => {
                let got = got.as_deref().unwrap_or("开头");
                format!("{prompt} 应该紧跟 {wanted}，却跟在 {got} 后面")
            }
            Self::Wait { before, wanted, got_ms } => {
                let before = before.as_deref().unwrap_or("挂机");
                format!("{before} 之前等了 {}，应该等 {}", seconds(*got_ms), seconds(wanted.as_millis() as u64))
            }
            Self::Disposition(wanted, got) => format!("结果是 {got}，应该是 {wanted}"),
            Self::By(wanted, got) => format!("由 {got} 结束，应该由 {wanted} 结束"),
            Self::Route(wanted, got) => format!("转到 {got}，应该转到 {wanted}"),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Nothing => "nothing is expected: write down what was heard by --accept, and read it over".into(),
            Self::Missing(prompt) => format!("never heard: {prompt}"),
            Self::Extra(prompt, at) => format!("not expected: {prompt} at {}", seconds(*at)),
            Self::Forbidden(prompt, at) => format!("must never be heard: {prompt} at {}", seconds(*at)),
            Self::Cut(prompt, at) => format!("{prompt} was cut short at {}", seconds(*at)),
            Self::Whole(prompt, at) => format!("{prompt} was heard to its end at {}", seconds(*at)),
            Self::After { prompt, wanted, got } => {
                format!("{prompt} came after {}, not after {wanted}", got.as_deref().unwrap_or("nothing"))
            }
            Self::Wait { before, wanted, got_ms } => {
                let before = before.as_deref().unwrap_or("the end");
                let (got, wanted) = (seconds(*got_ms), seconds(wanted.as_millis() as u64));
                format!("wait before {before} is {got}, not {wanted}")
            }
            Self::Disposition(wanted, got) => format!("disposition is {got}, not {wanted}"),
            Self::By(wanted, got) => format!("ended by {got}, not {wanted}"),
            Self::Route(wanted, got) => format!("route is {got}, not {wanted}"),
        }
    }
}

/// Milliseconds as operators read them: `12.742s`.
pub(super) fn seconds(ms: u64) -> String {
    format!("{}.{:03}s", ms / 1000, ms % 1000)
}
