//! The keys of golden tests, `prompts/tests/*.toml`.

use super::{
    Form::{self, Any, Each, Flag, List, Map, Number, Prompt, Section, Text, Time, Word},
    Key,
};

/// What stands in a table of a service's answer, or of the script that a test changes.
const ANYTHING: Form = Any(&[Text, Number(i64::MIN, i64::MAX), Flag, Map(&Text)]);

/// A time in a test.
const SPAN: Form = Time("0ms", "1440m");

pub(super) const KEYS: [Key; 39] = [
    Key::new("tests/*.toml", "name", Text, "测试说明什么，给人看的", "what it shows, for the report"),
    Key::new(
        "tests/*.toml",
        "expect",
        Any(&[Each(&Text), List("tests/*.toml expect")]),
        "应该听到什么，按顺序；没有写的不看",
        "what must be heard, in order; nothing: it is not looked at",
    ),
    Key::new("tests/*.toml", "never", Each(&Prompt), "不能听到的", "what must not be heard"),
    Key::new(
        "tests/*.toml",
        "end",
        Any(&[Text, Section("tests/*.toml end")]),
        "怎么结束：silent、agent 等等，或者 queue:名字、agent:分机",
        "how it ends: silent, agent and so on, or queue:<name>, agent:<extension>",
    ),
    Key::new("tests/*.toml", "caller", Section("tests/*.toml caller"), "客户", "the caller").needed(),
    Key::new("tests/*.toml", "world", Section("tests/*.toml world"), "客户以外的", "what is not the caller's"),
    Key::new(
        "tests/*.toml",
        "with",
        Map(&ANYTHING),
        "这个测试里，脚本的哪一项换成什么，写法和 hotline.toml 一样：[with.hotline]、[with.step.名字]",
        "what is changed in the script for this test, as in hotline.toml: [with.hotline], [with.step.<name>]",
    ),
    Key::new(
        "tests/*.toml caller",
        "events",
        Each(&Text),
        "发生什么：wait:5s、speak:2s、speak:2s:faint、click、key:1、hear:menu_main、from:menu_main、hangup、break",
        "what happens: wait:5s, speak:2s, speak:2s:faint, click, key:1, hear:menu_main, from:menu_main, hangup, break",
    ),
    Key::new(
        "tests/*.toml caller",
        "say",
        Each(&Text),
        "声音和按键：hiss:5s、silence:5s、noise:5s:-30、wav:文件、key:1、hear:menu_main、from:menu_main、hangup",
        "sounds and keys: hiss:5s, silence:5s, noise:5s:-30, wav:<file>, key:1, hear:menu_main, from:menu_main, hangup",
    ),
    Key::new(
        "tests/*.toml caller",
        "background",
        Word(&["silent", "noise", "tone"]),
        "写 events 时，没有人说话的线路是什么样",
        "with events: what the line is like while nobody speaks",
    )
    .or("\"silent\""),
    Key::new(
        "tests/*.toml caller",
        "dialect",
        Word(&["twilio", "asterisk", "asterisk-json"]),
        "写 say 时，经过哪种网关",
        "with say: the kind of gateway",
    )
    .or("\"twilio\""),
    Key::new(
        "tests/*.toml caller",
        "number",
        Text,
        "来电号码；\"\" 是隐藏号码",
        "the caller's number; \"\": it is withheld",
    )
    .or("\"13800138000\""),
    Key::new(
        "tests/*.toml caller",
        "echo",
        Text,
        "写 say 时的回声：增益分贝:延迟，例如 -12:60",
        "with say: an echo, as gain in dB:delay, as in -12:60",
    ),
    Key::new(
        "tests/*.toml caller",
        "resume",
        Text,
        "转接以后又回来的电话：no_answer、busy、failed、completed",
        "a call that comes back from a transfer: no_answer, busy, failed, completed",
    ),
    Key::new(
        "tests/*.toml caller",
        "parameters",
        Map(&Text),
        "网关给的参数，脚本里是 param.名字",
        "what the gateway tells besides; param.<name> in the script",
    ),
    Key::new(
        "tests/*.toml expect",
        "heard",
        Prompt,
        "听到哪一句；welcome_* 是一类",
        "the prompt; welcome_* is any of a kind",
    )
    .needed(),
    Key::new("tests/*.toml expect", "after", Prompt, "紧接着哪一句", "the prompt that it follows directly"),
    Key::new(
        "tests/*.toml expect",
        "wait",
        SPAN,
        "两句之间安静多久，不能更短",
        "the silence between the two, and no shorter",
    ),
    Key::new("tests/*.toml expect", "within", SPAN, "可以长多少", "how much longer it may be").or("\"100ms\""),
    Key::new("tests/*.toml expect", "complete", Flag, "是否听完", "whether it is heard to its end").or("true"),
    Key::new(
        "tests/*.toml end",
        "disposition",
        Text,
        "结果：agent、silent、faint、noisy、choppy、one_way、callback、message、completed、abandoned、failed 等",
        "the outcome: agent, silent, faint, noisy, choppy, one_way, callback, message, completed, abandoned, failed …",
    ),
    Key::new("tests/*.toml end", "by", Word(&["hotline", "caller"]), "谁先挂机", "who hangs up"),
    Key::new(
        "tests/*.toml end",
        "route",
        Text,
        "交给谁：agent:分机、queue:队列、end",
        "who takes the call: agent:<extension>, queue:<name>, end",
    ),
    Key::new(
        "tests/*.toml end",
        "wait",
        SPAN,
        "最后一句到挂机，安静多久",
        "the silence between the last words and the hang-up",
    ),
    Key::new("tests/*.toml end", "within", SPAN, "可以长多少", "how much longer it may be").or("\"100ms\""),
    Key::new(
        "tests/*.toml world",
        "at",
        Text,
        "当地的日期和钟点：2026-11-22T09:30",
        "local date and time: 2026-11-22T09:30",
    )
    .or("\"2026-11-18T20:00\""),
    Key::new("tests/*.toml world", "store", Flag, "能不能存好", "whether things can be stored").or("true"),
    Key::new(
        "tests/*.toml world",
        "transfer",
        Word(&["accepted", "refused"]),
        "网关的接口怎么回答转接；没有写的是没有接口",
        "what the gateway's API answers to a transfer; else there is none",
    ),
    Key::new(
        "tests/*.toml world",
        "marks",
        Word(&["true", "never", "twice", "early", "some"]),
        "写 events 时，网关怎样报告播放位置",
        "with events: how the gateway reports what was played",
    )
    .or("\"true\""),
    Key::new("tests/*.toml world", "limit", SPAN, "多久还没有结束就放弃", "when a call without an end is given up")
        .or("\"10m\""),
    Key::new("tests/*.toml world", "http", List("tests/*.toml world.http"), "别的系统", "services outside"),
    Key::new(
        "tests/*.toml world",
        "past",
        Section("tests/*.toml world.past"),
        "这个号码以前的来电",
        "earlier calls of the number",
    ),
    Key::new(
        "tests/*.toml world.http",
        "url",
        Text,
        "网址以什么开头的，由它回答",
        "what the addresses it answers begin with",
    )
    .needed(),
    Key::new(
        "tests/*.toml world.http",
        "answer",
        Any(&[Text, Map(&ANYTHING)]),
        "回答的 JSON，写成 { … }；写成文字就不是 JSON",
        "the JSON it answers with, as { … }; a text is no JSON",
    ),
    Key::new("tests/*.toml world.http", "status", Number(100, 599), "HTTP 状态", "the HTTP status").or("200"),
    Key::new("tests/*.toml world.http", "delay", SPAN, "多久以后回答", "how long it takes").or("\"100ms\""),
    Key::new(
        "tests/*.toml world.past",
        "called",
        SPAN,
        "上一通电话多久以前结束；没有写的是没有来过",
        "how long ago the last call ended; else there was none",
    ),
    Key::new("tests/*.toml world.past", "dropped", Flag, "上一通是不是中断的", "whether it was cut off").or("false"),
    Key::new("tests/*.toml world.past", "barred", Flag, "号码是不是暂停服务", "whether the number is barred")
        .or("false"),
];
