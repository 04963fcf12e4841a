//! 中文:(哪里不对,怎么办)。The faults in Chinese.

use super::{Fault, Shape, en::time};

pub(super) fn words(fault: &Fault) -> (String, String) {
    let (message, help): (String, &str) = match fault {
        Fault::Syntax { detail } => (
            format!("这里不符合 TOML 的写法:{}", syntax(detail)),
            "看看是不是少了引号、括号、逗号或者等号,或者用了中文的引号、逗号",
        ),
        Fault::NotUtf8 => ("这个文件不是 UTF-8 编码".into(), "用 UTF-8 编码重新保存"),
        Fault::NoHotline => ("没有找到 hotline.toml".into(), "脚本写在这个目录的 hotline.toml 里"),
        Fault::NoCatalogue { locale } => {
            (format!("没有找到提示语文字 {locale}.toml"), "补上这个文件,或者在 [hotline] 里改用别的 locale")
        }
        Fault::StrayFile { name } => (
            format!("没有读 {name}:它既不是 hotline.toml,也不是以语言命名的文件"),
            "改名为 zh-CN.toml、en.toml 这样的名字,或者移到别处",
        ),
        Fault::UnknownKey { key, nearest } => {
            return (format!("这里没有 `{key}` 这个项目"), meant(nearest, "删掉它,或者对照 hotline.toml 开头的说明"));
        }
        Fault::Misplaced { key, needs } => {
            return (format!("`{key}` 在这一步里不起作用"), format!("它要和 `{needs}` 一起用"));
        }
        Fault::Missing { key } => return (format!("缺少 `{key}`"), format!("写上 {key} = …")),
        Fault::WrongType { key, wanted } => (format!("`{key}` 应该是{}", shape(*wanted)), "可以对照默认的脚本"),
        Fault::Empty { key } => (format!("`{key}` 是空的"), "填上内容,或者删掉这一项"),
        Fault::BadDuration { text } => {
            (format!("`{text}` 不是时间"), r#"要写数字和单位:"5s" 五秒,"800ms" 零点八秒,"1m30s" 一分半"#)
        }
        Fault::DurationRange { value, least, most } => {
            return (format!("{} 超出了范围", time(*value)), format!("应在 {} 到 {} 之间", time(*least), time(*most)));
        }
        Fault::NumberRange { least, most } => {
            return ("这个数超出了范围".into(), format!("应是 {least} 到 {most} 的整数"));
        }
        Fault::BadKey { text } => (format!("电话上没有 `{text}` 这个键"), r##"按键是 0 到 9、"*"、"#""##),
        Fault::KeyTwice { key } => (format!("按键 {key} 写了两次"), "只留一个"),
        Fault::BadDates { text } => {
            (format!("`{text}` 不是日期"), r#"写成 "2027-02-05..2027-02-11";只有一天写 "2027-10-01""#)
        }
        Fault::DatesBackwards => ("最后一天早于第一天".into(), "把两个日期对调"),
        Fault::BadHours { text } => {
            (format!("`{text}` 不是时间段"), r#"写成 "05:00-12:00";可以跨过零点:"18:00-05:00""#)
        }
        Fault::BadTimezone { text } => (format!("没有 `{text}` 这个时区"), r#"时区写成 "Asia/Shanghai" 这样"#),
        Fault::BadLocale { text } => (format!("`{text}` 不是语言"), r#"语言写成 "zh-CN"、"en" 这样"#),
        Fault::BadLength { text } => (format!("`{text}` 不是位数"), r#"写成 "7..15",或者一个数:"11";最多 32 位"#),
        Fault::BadWord { text, allowed, nearest } => {
            return (format!("这里不能写 `{text}`"), meant(nearest, &format!("可以写:{}", allowed.join("、"))));
        }
        Fault::BadPromptName { text } => {
            (format!("`{text}` 不能作提示语的名字"), "名字由小写字母、数字、- 和 _ 组成,它也是录音文件的名字")
        }
        Fault::BadStepName { text } => {
            (format!("步骤不能叫 `{text}`"), "名字由字母、数字、- 和 _ 组成;`repeat` 和 `hang_up` 另有含义")
        }
        Fault::BadTarget { text } => (format!("`{text}` 不能作分机或者队列"), "写网关里的名字,中间没有空格"),
        Fault::BadVariable { text } => (format!("`{text}` 不能作变量的名字"), "名字由字母、数字和 _ 组成"),
        Fault::UnknownPart { text } => (format!("没有 `{text}`"), "可以用 $greeting 和 $digits:变量名"),
        Fault::UnknownStep { name, nearest } => {
            return (format!("没有 `{name}` 这一步"), meant(nearest, &format!("写一个 [step.{name}],或者改正名字")));
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
            "写一个 [step.agent],里面有 queue 或者 agent;或者在 [hotline] 里用 agent = \"…\" 指定别的一步",
        ),
        Fault::TwoActs { first, second } => {
            return (format!("一个步骤不能同时有 `{first}` 和 `{second}`"), "分成两个步骤".into());
        }
        Fault::DeadEnd { step } => (
            format!("`{step}` 这一步之后什么也没有:客户再也听不到声音"),
            "写明接下来怎样:keys、next、queue、agent、collect、callback 或者 hang_up",
        ),
        Fault::NoQuestion => {
            ("这一步没有问客户什么:既没有 keys,也没有 speech".into(), "写上 keys = { 1 = \"…\" } 或者 speech = \"…\"")
        }
        Fault::NoText { prompt, locale, nearest } => {
            return (
                format!("{locale}.toml 里没有 `{prompt}` 的文字"),
                meant(nearest, &format!("在 {locale}.toml 里写上 {prompt} = \"…\"")),
            );
        }
    };
    (message, help.into())
}

fn meant(nearest: &Option<String>, otherwise: &str) -> String {
    nearest.as_ref().map_or_else(|| otherwise.into(), |name| format!("是不是 `{name}`?"))
}

fn shape(wanted: Shape) -> &'static str {
    match wanted {
        Shape::Text => "引号里的文字",
        Shape::Flag => " true 或者 false",
        Shape::Number => "整数",
        Shape::Table => "一节,或者 { … }",
        Shape::List => "列表:[ … ]",
        Shape::TableList => "一列 { … }",
        Shape::TextOrList => "引号里的文字,或者一列文字",
        Shape::TextOrTable => "引号里的文字,或者 { … }",
        Shape::TextOrFlag => "引号里的文字,或者 true",
    }
}

/// The TOML parser speaks English only: what operators run into most is said in Chinese, the rest is left as it is.
fn syntax(detail: &str) -> String {
    let known = [
        ("duplicate key", "同一个名字写了两次"),
        ("invalid basic string", "引号里的文字没有结束"),
        ("unclosed array", "方括号没有结束"),
        ("unclosed inline table", "花括号没有结束"),
        ("unclosed table", "[节名] 的方括号没有结束"),
        ("key with no value", "等号后面没有内容"),
        ("missing assignment between key-value pairs", "两项之间缺少等号"),
    ];
    known
        .iter()
        .find(|(english, _)| detail.contains(english))
        .map_or_else(|| detail.into(), |(_, chinese)| (*chinese).into())
}
