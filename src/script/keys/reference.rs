//! The reference of the operators' guide: every section with an example and its keys, written from the table.

use super::{About, Form, Key, of, sections};
use crate::script::{Language, Reading, load::MOST_DIGITS};

/// The reference, as Markdown.
pub fn reference(language: Language) -> String {
    let writer = Writer { language };
    let sections: Vec<String> = sections().map(|about| writer.section(about)).collect();
    format!("{}\n{}", sections.join("\n"), writer.readings())
}

struct Writer {
    language: Language,
}

impl Writer {
    fn tell<'t>(&self, chinese: &'t str, english: &'t str) -> &'t str {
        match self.language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }

    fn section(&self, about: &About) -> String {
        let mut text = format!("### `{}`\n\n{}\n\n", about.title, self.tell(about.zh, about.en));
        text.push_str(&format!("```toml\n# {}\n{}```\n", self.path(about), about.example(self.language)));
        let rows: Vec<String> = of(about.section).map(|key| self.row(key)).collect();
        if !rows.is_empty() {
            text.push_str(self.tell(
                "\n| 写 | 写什么 | 没有写时 | 做什么 |\n|---|---|---|---|\n",
                "\n| key | what it takes | if not written | what it does |\n|---|---|---|---|\n",
            ));
            text.push_str(&rows.concat());
        }
        text
    }

    /// The file of a section as it stands before an example.
    fn path(&self, about: &About) -> String {
        match about.file() {
            "<locale>.toml" => format!("prompts/{}.toml", self.tell("zh-CN", "en")),
            file => format!("prompts/{}", file.replace('*', "example")),
        }
    }

    fn row(&self, key: &Key) -> String {
        let name =
            if key.name == "*" { self.tell("名字自己取", "a name of your own").into() } else { code(key.name) };
        let default = match (key.required, key.default) {
            (true, _) => self.tell("必须写", "must be written").into(),
            (false, Some(default)) => code(default),
            (false, None) => "—".into(),
        };
        let about = self.tell(key.zh, key.en);
        format!("| {name} | {} | {default} | {about} |\n", self.form(&key.form))
    }

    fn form(&self, form: &Form) -> String {
        match form {
            Form::Text => self.tell("文字", "a text").into(),
            Form::Word(words) => list(words, self.tell("、", ", ")),
            Form::Flag => self.tell("`true` 或 `false`", "`true` or `false`").into(),
            Form::Number(i64::MIN, i64::MAX) => self.tell("整数", "a whole number").into(),
            Form::Number(least, most) => self.range(self.tell("整数", "a whole number"), least, most),
            Form::Time(least, most) => self.range(self.tell("时间，带单位", "a time with its unit"), least, most),
            Form::Figure(unit, least, most) => self.range(
                self.tell("数，带单位", "a figure with its unit"),
                &format!("{least}{unit}"),
                &format!("{most}{unit}"),
            ),
            Form::Step => self.tell("步骤的名字", "the name of a step").into(),
            Form::Prompt => self.tell("提示语的名字", "the name of a prompt").into(),
            Form::Digit => {
                self.tell("电话按键 `0`-`9` `*` `#` `A`-`D`", "a telephone key `0`-`9` `*` `#` `A`-`D`").into()
            }
            Form::Variable => self.tell("变量的名字", "the name of a variable").into(),
            Form::Dates => self
                .tell("日子 `\"2027-02-05..2027-02-11\"`，或者一天", "days `\"2027-02-05..2027-02-11\"`, or one day")
                .into(),
            Form::Hours => self.tell("钟点 `\"09:00-12:00\"`", "times of day `\"09:00-12:00\"`").into(),
            Form::Length => {
                self.range(self.tell("位数 `\"7..15\"`", "a number of digits `\"7..15\"`"), &1, &MOST_DIGITS)
            }
            Form::Section(name) => format!("{} {}", code("{ … }"), self.aside(name)),
            Form::Named(name) => self.see(name),
            Form::List(name) => format!("{} {}", code("[{ … }]"), self.aside(name)),
            Form::Each(value) => format!("{} {}", code("[ … ]"), self.form(value)),
            Form::Map(value) => {
                format!("{} {}", code(self.tell("{ 名字 = … }", "{ name = … }")), self.form(value))
            }
            Form::OneOrMore(value) => {
                format!("{}{} {}", self.form(value), self.tell("，或者几个", ", or several"), code("[ … ]"))
            }
            Form::Any(forms) => {
                let forms: Vec<String> = forms.iter().map(|form| self.form(form)).collect();
                forms.join(self.tell("，或者", ", or "))
            }
        }
    }

    fn range(&self, what: &str, least: &impl ToString, most: &impl ToString) -> String {
        let (least, most) = (least.to_string(), most.to_string());
        format!("{what}{}{least} {} {most}", self.tell("，", ", "), self.tell("到", "to"))
    }

    /// Which section is meant, in brackets.
    fn aside(&self, name: &str) -> String {
        let (open, close) = (self.tell("（", "("), self.tell("）", ")"));
        format!("{open}{}{close}", self.see(name))
    }

    /// Which section is meant.
    fn see(&self, name: &str) -> String {
        let title = sections().find(|about| about.section == name).map_or(name, |about| about.title);
        let short = title.rsplit("  ").next().unwrap_or(title).split(" = ").next().unwrap_or(title);
        format!("{} {}", self.tell("见", "see"), code(short))
    }

    /// What `say` can read out.
    fn readings(&self) -> String {
        let mut text = self
            .tell(
                "### 读出来的内容\n\n`say` 里写 `$读法:变量`，变量的内容就用录音拼着读出来；`now` 是现在的时间。缺录音的，`check` 会说缺哪几条。\n\n| 写 | 怎么读 |\n|---|---|\n",
                "### What can be read out\n\n`say` with `$way:variable` reads what is in the variable, put together of recordings; `now` is the clock. Where recordings are missing, `check` says which.\n\n| written | read as |\n|---|---|\n",
            )
            .to_owned();
        for reading in Reading::ALL {
            let of = if reading.reads_clock() { "now" } else { self.tell("变量", "variable") };
            text.push_str(&format!(
                "| {} | {} |\n",
                code(&format!("${}:{of}", reading.as_str())),
                self.read_as(reading)
            ));
        }
        text
    }

    fn read_as(&self, reading: Reading) -> &'static str {
        let (chinese, english) = match reading {
            Reading::Digits => ("逐位读，一读幺", "figure by figure"),
            Reading::Phone => ("电话号码，分段停顿", "a telephone number, in groups with pauses"),
            Reading::Number => {
                ("数，最多 999999999999，最多六位小数", "a number, up to 999999999999, with up to six decimals")
            }
            Reading::Amount => ("金额，元角分", "an amount of money in yuan and fen"),
            Reading::Percent => ("百分之几", "a share in per cent"),
            Reading::Time => ("钟点", "a time of day"),
            Reading::Date => ("日期", "a date"),
            Reading::Weekday => ("星期几", "a day of the week"),
            Reading::Minutes => ("几分钟", "so many minutes"),
            Reading::Wait => {
                ("整句：大约要等多久，以分钟计", "the whole sentence of how long callers wait, in minutes")
            }
            Reading::Position => ("整句：排在第几位", "the whole sentence of a caller's place in the queue"),
        };
        self.tell(chinese, english)
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn list(words: &[&str], between: &str) -> String {
    words.iter().map(|word| code(&format!("\"{word}\""))).collect::<Vec<_>>().join(between)
}
