//! Broken scripts, texts and recordings, saved one after the other while a service runs.

use crate::{
    broken::{self, Broken},
    house::{self, House},
    phone::Phone,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, ops::Range};

/// What an operator saves: a file under the house's folder, and what is in it; nothing: it is removed.
struct Saved {
    code: &'static str,
    file: String,
    bytes: Option<Vec<u8>>,
    /// Where the refusal must point.
    place: String,
}

/// Forty, each with another fault where there are so many: recordings, texts, then scripts.
fn forty(house: &House) -> Vec<Saved> {
    let recording = "audio/zh-CN/goodbye.wav";
    let good = fs::read(house.data.path().join(recording)).expect("a recording");
    let texts = fs::read_to_string(house.prompts().join("zh-CN.toml")).expect("texts");
    let line = texts.lines().position(|line| line.starts_with("goodbye")).expect("a text") + 1;
    let recordings = broken::recordings().into_iter().map(|(code, spoil)| Saved {
        code,
        file: recording.into(),
        bytes: spoil(&good),
        place: format!("zh-CN.toml:{line}:"),
    });
    let written = broken::texts().into_iter().chain(broken::scripts());
    let written = written.map(|Broken { code, file, text, place: (line, column) }| Saved {
        code,
        file: format!("prompts/{file}"),
        bytes: Some(text.into_bytes()),
        place: format!("{file}:{line}:{column}: "),
    });
    let mut codes = BTreeSet::new();
    recordings.chain(written).filter(|saved| codes.insert((saved.code, saved.file.clone()))).take(40).collect()
}

impl Saved {
    fn save(&self, house: &House) {
        let path = house.data.path().join(&self.file);
        match &self.bytes {
            Some(bytes) => fs::write(path, bytes).expect("written"),
            None => fs::remove_file(path).expect("removed"),
        }
    }
}

/// Two services take half of the forty each: most of the time they wait for files to be quiet.
#[tokio::test]
async fn the_first_twenty_broken_versions_are_refused_and_the_running_service_does_not_change() {
    are_refused(0..20).await;
}

#[tokio::test]
async fn the_other_twenty_broken_versions_are_refused_and_the_running_service_does_not_change() {
    are_refused(20..40).await;
}

async fn are_refused(some: Range<usize>) {
    let house = house::open_with_all_files("files.quiet = \"200ms\"").await;
    let all = forty(&house);
    assert_eq!(all.len(), 40);
    let mut refused_at = Value::Null;
    for (count, saved) in all[some].iter().enumerate() {
        let path = house.data.path().join(&saved.file);
        let good = fs::read(&path).expect("a good file");
        saved.save(&house);
        let body = house.until("/api/v1/script", |_, body| is_refused_since(&refused_at, &saved.place, body)).await;
        let script: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!((&script["number"], &script["name"]), (&json!(1), &json!("客户服务热线")), "{}", saved.code);
        refused_at = script["refused"]["at"].clone();
        if count % 10 == 9 {
            answered(&house, &format!("CA{count}")).await;
        }
        fs::write(&path, good).expect("written");
    }
    let script = house.until("/api/v1/script", |_, body| body.contains("\"refused\":null")).await;
    assert!(script.contains("\"number\":1"), "{script}");
}

/// A caller is answered, and his key counts, while what is on disk is broken.
async fn answered(house: &House, call_id: &str) {
    let mut phone = Phone::twilio(house.running.addr, call_id, json!({})).await;
    phone.hears_audio().await;
    phone.press('2').await;
    phone.hears("\"event\":\"clear\"").await;
}

fn is_refused_since(before: &Value, place: &str, body: &str) -> bool {
    let script: Value = serde_json::from_str(body).unwrap_or_default();
    let refused = &script["refused"];
    let reasons = refused["reasons"].as_array().into_iter().flatten().filter_map(Value::as_str);
    refused["at"] != *before && reasons.into_iter().any(|reason| reason.contains(place))
}
