//! What a session asks of the world: records, the gateway's API, and to be let in.

use super::{
    call_task::{CallTask, Cause, Reply},
    registry::{LiveCall, Seat},
};
use crate::{
    call::{Entry, Inquiry, NoAnswer, Past, What},
    gateway::{
        Started,
        auth::{Denied, Verdict},
    },
    moment::Moment,
    records::{CallRecord, Known, NewCall, event, recording::Recorder},
    script::Target,
    session::{Admission, Effect, Promise, Sound},
};
use jiff::Timestamp;
use std::{sync::Arc, time::Duration};
use tracing::{Level, debug, error, info};

/// The longest a caller waits for his past: after that he has none. Chosen: the contract's first audio within 50 ms, less
/// what the rest of it takes; the look-up itself takes 0.1 ms.
const PATIENCE: Duration = Duration::from_millis(20);

impl CallTask {
    pub(super) fn carry_out(&mut self, effect: Effect, now: Moment) {
        match effect {
            Effect::Admit(started) => self.admit(started, now),
            Effect::Journal(entry) => self.on_journal(entry, now),
            Effect::Commit(promise) => self.commit(promise, now),
            Effect::Transfer(target) => self.transfer(target),
            Effect::Ask(inquiry) => self.ask(inquiry),
            Effect::TakeMessage { take, from } => self.take_message(take, from),
            Effect::DropMessage => drop(self.message.take().map(Recorder::discard)),
            Effect::Record(sound) => self.keep(&sound),
            Effect::Close { status, disposition, by } => {
                self.over = Some(status);
                self.ended(&disposition, by);
            }
        }
    }

    /// Decides who may come in: token, then call id, then room.
    fn admit(&mut self, started: Box<Started>, now: Moment) {
        self.started = Some(now);
        self.call_id.clone_from(&started.call_id);
        if let Err(why) = self.check_token(&started) {
            debug!(%why, "refused after the start message");
            return self.refuse(Cause::Unauthorized, now);
        }
        // Who comes back from an unanswered transfer has been promised nothing yet: there is always room to hear that.
        let room = match (started.resume, self.exchange.draining()) {
            (Some(_), _) => usize::MAX,
            (None, true) => 0,
            (None, false) => self.exchange.config.limits.max_calls,
        };
        let seat = self.place.call(self.live(&started), room);
        if seat == Seat::Taken {
            return self.refuse(Cause::Duplicate, now);
        }
        self.room = seat == Seat::Free;
        match &started.call_id {
            Some(call_id) if started.resume.is_some() => self.look_up(call_id.clone(), started),
            _ => self.recognise(started, now),
        }
    }

    fn check_token(&self, started: &Started) -> Result<(), Denied> {
        match self.admitted? {
            Verdict::Verified(_) => Ok(()),
            Verdict::NeedsStartToken => {
                self.exchange.config.auth.media.verify_start_token(started.token.as_ref()).map(drop)
            }
        }
    }

    fn live(&self, started: &Started) -> LiveCall {
        LiveCall {
            record: None,
            call_id: started.call_id.clone(),
            dialect: self.dialect,
            since: Timestamp::now(),
            seated: false,
        }
    }

    fn refuse(&mut self, cause: Cause, now: Moment) {
        self.blame(cause);
        self.session.on_admission(Admission::Refused { status: 1008 }, now);
    }

    /// A script that asks for the caller's past gets it, within a few milliseconds, or none; others are not kept waiting.
    fn recognise(&mut self, started: Box<Started>, now: Moment) {
        let number = started.caller.clone().filter(|_| self.asks_past && self.room);
        let Some(number) = number else { return self.let_in(&started, None, Past::default(), now) };
        let records = self.exchange.records.clone();
        self.replies.push(Box::pin(async move {
            Reply::Past(records.past(number, Timestamp::now(), PATIENCE).await, started)
        }));
    }

    /// A call that comes back goes on in its old record.
    fn look_up(&mut self, call_id: String, started: Box<Started>) {
        let records = self.exchange.records.clone();
        self.replies.push(Box::pin(async move {
            // Records that cannot be read now are no reason to turn the caller away: the call gets a new one.
            Reply::Found(records.find_by_call_id(&call_id).await.ok().flatten(), started)
        }));
    }

    /// Opens the record and lets the call begin.
    pub(super) fn let_in(&mut self, started: &Started, known: Option<Known>, past: Past, now: Moment) {
        let record = match &known {
            Some(known) => self.exchange.records.resume(known, self.accepted_at),
            None => self.exchange.records.begin(self.new_call(started)),
        };
        self.place.recorded(record.id());
        info!(
            record = %record.id(),
            call_id = self.call_id.as_deref().unwrap_or_default(),
            dialect = self.dialect.as_str(),
            resume = started.resume.map(|why| why.as_str()),
            room = self.room,
            "call started"
        );
        self.tape = self.tapes.then(|| self.exchange.recordings.record(&record));
        self.record = Some(record);
        let admission = if self.room {
            self.first_audio_due = true;
            Admission::Welcome { caller: known.and_then(|known| known.caller), past }
        } else {
            Admission::Busy { queue: self.exchange.config.default_queue.clone() }
        };
        self.session.on_admission(admission, now);
    }

    fn new_call(&self, started: &Started) -> NewCall {
        NewCall {
            call_id: started.call_id.clone(),
            dialect: self.dialect,
            caller: started.caller.clone(),
            called: started.called.clone(),
            script: Some(self.script.clone()),
            started: self.accepted_at,
        }
    }

    fn on_journal(&mut self, entry: Entry, now: Moment) {
        if let What::Judged(judgement) = &entry.what {
            self.condition = Some(judgement.condition);
        }
        if self.first_audio_due && matches!(entry.what, What::PromptSaid { .. }) {
            self.first_audio_due = false;
            let since = self.started.unwrap_or(now);
            self.exchange.metrics.first_audio(self.now().since(since));
        }
        self.exchange.metrics.observe(self.dialect, &entry);
        for (words, followed) in self.aftermath.observe(&entry.what) {
            self.exchange.metrics.followed(&words, followed);
        }
        self.journal(entry);
    }

    /// Appends to the call's record; a call that was never let in has none.
    pub(super) fn journal(&self, entry: Entry) {
        let Some(record) = &self.record else { return };
        if tracing::enabled!(Level::DEBUG) {
            let detail = match entry.what {
                What::Key { .. } => serde_json::Value::Null,
                ref what => event::detail(what),
            };
            debug!(record = %record.id(), at_ms = entry.at.as_millis(), kind = event::kind(&entry.what), %detail, "entry");
        }
        record.append(entry);
    }

    fn commit(&mut self, promise: Promise, now: Moment) {
        if let Promise::Message { .. } = promise {
            return self.commit_message(promise, now);
        }
        let committed = self.record.as_ref().map(|record| record.commit(promise, now));
        self.replies.push(Box::pin(async move {
            Reply::Committed(match committed {
                Some(committed) => committed.await,
                None => false,
            })
        }));
    }

    /// First the sound, then the row. In a task of its own: most callers hang up right after their last word.
    fn commit_message(&mut self, promise: Promise, now: Moment) {
        let (Some(record), Some(message)) = (self.record.clone(), self.message.take()) else {
            return self.replies.push(Box::pin(async { Reply::Committed(false) }));
        };
        let settled = message.settle(now);
        let stored = tokio::spawn(async move {
            let stored = settled.await && record.commit(promise, now).await;
            if !stored {
                error!(record = %record.id(), "a message could not be stored");
            }
            stored
        });
        self.replies.push(Box::pin(async move { Reply::Committed(stored.await.unwrap_or(false)) }));
    }

    fn take_message(&mut self, take: u32, from: Moment) {
        let recordings = &self.exchange.recordings;
        self.message = self.record.as_ref().map(|record| recordings.message(record, take, from));
    }

    fn ask(&mut self, inquiry: Box<Inquiry>) {
        let exchange = Arc::clone(&self.exchange);
        let id = inquiry.id;
        let asked = tokio::spawn(async move { exchange.outside.ask(&inquiry, &exchange.metrics).await });
        self.replies
            .push(Box::pin(async move { Reply::Answered(id, asked.await.unwrap_or(Err(NoAnswer::Unreachable))) }));
    }

    /// Asks the gateway's API in a task of its own: it must be asked to the end even where the socket ends first, as it
    /// does when Twilio takes the call away.
    fn transfer(&mut self, target: Target) {
        let exchange = Arc::clone(&self.exchange);
        let call_id = self.call_id.clone();
        let record = self.record.as_ref().map(CallRecord::id);
        let asked = tokio::spawn(async move { exchange.transfer(record, call_id.as_deref(), &target).await });
        self.replies.push(Box::pin(async move { Reply::Transferred(asked.await.unwrap_or(false)) }));
    }

    fn keep(&mut self, sound: &Sound) {
        if let Some(tape) = &mut self.tape {
            tape.keep(sound);
        }
        if let (Some(message), Sound::Caller(..)) = (&mut self.message, sound) {
            message.keep(sound);
        }
    }
}
