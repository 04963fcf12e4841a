//! The WebSocket handshake of `/media/{dialect}`, answered at once.
//!
//! Nothing is looked up and nobody is refused before the 101: while Asterisk waits for it, all calls of the PBX may stand
//! still (asterisk.md §9.1). Who may not come in is closed with 1008 afterwards.

use super::reply::{self, Body, Fault};
use crate::gateway::{DialectName, Upgrade};
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    header::{self, HeaderName, HeaderValue},
};
use percent_encoding::percent_decode_str;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Dialects of the contract that an open issue has not built yet.
const NOT_BUILT: [&str; 6] = ["freeswitch", "jambonz", "vonage", "telnyx", "plivo", "browser"];

/// The one subprotocol we know: Asterisk offers it where its operators configured one.
const SUBPROTOCOL: &str = "media";

/// What a gateway asked for.
#[derive(Debug)]
pub(super) struct Asked {
    /// The dialect of the path.
    pub dialect: DialectName,
    /// The query.
    pub upgrade: Upgrade,
    /// The answer: 101.
    pub answer: Response<Body>,
}

/// Answers a request under `/media/`.
///
/// # Errors
/// The response that says why it is no upgrade of ours.
pub(super) fn answer<B>(request: &Request<B>) -> Result<Asked, Box<Response<Body>>> {
    let name = request.uri().path().strip_prefix("/media/").unwrap_or_default();
    let dialect = dialect(name).map_err(|fault| Box::new(reply::fault(fault)))?;
    let key = key(request).map_err(|fault| Box::new(reply::fault(fault)))?;
    let upgrade = Upgrade { query: parameters(request.uri().query().unwrap_or_default()) };
    Ok(Asked { dialect, upgrade, answer: switching(key, offers_media(request.headers())) })
}

fn dialect(name: &str) -> Result<DialectName, Fault> {
    if let Some(dialect) = DialectName::parse(name) {
        return Ok(dialect);
    }
    Err(if NOT_BUILT.contains(&name) { Fault::NotBuilt } else { Fault::NotFound })
}

/// The handshake's key, where the request is a WebSocket handshake.
fn key<B>(request: &Request<B>) -> Result<&[u8], Fault> {
    let headers = request.headers();
    let is_upgrade = request.method() == Method::GET
        && lists(headers, header::CONNECTION, "upgrade")
        && lists(headers, header::UPGRADE, "websocket");
    if !is_upgrade {
        return Err(Fault::UpgradeRequired);
    }
    if !lists(headers, header::SEC_WEBSOCKET_VERSION, "13") {
        return Err(Fault::UpgradeRequired);
    }
    headers.get(header::SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes).ok_or(Fault::BadRequest)
}

/// Whether a header lists `word`, in any case, in any of its lines.
fn lists(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| item.trim().eq_ignore_ascii_case(word))
}

fn offers_media(headers: &HeaderMap) -> bool {
    lists(headers, header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL)
}

/// 101; never an extension, for Asterisk refuses a handshake with one.
fn switching(key: &[u8], media: bool) -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(&derive_accept_key(key)) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    if media {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    }
    response
}

/// Query parameters in order. A `+` stays one: numbers begin with it, and Asterisk's URIENCODE writes a blank as `%20`.
fn parameters(query: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, headers: &[(&str, &str)]) -> Request<()> {
        let upgrade = [
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "WebSocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        let builder = Request::builder().uri(path);
        let all = upgrade.iter().chain(headers);
        all.fold(builder, |builder, (name, value)| builder.header(*name, *value)).body(()).expect("a request")
    }

    fn refused(path: &str) -> StatusCode {
        answer(&request(path, &[])).expect_err("not a dialect of ours").status()
    }

    #[test]
    fn the_accept_key_is_that_of_rfc_6455() {
        let asked = answer(&request("/media/asterisk", &[])).expect("an upgrade");
        assert_eq!(asked.answer.status(), StatusCode::SWITCHING_PROTOCOLS);
        assert_eq!(asked.answer.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn the_subprotocol_is_echoed_only_when_offered() {
        let asked = answer(&request("/media/asterisk", &[("sec-websocket-protocol", "media")])).expect("an upgrade");
        assert_eq!(asked.answer.headers()["sec-websocket-protocol"], "media");
        let asked = answer(&request("/media/asterisk", &[("sec-websocket-protocol", "other")])).expect("an upgrade");
        assert!(!asked.answer.headers().contains_key("sec-websocket-protocol"));
    }

    #[test]
    fn extensions_are_never_accepted() {
        let offer = [("sec-websocket-extensions", "permessage-deflate")];
        let asked = answer(&request("/media/twilio", &offer)).expect("an upgrade");
        assert!(!asked.answer.headers().contains_key("sec-websocket-extensions"));
    }

    #[test]
    fn dialects_to_come_answer_501_and_unknown_ones_404() {
        assert_eq!(refused("/media/vonage"), StatusCode::NOT_IMPLEMENTED);
        assert_eq!(refused("/media/smoke-signals"), StatusCode::NOT_FOUND);
    }

    #[test]
    fn a_plain_get_is_told_to_upgrade() {
        let plain = Request::builder().uri("/media/twilio").body(()).expect("a request");
        assert_eq!(answer(&plain).expect_err("no upgrade").status(), StatusCode::UPGRADE_REQUIRED);
    }

    #[test]
    fn query_parameters_keep_their_plus() {
        let asked = answer(&request("/media/asterisk?call_id=17.2&caller=+86%31&note=a%20b", &[])).expect("an upgrade");
        let expected = [("call_id", "17.2"), ("caller", "+861"), ("note", "a b")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(asked.upgrade.query, expected);
    }
}
