//! HTTP answers that are not pages: `{"error":{"code","message"}}` with the right status.

use axum::body::Body as AxumBody;
use hyper::{Response, StatusCode, header};
use serde_json::json;

/// The body of every answer.
pub type Body = AxumBody;

/// Why a request is not answered with what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The request is not understood.
    #[error("the request is not understood")]
    BadRequest,
    /// The body is larger than anything we take.
    #[error("the body is too large")]
    TooLarge,
    /// No or wrong credentials.
    #[error("credentials are missing or wrong")]
    Unauthorized,
    /// Authentication is off, and the request came through a proxy.
    #[error("authentication is off, so requests through a proxy are refused: configure auth.http and auth.media")]
    ProxyWithoutAuth,
    /// No such thing.
    #[error("there is no such thing")]
    NotFound,
    /// The path is right, the method is not.
    #[error("the method does not fit")]
    MethodNotAllowed,
    /// A media path without a WebSocket handshake.
    #[error("this is a WebSocket address: ask for an upgrade, version 13")]
    UpgradeRequired,
    /// We could not look it up.
    #[error("the records cannot be read")]
    Records,
    /// The contract names it, no issue has built it yet.
    #[error("not built yet")]
    NotBuilt,
    /// No new calls.
    #[error("draining: running calls finish, new ones are turned away")]
    Draining,
}

impl Fault {
    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::ProxyWithoutAuth => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::UpgradeRequired => StatusCode::UPGRADE_REQUIRED,
            Self::Records => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotBuilt => StatusCode::NOT_IMPLEMENTED,
            Self::Draining => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::TooLarge => "too_large",
            Self::Unauthorized => "unauthorized",
            Self::ProxyWithoutAuth => "proxy_without_authentication",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::UpgradeRequired => "upgrade_required",
            Self::Records => "records_unavailable",
            Self::NotBuilt => "not_built",
            Self::Draining => "draining",
        }
    }
}

impl axum::response::IntoResponse for Fault {
    fn into_response(self) -> Response<Body> {
        fault(self)
    }
}

/// The answer that tells a fault.
pub fn fault(fault: Fault) -> Response<Body> {
    let body = json!({"error": {"code": fault.code(), "message": fault.to_string()}});
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = fault.status();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    match fault {
        Fault::Unauthorized => {
            let challenge = header::HeaderValue::from_static("Basic realm=\"qingjiang\", charset=\"UTF-8\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        Fault::UpgradeRequired => {
            headers.insert(header::UPGRADE, header::HeaderValue::from_static("websocket"));
            headers.insert(header::SEC_WEBSOCKET_VERSION, header::HeaderValue::from_static("13"));
        }
        _ => {}
    }
    response
}
