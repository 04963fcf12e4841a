use super::*;
use crate::cli::studio::tests::{name, studio, voice};
use engine::{Espeak, Service};
use std::{
    cell::RefCell,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
};

#[test]
fn what_a_machine_speaks_is_made_ready_and_marked() {
    let folder = tempfile::tempdir().expect("a folder");
    let spoken = speak_all(studio(folder.path()), vec![name("hello")], &Steady::new(3_000)).expect("room");
    assert_eq!(spoken, ExitCode::SUCCESS);
    let again = studio(folder.path());
    assert_eq!(again.state(&name("hello")), State::Recorded(Voice::Synthetic));
    let recording = wav::read(&std::fs::read(again.path(&name("hello"))).expect("a file")).expect("a WAV");
    assert_eq!(recording.sample_rate, 16_000);
    let level = crate::audio::level::active(&recording.into_mono(), 16_000).expect("speech").level_dbov;
    assert!((level - master::LEVEL).abs() < 0.3, "{level}");
}

#[test]
fn a_hurried_text_is_spoken_again_slower() {
    // Twelve characters in 2 s are 360 a minute; at 230 they take 3.1 s.
    let engine = Steady::new(2_000);
    let samples = unhurried(&engine, "zh-CN", "您好，请问有什么可以帮助您？").expect("spoken");
    let rate = Pace::of("zh-CN").and_then(|pace| pace.rate("您好，请问有什么可以帮助您？", spoken(&samples)));
    assert!(rate.is_some_and(|rate| rate <= 260), "{rate:?}");
    let speeds = engine.speeds.borrow();
    assert!(speeds.len() == 2 && speeds[0] == 1.0 && speeds[1] < 0.7, "{speeds:?}");
}

#[test]
fn a_persons_recording_is_never_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut before = studio(folder.path());
    before.keep(&name("bye"), &voice(900, 16_000), "感谢您的来电，再见！", Voice::Human).expect("room");
    before.keep_sheet().expect("room");
    let kept = std::fs::read(before.path(&name("bye"))).expect("a file");
    let refused = speak_all(before, vec![name("bye"), name("yes")], &Steady::new(900)).expect("room");
    assert_eq!(refused, ExitCode::FAILURE);
    let after = studio(folder.path());
    assert_eq!(std::fs::read(after.path(&name("bye"))).expect("a file"), kept);
    assert_eq!(after.state(&name("yes")), State::Recorded(Voice::Synthetic), "the others are spoken");
}

#[test]
fn missing_are_those_without_a_recording_of_their_text() {
    assert!(is_missing(State::Missing) && is_missing(State::Outdated(Voice::Synthetic)));
    assert!(!is_missing(State::Recorded(Voice::Synthetic)) && !is_missing(State::Outdated(Voice::Human)));
    let folder = tempfile::tempdir().expect("a folder");
    let studio = studio(folder.path());
    assert_eq!(wanted(&studio, None, &[]).expect("texts").len(), 3);
    assert_eq!(wanted(&studio, Some("zh-CN"), &["bye".into()]).expect("a text"), [name("bye")]);
    assert!(wanted(&studio, None, &["by".into()]).is_err() && wanted(&studio, Some("en"), &[]).is_err());
}

#[test]
fn the_sheet_lists_what_is_owed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut studio = studio(folder.path());
    studio.keep(&name("bye"), &voice(900, 16_000), "感谢您的来电，再见！", Voice::Human).expect("room");
    let out = folder.path().join("actor.csv");
    let names = wanted(&studio, None, &[]).expect("texts");
    write_sheet(&studio, names, false, Some(out.clone())).expect("room");
    let sheet = std::fs::read_to_string(out).expect("a file");
    assert!(sheet.starts_with('\u{feff}') && sheet.contains("\nhello,") && sheet.contains("\nyes,"), "{sheet}");
    assert!(!sheet.contains("\nbye,"), "{sheet}");
}

#[test]
fn a_service_is_asked_as_openais_is() {
    let (url, request) = stand_in(200, streamed(&voice(1_000, 24_000)));
    let service = Service::new(&url, "tts-1".into(), "alloy".into(), Some("s3cret".into())).expect("a client");
    let samples = once(&service, "en", "Hello, you are connected.", 0.9).expect("spoken");
    assert!((900..1_200).contains(&(samples.len() / 16)), "{}", samples.len());
    let request = request.join().expect("a request");
    assert!(request.starts_with("POST /v1/audio/speech HTTP/1.1\r\n"), "{request}");
    assert!(request.to_lowercase().contains("authorization: bearer s3cret"), "{request}");
    let body: serde_json::Value =
        serde_json::from_str(request.split("\r\n\r\n").nth(1).expect("a body")).expect("JSON");
    assert_eq!(
        body,
        serde_json::json!({
            "model": "tts-1", "voice": "alloy", "input": "Hello, you are connected.", "response_format": "wav", "speed": 0.9,
        })
    );
}

#[test]
fn a_refusal_is_told_without_the_key() {
    let (url, _request) = stand_in(401, b"{\"error\":\"bad key\"}".to_vec());
    let service = Service::new(&format!("{url}/v1/"), "m".into(), "v".into(), Some("s3cret".into())).expect("a client");
    let error = format!("{:#}", once(&service, "en", "Hello.", 1.0).expect_err("refused"));
    assert!(error.contains("401") && error.contains("bad key") && !error.contains("s3cret"), "{error}");
}

#[test]
fn espeak_that_is_not_there_is_told_with_what_to_do() {
    let espeak = Espeak { program: "espeak-nowhere".into(), voice: None };
    let error = once(&espeak, "en", "Hello.", 1.0).expect_err("no such program").to_string();
    assert!(error.contains("apt-get install espeak-ng"), "{error}");
}

#[test]
fn espeak_speaks_both_languages_unhurried() {
    let espeak = Espeak { program: "espeak-ng".into(), voice: None };
    if Path::new("/usr/bin/espeak-ng").exists() {
        for (locale, text) in [("zh-CN", "您好，请问有什么可以帮助您？"), ("en", "Thank you for calling. Goodbye!")]
        {
            let samples = unhurried(&espeak, locale, text).expect("spoken");
            let pace = Pace::of(locale).expect("known");
            let rate = pace.rate(text, spoken(&samples)).expect("long enough");
            assert!((60..=pace.warned).contains(&rate), "{locale}: {rate}");
        }
    }
}

/// Speaks for as long as it was told, divided by the speed.
struct Steady {
    ms: u32,
    speeds: RefCell<Vec<f64>>,
}

impl Steady {
    fn new(ms: u32) -> Self {
        Self { ms, speeds: RefCell::default() }
    }
}

impl Engine for Steady {
    fn speak(&self, _: &str, _: &str, speed: f64) -> anyhow::Result<Vec<u8>> {
        self.speeds.borrow_mut().push(speed);
        Ok(wav::write(&voice((f64::from(self.ms) / speed) as u32, 22_050), 22_050)?)
    }
}

/// A WAV file as services stream it: with no length.
fn streamed(samples: &[i16]) -> Vec<u8> {
    let mut file = wav::write(samples, 24_000).expect("a file");
    file.splice(40..44, u32::MAX.to_le_bytes());
    file
}

/// Answers one request, and gives it back.
fn stand_in(status: u16, body: Vec<u8>) -> (String, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let served = std::thread::spawn(move || {
        let (mut peer, _) = listener.accept().expect("a request");
        let mut request = Vec::new();
        let mut piece = [0; 4_096];
        while !is_whole(&request) {
            match peer.read(&mut piece).expect("a request") {
                0 => break,
                read => request.extend(&piece[..read]),
            }
        }
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        peer.write_all(&[head.as_bytes(), &body].concat()).expect("a peer");
        String::from_utf8(request).expect("text")
    });
    (url, served)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    length.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| body.len() >= length)
}
