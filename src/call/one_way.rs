//! A caller who may not hear us: short words (喂?喂?) over or after our prompts, and never an answer to them.

use super::{Call, Disposition, Promise, What, ending::Closing, phase::AfterStore};
use crate::moment::Moment;

impl Call {
    /// Asked when a question has found no answer: nobody who speaks only to be heard is let go before we have spoken.
    pub(super) fn does_not_hear_us(&self) -> bool {
        let enough = self.script.line.one_way.as_ref().map(|rule| rule.words);
        !self.line.answered && enough.is_some_and(|enough| self.line.words >= enough)
    }

    /// We call back, if we can: the promise is stored first.
    pub(super) fn one_way(&mut self, now: Moment) {
        self.journal(now, What::OneWay { words: self.line.words });
        match self.facts.caller.clone() {
            Some(number) => self.store(Promise::Callback(number), AfterStore::OneWay, now),
            None => self.say_one_way(false, now),
        }
    }

    pub(super) fn tell_one_way(&mut self, promise: Promise, stored: bool, now: Moment) {
        if let Promise::Callback(number) = promise
            && stored
        {
            self.facts.callback_promised = true;
            self.journal(now, What::CallbackStored { number });
        }
        self.say_one_way(stored, now);
    }

    fn say_one_way(&mut self, promised: bool, now: Moment) {
        let Some(rule) = self.script.line.one_way.clone() else { return self.fail(now) };
        let prompt = if promised { rule.callback } else { rule.no_number };
        self.close(Closing::new(prompt, Disposition::OneWay), now);
    }
}
