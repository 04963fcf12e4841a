//! The faults in English: (what is wrong, what to do).

use super::{BadAudio, Fault, RateUnit, Shape};
use crate::script::{Locale, PromptId};
use std::time::Duration;

pub(super) fn words(fault: &Fault) -> (String, String) {
    let (message, help): (String, &str) = match fault {
        Fault::Syntax { detail } => {
            (format!("this is not valid TOML: {detail}"), "look for a missing quote, bracket, comma or equals sign")
        }
        Fault::NotUtf8 => ("this file is not UTF-8 text".into(), "save it again with the encoding UTF-8"),
        Fault::NoHotline => {
            ("there is no hotline.toml".into(), "the script itself is written in hotline.toml, in this directory")
        }
        Fault::NoCatalogue { locale } => {
            (format!("there is no {locale}.toml with the texts"), "write one, or set another locale under [hotline]")
        }
        Fault::StrayFile { name } => (
            format!("{name} is not read: it is neither hotline.toml nor named for a language"),
            "name it like zh-CN.toml or en.toml, or move it elsewhere",
        ),
        Fault::UnknownKey { key, nearest } => {
            return (
                format!("nothing is called `{key}` here"),
                meant(nearest, "remove it, or see the comments at the top of hotline.toml"),
            );
        }
        Fault::Misplaced { key, needs } => {
            return (format!("`{key}` does nothing in this step"), format!("it belongs to a step with `{needs}`"));
        }
        Fault::Missing { key } => return (format!("`{key}` is missing"), format!("write {key} = …")),
        Fault::WrongType { key, wanted } => {
            (format!("`{key}` should be {}", shape(*wanted)), "compare with the default script")
        }
        Fault::Empty { key } => (format!("`{key}` is empty"), "fill it in, or remove it"),
        Fault::BadDuration { text } => {
            (format!("`{text}` is not a time"), r#"write a number and its unit: "5s", "800ms", "1m30s""#)
        }
        Fault::DurationRange { value, least, most } => {
            return (
                format!("{} is out of range", time(*value)),
                format!("between {} and {}", time(*least), time(*most)),
            );
        }
        Fault::NumberRange { least, most } => {
            return ("this number is out of range".into(), format!("a whole number from {least} to {most}"));
        }
        Fault::BadFigure { text, unit } => {
            return (
                format!("`{text}` is no figure in {unit}"),
                format!("write a number and its unit: \"{}\"", example(unit)),
            );
        }
        Fault::FigureRange { least, most, unit } => {
            return ("this figure is out of range".into(), format!("it lies between {least}{unit} and {most}{unit}"));
        }
        Fault::BadKey { text } => {
            (format!("`{text}` is not a key of a telephone"), r##"the keys are 0 to 9, "*" and "#""##)
        }
        Fault::KeyTwice { key } => (format!("key {key} is written twice"), "keep one of them"),
        Fault::WordTwice { word } => {
            (format!("`{word}` is written twice"), "keep one of them: what is said first stands first")
        }
        Fault::BadDates { text } => {
            (format!("`{text}` are not dates"), r#"write "2027-02-05..2027-02-11", or one day: "2027-10-01""#)
        }
        Fault::DatesBackwards => ("the last day lies before the first".into(), "swap them"),
        Fault::BadHours { text } => {
            (format!("`{text}` are not hours"), r#"write "05:00-12:00"; past midnight is allowed: "18:00-05:00""#)
        }
        Fault::BadTimezone { text } => {
            (format!("there is no time zone `{text}`"), r#"names look like "Asia/Shanghai""#)
        }
        Fault::BadLocale { text } => (format!("`{text}` is not a language"), r#"names look like "zh-CN" or "en""#),
        Fault::BadLength { text } => {
            (format!("`{text}` is not a number of digits"), r#"write "7..15", or one number: "11"; at most 32"#)
        }
        Fault::BadWord { text, allowed, nearest } => {
            return (
                format!("`{text}` is not possible here"),
                meant(nearest, &format!("one of: {}", allowed.join(", "))),
            );
        }
        Fault::BadPromptName { text } => (
            format!("`{text}` cannot be the name of a prompt"),
            "names are small letters, digits, - and _: they are also the names of the recordings",
        ),
        Fault::BadStepName { text } => (
            format!("a step cannot be called `{text}`"),
            "names are letters, digits, - and _; `repeat`, `louder` and `hang_up` have a meaning of their own",
        ),
        Fault::BadTarget { text } => {
            (format!("`{text}` cannot be an extension or a queue"), "the name as the gateway knows it, without spaces")
        }
        Fault::BadVariable { text } => {
            (format!("`{text}` cannot be the name of a variable"), "names are letters, digits and _")
        }
        Fault::BadUrl { text } => (
            format!("`{text}` cannot be an address"),
            "write \"https://host/path/{variable}\"; the host stands as it is, variables come after it",
        ),
        Fault::BadHeader { text } => (
            format!("`{text}` cannot be an HTTP header"),
            "names are letters, digits, - and _; values are printable ASCII",
        ),
        Fault::BadSecret { text } => (
            format!("a script may not read the environment variable `{text}`"),
            "only those whose names begin with QINGJIANG_HTTP_",
        ),
        Fault::NoEndKey => (
            "any number of digits, and no key that ends them: callers would wait after the last".into(),
            "write one length, as in length = 11, or a key: end = \"#\"",
        ),
        Fault::UnknownPart { text } => (
            format!("nothing is called `{text}`"),
            "there are $greeting, $time:now, $date:now and $weekday:now, and $digits, $phone, $number, $amount, $percent, $time, $date, $weekday, $minutes, $wait and $position with a colon and a variable: $number:<variable>",
        ),
        Fault::UnknownStep { name, nearest } => {
            return (
                format!("there is no step `{name}`"),
                meant(nearest, &format!("write a [step.{name}], or correct the name")),
            );
        }
        Fault::UnknownCondition { name, nearest } => {
            return (
                format!("there is no line condition `{name}`"),
                meant(nearest, "ladders are for silent, noise, faint, noisy, handsfree, choppy"),
            );
        }
        Fault::NoLadder { condition } => {
            return (
                format!("there is no ladder for `{}`", condition.as_str()),
                format!("write a [line.{}]", condition.as_str()),
            );
        }
        Fault::NoSteps => ("there is not a single step".into(), "write at least a [step.welcome] and a [step.agent]"),
        Fault::NoAgentStep { name } => (
            format!("there is no step `{name}` for the human agent"),
            "write a [step.agent] with a queue or an extension, or name another step: agent = \"…\" under [hotline]",
        ),
        Fault::TwoActs { first, second } => {
            return (format!("a step cannot have both `{first}` and `{second}`"), "split it into two steps".into());
        }
        Fault::DeadEnd { step } => (
            format!("nothing happens after step `{step}`: the caller would hear nothing more"),
            "say what follows: keys, next, queue, agent, collect, callback or hang_up",
        ),
        Fault::NoQuestion => (
            "this step asks nothing: it has neither keys nor speech".into(),
            "write keys = { 1 = \"…\" } or speech = \"…\"",
        ),
        Fault::BadWeek { text } => (
            format!("`{text}` are not days of the week"),
            r#"write "mon-fri", or "mon,wed,sat"; leave week out for every day"#,
        ),
        Fault::UnknownHours { name, nearest } => {
            return (
                format!("no hours are called `{name}`"),
                meant(nearest, &format!("write a section [hours.{name}], or correct the name")),
            );
        }
        Fault::UnknownCallers { name, nearest } => {
            return (
                format!("no list of callers is called `{name}`"),
                meant(nearest, &format!("write {name} = [ … ] in callers.toml")),
            );
        }
        Fault::BadCaller => (
            "this is neither a number nor the beginning of numbers".into(),
            r#"write "13800138000", or a beginning like "138*" with the star at its end"#,
        ),
        Fault::CalendarClash { day } => {
            (format!("{day} is written as a day off and as a working day"), "keep the one that was published")
        }
        Fault::DraftCalendar { year } => (
            format!("these hours follow the calendar of holidays, and that of {year} is not final"),
            "correct the year in holidays.toml once it is published, and remove draft = true",
        ),
        Fault::NoCalendar { year } => (
            format!("these hours follow the calendar of holidays, and it has nothing of {year}"),
            "write the year's days off and moved working days into holidays.toml; until then only the days of the week count",
        ),
        Fault::NoCondition => (
            "this line has no condition".into(),
            "write hours, dates, caller, variable or the like; where nothing fits is written as otherwise",
        ),
        Fault::NoTest => {
            ("the variable is held against nothing".into(), r#"write is = "…", is_not = "…" or set = true as well"#)
        }
        Fault::IdleLine { first } => (
            format!("this line never counts: line {first} fits whenever it does"),
            "put the line with more conditions first, or remove this one",
        ),
        Fault::BadShares { sum } => {
            (format!("the shares make {sum}, not 100"), "change them so that they make 100 together")
        }
        Fault::NoText { prompt, locales, nearest } => {
            let files = files(locales, ", ");
            return (
                format!("`{prompt}` has no text in {files}"),
                meant(nearest, &format!("write {prompt} = \"…\" in {files}")),
            );
        }
        Fault::NoParts { part, locale, missing } => {
            let missing = list(missing, ", ");
            return (
                format!("`{part}` cannot be read out whole in {locale}: {missing} missing"),
                format!("write these words into {locale}.toml, and record them: {missing}"),
            );
        }
        Fault::NoReading { part, locale } => (
            format!("nobody knows how `{part}` is read out in {locale}"),
            "in this language only $digits and $phone can be read, figure by figure",
        ),
        Fault::Forbidden { phrase } => {
            (format!("a caller must never hear `{phrase}`"), "say it as the service standard does, politely")
        }
        Fault::Familiar => ("callers are addressed as 您, not 你".into(), "write 您"),
        Fault::AnnouncedKey { key } => {
            return (
                format!("the text announces key {key}, which does nothing here"),
                format!("add {key} to keys, or reword the prompt"),
            );
        }
        Fault::HumanUnsaid { step } => (
            format!("menu `{step}` does not tell callers how to reach a human being"),
            "say which key it is, for example: to speak to an agent, press zero",
        ),
        Fault::NoClosing { last, locales } => {
            let last = last.as_ref().map_or_else(|| "the last words here".into(), |prompt| format!("`{prompt}`"));
            (
                format!("a call may end after {last}, which are no farewell ({})", locales.join(", ")),
                "the last prompt before a hang-up says goodbye; where its text cannot show it, mark it kind = \"closing\"",
            )
        }
        Fault::NoWait => (
            "a call may be ended here without a wait".into(),
            "the caller hangs up first: wait some seconds, usually \"5s\"",
        ),
        Fault::ShortHangUp { wait } => (
            format!("{} is short: the caller should have time to hang up first", time(*wait)),
            "the standard waits 5s; if it has to be less, give the reason: reason = \"…\"",
        ),
        Fault::ShortWait { wait } => (
            format!("the wait of {} is too short: a slow caller needs 5s to begin", time(*wait)),
            "write \"5s\" or more; if it has to be less, give the reason: reason = \"…\"",
        ),
        Fault::ShortAnswer { wait } => (
            format!("{} is hardly time to answer", time(*wait)),
            "write \"5s\"; if it has to be less, give the reason: reason = \"…\"",
        ),
        Fault::LadderCircle { conditions } => (
            format!(
                "these ladders lead to each other for ever: {}",
                conditions.iter().map(|c| c.as_str()).collect::<Vec<_>>().join(", ")
            ),
            "let one of them end in hang_up or in a step",
        ),
        Fault::IdleConsent => (
            "this asks for consent, and the answer changes nothing".into(),
            "consent belongs to the last rung, and what follows (then) is a step, not hang_up",
        ),
        Fault::NoNotice => (
            "calls are recorded, and the opening does not say so".into(),
            "put recording_notice into the say of the first step",
        ),
        Fault::Unreachable { step } => (
            format!("no path leads to step `{step}`"),
            "lead to it from somewhere or remove it; to keep it, give the reason: spare = \"…\"",
        ),
        Fault::Endless { steps } => (
            format!("a call could go round in circles while the caller does nothing: {}", steps.join(" → ")),
            "let one of these steps end in hang_up, or wait for a key",
        ),
        Fault::NobodyThere { step } => (
            format!("step `{step}` should be the human agent, but leads to nobody"),
            "let it lead to a queue or an agent, or to a callback",
        ),
        Fault::NoHumanKey { step } => {
            (format!("menu `{step}` has no key for a human agent"), "add 0 = \"agent\" to keys")
        }
        Fault::TooManyChoices { count, most } => {
            return (
                format!("{count} choices are too many to remember"),
                format!("at most {most}; the keys for the agent and for hearing it again are not counted"),
            );
        }
        Fault::TooDeep { level, most } => {
            return (format!("this menu lies on level {level}"), format!("at most {most} menus one under another"));
        }
        Fault::EarlyPromotion { prompt } => (
            format!("the advertising `{prompt}` can be heard before the caller has chosen anything"),
            "move it to where the caller has pressed a key",
        ),
        Fault::Unset { variable, nearest } => {
            return (
                format!("the variable `{variable}` may not be set yet on some path to here"),
                meant(nearest, "every path to here must collect it first"),
            );
        }
        Fault::NoRecording { file } => {
            return (format!("there is no recording {file}"), "record it: a caller would hear nothing here".into());
        }
        Fault::NoSpareRecording { file } => (
            format!("there is no recording {file}; nothing plays it yet"),
            "record it before it is used, or remove the text",
        ),
        Fault::BadRecording { file, why } => (
            format!("nothing can be made of {file}: {}", audio(*why)),
            "save it again as a 16-bit PCM WAV file, mono, 8 or 16 kHz",
        ),
        Fault::LowRate { file, sample_rate } => (
            format!("{file} has only {sample_rate} samples a second and sounds muffled"),
            "use the original at 8 kHz or more, best 16 kHz; converting it up brings nothing back",
        ),
        Fault::Clipped { file, samples } => (
            format!("{file} is clipped: its loudest parts are cut off ({samples} samples)"),
            "record it again at a lower gain; making the file quieter does not repair it",
        ),
        Fault::TooQuiet { file, level, least } => {
            return (
                format!("{file} is too quiet: {level} dBov"),
                format!("bring its speech to about -22 dBov, at least {least}"),
            );
        }
        Fault::RatherQuiet { file, level, others } => {
            return (
                format!("{file} is quieter than the others: {level} dBov, they have {others}"),
                format!("bring its speech to about {others} dBov"),
            );
        }
        Fault::TooLoud { file, level, others } => {
            return (
                format!("{file} is much louder than the others: {level} dBov, they have {others}"),
                format!("bring its speech to about {others} dBov"),
            );
        }
        Fault::QuietEnds { file, lead, tail, .. } => (
            format!("{file} has {} of silence before its words and {} after them", time(*lead), time(*tail)),
            "cut it to about 60ms at each end: every wait begins when the file ends",
        ),
        Fault::TooFast { file, rate, most, unit } => (
            format!("{file} is spoken too fast: {rate} {} a minute, at most {most}", spoken(*unit)),
            "speak it again, calmly",
        ),
        Fault::RatherFast { file, rate, most, unit } => (
            format!("{file} is spoken rather fast: {rate} {} a minute, better up to {most}", spoken(*unit)),
            "speak it a little slower",
        ),
        Fault::TextChanged { file, recorded } => {
            return (
                format!("the text has changed since {file} was recorded"),
                format!(
                    "the recording says: {recorded}. Record it again, and put the new text into texts.csv beside the recordings"
                ),
            );
        }
        Fault::IdleWaiver { fault, about } => (
            format!("there is no warning `{fault}` about `{about}` to waive"),
            "remove this, or correct fault and about",
        ),
        Fault::Synthetic { file } => (
            format!("{file} is spoken by a machine"),
            "let a voice actor record it (qingjiang render --sheet writes the list), and take it in with qingjiang import",
        ),
        Fault::BadSheet { detail } => (
            format!("texts.csv beside the recordings cannot be read: {detail}"),
            "its columns are locale, prompt_id, text; texts with commas stand in quotes",
        ),
    };
    (message, help.into())
}

fn meant(nearest: &Option<String>, otherwise: &str) -> String {
    nearest.as_ref().map_or_else(|| otherwise.into(), |name| format!("did you mean `{name}`?"))
}

fn shape(wanted: Shape) -> &'static str {
    match wanted {
        Shape::Text => "a text in quotes",
        Shape::Flag => "true or false",
        Shape::Number => "a whole number",
        Shape::Table => "a section or { … }",
        Shape::List => "a list: [ … ]",
        Shape::TableList => "a list of { … }",
        Shape::TextOrList => "a text in quotes or a list of them",
        Shape::TextOrTable => "a text in quotes or { … }",
        Shape::TextOrFlag => "a text in quotes, or true",
    }
}

/// A time as operators write it.
pub(super) fn time(value: Duration) -> String {
    match (value.as_secs(), value.subsec_millis()) {
        (seconds, 0) if seconds >= 3600 && seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        (seconds, 0) if seconds >= 60 && seconds % 60 == 0 => format!("{}m", seconds / 60),
        (seconds, 0) => format!("{seconds}s"),
        _ => format!("{}ms", value.as_millis()),
    }
}

fn audio(why: BadAudio) -> &'static str {
    match why {
        BadAudio::NotWav => "it is not a WAV file",
        BadAudio::Coding => "its coding is not supported",
        BadAudio::Channels => "it has more than two channels",
        BadAudio::Rate => "its sample rate is not supported",
        BadAudio::Truncated => "it is cut off, shorter than its header says",
        BadAudio::Empty => "there is no sound in it",
        BadAudio::TooLong => "it is longer than ten minutes",
    }
}

fn spoken(unit: RateUnit) -> &'static str {
    match unit {
        RateUnit::Characters => "characters",
        RateUnit::Words => "words",
    }
}

/// The names of prompts.
pub(super) fn list(prompts: &[PromptId], between: &str) -> String {
    prompts.iter().map(PromptId::as_str).collect::<Vec<_>>().join(between)
}

/// The catalogues of these languages.
pub(super) fn files(locales: &[Locale], between: &str) -> String {
    locales.iter().map(|locale| format!("{locale}.toml")).collect::<Vec<_>>().join(between)
}

/// How a figure of this unit is written.
pub(super) fn example(unit: &str) -> &'static str {
    if unit == "dB" { "8.5dB" } else { "-37dBov" }
}
