//! What the writer writes and looks up: SQL, one function an act. Everything here runs on the writer's own thread.

use super::{Known, NewCall, Promises, RecordId, Route, event, messages, past};
use crate::{
    agents::Decision,
    call::{Disposition, Entry, What},
    phone::PhoneNumber,
    session::Promise,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Result, params};

/// Time until a promised callback, or the answer to a message, is overdue: service-script.md §2.9.
pub(super) const CALLBACK_DUE: SignedDuration = SignedDuration::from_hours(24);

/// How long a gateway may ask for a decision: contract.md, `GET /route/{call_id}`.
const ROUTE_KEPT: SignedDuration = SignedDuration::from_hours(1);

/// One leg of a call, and when it began: what turns an entry's moment into a time of day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg {
    pub call: RecordId,
    /// Counted from 1.
    pub number: u32,
    pub started: Timestamp,
}

/// The highest record id so far, purged calls included.
pub(super) fn last_id(db: &Connection) -> Result<i64> {
    let last = db.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'calls'", [], |row| row.get(0));
    Ok(last.optional()?.unwrap_or(0))
}

/// Closes the calls that a death of ours left open, at the last time anything is known of them; how many.
pub(super) fn close_interrupted(db: &Connection) -> Result<usize> {
    db.execute(
        "UPDATE calls SET disposition = ?1, ended_by = ?2,
            ended = (SELECT max(l.started + coalesce((SELECT max(e.at_ms) FROM events e
                                                      WHERE e.call = l.call AND e.leg = l.number), 0))
                     FROM legs l WHERE l.call = calls.id),
            step = (SELECT json_extract(e.detail, '$.name') FROM events e
                    WHERE e.call = calls.id AND e.kind = 'step' ORDER BY e.id DESC LIMIT 1)
         WHERE ended IS NULL",
        params![Disposition::Interrupted.as_str(), crate::call::EndedBy::Us.as_str()],
    )
}

pub(super) fn begin(db: &Connection, leg: &Leg, call: &NewCall) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO calls (id, call_id, dialect, caller, called, script, started) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        leg.call.0,
        call.call_id,
        call.dialect.as_str(),
        call.caller.as_ref().map(PhoneNumber::reveal),
        call.called.as_ref().map(PhoneNumber::reveal),
        call.script,
        call.started.as_millisecond(),
    ])?;
    add_leg(db, leg)
}

/// The call goes on with a new leg. A decision made before is void: the dialplan must not be sent the same way again.
pub(super) fn resume(db: &Connection, leg: &Leg) -> Result<()> {
    db.prepare_cached(
        "UPDATE calls SET ended = NULL, disposition = NULL, target = NULL, ended_by = NULL, step = NULL, legs = ?2
         WHERE id = ?1",
    )?
    .execute(params![leg.call.0, leg.number])?;
    db.prepare_cached("DELETE FROM routes WHERE call = ?1")?.execute([leg.call.0])?;
    add_leg(db, leg)
}

fn add_leg(db: &Connection, leg: &Leg) -> Result<()> {
    db.prepare_cached("INSERT INTO legs (call, number, started) VALUES (?1, ?2, ?3)")?.execute(params![
        leg.call.0,
        leg.number,
        leg.started.as_millisecond()
    ])?;
    Ok(())
}

pub(super) fn append(db: &Connection, leg: &Leg, entry: &Entry) -> Result<()> {
    let (at_ms, detail) = (entry.at.as_millis() as i64, event::detail(&entry.what).to_string());
    db.prepare_cached("INSERT INTO events (call, leg, at_ms, kind, detail) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![leg.call.0, leg.number, at_ms, event::kind(&entry.what), detail])?;
    match &entry.what {
        What::Started { caller, called, .. } => started(db, leg, caller.as_ref(), called.as_ref()),
        What::Judged(judgement) => judged(db, leg, judgement.condition.as_str()),
        What::Ended { disposition, by, step } => ended(db, leg, at_ms, disposition, by.as_str(), step),
        _ => Ok(()),
    }
}

/// Numbers that were not known when the call began, or that its gateway did not repeat when it came back.
fn started(db: &Connection, leg: &Leg, caller: Option<&PhoneNumber>, called: Option<&PhoneNumber>) -> Result<()> {
    db.prepare_cached("UPDATE calls SET caller = coalesce(caller, ?2), called = coalesce(called, ?3) WHERE id = ?1")?
        .execute(params![leg.call.0, caller.map(PhoneNumber::reveal), called.map(PhoneNumber::reveal)])?;
    Ok(())
}

fn judged(db: &Connection, leg: &Leg, condition: &str) -> Result<()> {
    db.prepare_cached("UPDATE calls SET condition = ?2 WHERE id = ?1")?.execute(params![leg.call.0, condition])?;
    Ok(())
}

fn ended(db: &Connection, leg: &Leg, at_ms: i64, disposition: &Disposition, by: &str, step: &str) -> Result<()> {
    let target = match disposition {
        Disposition::Agent(target) => Some(target.to_string()),
        _ => None,
    };
    db.prepare_cached(
        "UPDATE calls SET ended = ?2, disposition = ?3, target = ?4, ended_by = ?5, step = ?6 WHERE id = ?1",
    )?
    .execute(params![leg.call.0, leg.started.as_millisecond() + at_ms, disposition.as_str(), target, by, step])?;
    Ok(())
}

pub(super) fn promise(db: &Connection, leg: &Leg, promise: &Promise, made: Timestamp) -> Result<()> {
    match promise {
        Promise::Callback(number) => callback(db, leg, number, made),
        Promise::Message { take, number, length } => messages::store(db, leg, *take, number.as_ref(), *length, made),
        Promise::Bar { number, time, reason } => past::bar(db, leg, number, *time, reason, made),
        Promise::Route { decision, note } => decide(db, leg, decision, note, made),
    }
}

fn callback(db: &Connection, leg: &Leg, number: &PhoneNumber, made: Timestamp) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO callbacks (call, number, created, due) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (call, number) DO UPDATE SET due = excluded.due, outcome = NULL, closed = NULL",
    )?
    .execute(params![
        leg.call.0,
        number.reveal(),
        made.as_millisecond(),
        made.as_millisecond() + CALLBACK_DUE.as_millis() as i64
    ])?;
    Ok(())
}

/// A call without a gateway's id has no row here: nobody can ask for it, and nothing is owed.
fn decide(db: &Connection, leg: &Leg, decision: &Decision, note: &str, made: Timestamp) -> Result<()> {
    db.prepare_cached("DELETE FROM routes WHERE stored < ?1")?.execute([oldest_route(made)])?;
    db.prepare_cached(
        "INSERT OR REPLACE INTO routes (call_id, call, decision, note, stored)
         SELECT call_id, id, ?2, ?3, ?4 FROM calls WHERE id = ?1 AND call_id IS NOT NULL",
    )?
    .execute(params![leg.call.0, decision.to_string(), note, made.as_millisecond()])?;
    Ok(())
}

/// What a gateway's dialplan is answered.
pub(super) fn route(db: &Connection, call_id: &str, now: Timestamp) -> Result<Route> {
    let decided: Option<(String, String)> = db
        .prepare_cached("SELECT decision, note FROM routes WHERE call_id = ?1 AND stored >= ?2")?
        .query_row(params![call_id, oldest_route(now)], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((decision, note)) = decided {
        return Ok(Decision::parse(&decision).map_or(Route::Undecided, |decision| Route::Decided { decision, note }));
    }
    let known = db
        .prepare_cached("SELECT 1 FROM calls WHERE call_id = ?1 AND (ended IS NULL OR ended >= ?2)")?
        .exists(params![call_id, oldest_route(now)])?;
    Ok(if known { Route::Undecided } else { Route::Unknown })
}

/// The newest call of this id.
pub(super) fn known(db: &Connection, call_id: &str) -> Result<Option<Known>> {
    db.prepare_cached("SELECT id, caller, legs FROM calls WHERE call_id = ?1 ORDER BY started DESC, id DESC LIMIT 1")?
        .query_row([call_id], |row| {
            let caller: Option<String> = row.get(1)?;
            Ok(Known {
                id: RecordId(row.get(0)?),
                caller: caller.as_deref().and_then(PhoneNumber::parse),
                legs: row.get(2)?,
            })
        })
        .optional()
}

pub(super) fn promises(db: &Connection, now: Timestamp) -> Result<Promises> {
    let (open, overdue) = owed(db, "callbacks", now)?;
    let (messages_open, messages_overdue) = owed(db, "messages", now)?;
    Ok(Promises { open, overdue, messages_open, messages_overdue })
}

/// How many tasks of a table are open, and how many of them overdue.
fn owed(db: &Connection, table: &str, now: Timestamp) -> Result<(usize, usize)> {
    let query = format!("SELECT count(*), count(*) FILTER (WHERE due < ?1) FROM {table} WHERE outcome IS NULL");
    let count = |row: &rusqlite::Row<'_>, column| row.get::<_, i64>(column).map(|count| count as usize);
    db.prepare_cached(&query)?.query_row([now.as_millisecond()], |row| Ok((count(row, 0)?, count(row, 1)?)))
}

fn oldest_route(now: Timestamp) -> i64 {
    now.as_millisecond() - ROUTE_KEPT.as_millis() as i64
}
