//! The scripts that are shipped to be copied, and the shortest one that is of use.

use super::scripts::{codes, told};
use qingjiang::script::{self, Act, Language, Source, SourceFile, Target, keys};
use std::path::Path;

/// Everything a hotline needs: who it is, what it asks, who helps. The guide shows it first.
fn shortest() -> String {
    keys::sections().find(|about| about.section.is_empty()).expect("the script itself").example(Language::Chinese)
}

#[test]
fn ten_lines_are_a_hotline() {
    assert_eq!(shortest().lines().count(), 10);
    let read = script::proofread(&[SourceFile::new("hotline.toml", shortest())]);
    assert!(read.problems.is_empty(), "{}", told(&read.problems));
    let script = read.script.expect("a script");
    assert_eq!(script.line.ladders.len(), 6, "bad lines are dealt with as the standard says");
    let to_agent = &script.step(script.words.agent).act;
    assert!(matches!(to_agent, Act::Handover { target: Target::Queue(name) } if name == "agent"));
    let failed = script.step(script.transfer_failed);
    assert_eq!(failed.name, "transfer_failed", "an unanswered transfer offers a callback");
}

#[test]
fn the_examples_have_no_problem_at_all() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/examples");
    let mut names: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(folder).expect("examples") {
        let path = entry.expect("an example").path();
        let files = Source::Directory(path.clone()).scripts().expect("readable");
        let problems = script::proofread(&files).problems;
        assert_eq!(codes(&problems), [""; 0], "{}", told(&problems));
        names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort_unstable();
    assert_eq!(names, ["english", "government"]);
}

#[test]
fn what_the_default_script_shows_in_comments_works() {
    let mut files = Source::Embedded.scripts().expect("built in");
    let at = files.iter().position(|file| file.name() == "hotline.toml").expect("the script");
    let text = files.remove(at).text.clone();
    // Every line that begins with `#| ` is an example to be switched on by taking that away.
    assert!(text.lines().filter(|line| line.starts_with("#| ")).count() > 10, "the examples are gone");
    let switched_on: String =
        text.lines().map(|line| format!("{}\n", line.strip_prefix("#| ").unwrap_or(line))).collect();
    let switched_on = switched_on.replacen("start    = \"welcome\"", "start    = \"gate\"", 1);
    files.push(SourceFile::new("hotline.toml", switched_on));
    let read = script::proofread(&files);
    assert_eq!(codes(&read.problems), ["draft_calendar"], "{}", told(&read.problems));
    assert!(read.script.is_some_and(|script| script.find("gate").is_some()));
}
