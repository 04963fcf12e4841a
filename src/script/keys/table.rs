//! The keys outside steps.

use super::{
    Form::{
        Any, Dates, Digit, Figure, Flag, Hours, List, Map, Named, Number, OneOrMore, Prompt, Section, Step, Text, Word,
    },
    Key, WAIT,
};
use crate::script::problem::WAIVABLE;

/// How a prompt may be interrupted.
pub(super) const BARGE_IN: super::Form = Word(&["none", "key", "speech"]);

/// A ladder, or none.
const LADDER: super::Form = Any(&[Word(&["off"]), Section("line.*")]);

pub(super) const KEYS: [Key; 74] = [
    Key::new("", "hotline", Section("hotline"), "热线本身", "the hotline itself"),
    Key::new("", "greeting", List("greeting"), "问候语：第一条符合的生效", "greetings: the first that fits is said"),
    Key::new("", "barge_in", Map(&BARGE_IN), "每条提示语怎样可以打断", "how each prompt may be interrupted"),
    Key::new("", "limits", Section("limits"), "次数", "limits against endless calls"),
    Key::new("", "hearing", Section("hearing"), "多差才算不好", "from where on a line is called bad"),
    Key::new("", "line", Section("line"), "线路不好的时候", "what happens on bad lines"),
    Key::new("", "words", Section("words"), "不属于哪一步的话", "what is said outside any step"),
    Key::new("", "hours", Named("hours.*"), "服务时间，名字自己取", "hours of service, under names of your own"),
    Key::new("", "waive", List("waive"), "看过了、不必再提的警告", "warnings that were looked at"),
    Key::new("", "step", Named("step.*"), "步骤，名字自己取", "the steps, under names of your own"),
    // ---- the hotline itself
    Key::new("hotline", "name", Text, "热线的名字，用在日志和界面里", "its name, in logs and on screens")
        .or("\"hotline\""),
    Key::new("hotline", "locale", Text, "开始时用哪种语言的提示语", "the language that calls begin in").or("\"zh-CN\""),
    Key::new(
        "hotline",
        "fallback",
        Flag,
        "别的语言缺的提示语，用 locale 的代替",
        "prompts that another language lacks are heard in that of locale",
    )
    .or("false"),
    Key::new("hotline", "timezone", Text, "钟点和日期按哪个时区", "the time zone of clock and calendar")
        .or("\"Asia/Shanghai\""),
    Key::new("hotline", "start", Step, "来电从哪一步开始", "the first step of a call").or("\"welcome\""),
    Key::new("hotline", "greeting", Prompt, "没有符合的问候语时播放", "said where no greeting fits").or("\"welcome\""),
    Key::new(
        "hotline",
        "record",
        Flag,
        "是否录音；录音的要在开场告知",
        "whether calls are recorded; callers are told at the opening",
    )
    .or("false"),
    Key::new("hotline", "agent", Step, "哪一步是人工服务", "the step that is the human being").or("\"agent\""),
    Key::new(
        "hotline",
        "transfer_failed",
        Step,
        "转接没有接通时，从这一步继续",
        "where a call goes on whose transfer failed",
    )
    .or("\"transfer_failed\""),
    Key::new(
        "hotline",
        "after_agent",
        Step,
        "坐席先挂机后，从这一步继续；没有就道别",
        "where a call goes on after the agent has left; none: goodbye",
    ),
    // ---- greetings
    Key::new("greeting", "dates", Dates, "从哪天到哪天", "from which day to which"),
    Key::new("greeting", "hours", Hours, "从几点到几点；可以跨过零点", "from when to when; past midnight is allowed"),
    Key::new("greeting", "say", Prompt, "播放哪一条", "the prompt").needed(),
    // ---- limits
    Key::new("limits", "wrong_keys", Number(1, 20), "第几次按错键转人工", "wrong keys before an agent takes over")
        .or("3"),
    Key::new("limits", "repeats", Number(0, 20), "连续重听最多几次", "repeats by key in a row").or("2"),
    Key::new(
        "limits",
        "no_input",
        Number(0, 20),
        "没有回答时提醒几次，再没有就转人工",
        "hints at no input before an agent takes over",
    )
    .or("1"),
    Key::new(
        "limits",
        "ladders",
        Number(1, 20),
        "一通电话里同一种线路情况最多处理几次",
        "how often one line condition is dealt with in a call",
    )
    .or("3"),
    // ---- hearing
    Key::new("hearing", "faint", Figure("dBov", -70, -20), "人声低于这个才算声音太小", "under this a voice is faint")
        .or("\"-37dBov\""),
    Key::new(
        "hearing",
        "handsfree",
        Figure("dBov", -70, -20),
        "人声低于这个才可能算免提",
        "under this a voice may be handsfree",
    )
    .or("\"-35dBov\""),
    Key::new(
        "hearing",
        "noisy",
        Figure("dB", 0, 20),
        "人声比杂音高不到这么多，才算听不清",
        "under this ratio of voice to noise a line is noisy",
    )
    .or("\"8.5dB\""),
    Key::new(
        "hearing",
        "noise",
        Figure("dBov", -70, -20),
        "没有人说话时，低于这个算无声",
        "under this a line without a voice is silent",
    )
    .or("\"-58dBov\""),
    Key::new(
        "hearing",
        "order",
        OneOrMore(&Word(&["choppy", "noisy", "handsfree", "faint"])),
        "几种情况同时有，先说哪一种",
        "which of several conditions at once is told first",
    )
    .or("[\"choppy\", \"noisy\", \"handsfree\", \"faint\"]"),
    // ---- bad lines
    Key::new(
        "line",
        "last_chance",
        Any(&[Prompt, Flag]),
        "请客户换电话之前再仔细听一遍，有人声先说这一句",
        "said where a closer listen finds somebody before the last words",
    )
    .or("\"faint_speak_up\""),
    Key::new(
        "line",
        "one_way",
        Any(&[Word(&["off"]), Section("line.one_way")]),
        "客户可能听不到我们",
        "a caller who may not hear us",
    ),
    Key::new("line", "silent", LADDER, "无声电话", "nothing is heard"),
    Key::new("line", "noise", LADDER, "杂音很大，没有人说话", "loud noise and nobody speaking"),
    Key::new("line", "faint", LADDER, "声音太小", "a voice too quiet"),
    Key::new("line", "noisy", LADDER, "杂音太大，听不清", "a voice under too much noise"),
    Key::new("line", "handsfree", LADDER, "免提", "a quiet and reverberant voice"),
    Key::new("line", "choppy", LADDER, "断断续续", "drop-outs in speech"),
    Key::new("line.one_way", "words", Number(1, 20), "至少几声短话", "how many short words").or("3"),
    Key::new("line.one_way", "callback", Prompt, "登记回电之后说", "said once a callback is stored")
        .or("\"one_way_callback\""),
    Key::new(
        "line.one_way",
        "no_number",
        Prompt,
        "不知道号码，或者没有登记成功时说",
        "said where there is no number, or it could not be stored",
    )
    .or("\"one_way_no_number\""),
    Key::new("line.*", "wait", WAIT, "开场之后等多久；不少于五秒", "silence after the opening; five seconds at least")
        .or("\"5s\""),
    Key::new("line.*", "reason", Text, "为什么等得更短", "why the wait is shorter"),
    Key::new("line.*", "ladder", Any(&[List("line.*.ladder"), OneOrMore(&Prompt)]), "一级一级的台阶", "the rungs")
        .needed(),
    Key::new(
        "line.*",
        "then",
        Text,
        "最后一级之后：hang_up、某一步，或者 line.另一种情况",
        "what follows: hang_up, a step, or line.<another condition>",
    )
    .or("\"hang_up\""),
    Key::new("line.*.ladder", "say", Prompt, "说哪一句", "the prompt").needed(),
    Key::new("line.*.ladder", "wait", WAIT, "说完等多久；不少于五秒", "silence after it; five seconds at least")
        .or("\"5s\""),
    Key::new(
        "line.*.ladder",
        "barge_in",
        BARGE_IN,
        "怎样可以打断；没有写的按 [barge_in]",
        "how it may be interrupted; else as [barge_in] says",
    )
    .or("\"key\""),
    Key::new(
        "line.*.ladder",
        "consent",
        Any(&[Digit, Number(0, 9)]),
        "客户按哪个键表示同意结束",
        "the key by which the caller agrees to end the call",
    ),
    Key::new("line.*.ladder", "reason", Text, "为什么等得更短", "why the wait is shorter"),
    // ---- words
    Key::new("words", "invalid", Prompt, "按错键时说", "said at a wrong key").or("\"menu_invalid\""),
    Key::new("words", "no_input", Prompt, "没有回答时说", "said when nothing is answered").or("\"menu_no_input\""),
    Key::new("words", "busy", Prompt, "来电太多时说", "said when there are too many calls").or("\"capacity_busy\""),
    Key::new("words", "error", Prompt, "系统出错时说", "said when we can't go on").or("\"system_error\""),
    Key::new("words", "louder", Prompt, "客户要求大声时说", "said to who asks for louder prompts")
        .or("\"louder_apology\""),
    Key::new("words", "goodbye", Prompt, "道别", "the goodbye where no step has one").or("\"goodbye\""),
    Key::new("words", "wait", WAIT, "道别后等多久才挂机", "silence before the hang-up").or("\"5s\""),
    Key::new("words", "reason", Text, "为什么等得更短", "why the wait is shorter"),
    // ---- hours
    Key::new("hours.*", "week", Text, "星期几：mon-fri、mon,wed,sat", "the days of the week: mon-fri, or mon,wed,sat")
        .or("\"mon-sun\""),
    Key::new(
        "hours.*",
        "times",
        OneOrMore(&Hours),
        "几点到几点；午休就是两段",
        "times of day; a break makes two of them",
    )
    .or("\"00:00-24:00\""),
    Key::new(
        "hours.*",
        "holidays",
        Flag,
        "按 holidays.toml：放假的日子不算，调休上班的日子算",
        "follow holidays.toml: days off are closed, moved working days open",
    )
    .or("false"),
    // ---- waivers
    Key::new(
        "waive",
        "fault",
        Word(&WAIVABLE),
        "警告的代号，check --json 里的 code",
        "the warning's code, as check --json prints it",
    )
    .needed(),
    Key::new(
        "waive",
        "about",
        Text,
        "哪一节、哪条提示语或者哪个文件：step.welcome、zh-CN/menu_main",
        "the section, prompt or file: step.welcome, zh-CN/menu_main",
    )
    .needed(),
    Key::new("waive", "reason", Text, "为什么可以", "why that is all right").needed(),
    // ---- the other files
    Key::new(
        "holidays.toml",
        "holiday",
        List("holidays.toml holiday"),
        "放假和调休",
        "days off and moved working days",
    ),
    Key::new("holidays.toml holiday", "name", Text, "节日的名字", "the holiday's name").needed(),
    Key::new("holidays.toml holiday", "off", Dates, "放假的日子", "the days off").needed(),
    Key::new("holidays.toml holiday", "work", OneOrMore(&Dates), "调休上班的日子", "the days worked instead"),
    Key::new(
        "holidays.toml holiday",
        "draft",
        Flag,
        "还没有核对过正式的安排",
        "not held against what was published yet",
    )
    .or("false"),
    Key::new(
        "callers.toml",
        "*",
        OneOrMore(&Text),
        "号码，或者以 * 结尾的开头",
        "numbers, or beginnings that end with *",
    ),
    Key::new("<locale>.toml", "text", Text, "提示语的文字", "the prompt's text").needed(),
    Key::new("<locale>.toml", "kind", Word(&["promotion", "closing"]), "推广，或者道别", "advertising, or a farewell"),
];
