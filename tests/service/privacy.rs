//! Telephone numbers are personal data: the real program, at its most talkative, is given numbers by every way there is,
//! and prints none of them.

use crate::common::{Caller, Service, folder, until};
use qingjiang::{records::Archive, sim::peer::PeerKind};

/// Six digits of a number in a row are the number; the masked form shows four at most.
const TELLING: usize = 6;

const BY_START_PARAMETER: &str = "+8613976500421";
const BY_QUERY: &str = "13865310422";
const KEYED_IN: &str = "15928740423";
const IN_A_URL: &str = "18274650424";
const IN_A_FORM: &str = "+8617365920425";
const IN_NONSENSE: &str = "13627480426";

#[tokio::test(flavor = "multi_thread")]
async fn no_number_is_printed_at_any_level() {
    let folder = folder();
    let service = Service::start_at(folder.path(), "", "trace").await;
    let keys = format!("key:{KEYED_IN}#");
    let asks_back = ["hiss:300", "key:1", "hiss:300", &keys, "hiss:500", "key:1", "hiss:1500", "hangup"];
    let by_keys = |kind: PeerKind| {
        let caller = Caller::new(kind, kind.as_str()).from("").with("resume", "no_answer");
        caller.says(&asks_back).place(&service)
    };
    let calls = [
        by_keys(PeerKind::Twilio),
        by_keys(PeerKind::Asterisk),
        Caller::new(PeerKind::Twilio, "start").from(BY_START_PARAMETER).says(&["hiss:500", "key:1"]).place(&service),
        Caller::new(PeerKind::Asterisk, "query").from(BY_QUERY).says(&["hiss:500", "hangup"]).place(&service),
        Caller::new(PeerKind::AsteriskJson, "odd").with("note", IN_NONSENSE).says(&["hangup"]).place(&service),
    ];
    requests(&service).await;
    for call in calls {
        call.await.expect("a call");
    }
    keyed_numbers_are_kept(&service).await;

    let (_, metrics) = service.get("/metrics").await.expect("figures");
    let (_, api) = service.get("/api/v1/calls").await.expect("calls");
    let (_, owed) = service.get("/api/v1/callbacks").await.expect("callbacks");
    let log = service.log();
    assert!(log.contains("\"DEBUG\"") && log.contains("call started"), "the program has something to say");
    assert!(owed.contains("159****0423"), "and masks what it must show: {owed}");
    for number in [BY_START_PARAMETER, BY_QUERY, KEYED_IN, IN_A_URL, IN_A_FORM, IN_NONSENSE] {
        for (place, text) in [("the log", &log), ("/metrics", &metrics), ("the calls", &api), ("the callbacks", &owed)]
        {
            let shown = leak(text, number);
            assert!(shown.is_none(), "{number} in {place}: {}", shown.unwrap_or_default());
        }
    }
}

/// Numbers in requests of every kind, those that are refused included.
async fn requests(service: &Service) {
    for path in [
        format!("/route/unknown?caller={IN_A_URL}"),
        format!("/no/such/page?number={IN_A_URL}"),
        format!("/media/nothing?caller={IN_A_URL}"),
        format!("/media/asterisk?caller={IN_A_URL}"),
        format!("/api/v1/calls?since={IN_A_URL}"),
    ] {
        assert!(service.get(&path).await.is_some(), "{path} is answered");
    }
    let form = [("CallSid", "CAunknown"), ("From", IN_A_FORM), ("To", "10000")];
    let url = format!("http://{}/route/twilio", service.address);
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let body: Vec<String> = form.iter().map(|(key, value)| format!("{key}={}", value.replace('+', "%2B"))).collect();
    let asked = client.post(url).header("content-type", "application/x-www-form-urlencoded").body(body.join("&"));
    assert!(asked.send().await.expect("an answer").status().is_success());
}

/// The calls went where they were meant to go: the keyed-in number is whole in the store.
async fn keyed_numbers_are_kept(service: &Service) {
    until("both keyed-in numbers are stored", async || {
        let archive = Archive::open(&service.data).ok()?;
        let owed = archive.open_callbacks().ok()?;
        (owed.iter().filter(|callback| callback.number.reveal() == KEYED_IN).count() == 2).then_some(())
    })
    .await;
}

/// The line of `text` that shows too much of `number`.
fn leak(text: &str, number: &str) -> Option<String> {
    let digits = number.trim_start_matches("+86");
    let telling = |line: &&str| (0..=digits.len() - TELLING).any(|at| line.contains(&digits[at..at + TELLING]));
    text.lines().find(telling).map(str::to_owned)
}

#[test]
fn a_leak_is_seen_and_a_mask_is_none() {
    assert!(leak("ok\ncaller=13865310422", BY_QUERY).is_some());
    assert!(leak("…/865310…", BY_QUERY).is_some());
    assert!(leak("138****0422", BY_QUERY).is_none());
}
