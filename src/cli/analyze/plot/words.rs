//! What stands in a drawing, in both languages.

use crate::{line::Condition, script::Language};

pub(super) struct Words {
    language: Language,
    pub(super) caller: &'static str,
    pub(super) ours: &'static str,
    pub(super) level: &'static str,
    pub(super) speech: &'static str,
    pub(super) judgement: &'static str,
    pub(super) call: &'static str,
    pub(super) key: &'static str,
    pub(super) wait: &'static str,
    pub(super) ladder: &'static str,
    pub(super) seconds: &'static str,
}

pub(super) fn of(language: Language) -> &'static Words {
    match language {
        Language::Chinese => &CHINESE,
        Language::English => &ENGLISH,
    }
}

static CHINESE: Words = Words {
    language: Language::Chinese,
    caller: "客户",
    ours: "我方",
    level: "电平",
    speech: "人声",
    judgement: "判断",
    call: "通话",
    key: "按键",
    wait: "等待",
    ladder: "台阶",
    seconds: "时间 (秒)",
};

static ENGLISH: Words = Words {
    language: Language::English,
    caller: "Caller",
    ours: "Hotline",
    level: "Level",
    speech: "Speech",
    judgement: "Judgement",
    call: "Call",
    key: "key",
    wait: "wait",
    ladder: "ladder",
    seconds: "time (seconds)",
};

impl Words {
    pub(super) fn condition(&self, condition: Condition) -> &'static str {
        if self.language == Language::English {
            return condition.as_str();
        }
        match condition {
            Condition::Silent => "无声",
            Condition::Clear => "清楚",
            Condition::Faint => "声音小",
            Condition::Noisy => "听不清",
            Condition::Handsfree => "免提",
            Condition::Choppy => "断续",
            Condition::Noise => "杂音",
            Condition::Tone => "信号音",
        }
    }
}
