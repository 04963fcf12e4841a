//! Reads `tests/captures/*.jsonl`.

use qingjiang::gateway::{self, Dialect, DialectName, MarkId, Message, Upgrade};
use serde::Deserialize;
use std::{collections::HashMap, fs, path::PathBuf};

/// One recorded socket.
pub struct Capture {
    pub name: DialectName,
    /// Path and query of the upgrade.
    pub path: String,
    /// The gateway's upgrade headers; none where we connected to it.
    pub headers: Vec<(String, String)>,
    /// Where the reviewed events stand.
    pub events: PathBuf,
    lines: Vec<Line>,
}

/// Who sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    Gateway,
    Us,
}

/// What was sent. Audio that was cut from a recording is replaced by bytes that count up.
#[derive(Clone, Debug)]
pub enum Content {
    Text(String),
    Binary(Vec<u8>),
}

#[derive(Deserialize)]
struct Line {
    dir: String,
    kind: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    bytes: usize,
    #[serde(default)]
    b64: String,
    #[serde(default)]
    request: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
}

/// Every capture, in the order of their names.
pub fn all() -> impl Iterator<Item = Capture> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/captures");
    let files = fs::read_dir(folder).expect("captures").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")).collect();
    files.sort();
    assert!(files.len() >= 22, "{} captures", files.len());
    files.into_iter().map(read)
}

fn read(file: PathBuf) -> Capture {
    let text = fs::read_to_string(&file).expect("a capture");
    let lines: Vec<Line> = text.lines().map(|line| serde_json::from_str(line).expect("a line")).collect();
    let stem = file.file_stem().and_then(|stem| stem.to_str()).expect("a name");
    let name = DialectName::parse(stem.split('-').next().unwrap_or_default()).expect("a dialect");
    let path = lines[0].request.split(' ').nth(1).expect("a path").to_owned();
    let headers = if lines[0].dir == "gw->app" { lines[0].headers.clone() } else { Vec::new() };
    Capture { name, path, headers, events: file.with_extension("events"), lines }
}

impl Capture {
    /// A codec for this socket.
    pub fn dialect(&self) -> Box<dyn Dialect> {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let query = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        gateway::open(self.name, &Upgrade { query })
    }

    /// The value of an upgrade header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// What went over the wire, both ways, in order.
    pub fn messages(&self) -> impl Iterator<Item = (Sender, Content)> {
        self.lines.iter().filter_map(|line| {
            let sender = if line.dir == "gw->app" { Sender::Gateway } else { Sender::Us };
            match line.kind.as_str() {
                "text" => Some((sender, Content::Text(line.text.clone()))),
                "binary" => Some((sender, Content::Binary(line.audio()))),
                _ => None,
            }
        })
    }

    /// The same with the recording's ids (`prompt-1`) renamed as ours would be (`g0-1`), so that they are understood.
    pub fn renamed(&self) -> impl Iterator<Item = (Sender, Content)> {
        let mut names = Names::default();
        self.messages().map(move |(sender, content)| match content {
            Content::Text(text) => (sender, Content::Text(names.rename(text))),
            binary => (sender, binary),
        })
    }
}

impl Line {
    fn audio(&self) -> Vec<u8> {
        if !self.b64.is_empty() {
            return base64_simd::STANDARD.decode_to_vec(&self.b64).expect("base64");
        }
        (0..self.bytes).map(|at| at as u8).collect()
    }
}

impl Content {
    pub fn as_message(&self) -> Message<'_> {
        match self {
            Self::Text(text) => Message::Text(text),
            Self::Binary(bytes) => Message::Binary(bytes),
        }
    }

    /// The audio of a message that carries some.
    pub fn audio(&self) -> Vec<u8> {
        match self {
            Self::Binary(bytes) => bytes.clone(),
            Self::Text(text) => {
                let message: serde_json::Value = serde_json::from_str(text).expect("JSON");
                let payload = message["media"]["payload"].as_str().expect("a payload");
                base64_simd::STANDARD.decode_to_vec(payload).expect("base64")
            }
        }
    }

    /// What the message calls itself.
    pub fn name(&self) -> String {
        let Self::Text(text) = self else { return "audio".into() };
        match serde_json::from_str::<serde_json::Value>(text) {
            Ok(message) => message["event"].as_str().unwrap_or("?").into(),
            Err(_) => text.split(' ').next().unwrap_or_default().into(),
        }
    }
}

/// Asterisk's ids and what ours would have been. Ids are in messages as `"correlation_id":"ID"` or as the last word.
#[derive(Default)]
struct Names {
    given: HashMap<String, MarkId>,
    generation: u32,
}

impl Names {
    fn rename(&mut self, text: String) -> String {
        if text.contains("FLUSH_MEDIA") {
            self.generation += 1;
        }
        let id = ["MARK_MEDIA ", "STOP_MEDIA_BUFFERING ", "MEDIA_MARK_PROCESSED ", "MEDIA_BUFFERING_COMPLETED "]
            .iter()
            .find_map(|name| text.strip_prefix(name))
            .or_else(|| text.split_once(r#""correlation_id":""#)?.1.strip_suffix(r#""}"#));
        match id {
            Some(id) if !id.is_empty() => {
                format!("{}{}", &text[..text.rfind(id).unwrap_or(0)], self.ours(id)) + tail(&text)
            }
            _ => text,
        }
    }

    fn ours(&mut self, id: &str) -> MarkId {
        let next = MarkId { generation: self.generation, number: self.given.len() as u32 + 1 };
        *self.given.entry(id.to_owned()).or_insert(next)
    }
}

fn tail(text: &str) -> &'static str {
    if text.starts_with('{') { r#""}"# } else { "" }
}
