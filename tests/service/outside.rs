//! Messages, HTTP services and earlier calls, through the service's real port.

use crate::{
    house,
    phone::{Came, Phone},
};
use axum::{Router, body::Bytes, extract::State, http::StatusCode, http::Uri, routing::post};
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio_tungstenite::tungstenite::Message;

const MESSAGE: &str = r#"
[hotline]
start = "message"
[step.message]
say = "message_record"
message = { failed = "sorry" }
next = "bye"
[step.bye]
say = "goodbye"
hang_up = true
[step.sorry]
say = "system_error"
hang_up = true
[step.agent]
queue = "q"
"#;

/// Listens for as long as it is let.
async fn hears(phone: &mut Phone) {
    loop {
        if let Came::Closed(_) = phone.next().await {
            std::future::pending::<()>().await;
        }
    }
}

/// 20 ms of silence, μ-law.
const FRAME: [u8; 160] = [0xff; 160];

#[tokio::test]
async fn a_message_is_on_disk_before_it_is_thanked_for() {
    let house = house::open_with_script(MESSAGE).await;
    let mut phone = Phone::asterisk(house.running.addr, "call_id=m1&caller=13812345678").await;
    let beep = house.until("/metrics", |_, body| body.contains(r#"{prompt="beep",outcome="finished"} 1"#));
    tokio::select! {
        () = hears(&mut phone) => unreachable!("it never ends"),
        _ = beep => {}
    }
    // Two seconds and more, ended by the key: meant, whatever was heard in it.
    for _ in 0..115 {
        phone.send(Message::binary(FRAME.to_vec())).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    phone.press('#').await;
    house.until("/metrics", |_, body| body.contains(r#"{prompt="message_thanks",outcome="said"} 1"#)).await;

    let messages = house.until("/api/v1/messages", |_, body| body.contains("\"id\"")).await;
    let messages: serde_json::Value = serde_json::from_str(&messages).expect("JSON");
    let message = &messages["messages"][0];
    assert_eq!((&message["number"], &message["outcome"]), (&json!("138****5678"), &json!(null)));
    let id = message["id"].as_str().expect("an id");
    let answer = reqwest::get(house.http(&format!("/api/v1/messages/{id}/message.wav"))).await.expect("an answer");
    let wav = answer.bytes().await.expect("a body");
    let length = (wav.len() - 44) / 2 / 8;
    assert!(wav.starts_with(b"RIFF") && (2_000..4_000).contains(&length), "{length} ms");
    let (_, metrics) = house.get("/metrics").await;
    assert!(metrics.contains("qingjiang_messages_open 1"), "{metrics}");
    assert_eq!(house.get("/api/v1/messages/99/message.wav").await.0, 404);
}

const LOOK_UP: &str = r#"
[hotline]
start = "look_up"
[step.look_up]
http = { url = "API/customers/{caller}", send = { who = "$caller" }, take = { level = "customer.level" }, timeout = "1s", HEADERS failed = "unknown" }
next = "level"
[step.level]
branch = [ { variable = "level", is = "gold", go = "gold" } ]
otherwise = "unknown"
[step.gold]
queue = "gold"
[step.unknown]
queue = "unknown"
[step.agent]
queue = "q"
spare = "x"
"#;

type Kept = Arc<Mutex<Vec<(String, String)>>>;

/// A service that answers so, after a while.
async fn stand_in(status: StatusCode, answer: &'static str, delay: Duration) -> (String, Kept) {
    let kept = Kept::default();
    let reply = move |State(kept): State<Kept>, uri: Uri, body: Bytes| async move {
        let body = String::from_utf8(body.to_vec()).expect("JSON");
        kept.lock().expect("not poisoned").push((uri.path().to_owned(), body));
        tokio::time::sleep(delay).await;
        (status, answer)
    };
    let router = Router::new().fallback(post(reply)).with_state(Arc::clone(&kept));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(crate::transfer::serve(listener, router));
    (format!("http://{address}"), kept)
}

/// Where a caller comes to, and what the service was asked.
async fn asked(
    status: StatusCode,
    answer: &'static str,
    delay: Duration,
    headers: &str,
) -> (String, Vec<(String, String)>) {
    let (api, kept) = stand_in(status, answer, delay).await;
    let house = house::open_with_script(&LOOK_UP.replace("API", &api).replace("HEADERS", headers)).await;
    let mut phone = Phone::asterisk(house.running.addr, "call_id=h1&caller=%2B8613812345678").await;
    let route = tokio::select! {
        () = hears(&mut phone) => unreachable!("it never ends"),
        route = house.until("/route/h1", |status, _| status == 200) => route,
    };
    let asked = kept.lock().expect("not poisoned").clone();
    (route, asked)
}

#[tokio::test]
async fn what_a_service_answers_decides_where_a_caller_goes() {
    let answer = r#"{"customer":{"level":"gold"}}"#;
    let (route, asked) = asked(StatusCode::OK, answer, Duration::ZERO, "").await;
    assert_eq!(route, "queue:gold");
    assert_eq!(asked, [("/customers/%2B8613812345678".into(), r#"{"who":"+8613812345678"}"#.into())]);
}

#[tokio::test]
async fn a_service_that_fails_or_is_slow_leads_on_all_the_same() {
    let (refused, late) = tokio::join!(
        asked(StatusCode::INTERNAL_SERVER_ERROR, "{}", Duration::ZERO, ""),
        asked(StatusCode::OK, "{}", Duration::from_secs(60), ""),
    );
    assert_eq!((refused.0.as_str(), refused.1.len()), ("queue:unknown", 1), "what changes something is asked once");
    assert_eq!((late.0.as_str(), late.1.len()), ("queue:unknown", 1));
}

#[tokio::test]
async fn a_secret_that_is_not_there_asks_nothing() {
    let headers = r#"headers = { Authorization = { env = "QINGJIANG_HTTP_NOT_SET" } },"#;
    let (route, asked) = asked(StatusCode::OK, "{}", Duration::ZERO, headers).await;
    assert_eq!((route.as_str(), asked.len()), ("queue:unknown", 0));
}

#[tokio::test]
async fn who_was_cut_off_and_calls_again_is_welcomed_back() {
    let house = house::open_with_script(&that_knows_callers()).await;
    let caller = json!({"from": "+8613812345678"});
    // Who is not known within 20 ms is greeted as anybody, and on a busy machine that may happen: he calls again.
    for call in 1..=5 {
        let mut phone = Phone::twilio(house.running.addr, &format!("CA{call}"), caller.clone()).await;
        phone.hears_audio().await;
        phone.press('8').await;
        let record = format!("/api/v1/calls/{call}");
        house.until(&record, |_, body| body.contains(r#""kind":"key""#)).await;
        drop(phone);
        house.until(&record, |_, body| body.contains(r#""disposition":"lost""#)).await;
        let (_, metrics) = house.get("/metrics").await;
        if metrics.contains(r#"{prompt="welcome_back",outcome="said"}"#) {
            assert!(call > 1, "nobody comes back at the first call");
            return;
        }
    }
    panic!("called five times and was never welcomed back");
}

#[tokio::test]
async fn a_line_that_is_always_silent_hears_the_opening_again() {
    let house = house::open_with_script(&that_knows_callers()).await;
    let caller = json!({"from": "+8613812345678"});
    for call in ["CA1", "CA2"] {
        let mut phone = Phone::twilio(house.running.addr, call, caller.clone()).await;
        phone.hears_audio().await;
        drop(phone);
        let ended = format!("/api/v1/calls/{}", if call == "CA1" { 1 } else { 2 });
        house.until(&ended, |_, body| body.contains(r#""disposition":"lost""#)).await;
    }
    let (_, metrics) = house.get("/metrics").await;
    assert!(!metrics.contains("welcome_back"), "{metrics}");
}

/// The default script, switched to look at earlier calls first.
fn that_knows_callers() -> String {
    let script = include_str!("../../prompts/hotline.toml");
    let switched = script.replacen("start    = \"welcome\"", "start    = \"incoming\"", 1);
    assert_ne!(script, switched, "the default script has changed");
    switched
}
