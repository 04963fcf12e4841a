//! The keys of steps.

use super::{
    Form::{
        Any, Dates, Digit, Flag, Length, List, Map, Number, OneOrMore, Prompt, Section, Step, Text, Variable, Word,
    },
    Key, WAIT,
    table::BARGE_IN,
};

/// What is said: a prompt, `$greeting`, a value (`$number:<variable>`, `$time:now`), or a table.
const SAYING: super::Form = Any(&[Text, Section("step.*.say")]);

/// What a variable is held against, or set to.
const CONTENT: super::Form = Any(&[Text, Number(i64::MIN, i64::MAX)]);

pub(super) const KEYS: [Key; 55] = [
    Key::new("step.*", "say", OneOrMore(&SAYING), "播放的提示语", "what is said first"),
    Key::new(
        "step.*",
        "barge_in",
        BARGE_IN,
        "这一步的提示语怎样可以打断；没有写的按 [barge_in]",
        "how the step's prompts may be interrupted; else as [barge_in] says",
    )
    .or("\"key\""),
    Key::new("step.*", "spare", Text, "没有用到也保留的原因", "why it is kept though nothing leads to it"),
    Key::new("step.*", "reason", Text, "为什么等得更短", "why the wait is shorter"),
    Key::new("step.*", "next", Step, "播完去哪一步", "where to go on"),
    // ---- questions
    Key::new(
        "step.*",
        "keys",
        Map(&Step),
        "按键 = 去哪一步；repeat 再听一遍，louder 大声一点",
        "what each key does: a step, repeat or louder",
    ),
    Key::new("step.*", "speech", Step, "客户开口说话时去哪一步", "where speech leads"),
    Key::new("step.*", "wait", WAIT, "播完后安静等待多久", "silence before nothing counts as the answer").or("\"5s\""),
    Key::new("step.*", "no_input", Step, "没有回答时去哪一步", "where no answer leads"),
    Key::new("step.*", "save", Variable, "把按的键记在这个变量里", "the variable that keeps the key"),
    Key::new(
        "step.*",
        "invalid_prompt",
        Prompt,
        "这一步按错键时说；没有写的用 [words] 的",
        "said at a wrong key here, instead of that of [words]",
    ),
    Key::new(
        "step.*",
        "no_input_prompt",
        Prompt,
        "这一步没有回答时说；没有写的用 [words] 的",
        "said at no answer here, instead of that of [words]",
    ),
    Key::new(
        "step.*",
        "tries",
        Number(1, 10),
        "这一步一共问几遍，按错键和没有回答合在一起算；没有写的按 [limits]",
        "how often this is asked, wrong keys and no answer together, instead of [limits]",
    ),
    Key::new(
        "step.*",
        "escalate",
        Step,
        "问完几遍还没有回答，去哪一步；没有写的转人工",
        "where a caller goes on who has not answered; else the agent",
    ),
    // ---- digits
    Key::new("step.*", "collect", Section("step.*.collect"), "请客户输入号码", "takes digits"),
    Key::new("step.*.collect", "into", Variable, "记在哪个变量里", "the variable they go into").needed(),
    Key::new("step.*.collect", "length", Any(&[Length, Number(1, 32)]), "几位", "how many").needed(),
    Key::new(
        "step.*.collect",
        "end",
        Any(&[Digit, Number(0, 9), Word(&["none"])]),
        "按哪个键结束；位数固定时可以写 none",
        "the key that ends them, or none where the length is exact",
    )
    .or("\"#\""),
    Key::new("step.*.collect", "first", WAIT, "等第一个数字多久", "time to the first digit").or("\"8s\""),
    Key::new("step.*.collect", "between", WAIT, "两个数字之间等多久", "time between digits").or("\"5s\""),
    Key::new("step.*.collect", "tries", Number(1, 10), "一共请几次", "how often they are asked for").or("2"),
    Key::new("step.*.collect", "invalid", Prompt, "位数不对时说", "said where there are too few"),
    Key::new(
        "step.*.collect",
        "read_back",
        Any(&[Flag, Prompt]),
        "输完以后读给客户听，问对不对；可以写号码之前说的话",
        "reads them back and asks whether they are right; may name the prompt before them",
    )
    .or("false"),
    Key::new("step.*.collect", "confirm", Prompt, "读完以后说", "said after they were read back").or("\"confirm_key\""),
    Key::new("step.*.collect", "give_up", Step, "没有输完去哪一步", "where to go on without them").needed(),
    // ---- branches
    Key::new(
        "step.*",
        "if_caller_known",
        Section("step.*.if_caller_known"),
        "知道来电号码吗",
        "whether the caller's number is known",
    ),
    Key::new("step.*.if_caller_known", "yes", Step, "知道时去哪一步", "where to go on when it is").needed(),
    Key::new("step.*.if_caller_known", "no", Step, "不知道时去哪一步", "where to go on when it is not").needed(),
    Key::new(
        "step.*",
        "branch",
        List("step.*.branch"),
        "第一行符合的生效；一行里的条件要同时符合",
        "the first line that fits; all conditions of a line together",
    ),
    Key::new("step.*", "otherwise", Step, "没有一行符合时去哪一步", "where to go on when no line fits"),
    Key::new("step.*.branch", "go", Step, "符合时去哪一步", "where the line leads").needed(),
    Key::new("step.*.branch", "hours", Text, "在这个服务时间之内", "within these hours"),
    Key::new("step.*.branch", "dates", Dates, "在这些日子", "on these days"),
    Key::new(
        "step.*.branch",
        "caller",
        OneOrMore(&Text),
        "来电号码是这些；138* 是号码的开头",
        "the caller's number is one of these; 138* is a beginning",
    ),
    Key::new(
        "step.*.branch",
        "caller_in",
        Text,
        "来电号码在 callers.toml 的这个名单里",
        "the caller's number is on this list of callers.toml",
    ),
    Key::new(
        "step.*.branch",
        "caller_known",
        Flag,
        "知道来电号码，或者不知道",
        "the caller's number is known, or is not",
    ),
    Key::new(
        "step.*.branch",
        "variable",
        Text,
        "看哪个变量；网关给的参数写 param.名字",
        "the variable to look at; param.<name> is the gateway's",
    ),
    Key::new("step.*.branch", "is", OneOrMore(&CONTENT), "变量是这个，或者这些之一", "it is this, or one of these"),
    Key::new(
        "step.*.branch",
        "is_not",
        OneOrMore(&CONTENT),
        "变量不是这个，也不是这些",
        "it is not this, nor any of these",
    ),
    Key::new("step.*.branch", "set", Flag, "变量有内容，或者没有", "it has a content, or has not"),
    Key::new("step.*.branch", "language", Text, "通话现在用这种语言", "the call is held in this language"),
    // ---- splits, languages, variables
    Key::new(
        "step.*",
        "split",
        List("step.*.split"),
        "按百分比分流，比较两种说法",
        "a percentage split, to try two wordings",
    ),
    Key::new(
        "step.*.split",
        "share",
        Number(1, 100),
        "占百分之几，加起来是 100",
        "out of a hundred; together they make 100",
    )
    .needed(),
    Key::new("step.*.split", "go", Step, "去哪一步", "where it leads").needed(),
    Key::new(
        "step.*.split",
        "name",
        Text,
        "在 report 里叫什么；没有写的用 go",
        "what report calls it; else the step's name",
    ),
    Key::new("step.*", "language", Text, "后面的通话改用这种语言", "the language of the rest of the call"),
    Key::new("step.*", "set", Map(&CONTENT), "给变量写上内容", "gives variables a content"),
    // ---- callbacks, agents, ends
    Key::new(
        "step.*",
        "callback",
        Section("step.*.callback"),
        "登记回电；登记成功才播放 say",
        "stores a callback; say is heard only when it is stored",
    ),
    Key::new("step.*.callback", "number", Text, "caller 是来电号码，$变量 是输入的号码", "caller, or $<variable>")
        .or("\"caller\""),
    Key::new("step.*.callback", "failed", Step, "没有登记成功去哪一步", "where to go on when it could not be stored")
        .needed(),
    Key::new("step.*", "queue", Text, "交给网关的哪个队列", "the queue of the gateway that takes the caller"),
    Key::new("step.*", "agent", Text, "交给网关的哪个分机", "the extension that takes the caller"),
    Key::new(
        "step.*",
        "hang_up",
        Any(&[Flag, WAIT]),
        "道别之后等多久挂机；true 是五秒",
        "silence before the hang-up; true is five seconds",
    ),
    // ---- parts
    Key::new("step.*.say", "prompt", Text, "播放哪一条", "the prompt").needed(),
    Key::new(
        "step.*.say",
        "barge_in",
        BARGE_IN,
        "怎样可以打断；没有写的按 [barge_in]",
        "how it may be interrupted; else as [barge_in] says",
    )
    .or("\"key\""),
];
