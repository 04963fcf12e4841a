//! Asking a service outside: the call waits, the caller hears that we are at it, and without an answer the script goes on
//! all the same.

use super::{
    Call, Command, Inquiry, InquiryId, Interruption, NoAnswer, Values, What,
    phase::{Phase, Purpose, Spoken},
    variables::Value,
};
use crate::{
    moment::Moment,
    phone::Digit,
    script::{
        Act, BargeIn,
        outside::{CALLER, Http},
    },
};
use std::{sync::Arc, time::Duration};

/// How long a caller waits for an answer in silence before we say that we are at it. Chosen: a second is a pause, more is
/// a dead line.
const SILENCE: Duration = Duration::from_secs(1);
/// How long after these words they are said again. Chosen: the standard wait.
const SILENCE_AGAIN: Duration = Duration::from_secs(5);
/// What an answer may take on top of its own time limits before it is given up here. Chosen: whoever carries it keeps
/// the limits; this is for when it is lost.
const LOST: Duration = Duration::from_millis(500);

/// A question on its way.
#[derive(Debug)]
pub struct Asking {
    id: InquiryId,
    http: Arc<Http>,
    since: Moment,
    due: Moment,
    /// What came while words were being said, which are heard to their end.
    answer: Option<Result<Values, NoAnswer>>,
}

impl Call {
    pub(super) fn ask_outside(&mut self, http: Arc<Http>, now: Moment) {
        let id = InquiryId(self.next_inquiry.0 + 1);
        self.next_inquiry = id;
        let inquiry = Inquiry::new(id, http.clone(), |name| self.variable(name));
        let due = now + inquiry.patience() + LOST;
        self.out.push_back(Command::Ask(Box::new(inquiry)));
        self.asking = Some(Asking { id, http, since: now, due, answer: None });
        self.phase = Phase::Asking { words: now + SILENCE, due };
    }

    /// What a variable holds; empty where it holds nothing.
    fn variable(&self, name: &str) -> String {
        let facts = &self.facts;
        if name == CALLER {
            return facts.caller.as_ref().map_or_else(String::new, |number| number.reveal().to_owned());
        }
        facts.variables.get(name).map(|value| value.text().into_owned()).unwrap_or_default()
    }

    /// The caller has waited in silence for long enough.
    pub(super) fn say_wait(&mut self, now: Moment) {
        let Some(asking) = &self.asking else { return };
        // Heard to its end: it is short, and what comes after it is worth waiting for.
        let part = Spoken { prompt: asking.http.wait_prompt.clone(), barge_in: BargeIn::None };
        self.say(vec![part], Purpose::Outside, now);
    }

    /// The words were heard.
    pub(super) fn wait_said(&mut self, begun: Moment, now: Moment) {
        let Some(asking) = &mut self.asking else { return };
        match asking.answer.take() {
            Some(answer) => self.answered(answer, now),
            None => self.phase = Phase::Asking { words: begun + SILENCE_AGAIN, due: asking.due },
        }
    }

    pub(super) fn on_answer(&mut self, id: InquiryId, answer: Result<Values, NoAnswer>, now: Moment) {
        let Some(asking) = self.asking.as_mut().filter(|asking| asking.id == id) else { return };
        match self.phase {
            Phase::Asking { .. } => self.answered(answer, now),
            _ => asking.answer = Some(answer),
        }
    }

    pub(super) fn answer_overdue(&mut self, now: Moment) {
        self.answered(Err(NoAnswer::Timeout), now);
    }

    fn answered(&mut self, answer: Result<Values, NoAnswer>, now: Moment) {
        let Some(Asking { http, since, .. }) = self.asking.take() else { return };
        self.journal(now, What::Asked { took: now.since(since), failed: answer.as_ref().err().copied() });
        match answer {
            Ok(values) => {
                self.keep(values);
                self.go(http.next, now);
            }
            Err(_) => self.go(http.failed, now),
        }
    }

    /// What an answer gave.
    fn keep(&mut self, values: Values) {
        let values = values.0.into_iter().map(|(name, text)| (name, Value::Text(text.into())));
        self.facts.variables.extend(values);
    }

    /// A key while an answer is waited for: 0 leads to a human being, as everywhere.
    pub(super) fn key_while_asking(&mut self, digit: Digit, now: Moment) {
        if digit.as_char() == '0' {
            self.hush(Interruption::Key, now);
            self.asking = None;
            self.go(self.script.words.agent, now);
        }
    }

    /// Bars the caller's number, where it is known.
    pub(super) fn bar(&mut self, now: Moment) {
        let script = self.script.clone();
        let Act::Bar { bar, next } = &script.step(self.step).act else { return };
        match self.facts.caller.clone() {
            Some(number) => {
                let promise = super::Promise::Bar { number, time: bar.time, reason: bar.reason.clone() };
                self.store(promise, super::phase::AfterStore::Go(*next), now);
            }
            None => self.go(*next, now),
        }
    }
}
