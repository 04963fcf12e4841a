//! `deploy/qingjiang.toml` lists every setting there is, from the same table that the program reads them by.
//! `UPDATE=1 cargo test --test settings` writes it anew.

use qingjiang::service::config::{ALL, Config, Described};
use std::{fs, path::PathBuf};

const HEAD: &str = "\
# 请讲 · qingjiang: every setting, its default, what may stand there, and why.
#
#   qingjiang serve --config qingjiang.toml
#
# 不写的都用默认值;写错了,启动之前就会指出第几行第几列。What is not written has its default; mistakes are told with line and
# column before a port is bound. Secrets may also be { env = \"NAME\" } or { file = \"PATH\" }.
";

/// No line of the file is longer.
const WIDTH: usize = 116;

#[test]
fn the_list_of_settings_is_the_programs_own() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("deploy/qingjiang.toml");
    let listed = list();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &listed).expect("a writable list");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, listed, "UPDATE=1 cargo test --test settings, and review what has changed");
}

#[test]
fn the_list_with_its_defaults_is_a_configuration() {
    let text: String = list().lines().map(|line| format!("{}\n", line.strip_prefix('#').unwrap_or(line))).collect();
    let settings: String = text.lines().filter(|line| is_setting(line)).map(|line| format!("{line}\n")).collect();
    assert!(settings.lines().count() > 10, "{settings}");
    if let Err(error) = Config::parse("qingjiang.toml", &settings) {
        panic!("{error}");
    }
}

fn is_setting(line: &str) -> bool {
    let key = line.split(" = ").next().unwrap_or_default();
    line.contains(" = ") && ALL.iter().any(|setting| setting.key() == key)
}

fn list() -> String {
    let mut text = HEAD.to_owned();
    for setting in ALL {
        text.push('\n');
        let about = format!("{}. {}.", setting.why().trim_end_matches('.'), capital(&setting.expected()));
        for line in wrapped(&about) {
            text.push_str(&format!("# {line}\n"));
        }
        text.push_str(&format!("{}\n", written(*setting)));
    }
    text
}

/// A setting without a default has nothing that could be uncommented as it is.
fn written(setting: &dyn Described) -> String {
    match setting.written().as_str() {
        "none" => format!("# {}: none", setting.key()),
        default => format!("#{} = {default}", setting.key()),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("never empty");
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(word.to_owned());
            continue;
        }
        if !last.is_empty() {
            last.push(' ');
        }
        last.push_str(word);
    }
    lines
}
