//! Walking the script: steps, announcements, keys and digits.

use super::{
    Call, Command, HandsOver, Interruption, Promise, UtteranceId, What,
    ending::Closing,
    phase::{AfterStore, Keying, Listening, Phase, Purpose, STORE_LIMIT, Speaking, Spoken, Storing, TRANSFER_LIMIT},
    variables::Value,
};
use crate::{
    agents::Decision,
    gateway::Resume,
    moment::Moment,
    phone::{Digit, PhoneNumber},
    script::{Act, Ask, BargeIn, Choice, Collect, NumberSource, Part, PromptId, Saying, StepId, Target},
};
use std::time::Duration;

/// Keys told to the agent: chosen, what fits on a screen's line.
const MOST_KEYS: usize = 32;

impl Call {
    pub(super) fn begin(&mut self, caller: Option<PhoneNumber>, resume: Option<Resume>, now: Moment) {
        self.facts.caller = caller;
        self.facts.began = now;
        // Who comes back has been through here before: there is a caller, whatever the line is like now.
        self.line.proven = resume.is_some();
        match resume {
            None => self.go(self.script.start, now),
            Some(Resume::Completed) => match self.script.after_agent {
                Some(step) => self.go(step, now),
                None => self.close(Closing::goodbye(&self.script, self.closing_disposition()), now),
            },
            Some(Resume::NoAnswer | Resume::Busy | Resume::Failed) => self.go(self.script.transfer_failed, now),
        }
    }

    /// Enters a step.
    pub(super) fn go(&mut self, step: StepId, now: Moment) {
        self.tally.hops += 1;
        if self.tally.hops > super::MOST_HOPS {
            return self.fail(now);
        }
        self.step = step;
        self.asking = None;
        (self.tally.tries, self.tally.unanswered) = (0, 0);
        let script = self.script.clone();
        let entered = script.step(step);
        self.journal(now, What::Step { name: entered.name.clone() });
        if matches!(entered.act, Act::Ask(_)) || !entered.say.is_empty() {
            self.line.opening.get_or_insert(step);
        }
        match &entered.act {
            Act::Callback { number, failed, .. } => self.promise_callback(number, *failed, now),
            _ => self.say_step(now),
        }
    }

    fn say_step(&mut self, now: Moment) {
        let script = self.script.clone();
        let step = script.step(self.step);
        let mut parts = self.spoken(&step.say, now);
        if matches!(step.act, Act::Handover { .. }) {
            // The announcement is heard to its end: the decision is made.
            parts.iter_mut().for_each(|part| part.barge_in = BargeIn::None);
        }
        let parts = self.with_beep(parts);
        self.say(parts, Purpose::Step, now);
    }

    /// Says the step again, less what could not be interrupted and the greeting: those have been heard.
    pub(super) fn say_step_again(&mut self, first: Option<PromptId>, now: Moment) {
        let script = self.script.clone();
        let again: Vec<Saying> = script
            .step(self.step)
            .say
            .iter()
            .filter(|saying| saying.part != Part::Greeting && saying.barge_in != BargeIn::None)
            .cloned()
            .collect();
        let mut parts: Vec<Spoken> =
            first.map(|prompt| Spoken { barge_in: script.barge_in(&prompt), prompt }).into_iter().collect();
        parts.extend(self.spoken(&again, now));
        let parts = self.with_beep(parts);
        self.say(parts, Purpose::Step, now);
    }

    /// Starts an utterance; an empty one is over at once.
    pub(super) fn say(&mut self, parts: Vec<Spoken>, purpose: Purpose, now: Moment) {
        self.hearing.close_turn();
        if parts.is_empty() {
            return self.said(purpose, None, now);
        }
        let id = UtteranceId(self.next_utterance.0 + 1);
        self.next_utterance = id;
        self.words_cut = false;
        let prompts = parts.iter().map(|part| part.prompt.clone()).collect();
        self.out.push_back(Command::Say { utterance: id, locale: self.locale.clone(), prompts });
        self.journal(now, What::PromptSaid { prompt: parts[0].prompt.clone() });
        self.phase =
            Phase::Speaking(Speaking { id, parts, playing: 0, since: now, purpose, key: None, overtalk: None });
    }

    pub(super) fn on_played(&mut self, id: UtteranceId, index: usize, at: Moment, now: Moment) {
        let Phase::Speaking(speaking) = &mut self.phase else { return };
        if speaking.id != id || speaking.playing != index {
            return;
        }
        let finished = speaking.parts[index].prompt.clone();
        speaking.playing += 1;
        speaking.since = at;
        let next = speaking.parts.get(index + 1).cloned();
        let held_key = match &next {
            Some(part) if part.barge_in == BargeIn::None => None,
            _ => speaking.key.take(),
        };
        self.journal(at, What::PromptFinished { prompt: finished });
        match next {
            Some(part) => {
                self.journal(at, What::PromptSaid { prompt: part.prompt });
                if let Some(key) = held_key {
                    self.press(key, now);
                }
            }
            None => self.utterance_over(held_key, at, now),
        }
    }

    /// The last sample was heard. A turn that began over the prompt is heard out in the silence that follows.
    fn utterance_over(&mut self, key: Option<Digit>, at: Moment, now: Moment) {
        let Phase::Speaking(speaking) = std::mem::replace(&mut self.phase, Phase::Fresh) else { return };
        self.said(speaking.purpose, Some(at), now);
        match (key, speaking.overtalk) {
            (Some(key), _) => self.press(key, now),
            (None, Some(judgement)) => self.turn_heard(judgement, now),
            (None, None) => {}
        }
    }

    /// Everything was said, its last sample at `at` (none: there was nothing to say); what now?
    fn said(&mut self, purpose: Purpose, at: Option<Moment>, now: Moment) {
        let begun = at.unwrap_or(now);
        let wait = match &purpose {
            Purpose::Step => return self.act(begun, now),
            Purpose::Outside => return self.wait_said(begun, now),
            Purpose::Then(step) => return self.go(*step, now),
            Purpose::Rung(rung) => self.rung(*rung).map_or(self.script.words.wait, |rung| rung.wait),
            Purpose::LastChance(rung) => {
                self.ladder(rung.condition).map_or(self.script.words.wait, |ladder| ladder.wait)
            }
            Purpose::Closing(_) => self.script.words.wait,
        };
        self.listen(purpose, begun, wait);
    }

    pub(super) fn listen(&mut self, purpose: Purpose, begun: Moment, wait: Duration) {
        self.journal(begun, What::Waiting { planned: wait });
        self.phase =
            Phase::Listening(Listening { purpose, begun, wait, grace: false, disturbed: false, cut: None, word: None });
    }

    fn act(&mut self, begun: Moment, now: Moment) {
        let script = self.script.clone();
        match &script.step(self.step).act {
            Act::Ask(ask) => self.listen(Purpose::Step, begun, ask.wait),
            // A key skipped the farewell of the steps before: the step says one as if it stood in it.
            Act::HangUp { .. } if self.words_cut => {
                let prompt = script.words.goodbye.clone();
                self.say(vec![Spoken { barge_in: script.barge_in(&prompt), prompt }], Purpose::Step, now);
            }
            Act::HangUp { wait, .. } => self.listen(Purpose::Step, begun, *wait),
            Act::Callback { next, .. } => self.go(*next, now),
            Act::Collect(collect) => {
                self.phase = Phase::Keying(Keying { digits: String::new(), due: begun + collect.first });
            }
            Act::Message(message) => self.take_message(message, begun),
            Act::Http(http) => self.ask_outside(http.clone(), now),
            Act::Bar { .. } => self.bar(now),
            Act::Handover { target } => self.hand_over(target.clone(), now),
            act => self.go_on(act, now),
        }
    }

    // ── keys ──────────────────────────────────────────────────────────────────────────────────────────────────────

    pub(super) fn on_key(&mut self, digit: Digit, now: Moment) {
        // Where no key is asked for, whoever keys may already be at his number.
        let secret = !matches!(self.script.step(self.step).act, Act::Ask(_));
        self.journal(now, What::Key { digit: (!secret).then_some(digit) });
        self.caller_acted();
        self.line.proven = true;
        self.line.answered = true;
        if !secret && self.facts.keys.len() < MOST_KEYS {
            self.facts.keys.push(digit.as_char());
        }
        match &mut self.phase {
            Phase::Speaking(speaking) => {
                let held = speaking.parts.get(speaking.playing).is_some_and(|part| part.barge_in == BargeIn::None);
                if held {
                    speaking.key = Some(digit);
                } else {
                    self.press(digit, now);
                }
            }
            Phase::Listening(_) => self.press(digit, now),
            Phase::Keying(_) => self.keyed(digit, now),
            Phase::Taking(_) => self.key_in_message(digit, now),
            Phase::Asking { .. } => self.key_while_asking(digit, now),
            _ => {}
        }
    }

    /// A key that counts now. What has no use for it goes on undisturbed.
    fn press(&mut self, digit: Digit, now: Moment) {
        let purpose = match &self.phase {
            Phase::Speaking(speaking) => speaking.purpose.clone(),
            Phase::Listening(listening) => listening.purpose.clone(),
            _ => Purpose::Step,
        };
        match purpose {
            Purpose::Closing(_) | Purpose::Then(_) => {}
            Purpose::Outside => self.key_while_asking(digit, now),
            Purpose::Rung(rung) | Purpose::LastChance(rung) => {
                self.hush(Interruption::Key, now);
                self.hearing.close_turn();
                self.key_on_rung(digit, rung, now);
            }
            // Over the step's own words: without a use for the key they go on.
            Purpose::Step => {
                let _ = self.press_in_step(digit, now);
            }
        }
    }

    /// Whether the step has a use for the key; where it has none, nothing has changed.
    #[must_use = "a call whose words were stopped for the key must go on"]
    pub(super) fn press_in_step(&mut self, digit: Digit, now: Moment) -> bool {
        let script = self.script.clone();
        match &script.step(self.step).act {
            Act::Ask(ask) => {
                self.hush(Interruption::Key, now);
                self.hearing.close_turn();
                self.answer_by_key(ask, digit, now);
            }
            Act::Collect(_) => {
                self.hush(Interruption::Key, now);
                self.phase = Phase::Keying(Keying { digits: String::new(), due: now });
                self.keyed(digit, now);
            }
            Act::Message(_) => self.key_before_message(digit, now),
            act if act.goes_on_at_once() => {
                self.hush(Interruption::Key, now);
                self.act(now, now);
                self.press(digit, now);
            }
            Act::HangUp { .. } | Act::Http(_) | Act::Bar { .. } if digit.as_char() == '0' => {
                self.hush(Interruption::Key, now);
                self.go(script.words.agent, now);
            }
            _ => return false,
        }
        true
    }

    fn answer_by_key(&mut self, ask: &Ask, digit: Digit, now: Moment) {
        let script = self.script.clone();
        match ask.keys.get(&digit) {
            Some(Choice::Go(step)) => {
                if let Some(variable) = &ask.save {
                    self.facts.variables.insert(variable.clone(), Value::Key(digit));
                }
                self.tally = super::Tally::default();
                self.go(*step, now);
            }
            Some(Choice::Louder) => {
                self.journal(now, What::Louder);
                self.out.push_back(Command::Louder);
                self.say_step_again(Some(script.words.louder.clone()), now);
            }
            Some(Choice::Repeat) => {
                self.tally.repeats += 1;
                match self.tally.repeats > script.limits.repeats {
                    true => self.escalate(ask, now),
                    false => self.say_step_again(None, now),
                }
            }
            None if digit.as_char() == '0' => self.go(script.words.agent, now),
            None => self.wrong_key(ask, now),
        }
    }

    // ── digits ────────────────────────────────────────────────────────────────────────────────────────────────────

    fn keyed(&mut self, digit: Digit, now: Moment) {
        let script = self.script.clone();
        let Act::Collect(collect) = &script.step(self.step).act else { return };
        let Phase::Keying(keying) = &mut self.phase else { return };
        if Some(digit) == collect.end {
            return self.digits_complete(collect, now);
        }
        keying.digits.push(digit.as_char());
        keying.due = now + collect.between;
        if keying.digits.len() >= *collect.length.end() {
            self.digits_complete(collect, now);
        }
    }

    pub(super) fn digits_due(&mut self, now: Moment) {
        let script = self.script.clone();
        if let Act::Collect(collect) = &script.step(self.step).act {
            self.digits_complete(collect, now);
        }
    }

    fn digits_complete(&mut self, collect: &Collect, now: Moment) {
        let Phase::Keying(keying) = std::mem::replace(&mut self.phase, Phase::Fresh) else { return };
        let number = PhoneNumber::parse(&keying.digits).filter(|_| collect.length.contains(&keying.digits.len()));
        if let Some(number) = number {
            self.facts.variables.insert(collect.into.clone(), Value::Number(number));
            return self.go(collect.next, now);
        }
        self.tally.tries += 1;
        match self.tally.tries >= collect.tries {
            true => self.go(collect.give_up, now),
            false => self.say_step_again(collect.invalid.clone().filter(|_| !keying.digits.is_empty()), now),
        }
    }

    // ── promises and hand-over ────────────────────────────────────────────────────────────────────────────────────

    fn promise_callback(&mut self, number: &NumberSource, failed: StepId, now: Moment) {
        let number = match number {
            NumberSource::Caller => self.facts.caller.clone(),
            NumberSource::Variable(name) => self.facts.variables.get(name).and_then(Value::number),
        };
        match number {
            Some(number) => self.store(Promise::Callback(number), AfterStore::Announce, now),
            None => self.go(failed, now),
        }
    }

    fn hand_over(&mut self, target: Target, now: Moment) {
        self.journal(now, What::Handover { target: target.clone() });
        let promise = Promise::Route { decision: Decision::To(target.clone()), note: self.note(now) };
        self.store(promise, AfterStore::HandOver(target), now);
    }

    pub(super) fn store(&mut self, promise: Promise, then: AfterStore, now: Moment) {
        self.out.push_back(Command::Commit(promise.clone()));
        self.phase = Phase::Storing(Storing { promise, due: now + STORE_LIMIT, then });
    }

    pub(super) fn on_committed(&mut self, stored: bool, now: Moment) {
        let Phase::Storing(storing) = std::mem::replace(&mut self.phase, Phase::Fresh) else { return };
        if !stored {
            self.journal(now, What::StoreFailed);
        }
        match storing.then {
            AfterStore::OneWay => self.tell_one_way(storing.promise, stored, now),
            AfterStore::Thank => self.message_stored(stored, now),
            AfterStore::Go(step) => {
                if stored {
                    self.journal(now, What::Barred);
                }
                self.go(step, now);
            }
            AfterStore::Announce => self.callback_stored(storing.promise, stored, now),
            // Without a stored decision the dialplan takes its default, which is a human being too.
            AfterStore::HandOver(target) if self.hands_over == HandsOver::ByApi => {
                self.out.push_back(Command::Transfer(target.clone()));
                self.phase = Phase::Transferring { target, due: now + TRANSFER_LIMIT };
            }
            AfterStore::HandOver(target) => self.release(self.ending(super::Disposition::Agent(target)), now),
            AfterStore::Release(ending) => self.release(ending, now),
        }
    }

    fn callback_stored(&mut self, promise: Promise, stored: bool, now: Moment) {
        let script = self.script.clone();
        let Act::Callback { failed, .. } = &script.step(self.step).act else { return };
        match promise {
            Promise::Callback(number) if stored => {
                self.facts.callback_promised = true;
                self.journal(now, What::CallbackStored { number });
                self.say_step(now);
            }
            _ => {
                self.facts.store_failed = true;
                self.go(*failed, now);
            }
        }
    }

    pub(super) fn on_transferred(&mut self, accepted: bool, now: Moment) {
        let Phase::Transferring { target, .. } = std::mem::replace(&mut self.phase, Phase::Fresh) else { return };
        if accepted {
            return self.released(self.ending(super::Disposition::Agent(target)), now);
        }
        self.journal(now, What::HandoverFailed);
        self.go(self.script.transfer_failed, now);
    }

    /// Stops what is being said, if anything is; what was not heard of it.
    /// It is not said any more, so it cannot be stopped twice.
    pub(super) fn hush(&mut self, by: Interruption, now: Moment) -> Vec<Spoken> {
        let Phase::Speaking(speaking) = &mut self.phase else { return Vec::new() };
        let heard = speaking.playing.min(speaking.parts.len());
        let cut = std::mem::take(&mut speaking.parts).split_off(heard);
        if let Some(part) = cut.first() {
            let what = What::PromptInterrupted { prompt: part.prompt.clone(), by, heard: now.since(speaking.since) };
            self.journal(now, what);
            self.out.push_back(Command::Hush);
            self.words_cut = true;
        }
        cut
    }
}
