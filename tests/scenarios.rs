//! Our own scenarios hold, run by the real command.

use std::{
    path::Path,
    process::{Command, Stdio},
};

#[test]
fn the_scenarios_of_the_default_script_pass() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("scenarios").map(|file| file.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "toml"));
    files.sort();
    let mut command = Command::new(env!("CARGO_BIN_EXE_qingjiang"));
    let output =
        command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("simulate").args(&files).output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains(&format!("{} passed, 0 failed", files.len())), "{told}");
}

/// Runs `qingjiang simulate` in a folder; its exit status and what it printed.
fn simulate(folder: &Path, words: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qingjiang"));
    let output = command.current_dir(folder).arg("simulate").args(words).output().expect("it runs");
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&printed).into_owned())
}

#[test]
fn the_golden_tests_of_the_default_script_pass_and_have_a_purpose_each() {
    let (status, told) = simulate(Path::new(env!("CARGO_MANIFEST_DIR")), &["--json", "--lang", "zh"]);
    assert_eq!(status, 0, "{told}");
    let tests: Vec<serde_json::Value> = serde_json::from_str(&told).expect("JSON");
    assert!(tests.len() >= 60, "{}", tests.len());
    let nameless = tests.iter().filter(|test| test["name"].as_str().is_none_or(|name| name.chars().count() < 6));
    assert_eq!(nameless.count(), 0);
}

#[test]
fn without_any_files_the_built_in_script_is_tested() {
    let folder = tempfile::tempdir().expect("a folder");
    let (status, told) = simulate(folder.path(), &["--filter", "key-wrong", "--lang", "en"]);
    assert!(status == 0 && told.contains("4 passed, 0 failed"), "{told}");
}

const KEY_TWO: &str = "name = \"two\"\n# heard by the caller\nexpect = [\"welcome_*\", \"menu_main\", \"wait 3s\", \
                       \"goodbye\"]\nend = \"silent\"\n[caller]\nevents = [\"hear:menu_main\", \"wait:1s\", \"key:2\"]\n";

#[test]
fn a_test_that_fails_shows_both_timelines_and_is_rewritten_on_demand() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("two.toml");
    std::fs::write(&file, KEY_TWO).expect("written");
    let (status, told) = simulate(folder.path(), &["two.toml", "--lang", "zh"]);
    assert_eq!(status, 1);
    for shown in
        ["应该听到", "没有听到 goodbye", "transfer_announce", "结果是 agent，应该是 silent", "0 个通过，1 个失败"]
    {
        assert!(told.contains(shown), "{shown}\n{told}");
    }
    let (status, told) = simulate(folder.path(), &["two.toml", "--accept", "--lang", "en"]);
    assert!(status == 0 && told.contains("never heard: goodbye") && told.contains("1 rewritten"), "{told}");
    let text = std::fs::read_to_string(&file).expect("a test");
    let list = "# heard by the caller\nexpect = [\"welcome_*\", \"menu_main\", \"wait 1s\", \"transfer_announce\"]\nend = \"agent\"\n";
    assert!(text.contains(list), "{text}");
    assert_eq!(simulate(folder.path(), &["two.toml"]).0, 0);
}

#[test]
fn editors_are_told_where_an_expectation_does_not_hold() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("two.toml"), KEY_TWO).expect("written");
    let (_, told) = simulate(folder.path(), &["two.toml", "--json", "--lang", "en"]);
    let tests: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    let missing = &tests[0]["differences"][0];
    assert_eq!(
        (&missing["code"], &missing["line"], &missing["column"]),
        (&"missing".into(), &3.into(), &48.into()),
        "{told}"
    );
    assert_eq!(tests[0]["timeline"][0]["heard"], "welcome_evening");
}

#[test]
fn a_test_that_cannot_be_read_is_no_failed_one() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.toml"), "[caller]\nevents = [\"sing:5s\"]\n").expect("written");
    std::fs::write(folder.path().join("b.toml"), KEY_TWO.replace("menu_main\", \"wait", "menu_man\", \"wait"))
        .expect("written");
    let (status, told) = simulate(folder.path(), &["a.toml", "b.toml", "--lang", "en"]);
    assert_eq!(status, 2);
    assert!(told.contains("`sing:5s`") && told.contains("`menu_man` does not fit"), "{told}");
}

#[test]
fn callers_who_have_been_here_before_are_known_where_the_script_begins_with_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let prompts = tempfile::tempdir().expect("a folder");
    for file in std::fs::read_dir(root.join("prompts")).expect("scripts").map(|file| file.expect("a file").path()) {
        if let Ok(text) = std::fs::read_to_string(&file) {
            let text = text.replacen("start    = \"welcome\"", "start    = \"incoming\"", 1);
            std::fs::write(prompts.path().join(file.file_name().expect("a name")), text).expect("written");
        }
    }
    let files = ["welcome-back", "called-before", "barred"].map(|name| format!("tests/scenarios/past/{name}.toml"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_qingjiang"));
    let command = command.current_dir(root).arg("simulate").arg("--prompts").arg(prompts.path()).args(&files);
    let output = command.output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn services_outside_answer_as_a_scenario_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("tests/scenarios/http");
    let files = ["ok.toml", "slow.toml", "failing.toml"].map(|file| folder.join(file));
    let mut command = Command::new(env!("CARGO_BIN_EXE_qingjiang"));
    let command = command.current_dir(root).arg("simulate").arg("--prompts").arg(folder.join("script"));
    let output = command.args(&files).output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_scenario_that_expects_the_wrong_thing_fails_and_says_what_differs() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("wrong.toml");
    let text = "[caller]\nsay = [\"hiss:60s\"]\n[[expect]]\nheard = \"silent_reprompt\"\nwait = \"4s\"\n";
    std::fs::write(&file, text).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_qingjiang"));
    let output = command.arg("simulate").arg(&file).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("wait before silent_reprompt is 5.000s, not 4.000s"));
}

#[test]
fn an_answer_that_nobody_reads_any_more_is_no_fault() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/silent.toml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_qingjiang"));
    let command = command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["simulate", "--verbose"]).arg(file);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
