//! The one port: accepts connections, speaks HTTP/1.1, and hands media sockets to tasks of their own.

use super::{
    call_task::{self, Visitor},
    exchange::Exchange,
    reply::Body,
    upgrade,
};
use axum::Router;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::{SockRef, TcpKeepalive};
use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::Instant,
};
use tower_service::Service;
use tracing::{debug, warn};

/// Connections the kernel holds for us while we are busy: chosen, so that 1000 calls that begin in the same second need
/// not try again.
const BACKLOG: i32 = 4096;

/// From the accept, or the last answer, to the end of a request's head: chosen, the time a start message has.
const HEAD_LIMIT: Duration = Duration::from_secs(10);

/// Probes unanswered until a connection is dead.
const KEEPALIVE_PROBES: u32 = 3;

/// How long accepting pauses when the process is out of file descriptors: chosen, so that the log is not flooded.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(100);

/// Binds the port.
pub(super) fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let domain = if address.is_ipv4() { socket2::Domain::IPV4 } else { socket2::Domain::IPV6 };
    let socket = socket2::Socket::new(domain, socket2::Type::STREAM, Some(socket2::Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Accepts for ever. Dropping the future ends every HTTP connection; calls have tasks of their own and go on.
pub(super) async fn accept(listener: TcpListener, exchange: Arc<Exchange>, pages: Router) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                warn!(%error, "cannot accept");
                tokio::time::sleep(EXHAUSTED_PAUSE).await;
                continue;
            }
        };
        if connections.len() + exchange.registry.sockets() >= exchange.config.limits.max_sockets {
            warn!("too many connections: limits.max_sockets");
            continue;
        }
        prepare(&stream, exchange.config.liveness.keepalive);
        connections.spawn(serve(stream, Instant::now(), Arc::clone(&exchange), pages.clone()));
    }
}

/// No delay for the small messages of a clear; probes for the peers that may not be pinged. What cannot be set is not
/// worth a call.
fn prepare(stream: &TcpStream, keepalive: Duration) {
    let _ = stream.set_nodelay(true);
    let probes = TcpKeepalive::new().with_time(keepalive).with_interval(keepalive).with_retries(KEEPALIVE_PROBES);
    let socket = SockRef::from(stream);
    let _ = socket.set_tcp_keepalive(&probes);
    // What we sent and nobody acknowledges is as dead as a probe unanswered (Linux; RFC 5482).
    #[cfg(target_os = "linux")]
    let _ = socket.set_tcp_user_timeout(Some(keepalive * (KEEPALIVE_PROBES + 1)));
}

async fn serve(stream: TcpStream, accepted: Instant, exchange: Arc<Exchange>, pages: Router) {
    let service = service_fn(move |request| answer(request, accepted, Arc::clone(&exchange), pages.clone()));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    if let Err(error) = connection.await {
        // Its words may quote the request line.
        debug!(parse = error.is_parse(), timeout = error.is_timeout(), "HTTP connection ended early");
    }
}

async fn answer(
    request: Request<Incoming>,
    accepted: Instant,
    exchange: Arc<Exchange>,
    mut pages: Router,
) -> Result<Response<Body>, Infallible> {
    if !request.uri().path().starts_with("/media/") {
        return pages.call(request.map(Body::new)).await;
    }
    Ok(media(request, accepted, exchange).unwrap_or_else(|refusal| *refusal))
}

/// Answers an upgrade; the call begins once hyper has let go of the connection.
fn media(
    mut request: Request<Incoming>,
    accepted: Instant,
    exchange: Arc<Exchange>,
) -> Result<Response<Body>, Box<Response<Body>>> {
    let asked = upgrade::answer(&request)?;
    let headers = request.headers();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let admitted = exchange.config.auth.media.verify_upgrade(asked.dialect, &header, path);
    let visitor = Visitor { dialect: asked.dialect, upgrade: asked.upgrade, admitted, accepted };
    call_task::spawn(exchange, visitor, hyper::upgrade::on(&mut request));
    Ok(asked.answer)
}
