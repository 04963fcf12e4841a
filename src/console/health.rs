//! For those who watch: alive, ready, and the figures.

use super::Shared;
use crate::service::reply::Fault;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use hyper::header;

/// What Prometheus is told it gets (OpenMetrics 1.0).
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// New calls are welcome.
pub(super) async fn ready(State(exchange): Shared) -> Response {
    if exchange.draining() {
        return Fault::Draining.into_response();
    }
    if exchange.records.figures().failing {
        return Fault::Records.into_response();
    }
    "ready\n".into_response()
}

/// The figures.
pub(super) async fn metrics(State(exchange): Shared) -> Response {
    ([(header::CONTENT_TYPE, OPENMETRICS)], exchange.render_metrics().await).into_response()
}
