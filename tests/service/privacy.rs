//! No telephone number in any log line at any level, nor in the metrics.

use crate::{house, phone::Phone};
use qingjiang::service::log::{self, LogFormat};
use serde_json::json;
use std::{
    io::Write,
    sync::{Arc, Mutex},
};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn numbers_reach_neither_logs_nor_metrics() {
    let captured = Captured::default();
    let writer = captured.clone();
    // For the whole process: what the other tests log is read too, and holds the same numbers.
    let subscriber = log::subscriber(LogFormat::Json, "trace", false, move || writer.clone());
    tracing::subscriber::set_global_default(subscriber).expect("the only one");

    let house = house::open("").await;
    let mut asterisk =
        Phone::asterisk(house.running.addr, "call_id=private.1&caller=13812345678&dnis=02166778899&x=13900001111")
            .await;
    asterisk.hears_audio().await;
    asterisk.say("ERROR channel_id:1.1 error_text:13812345678").await;
    for key in "98765432109".chars() {
        asterisk.press(key).await;
    }
    let mut twilio = Phone::twilio(house.running.addr, "CAprivate", json!({"from": "13812345678"})).await;
    twilio.hears_audio().await;
    twilio.say("{\"event\":\"13812345678\"").await;
    let _ = house.get("/route?call_id=x&caller=13812345678").await;
    drop((asterisk, twilio));
    house.until("/metrics", |_, body| body.matches("disposition=\"lost\"").count() >= 2).await;
    let metrics = house.get("/metrics").await.1;

    let logged = String::from_utf8(captured.0.lock().expect("not poisoned").clone()).expect("text");
    assert!(logged.contains("call started") && logged.contains("private.1"), "the log is not empty: {logged}");
    for secret in ["13812345678", "02166778899", "13900001111", "98765432109", "1381234"] {
        assert!(
            !logged.contains(secret),
            "{secret} in {}",
            logged.lines().find(|line| line.contains(secret)).unwrap_or_default()
        );
        assert!(!metrics.contains(secret), "{secret} in the metrics");
    }
}
