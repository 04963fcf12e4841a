//! What a caller's turn means: a request, a word, or nobody.

use super::{
    Call, Disposition, Ear, Interruption, What,
    phase::{Listening, Phase, Purpose, Spoken},
};
use crate::{
    line::{Condition, Judgement, LineEvent, Sensitivity},
    moment::Moment,
    script::{Act, BargeIn, Choice},
};
use std::time::Duration;

/// Shorter speech (喂) is no request (service-script.md §2.2).
pub const SHORTEST_REQUEST: Duration = Duration::from_millis(600);

/// Shorter speech is no word. Chosen: 喂 takes 250 ms and more; what is shorter is a click, or the first moment of our
/// own voice coming back, before it is known for an echo.
pub const SHORTEST_WORD: Duration = Duration::from_millis(200);

/// What was heard in a stretch of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Nobody.
    Nobody,
    /// A word, too short to be a request; it proves nothing bad.
    Word(Condition),
    /// A caller who can be understood, or is too short to be judged otherwise.
    Request,
    /// A caller on a bad line that the script has a ladder for.
    Bad(Condition),
}

/// What a wait held that no turn answered.
pub(super) struct Unanswered {
    /// Of all of it.
    pub(super) judgement: Judgement,
    pub(super) heard: Heard,
    /// The condition of a word too short to be a request.
    pub(super) word: Option<Condition>,
}

impl Call {
    /// What a judgement means under this script.
    pub(super) fn heard(&self, judgement: &Judgement) -> Heard {
        let condition = judgement.condition;
        match condition {
            _ if !condition.has_caller() || judgement.speech() < SHORTEST_WORD => Heard::Nobody,
            _ if judgement.speech() < SHORTEST_REQUEST => Heard::Word(condition),
            Condition::Clear => Heard::Request,
            _ if self.ladder(condition).is_none() => Heard::Request,
            _ => Heard::Bad(condition),
        }
    }

    pub(super) fn on_line(&mut self, event: LineEvent, now: Moment) {
        let began = self.hearing.take(event);
        self.hear_message(event);
        if began && self.speech_interrupts() {
            self.interrupt_by_speech(now);
        }
    }

    fn speech_interrupts(&self) -> bool {
        let Phase::Speaking(speaking) = &self.phase else { return false };
        speaking.parts.get(speaking.playing).is_some_and(|part| part.barge_in == BargeIn::Speech)
    }

    /// Speech stops the prompt; what was left of it is kept in case the speech turns out to be no request.
    fn interrupt_by_speech(&mut self, now: Moment) {
        let cut = self.hush(Interruption::Speech, now);
        let Phase::Speaking(speaking) = std::mem::replace(&mut self.phase, Phase::Fresh) else { return };
        // Said again, it is not stopped again by the same noise.
        let again = |part: Spoken| Spoken { barge_in: part.barge_in.min(BargeIn::Key), ..part };
        self.phase = Phase::Listening(Listening {
            purpose: speaking.purpose,
            begun: now,
            wait: Duration::ZERO,
            grace: false,
            disturbed: true,
            cut: Some(cut.into_iter().map(again).collect()),
            word: None,
        });
    }

    /// The caller's turn is over: the line is judged.
    pub(super) fn end_turn(&mut self, now: Moment, ear: &dyn Ear) {
        let Some(turn) = self.hearing.close_turn() else { return };
        let to = turn.paused.unwrap_or(now);
        let judgement = ear.judge(turn.onset, to, Sensitivity::Normal);
        self.journal(now, What::Speech { from: turn.onset, to });
        self.judged(&judgement, now);
        self.standing(&judgement);
        match &mut self.phase {
            Phase::Speaking(_) => self.overtalk(judgement),
            Phase::Listening(listening) => {
                listening.disturbed = true;
                self.turn_heard(judgement, now);
            }
            _ => {}
        }
    }

    pub(super) fn judged(&mut self, judgement: &Judgement, now: Moment) {
        self.journal(now, What::Judged(judgement.clone()));
        self.facts.condition = Some(judgement.condition);
    }

    /// What the turn says about the line as a whole.
    fn standing(&mut self, judgement: &Judgement) {
        match self.heard(judgement) {
            Heard::Nobody => {}
            Heard::Request => {
                self.caller_acted();
                self.line.answered = true;
                self.line.proven |= judgement.condition == Condition::Clear;
            }
            Heard::Word(_) => {
                self.caller_acted();
                self.line.words += 1;
            }
            Heard::Bad(_) => self.caller_acted(),
        }
    }

    /// Speech over a prompt that it could not stop counts when the prompt has ended, if it was an answer to it: clear,
    /// and during its last part. The line is not judged bad by it, since our own voice may be in it.
    fn overtalk(&mut self, judgement: Judgement) {
        let clear = self.heard(&judgement) == Heard::Request;
        if let Phase::Speaking(speaking) = &mut self.phase
            && clear
            && speaking.playing + 1 == speaking.parts.len()
        {
            speaking.overtalk = Some(judgement);
        }
    }

    /// A turn in our silence has been judged.
    pub(super) fn turn_heard(&mut self, judgement: Judgement, now: Moment) {
        self.meant(self.heard(&judgement), now);
    }

    /// What was heard in our silence is acted upon.
    pub(super) fn meant(&mut self, heard: Heard, now: Moment) {
        let Phase::Listening(listening) = &mut self.phase else { return };
        let purpose = listening.purpose.clone();
        match heard {
            Heard::Nobody => self.go_on_speaking(now),
            Heard::Word(condition) => {
                listening.word = Some(condition);
                self.go_on_speaking(now);
            }
            Heard::Request => self.request(&purpose, now),
            Heard::Bad(condition) => self.bad_line(condition, &purpose, now),
        }
    }

    /// "The prompt goes on": what speech had cut short is said again; a plain wait just lasts.
    pub(super) fn go_on_speaking(&mut self, now: Moment) {
        let Phase::Listening(listening) = &mut self.phase else { return };
        if let Some(parts) = listening.cut.take() {
            let purpose = listening.purpose.clone();
            self.say(parts, purpose, now);
        }
    }

    /// A caller who can be understood has said something.
    fn request(&mut self, purpose: &Purpose, now: Moment) {
        match purpose {
            Purpose::Step | Purpose::Outside | Purpose::Then(_) => {}
            Purpose::Rung(rung) | Purpose::LastChance(rung) => self.recovered(rung, now),
            // Who answers hears us after all.
            Purpose::Closing(ending) if ending.disposition == Disposition::OneWay => {
                return self.go(self.script.words.agent, now);
            }
            Purpose::Closing(_) => return self.go_on_speaking(now),
        }
        let script = self.script.clone();
        match &script.step(self.step).act {
            Act::Ask(ask) => match ask.speech {
                Some(step) => self.go(step, now),
                // Speech is no answer here: after a ladder the question is asked again, else it waits on.
                None if *purpose == Purpose::Step => self.go_on_speaking(now),
                None => self.say_step_again(None, now),
            },
            Act::HangUp { speech: Some(step), .. } if !self.line.revived => {
                self.line.revived = true;
                self.go(*step, now);
            }
            Act::HangUp { .. } => self.go_on_speaking(now),
            _ => self.go(script.words.agent, now),
        }
    }

    /// A caller speaks on a line that is bad.
    fn bad_line(&mut self, condition: Condition, purpose: &Purpose, now: Moment) {
        match purpose {
            Purpose::Closing(_) | Purpose::Outside | Purpose::Then(_) => self.go_on_speaking(now),
            Purpose::Rung(rung) | Purpose::LastChance(rung) if rung.condition == condition => {
                self.still_so(*rung, now);
            }
            // Whoever speaks up at the goodbye is asked what else there is, however bad the line.
            Purpose::Step if matches!(self.script.step(self.step).act, Act::HangUp { .. }) => {
                self.request(purpose, now);
            }
            Purpose::Step | Purpose::Rung(_) | Purpose::LastChance(_) => self.enter_ladder(condition, now),
        }
    }

    /// A wait has ended in silence, or what is taken for it.
    pub(super) fn end_wait(&mut self, now: Moment, ear: &dyn Ear) {
        let Phase::Listening(listening) = &self.phase else { return };
        let (begun, planned, purpose) = (listening.begun, listening.planned(), listening.purpose.clone());
        let (wait, word) = (listening.wait, listening.word);
        let late = (!listening.grace && !listening.disturbed).then(|| now.since(planned));
        if listening.cut.is_some() {
            return self.go_on_speaking(now);
        }
        self.journal(now, What::Waited { planned: wait, late });
        let judgement = ear.judge(begun, now, Sensitivity::Normal);
        let heard = match self.heard(&judgement) {
            // Over a whole wait, "somebody speaks under all this noise" stands, however little of it could be made out:
            // to be asked to repeat is kinder than to be taken for nobody.
            Heard::Word(Condition::Noisy) | Heard::Nobody if judgement.condition == Condition::Noisy => {
                Heard::Bad(Condition::Noisy)
            }
            heard => heard,
        };
        self.judged(&judgement, now);
        // A word too short to have been noticed while it was said is no sign of a caller.
        if matches!(heard, Heard::Request | Heard::Bad(_)) {
            self.standing(&judgement);
        }
        match purpose {
            Purpose::Closing(ending) => self.let_go(ending, now),
            Purpose::Step => self.step_unanswered(judgement, heard, now, ear),
            Purpose::Outside => self.wait_said(now, now),
            Purpose::Then(step) => self.go(step, now),
            Purpose::Rung(rung) | Purpose::LastChance(rung) => {
                let last_chance = matches!(purpose, Purpose::LastChance(_));
                self.rung_unanswered(rung, last_chance, Unanswered { judgement, heard, word }, now, ear);
            }
        }
    }

    fn step_unanswered(&mut self, judgement: Judgement, heard: Heard, now: Moment, ear: &dyn Ear) {
        let script = self.script.clone();
        match (&script.step(self.step).act, heard) {
            (Act::HangUp { .. }, _) => self.let_go(self.ending(self.closing_disposition()), now),
            // Speech that raised no event while it lasted, yet is there when the whole wait is looked at.
            (Act::Ask(ask), Heard::Request | Heard::Bad(_)) if ask.speech.is_some() => self.meant(heard, now),
            (Act::Ask(ask), _) => match ask.no_input {
                Some(step) => self.no_answer(ask, step, now),
                None if self.line.proven || self.line.heard => self.nothing_answered(now),
                None => self.silence(&judgement, now, ear),
            },
            _ => self.go(script.words.agent, now),
        }
    }

    /// No answer on a line that is known to carry speech or keys: the hint, the question again, then an agent.
    pub(super) fn nothing_answered(&mut self, now: Moment) {
        if self.does_not_hear_us() {
            return self.one_way(now);
        }
        let script = self.script.clone();
        match &script.step(self.step).act {
            Act::Ask(ask) => self.no_answer_as_limited(ask, now),
            _ => self.go(script.words.agent, now),
        }
    }

    /// Whether the step the call is in offers keys or hears speech.
    pub(super) fn step_asks(&self) -> bool {
        match &self.script.step(self.step).act {
            Act::Ask(ask) => ask.speech.is_some() || ask.keys.values().any(|choice| matches!(choice, Choice::Go(_))),
            _ => false,
        }
    }
}
