//! 中文：(哪里不对，怎么办)。The faults in Chinese.

use super::{
    BadAudio, Fault, RateUnit, Shape,
    en::{example, files, list, time},
};

pub(super) fn words(fault: &Fault) -> (String, String) {
    let (message, help): (String, &str) = match fault {
        Fault::Syntax { detail } => (
            format!("这里不符合 TOML 的写法：{}", syntax(detail)),
            "看看是不是少了引号、括号、逗号或者等号，或者用了中文的引号、逗号",
        ),
        Fault::NotUtf8 => ("这个文件不是 UTF-8 编码".into(), "用 UTF-8 编码重新保存"),
        Fault::NoHotline => ("没有找到 hotline.toml".into(), "脚本写在这个目录的 hotline.toml 里"),
        Fault::NoCatalogue { locale } => {
            (format!("没有找到提示语文字 {locale}.toml"), "补上这个文件，或者在 [hotline] 里改用别的 locale")
        }
        Fault::StrayFile { name } => (
            format!("没有读 {name}：它既不是 hotline.toml，也不是以语言命名的文件"),
            "改名为 zh-CN.toml、en.toml 这样的名字，或者移到别处",
        ),
        Fault::UnknownKey { key, nearest } => {
            return (format!("这里没有 `{key}` 这个项目"), meant(nearest, "删掉它，或者对照 hotline.toml 开头的说明"));
        }
        Fault::Misplaced { key, needs } => {
            return (format!("`{key}` 在这一步里不起作用"), format!("它要和 `{needs}` 一起用"));
        }
        Fault::Missing { key } => return (format!("缺少 `{key}`"), format!("写上 {key} = …")),
        Fault::WrongType { key, wanted } => (format!("`{key}` 应该是{}", shape(*wanted)), "可以对照默认的脚本"),
        Fault::Empty { key } => (format!("`{key}` 是空的"), "填上内容，或者删掉这一项"),
        Fault::BadDuration { text } => {
            (format!("`{text}` 不是时间"), r#"要写数字和单位："5s" 五秒，"800ms" 零点八秒，"1m30s" 一分半"#)
        }
        Fault::DurationRange { value, least, most } => {
            return (format!("{} 超出了范围", time(*value)), format!("应在 {} 到 {} 之间", time(*least), time(*most)));
        }
        Fault::NumberRange { least, most } => {
            return ("这个数超出了范围".into(), format!("应是 {least} 到 {most} 的整数"));
        }
        Fault::BadFigure { text, unit } => {
            return (
                format!("`{text}` 不是以 {unit} 为单位的数"),
                format!("要写数字和单位，例如 \"{}\"", example(unit)),
            );
        }
        Fault::FigureRange { least, most, unit } => {
            return ("这个数超出了范围".into(), format!("应在 {least}{unit} 到 {most}{unit} 之间"));
        }
        Fault::BadKey { text } => (format!("电话上没有 `{text}` 这个键"), r##"按键是 0 到 9、"*"、"#""##),
        Fault::KeyTwice { key } => (format!("按键 {key} 写了两次"), "只留一个"),
        Fault::WordTwice { word } => (format!("`{word}` 写了两次"), "只留一个：先说的写在前面"),
        Fault::BadDates { text } => {
            (format!("`{text}` 不是日期"), r#"写成 "2027-02-05..2027-02-11"；只有一天写 "2027-10-01""#)
        }
        Fault::DatesBackwards => ("最后一天早于第一天".into(), "把两个日期对调"),
        Fault::BadHours { text } => {
            (format!("`{text}` 不是时间段"), r#"写成 "05:00-12:00"；可以跨过零点："18:00-05:00""#)
        }
        Fault::BadTimezone { text } => (format!("没有 `{text}` 这个时区"), r#"时区写成 "Asia/Shanghai" 这样"#),
        Fault::BadLocale { text } => (format!("`{text}` 不是语言"), r#"语言写成 "zh-CN"、"en" 这样"#),
        Fault::BadLength { text } => (format!("`{text}` 不是位数"), r#"写成 "7..15"，或者一个数："11"；最多 32 位"#),
        Fault::BadWord { text, allowed, nearest } => {
            return (format!("这里不能写 `{text}`"), meant(nearest, &format!("可以写：{}", allowed.join("、"))));
        }
        Fault::BadPromptName { text } => {
            (format!("`{text}` 不能作提示语的名字"), "名字由小写字母、数字、- 和 _ 组成，它也是录音文件的名字")
        }
        Fault::BadStepName { text } => {
            (format!("步骤不能叫 `{text}`"), "名字由字母、数字、- 和 _ 组成；`repeat`、`louder` 和 `hang_up` 另有含义")
        }
        Fault::BadTarget { text } => (format!("`{text}` 不能作分机或者队列"), "写网关里的名字，中间没有空格"),
        Fault::BadVariable { text } => (format!("`{text}` 不能作变量的名字"), "名字由字母、数字和 _ 组成"),
        Fault::BadUrl { text } => {
            (format!("`{text}` 不能作网址"), r#"写成 "https://主机/路径/{变量名}"；主机要写明，变量只能在主机之后"#)
        }
        Fault::BadHeader { text } => {
            (format!("`{text}` 不能作 HTTP 头"), "名字由英文字母、数字、- 和 _ 组成，内容是可见的 ASCII 字符")
        }
        Fault::BadSecret { text } => {
            (format!("脚本不能读环境变量 `{text}`"), "只能读名字以 QINGJIANG_HTTP_ 开头的环境变量")
        }
        Fault::NoEndKey => (
            "位数不固定，又没有结束键：客户输完以后要等很久".into(),
            r##"写固定的位数，例如 length = 11；或者 end = "#""##,
        ),
        Fault::UnknownPart { text } => (
            format!("没有 `{text}`"),
            "可以用 $greeting、$time:now、$date:now、$weekday:now，以及 $digits、$phone、$number、$amount、$percent、$time、$date、$weekday、$minutes、$wait、$position 加上冒号和变量名：$number:变量名",
        ),
        Fault::UnknownStep { name, nearest } => {
            return (format!("没有 `{name}` 这一步"), meant(nearest, &format!("写一个 [step.{name}]，或者改正名字")));
        }
        Fault::UnknownCondition { name, nearest } => {
            return (
                format!("没有 `{name}` 这种线路情况"),
                meant(nearest, "可以写 silent、noise、faint、noisy、handsfree、choppy"),
            );
        }
        Fault::NoLadder { condition } => {
            return (format!("`{}` 没有写怎么办", condition.as_str()), format!("写一个 [line.{}]", condition.as_str()));
        }
        Fault::NoSteps => ("一个步骤也没有".into(), "至少要有 [step.welcome] 和 [step.agent]"),
        Fault::NoAgentStep { name } => (
            format!("没有人工服务这一步 `{name}`"),
            "写一个 [step.agent]，里面有 queue 或者 agent；或者在 [hotline] 里用 agent = \"…\" 指定别的一步",
        ),
        Fault::TwoActs { first, second } => {
            return (format!("一个步骤不能同时有 `{first}` 和 `{second}`"), "分成两个步骤".into());
        }
        Fault::DeadEnd { step } => (
            format!("`{step}` 这一步之后什么也没有：客户再也听不到声音"),
            "写明接下来怎样：keys、next、queue、agent、collect、callback 或者 hang_up",
        ),
        Fault::NoQuestion => {
            ("这一步没有问客户什么：既没有 keys，也没有 speech".into(), "写上 keys = { 1 = \"…\" } 或者 speech = \"…\"")
        }
        Fault::BadWeek { text } => {
            (format!("`{text}` 不是星期"), r#"写成 "mon-fri"，或者 "mon,wed,sat"；每天都算就不写 week"#)
        }
        Fault::UnknownHours { name, nearest } => {
            return (
                format!("没有 `{name}` 这个服务时间"),
                meant(nearest, &format!("写一节 [hours.{name}]，或者改正名字")),
            );
        }
        Fault::UnknownCallers { name, nearest } => {
            return (
                format!("没有 `{name}` 这个号码名单"),
                meant(nearest, &format!("在 callers.toml 里写上 {name} = [ … ]")),
            );
        }
        Fault::BadCaller => {
            ("这不是号码，也不是号码的开头".into(), r#"写成 "13800138000"，或者 "138*" 这样的开头，星号在最后"#)
        }
        Fault::CalendarClash { day } => (format!("{day} 既写了放假，又写了上班"), "按公布的安排，只留一样"),
        Fault::DraftCalendar { year } => (
            format!("服务时间按节假日安排计算，但是 {year} 年的安排还没有核对"),
            "国务院办公厅公布后，改正 holidays.toml 里这一年的日子，并删掉 draft = true",
        ),
        Fault::NoCalendar { year } => (
            format!("服务时间按节假日安排计算，但是没有 {year} 年的安排"),
            "在 holidays.toml 里写上这一年的放假和调休；没有写之前，只按星期几计算",
        ),
        Fault::NoCondition => {
            ("这一行没有条件".into(), "写上 hours、dates、caller、variable 等条件；没有条件时去的地方写在 otherwise 里")
        }
        Fault::NoTest => ("只写了变量，没有写和什么比较".into(), r#"再写 is = "…"、is_not = "…"，或者 set = true"#),
        Fault::IdleLine { first } => (
            format!("这一行永远轮不到：凡是符合它的来电，都先符合第 {first} 行"),
            "把条件多的一行放在前面，或者删掉这一行",
        ),
        Fault::BadShares { sum } => (format!("各份加起来是 {sum}，不是 100"), "改一改 share，使它们加起来正好是 100"),
        Fault::NoText { prompt, locales, nearest } => {
            let files = files(locales, "、");
            return (
                format!("{files} 里没有 `{prompt}` 的文字"),
                meant(nearest, &format!("在 {files} 里写上 {prompt} = \"…\"")),
            );
        }
        Fault::NoParts { part, locale, missing } => {
            let missing = list(missing, "、");
            return (
                format!("{locale} 读不全 `{part}`：缺少 {missing}"),
                format!("在 {locale}.toml 里写上这些字词，并且录音：{missing}"),
            );
        }
        Fault::NoReading { part, locale } => {
            (format!("不知道 {locale} 怎样读 `{part}`"), "这种语言只能用 $digits 和 $phone 一个一个数字地读")
        }
        Fault::Forbidden { phrase } => (format!("客户不应听到`{phrase}`这样的话"), "按服务规范换一种礼貌的说法"),
        Fault::Familiar => ("称呼客户要用“您”，不用“你”".into(), "改为“您”"),
        Fault::AnnouncedKey { key } => {
            return (
                format!("提示语说了按键 {key}，但是这里按它没有用"),
                format!("在 keys 里加上 {key}，或者改提示语"),
            );
        }
        Fault::HumanUnsaid { step } => {
            (format!("菜单 `{step}` 没有告诉客户怎样转人工服务"), "说明按哪个键，例如：人工服务请按零")
        }
        Fault::NoClosing { last, locales } => {
            let last = last.as_ref().map_or_else(|| "这里".into(), |prompt| format!("`{prompt}` "));
            (
                format!("通话可能在{last}之后就结束，没有道别({})", locales.join("、")),
                "挂机前的最后一句要道“再见”；文字里看不出来的，注明 kind = \"closing\"",
            )
        }
        Fault::NoWait => ("这里可能不等客户就挂机".into(), "让客户先挂机：写上等待的时间，一般是 \"5s\""),
        Fault::ShortHangUp { wait } => (
            format!("{} 太短：应当给客户先挂机的时间", time(*wait)),
            "规范是 5s；确有必要更短的，写明原因：reason = \"……\"",
        ),
        Fault::ShortWait { wait } => (
            format!("只等 {} 太短：说话慢的客户要五秒才能开口", time(*wait)),
            "写 \"5s\" 或者更长；确有必要更短的，写明原因：reason = \"……\"",
        ),
        Fault::ShortAnswer { wait } => {
            (format!("{} 之内客户来不及回答", time(*wait)), "写 \"5s\"；确有必要更短的，写明原因：reason = \"……\"")
        }
        Fault::LadderCircle { conditions } => (
            format!(
                "这几种情况互相接来接去，没有尽头：{}",
                conditions.iter().map(|c| c.as_str()).collect::<Vec<_>>().join("、")
            ),
            "让其中一种以 hang_up 或者某一步结束",
        ),
        Fault::IdleConsent => (
            "这里征求客户同意，但是客户同意不同意结果都一样".into(),
            "consent 只能写在最后一级，并且 then 是某一步，不是 hang_up",
        ),
        Fault::NoNotice => ("通话要录音，但是开场没有告诉客户".into(), "在第一步的 say 里加上 recording_notice"),
        Fault::Unreachable { step } => (
            format!("没有哪里会走到 `{step}` 这一步"),
            "从别处引到这里，或者删掉；要留着备用，就写明原因：spare = \"……\"",
        ),
        Fault::Endless { steps } => (
            format!("客户什么也不做时，通话会一直绕圈：{}", steps.join(" → ")),
            "让其中一步以 hang_up 结束，或者等客户按键",
        ),
        Fault::NobodyThere { step } => {
            (format!("`{step}` 应当是人工服务，却没有通向任何人"), "让它通向 queue、agent，或者登记回电")
        }
        Fault::NoHumanKey { step } => (format!("菜单 `{step}` 没有转人工的按键"), "在 keys 里加上 0 = \"agent\""),
        Fault::TooManyChoices { count, most } => {
            return (format!("{count} 个选择太多，客户记不住"), format!("最多 {most} 个；转人工和重听的键不计在内"));
        }
        Fault::TooDeep { level, most } => {
            return (format!("这个菜单在第 {level} 层"), format!("菜单最多 {most} 层"));
        }
        Fault::EarlyPromotion { prompt } => {
            (format!("客户还没有作出选择，就会听到推广内容 `{prompt}`"), "移到客户按键之后")
        }
        Fault::Unset { variable, nearest } => {
            return (
                format!("走到这里时，变量 `{variable}` 可能还没有内容"),
                meant(nearest, "到这里的每条路都要先给它内容：用 collect 输入，用 set 写，或者先用 set = true 判断"),
            );
        }
        Fault::NoRecording { file } => (format!("没有录音 {file}"), "补上录音：不然客户在这里什么也听不到"),
        Fault::NoSpareRecording { file } => {
            (format!("没有录音 {file}；现在还没有用到它"), "用到之前补上录音，或者删掉这条文字")
        }
        Fault::BadRecording { file, why } => {
            (format!("{file} 不能用：{}", audio(*why)), "重新保存为 16 位 PCM 的 WAV 文件，单声道，8 或 16 kHz")
        }
        Fault::LowRate { file, sample_rate } => (
            format!("{file} 的采样率只有 {sample_rate} Hz，听起来发闷"),
            "换用 8 kHz 以上的原始录音，最好 16 kHz；升采样补不回来",
        ),
        Fault::Clipped { file, samples } => (
            format!("{file} 有削波：最响的地方被削平了({samples} 个采样)"),
            "把录音电平调低，重新录；只把文件音量调小是修不好的",
        ),
        Fault::TooQuiet { file, level, least } => {
            return (format!("{file} 声音太小：{level} dBov"), format!("把语音电平调到 -22 dBov 左右，至少 {least}"));
        }
        Fault::RatherQuiet { file, level, others } => {
            return (
                format!("{file} 比别的录音轻：{level} dBov，别的是 {others}"),
                format!("把语音电平调到 {others} dBov 左右"),
            );
        }
        Fault::TooLoud { file, level, others } => {
            return (
                format!("{file} 比别的录音响得多：{level} dBov，别的是 {others}"),
                format!("把语音电平调到 {others} dBov 左右"),
            );
        }
        Fault::QuietEnds { file, lead, tail, .. } => (
            format!("{file} 开头有 {} 没有声音，结尾有 {}", time(*lead), time(*tail)),
            "两头各剪到 60ms 左右：等待是从文件放完算起的",
        ),
        Fault::TooFast { file, rate, most, unit } => {
            (format!("{file} 说得太快：每分钟 {rate} {}，最多 {most}", spoken(*unit)), "从容一些，重新录")
        }
        Fault::RatherFast { file, rate, most, unit } => {
            (format!("{file} 说得偏快：每分钟 {rate} {}，最好不超过 {most}", spoken(*unit)), "放慢一点")
        }
        Fault::TextChanged { file, recorded } => {
            return (
                format!("录了 {file} 之后，文字改过了"),
                format!("录音里说的是：{recorded} 请重新录音，并把新的文字写进录音旁边的 texts.csv"),
            );
        }
        Fault::IdleWaiver { fault, about } => {
            (format!("`{about}` 没有 `{fault}` 这个警告，这里不必豁免"), "删掉这一条，或者改正 fault 和 about")
        }
        Fault::Synthetic { file } => (
            format!("{file} 是合成语音"),
            "请配音员录音，再用 qingjiang import 收回来；录音单用 qingjiang render --sheet 打印",
        ),
        Fault::BadSheet { detail } => (
            format!("录音旁边的 texts.csv 读不出来：{detail}"),
            "它的各列是 locale、prompt_id、text；文字里有逗号时要加引号",
        ),
    };
    (message, help.into())
}

fn meant(nearest: &Option<String>, otherwise: &str) -> String {
    nearest.as_ref().map_or_else(|| otherwise.into(), |name| format!("是不是 `{name}`？"))
}

fn shape(wanted: Shape) -> &'static str {
    match wanted {
        Shape::Text => "引号里的文字",
        Shape::Flag => " true 或者 false",
        Shape::Number => "整数",
        Shape::Table => "一节，或者 { … }",
        Shape::List => "列表：[ … ]",
        Shape::TableList => "一列 { … }",
        Shape::TextOrList => "引号里的文字，或者一列文字",
        Shape::TextOrTable => "引号里的文字，或者 { … }",
        Shape::TextOrFlag => "引号里的文字，或者 true",
    }
}

/// The TOML parser speaks English only: what operators run into most is said in Chinese, the rest is left as it is.
fn syntax(detail: &str) -> String {
    let known = [
        ("duplicate key", "同一个名字写了两次"),
        ("invalid basic string", "引号里的文字没有结束"),
        ("string values must be quoted", "文字要放在英文引号里"),
        ("unclosed array", "方括号没有结束"),
        ("unclosed inline table", "花括号没有结束"),
        ("unclosed table", "[节名] 的方括号没有结束"),
        ("key with no value", "缺少等号，或者等号后面没有内容"),
        ("unexpected key or value", "一行只能写一项"),
        ("missing comma", "两项之间缺少英文逗号"),
        ("invalid unquoted key", "名字只能用英文字母、数字、- 和 _；别的名字要加英文引号"),
        ("missing value", "等号后面没有内容"),
        ("missing assignment", "缺少等号"),
    ];
    known
        .iter()
        .find(|(english, _)| detail.contains(english))
        .map_or_else(|| detail.into(), |(_, chinese)| (*chinese).into())
}

fn audio(why: BadAudio) -> &'static str {
    match why {
        BadAudio::NotWav => "不是 WAV 文件",
        BadAudio::Coding => "不支持这种编码",
        BadAudio::Channels => "超过两个声道",
        BadAudio::Rate => "不支持这个采样率",
        BadAudio::Truncated => "文件不完整，比文件头说的短",
        BadAudio::Empty => "里面没有声音",
        BadAudio::TooLong => "超过十分钟",
    }
}

fn spoken(unit: RateUnit) -> &'static str {
    match unit {
        RateUnit::Characters => "字",
        RateUnit::Words => "词",
    }
}
