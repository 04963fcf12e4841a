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
    assert!(String::from_utf8_lossy(&output.stdout).contains("wait before silent_reprompt is   5.000, not   4.000"));
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
