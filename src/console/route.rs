//! Where a caller goes once our leg has ended: for dialplans one line of text, for Twilio a document.

use super::{Shared, line, text};
use crate::{
    agents::Decision,
    gateway::{
        DialectName, Resume,
        twiml::{self, Stream},
    },
    records::Route,
    script::Target,
    service::{Exchange, reply::Fault},
};
use axum::{
    Form,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use hyper::{HeaderMap, StatusCode, Uri, header as names};
use jiff::Timestamp;
use serde::Deserialize;

/// `?call_id=`.
#[derive(Deserialize)]
pub(super) struct Asked {
    call_id: Option<String>,
}

/// `GET /route?call_id=`.
pub(super) async fn by_query(State(exchange): Shared, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    decision(&exchange, &asked.call_id.ok_or(Fault::BadRequest)?).await
}

/// `GET /route/{call_id}`.
pub(super) async fn by_path(State(exchange): Shared, Path(call_id): Path<String>) -> Result<Response, Fault> {
    decision(&exchange, &call_id).await
}

/// `GET /route/twilio`: a call could be called so.
pub(super) async fn twilio_as_call_id(State(exchange): Shared, headers: HeaderMap) -> Result<Response, Fault> {
    super::admitted(&exchange.config.auth.http, &headers)?;
    decision(&exchange, "twilio").await
}

/// `GET /route/{call_id}/note`.
pub(super) async fn note(State(exchange): Shared, Path(call_id): Path<String>) -> Result<Response, Fault> {
    match look_up(&exchange, &call_id).await? {
        Route::Decided { note, .. } => Ok(line(note)),
        Route::Undecided => Ok(StatusCode::NO_CONTENT.into_response()),
        Route::Unknown => Err(Fault::NotFound),
    }
}

async fn decision(exchange: &Exchange, call_id: &str) -> Result<Response, Fault> {
    match look_up(exchange, call_id).await? {
        Route::Decided { decision, .. } => Ok(line(decision)),
        Route::Undecided => Ok(StatusCode::NO_CONTENT.into_response()),
        Route::Unknown => Err(Fault::NotFound),
    }
}

async fn look_up(exchange: &Exchange, call_id: &str) -> Result<Route, Fault> {
    exchange.records.route(call_id, Timestamp::now()).await.map_err(|_| Fault::Records)
}

/// `POST /route/twilio`: what Twilio does next, after our stream and after an agent's turn alike.
pub(super) async fn twilio(
    State(exchange): Shared,
    uri: Uri,
    headers: HeaderMap,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let path = uri.path_and_query().map_or("/route/twilio", |path| path.as_str());
    let policy = exchange.config.auth.webhook();
    policy.verify_webhook(&|name| text(&headers, name), path, &form).map_err(super::fault)?;

    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let document = match twiml::resumes(field) {
        Some(resume) => come_back(&exchange, resume),
        None => go_on(&exchange, field("CallSid").unwrap_or_default()).await?,
    };
    Ok(([(names::CONTENT_TYPE, "text/xml; charset=utf-8")], document).into_response())
}

/// Carries out what was decided; an unknown or undecided call goes to the default queue.
async fn go_on(exchange: &Exchange, call_id: &str) -> Result<String, Fault> {
    let decision = match look_up(exchange, call_id).await? {
        Route::Decided { decision, .. } => decision,
        Route::Undecided | Route::Unknown => Decision::To(Target::Queue(exchange.config.default_queue.clone())),
    };
    Ok(twiml::decision((&decision).into(), &exchange.hand_over()))
}

/// Connects the caller to us again. Without a public URL Twilio cannot be told where we are: then the call ends politely
/// in the default queue.
fn come_back(exchange: &Exchange, resume: Resume) -> String {
    let Some(public_url) = exchange.config.twilio.public_url.as_deref() else {
        let queue = Decision::To(Target::Queue(exchange.config.default_queue.clone()));
        return twiml::decision((&queue).into(), &exchange.hand_over());
    };
    let url = format!("{}/media/{}", socket_base(public_url), DialectName::Twilio.as_str());
    let mut parameters = vec![("resume", resume.as_str())];
    if let Some(token) = &exchange.config.auth.media.token {
        parameters.push(("token", token.reveal()));
    }
    twiml::connect(&Stream { url: &url, parameters: &parameters, redirect: "/route/twilio" })
}

/// The public base URL with the scheme of a WebSocket.
fn socket_base(public_url: &str) -> String {
    let base = public_url.trim_end_matches('/');
    match base.split_once("://") {
        Some(("https" | "wss", rest)) => format!("wss://{rest}"),
        Some(("http" | "ws", rest)) => format!("ws://{rest}"),
        _ => format!("wss://{base}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_asked_for_over_a_websocket() {
        assert_eq!(socket_base("https://voice.example.com/"), "wss://voice.example.com");
        assert_eq!(socket_base("wss://voice.example.com/x"), "wss://voice.example.com/x");
        assert_eq!(socket_base("voice.example.com"), "wss://voice.example.com");
    }
}
