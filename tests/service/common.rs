//! The real program on a free port, and callers who play their part in real time.
//!
//! Nothing here sleeps for luck: [`Service::start`] waits for the program's own word, [`until`] asks again until it is so.

use futures_util::{SinkExt, StreamExt};
use qingjiang::{
    audio::{Bank, source},
    gateway::{Message, Wire},
    moment::Moment,
    records::{Archive, Filter, Summary},
    sim::{
        Segment, Telephone,
        peer::{Facts, Peer, PeerKind},
        telephone::Report,
        voice::Voice,
    },
};
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{self, Utf8Bytes, client::IntoClientRequest, http::HeaderValue},
};

/// Long enough for a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(30);

static BANK: LazyLock<Bank> = LazyLock::new(|| Bank::load(source::embedded()).expect("the default recordings"));

/// A client's WebSocket.
pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The program, serving.
pub struct Service {
    child: Child,
    log: Arc<Mutex<String>>,
    /// `127.0.0.1:PORT`.
    pub address: String,
    /// Its records.
    pub data: PathBuf,
}

/// A folder for a service's files.
pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

impl Service {
    /// Starts `qingjiang serve` with its records in `folder` and `config` as its configuration, and waits until it is ready.
    pub async fn start(folder: &Path, config: &str) -> Self {
        Self::start_at(folder, config, "info").await
    }

    /// The same, logging at `level`.
    pub async fn start_at(folder: &Path, config: &str, level: &str) -> Self {
        let file = folder.join("qingjiang.toml");
        std::fs::write(&file, config).expect("a writable folder");
        let data = folder.join("data");
        let mut child = Command::new(env!("CARGO_BIN_EXE_qingjiang"))
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "json", "--config"])
            .arg(&file)
            .arg("--data")
            .arg(&data)
            .env("RUST_LOG", level)
            // What it finds there is the operator's; what it does not find is built in.
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let log = Arc::new(Mutex::new(String::new()));
        keep(child.stdout.take().expect("piped"), Arc::clone(&log));
        keep(child.stderr.take().expect("piped"), Arc::clone(&log));
        let mut service = Self { child, log, address: String::new(), data };
        service.address = until("it listens", async || service.listens()).await;
        until("it is ready", async || (service.get("/readyz").await?.0 == 200).then_some(())).await;
        service
    }

    fn listens(&self) -> Option<String> {
        let log = self.log();
        let line = log.lines().find(|line| line.contains("\"listening\""))?;
        let line: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(line["address"].as_str()?.to_owned())
    }

    /// Everything it has printed so far.
    pub fn log(&self) -> String {
        self.log.lock().expect("not poisoned").clone()
    }

    /// Status and body; `None`: no answer.
    pub async fn get(&self, path: &str) -> Option<(u16, String)> {
        let answer = http().get(format!("http://{}{path}", self.address)).send().await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }

    /// What the dialplan would be told.
    pub async fn route(&self, call_id: &str) -> String {
        let (status, body) = self.get(&format!("/route/{call_id}")).await.expect("an answer");
        format!("{status} {}", body.trim())
    }

    /// The sum of a metric over those of its lines that contain `label`.
    pub async fn metric(&self, name: &str, label: &str) -> f64 {
        let (_, body) = self.get("/metrics").await.unwrap_or_default();
        let lines = body.lines().filter(|line| line.starts_with(name) && line.contains(label));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }

    /// Its resident memory, bytes.
    pub fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux tells");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(status.expect("kill").success());
    }

    /// SIGKILL, and the end.
    pub fn kill(mut self) -> PathBuf {
        self.child.kill().expect("it ran");
        self.child.wait().expect("it ran");
        self.data.clone()
    }

    /// Waits until it has ended by itself.
    pub async fn exited(&mut self) -> ExitStatus {
        let child = &mut self.child;
        until("it ends", async || child.try_wait().expect("ours")).await
    }

    /// The calls in its records, the newest first.
    pub fn calls(&self) -> Vec<Summary> {
        calls(&self.data)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            println!("── what the service said ──\n{}", self.log());
        }
    }
}

/// The calls in the records of `data`; none where there are no records yet.
pub fn calls(data: &Path) -> Vec<Summary> {
    let Ok(archive) = Archive::open(data) else { return Vec::new() };
    archive.list(&Filter { limit: Some(1000), ..Filter::default() }).expect("readable records")
}

fn keep(from: impl std::io::Read + Send + 'static, log: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let mut log = log.lock().expect("not poisoned");
            log.push_str(&line);
            log.push('\n');
        }
    });
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().expect("a client")
}

/// Asks until there is an answer.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let give_up = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < give_up, "waited {PATIENCE:?} until {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Somebody who calls.
pub struct Caller {
    kind: PeerKind,
    facts: Facts,
    say: Vec<Segment>,
}

/// A call that is over.
pub struct Placed {
    /// What the caller heard and did.
    pub report: Report,
}

impl Caller {
    /// A caller over this gateway, in a call of this id.
    pub fn new(kind: PeerKind, call_id: &str) -> Self {
        let facts = Facts {
            call_id: call_id.into(),
            caller: "13800138000".into(),
            called: "10000".into(),
            parameters: Vec::new(),
        };
        Self { kind, facts, say: Vec::new() }
    }

    /// What the caller does, as on the command line of `qingjiang call`; then nothing.
    pub fn says(mut self, segments: &[&str]) -> Self {
        self.say = segments.iter().map(|text| text.parse().expect("a segment")).collect();
        self
    }

    /// From this number; empty: withheld.
    pub fn from(mut self, number: &str) -> Self {
        self.facts.caller = number.into();
        self
    }

    /// With one more query or start parameter.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.facts.parameters.push((key.into(), value.into()));
        self
    }

    /// Calls, and stays on the line to its end; a minute at most.
    pub async fn call(self, service: &Service) -> Placed {
        self.call_at(service.address.clone()).await
    }

    /// The same, in a task of its own.
    pub fn place(self, service: &Service) -> tokio::task::JoinHandle<Placed> {
        tokio::spawn(self.call_at(service.address.clone()))
    }

    /// The same, at this address.
    pub async fn call_at(self, address: String) -> Placed {
        let voice = Voice::new(&self.say, |_| Err("no recordings here")).expect("no recordings");
        let mut phone = Telephone::new(self.kind, self.facts.clone(), voice, None);
        let mut socket = connect(&address, self.kind, &Peer::query(self.kind, &self.facts)).await;
        let begun = Instant::now();
        let now = || Moment::after(begun.elapsed());
        phone.begin(now());
        while phone.hung_up().is_none() && begun.elapsed() < Duration::from_secs(60) {
            while let Some(wire) = phone.poll_wire() {
                if socket.send(message(wire)).await.is_err() {
                    phone.on_closed(now());
                }
            }
            let Some(due) = phone.poll_timeout() else { break };
            tokio::select! {
                incoming = socket.next() => match incoming {
                    Some(Ok(tungstenite::Message::Text(text))) => phone.on_message(Message::Text(&text), now()),
                    Some(Ok(tungstenite::Message::Binary(bytes))) => phone.on_message(Message::Binary(&bytes), now()),
                    Some(Ok(tungstenite::Message::Close(_)) | Err(_)) | None => phone.on_closed(now()),
                    Some(Ok(_)) => {}
                },
                () = sleep_until(begun + due.elapsed()) => phone.on_timeout(now()),
            }
        }
        let ended = now();
        while let Some(wire) = phone.poll_wire() {
            let _ = socket.send(message(wire)).await;
        }
        let _ = timeout(Duration::from_secs(1), part(&mut socket)).await;
        Placed { report: phone.report(&BANK, &["zh-CN"], ended) }
    }
}

/// Sends our close, or the answer to the service's: reading on is what sends that.
async fn part(socket: &mut Socket) {
    let _ = socket.send(tungstenite::Message::Close(None)).await;
    while let Some(Ok(_)) = socket.next().await {}
}

impl Placed {
    /// The prompts heard, in order; those cut short with a `-` at the end.
    pub fn heard(&self) -> Vec<String> {
        let shown = |complete: bool, id: &str| if complete { id.to_owned() } else { format!("{id}-") };
        self.report.heard.iter().map(|prompt| shown(prompt.complete, &prompt.id)).collect()
    }

    /// Whether this prompt was heard to its end.
    pub fn heard_whole(&self, prompt: &str) -> bool {
        self.report.heard.iter().any(|heard| heard.id == prompt && heard.complete)
    }
}

/// Opens a WebSocket as this gateway does.
pub async fn connect(address: &str, kind: PeerKind, query: &[(String, String)]) -> Socket {
    let query: Vec<String> = query.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let url = format!("ws://{address}{}?{}", kind.path(), query.join("&"));
    let mut request = url.trim_end_matches('?').into_client_request().expect("an address");
    if kind != PeerKind::Twilio {
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("media"));
    }
    connect_async_with_config(request, None, true).await.expect("the upgrade is answered").0
}

/// What the service closes a socket with.
pub async fn closed_with(mut socket: Socket) -> Option<u16> {
    let closed = async {
        while let Some(Ok(message)) = socket.next().await {
            if let tungstenite::Message::Close(frame) = message {
                return frame.map(|frame| frame.code.into());
            }
        }
        None
    };
    timeout(PATIENCE, closed).await.expect("the service closes")
}

/// A wire message as tungstenite sends it.
pub fn message(wire: Wire) -> tungstenite::Message {
    match wire {
        Wire::Text(text) => tungstenite::Message::Text(Utf8Bytes::try_from(text).expect("UTF-8")),
        Wire::Binary(bytes) => tungstenite::Message::Binary(bytes),
        Wire::Close(_) => tungstenite::Message::Close(None),
    }
}
