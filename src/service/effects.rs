//! What a session asks of the world: records, the gateway's API, and to be let in.

use super::{
    call_task::{CallTask, Cause, Reply},
    registry::{LiveCall, Seat},
    store::{Opening, RecordId},
};
use crate::{
    call::{Entry, What},
    gateway::{
        Started,
        auth::{Denied, Verdict},
    },
    moment::Moment,
    phone::mask_runs,
    script::Target,
    session::{Admission, Effect, Promise},
};
use std::sync::Arc;
use tracing::{Level, debug, info};

impl CallTask {
    pub(super) fn carry_out(&mut self, effect: Effect, now: Moment) {
        match effect {
            Effect::Admit(started) => self.admit(&started, now),
            Effect::Journal(entry) => self.on_journal(entry, now),
            Effect::Commit(promise) => self.commit(promise),
            Effect::Transfer(target) => self.transfer(target),
            Effect::Record(_) => {}
            Effect::Close { status, disposition, by } => {
                self.over = Some(status);
                self.ended(&disposition, by);
            }
        }
    }

    /// Decides who may come in: token, then call id, then room.
    fn admit(&mut self, started: &Started, now: Moment) {
        self.started = Some(now);
        self.call_id.clone_from(&started.call_id);
        if let Err(why) = self.check_token(started) {
            debug!(%why, "refused after the start message");
            return self.refuse(Cause::Unauthorized, now);
        }
        let record = RecordId::new();
        let room = if self.exchange.draining() { 0 } else { self.exchange.config.limits.max_calls };
        match self.place.call(self.live(&record, started), room) {
            Seat::Taken => self.refuse(Cause::Duplicate, now),
            Seat::Full => {
                self.begin(record, started);
                let queue = self.exchange.config.default_queue.clone();
                self.session.on_admission(Admission::Busy { queue }, now);
            }
            Seat::Free => {
                self.begin(record, started);
                self.first_audio_due = true;
                self.welcome(started, now);
            }
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

    fn live(&self, record: &RecordId, started: &Started) -> LiveCall {
        LiveCall {
            record: record.as_str().to_owned(),
            call_id: started.call_id.clone(),
            dialect: self.dialect,
            since: jiff::Timestamp::now(),
            seated: false,
        }
    }

    fn refuse(&mut self, cause: Cause, now: Moment) {
        self.blame(cause);
        self.session.on_admission(Admission::Refused { status: 1008 }, now);
        self.over.get_or_insert(1008);
    }

    /// Opens the call's record.
    fn begin(&mut self, record: RecordId, started: &Started) {
        info!(
            record = record.as_str(),
            call_id = started.call_id.as_deref().unwrap_or_default(),
            dialect = self.dialect.as_str(),
            resume = started.resume.map(|why| why.as_str()).unwrap_or_default(),
            "call started"
        );
        self.exchange.store.open(&record, Opening { dialect: self.dialect, started, at: jiff::Timestamp::now() });
        self.record = Some(record);
    }

    /// A call that comes back without its caller's number gets it from its record, and waits for that.
    fn welcome(&mut self, started: &Started, now: Moment) {
        let forgotten = started.call_id.clone().filter(|_| started.resume.is_some() && started.caller.is_none());
        let Some(call_id) = forgotten else {
            return self.session.on_admission(Admission::Welcome { caller: None }, now);
        };
        let exchange = Arc::clone(&self.exchange);
        self.replies.push(Box::pin(async move {
            let caller = exchange.store.caller(&call_id).await;
            Reply::Admission(Admission::Welcome { caller })
        }));
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
        self.journal(entry);
    }

    /// Appends to the call's record; a call that was never let in has none.
    pub(super) fn journal(&self, entry: Entry) {
        let Some(record) = &self.record else { return };
        if tracing::enabled!(Level::DEBUG) {
            let what = mask_runs(&format!("{:?}", entry.what));
            debug!(record = record.as_str(), at_ms = entry.at.as_millis(), what, "entry");
        }
        self.exchange.store.append(record, entry);
    }

    fn commit(&mut self, promise: Promise) {
        let Some(record) = self.record.clone() else {
            return self.replies.push(Box::pin(std::future::ready(Reply::Committed(false))));
        };
        let exchange = Arc::clone(&self.exchange);
        let call_id = self.call_id.clone();
        self.replies.push(Box::pin(async move {
            Reply::Committed(exchange.store.commit(&record, call_id.as_deref(), promise).await)
        }));
    }

    /// Asks the gateway's API in a task of its own: it must be asked to the end even where the socket ends first, as it
    /// does when Twilio takes the call away.
    fn transfer(&mut self, target: Target) {
        let exchange = Arc::clone(&self.exchange);
        let call_id = self.call_id.clone();
        let record = self.record.clone();
        let asked = tokio::spawn(async move { exchange.transfer(record.as_ref(), call_id.as_deref(), &target).await });
        self.replies.push(Box::pin(async move { Reply::Transferred(asked.await.unwrap_or(false)) }));
    }
}
