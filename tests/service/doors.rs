//! Who may come in.

use crate::{house, phone::Phone};
use qingjiang::{
    console,
    service::{self, Config, StartError},
};
use serde_json::json;

const TOKENS: &str = "auth.media.token = \"t0ken\"\nauth.http.token = \"ht0ken\"";

#[tokio::test]
async fn a_wrong_token_is_refused_after_the_upgrade() {
    let house = house::open(TOKENS).await;
    let mut bearer =
        Phone::dial(house.running.addr, "/media/asterisk?call_id=1", &[("authorization", "Bearer x")]).await;
    assert_eq!(bearer.closed().await, 1008);
    let mut parameter = Phone::twilio(house.running.addr, "CA1", json!({"token": "x"})).await;
    assert_eq!(parameter.closed().await, 1008);
    let mut without = Phone::twilio(house.running.addr, "CA2", json!({})).await;
    assert_eq!(without.closed().await, 1008);
}

#[tokio::test]
async fn the_right_token_is_let_in_as_header_and_as_parameter() {
    let house = house::open(TOKENS).await;
    let mut header = Phone::dial(house.running.addr, "/media/twilio", &[("authorization", "Bearer t0ken")]).await;
    header.start_twilio("CA1", json!({})).await;
    header.hears_audio().await;
    let mut parameter = Phone::twilio(house.running.addr, "CA2", json!({"token": "t0ken"})).await;
    parameter.hears_audio().await;
}

#[tokio::test]
async fn everything_but_the_health_check_asks_for_credentials() {
    let house = house::open(TOKENS).await;
    assert_eq!(house.get("/healthz").await.0, 200);
    for path in ["/", "/readyz", "/metrics", "/route/1", "/api/v1/calls"] {
        assert_eq!(house.get(path).await.0, 401, "{path}");
    }
    let asked = reqwest::Client::new().get(house.http("/metrics")).bearer_auth("ht0ken").send().await;
    assert_eq!(asked.expect("an answer").status().as_u16(), 200);
}

#[tokio::test]
async fn without_authentication_a_proxy_is_refused() {
    let house = house::open("").await;
    let asked =
        reqwest::Client::new().get(house.http("/metrics")).header("X-Forwarded-For", "203.0.113.9").send().await;
    assert_eq!(asked.expect("an answer").status().as_u16(), 403);
    let mut phone = Phone::dial(house.running.addr, "/media/twilio", &[("forwarded", "for=203.0.113.9")]).await;
    assert_eq!(phone.closed().await, 1008);
}

#[tokio::test]
async fn a_door_open_to_the_world_keeps_the_service_from_starting() {
    let data = tempfile::tempdir().expect("a folder");
    for lines in ["", "auth.media.token = \"x\"", "auth.http.token = \"x\""] {
        let mut config = Config::parse("test.toml", lines).expect("good");
        config.listen = ([0, 0, 0, 0], 0).into();
        config.files.data = data.path().into();
        let refused = service::start(config, console::router).await.map(drop).expect_err("a door is open");
        assert!(matches!(refused, StartError::Open { .. }), "{refused}");
    }
}
