//! Letting go of a call: closing words, the stored decision, the leg released.

use super::{
    Call, Command, Disposition, EndedBy, Interruption, Promise, What,
    phase::{AfterStore, Ending, Phase, Purpose, RELEASE_LIMIT, Spoken},
};
use crate::{
    agents::Decision,
    moment::Moment,
    script::{PromptId, Script, Target},
};

/// Words before an end that no step of the script has words for.
pub struct Closing {
    prompt: PromptId,
    ending: Ending,
}

impl Closing {
    /// `prompt`, and how the call comes out after it.
    pub fn new(prompt: PromptId, disposition: Disposition) -> Self {
        Self { prompt, ending: Ending { disposition, by: EndedBy::Hotline } }
    }

    /// The plain goodbye.
    pub fn goodbye(script: &Script, disposition: Disposition) -> Self {
        Self::new(script.words.goodbye.clone(), disposition)
    }
}

impl Call {
    /// Says closing words, waits, and lets go.
    pub(super) fn close(&mut self, closing: Closing, now: Moment) {
        let parts = vec![Spoken { barge_in: self.script.barge_in(&closing.prompt), prompt: closing.prompt }];
        self.say(parts, Purpose::Closing(closing.ending), now);
    }

    /// We can't go on: the caller is told so.
    pub(super) fn fail(&mut self, now: Moment) {
        let prompt = self.script.words.error.clone();
        self.close(Closing { prompt, ending: self.ending(Disposition::Failed) }, now);
    }

    /// There is no room: the gateway's queue takes the caller, or the caller is told.
    pub(super) fn turn_away(&mut self, queue: Option<String>, now: Moment) {
        self.facts.began = now;
        let ending = self.ending(Disposition::Refused);
        match queue {
            Some(queue) => {
                let decision = Decision::To(Target::Queue(queue));
                self.store(Promise::Route { decision, note: self.note(now) }, AfterStore::Release(ending), now);
            }
            None => {
                let prompt = self.script.words.busy.clone();
                self.close(Closing { prompt, ending }, now);
            }
        }
    }

    /// The closing prompt was heard and its wait is over: the decision is stored, then the leg released.
    pub(super) fn let_go(&mut self, ending: Ending, now: Moment) {
        let promise = Promise::Route { decision: Decision::End, note: self.note(now) };
        self.store(promise, AfterStore::Release(ending), now);
    }

    pub(super) fn release(&mut self, ending: Ending, now: Moment) {
        self.out.push_back(Command::Release);
        self.released(ending, now);
    }

    /// The leg is about to end by the gateway's doing.
    pub(super) fn released(&mut self, ending: Ending, now: Moment) {
        self.phase = Phase::Releasing { ending, due: now + RELEASE_LIMIT };
    }

    pub(super) fn on_gone(&mut self, by: EndedBy, now: Moment) {
        self.hush(Interruption::End, now);
        if let Phase::Releasing { .. } = self.phase {
            return self.over(now);
        }
        let message = self.hang_up_in_message(now);
        let disposition = match (by, message) {
            (_, Some(message)) => message,
            _ if self.facts.callback_promised => Disposition::Callback,
            _ if self.facts.message_left => Disposition::Message,
            (EndedBy::Network, _) => Disposition::Lost,
            (EndedBy::Us, _) => Disposition::Interrupted,
            // "The caller hangs up first": over a goodbye that is a call gone through, not one given up.
            _ if self.saying_goodbye() => Disposition::Completed,
            _ => Disposition::Abandoned,
        };
        self.phase = Phase::Releasing { ending: Ending { disposition, by }, due: now };
        self.over(now);
    }

    fn saying_goodbye(&self) -> bool {
        matches!(self.script.step(self.step).act, crate::script::Act::HangUp { .. }) && self.on_ladder().is_none()
    }

    pub(super) fn over(&mut self, now: Moment) {
        let Phase::Releasing { ending, .. } = std::mem::replace(&mut self.phase, Phase::Over) else { return };
        let Ending { disposition, by } = ending;
        let step = self.step_name().to_owned();
        self.journal(now, What::Ended { disposition: disposition.clone(), by, step });
        self.out.push_back(Command::Over { disposition, by });
    }
}
