//! The sections of the files beside the script: texts, holidays, callers, golden tests.

use super::sections::{About, about};

pub(super) const BESIDE: [About; 11] = [
    about(
        "<locale>.toml",
        "zh-CN.toml, en.toml",
        "提示语的文字，一行一条：名字 = \"文字\"，录音是 audio/<语言>/<名字>.wav。道别和推广可以写成 { … } 标明：推广不会在客户选择之前播放。",
        "The texts of the prompts, one a line: name = \"text\"; the recording is audio/<language>/<name>.wav. Farewells and advertising may be marked with { … }: advertising never comes before the caller has chosen.",
        "hold_back    = \"«感谢您的耐心等待。|Thank you for your patience.»\"
promo_spring = { text = \"«春季优惠，欢迎咨询。|Ask us about our spring offers.»\", kind = \"promotion\" }
",
    ),
    about(
        "holidays.toml",
        "holidays.toml",
        "放假和调休。服务时间写了 holidays = true 的，按这里计算。每年公布以后改一次。",
        "Days off and moved working days, for hours with holidays = true. It changes once a year, when the government has published the next one.",
        "[[holiday]]
name = \"«清明节|Qingming»\"
off  = \"2026-04-04..2026-04-06\"
",
    ),
    about(
        "holidays.toml holiday",
        "holidays.toml  [[holiday]]",
        "一个节日：放假的日子，和换来上班的周末。",
        "A holiday: the days off, and the weekend days that are worked instead.",
        "[[holiday]]
name = \"«国庆节|National Day»\"
off  = \"2026-10-01..2026-10-07\"
work = [\"2026-09-20\", \"2026-10-10\"]
",
    ),
    about(
        "callers.toml",
        "callers.toml",
        "号码名单，在 branch 里用 caller_in。这里是个人信息，检查和日志里不会显示号码。",
        "Lists of callers, for caller_in in branch. They are personal data; neither check nor the log shows the numbers.",
        "vip = [\"13800138000\", \"021-5555*\"]
",
    ),
    about(
        "tests/*.toml",
        "tests/*.toml",
        "黄金测试：客户做什么，应该听到什么、隔多久、怎么结束。改脚本的时候，它说出哪些客户会听到不同的东西。",
        "A golden test: what a caller does, what he must hear, how long between, and how it ends. When the script changes it tells which callers hear something else.",
        "name   = \"«听完菜单按 1：转业务咨询|1 after the menu: enquiries»\"
expect = [\"welcome_*\", \"menu_main\", \"wait 1s\", \"transfer_announce\"]
end    = \"queue:inquiry\"

[caller]
events = [\"hear:menu_main\", \"wait:1s\", \"key:1\"]
",
    ),
    about(
        "tests/*.toml caller",
        "tests/*.toml  [caller]",
        "客户做什么。events 只说发生什么，最快；say 用真的声音，由真的耳朵听。",
        "What the caller does. events tell what happens and are quickest; say has real sounds, heard by the real listener.",
        "expect = [\"welcome_*\", \"menu_main\", \"wait 5s\", \"silent_reprompt\", \"wait 5s\", \"silent_change_phone\", \"wait 5s\"]

[caller]
say    = [\"hiss:60s\"]
number = \"\"
",
    ),
    about(
        "tests/*.toml expect",
        "tests/*.toml  [[expect]]",
        "长的写法：这一句之前可以有别的话。短的写法见上面：\"menu_main\"、\"menu_main cut\"(被打断)、\"wait 5s\"、\"…\"(什么都可以)。",
        "The long form: other prompts may come before. The short one is above: \"menu_main\", \"menu_main cut\" (interrupted), \"wait 5s\", \"…\" (anything).",
        "[caller]
events = [\"wait:60s\"]

[[expect]]
heard = \"silent_reprompt\"
after = \"menu_main\"
wait  = \"5s\"
",
    ),
    about(
        "tests/*.toml end",
        "tests/*.toml  [end]",
        "怎么结束。短的写法是一个词：end = \"silent\"，或者 end = \"queue:inquiry\"。",
        "How it ends. The short form is a word: end = \"silent\", or end = \"queue:inquiry\".",
        "[caller]
events = [\"wait:60s\"]

[end]
disposition = \"silent\"
by          = \"hotline\"
wait        = \"5s\"
",
    ),
    about(
        "tests/*.toml world",
        "tests/*.toml  [world]",
        "电话以外的事：几号几点，能不能存，网关接不接转接。[with] 把脚本的哪一项换掉，只为这一个测试。",
        "What is not the caller's: date and time, whether things can be stored, whether the gateway takes a transfer. [with] changes something in the script, for this test only.",
        "expect = [\"welcome_morning\", \"menu_main\", \"transfer_announce\"]

[caller]
events = [\"hear:menu_main\", \"key:1\"]

[world]
at = \"2026-11-18T05:00:00\"
",
    ),
    about(
        "tests/*.toml world.http",
        "tests/*.toml  [[world.http]]",
        "别的系统怎么回答 http 这一步：测试里没有真的网络。",
        "How another system answers a step with http: there is no real network in a test.",
        "expect = [\"transfer_announce\"]

[caller]
events = [\"wait:10s\"]

[[world.http]]
url    = \"https://crm.example.com/\"
answer = { customer = { level = \"gold\" } }

[with.hotline]
start = \"look_up\"

[with.step.look_up]
http = { url = \"https://crm.example.com/customers/{caller}\", take = { level = \"customer.level\" }, failed = \"welcome\" }
next = \"by_level\"

[with.step.by_level]
branch    = [{ variable = \"level\", is = \"gold\", go = \"agent\" }]
otherwise = \"welcome\"
",
    ),
    about(
        "tests/*.toml world.past",
        "tests/*.toml  [world.past]",
        "记录里这个号码以前的来电。",
        "What the records know of the number.",
        "expect = [\"welcome_back\"]

[caller]
events = [\"wait:10s\"]

[world.past]
called  = \"9m\"
dropped = true

[with.hotline]
start = \"incoming\"
",
    ),
];
