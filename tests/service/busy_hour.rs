//! Operators publish while callers are on the line: no call changes its script, none fails, nothing piles up.
//!
//! In a usual run 40 callers for 8 s. The issue's own figure, a minute of 200:
//! `LOAD_CALLS=200 LOAD_SECONDS=60 cargo test --release --test service versions_published -- --nocapture`

use crate::common::{Caller, Placed, Service, folder, until};
use qingjiang::sim::peer::PeerKind;
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    time::{Duration, Instant},
};
use tokio::time::{MissedTickBehavior, interval, sleep};

/// Recordings of a second or two that begin differently: each version says another one, all through the call.
const WORDS: [&str; 8] = [
    "anything_else",
    "apology_inconvenience",
    "hold_back",
    "hold_start",
    "menu_no_input",
    "number_is",
    "silent_connected",
    "survey_thanks",
];
/// How long each caller stays on the line.
const CALL: &str = "hiss:6s";
/// By how much resident memory may grow (the issue's).
const GROWTH: u64 = 10 * 1024 * 1024;

fn asked(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

/// A script whose every word tells which version it is.
fn version(number: usize) -> String {
    let word = WORDS[number % WORDS.len()];
    let mut script = format!("[hotline]\nname = \"v{number}\"\nstart = \"s0\"\nagent = \"agent\"\n");
    for step in 0..6 {
        script += &format!("[step.s{step}]\nsay = \"{word}\"\nnext = \"s{}\"\n", step + 1);
    }
    script + "[step.s6]\nsay = \"goodbye\"\nhang_up = \"5s\"\n[step.agent]\nspare = \"nobody asks\"\nagent = \"8001\"\n"
}

fn save(prompts: &Path, number: usize) {
    let (new, script) = (prompts.join(".hotline.new"), prompts.join("hotline.toml"));
    fs::write(&new, version(number)).and_then(|()| fs::rename(&new, script)).expect("a writable folder");
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_published_every_second_disturb_no_call() {
    let (calls, seconds) = (asked("LOAD_CALLS", 40), asked("LOAD_SECONDS", 8));
    let folder = folder();
    let prompts = folder.path().join("prompts");
    fs::create_dir(&prompts).expect("a writable folder");
    save(&prompts, 0);
    let config = format!("files.prompts = {prompts:?}\nfiles.quiet = \"300ms\"\n");
    let service = Service::start(folder.path(), &config).await;

    let end = Instant::now() + Duration::from_secs(seconds + 2);
    let callers: Vec<_> =
        (0..calls).map(|caller| tokio::spawn(keep_calling(service.address.clone(), caller, end))).collect();
    until("all are on the line", async || {
        (service.metric("qingjiang_calls_live", "").await >= calls as f64).then_some(())
    })
    .await;
    sleep(Duration::from_secs(2)).await;
    let before = service.resident();
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut published = 0;
    while Instant::now() < end {
        ticks.tick().await;
        published += 1;
        save(&prompts, published);
    }
    let after = service.resident();

    let mut placed = Vec::new();
    for caller in callers {
        placed.extend(caller.await.expect("a caller"));
    }
    let words: BTreeSet<String> = placed.iter().map(only_word).collect();
    let live = service.metric("qingjiang_script_reloads_total", "good").await;
    let megabytes = |bytes: u64| bytes as f64 / (1024.0 * 1024.0);
    println!(
        "{calls} callers, {} calls, {published} versions saved, {live} went live, {} heard; resident {:.1} -> {:.1} MiB",
        placed.len(),
        words.len(),
        megabytes(before),
        megabytes(after)
    );
    assert!(words.len() >= 2, "{words:?}");
    assert!(live >= seconds as f64 / 2.0, "only {live} of {published} versions went live");
    assert_eq!(service.metric("qingjiang_panics_total", "").await, 0.0);
    // A debug build reads the built-in recordings from disk at every look, and keeps what the allocator got for that.
    assert!(cfg!(debug_assertions) || after < before + GROWTH, "resident memory grew from {before} to {after} bytes");
    let calls = service.calls();
    assert!(calls.iter().all(|call| call.disposition.as_deref() == Some("abandoned")), "{calls:?}");
}

/// One call after the other, until it is time.
async fn keep_calling(address: String, caller: u64, end: Instant) -> Vec<Placed> {
    let mut placed = Vec::new();
    // Not all at the same moment.
    sleep(Duration::from_millis(caller * 1_500 / 200)).await;
    while Instant::now() < end {
        let kind = PeerKind::ALL[(caller % 3) as usize];
        let call_id = format!("{caller}-{}", placed.len());
        placed.push(Caller::new(kind, &call_id).says(&[CALL, "hangup"]).call_at(address.clone()).await);
    }
    placed
}

/// What the call was told again and again; a call that heard two versions fails here.
fn only_word(call: &Placed) -> String {
    let words: BTreeSet<&str> =
        call.report.heard.iter().map(|heard| heard.id.as_str()).filter(|id| *id != "goodbye").collect();
    assert_eq!(words.len(), 1, "one call, one version: {:?}", call.heard());
    assert!(call.report.heard.len() >= 2, "a call of 6 s: {:?}", call.heard());
    words.into_iter().next().expect("one").to_owned()
}
