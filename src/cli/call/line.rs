//! A telephone on a real socket, in real time.

use super::live::Beside;
use crate::{
    gateway::{Message, Wire},
    moment::Moment,
    sim::{
        Telephone,
        peer::{Facts, Peer, PeerKind},
    },
};
use anyhow::Context;
use futures_util::{SinkExt, StreamExt};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::time::Duration;
use tokio::{
    net::TcpStream,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{self, Utf8Bytes, client::IntoClientRequest, http::HeaderValue},
};

/// How often the live line is drawn.
const REFRESH: Duration = Duration::from_millis(100);
/// How many times the records are looked at for the call's last entry: 2 s, a gateway's time to end its leg.
const LAST_LINES: u32 = 20;

/// Places the call at `url` and stays on the line until it ends or `limit` has passed.
///
/// # Errors
/// Where the service can't be reached.
pub async fn talk(
    url: &str,
    kind: PeerKind,
    facts: &Facts,
    mut phone: Telephone,
    limit: Duration,
    mut beside: Beside<'_>,
) -> anyhow::Result<Telephone> {
    let mut request = address(url, kind, facts).into_client_request().context("not an address of a service")?;
    if kind != PeerKind::Twilio {
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("media"));
    }
    // Without delay for the small messages of a start: Nagle's algorithm would hold the second back for 40 ms.
    let opened = connect_async_with_config(request, None, true).await;
    let (mut socket, _) = opened.with_context(|| format!("cannot call {url}"))?;
    let start = Instant::now();
    let now = || Moment::after(start.elapsed());
    phone.begin(now());
    let mut refresh = start;
    while phone.hung_up().is_none() {
        if now().elapsed() >= limit {
            phone.hang_up(now());
        }
        while let Some(wire) = phone.poll_wire() {
            if socket.send(outgoing(wire)).await.is_err() {
                phone.on_closed(now());
            }
        }
        let Some(due) = phone.poll_timeout() else { break };
        tokio::select! {
            message = socket.next() => match message {
                Some(Ok(message)) => incoming(&message, &mut phone, now()),
                Some(Err(_)) | None => phone.on_closed(now()),
            },
            () = sleep_until(start + due.elapsed()) => phone.on_timeout(now()),
            () = sleep_until(refresh) => {
                beside.show(&phone, now());
                refresh = Instant::now() + REFRESH;
            }
        }
    }
    phone.ended_at(now());
    while let Some(wire) = phone.poll_wire() {
        let _ = socket.send(outgoing(wire)).await;
    }
    let _ = tokio::time::timeout(Duration::from_secs(1), part(&mut socket)).await;
    // The service writes its last entries while we hang up.
    for _ in 0..LAST_LINES {
        if beside.last_lines() {
            break;
        }
        tokio::time::sleep(REFRESH).await;
    }
    beside.finish(&phone);
    Ok(phone)
}

/// Sends our close, or the answer to the service's: reading on is what sends that.
async fn part(socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>) {
    let _ = socket.send(tungstenite::Message::Close(None)).await;
    while let Some(Ok(_)) = socket.next().await {}
}

fn address(url: &str, kind: PeerKind, facts: &Facts) -> String {
    let parameters = Peer::query(kind, facts);
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let query: Vec<String> =
        parameters.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
    match (query.is_empty(), url.contains('?')) {
        (true, _) => url.to_owned(),
        (false, true) => format!("{url}&{}", query.join("&")),
        (false, false) => format!("{url}?{}", query.join("&")),
    }
}

fn outgoing(wire: Wire) -> tungstenite::Message {
    match wire {
        Wire::Text(text) => tungstenite::Message::Text(Utf8Bytes::try_from(text).unwrap_or_default()),
        Wire::Binary(bytes) => tungstenite::Message::Binary(bytes),
        Wire::Close(_) => tungstenite::Message::Close(None),
    }
}

fn incoming(message: &tungstenite::Message, phone: &mut Telephone, now: Moment) {
    match message {
        tungstenite::Message::Text(text) => phone.on_message(Message::Text(text), now),
        tungstenite::Message::Binary(bytes) => phone.on_message(Message::Binary(bytes), now),
        tungstenite::Message::Close(_) => phone.on_closed(now),
        _ => {}
    }
}
