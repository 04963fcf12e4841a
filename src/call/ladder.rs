//! Bad lines: ladders of (say, wait), entered, climbed, left, and what stands at their ends.

use super::{
    Call, Ear, What,
    ending::Closing,
    phase::{Phase, Purpose, Rung, Spoken},
    speech::{Heard, Unanswered},
};
use crate::{
    call::Disposition,
    line::{Condition, Judgement, Sensitivity, Tone},
    moment::Moment,
    phone::Digit,
    script::{self, Ladder, Then},
};
use std::time::Duration;

/// Waits in a row that must have been judged fax or modem before the call is ended without a word. Chosen: two, ten
/// seconds in all; a fax calls every 3.5 s for longer than that, and a wrong verdict would be a rude hang-up.
const SURE_OF_FAX: u32 = 2;
/// A line is judged noisy for the second time only this long after the first (service-script.md §1: a truck passes).
const NOISE_MAY_PASS: Duration = Duration::from_secs(5);

impl Call {
    pub(super) fn ladder(&self, condition: Condition) -> Option<&Ladder> {
        self.script.line.ladders.get(&condition)
    }

    pub(super) fn rung(&self, rung: Rung) -> Option<&script::Rung> {
        self.ladder(rung.condition)?.rungs.get(rung.index)
    }

    /// A caller was heard on a bad line: the condition's ladder from its first rung. Who has been through too many
    /// of them is helped by a human being instead.
    pub(super) fn enter_ladder(&mut self, condition: Condition, now: Moment) {
        let entered = self.line.entered.entry(condition).or_default();
        *entered += 1;
        if *entered > self.script.limits.ladders {
            return self.go(self.script.words.agent, now);
        }
        self.climb(Rung { condition, index: 0, since: now, insisted: false }, now);
    }

    fn climb(&mut self, at: Rung, now: Moment) {
        let Some(rung) = self.rung(at) else { return self.ladder_ends(at.condition, now) };
        let barge_in = if at.insisted { rung.barge_in.min(script::BargeIn::Key) } else { rung.barge_in };
        let parts = vec![Spoken { prompt: rung.say.clone(), barge_in }];
        self.journal(now, What::Rung { condition: at.condition, index: at.index });
        self.say(parts, Purpose::Rung(at), now);
    }

    fn ladder_ends(&mut self, condition: Condition, now: Moment) {
        match self.ladder(condition).map(|ladder| ladder.then) {
            Some(Then::HangUp) => {
                let condition = if self.line.machine { Condition::Tone } else { condition };
                self.let_go(self.ending(Disposition::Line(condition)), now);
            }
            Some(Then::Go(step)) => self.go(step, now),
            Some(Then::Ladder(next)) => self.enter_ladder(next, now),
            None => self.go(self.script.words.agent, now),
        }
    }

    pub(super) fn recovered(&mut self, rung: &Rung, now: Moment) {
        self.journal(now, What::Recovered { condition: rung.condition, index: rung.index });
    }

    /// Speech as bad as before.
    pub(super) fn still_so(&mut self, rung: Rung, now: Moment) {
        let Some(ladder) = self.ladder(rung.condition) else { return };
        let last = rung.index + 1 >= ladder.rungs.len();
        let consents = self.rung(rung).is_some_and(|rung| rung.consent.is_some());
        if rung.condition == Condition::Noisy && !last && now.since(rung.since) < NOISE_MAY_PASS {
            return self.go_on_speaking(now);
        }
        match (last, ladder.then) {
            (false, _) => self.climb(Rung { index: rung.index + 1, ..rung }, now),
            // A closing prompt is heard to its end and its wait lasts, whoever speaks into it.
            (true, Then::HangUp) if !consents && !rung.insisted => self.climb(Rung { insisted: true, ..rung }, now),
            (true, Then::HangUp) => self.go_on_speaking(now),
            (true, _) => self.ladder_ends(rung.condition, now),
        }
    }

    /// A key on a rung: consent where it was asked for; everywhere else a key leaves the ladder and counts in its step.
    pub(super) fn key_on_rung(&mut self, digit: Digit, rung: Rung, now: Moment) {
        match self.rung(rung).and_then(|rung| rung.consent) {
            Some(consent) if consent == digit => {
                let closing = Closing::goodbye(&self.script, Disposition::Line(rung.condition));
                self.close(closing, now);
            }
            Some(_) => self.ladder_ends(rung.condition, now),
            None => {
                self.recovered(&rung, now);
                // The rung's words have been stopped: a step without a use for the key is gone on with from its own.
                if !self.press_in_step(digit, now) {
                    self.say_step_again(None, now);
                }
            }
        }
    }

    /// A rung's wait ended, and nobody has said anything in it that ended a turn.
    pub(super) fn rung_unanswered(
        &mut self,
        rung: Rung,
        last_chance: bool,
        Unanswered { judgement, heard, word }: Unanswered,
        now: Moment,
        ear: &dyn Ear,
    ) {
        let somebody = match rung.condition {
            Condition::Silent | Condition::Noise => self.line.heard,
            _ => word == Some(Condition::Clear),
        };
        let speaks_otherwise = match heard {
            Heard::Request => true,
            Heard::Bad(condition) => condition != rung.condition && !rung.insisted,
            Heard::Nobody | Heard::Word(_) => false,
        };
        if speaks_otherwise {
            return self.meant(heard, now);
        }
        if somebody {
            self.recovered(&rung, now);
            return if self.step_asks() { self.nothing_answered(now) } else { self.go(self.script.words.agent, now) };
        }
        if last_chance {
            return self.climb(rung, now);
        }
        match rung.condition {
            Condition::Silent | Condition::Noise => self.silence_goes_on(rung, &judgement, now, ear),
            _ => self.climb(Rung { index: rung.index + 1, ..rung }, now),
        }
    }

    // ── nobody there ──────────────────────────────────────────────────────────────────────────────────────────────

    /// Nobody was heard after a question, on a line where nobody was heard before.
    pub(super) fn silence(&mut self, judgement: &Judgement, now: Moment, ear: &dyn Ear) {
        let condition = self.nobody(judgement);
        let Some(ladder) = self.ladder(condition) else { return self.go(self.script.words.agent, now) };
        // Elsewhere than at the opening, the prompt just played was the ladder's first rung.
        let first = if self.line.opening == Some(self.step) { 0 } else { 1 };
        let index = first.min(ladder.rungs.len() - 1);
        self.next_rung_of_silence(Rung { condition, index, since: now, insisted: false }, judgement, now, ear);
    }

    fn silence_goes_on(&mut self, rung: Rung, judgement: &Judgement, now: Moment, ear: &dyn Ear) {
        let last = self.ladder(rung.condition).is_none_or(|ladder| rung.index + 1 >= ladder.rungs.len());
        if last {
            return self.ladder_ends(rung.condition, now);
        }
        // Silence and noise are one ladder with two last words.
        let condition = self.nobody(judgement);
        let rungs = self.ladder(condition).map_or(1, |ladder| ladder.rungs.len());
        let index = (rung.index + 1).min(rungs - 1);
        self.next_rung_of_silence(Rung { condition, index, ..rung }, judgement, now, ear);
    }

    fn nobody(&self, judgement: &Judgement) -> Condition {
        match judgement.condition {
            Condition::Noise if self.ladder(Condition::Noise).is_some() => Condition::Noise,
            _ => Condition::Silent,
        }
    }

    fn next_rung_of_silence(&mut self, mut rung: Rung, judgement: &Judgement, now: Moment, ear: &dyn Ear) {
        let Some(ladder) = self.ladder(rung.condition) else { return self.go(self.script.words.agent, now) };
        let last = ladder.rungs.len() - 1;
        let machine = judgement.kind.map(Machine::from);
        self.line.fax_windows += u32::from(matches!(machine, Some(Machine::Fax)));
        match machine {
            // The one end without words: so it takes more than one window that says so.
            Some(Machine::Fax) if self.line.fax_windows < SURE_OF_FAX => {}
            Some(Machine::Fax) => return self.let_go(self.ending(Disposition::Line(Condition::Tone)), now),
            Some(Machine::Line) => {
                self.line.machine = true;
                rung.index = last;
            }
            Some(Machine::Parked) | None => {}
        }
        if rung.index == last && self.last_chance(rung, now, ear) {
            return;
        }
        self.climb(rung, now);
    }

    /// Before anybody is told to change phones, the last seconds are judged again, more sensitively.
    fn last_chance(&mut self, rung: Rung, now: Moment, ear: &dyn Ear) -> bool {
        let Some(prompt) = self.script.line.last_chance.clone().filter(|_| !self.line.last_chance_used) else {
            return false;
        };
        let window = self.ladder(rung.condition).map_or(Duration::ZERO, |ladder| ladder.wait);
        let judgement = ear.judge(now.back(window), now, Sensitivity::LastChance);
        if !judgement.condition.has_caller() {
            return false;
        }
        self.line.last_chance_used = true;
        self.journal(now, What::Judged(judgement));
        let parts = vec![Spoken { barge_in: self.script.barge_in(&prompt), prompt }];
        self.say(parts, Purpose::LastChance(rung), now);
        true
    }
}

/// What kind of machine a tone betrays, as far as the script cares (service-script.md §1, `not_a_caller`).
enum Machine {
    /// Nobody will ever speak: the call ends without words.
    Fax,
    /// The line itself says that the call is over.
    Line,
    /// Somebody may come yet.
    Parked,
}

impl From<Tone> for Machine {
    fn from(tone: Tone) -> Self {
        match tone {
            Tone::Fax | Tone::Modem => Self::Fax,
            Tone::Busy | Tone::Congestion | Tone::Dial | Tone::Howler => Self::Line,
            Tone::Dtmf | Tone::Ringback | Tone::CallWaiting | Tone::Sit | Tone::Music => Self::Parked,
        }
    }
}

impl Call {
    /// The condition whose ladder the call is on, for the console and the live timeline.
    pub fn on_ladder(&self) -> Option<(Condition, usize)> {
        let purpose = match &self.phase {
            Phase::Speaking(speaking) => &speaking.purpose,
            Phase::Listening(listening) => &listening.purpose,
            _ => return None,
        };
        match purpose {
            Purpose::Rung(rung) | Purpose::LastChance(rung) => Some((rung.condition, rung.index)),
            Purpose::Step | Purpose::Closing(_) | Purpose::Outside | Purpose::Then(_) => None,
        }
    }
}
