//! Messages, earlier calls and bars, as their users see them, over deaths too.

use super::*;
use crate::{
    call::{Before, Disposition, EndedBy, Entry, Past, What},
    line::{Condition, Judgement, Rule},
    moment::Moment,
    session::{Promise, Sound},
};
use std::time::Duration;
use tempfile::TempDir;

/// Longer than any machine needs: what is asked here is what is known, not how soon.
const PATIENCE: Duration = Duration::from_secs(60);

fn data() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn start() -> Timestamp {
    "2026-07-23T08:00:00Z".parse().expect("a time")
}

fn number() -> PhoneNumber {
    PhoneNumber::parse("13812345678").expect("digits")
}

fn new_call() -> NewCall {
    NewCall {
        call_id: None,
        dialect: DialectName::Asterisk,
        caller: Some(number()),
        called: None,
        script: None,
        started: start(),
    }
}

#[tokio::test]
async fn a_message_is_a_file_and_a_row_and_is_owed_until_it_is_dealt_with() {
    let data = data();
    let Opened { records, keeper, .. } = Records::open(data.path(), start()).expect("records");
    let (recordings, tape) = recording::Recordings::start(data.path()).expect("a thread");
    let call = records.begin(new_call());
    let mut message = recordings.message(&call, 1, Moment::from_millis(10_000));
    for frame in 1..=150 {
        message.keep(&Sound::Caller(vec![9; 160], Moment::from_millis(10_000 + frame * 20)));
    }
    assert!(message.settle(Moment::from_millis(13_000)).await);
    let promise = Promise::Message { take: 1, number: Some(number()), length: Duration::from_secs(3) };
    assert!(call.commit(promise, Moment::from_millis(13_000)).await);
    let owed = records.promises(start()).await.expect("open");
    assert_eq!((owed.messages_open, owed.messages_overdue), (1, 0));
    drop((keeper, tape));

    let archive = Archive::open(data.path()).expect("records");
    let message = archive.open_messages().expect("messages").remove(0);
    let wav = crate::audio::wav::read(&std::fs::read(message.file(data.path())).expect("a file")).expect("a WAV");
    assert_eq!((wav.channels.len(), wav.duration()), (1, Duration::from_secs(3)));
    assert!(wav.channels[0].iter().all(|&sample| sample == 9));
    assert_eq!(message.number, Some(number()));
}

#[tokio::test]
async fn what_a_kill_leaves_of_a_message_is_kept_at_the_next_start() {
    let data = data();
    let Opened { records, keeper, .. } = Records::open(data.path(), start()).expect("records");
    let (recordings, tape) = recording::Recordings::start(data.path()).expect("a thread");
    let call = records.begin(new_call());
    let mut message = recordings.message(&call, 1, Moment::ZERO);
    (1..=150).for_each(|frame| message.keep(&Sound::Caller(vec![9; 160], Moment::from_millis(frame * 20))));
    message.finish(Moment::from_millis(3_000));
    recordings.message(&call, 2, Moment::from_millis(3_000)).finish(Moment::from_millis(3_100));
    drop((keeper, tape, records, call));

    let opened = Records::open(data.path(), start()).expect("records");
    assert_eq!(opened.adopted, 1, "a tenth of a second is no message");
    let message = Archive::open(data.path()).expect("records").open_messages().expect("messages").remove(0);
    assert_eq!((message.length, message.number), (Duration::from_secs(3), Some(number())));
    drop(opened);
    assert_eq!(Records::open(data.path(), start()).expect("records").adopted, 0, "once");
}

#[tokio::test]
async fn a_message_that_is_discarded_leaves_no_file() {
    let data = data();
    let Opened { records, keeper, .. } = Records::open(data.path(), start()).expect("records");
    let (recordings, tape) = recording::Recordings::start(data.path()).expect("a thread");
    recordings.message(&records.begin(new_call()), 1, Moment::ZERO).discard();
    drop((keeper, tape));
    assert_eq!(std::fs::read_dir(data.path().join("messages")).expect("a folder").count(), 0);
}

/// A call of this number that ended so, ten seconds after [`start`], after these entries.
async fn ended_call(records: &Records, disposition: Disposition, before: Vec<What>) {
    let call = records.begin(new_call());
    before.into_iter().for_each(|what| call.append(Entry { at: Moment::ZERO, what }));
    let ended = What::Ended { disposition, by: EndedBy::Hotline, step: "welcome".into() };
    call.append(Entry { at: Moment::from_millis(10_000), what: ended });
    // Answered when everything before it is written.
    records.promises(start()).await.expect("written");
}

fn minutes_later(minutes: i64) -> Timestamp {
    start() + jiff::SignedDuration::from_secs(10) + jiff::SignedDuration::from_mins(minutes)
}

#[tokio::test]
async fn a_dropped_call_is_known_where_somebody_was_heard_on_it() {
    let heard = What::Judged({
        let mut judgement = Judgement::told(Condition::Faint, Rule::Told);
        judgement.evidence.speech_ms = 900;
        judgement
    });
    let key = What::Key { digit: None };
    let faint = || Disposition::Line(Condition::Faint);
    let table = [
        (faint(), vec![heard.clone()], true),
        (Disposition::Lost, vec![key.clone()], true),
        (Disposition::Lost, vec![], false),
        (Disposition::Line(Condition::Silent), vec![], false),
        (Disposition::Completed, vec![key], false),
    ];
    for (disposition, before, dropped) in table {
        let data = data();
        let opened = Records::open(data.path(), start()).expect("records");
        ended_call(&opened.records, disposition.clone(), before).await;
        let past = opened.records.past(number(), minutes_later(3), PATIENCE).await;
        let expected = Before { ago: Duration::from_mins(3), dropped };
        assert_eq!(past, Past { last: Some(expected), barred: false }, "{disposition:?}");
    }
}

#[tokio::test]
async fn a_number_that_never_called_has_no_past() {
    let data = data();
    let opened = Records::open(data.path(), start()).expect("records");
    assert_eq!(opened.records.past(number(), start(), PATIENCE).await, Past::default());
}

#[tokio::test]
async fn a_number_is_barred_for_its_time() {
    let data = data();
    let opened = Records::open(data.path(), start()).expect("records");
    let call = opened.records.begin(new_call());
    let bar = Promise::Bar { number: number(), time: Duration::from_mins(10), reason: "r".into() };
    assert!(call.commit(bar, Moment::from_millis(10_000)).await);
    assert!(opened.records.past(number(), minutes_later(9), PATIENCE).await.barred);
    assert!(!opened.records.past(number(), minutes_later(11), PATIENCE).await.barred);
}

#[tokio::test]
async fn a_purge_takes_messages_that_were_dealt_with_and_bars_that_ran_out() {
    let data = data();
    let Opened { records, keeper, .. } = Records::open(data.path(), start()).expect("records");
    let (recordings, tape) = recording::Recordings::start(data.path()).expect("a thread");
    for outcome in [None, Some("answered")] {
        let call = records.begin(new_call());
        assert!(recordings.message(&call, 1, Moment::ZERO).settle(Moment::from_millis(2_000)).await);
        let promise = Promise::Message { take: 1, number: Some(number()), length: Duration::from_secs(2) };
        assert!(call.commit(promise, Moment::from_millis(2_000)).await);
        let bar = Promise::Bar { number: number(), time: Duration::from_mins(10), reason: "r".into() };
        assert!(call.commit(bar, Moment::from_millis(2_000)).await);
        let ended = What::Ended { disposition: Disposition::Message, by: EndedBy::Hotline, step: "m".into() };
        call.append(Entry { at: Moment::from_millis(3_000), what: ended });
        records.promises(start()).await.expect("written");
        if outcome.is_some() {
            let db = rusqlite::Connection::open(database(data.path())).expect("a database");
            db.execute("UPDATE messages SET outcome = ?1 WHERE call = ?2", rusqlite::params![outcome, call.id().0])
                .expect("dealt with");
        }
    }
    let purged = purge(data.path(), minutes_later(60)).expect("a purge");
    assert_eq!(purged, Purged { calls: 1, recordings: 0, messages: 1 });
    let past = records.past(number(), minutes_later(1), PATIENCE).await;
    assert!(!past.barred, "the bars ran out before");
    assert_eq!(Archive::open(data.path()).expect("records").open_messages().expect("messages").len(), 1);
    drop((keeper, tape));
}

#[tokio::test]
async fn records_of_the_first_version_are_brought_up_to_date() {
    let data = data();
    let db = rusqlite::Connection::open(database(data.path())).expect("a database");
    db.execute_batch(include_str!("schema/1.sql")).expect("the first version");
    db.execute_batch("INSERT INTO calls (dialect, caller, started) VALUES ('twilio', '13812345678', 1)")
        .expect("a call");
    db.pragma_update(None, "user_version", 1).expect("the version");
    drop(db);
    let opened = Records::open(data.path(), start()).expect("records");
    let calls = Archive::open(data.path()).expect("records").list(&Filter::default()).expect("a list");
    assert_eq!((calls.len(), calls[0].messages, opened.interrupted), (1, 0, 1));
}
