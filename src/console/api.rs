//! `/api/v1/…`: what the records and the registry hold, as JSON, numbers masked.

use super::Shared;
use crate::{
    records::{Archive, Callback, Event, Filter, History, Message, MessageId, ReadError, RecordId, Summary, recording},
    service::{
        Exchange,
        reply::{Body, Fault},
    },
};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
    routing::get,
};
use hyper::header;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{path::PathBuf, sync::Arc};
use tokio::task::spawn_blocking;

/// Calls answered at once where the request names no number: chosen, a screenful or two.
const PAGE: u32 = 100;

/// The most calls answered at once: chosen.
const LARGEST_PAGE: u32 = 1000;

/// Everything below `/api/v1`.
pub(super) fn router() -> Router<Arc<Exchange>> {
    Router::new()
        .route("/calls", get(calls))
        .route("/calls/{id}", get(call))
        .route("/calls/{id}/recording.wav", get(recording_wav))
        .route("/callbacks", get(callbacks))
        .route("/messages", get(messages))
        .route("/messages/{id}/message.wav", get(message_wav))
        .route("/script", get(script))
        .route("/queues", get(|| async { Fault::NotBuilt }))
        .route("/agents", get(|| async { Fault::NotBuilt }))
}

/// What `calls` may be narrowed to.
#[derive(Deserialize)]
struct Narrowed {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    disposition: Option<String>,
    condition: Option<String>,
    call_id: Option<String>,
    limit: Option<u32>,
}

impl From<Narrowed> for Filter {
    fn from(narrowed: Narrowed) -> Self {
        let Narrowed { since, until, disposition, condition, call_id, limit } = narrowed;
        let limit = Some(limit.unwrap_or(PAGE).min(LARGEST_PAGE));
        Self { since, until, disposition, condition, call_id, limit, ..Self::default() }
    }
}

async fn calls(State(exchange): Shared, Query(narrowed): Query<Narrowed>) -> Result<Json<Value>, Fault> {
    let live: Vec<Value> = exchange.registry.calls().iter().map(live).collect();
    let calls = read(&exchange, move |archive| archive.list(&narrowed.into())).await?;
    Ok(Json(json!({ "live": live, "calls": calls.iter().map(summary).collect::<Vec<_>>() })))
}

async fn call(State(exchange): Shared, Path(id): Path<String>) -> Result<Json<Value>, Fault> {
    let id = record(&id)?;
    let history = read(&exchange, move |archive| archive.show(id)).await?.ok_or(Fault::NotFound)?;
    Ok(Json(whole(&history)))
}

async fn callbacks(State(exchange): Shared) -> Result<Json<Value>, Fault> {
    let open = read(&exchange, Archive::open_callbacks).await?;
    Ok(Json(json!({ "callbacks": open.iter().map(callback).collect::<Vec<_>>() })))
}

/// The messages that nobody has dealt with.
async fn messages(State(exchange): Shared) -> Result<Json<Value>, Fault> {
    let open = read(&exchange, Archive::open_messages).await?;
    Ok(Json(json!({ "messages": open.iter().map(message).collect::<Vec<_>>() })))
}

async fn message_wav(State(exchange): Shared, Path(id): Path<String>) -> Result<Response<Body>, Fault> {
    let id: MessageId = id.parse().map_err(|_| Fault::NotFound)?;
    let found = read(&exchange, move |archive| archive.message(id)).await?.ok_or(Fault::NotFound)?;
    wav(found.file(&exchange.config.files.data)).await
}

async fn wav(path: PathBuf) -> Result<Response<Body>, Fault> {
    let wav = tokio::fs::read(path).await.map_err(|_| Fault::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "audio/wav")], wav).into_response())
}

/// The first leg's recording, or that of `?leg=`.
async fn recording_wav(
    State(exchange): Shared,
    Path(id): Path<String>,
    Query(leg): Query<Leg>,
) -> Result<Response<Body>, Fault> {
    wav(recording::path(&exchange.config.files.data, record(&id)?, leg.leg.unwrap_or(1))).await
}

#[derive(Deserialize)]
struct Leg {
    leg: Option<u32>,
}

async fn script(State(exchange): Shared) -> Json<Value> {
    let edition = exchange.edition();
    let script = &edition.script;
    let refused = exchange.refused().map(|refused| {
        let refusal = &refused.refusal;
        json!({ "at": refused.at.to_string(), "reasons": refusal.reasons, "tests": refusal.tests })
    });
    let staged = exchange
        .staged()
        .map(|staged| json!({ "at": staged.at.to_string(), "version": staged.version, "changes": staged.changes }));
    Json(json!({
        "name": script.name,
        "version": edition.version,
        "number": edition.published.number,
        "published": edition.published.at.to_string(),
        "author": edition.published.author,
        "why": edition.published.why,
        "untested": edition.published.untested,
        "staged": staged,
        "locale": script.locale,
        "steps": script.steps.iter().map(|step| &step.name).collect::<Vec<_>>(),
        "warnings": edition.warnings,
        "refused": refused,
    }))
}

fn record(id: &str) -> Result<RecordId, Fault> {
    id.parse().map_err(|_| Fault::NotFound)
}

/// Reads the records beside the runtime, by a connection of its own. No record has been written yet: nothing is there.
async fn read<T: Default + Send + 'static>(
    exchange: &Exchange,
    look: impl FnOnce(&Archive) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, Fault> {
    let data = exchange.config.files.data.clone();
    let read = spawn_blocking(move || match Archive::open(&data) {
        Ok(archive) => look(&archive).map_err(|_| Fault::Records),
        Err(ReadError::Missing(_)) => Ok(T::default()),
        Err(_) => Err(Fault::Records),
    });
    read.await.map_err(|_| Fault::Records)?
}

fn live(call: &crate::service::registry::LiveCall) -> Value {
    json!({
        "id": call.record.map(|id| id.to_string()), "call_id": call.call_id, "dialect": call.dialect.as_str(),
        "since": call.since.to_string(), "seated": call.seated,
    })
}

/// [`crate::phone::PhoneNumber`] serialises masked.
fn summary(call: &Summary) -> Value {
    json!({
        "id": call.id.to_string(), "call_id": call.call_id, "dialect": call.dialect,
        "caller": call.caller, "called": call.called, "script": call.script,
        "started": call.started.to_string(), "ended": call.ended.map(|ended| ended.to_string()),
        "disposition": call.disposition, "target": call.target, "by": call.by, "step": call.step,
        "condition": call.condition, "legs": call.legs, "callbacks": call.callbacks,
        "messages": call.messages,
    })
}

fn whole(history: &History) -> Value {
    let mut value = summary(&history.summary);
    value["events"] = history.events.iter().map(event).collect();
    value["callbacks"] = history.callbacks.iter().map(callback).collect();
    value["messages"] = history.messages.iter().map(message).collect();
    value
}

fn message(message: &Message) -> Value {
    json!({
        "id": message.id.to_string(), "call": message.call.to_string(), "number": message.number,
        "length_ms": message.length.as_millis() as u64, "created": message.created.to_string(),
        "due": message.due.to_string(), "attempts": message.attempts, "owner": message.owner,
        "outcome": message.outcome,
    })
}

fn event(event: &Event) -> Value {
    json!({ "at_ms": event.at_ms, "leg": event.leg, "kind": event.kind, "detail": event.detail })
}

fn callback(callback: &Callback) -> Value {
    json!({
        "id": callback.id, "call": callback.call.to_string(), "number": callback.number,
        "created": callback.created.to_string(), "due": callback.due.to_string(),
        "attempts": callback.attempts, "owner": callback.owner, "outcome": callback.outcome,
    })
}
