//! One WebSocket as a call sees it: messages in, messages out, and neither ever waits for the other.

use crate::gateway::Wire;
use futures_util::{Sink, StreamExt};
use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        error::ProtocolError,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

/// tungstenite zeroes the free part of its read buffer at every read: 128 KiB by default, which was 41 % of the CPU and
/// nearly all of the memory (performance.md).
const READ_BUFFER: usize = 4096;

/// From this size on messages are handed to the kernel before the flush: a second of audio sent ahead at a call's start
/// then needs no buffer of its own size for the rest of the call.
const WRITE_BUFFER: usize = 1024;

/// What may wait for a peer that does not read: chosen, about twenty seconds of audio in base64. Beyond it the peer is
/// lost, long before that the time limit of [`Socket::stuck_since`] says so.
const MAX_UNSENT: usize = 256 * 1024;

/// How long a closed socket is still listened to, so that the peer's answer is not met by a reset: chosen, ten round trips
/// to the far side of the earth.
const LINGER: Duration = Duration::from_secs(2);

/// What is read and thrown away of a peer that does not stop sending after the close.
const MAX_THROWN_AWAY: usize = 1024 * 1024;

/// A WebSocket, server side.
pub(super) struct Socket {
    stream: WebSocketStream<TcpStream>,
    unflushed: bool,
    unreadable: bool,
    stuck_since: Option<Instant>,
}

/// What comes from the peer.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message of any kind; a close ends the stream.
    Message(Message),
    /// The socket is of no more use.
    Ended(End),
}

/// How a socket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The peer closed it in good order.
    Closed,
    /// It was reset, or ended without a close.
    Reset,
    /// The peer sent a message over the limit.
    TooLong,
    /// The peer sent text that is not UTF-8.
    NotText,
    /// The peer does not speak WebSocket.
    Protocol,
}

impl Socket {
    /// Takes over a connection whose upgrade was answered; `read` are bytes that came with the request.
    pub(super) async fn open(stream: TcpStream, read: Vec<u8>, max_message: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(WRITE_BUFFER)
            .max_write_buffer_size(MAX_UNSENT)
            .max_message_size(Some(max_message))
            .max_frame_size(Some(max_message));
        let stream = WebSocketStream::from_partially_read(stream, read, Role::Server, Some(config)).await;
        Self { stream, unflushed: false, unreadable: false, stuck_since: None }
    }

    /// The next message, after everything unsent was offered to the kernel. Cancel-safe.
    pub(super) async fn next(&mut self) -> Incoming {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Incoming> {
        if self.unflushed && self.poll_flush(cx).is_err() {
            return Poll::Ready(Incoming::Ended(End::Reset));
        }
        let incoming = match ready!(self.stream.poll_next_unpin(cx)) {
            None | Some(Ok(Message::Close(_))) => Incoming::Ended(End::Closed),
            Some(Ok(message)) => Incoming::Message(message),
            Some(Err(error)) => {
                self.unreadable = true;
                Incoming::Ended(end_of(&error))
            }
        };
        Poll::Ready(incoming)
    }

    /// Offers what is unsent to the kernel; that it takes none is no error, and remembered.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Result<(), ()> {
        match Pin::new(&mut self.stream).poll_flush(cx) {
            Poll::Ready(Ok(())) => {
                self.unflushed = false;
                self.stuck_since = None;
                Ok(())
            }
            Poll::Ready(Err(_)) => Err(()),
            Poll::Pending => {
                self.stuck_since.get_or_insert_with(Instant::now);
                Ok(())
            }
        }
    }

    /// Queues a message; [`Socket::next`] flushes. False: too much is unsent, or the socket is closed already.
    pub(super) fn send(&mut self, wire: Wire) -> bool {
        let message = match wire {
            Wire::Binary(bytes) => Message::Binary(bytes),
            Wire::Text(bytes) => match bytes.try_into() {
                Ok(text) => Message::Text(text),
                // Our own encoders write nothing else; should one fail, the call goes on without the message.
                Err(_) => return true,
            },
            Wire::Close(status) => close(status),
        };
        self.queue(message)
    }

    /// Queues a ping.
    pub(super) fn ping(&mut self) -> bool {
        self.queue(Message::Ping(Default::default()))
    }

    fn queue(&mut self, message: Message) -> bool {
        self.unflushed = true;
        Pin::new(&mut self.stream).start_send(message).is_ok()
    }

    /// Since when the peer has taken nothing of what we have for it.
    pub(super) fn stuck_since(&self) -> Option<Instant> {
        self.stuck_since
    }

    /// Closes with `status` (unless a close was sent before) and waits for the peer's answer, for a little while.
    pub(super) async fn close(mut self, status: u16) {
        self.queue(close(status));
        // Whoever does not answer in time is left to the kernel.
        let _ = timeout(LINGER, self.linger()).await;
    }

    async fn linger(&mut self) {
        if poll_fn(|cx| Pin::new(&mut self.stream).poll_flush(cx)).await.is_err() {
            return;
        }
        while !self.unreadable {
            match self.next().await {
                Incoming::Message(_) => {}
                Incoming::Ended(End::Closed) => return self.finish().await,
                Incoming::Ended(_) => self.unreadable = true,
            }
        }
        self.throw_away().await;
    }

    /// Sends our answer to the peer's close, where one is due.
    async fn finish(&mut self) {
        let _ = poll_fn(|cx| Pin::new(&mut self.stream).poll_flush(cx)).await;
    }

    /// Unread bytes would turn our close into a reset, which overtakes the close frame.
    async fn throw_away(&mut self) {
        let stream = self.stream.get_mut();
        let _ = stream.shutdown().await;
        let mut buffer = [0; 4096];
        let mut thrown_away = 0;
        while thrown_away < MAX_THROWN_AWAY {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(count) => thrown_away += count,
            }
        }
    }
}

fn close(status: u16) -> Message {
    Message::Close(Some(CloseFrame { code: CloseCode::from(status), reason: Default::default() }))
}

fn end_of(error: &Error) -> End {
    match error {
        Error::Capacity(_) => End::TooLong,
        Error::Utf8(_) => End::NotText,
        Error::ConnectionClosed | Error::AlreadyClosed => End::Closed,
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) | Error::Io(_) => End::Reset,
        _ => End::Protocol,
    }
}
