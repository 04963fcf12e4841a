//! The language in which commands speak to operators.

use crate::script::Language;

/// The language of messages.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Spoken {
    /// The language of the messages [default: from LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, value_enum, global = true)]
    lang: Option<Lang>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

impl Spoken {
    /// The language that was asked for, or that of the operator's terminal.
    pub fn language(self) -> Language {
        match self.lang {
            Some(Lang::Zh) => Language::Chinese,
            Some(Lang::En) => Language::English,
            None => of_terminal(|name| std::env::var(name).ok()),
        }
    }
}

/// `variable` looks up the environment.
fn of_terminal(variable: impl Fn(&str) -> Option<String>) -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    match set.is_some_and(|locale| locale.starts_with("zh")) {
        true => Language::Chinese,
        false => Language::English,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminals_language_is_spoken() {
        let with = |set: &'static [(&str, &str)]| {
            of_terminal(|name| set.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(with(&[("LANG", "zh_CN.UTF-8")]), Language::Chinese);
        assert_eq!(with(&[("LC_ALL", "en_GB.UTF-8"), ("LANG", "zh_CN.UTF-8")]), Language::English);
        assert_eq!(with(&[("LC_ALL", ""), ("LANG", "zh_TW")]), Language::Chinese);
        assert_eq!(with(&[]), Language::English);
    }
}
