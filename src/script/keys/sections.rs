//! What the sections are for, and why they are as they are, with an example each: what the keys alone do not tell.

use super::beside::BESIDE;
use crate::script::Language;

/// A section of the operators' files.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The section, as its keys name it.
    pub section: &'static str,
    /// How it is written.
    pub title: &'static str,
    /// What it is for and why, 中文.
    pub zh: &'static str,
    /// What it is for and why, English.
    pub en: &'static str,
    /// An example that the loader takes; `«中文|English»` differs by language.
    pub example: &'static str,
}

impl About {
    /// The file in which the section stands.
    pub fn file(&self) -> &'static str {
        match self.section.split(' ').next() {
            Some(file) if file.contains(".toml") => file,
            _ => "hotline.toml",
        }
    }

    /// The example in one of the languages.
    pub fn example(&self, language: Language) -> String {
        let mut text = String::new();
        for part in self.example.split('«') {
            let (words, rest) = part.split_once('»').unwrap_or(("", part));
            let (zh, en) = words.split_once('|').unwrap_or_default();
            text.push_str(match language {
                Language::Chinese => zh,
                Language::English => en,
            });
            text.push_str(rest);
        }
        text
    }
}

pub(super) const fn about(
    section: &'static str,
    title: &'static str,
    zh: &'static str,
    en: &'static str,
    example: &'static str,
) -> About {
    About { section, title, zh, en, example }
}

/// Every section, in the order of a guide.
pub fn sections() -> impl Iterator<Item = &'static About> {
    SCRIPT.iter().chain(&BESIDE)
}

/// Those of the script.
const SCRIPT: [About; 24] = [
    about(
        "",
        "hotline.toml",
        "热线脚本。没有写的都有默认值：最短的脚本只有十行，线路不好时怎么办、转接没有接通怎么办，用的是自带的。",
        "The script. What is not written has a default: the shortest one has ten lines, and what happens on bad lines or after a failed transfer is the built-in way.",
        "[hotline]
name = \"«客户服务热线|Customer service»\"

[step.welcome]
say    = \"greeting\"
speech = \"agent\"

[step.agent]
say   = \"transfer_announce\"
queue = \"agent\"
",
    ),
    about(
        "hotline",
        "[hotline]",
        "热线本身：名字、语言、时区，从哪一步开始，哪一步是人工。写清时区，问候语和服务时间才不受机器的设置影响。",
        "The hotline itself: its name, language and time zone, its first step, the step that is the human being. The time zone is written down so that greetings and hours do not depend on how a machine is set up.",
        "[hotline]
name     = \"«客户服务热线|Customer service»\"
timezone = \"Asia/Shanghai\"
greeting = \"welcome\"
",
    ),
    about(
        "greeting",
        "[[greeting]]",
        "`$greeting` 在这个时候说哪一句。第一条符合的生效，所以节日写在最前面；都不符合的，说 [hotline] 的 greeting。",
        "Which prompt `$greeting` is at this time. The first that fits is said, so holidays stand first; where none fits, it is the greeting of [hotline].",
        "[[greeting]]
dates = \"2027-02-05..2027-02-11\"
say   = \"welcome_festival\"

[[greeting]]
hours = \"05:00-12:00\"
say   = \"welcome_morning\"
",
    ),
    about(
        "limits",
        "[limits]",
        "次数。有了上限，什么电话都会结束，一直按错的客户也会到人工，而不是一直听同一句话。",
        "How often. With limits every call ends, and who keeps pressing wrong keys comes to an agent instead of hearing the same words for ever.",
        "[limits]
wrong_keys = 3
no_input   = 1
",
    ),
    about(
        "hearing",
        "[hearing]",
        "多差才算不好。满电平是 0 dBov，数越小声音越轻。机器也判断不好、而且过了这里的界限，才对客户说：让好好的客户换电话，是最坏的错误。改了以后，用 qingjiang replay 看看以前的电话会不会不同。",
        "From where on a line is called bad. 0 dBov is full scale; the lower the figure, the quieter. A caller is told only where the listener finds the line bad and it is beyond these limits: to tell a good caller to change phones is the worst mistake. After a change, qingjiang replay shows which earlier calls would come out otherwise.",
        "[hearing]
faint = \"-39dBov\"
noisy = \"7dB\"
",
    ),
    about(
        "line",
        "[line]",
        "线路不好的时候。六种情况各有各的台阶，没有写的用自带的，写 \"off\" 就不处理。",
        "Bad lines. Six conditions have a ladder each; those that are not written are the built-in ones, and \"off\" leaves a condition alone.",
        "[line]
last_chance = \"faint_speak_up\"
choppy      = \"off\"
",
    ),
    about(
        "line.one_way",
        "[line.one_way]",
        "客户只说“喂？喂？”，从不回应我们：可能听不到我们。先登记回电，再告诉他，这样他就算没听见也会接到回电。",
        "A caller who only says “hello? hello?” and never answers may not hear us. A callback is stored first and told afterwards, so that he is called back though he has not heard a word.",
        "[line.one_way]
words = 3
",
    ),
    about(
        "line.*",
        "[line.silent], [line.noise], [line.faint], [line.noisy], [line.handsfree], [line.choppy]",
        "一种线路情况的台阶：说一句，等一会儿，还是不好再说下一句。服务规范要求每次等五秒，更短的要写 reason。以挂机结束的，最后一句必须道别。",
        "The ladder of one condition: say something, wait, and say the next thing while it is no better. The service standard asks for five seconds each time; a shorter wait needs a reason. A ladder that ends in a hang-up ends with a farewell.",
        "[line.silent]
wait   = \"6s\"
ladder = [\"silent_reprompt\", \"silent_change_phone\"]
then   = \"hang_up\"
",
    ),
    about(
        "line.*.ladder",
        "[line.*]  ladder = [{ … }]",
        "一级台阶。只写名字就是说这一句、等五秒；要别的等待，或者要客户按键同意，写成 { … }。",
        "A rung. A name alone says that prompt and waits five seconds; another wait, or a key by which the caller agrees, needs { … }.",
        "[line.choppy]
ladder = [
    { say = \"choppy_move\", wait = \"5s\" },
    { say = \"choppy_consent\", wait = \"8s\", consent = \"1\" },
]
then = \"agent\"
",
    ),
    about(
        "words",
        "[words]",
        "不属于哪一步的话：按错键、没有回答、系统出错、来电太多、道别。道别以后等够五秒，让客户先挂机。",
        "What is said outside any step: at wrong keys, at no answer, when we cannot go on, when there are too many calls, at the end. After the goodbye five seconds pass, so that the caller hangs up first.",
        "[words]
invalid = \"menu_invalid\"
wait    = \"6s\"
",
    ),
    about(
        "hours.*",
        "[hours.*]",
        "服务时间，名字自己取，在 branch 里用。两段时间中间就是午休；跨过零点的一段算在开始的那一天。",
        "Hours of service under a name of your own, for branch. Two stretches make a break; one that goes past midnight belongs to the day on which it begins.",
        "[hours.work]
week  = \"mon-fri\"
times = [\"09:00-12:00\", \"13:30-18:00\"]
",
    ),
    about(
        "waive",
        "[[waive]]",
        "看过了、不必再提的警告。要写原因：下一个人才知道是有意的。错误不能这样放过。",
        "A warning that was looked at. It needs a reason, so that the next person knows that it is meant. Errors cannot be waived.",
        "[hours.work]
week     = \"mon-fri\"
holidays = true

[[waive]]
fault  = \"draft_calendar\"
about  = \"hours.work\"
reason = \"«明年的安排还没有公布|next year's calendar is not published yet»\"
",
    ),
    about(
        "step.*",
        "[step.*]",
        "一步。先说 say，然后做一件事，只做一件：问(keys、speech)、收号码(collect)、看条件(branch 等)、登记(callback、message)、转接(queue、agent)、结束(hang_up)，或者去下一步(next)。这样任何人都看得出一步之后是什么。等待默认五秒，是服务规范的。",
        "A step. It says say and then does one thing, and only one: asks (keys, speech), takes digits (collect), looks (branch and the like), stores (callback, message), hands over (queue, agent), ends (hang_up), or goes on (next). So everybody can see what follows. The wait is five seconds, the service standard's.",
        "[step.welcome]
say    = [\"$greeting\", \"menu_main\"]
keys   = { 1 = \"inquiry\", 2 = \"complaint\", 3 = \"business\", 0 = \"agent\", \"*\" = \"repeat\" }
speech = \"agent\"
wait   = \"6s\"
",
    ),
    about(
        "step.*.say",
        "[step.*]  say = [{ … }]",
        "要让一条提示语的打断方式和别的不同，写成 { … }；平时只写名字。",
        "A prompt that is to be interrupted otherwise than the rest is written as { … }; usually its name is enough.",
        "[step.inquiry]
say   = [{ prompt = \"hold_start\", barge_in = \"none\" }, \"transfer_announce\"]
queue = \"inquiry\"
",
    ),
    about(
        "step.*.collect",
        "[step.*]  collect = { … }",
        "请客户输入号码。第一个数字等八秒，因为要找眼镜、找纸条；输不完的总有去处(give_up)，不会被困住。",
        "Takes digits. The first may take eight seconds, because glasses and slips of paper have to be found; who does not manage goes somewhere (give_up) and is never stuck.",
        "[step.order]
say     = \"callback_number\"
collect = { into = \"order\", length = 8, end = \"none\", read_back = true, give_up = \"agent\" }
next    = \"agent\"
",
    ),
    about(
        "step.*.if_caller_known",
        "[step.*]  if_caller_known = { … }",
        "号码隐藏的客户没有来电号码，回电就要先问他。",
        "Who withholds his number has none, and has to be asked before he can be called back.",
        "[step.callback]
if_caller_known = { yes = \"callback_use_this_number\", no = \"callback_number\" }
",
    ),
    about(
        "step.*.branch",
        "[step.*]  branch = [{ … }]",
        "看条件走不同的路：第一行符合的生效，都不符合的去 otherwise。一行里写几个条件，就要同时符合。",
        "Different ways by conditions: the first line that fits counts, and where none does, otherwise. Several conditions in a line have to fit together.",
        "[hours.night]
times = \"20:00-08:00\"

[step.gate]
branch = [
    { variable = \"param.vip\", is = 1, go = \"agent\" },
    { hours = \"night\", caller_known = true, go = \"callback\" },
]
otherwise = \"welcome\"
",
    ),
    about(
        "step.*.split",
        "[step.*]  split = [{ … }]",
        "按百分比分流，比较两种说法。同一通电话总在同一边；qingjiang report 按 name 分开统计。",
        "A share of the calls goes another way, to compare two wordings. A call stays on its side; qingjiang report counts by name.",
        "[step.trial]
split = [
    { share = 90, go = \"callback_use_this_number\", name = \"asked\" },
    { share = 10, go = \"callback_this_number\", name = \"at_once\" },
]
",
    ),
    about(
        "step.*.callback",
        "[step.*]  callback = { … }",
        "登记回电。先存好，才播放 say：说出口的承诺一定已经在磁盘上，没有存好就去 failed。",
        "Stores a callback. say is heard only when it is on disk: what was promised is kept, and where it could not be stored the call goes to failed.",
        "[step.callback_this_number]
callback = { number = \"caller\", failed = \"callback_failed\" }
say      = \"callback_confirm\"
next     = \"anything_else\"
",
    ),
    about(
        "step.*.message",
        "[step.*]  message = { … }",
        "请客户留言：播完 say 和提示音，录到客户按 end、停顿 quiet，或者录满 longest。先存好，再道谢；客户直接挂机，说过的话也留下。",
        "Takes a message: after say and the beep, until the end key, a pause of quiet, or longest. It is stored, then thanked for; what was said before a hang-up is kept too.",
        "[step.message]
say     = \"message_record\"
message = { longest = \"1m\", failed = \"callback_failed\" }
next    = \"anything_else\"
",
    ),
    about(
        "step.*.http",
        "[step.*]  http = { … }",
        "用 HTTP 问别的系统，答案放进变量。客户在等，所以时间短、重试少，没有答案总有去处(failed)。密码放在服务的环境变量里，不写在文件里。",
        "Asks another system by HTTP; its answer becomes variables. A caller is waiting, so times are short and retries few, and without an answer the call goes somewhere (failed). Secrets stand in the service's environment and not in the file.",
        "[step.look_up]
http = { url = \"https://crm.example.com/customers/{caller}\", take = { level = \"customer.level\" }, failed = \"welcome\" }
next = \"by_level\"

[step.by_level]
branch    = [{ variable = \"level\", is = \"gold\", go = \"agent\" }]
otherwise = \"welcome\"
",
    ),
    about(
        "step.*.if_called_before",
        "[step.*]  if_called_before = { … }",
        "不久以前来过电话的客户。中断以后又打来的，不用再听一遍菜单。",
        "Who has called not long ago. Who was cut off and calls again need not hear the menu again.",
        "[step.returning]
if_called_before = { within = \"10m\", cut_off = true, yes = \"welcome_back\", no = \"welcome\" }
",
    ),
    about(
        "step.*.if_barred",
        "[step.*]  if_barred = { … }",
        "这个号码是不是暂停服务(bar 登记的)。",
        "Whether the number is barred (by bar).",
        "[step.incoming]
if_barred = { yes = \"barred\", no = \"welcome\" }
",
    ),
    about(
        "step.*.bar",
        "[step.*]  bar = { … }",
        "暂停对骚扰号码的服务。有期限，有原因，记录里查得到。",
        "Bars the number of who harasses. It has an end and a reason, and is in the records.",
        "[step.harassment]
say  = \"harassment_warning\"
bar  = { for = \"24h\", reason = \"«骚扰电话|harassment»\" }
next = \"harassment_end\"
",
    ),
];
