//! The least that a server of Twilio's dialect can do: tokio-tungstenite with a 4 KiB read buffer, webrtc-vad on every
//! frame, and a looping prompt, a frame for a frame. What qingjiang costs is told beside it (README, figures).
//!
//! `cargo run --release --example bare_server -- 127.0.0.1:9000`, then wsload against it and against `qingjiang serve`
//! in turns.

use futures_util::{SinkExt, StreamExt};
use qingjiang::{
    audio::{Bank, Codec, Decoder, bank, source},
    line::Gate,
};
use serde::Deserialize;
use std::{borrow::Cow, sync::Arc};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, accept_async_with_config,
    tungstenite::{Message, Utf8Bytes, protocol::WebSocketConfig},
};

/// Bytes of 20 ms of μ-law.
const FRAME: usize = 160;

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow)]
    media: Option<Media<'a>>,
}

#[derive(Deserialize)]
struct Media<'a> {
    #[serde(borrow)]
    payload: Cow<'a, str>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:9000".into());
    let prompt: Arc<[Utf8Bytes]> = prompt()?.into();
    let listener = TcpListener::bind(&address).await?;
    println!("listening on {address}");
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, Arc::clone(&prompt)));
    }
}

/// The menu as messages, ready to send.
fn prompt() -> anyhow::Result<Vec<Utf8Bytes>> {
    let bank = Bank::load(source::embedded()).map_err(|bad| anyhow::anyhow!("{} bad recordings", bad.len()))?;
    let clip = bank.clip("zh-CN", "menu_main").ok_or_else(|| anyhow::anyhow!("no menu"))?;
    let chunks = clip.duration().as_millis().div_ceil(bank::CHUNK.as_millis()) as usize;
    let mulaw: Vec<u8> = (0..chunks).flat_map(|index| clip.chunk(Codec::Ulaw, index).bytes.to_vec()).collect();
    let message = |frame: &[u8]| {
        let payload = base64_simd::STANDARD.encode_to_string(frame);
        Utf8Bytes::from(format!(r#"{{"event":"media","streamSid":"MZ1","media":{{"payload":"{payload}"}}}}"#))
    };
    Ok(mulaw.chunks_exact(FRAME).map(message).collect())
}

async fn serve(stream: TcpStream, prompt: Arc<[Utf8Bytes]>) -> Option<()> {
    let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
    let mut socket = accept_async_with_config(stream, Some(config)).await.ok()?;
    let (mut gate, mut decoder) = (Gate::new(), Decoder::new(Codec::Ulaw));
    let (mut bytes, mut pcm) = (Vec::new(), Vec::new());
    let (mut voiced, mut next) = (0_u64, prompt.iter().cycle());
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let Ok(said) = serde_json::from_str::<Said<'_>>(&text) else { continue };
        match (said.event.as_ref(), said.media) {
            ("start", _) => say(&mut socket, next.next()).await?,
            ("media", Some(media)) => {
                bytes.resize(media.payload.len(), 0);
                let Ok(raw) =
                    base64_simd::STANDARD.decode(media.payload.as_bytes(), base64_simd::Out::from_slice(&mut bytes))
                else {
                    continue;
                };
                pcm.clear();
                decoder.decode_8k(raw, &mut pcm);
                if let Ok(frame) = pcm.as_slice().try_into() {
                    voiced += u64::from(gate.is_voice(frame));
                }
                say(&mut socket, next.next()).await?;
            }
            ("stop", _) => break,
            _ => {}
        }
    }
    std::hint::black_box(voiced);
    socket.close(None).await.ok()
}

async fn say(socket: &mut WebSocketStream<TcpStream>, frame: Option<&Utf8Bytes>) -> Option<()> {
    socket.send(Message::Text(frame?.clone())).await.ok()
}
