//! HTTP besides media: routes for dialplans, health, metrics, the API and a status page.
//!
//! Everything but `/healthz` asks for credentials where any are configured, and refuses requests that came through a proxy
//! where none are (contract.md, Authentication).

mod api;
mod health;
mod page;
mod route;

use crate::{
    gateway::auth::{Denied, Policy},
    service::{
        Exchange,
        reply::{Body, Fault},
    },
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hyper::{HeaderMap, StatusCode, header};
use std::sync::Arc;

/// The largest body taken: chosen; Twilio's forms are under 4 KiB.
const BODY_LIMIT: usize = 64 * 1024;

type Shared = State<Arc<Exchange>>;

/// Everything that is served over HTTP besides media.
pub fn router(exchange: Arc<Exchange>) -> Router {
    let guarded = Router::new()
        .route("/", get(page::status))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/route", get(route::by_query))
        .route("/route/{call_id}", get(route::by_path))
        .route("/route/{call_id}/note", get(route::note))
        .nest("/api/v1", api::router())
        .layer(middleware::from_fn_with_state(Arc::clone(&exchange), guard));
    guarded
        .route("/route/twilio", post(route::twilio).get(route::twilio_as_call_id))
        .route("/healthz", get(health::alive))
        .fallback(|| async { Fault::NotFound })
        .method_not_allowed_fallback(|| async { Fault::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::map_response(in_our_words))
        .with_state(exchange)
}

/// What axum itself refuses (a query or a body that cannot be read) is told as every other fault.
async fn in_our_words(response: Response) -> Response {
    let plain =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Fault::TooLarge.into_response(),
        status if plain && status.is_client_error() => Fault::BadRequest.into_response(),
        _ => response,
    }
}

async fn guard(State(exchange): Shared, request: Request, next: Next) -> Response {
    match admitted(&exchange.config.auth.http, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(fault) => fault.into_response(),
    }
}

fn admitted(policy: &Policy, headers: &HeaderMap) -> Result<(), Fault> {
    policy.verify_request(&|name| text(headers, name)).map(drop).map_err(fault)
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn fault(denied: Denied) -> Fault {
    match denied {
        Denied::Proxied => Fault::ProxyWithoutAuth,
        Denied::Missing | Denied::Wrong | Denied::Signature => Fault::Unauthorized,
    }
}

/// One line of plain text, without its end: dialplans compare the whole answer.
fn line(text: impl std::fmt::Display) -> Response<Body> {
    text.to_string().into_response()
}
