//! Gateways in a few lines: they play everything at once, and echo marks as soon as they come.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// Nothing in these tests takes longer, on a machine that is busy with other tests too.
const PATIENCE: Duration = Duration::from_secs(10);

/// One gateway's socket.
pub struct Phone {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    twilio: bool,
}

/// What came: a message, or the socket's end with its status.
#[derive(Debug)]
pub enum Came {
    Text(String),
    Audio,
    Closed(u16),
}

impl Phone {
    /// Opens a socket.
    pub async fn dial(addr: SocketAddr, path: &str, headers: &[(&'static str, &str)]) -> Self {
        let mut request = format!("ws://{addr}{path}").into_client_request().expect("an address");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        let (socket, _) = connect_async(request).await.expect("an upgrade is never refused");
        Self { socket, twilio: path.starts_with("/media/twilio") }
    }

    /// A Twilio call that has said its start message.
    pub async fn twilio(addr: SocketAddr, call_id: &str, parameters: Value) -> Self {
        let mut phone = Self::dial(addr, "/media/twilio", &[]).await;
        phone.start_twilio(call_id, parameters).await;
        phone
    }

    /// An Asterisk call that has said its start message.
    pub async fn asterisk(addr: SocketAddr, query: &str) -> Self {
        let mut phone = Self::dial(addr, &format!("/media/asterisk?{query}"), &[]).await;
        let start = "MEDIA_START connection_id:c1 channel:WebSocket/bot/0x1 channel_id:1.1 format:ulaw \
                     optimal_frame_size:160 ptime:20";
        phone.say(start).await;
        phone
    }

    /// Says Twilio's first two messages.
    pub async fn start_twilio(&mut self, call_id: &str, parameters: Value) {
        self.say(&json!({"event": "connected", "protocol": "Call", "version": "1.0.0"}).to_string()).await;
        let start = json!({"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": {
            "accountSid": "AC1", "streamSid": "MZ1", "callSid": call_id, "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": parameters}});
        self.say(&start.to_string()).await;
    }

    /// Presses a key.
    pub async fn press(&mut self, key: char) {
        let message = match self.twilio {
            true => json!({"event": "dtmf", "streamSid": "MZ1", "dtmf": {"track": "inbound_track", "digit": key}})
                .to_string(),
            false => format!("DTMF_END digit:{key} channel_id:1.1"),
        };
        self.say(&message).await;
    }

    /// Says a text message; a socket that is closed already is no fault of the test.
    pub async fn say(&mut self, text: &str) {
        let _ = self.socket.send(Message::text(text)).await;
    }

    /// Says any message.
    pub async fn send(&mut self, message: Message) -> bool {
        self.socket.send(message).await.is_ok()
    }

    /// The next thing that comes. Marks are echoed on the way, as a gateway does that has played everything already.
    pub async fn next(&mut self) -> Came {
        let came = timeout(PATIENCE, self.socket.next()).await.expect("something comes");
        match came {
            Some(Ok(Message::Text(text))) => {
                self.echo(&text).await;
                if text.contains("\"event\":\"media\"") { Came::Audio } else { Came::Text(text.to_string()) }
            }
            Some(Ok(Message::Binary(_))) => Came::Audio,
            Some(Ok(Message::Close(frame))) => Came::Closed(frame.map_or(1005, |frame| frame.code.into())),
            Some(Ok(_)) => Box::pin(self.next()).await,
            Some(Err(_)) | None => Came::Closed(1006),
        }
    }

    /// Waits for a text message that contains `part`.
    pub async fn hears(&mut self, part: &str) -> String {
        loop {
            match self.next().await {
                Came::Text(text) if text.contains(part) => return text,
                Came::Closed(status) => panic!("closed with {status} while waiting for {part}"),
                _ => {}
            }
        }
    }

    /// Waits for audio.
    pub async fn hears_audio(&mut self) {
        loop {
            match self.next().await {
                Came::Audio => return,
                Came::Closed(status) => panic!("closed with {status} before any audio"),
                Came::Text(_) => {}
            }
        }
    }

    /// Waits for the end; its WebSocket status.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Came::Closed(status) = self.next().await {
                return status;
            }
        }
    }

    async fn echo(&mut self, text: &str) {
        let echo = match self.twilio {
            true if text.contains("\"event\":\"mark\"") => Some(text.to_owned()),
            true => None,
            false => asterisk_answer(text),
        };
        if let Some(echo) = echo {
            self.say(&echo).await;
        }
    }
}

fn asterisk_answer(command: &str) -> Option<String> {
    let (name, id) = command.split_once(' ').unwrap_or((command, ""));
    match name {
        "MARK_MEDIA" => Some(format!("MEDIA_MARK_PROCESSED {id}")),
        "STOP_MEDIA_BUFFERING" => Some(format!("MEDIA_BUFFERING_COMPLETED {id}")),
        "REPORT_QUEUE_DRAINED" => Some("QUEUE_DRAINED".into()),
        _ => None,
    }
}
