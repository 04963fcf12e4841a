//! Versions of the script while the service runs, and after it: what is live, and who has made it so.

use crate::house::{self, House};
use qingjiang::{console, service};
use serde_json::Value;
use std::{fs, process::Command};

/// A service whose operators' files lie beside its data, and are looked at five times a second.
async fn open(publish: &str) -> House {
    house::open_with_files(&format!("files.quiet = \"200ms\"\nfiles.publish = \"{publish}\"")).await
}

/// The same service, started again.
async fn again(house: House) -> House {
    let House { running, data } = house;
    let config = running.exchange.config.clone();
    running.stop().await;
    let running = service::start(config, console::router).await.expect("it starts again");
    House { running, data }
}

/// Puts another name into the script.
fn rename(house: &House, name: &str) {
    edit(house, |text| {
        let lines = text.lines().map(|line| match line.starts_with("name ") {
            true => format!("name = {name:?}"),
            false => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    });
}

fn edit(house: &House, change: impl Fn(&str) -> String) {
    let path = house.prompts().join("hotline.toml");
    let text = fs::read_to_string(&path).expect("a script");
    fs::write(path, change(&text)).expect("written");
}

async fn script(house: &House) -> Value {
    serde_json::from_str(&house.get("/api/v1/script").await.1).expect("JSON")
}

async fn live(house: &House, name: &str) -> Value {
    let wanted = format!(r#""name":"{name}""#);
    serde_json::from_str(&house.until("/api/v1/script", |_, body| body.contains(&wanted)).await).expect("JSON")
}

/// Runs `qingjiang script …` beside the service; its exit status and what it printed.
fn command(house: &House, words: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qingjiang"));
    command.arg("script").args(words).arg("--lang").arg("en");
    command.arg("--prompts").arg(house.prompts()).arg("--data").arg(house.data.path().join("data"));
    let output = command.current_dir(house.data.path()).output().expect("it runs");
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&printed).into_owned())
}

#[tokio::test]
async fn a_saved_change_is_a_version_with_its_author_and_survives_a_restart() {
    let house = open("on_save").await;
    let first = script(&house).await;
    assert_eq!(first["number"], 1);
    rename(&house, "二号热线");
    let second = live(&house, "二号热线").await;
    assert_eq!(second["number"], 2);
    assert_eq!(second["author"].as_str().map(str::is_empty), Some(false));
    let house = again(house).await;
    assert_eq!(script(&house).await["number"], 2, "the same files are no new version");
}

#[tokio::test]
async fn files_that_are_bad_at_the_start_leave_the_last_good_version_live() {
    let house = open("on_save").await;
    rename(&house, "二号热线");
    live(&house, "二号热线").await;
    edit(&house, |text| text.replace("start    = \"welcome\"", "start    = \"nowhere\""));
    let house = again(house).await;
    let script = script(&house).await;
    assert_eq!(script["number"], 2);
    assert!(script["refused"]["reasons"][0].as_str().is_some_and(|why| why.contains("nowhere")), "{script}");
    assert!(house.get("/metrics").await.1.contains("qingjiang_script_refused 1"));
}

#[tokio::test]
async fn a_change_waits_for_publish_where_the_operators_want_it_so() {
    let house = open("manual").await;
    rename(&house, "二号热线");
    let staged = house.until("/api/v1/script", |_, body| body.contains(r#""changes":["prompts/hotline.toml"]"#)).await;
    assert!(!staged.contains("二号热线"), "{staged}");
    let (status, diff) = command(&house, &["diff"]);
    assert!(status == 0 && diff.contains("+name = \"二号热线\""), "{diff}");
    let (status, told) = command(&house, &["publish", "-m", "a second hotline"]);
    assert!(status == 0 && told.contains("version 2"), "{told}");
    let live = live(&house, "二号热线").await;
    assert_eq!((live["number"].as_u64(), live["why"].as_str()), (Some(2), Some("a second hotline")));
    assert_eq!(live["staged"], Value::Null);
    let (_, log) = command(&house, &["log"]);
    assert!(log.lines().next().is_some_and(|line| line.contains("a second hotline")), "{log}");
}

#[tokio::test]
async fn bad_files_are_not_published() {
    let house = open("manual").await;
    edit(&house, |text| text.replace("start    = \"welcome\"", "start    = \"nowhere\""));
    let (status, told) = command(&house, &["publish"]);
    assert!(status == 1 && told.contains("hotline.toml:") && told.contains("not published"), "{told}");
    assert_eq!(script(&house).await["number"], 1);
}

#[tokio::test]
async fn a_roll_back_is_live_at_once_and_stays_over_a_restart() {
    let house = open("on_save").await;
    let name = script(&house).await["name"].as_str().expect("a name").to_owned();
    rename(&house, "二号热线");
    live(&house, "二号热线").await;
    let (status, told) = command(&house, &["rollback", "-m", "too early"]);
    assert!(status == 0 && told.contains("version 3"), "{told}");
    live(&house, &name).await;
    let house = again(house).await;
    assert_eq!(script(&house).await["number"], 3, "the files have not changed since they were rolled back");
    rename(&house, "三号热线");
    assert_eq!(live(&house, "三号热线").await["number"], 4);
}

#[tokio::test]
async fn a_version_that_is_not_there_cannot_be_rolled_back_to() {
    let house = open("manual").await;
    let (status, told) = command(&house, &["rollback", "9"]);
    assert_eq!((status, told.trim()), (1, "there is no version 9"));
}

// ── golden tests ────────────────────────────────────────────────────────────────────────────────────────────────────

const GOOD_TEST: &str =
    "name = \"a key\"\nend = \"queue:complaint\"\n[caller]\nevents = [\"hear:menu_main\", \"key:2\"]\n";

fn write_test(house: &House, name: &str, text: &str) {
    fs::create_dir_all(house.prompts().join("tests")).expect("a folder");
    fs::write(house.prompts().join("tests").join(name), text).expect("written");
}

async fn open_where_tests_refuse(publish: &str) -> House {
    let lines = format!("files.quiet = \"200ms\"\nfiles.publish = \"{publish}\"\nfiles.tests = \"refuse\"");
    let house = house::open_with_files(&lines).await;
    fs::write(house.data.path().join("qingjiang.toml"), "files.tests = \"refuse\"\n").expect("written");
    house
}

#[tokio::test]
async fn a_version_whose_golden_tests_fail_is_refused_and_they_are_named() {
    let house = open_where_tests_refuse("on_save").await;
    write_test(&house, "key.toml", GOOD_TEST);
    write_test(&house, "wrong.toml", &GOOD_TEST.replace("complaint", "inquiry"));
    rename(&house, "二号热线");
    let refused = house.until("/api/v1/script", |_, body| body.contains(r#""tests":["wrong.toml"]"#)).await;
    assert!(refused.contains("route is queue:complaint, not queue:inquiry"), "{refused}");
    assert_eq!(script(&house).await["number"], 1);
    assert!(house.get("/metrics").await.1.contains(r#"qingjiang_script_test_failed{test="wrong.toml"} 1"#));
    // Mending the test alone lets the version pass.
    write_test(&house, "wrong.toml", GOOD_TEST);
    assert_eq!(live(&house, "二号热线").await["number"], 2);
    assert!(!house.get("/metrics").await.1.contains("wrong.toml"));
}

#[tokio::test]
async fn golden_tests_are_nobodys_concern_where_they_are_not_asked_for() {
    let house = open("on_save").await;
    write_test(&house, "wrong.toml", "this is no test");
    rename(&house, "二号热线");
    assert_eq!(live(&house, "二号热线").await["number"], 2);
}

#[tokio::test]
async fn publish_refuses_untested_versions_unless_it_is_told_otherwise() {
    let house = open_where_tests_refuse("manual").await;
    write_test(&house, "wrong.toml", &GOOD_TEST.replace("complaint", "inquiry"));
    rename(&house, "二号热线");
    let config = house.data.path().join("qingjiang.toml");
    let config = config.to_str().expect("a path");
    let (status, told) = command(&house, &["publish", "--config", config]);
    assert!(status == 1 && told.contains("wrong.toml: route is queue:complaint"), "{told}");
    let (status, told) = command(&house, &["publish", "--config", config, "--untested"]);
    assert!(status == 0 && told.contains("version 2"), "{told}");
    assert_eq!(live(&house, "二号热线").await["untested"], true);
    let (_, log) = command(&house, &["log"]);
    assert!(log.lines().next().is_some_and(|line| line.contains("(untested)")), "{log}");
}
