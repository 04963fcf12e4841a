//! Recorded calls, in `tests/captures/*.jsonl`: what each gateway message means, and that our commands are written as
//! those that were understood. The reviewed meanings stand in `*.events`; `UPDATE=1 cargo test --test captures` rewrites
//! them for a new review.

mod capture;

use bytes::Bytes;
use capture::{Capture, Content, Sender};
use qingjiang::{
    audio::Chunk,
    gateway::{
        Command, Dialect, DialectName, Event, MarkId, Message, Wire,
        asterisk::{Control, Direction, Format, MAX_COMMAND, TooLong},
        auth::{Basic, Policy, Proof, Secret, Signature, Verdict},
    },
};
use std::{env, fs, time::Duration};

/// Commands that the recordings sent to see them fail; we have no words for them.
const BROKEN_ON_PURPOSE: [&str; 6] = [
    "NO_SUCH_COMMAND",
    "get_status",
    "SET_MEDIA_DIRECTION sideways",
    r#"{"command":"NO_SUCH_COMMAND"}"#,
    r#"{"command":"SET_MEDIA_DIRECTION","direction":"sideways"}"#,
    "{not json",
];

/// The largest audio message that the recordings sent and that we send too; the larger ones of `limits-text` we split.
const MAX_MESSAGE: usize = 32_000;

#[test]
fn captured_messages_mean_what_was_reviewed() {
    let mut differing = Vec::new();
    for capture in capture::all() {
        let events = events(&capture);
        if env::var_os("UPDATE").is_some() {
            fs::write(&capture.events, &events).expect("a writable list");
        }
        if fs::read_to_string(&capture.events).unwrap_or_default() != events {
            differing.push(format!("{}\n{events}", capture.events.display()));
        }
    }
    assert!(differing.is_empty(), "not as reviewed:\n{}", differing.join("\n"));
}

#[test]
fn captured_commands_are_written_literally() {
    let (mut written, mut refused) = (0, Vec::new());
    for (format, text) in asterisk_commands() {
        if BROKEN_ON_PURPOSE.contains(&text.as_str()) {
            continue;
        }
        let (name, argument) = command_parts(format, &text);
        match control(&name, &argument).encode(format) {
            Ok(message) => assert_eq!(message, text),
            Err(TooLong(length)) => refused.push(length),
        }
        written += 1;
    }
    assert_eq!(refused, [129, 200], "longer than the {MAX_COMMAND} bytes that Asterisk reads, and seen to be ignored");
    assert!(written > 100, "{written}");
}

#[test]
fn what_a_call_tells_its_gateway_is_written_as_captured() {
    let mut written = 0;
    for capture in capture::all() {
        let mut dialect = capture.dialect();
        for (sender, content) in capture.renamed() {
            let Content::Text(text) = content else { continue };
            match sender {
                Sender::Gateway => drop(dialect.decode(Message::Text(&text))),
                Sender::Us => {
                    let said = neutral(capture.name, &text).map(|said| said.encode(dialect.as_mut()));
                    assert_eq!(
                        said.clone().unwrap_or_else(|| vec![Wire::Text(text.clone().into())]),
                        [Wire::Text(text.into())]
                    );
                    written += usize::from(said.is_some());
                }
            }
        }
    }
    assert!(written > 80, "{written}");
}

#[test]
fn captured_audio_goes_out_in_messages_that_asterisk_takes() {
    for capture in capture::all().filter(|capture| capture.name == DialectName::Asterisk) {
        let mut dialect = capture.dialect();
        for (sender, content) in capture.messages() {
            let (Sender::Us, Content::Binary(audio)) = (sender, content) else { continue };
            let sent = Said::Audio(audio.clone().into(), String::new()).encode(dialect.as_mut());
            let pieces = sent.iter().map(|wire| match wire {
                Wire::Binary(piece) => piece.to_vec(),
                other => panic!("{other:?}"),
            });
            assert_eq!(pieces.clone().collect::<Vec<_>>().concat(), audio);
            assert!(audio.len() > MAX_MESSAGE || sent.len() <= 1);
            assert!(pieces.into_iter().all(|piece| piece.len() <= MAX_MESSAGE));
        }
    }
}

#[test]
fn captured_upgrades_prove_who_they_are() {
    let basic = Basic { user: "gw".into(), password: Secret::new("secret") };
    let signature = Signature {
        auth_token: Secret::new("12345678901234567890123456789012"),
        public_url: "https://voice.example.com".into(),
    };
    let token = Some(Secret::new("one-time-secret"));
    let policy = Policy { basic: Some(basic), token, twilio: Some(signature) };
    for capture in capture::all().filter(|capture| !capture.headers.is_empty()) {
        let headers = |name: &str| capture.header(name);
        let expected = match (capture.name, capture.header("x-twilio-signature")) {
            (DialectName::Asterisk, _) => Proof::Basic,
            (DialectName::Twilio, Some(_)) => Proof::Signature,
            (DialectName::Twilio, None) => Proof::Token,
        };
        let verdict = policy.verify_upgrade(capture.name, &headers, &capture.path);
        assert_eq!(verdict, Ok(Verdict::Verified(expected)), "{}", capture.path);
    }
}

/// One line an event; runs of equal audio are folded.
fn events(capture: &Capture) -> String {
    let mut dialect = capture.dialect();
    let mut lines: Vec<(String, usize)> = Vec::new();
    for (sender, content) in capture.renamed() {
        if sender == Sender::Us {
            continue;
        }
        let line = meaning(dialect.as_mut(), &content);
        match lines.last_mut() {
            Some((last, times)) if *last == line => *times += 1,
            _ => lines.push((line, 1)),
        }
    }
    let fold = |(line, times): (String, usize)| if times == 1 { line + "\n" } else { format!("{line} × {times}\n") };
    lines.into_iter().map(fold).collect()
}

fn meaning(dialect: &mut dyn Dialect, content: &Content) -> String {
    let event = match dialect.decode(content.as_message()) {
        Err(malformed) => return format!("malformed: {malformed}"),
        Ok(None) => return format!("nothing to a call: {}", content.name()),
        Ok(Some(event)) => event,
    };
    match event {
        Event::Started(facts) => {
            let number = |number: Option<_>| {
                number.map_or("none".into(), |number: qingjiang::phone::PhoneNumber| number.to_string())
            };
            format!(
                "started: {:?}, call id {}, caller {}, called {}, resume {}, token {}, variables {:?}",
                facts.codec,
                facts.call_id.unwrap_or("none".into()),
                number(facts.caller),
                number(facts.called),
                facts.resume.map_or("none", |resume| resume.as_str()),
                if facts.token.is_some() { "given" } else { "none" },
                facts.variables,
            )
        }
        Event::Audio(audio) => {
            assert_eq!(content.audio(), audio, "passed on as it came");
            format!("audio: {} B", audio.len())
        }
        Event::Key(digit) => format!("key: {}", digit.as_char()),
        Event::Mark(mark) => format!("mark: {mark}"),
        Event::Drained => "drained".into(),
        Event::Flow { hold } => (if hold { "flow: hold" } else { "flow: go on" }).into(),
        Event::Notice(text) => format!("notice: {text}"),
        Event::Stopped => "stopped".into(),
        Event::Unknown => format!("unknown: {}", content.name()),
    }
}

/// A neutral command with its data.
#[derive(Clone)]
enum Said {
    Plain(Command<'static>),
    Audio(Bytes, String),
}

impl Said {
    fn encode(&self, dialect: &mut dyn Dialect) -> Vec<Wire> {
        let mut wire = Vec::new();
        match self {
            Self::Plain(command) => dialect.encode(*command, &mut wire),
            Self::Audio(bytes, base64) => {
                dialect.encode(Command::Audio(Chunk { bytes, base64, duration: Duration::ZERO }), &mut wire);
            }
        }
        wire
    }
}

/// What a call would have said to have this written; `None` where a call never says it.
fn neutral(dialect: DialectName, text: &str) -> Option<Said> {
    if dialect == DialectName::Twilio {
        return twilio_command(text);
    }
    let format = if text.starts_with('{') { Format::Json } else { Format::Text };
    if BROKEN_ON_PURPOSE.contains(&text) {
        return None;
    }
    let (name, id) = command_parts(format, text);
    let command = match control(&name, &id) {
        Control::Answer => Command::Answer,
        Control::Hangup => Command::Hangup,
        Control::StartBuffering => Command::BeginUtterance,
        Control::StopBuffering(id) => Command::EndUtterance(MarkId::parse(id)?),
        Control::Mark(id) => Command::Mark(MarkId::parse(id)?),
        Control::Flush => Command::Clear,
        Control::ReportDrained => Command::ReportDrained,
        Control::Pause | Control::Continue | Control::Status | Control::SetDirection(_) => return None,
    };
    Some(Said::Plain(command))
}

fn twilio_command(text: &str) -> Option<Said> {
    let message: serde_json::Value = serde_json::from_str(text).expect("JSON");
    Some(match message["event"].as_str()? {
        "media" => Said::Audio(Bytes::new(), message["media"]["payload"].as_str()?.into()),
        "mark" => Said::Plain(Command::Mark(MarkId::parse(message["mark"]["name"].as_str()?)?)),
        "clear" => Said::Plain(Command::Clear),
        other => panic!("{other}"),
    })
}

fn asterisk_commands() -> Vec<(Format, String)> {
    let mut commands = Vec::new();
    for capture in capture::all().filter(|capture| capture.name == DialectName::Asterisk) {
        let texts = capture.messages().filter_map(|(sender, content)| match content {
            Content::Text(text) => Some((sender, text)),
            Content::Binary(_) => None,
        });
        let texts: Vec<_> = texts.collect();
        let format = if texts[0].1.starts_with('{') { Format::Json } else { Format::Text };
        commands.extend(texts.into_iter().filter(|(sender, _)| *sender == Sender::Us).map(|(_, text)| (format, text)));
    }
    commands
}

/// The name and the argument of a recorded command.
fn command_parts(format: Format, text: &str) -> (String, String) {
    if format == Format::Text {
        let (name, argument) = text.split_once(' ').unwrap_or((text, ""));
        return (name.into(), argument.into());
    }
    let message: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let member = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    (member("command"), member("correlation_id") + &member("direction"))
}

fn control<'a>(name: &str, argument: &'a str) -> Control<'a> {
    match name {
        "ANSWER" => Control::Answer,
        "HANGUP" => Control::Hangup,
        "START_MEDIA_BUFFERING" => Control::StartBuffering,
        "STOP_MEDIA_BUFFERING" => Control::StopBuffering(argument),
        "MARK_MEDIA" => Control::Mark(argument),
        "FLUSH_MEDIA" => Control::Flush,
        "REPORT_QUEUE_DRAINED" => Control::ReportDrained,
        "PAUSE_MEDIA" => Control::Pause,
        "CONTINUE_MEDIA" => Control::Continue,
        "GET_STATUS" => Control::Status,
        "SET_MEDIA_DIRECTION" => Control::SetDirection(match argument {
            "in" => Direction::In,
            "out" => Direction::Out,
            "both" => Direction::Both,
            other => panic!("{other}"),
        }),
        other => panic!("{other}"),
    }
}
