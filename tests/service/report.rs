//! What the words led to, as the figures tell it.

use crate::{house, phone::Phone};
use serde_json::json;
use std::process::Command;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn the_report_and_the_metrics_tell_what_followed_on_a_prompt() {
    let house = house::open("").await;
    let mut phone = Phone::twilio(house.running.addr, "CA1", json!({})).await;
    phone.hears_audio().await;
    phone.send(Message::Close(None)).await;
    let metrics = house.until("/metrics", |_, body| body.contains(r#"by="hang_up"} 1"#)).await;
    assert!(metrics.contains(r#"qingjiang_prompts_followed_total{prompt="welcome"#), "{metrics}");

    house.until("/api/v1/calls/1", |_, body| body.contains(r#""disposition":"abandoned""#)).await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_qingjiang"));
    let output =
        command.args(["report", "--json", "--data"]).arg(house.data.path().join("data")).output().expect("it runs");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let welcome = &report["prompts"][0];
    assert!(welcome["prompt"].as_str().is_some_and(|prompt| prompt.starts_with("welcome")), "{report}");
    assert_eq!(
        (&welcome["said"], &welcome["by_end"], &welcome["hang_up"]),
        (&json!(1), &json!(1), &json!(1)),
        "{report}"
    );
}
