//! Transfers by Twilio's API, against a stand-in that keeps what it was asked.

use crate::{house, phone::Phone};
use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, http::Uri, routing::post};
use serde_json::json;
use std::sync::{Arc, Mutex};

type Kept = Arc<Mutex<Vec<(String, String, String)>>>;

async fn stand_in(status: StatusCode) -> (String, Kept) {
    let kept = Kept::default();
    let answer = move |State(kept): State<Kept>, uri: Uri, headers: HeaderMap, body: Bytes| async move {
        let authorization = headers["authorization"].to_str().expect("text").to_owned();
        let body = String::from_utf8(body.to_vec()).expect("a form");
        kept.lock().expect("not poisoned").push((uri.path().to_owned(), authorization, body));
        status
    };
    let router = Router::new().fallback(post(answer)).with_state(Arc::clone(&kept));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(serve(listener, router));
    (format!("http://{address}"), kept)
}

/// axum's own `serve` would be one more feature of it.
pub async fn serve(listener: tokio::net::TcpListener, router: Router) {
    while let Ok((stream, _)) = listener.accept().await {
        let service = hyper_util::service::TowerToHyperService::new(router.clone());
        let stream = hyper_util::rt::TokioIo::new(stream);
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(stream, service));
    }
}

fn account(api: &str) -> String {
    format!(
        "[twilio]\naccount_sid = \"AC1\"\nauth_token = \"s3cret\"\napi = \"{api}\"\ncaller_id = \"+862112345678\"\n\
         public_url = \"wss://voice.example.com\"\n"
    )
}

#[tokio::test]
async fn a_transfer_is_asked_of_the_api_once() {
    let (api, kept) = stand_in(StatusCode::OK).await;
    let house = house::open(&account(&api)).await;
    let mut phone = Phone::twilio(house.running.addr, "CA7", json!({})).await;
    phone.hears_audio().await;
    phone.press('2').await;
    house.until("/api/v1/calls/1", |_, body| body.contains(r#""kind":"handover""#)).await;
    for _ in 0..200 {
        if !kept.lock().expect("not poisoned").is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    // As Twilio does once the call was taken away.
    phone.say(r#"{"event":"stop","streamSid":"MZ1","stop":{"accountSid":"AC1","callSid":"CA7"}}"#).await;
    phone.closed().await;
    house.until("/api/v1/calls/1", |_, body| body.contains(r#""disposition":"agent""#)).await;

    let asked = kept.lock().expect("not poisoned").clone();
    assert_eq!(asked.len(), 1, "{asked:?}");
    let (path, authorization, form) = &asked[0];
    assert_eq!(path, "/2010-04-01/Accounts/AC1/Calls/CA7.json");
    assert_eq!(authorization, "Basic QUMxOnMzY3JldA==");
    assert!(form.starts_with("Twiml=") && form.contains("Enqueue") && form.contains("complaint"), "{form}");
}

#[tokio::test]
async fn a_transfer_that_fails_is_heard_by_the_caller() {
    let (api, kept) = stand_in(StatusCode::INTERNAL_SERVER_ERROR).await;
    let house = house::open(&account(&api)).await;
    let mut phone = Phone::twilio(house.running.addr, "CA7", json!({})).await;
    phone.hears_audio().await;
    phone.press('2').await;
    let heard = async {
        loop {
            phone.next().await;
        }
    };
    let told = house.until("/metrics", |_, body| body.contains(r#"{prompt="transfer_failed",outcome="said"} 1"#));
    tokio::select! {
        () = heard => {}
        _ = told => {}
    }
    assert_eq!(kept.lock().expect("not poisoned").len(), 1, "one request, no storm");
}

#[tokio::test]
async fn twilio_is_told_where_an_unknown_call_goes() {
    let house = house::open("routing.default_queue = \"overflow\"").await;
    let document = house.post("/route/twilio", "CallSid=CAx").await;
    assert!(document.contains("<Enqueue>overflow</Enqueue>"), "{document}");
}

#[tokio::test]
async fn a_call_that_nobody_took_is_connected_to_us_again() {
    let house = house::open("twilio.public_url = \"https://voice.example.com\"").await;
    let document = house.post("/route/twilio", "CallSid=CA7&DialCallStatus=no-answer").await;
    assert!(document.contains(r#"<Stream url="wss://voice.example.com/media/twilio">"#), "{document}");
    assert!(document.contains(r#"<Parameter name="resume" value="no_answer"/>"#), "{document}");
}
