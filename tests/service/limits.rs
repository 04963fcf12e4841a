//! Bad input, each with the close that the contract names; no other call notices.

use crate::{house, phone::Phone};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_socket_that_never_starts_is_closed() {
    let house = house::open("limits.start = \"1s\"").await;
    let mut phone = Phone::dial(house.running.addr, "/media/twilio", &[]).await;
    assert_eq!(phone.closed().await, 1008);
}

#[tokio::test]
async fn a_message_over_the_limit_is_1009() {
    let house = house::open("").await;
    let mut phone = Phone::twilio(house.running.addr, "CA1", json!({})).await;
    phone.hears_audio().await;
    phone.send(Message::text("x".repeat(65 * 1024))).await;
    assert_eq!(phone.closed().await, 1009);
}

#[tokio::test]
async fn a_flood_is_1008_and_the_call_beside_it_goes_on() {
    let house = house::open("").await;
    let mut quiet = Phone::twilio(house.running.addr, "CA1", json!({})).await;
    let mut flood = Phone::twilio(house.running.addr, "CA2", json!({})).await;
    quiet.hears_audio().await;
    flood.hears_audio().await;
    for _ in 0..20_000 {
        if !flood.send(Message::text("{}")).await {
            break;
        }
    }
    assert_eq!(flood.closed().await, 1008);
    quiet.press('0').await;
    quiet.hears("\"event\":\"clear\"").await;
}

#[tokio::test]
async fn an_impossible_codec_is_1003() {
    let house = house::open("").await;
    let mut phone = Phone::dial(house.running.addr, "/media/asterisk?call_id=1.1", &[]).await;
    phone
        .say("MEDIA_START connection_id:c1 channel:x channel_id:1.1 format:opus optimal_frame_size:160 ptime:20")
        .await;
    assert_eq!(phone.closed().await, 1003);
}

#[tokio::test]
async fn text_that_is_not_utf8_ends_its_own_socket_only() {
    let house = house::open("").await;
    let mut phone = Phone::dial(house.running.addr, "/media/asterisk?call_id=1.1", &[]).await;
    let frame = tokio_tungstenite::tungstenite::protocol::frame::Frame::message(
        vec![0xff, 0xfe],
        tokio_tungstenite::tungstenite::protocol::frame::coding::OpCode::Data(
            tokio_tungstenite::tungstenite::protocol::frame::coding::Data::Text,
        ),
        true,
    );
    phone.send(Message::Frame(frame)).await;
    assert_eq!(phone.closed().await, 1007);
    assert_eq!(house.get("/healthz").await.0, 200);
}

#[tokio::test]
async fn a_second_socket_for_a_live_call_is_refused() {
    let house = house::open("").await;
    let mut first = Phone::twilio(house.running.addr, "CA1", json!({})).await;
    first.hears_audio().await;
    let mut second = Phone::twilio(house.running.addr, "CA1", json!({})).await;
    assert_eq!(second.closed().await, 1008);
    first.press('0').await;
    first.hears("\"event\":\"clear\"").await;
}

#[tokio::test]
async fn a_caller_over_the_limit_hears_so_on_twilio_and_is_queued_on_asterisk() {
    let house = house::open("limits.max_calls = 1\nrouting.default_queue = \"overflow\"").await;
    let mut seated = Phone::twilio(house.running.addr, "CA1", json!({})).await;
    seated.hears_audio().await;

    let mut queued = Phone::asterisk(house.running.addr, "call_id=2.2").await;
    queued.hears("HANGUP").await;
    assert_eq!(house.get("/route/2.2").await.1, "queue:overflow");

    let mut told = Phone::twilio(house.running.addr, "CA3", json!({})).await;
    told.hears_audio().await;
    house.until("/metrics", |_, body| body.contains(r#"{prompt="capacity_busy",outcome="said"} 1"#)).await;
}

#[tokio::test]
async fn a_peer_that_answered_a_ping_and_then_says_nothing_is_lost() {
    let house = house::open("[liveness]\nping = \"1s\"\nlost = \"2s\"").await;
    let mut phone = Phone::twilio(house.running.addr, "CA1", json!({})).await;
    // The client answers pings only while it is asked for messages: the first ping comes after a second.
    let asked = async {
        loop {
            phone.next().await;
        }
    };
    let _ = tokio::time::timeout(std::time::Duration::from_millis(1500), asked).await;
    house.until("/api/v1/calls/1", |_, body| body.contains(r#""disposition":"lost""#)).await;
}

#[tokio::test]
async fn a_peer_that_takes_nothing_more_is_lost_and_the_call_beside_it_goes_on() {
    let house = house::open("limits.stuck = \"1s\"").await;
    let mut beside = Phone::twilio(house.running.addr, "CA1", json!({})).await;
    beside.hears_audio().await;

    // A window of a few kilobytes and short segments: what the kernels in between hold is full within the first prompt.
    let deaf = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    deaf.set_recv_buffer_size(2048).expect("a small window");
    deaf.set_tcp_mss(536).expect("short segments");
    deaf.connect(&house.running.addr.into()).expect("connected");
    deaf.set_nonblocking(true).expect("an asynchronous socket");
    let deaf = tokio::net::TcpStream::from_std(deaf.into()).expect("a stream");
    let url = format!("ws://{}/media/asterisk?call_id=2.2", house.running.addr);
    let (mut deaf, _) = tokio_tungstenite::client_async(url, deaf).await.expect("an upgrade");
    let start = "MEDIA_START connection_id:c1 channel:x channel_id:2.2 format:slin16 optimal_frame_size:640 ptime:20";
    futures_util::SinkExt::send(&mut deaf, Message::text(start)).await.expect("open");

    house.until("/metrics", |_, body| body.contains(r#"{reason="takes_nothing"} 1"#)).await;
    house.until("/api/v1/calls/2", |_, body| body.contains(r#""disposition":"lost""#)).await;
    beside.press('0').await;
    beside.hears("\"event\":\"clear\"").await;
}
