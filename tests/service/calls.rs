//! Calls that go as they should.

use crate::{house, phone::Phone};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_twilio_caller_hears_us_within_fifty_milliseconds() {
    let house = house::open("").await;
    let mut fastest = Duration::MAX;
    // The best of five: the machine is busy with the other tests.
    for call in 0..5 {
        let mut phone = Phone::twilio(house.running.addr, &format!("CA{call}"), json!({})).await;
        let started = Instant::now();
        phone.hears_audio().await;
        fastest = fastest.min(started.elapsed());
    }
    assert!(fastest < Duration::from_millis(50), "first audio after {fastest:?}");
}

#[tokio::test]
async fn a_key_clears_the_prompt_and_leads_to_a_human_by_the_route() {
    let house = house::open("").await;
    let mut phone = Phone::twilio(house.running.addr, "CA7", json!({"from": "13812345678"})).await;
    phone.hears_audio().await;
    assert_eq!(house.get("/route/CA7").await.0, 204, "nothing is decided yet");
    phone.press('0').await;
    phone.hears("\"event\":\"clear\"").await;
    assert_eq!(phone.closed().await, 1000);
    assert_eq!(house.get("/route/CA7").await, (200, "agent:agent".into()));
    let note = house.get("/route/CA7/note").await.1;
    assert!(note.contains("key=0;"), "{note}");
    let document = house.post("/route/twilio", "CallSid=CA7&CallStatus=in-progress").await;
    assert!(document.contains("<Dial") && document.contains("agent"), "{document}");
}

#[tokio::test]
async fn an_asterisk_caller_is_routed_and_the_leg_hung_up() {
    let house = house::open("").await;
    let mut phone = Phone::asterisk(house.running.addr, "call_id=1795307879.2&caller=13812345678").await;
    phone.hears_audio().await;
    phone.press('2').await;
    phone.hears("FLUSH_MEDIA").await;
    phone.hears("HANGUP").await;
    assert_eq!(house.get("/route?call_id=1795307879.2").await, (200, "queue:complaint".into()));
}

#[tokio::test]
async fn what_happened_stands_in_the_api_with_the_number_masked() {
    let house = house::open("").await;
    let mut phone = Phone::twilio(house.running.addr, "CA8", json!({"from": "13812345678"})).await;
    phone.hears_audio().await;
    let live = house.get("/api/v1/calls").await.1;
    assert!(live.contains(r#""live":[{"#), "{live}");
    drop(phone);
    let calls = house.until("/api/v1/calls", |_, body| body.contains(r#""disposition":"lost""#)).await;
    assert!(calls.contains("138****5678") && !calls.contains("13812345678"), "{calls}");
    let call = house.get("/api/v1/calls/1").await.1;
    assert!(call.contains(r#""kind":"prompt_said""#), "{call}");
}

#[tokio::test]
async fn a_gateways_complaint_stands_in_the_calls_record_with_numbers_masked() {
    let house = house::open("").await;
    let mut phone = Phone::asterisk(house.running.addr, "call_id=3.3").await;
    phone.hears_audio().await;
    phone.say("ERROR channel_id:3.3 error_text:no such extension 13812345678").await;
    let call = house.until("/api/v1/calls/1", |_, body| body.contains("gateway_notice")).await;
    assert!(call.contains("no such extension 138****5678") && !call.contains("13812345678"), "{call}");
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_told_like_every_other_fault() {
    let house = house::open("").await;
    let (status, body) = house.get("/api/v1/calls?limit=many").await;
    assert_eq!(status, 400);
    assert!(body.starts_with(r#"{"error":{"code":"bad_request","#), "{body}");
}

#[tokio::test]
async fn a_call_comes_back_to_its_own_record() {
    let house = house::open("").await;
    let mut phone = Phone::asterisk(house.running.addr, "call_id=9.9&caller=13812345678").await;
    phone.hears_audio().await;
    phone.press('0').await;
    phone.hears("HANGUP").await;
    phone.send(Message::Close(None)).await;
    phone.closed().await;
    house.until("/api/v1/calls/1", |_, body| body.contains(r#""disposition":"agent""#)).await;

    let mut again = Phone::asterisk(house.running.addr, "call_id=9.9&resume=no_answer").await;
    again.hears_audio().await;
    let call = house.until("/api/v1/calls/1", |_, body| body.contains(r#""legs":2"#)).await;
    assert!(call.contains("no_answer"), "{call}");
    assert_eq!(house.get("/route/9.9").await.0, 204, "the old decision is void");
}

#[tokio::test]
async fn figures_tell_of_the_call() {
    let house = house::open("").await;
    let mut phone = Phone::twilio(house.running.addr, "CA9", json!({})).await;
    phone.hears_audio().await;
    phone.say("{ this is not JSON").await;
    phone.say(r#"{"event":"surprise","streamSid":"MZ1"}"#).await;
    phone.send(Message::Close(None)).await;
    let ended = r#"qingjiang_calls_ended_total{dialect="twilio",condition="none",disposition="abandoned"} 1"#;
    let text = house.until("/metrics", |_, body| body.contains(ended)).await;
    assert!(text.contains(r#"qingjiang_messages_dropped_total{dialect="twilio",reason="shape"} 1"#), "{text}");
    assert!(text.contains(r#"qingjiang_messages_dropped_total{dialect="twilio",reason="unknown"} 1"#), "{text}");
    assert!(text.contains("qingjiang_first_audio_seconds_count 1"), "{text}");
}

#[tokio::test]
async fn draining_lets_calls_finish_and_tells_new_ones_that_we_are_busy() {
    let house = house::open("").await;
    let addr = house.running.addr;
    let mut running = Phone::twilio(addr, "CA1", json!({})).await;
    running.hears_audio().await;

    let drain = house.running.drain();
    let callers = async {
        house.until("/readyz", |status, _| status == 503).await;
        let mut late = Phone::asterisk(addr, "call_id=5.5").await;
        late.hears("HANGUP").await;
        assert_eq!(house.get("/route/5.5").await.1, "queue:agent");
        late.send(Message::Close(None)).await;
        running.press('9').await;
        running.hears("\"event\":\"clear\"").await;
        running.send(Message::Close(None)).await;
    };
    let (finished, ()) = tokio::join!(drain, callers);
    assert!(finished);
    house.running.stop().await;
}

#[tokio::test]
async fn stopping_at_once_closes_the_records_as_interrupted() {
    let house = house::open("").await;
    let mut phone = Phone::twilio(house.running.addr, "CA1", json!({})).await;
    phone.hears_audio().await;
    let ((), status) = tokio::join!(house.running.stop(), phone.closed());
    assert_eq!(status, 1012);
    let archive = qingjiang::records::Archive::open(&house.data.path().join("data")).expect("records");
    let calls = archive.list(&Default::default()).expect("readable");
    assert_eq!(calls[0].disposition.as_deref(), Some("interrupted"));
}
