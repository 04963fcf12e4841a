//! The real program on real sockets: what only a process, a port and a signal can show. Everything else is tested in
//! simulated time.

use crate::common::{Caller, Service, closed_with, connect, folder, message, until};
use futures_util::SinkExt;
use qingjiang::{
    records::Archive,
    sim::peer::{Facts, Peer, PeerKind},
};
use std::{collections::BTreeSet, fs, path::Path};

/// From the start message to the first sample in the caller's ear. The contract says 50 ms; a machine that runs everything
/// else beside this is given more.
const FIRST_AUDIO_MS: u64 = 1000;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_takes_a_caller_to_the_queue_on_every_dialect() {
    let folder = folder();
    let service = Service::start(folder.path(), "").await;
    let call = |kind: PeerKind| Caller::new(kind, kind.as_str()).says(&["hiss:1200", "key:1"]).place(&service);
    let calls = PeerKind::ALL.map(|kind| (kind, call(kind)));
    for (kind, call) in calls {
        let call = call.await.expect("a call");
        let first = call.report.heard.first().expect("an opening");
        assert!(first.id.starts_with("welcome") && first.from_ms < FIRST_AUDIO_MS, "{kind:?}: {first:?}");
        assert!(!first.complete, "{kind:?}: the key stops the opening: {:?}", call.heard());
        assert!(call.heard_whole("transfer_announce"), "{kind:?}: {:?}", call.heard());
        assert_eq!(service.route(kind.as_str()).await, "200 queue:inquiry", "{kind:?}");
    }
    let targets: BTreeSet<_> = service.calls().into_iter().map(|call| (call.disposition, call.target)).collect();
    assert_eq!(targets, BTreeSet::from([(Some("agent".into()), Some("queue:inquiry".into()))]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_service_leaves_every_call_and_every_promise_behind() {
    const CALLS: usize = 50;
    let folder = folder();
    let service = Service::start(folder.path(), "").await;
    let mut callers = Vec::new();
    for number in 0..CALLS {
        let id = format!("call-{number}");
        let caller = Caller::new(PeerKind::ALL[number % 3], &id).from(&format!("139000{number:05}"));
        // One in five only listens; the others, one after the other, ask to be called back.
        let caller = match number % 5 {
            0 => caller,
            _ => {
                let think = format!("hiss:{}", 300 + number * 60);
                caller.with("resume", "no_answer").says(&[&think, "key:1", "hiss:300", "key:1"])
            }
        };
        callers.push((id, caller.place(&service)));
    }
    until("all are on the line, and some were promised a call", async || {
        let (_, body) = service.get("/api/v1/callbacks").await?;
        let body: serde_json::Value = serde_json::from_str(&body).ok()?;
        (service.calls().len() == CALLS && body["callbacks"].as_array()?.len() >= 15).then_some(())
    })
    .await;
    let data = service.kill();

    let mut told = BTreeSet::new();
    for (id, call) in callers {
        let call = call.await.expect("a call");
        if call.report.heard.iter().any(|heard| heard.id == "callback_confirm") {
            told.insert(id);
        }
    }
    assert!(!told.is_empty() && told.len() < CALLS, "{} callers were told of their callback", told.len());

    let again = Service::start(folder.path(), "").await;
    let calls = again.calls();
    assert_eq!(calls.len(), CALLS);
    for call in &calls {
        assert_eq!(call.disposition.as_deref(), Some("interrupted"), "{:?}", call.call_id);
        assert!(call.ended.is_some(), "{:?}", call.call_id);
    }
    let owed = Archive::open(&data).expect("records").open_callbacks().expect("readable");
    for id in &told {
        let call = calls.iter().find(|call| call.call_id.as_ref() == Some(id)).expect("in the records");
        let number = call.caller.as_ref().expect("a number").reveal();
        assert!(owed.iter().any(|owed| owed.call == call.id && owed.number.reveal() == number), "{id} was told");
    }
    assert_eq!(again.metric("qingjiang_promises_open", "").await as usize, owed.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminated_service_lets_running_calls_finish_and_takes_no_new_ones() {
    let folder = folder();
    let mut service = Service::start(folder.path(), "").await;
    let running = Caller::new(PeerKind::Twilio, "running").says(&["hiss:4000", "key:1"]).place(&service);
    until("the call is in the records", async || (service.calls().len() == 1).then_some(())).await;

    service.terminate();
    until("it says that it is not ready", async || (service.get("/readyz").await?.0 == 503).then_some(())).await;
    assert_eq!(service.get("/healthz").await.map(|(status, _)| status), Some(200));

    let told = Caller::new(PeerKind::Twilio, "told").place(&service);
    let sent_on = Caller::new(PeerKind::Asterisk, "sent-on").call(&service).await;
    assert_eq!(sent_on.heard(), Vec::<String>::new(), "the gateway's queue has the words");
    assert_eq!(service.route("sent-on").await, "200 queue:agent");

    let running = running.await.expect("a call");
    assert!(running.heard_whole("transfer_announce"), "{:?}", running.heard());
    let told = told.await.expect("a call");
    assert_eq!(told.heard(), ["capacity_busy"]);
    assert!(service.exited().await.success());

    let outcome = |id: &str| {
        let call = service.calls().into_iter().find(|call| call.call_id.as_deref() == Some(id));
        call.and_then(|call| call.disposition).unwrap_or_default()
    };
    assert_eq!(["running", "told", "sent-on"].map(outcome), ["agent", "refused", "refused"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_peers_are_closed_for_cause_and_no_other_call_notices() {
    let folder = folder();
    let config = "limits.start = \"1s\"\nauth.media.token = \"open-sesame\"\n";
    let service = Service::start(folder.path(), config).await;
    let beside = Caller::new(PeerKind::Twilio, "beside")
        .with("token", "open-sesame")
        .says(&["hiss:3000", "key:2"])
        .place(&service);
    until("the call is in the records", async || (service.calls().len() == 1).then_some(())).await;

    let (too_long, nothing, flood, stranger) = tokio::join!(
        send(&service, "too-long", "open-sesame", vec!["x".repeat(64 * 1024 + 1)]),
        send_nothing(&service),
        send(&service, "flood", "open-sesame", vec!["{\"event\":\"x\"}".to_owned(); 20_000]),
        send(&service, "stranger", "guess", Vec::new()),
    );
    assert_eq!(too_long, Some(1009), "a message over 64 KiB");
    assert_eq!(nothing, Some(1008), "no start within the limit");
    assert_eq!(flood, Some(1008), "a flood");
    assert_eq!(stranger, Some(1008), "a wrong token, after the upgrade");

    let beside = beside.await.expect("a call");
    assert!(beside.heard_whole("transfer_announce"), "{:?}", beside.heard());
    assert_eq!(service.route("beside").await, "200 queue:complaint");
    for cause in ["message_too_long", "no_start", "flood", "unauthorized"] {
        assert!(service.log().contains(cause), "the log says why: {cause}");
    }
    assert!(!service.log().contains("guess") && !service.log().contains("open-sesame"), "tokens are never logged");
}

/// Begins a Twilio call, sends `messages`, and says what the service closes with.
async fn send(service: &Service, call_id: &str, token: &str, messages: Vec<String>) -> Option<u16> {
    let facts = Facts {
        call_id: call_id.into(),
        caller: String::new(),
        called: "10000".into(),
        parameters: vec![("token".into(), token.into())],
    };
    let mut socket = connect(&service.address, PeerKind::Twilio, &[]).await;
    for wire in Peer::new(PeerKind::Twilio, &facts).open(&facts) {
        socket.send(message(wire)).await.expect("an open socket");
    }
    for text in messages {
        // The service may have had enough already.
        if socket.send(tokio_tungstenite::tungstenite::Message::text(text)).await.is_err() {
            break;
        }
    }
    closed_with(socket).await
}

async fn send_nothing(service: &Service) -> Option<u16> {
    closed_with(connect(&service.address, PeerKind::Twilio, &[]).await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_change_reaches_the_next_call_and_a_bad_one_reaches_none() {
    let folder = folder();
    let prompts = folder.path().join("prompts");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts"), &prompts);
    let hotline = prompts.join("hotline.toml");
    let rewrite = |from: &str, to: &str| {
        let text = fs::read_to_string(&hotline).expect("a script");
        assert!(text.contains(from), "the default script has changed: {from}");
        fs::write(&hotline, text.replace(from, to)).expect("writable");
    };
    let config = format!("files.quiet = \"200ms\"\nfiles.prompts = {prompts:?}\n");
    let service = Service::start(folder.path(), &config).await;
    let version = async || {
        let (_, body) = service.get("/api/v1/script").await?;
        serde_json::from_str::<serde_json::Value>(&body).ok()?["version"].as_str().map(str::to_owned)
    };
    let first = until("there is a version", version).await;
    let before = Caller::new(PeerKind::Twilio, "before").says(&["hiss:3000", "key:1"]).place(&service);
    until("the call is in the records", async || (service.calls().len() == 1).then_some(())).await;

    rewrite("keys     = { 1 = \"inquiry\", 2 = \"complaint\"", "keys     = { 1 = \"complaint\", 2 = \"inquiry\"");
    let second = until("the change is live", async || version().await.filter(|version| *version != first)).await;
    let after = Caller::new(PeerKind::Asterisk, "after").says(&["hiss:500", "key:1"]).call(&service).await;
    assert!(after.heard_whole("transfer_announce"), "{:?}", after.heard());
    assert_eq!(service.route("after").await, "200 queue:complaint");
    before.await.expect("a call");
    assert_eq!(service.route("before").await, "200 queue:inquiry", "a running call keeps its script");

    rewrite("start    = \"welcome\"", "start    = \"nowhere\"");
    until("the change is refused", async || service.log().contains("refused").then_some(())).await;
    assert!(service.log().contains("hotline.toml:"), "with its place");
    assert_eq!(version().await, Some(second), "the last good script stays");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    let files = fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry").path());
    for path in files.filter(|path| path.is_file()) {
        fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("a copy");
    }
}
