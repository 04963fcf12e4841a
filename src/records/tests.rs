//! The store as its users see it: what is written comes back, over deaths too.

use super::*;
use crate::{
    call::{Disposition, EndedBy, Entry, What},
    line::{Condition, Judgement, Rule},
    moment::Moment,
    script::{PromptId, Target},
    session::Promise,
};
use jiff::ToSpan as _;
use std::fs;
use tempfile::TempDir;

#[test]
fn a_call_comes_back_as_it_was_written() {
    let (data, opened) = records();
    let call = opened.records.begin(a_call("a"));
    call.append(entry(0, What::Step { name: "welcome".into() }));
    call.append(entry(20, What::PromptSaid { prompt: PromptId::new("menu_main") }));
    call.append(entry(5_000, What::Judged(Judgement::told(Condition::Clear, Rule::Told))));
    call.append(entry(9_000, ended(Disposition::Agent(Target::Queue("complaint".into())), EndedBy::Hotline)));
    opened.keeper.finish();

    let history = show(&data, call.id());
    let summary = &history.summary;
    assert_eq!(summary.call_id.as_deref(), Some("a"));
    assert_eq!(summary.caller.as_ref().map(PhoneNumber::reveal), Some("13812345678"));
    assert_eq!(
        summary.ended.map(|ended| ended.since(start()).expect("in range").total(jiff::Unit::Second).ok()),
        Some(Some(9.0))
    );
    let words = [&summary.disposition, &summary.target, &summary.by, &summary.step, &summary.condition];
    assert_eq!(
        words.map(|word| word.as_deref().unwrap_or("-")),
        ["agent", "queue:complaint", "hotline", "welcome", "clear"]
    );
    let kinds: Vec<_> = history.events.iter().map(|event| (event.at_ms, event.kind.as_str())).collect();
    assert_eq!(kinds, [(0, "step"), (20, "prompt_said"), (5_000, "judged"), (9_000, "ended")]);
    assert_eq!(history.events[1].detail["prompt"], "menu_main");
    assert_eq!(history.events[2].detail["evidence"]["rule"], "told");
}

#[test]
fn a_killed_process_leaves_calls_that_the_next_start_closes_as_interrupted() {
    let (data, opened) = records();
    let calls: Vec<_> = (0..50).map(|n| opened.records.begin(a_call(&n.to_string()))).collect();
    for call in &calls {
        call.append(entry(100, What::Step { name: "menu".into() }));
        call.append(entry(2_500, What::MarkOverdue));
    }
    calls[0].append(entry(3_000, ended(Disposition::Abandoned, EndedBy::Caller)));
    let (killed, next) = kill_and_reopen(&data, &opened.records);

    assert_eq!(next.interrupted, 49);
    let listed = Archive::open(killed.path()).expect("records").list(&Filter::default()).expect("a list");
    assert_eq!(listed.len(), 50);
    let interrupted = listed.iter().find(|call| call.id == calls[7].id()).expect("the call");
    assert_eq!(
        (interrupted.disposition.as_deref(), interrupted.by.as_deref(), interrupted.step.as_deref()),
        (Some("interrupted"), Some("us"), Some("menu"))
    );
    assert_eq!(interrupted.ended.expect("closed"), start() + 2_500.milliseconds());

    let id = next.records.begin(a_call("next")).id();
    assert!(calls.iter().all(|call| call.id() < id), "ids go on");
}

#[tokio::test]
async fn a_promise_that_was_answered_survives_a_kill() {
    let (data, opened) = records();
    let call = opened.records.begin(a_call("a"));
    assert!(call.commit(Promise::Callback(number()), Moment::from_millis(60_000)).await);
    // Not `kill_and_reopen`: nothing but the answer may be waited for.
    let killed = copy(&data);
    let next = Records::open(killed.path(), start()).expect("records");

    let owed = Archive::open(killed.path()).expect("records").open_callbacks().expect("callbacks");
    assert_eq!(owed.len(), 1);
    assert_eq!((owed[0].number.reveal(), owed[0].call), ("13812345678", call.id()));
    assert_eq!(owed[0].due, start() + 60.seconds() + 24.hours());
    let later = start() + 25.hours();
    assert_eq!(next.records.promises(start()).await.expect("open"), Promises { open: 1, ..Promises::default() });
    assert_eq!(
        next.records.promises(later).await.expect("open"),
        Promises { open: 1, overdue: 1, ..Promises::default() }
    );
}

#[tokio::test]
async fn a_number_promised_twice_in_one_call_is_owed_once() {
    let (_data, opened) = records();
    let call = opened.records.begin(a_call("a"));
    for at in [1_000, 2_000] {
        assert!(call.commit(Promise::Callback(number()), Moment::from_millis(at)).await);
    }
    assert_eq!(opened.records.promises(start()).await.expect("open").open, 1);
}

#[tokio::test]
async fn a_decision_is_had_for_an_hour_and_over_a_kill() {
    let (data, opened) = records();
    let call = opened.records.begin(a_call("a"));
    opened.records.begin(a_call("b"));
    assert_eq!(route(&opened.records, "a", 0).await, Route::Undecided);
    assert!(call.commit(a_route(), Moment::ZERO).await);
    assert_eq!(route(&opened.records, "nobody", 0).await, Route::Unknown);

    let (_killed, next) = kill_and_reopen(&data, &opened.records);
    let decision = Decision::To(Target::Agent("6001".into()));
    let decided = Route::Decided { decision, note: "key=2;condition=clear;waited=12".into() };
    assert_eq!(route(&next.records, "a", 59).await, decided);
    assert_eq!(route(&next.records, "a", 61).await, Route::Unknown);
    assert_eq!(route(&next.records, "b", 59).await, Route::Undecided);
    assert_eq!(route(&next.records, "b", 61).await, Route::Unknown);
}

#[tokio::test]
async fn a_call_that_comes_back_keeps_its_record_and_needs_a_new_decision() {
    let (data, opened) = records();
    let first = opened.records.begin(a_call("a"));
    assert!(first.commit(a_route(), Moment::from_millis(900)).await);
    first.append(entry(1_000, ended(Disposition::Agent(Target::Agent("6001".into())), EndedBy::Hotline)));

    let known = opened.records.find_by_call_id("a").await.expect("records").expect("the call");
    assert_eq!(known.caller, Some(number()));
    let second = opened.records.resume(&known, start() + 30.seconds());
    assert_eq!((second.id(), second.leg()), (first.id(), 2));
    assert_eq!(route(&opened.records, "a", 1).await, Route::Undecided);
    second.append(entry(500, What::PromptSaid { prompt: PromptId::new("transfer_failed") }));
    second.append(entry(4_000, ended(Disposition::Callback, EndedBy::Hotline)));
    opened.keeper.finish();

    let history = show(&data, first.id());
    assert_eq!((history.summary.disposition.as_deref(), history.summary.legs), (Some("callback"), 2));
    let times: Vec<_> = history.events.iter().map(|event| (event.leg, event.at_ms)).collect();
    assert_eq!(times, [(1, 1_000), (2, 30_500), (2, 34_000)]);
}

#[tokio::test]
async fn a_promise_that_can_not_be_stored_is_answered_so_and_the_call_goes_on() {
    let (data, opened) = records();
    let call = opened.records.begin(a_call("a"));
    assert!(call.commit(Promise::Callback(number()), Moment::ZERO).await);
    let other = rusqlite::Connection::open(database(data.path())).expect("the file");
    other.execute_batch("DROP TABLE callbacks").expect("dropped");

    assert!(!call.commit(Promise::Callback(number()), Moment::ZERO).await);
    assert!(opened.records.figures().failing);
    call.append(entry(1_000, What::StoreFailed));
    assert!(call.commit(a_route(), Moment::from_millis(2_000)).await);
    assert!(!opened.records.figures().failing);
    opened.keeper.finish();
    let kept: i64 = other.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).expect("events");
    assert_eq!(kept, 1, "what a failed transaction held is written by the next");
}

#[cfg(unix)]
#[test]
fn only_their_owner_can_read_the_records() {
    use std::os::unix::fs::PermissionsExt as _;
    let (data, opened) = records();
    opened.records.begin(a_call("a"));
    for file in ["qingjiang.db", "qingjiang.db-wal"] {
        let mode = fs::metadata(data.path().join(file)).expect("the file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file}: {mode:o}");
    }
}

#[test]
fn a_second_service_on_the_same_records_is_refused() {
    let (data, _opened) = records();
    assert!(matches!(Records::open(data.path(), start()), Err(OpenError::InUse(_))));
}

#[test]
fn records_of_a_newer_program_are_refused_both_ways() {
    let (data, opened) = records();
    opened.keeper.finish();
    let file = rusqlite::Connection::open(database(data.path())).expect("the file");
    file.pragma_update(None, "user_version", 99).expect("a version");
    assert!(matches!(Records::open(data.path(), start()), Err(OpenError::Newer { found: 99, .. })));
    assert!(matches!(Archive::open(data.path()), Err(ReadError::Version { found: 99, .. })));
}

#[test]
fn damaged_files_are_errors_and_never_panics() {
    let (data, opened) = records();
    for n in 0..40 {
        let call = opened.records.begin(a_call(&n.to_string()));
        call.append(entry(5, What::Judged(Judgement::told(Condition::Silent, Rule::NoMedia))));
    }
    opened.keeper.finish();
    let whole = fs::read(database(data.path())).expect("the file");
    let mut random = 0x9e37_79b9_u32;
    for round in 0..200 {
        let mut bytes = whole.clone();
        for _ in 0..1 + round % 40 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = random as usize % bytes.len();
            bytes[at] = (random >> 13) as u8;
        }
        if round % 5 == 0 {
            bytes.truncate(random as usize % whole.len());
        }
        let damaged = TempDir::new().expect("a folder");
        fs::write(database(damaged.path()), &bytes).expect("written");
        if let Ok(archive) = Archive::open(damaged.path()) {
            for call in archive.list(&Filter::default()).unwrap_or_default() {
                let _ = archive.show(call.id);
            }
        }
        if let Ok(opened) = Records::open(damaged.path(), start()) {
            opened.records.begin(a_call("x")).append(entry(1, What::MarkOverdue));
        }
    }
}

#[test]
fn every_entry_of_a_busy_hour_is_there() {
    let (data, opened) = records();
    let calls: Vec<_> = (0..1_000).map(|n| opened.records.begin(a_call(&n.to_string()))).collect();
    for at in 0..20 {
        for call in &calls {
            call.append(entry(at, What::MarkOverdue));
        }
    }
    opened.keeper.finish();
    assert_eq!(opened.records.figures(), Figures::default());
    let archive = Archive::open(data.path()).expect("records");
    let events = |call: &CallRecord| archive.show(call.id()).expect("read").expect("the call").events.len();
    assert!(calls.iter().step_by(97).all(|call| events(call) == 20));
}

#[test]
fn no_whole_number_stands_in_the_events() {
    let (data, opened) = records();
    let call = opened.records.begin(a_call("a"));
    let (caller, called) = (Some(number()), PhoneNumber::parse("4008001234"));
    call.append(entry(0, What::Started { dialect: DialectName::Twilio, caller, called, resume: None }));
    call.append(entry(9, What::CallbackStored { number: number() }));
    opened.keeper.finish();
    let history = show(&data, call.id());
    let text = format!("{:?}", history.events);
    assert!(text.contains("138****5678") && !text.contains("12345678") && !text.contains("4008001234"), "{text}");
}

#[test]
fn a_purge_erases_old_calls_and_keeps_what_is_owed() {
    let (data, opened) = records();
    let old = opened.records.begin(a_call("old"));
    old.append(entry(1_000, ended(Disposition::Abandoned, EndedBy::Caller)));
    let owed = opened.records.begin(a_call("owed"));
    drop(owed.commit(Promise::Callback(number()), Moment::ZERO));
    owed.append(entry(1_000, ended(Disposition::Callback, EndedBy::Hotline)));
    let running = opened.records.begin(a_call("running"));
    opened.keeper.finish();
    fs::create_dir(data.path().join("recordings")).expect("a folder");
    fs::write(recording::path(data.path(), old.id(), 1), "RIFF").expect("a file");

    let purged = purge(data.path(), start() + 1.hours()).expect("purged");
    assert_eq!(purged, Purged { calls: 1, recordings: 1, messages: 0 });
    let left = Archive::open(data.path()).expect("records").list(&Filter::default()).expect("a list");
    assert_eq!(left.iter().map(|call| call.id).collect::<Vec<_>>(), [running.id(), owed.id()]);
}

#[test]
fn the_list_can_be_narrowed() {
    let (data, opened) = records();
    for (n, disposition) in [Disposition::Abandoned, Disposition::Completed].into_iter().enumerate() {
        let call = NewCall { started: start() + (n as i64).hours(), ..a_call(&n.to_string()) };
        opened.records.begin(call).append(entry(1_000, ended(disposition, EndedBy::Caller)));
    }
    opened.records.begin(a_call("running"));
    opened.keeper.finish();
    let archive = Archive::open(data.path()).expect("records");
    let ids = |filter: Filter| -> Vec<Option<String>> {
        archive.list(&filter).expect("a list").into_iter().map(|call| call.call_id).collect()
    };
    let word = |word: &str| Some(word.to_owned());
    assert_eq!(ids(Filter { disposition: word("completed"), ..Filter::default() }), [word("1")]);
    assert_eq!(ids(Filter { disposition: word("running"), ..Filter::default() }), [word("running")]);
    assert_eq!(ids(Filter { since: Some(start() + 1.minutes()), ..Filter::default() }), [word("1")]);
    assert_eq!(
        ids(Filter { until: Some(start() + 1.minutes()), limit: Some(1), ..Filter::default() }),
        [word("running")]
    );
    assert_eq!(ids(Filter { caller: word("13900000000"), ..Filter::default() }).len(), 0);
}

fn records() -> (TempDir, Opened) {
    let data = TempDir::new().expect("a folder");
    let opened = Records::open(data.path(), start()).expect("new records");
    (data, opened)
}

fn start() -> Timestamp {
    "2026-07-23T08:00:00Z".parse().expect("a time")
}

fn number() -> PhoneNumber {
    PhoneNumber::parse("13812345678").expect("digits")
}

fn a_call(call_id: &str) -> NewCall {
    NewCall {
        call_id: Some(call_id.into()),
        dialect: DialectName::Asterisk,
        caller: Some(number()),
        called: None,
        script: None,
        started: start(),
    }
}

fn entry(at: u64, what: What) -> Entry {
    Entry { at: Moment::from_millis(at), what }
}

fn ended(disposition: Disposition, by: EndedBy) -> What {
    What::Ended { disposition, by, step: "welcome".into() }
}

fn a_route() -> Promise {
    let decision = Decision::To(Target::Agent("6001".into()));
    Promise::Route { decision, note: "key=2;condition=clear;waited=12".into() }
}

async fn route(records: &Records, call_id: &str, minute: i64) -> Route {
    records.route(call_id, start() + minute.minutes()).await.expect("records")
}

fn show(data: &TempDir, id: RecordId) -> History {
    Archive::open(data.path()).expect("records").show(id).expect("read").expect("the call")
}

/// What a kill leaves once everything queued has been written: the files as they are, the writer still holding them.
fn kill_and_reopen(data: &TempDir, records: &Records) -> (TempDir, Opened) {
    while records.figures().backlog > 0 {
        std::thread::yield_now();
    }
    let killed = copy(data);
    let opened = Records::open(killed.path(), start()).expect("records");
    (killed, opened)
}

fn copy(data: &TempDir) -> TempDir {
    let killed = TempDir::new().expect("a folder");
    for file in fs::read_dir(data.path()).expect("the folder") {
        let file = file.expect("a file");
        fs::copy(file.path(), killed.path().join(file.file_name())).expect("a copy");
    }
    killed
}
