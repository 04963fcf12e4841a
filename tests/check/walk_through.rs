//! The guide's walk-through, done by somebody who has nothing but the guide: on a fresh copy of the files that we ship its
//! commands are run, its changes made, and the program has to say what the guide shows.
//!
//! One thing stands in for another: where the guide has espeak-ng speak, a service of this test does, because not every machine
//! has espeak-ng.

use super::guide::{GUIDES, guide, path};
use qingjiang::{audio::wav, script::Language};
use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::Command,
};
use tempfile::TempDir;

/// What the guide asks of its reader.
enum Deed<'g> {
    /// A line to be typed.
    Run(&'g str),
    /// What that prints; `…` is anything.
    Read(Vec<&'g str>),
    /// A file and what is to be changed in it.
    Change(&'g str, Vec<&'g str>),
    /// A new file.
    New(&'g str, String),
}

#[test]
fn a_newcomer_gets_through_the_guide_in_chinese() {
    walk(Language::Chinese, "zh_CN.UTF-8");
}

#[test]
#[ignore = "ten seconds of work, and the commands are those of the Chinese one, which is walked every time"]
fn a_newcomer_gets_through_the_guide_in_english() {
    walk(Language::English, "en_GB.UTF-8");
}

fn walk(language: Language, locale: &'static str) {
    let (_, name) = GUIDES.into_iter().find(|(of, _)| *of == language).expect("a guide");
    let text = guide(name);
    let part = text.split("<!-- walk-through -->").nth(1).and_then(|rest| rest.split("<!-- /walk-through -->").next());
    let newcomer = Newcomer::new(locale);
    let (mut printed, mut ran) = (String::new(), 0);
    for deed in deeds(part.expect("a walk-through")) {
        match deed {
            Deed::Run(line) => {
                printed = newcomer.run(line);
                ran += 1;
            }
            Deed::Read(shown) => {
                let lines: Vec<&str> = printed.lines().map(str::trim_end).collect();
                assert!(is_like(&shown, &lines), "the guide shows\n{}\nand it is\n{printed}", shown.join("\n"));
            }
            Deed::Change(file, lines) => newcomer.change(file, &lines),
            Deed::New(file, text) => fs::write(newcomer.folder.path().join(file), text).expect("a new file"),
        }
    }
    assert!(ran > 10, "{ran}");
}

/// The boxes of the guide, in their order.
fn deeds(text: &str) -> Vec<Deed<'_>> {
    let mut deeds = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```") else { continue };
        let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let file = || inside[0].strip_prefix("# ").expect("the first line names the file");
        match kind {
            "sh" => deeds.extend(inside.iter().map(|line| Deed::Run(line))),
            "text" => deeds.push(Deed::Read(inside)),
            "diff" => deeds.push(Deed::Change(file(), inside[1..].to_vec())),
            "toml" => deeds.push(Deed::New(file(), inside.join("\n") + "\n")),
            other => panic!("a box of {other}"),
        }
    }
    deeds
}

/// Somebody with a copy of the files and a terminal in his language.
struct Newcomer {
    folder: TempDir,
    locale: &'static str,
    speech: String,
}

impl Newcomer {
    fn new(locale: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["prompts", "audio"] {
            copy(&path(name), &folder.path().join(name));
        }
        Self { folder, locale, speech: speech_service() }
    }

    /// Types a line; what is printed.
    fn run(&self, line: &str) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_qingjiang"));
        let path = [program.parent().expect("a folder").as_os_str(), &std::env::var_os("PATH").unwrap_or_default()];
        let engine = format!("qingjiang render --engine http --url {}", self.speech);
        let line = line.replace("qingjiang render", &engine);
        let mut command = Command::new("sh");
        command.arg("-c").arg(&line).current_dir(self.folder.path());
        command.env("PATH", path.join(std::ffi::OsStr::new(":"))).env("LC_ALL", self.locale);
        let output = command.output().expect("a shell");
        let printed = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
        // 1: it ran, and the answer is no.
        assert!(matches!(output.status.code(), Some(0 | 1)), "{line}\n{printed}");
        printed
    }

    /// Makes a change as a person does who looks for the lines and finds them once.
    fn change(&self, file: &str, lines: &[&str]) {
        let with = |signs: [char; 2]| {
            let kept = lines.iter().filter(|line| line.is_empty() || line.starts_with(signs));
            kept.map(|line| format!("{}\n", line.get(1..).unwrap_or_default())).collect::<String>()
        };
        let place = self.folder.path().join(file);
        let text = fs::read_to_string(&place).expect("a file to change");
        let before = with([' ', '-']);
        assert_eq!(text.matches(&before).count(), 1, "{file} has not once\n{before}");
        fs::write(place, text.replace(&before, &with([' ', '+']))).expect("changed");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for path in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let to = to.join(path.file_name().expect("a name"));
        match path.is_dir() {
            true => copy(&path, &to),
            false => drop(fs::copy(&path, to).expect("a copy")),
        }
    }
}

/// Whether lines are those that are shown; `…` stands for any words of a line, and alone for any lines.
fn is_like(shown: &[&str], lines: &[&str]) -> bool {
    match (shown, lines) {
        ([], []) => true,
        (["…", rest @ ..], lines) => (0..=lines.len()).any(|skipped| is_like(rest, &lines[skipped..])),
        ([first, rest @ ..], [line, others @ ..]) => is_line(first, line) && is_like(rest, others),
        _ => false,
    }
}

fn is_line(shown: &str, line: &str) -> bool {
    match shown.split_once('…') {
        None => shown == line,
        Some((begin, rest)) => line.strip_prefix(begin).is_some_and(|line| {
            let ends = line.char_indices().map(|(at, _)| at).chain([line.len()]);
            ends.into_iter().any(|at| is_line(rest, &line[at..]))
        }),
    }
}

#[test]
fn an_ellipsis_stands_for_anything_and_nothing_else_does() {
    assert!(
        is_line("版本 1(…)已发布", "版本 1(ea2e1868)已发布") && !is_line("版本 1(…)已发布", "版本 2(ea2e1868)已发布")
    );
    assert!(is_like(&["a", "…", "c"], &["a", "c"]) && is_like(&["…", "c", "…"], &["a", "b", "c", "d"]));
    assert!(!is_like(&["a", "c"], &["a", "b", "c"]) && !is_like(&["a"], &["a", "b"]) && !is_like(&["a…"], &[]));
}

// ── the service that speaks ─────────────────────────────────────────────────────────────────────────────────────────

/// A speech service on a free port, which speaks at an easy pace for as long as the test lasts; its address.
fn speech_service() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || listener.incoming().flatten().try_for_each(answer));
    address
}

fn answer(mut peer: TcpStream) -> std::io::Result<()> {
    let (mut request, mut piece) = (Vec::new(), [0; 4096]);
    let body = loop {
        let read = peer.read(&mut piece)?;
        request.extend(&piece[..read]);
        if let Some(body) = body(&request).filter(|body| body["input"].is_string() || read == 0) {
            break body;
        }
    };
    let spoken = speech(body["input"].as_str().unwrap_or_default());
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", spoken.len());
    peer.write_all(&[head.as_bytes(), &spoken].concat())
}

fn body(request: &[u8]) -> Option<serde_json::Value> {
    let text = String::from_utf8_lossy(request);
    serde_json::from_str(text.split_once("\r\n\r\n")?.1).ok()
}

/// A warble of a voice's loudness: 0.27 s a character in Chinese, 0.4 s a word in English.
fn speech(text: &str) -> Vec<u8> {
    let seconds = match text.is_ascii() {
        true => text.split_whitespace().count() as f64 * 0.4,
        false => text.chars().filter(|c| c.is_alphanumeric()).count() as f64 * 0.27,
    };
    let wave = |n: u32| (f64::from(n) * 0.05).sin() * (0.6 + 0.4 * (f64::from(n) * 0.0009).sin());
    let samples: Vec<i16> = (0..(seconds * 16_000.0) as u32).map(|n| (5_000.0 * wave(n)) as i16).collect();
    wav::write(&samples, 16_000).expect("a recording")
}
