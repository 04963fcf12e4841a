//! The keys of steps that want something of the world: messages, HTTP services, earlier calls, bars.

use super::{
    Form::{Any, Digit, Flag, Map, Number, Prompt, Section, Step, Text, Time, Word},
    Key,
};

/// How long earlier calls and bars are remembered.
const REMEMBERED: super::Form = Time("1m", "8784h");

/// What goes into a JSON body.
const SENT: super::Form = Any(&[Text, Number(i64::MIN, i64::MAX), Flag]);

/// The value of a header: a text, or `{ env = "…" }`.
const HEADER: super::Form = Any(&[Text, Map(&Text)]);

pub(super) const KEYS: [Key; 29] = [
    // ---- messages
    Key::new(
        "step.*",
        "message",
        Section("step.*.message"),
        "请客户留言；存好以后才说 thanks",
        "takes a message; it is stored before it is thanked for",
    ),
    Key::new("step.*.message", "longest", Time("5s", "10m"), "最多录多久", "the longest message").or("\"2m\""),
    Key::new("step.*.message", "quiet", Time("2s", "30s"), "停顿多久算说完", "the pause that ends it").or("\"5s\""),
    Key::new(
        "step.*.message",
        "end",
        Any(&[Digit, Number(0, 9), Word(&["none"])]),
        "按哪个键结束；none 没有",
        "the key that ends it, or none",
    )
    .or("\"#\""),
    Key::new("step.*.message", "beep", Flag, "录之前播放提示音", "whether the beep is heard first").or("true"),
    Key::new("step.*.message", "thanks", Prompt, "存好以后说", "said once it is stored").or("\"message_thanks\""),
    Key::new(
        "step.*.message",
        "empty",
        Step,
        "请了两次都没有说话，去哪一步；没有写的用 next",
        "where to go on when nothing was said, twice; else next",
    ),
    Key::new("step.*.message", "failed", Step, "没有存好去哪一步", "where to go on when it could not be stored")
        .needed(),
    // ---- HTTP services
    Key::new(
        "step.*",
        "http",
        Section("step.*.http"),
        "用 HTTP 问别的系统，答案放进变量",
        "asks an HTTP service; its answer becomes variables",
    ),
    Key::new(
        "step.*.http",
        "url",
        Text,
        "网址；主机之后可以有 {变量}",
        "the address; after the host it may hold {variables}",
    )
    .needed(),
    Key::new(
        "step.*.http",
        "method",
        Word(&["GET", "POST", "PUT", "PATCH"]),
        "HTTP 方法；没有写的，有 send 是 POST，没有是 GET",
        "the method; else POST with send, and GET without",
    ),
    Key::new(
        "step.*.http",
        "headers",
        Map(&HEADER),
        "HTTP 头；密码写 { env = \"QINGJIANG_HTTP_…\" }",
        "headers; secrets as { env = \"QINGJIANG_HTTP_…\" }",
    ),
    Key::new(
        "step.*.http",
        "send",
        Map(&SENT),
        "发出去的 JSON；$变量 是变量的内容",
        "the JSON body; $<variable>, or a constant",
    ),
    Key::new(
        "step.*.http",
        "take",
        Map(&Text),
        "变量 = 答案里的位置，例如 customer.level、orders.0.id",
        "variable = its place in the answer, as in customer.level, orders.0.id",
    ),
    Key::new("step.*.http", "timeout", Time("100ms", "10s"), "一次最多等多久", "how long one try may take")
        .or("\"2s\""),
    Key::new(
        "step.*.http",
        "retries",
        Number(0, 2),
        "没有答案时再试几次；没有写的，GET 一次，别的不再试",
        "how often it is tried again; else once for GET, and not at all for others",
    ),
    Key::new(
        "step.*.http",
        "wait_prompt",
        Prompt,
        "等了一秒还没有答案时说，以后每五秒再说",
        "said after a second of waiting, and every five seconds",
    )
    .or("\"hold_start\""),
    Key::new("step.*.http", "failed", Step, "没有答案去哪一步", "where to go on without an answer").needed(),
    // ---- earlier calls
    Key::new(
        "step.*",
        "if_called_before",
        Section("step.*.if_called_before"),
        "这个号码不久以前来过电话吗",
        "whether the number has called not long ago",
    ),
    Key::new(
        "step.*.if_called_before",
        "within",
        REMEMBERED,
        "上一通电话结束多久以内，最多 366 天",
        "how long ago the last call ended at most, up to 366 days",
    )
    .or("\"10m\""),
    Key::new(
        "step.*.if_called_before",
        "cut_off",
        Flag,
        "只算中断的、请客户换过电话的，而且听到过客户",
        "only a call that was cut off or told to change phones, and on which somebody was heard",
    )
    .or("false"),
    Key::new("step.*.if_called_before", "yes", Step, "来过时去哪一步", "where to go on when it has").needed(),
    Key::new("step.*.if_called_before", "no", Step, "没有来过时去哪一步", "where to go on when it has not").needed(),
    Key::new("step.*", "if_barred", Section("step.*.if_barred"), "这个号码暂停服务吗", "whether the number is barred"),
    Key::new("step.*.if_barred", "yes", Step, "暂停服务时去哪一步", "where to go on when it is").needed(),
    Key::new("step.*.if_barred", "no", Step, "照常服务时去哪一步", "where to go on when it is not").needed(),
    Key::new("step.*", "bar", Section("step.*.bar"), "暂停对这个号码的服务", "bars the caller's number"),
    Key::new("step.*.bar", "for", REMEMBERED, "多久，最多 366 天", "for how long, up to 366 days").needed(),
    Key::new("step.*.bar", "reason", Text, "为什么，留在记录里", "why, for the record").needed(),
];
