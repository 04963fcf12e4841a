//! Warnings that operators have looked at, and prompts that one language lends another.

use super::scripts::{AGENT, BYE, WELCOME, codes, errors, problems, told, unmark};
use qingjiang::script::SourceFile;

/// A script with one warning: three seconds before a hang-up.
fn hasty(waivers: &str) -> String {
    format!("[hotline]\nafter_agent = \"bye\"\n{waivers}\n{WELCOME}{AGENT}{}", BYE.replace("5s", "3s"))
}

fn waived(about: &str) -> String {
    hasty(&format!("[[waive]]\nfault = «\"short_hang_up\"\nabout = \"{about}\"\nreason = \"演示\"\n"))
}

fn found(marked: &str) -> (Vec<&'static str>, String) {
    let text = marked.replacen('«', "", 1);
    let problems = problems(&[SourceFile::new("hotline.toml", text)]);
    (codes(&problems), told(&problems))
}

#[test]
fn a_warning_is_waived_where_it_is_and_nowhere_else() {
    assert_eq!(found(&hasty("")).0, ["short_hang_up"]);
    assert_eq!(found(&waived("step.bye")).0, [""; 0]);
    let (found, told) = found(&waived("step.welcome"));
    assert_eq!(found, ["idle_waiver", "short_hang_up"], "{told}");
}

#[test]
fn a_waiver_says_which_warning_and_why_and_errors_cannot_be_waived() {
    let table = [
        ("missing_key", "«[[waive]]\nfault = \"short_hang_up\"\nabout = \"step.bye\"\n"),
        ("missing_key", "«[[waive]]\nfault = \"short_hang_up\"\nreason = \"x\"\n"),
        ("empty", "[[waive]]\nfault = \"short_hang_up\"\nabout = \"step.bye\"\nreason = «\"\"\n"),
        ("bad_word", "[[waive]]\nfault = «\"no_closing\"\nabout = \"step.bye\"\nreason = \"x\"\n"),
        ("bad_word", "[[waive]]\nfault = «\"short_hangup\"\nabout = \"step.bye\"\nreason = \"x\"\n"),
        ("wrong_type", "waive = [«\"short_hang_up\"]\n"),
    ];
    for (code, waiver) in table {
        // A plain key stands before any section.
        let marked = match waiver.starts_with("waive") {
            true => format!("{waiver}{}", hasty("")),
            false => hasty(waiver),
        };
        let (text, line, column) = unmark(&marked);
        let problems = problems(&[SourceFile::new("hotline.toml", text)]);
        assert_eq!(errors(&problems), [("hotline.toml".into(), line, column, code)], "{marked}\n{}", told(&problems));
    }
}

#[test]
fn a_waiver_of_a_recordings_fault_is_not_idle_where_nobody_looked_at_recordings() {
    let waiver = "[[waive]]\nfault = \"rather_fast\"\nabout = \"zh-CN/menu_main\"\nreason = \"旧录音\"\n";
    let text = format!("{waiver}{WELCOME}{AGENT}");
    assert_eq!(codes(&problems(&[SourceFile::new("hotline.toml", text)])), [""; 0]);
}

#[test]
fn a_language_may_borrow_prompts_but_not_figures() {
    let embedded = qingjiang::script::Source::Embedded.scripts().expect("built in");
    let text = |name: &str| embedded.iter().find(|file| file.name() == name).expect("built in").text.clone();
    let without = |prompt: &str| {
        let english = text("en.toml");
        let kept = english.lines().filter(|line| line.split(" =").next() != Some(prompt));
        SourceFile::new("en.toml", kept.collect::<Vec<_>>().join("\n"))
    };
    let script = |fallback: &str| {
        let read = "[step.number]\nspare = \"x\"\ncollect = { into = \"n\", length = 11, give_up = \"agent\" }\nnext = \"read\"\n[step.read]\nsay = [\"number_is\", \"$digits:n\"]\nnext = \"agent\"\n";
        SourceFile::new("hotline.toml", format!("[hotline]\nlocale = \"zh-CN\"\n{fallback}{WELCOME}{AGENT}{read}"))
    };
    let check = |fallback: &str, prompt: &str| {
        codes(&problems(&[script(fallback), SourceFile::new("zh-CN.toml", text("zh-CN.toml")), without(prompt)]))
    };
    assert_eq!(check("", "transfer_announce"), ["no_text"]);
    assert_eq!(check("fallback = true\n", "transfer_announce"), [""; 0]);
    let twice = ["no_parts"; 2];
    assert_eq!(
        check("fallback = true\n", "n7"),
        twice,
        "a number is read out in one language, here and at the callback"
    );
}
