//! Files that change while calls run.

use crate::{house, phone::Phone};
use serde_json::json;
use std::path::Path;

#[tokio::test]
async fn a_good_change_is_live_for_the_next_call_and_a_bad_one_is_refused_whole() {
    let prompts = tempfile::tempdir().expect("a folder");
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
    for entry in std::fs::read_dir(ours).expect("our prompts").flatten() {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), prompts.path().join(entry.file_name())).expect("copied");
        }
    }
    let house = house::open(&format!("files.prompts = {:?}\nfiles.quiet = \"200ms\"", prompts.path())).await;
    let mut phone = Phone::twilio(house.running.addr, "CA1", json!({})).await;
    phone.hears_audio().await;
    let first = version(&house.get("/api/v1/script").await.1);

    let script = prompts.path().join("hotline.toml");
    let text = std::fs::read_to_string(&script).expect("a script");
    std::fs::write(&script, format!("{text}\n# 改过\n")).expect("written");
    let live = house.until("/api/v1/script", |_, body| version(body) != first).await;
    let second = version(&live);

    std::fs::write(&script, format!("{text}\n[step.broken\n")).expect("written");
    let refused = house.until("/api/v1/script", |_, body| !body.contains(r#""refused":null"#)).await;
    assert_eq!(version(&refused), second, "the last good script stays");
    assert!(refused.contains("hotline.toml:"), "{refused}");
    assert!(house.get("/metrics").await.1.contains("qingjiang_script_refused 1"));

    phone.press('0').await;
    phone.hears("\"event\":\"clear\"").await;
}

fn version(body: &str) -> String {
    let script: serde_json::Value = serde_json::from_str(body).expect("JSON");
    script["version"].as_str().expect("a version").to_owned()
}
