//! Taking a message: the beep, the caller's words until a key, a pause or the end of the tape, then thanks, and those
//! only when the message is stored.

use super::{
    Call, Command, Disposition, Interruption, Promise, What,
    hearing::GRACE,
    phase::{AfterStore, Phase, Purpose, Spoken, Storing},
    speech::SHORTEST_REQUEST,
};
use crate::{
    line::LineEvent,
    moment::Moment,
    phone::Digit,
    script::{Act, BargeIn, PromptId, outside::Message},
};
use std::time::Duration;

/// Time to begin to speak, at least: chosen, as for the first digit; who looks for words has not gone away.
const FIRST_WORD: Duration = Duration::from_secs(8);
/// A message that its caller ended by the key is kept from this length on, whatever was heard in it. Chosen: a voice that
/// our ear does not make out may be made out by a human being.
const MEANT: Duration = Duration::from_secs(2);
/// How often it is asked for a message: once more, and that is all (issue text: "ask once more, then go on").
const TRIES: u32 = 2;
/// The recording of this name is the beep.
const BEEP: &str = "beep";

/// Why a message came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageEnd {
    /// The key.
    Key,
    /// A pause.
    Pause,
    /// The end of the tape.
    Longest,
    /// The caller hung up, as most do.
    HangUp,
}

impl MessageEnd {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Key, Self::Pause, Self::Longest, Self::HangUp];

    /// The word for records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Pause => "pause",
            Self::Longest => "longest",
            Self::HangUp => "hang_up",
        }
    }
}

/// A message being spoken.
#[derive(Debug)]
pub struct Taking {
    /// The beep's end.
    began: Moment,
    /// The end that nothing pushes.
    limit: Moment,
    quiet: Duration,
    words: Words,
    /// Speech heard before the stretch under way.
    spoken: Duration,
    grace: bool,
}

#[derive(Clone, Copy, Debug)]
enum Words {
    None,
    Since(Moment),
    Until(Moment),
}

impl Taking {
    fn new(message: &Message, began: Moment) -> Self {
        let (limit, quiet) = (began + message.longest, message.quiet);
        Self { began, limit, quiet, words: Words::None, spoken: Duration::ZERO, grace: false }
    }

    /// Takes what the listener says; a stretch of speech that has just ended.
    fn hear(&mut self, event: LineEvent) -> Option<(Moment, Moment)> {
        match (event, self.words) {
            (LineEvent::SpeechStarted { onset }, Words::None | Words::Until(_)) => {
                self.words = Words::Since(onset.max(self.began));
                self.grace = false;
            }
            (LineEvent::SpeechEnded { at }, Words::Since(onset)) => {
                self.spoken += at.since(onset);
                self.words = Words::Until(at);
                return Some((onset, at));
            }
            _ => {}
        }
        None
    }

    /// When the pause is long enough; `None` while somebody speaks.
    fn pause_ends(&self) -> Option<Moment> {
        let grace = if self.grace { GRACE } else { Duration::ZERO };
        match self.words {
            Words::None => Some(self.began + self.quiet.max(FIRST_WORD) + grace),
            Words::Since(_) => None,
            Words::Until(at) => Some(at + self.quiet + grace),
        }
    }

    /// When it is over if nothing more is heard.
    pub fn ends(&self) -> Moment {
        self.pause_ends().map_or(self.limit, |pause| pause.min(self.limit))
    }

    fn spoken(&self, now: Moment) -> Duration {
        match self.words {
            Words::Since(onset) => self.spoken + now.since(onset),
            Words::None | Words::Until(_) => self.spoken,
        }
    }
}

impl Call {
    /// The words that ask for a message, and the beep, which nothing cuts short.
    pub(super) fn with_beep(&self, mut parts: Vec<Spoken>) -> Vec<Spoken> {
        if let Act::Message(Message { beep: true, .. }) = self.script.step(self.step).act {
            parts.push(Spoken { prompt: PromptId::new(BEEP), barge_in: BargeIn::None });
        }
        parts
    }

    /// The tape runs.
    pub(super) fn take_message(&mut self, message: &Message, begun: Moment) {
        // Who speaks into the beep goes on speaking.
        let speaks = self.hearing.close_turn().is_some_and(|turn| turn.paused.is_none());
        self.takes += 1;
        self.out.push_back(Command::TakeMessage { take: self.takes, from: begun });
        let mut taking = Taking::new(message, begun);
        if speaks {
            taking.words = Words::Since(begun);
        }
        self.phase = Phase::Taking(taking);
    }

    /// A key over the words before the beep: the end key and any other lead straight to it, 0 to a human being.
    pub(super) fn key_before_message(&mut self, digit: Digit, now: Moment) {
        self.hush(Interruption::Key, now);
        match digit.as_char() {
            '0' => self.go(self.script.words.agent, now),
            _ => self.say(self.with_beep(Vec::new()), Purpose::Step, now),
        }
    }

    /// A key while the tape runs. Before anything was said, 0 still leads to a human being.
    pub(super) fn key_in_message(&mut self, digit: Digit, now: Moment) {
        let script = self.script.clone();
        let Act::Message(message) = &script.step(self.step).act else { return };
        let Phase::Taking(taking) = &self.phase else { return };
        if message.end == Some(digit) {
            self.message_over(MessageEnd::Key, now);
        } else if digit.as_char() == '0' && taking.spoken(now) < SHORTEST_REQUEST {
            self.out.push_back(Command::DropMessage);
            self.go(script.words.agent, now);
        }
    }

    pub(super) fn hear_message(&mut self, event: LineEvent) {
        let Phase::Taking(taking) = &mut self.phase else { return };
        if let Some((from, to)) = taking.hear(event) {
            self.journal(to, What::Speech { from, to });
        }
    }

    /// The pause, or the tape, has come to its end.
    pub(super) fn message_due(&mut self, now: Moment) {
        let sound = self.hearing.sound_just_before(now);
        let Phase::Taking(taking) = &mut self.phase else { return };
        let by = if now >= taking.limit { MessageEnd::Longest } else { MessageEnd::Pause };
        match by == MessageEnd::Pause && sound && !taking.grace {
            true => taking.grace = true,
            false => self.message_over(by, now),
        }
    }

    fn message_over(&mut self, by: MessageEnd, now: Moment) {
        let script = self.script.clone();
        let Act::Message(message) = &script.step(self.step).act else { return };
        match self.message_taken(by, now) {
            Some(promise) => self.store(promise, AfterStore::Thank, now),
            None => {
                self.out.push_back(Command::DropMessage);
                self.tally.tries += 1;
                match self.tally.tries >= TRIES {
                    true => self.go(message.empty, now),
                    false => self.say_step_again(None, now),
                }
            }
        }
    }

    /// The promise that a message makes; none where nothing was said in it.
    fn message_taken(&mut self, by: MessageEnd, now: Moment) -> Option<Promise> {
        let Phase::Taking(taking) = &self.phase else { return None };
        let (length, spoken) = (now.since(taking.began), taking.spoken(now));
        if let Words::Since(from) = taking.words {
            self.journal(now, What::Speech { from, to: now });
        }
        let kept = spoken >= SHORTEST_REQUEST || (by == MessageEnd::Key && length >= MEANT);
        self.journal(now, What::MessageTaken { length, spoken, by, kept });
        let number = self.facts.caller.clone();
        kept.then_some(Promise::Message { take: self.takes, number, length })
    }

    pub(super) fn message_stored(&mut self, stored: bool, now: Moment) {
        let script = self.script.clone();
        let Act::Message(message) = &script.step(self.step).act else { return };
        if !stored {
            self.facts.store_failed = true;
            return self.go(message.failed, now);
        }
        self.facts.message_left = true;
        let thanks = Spoken { barge_in: script.barge_in(&message.thanks), prompt: message.thanks.clone() };
        self.say(vec![thanks], Purpose::Then(message.next), now);
    }

    /// The caller has hung up while the tape ran: what was said is kept all the same. How the call comes out then.
    pub(super) fn hang_up_in_message(&mut self, now: Moment) -> Option<Disposition> {
        match &self.phase {
            // It is on its way to the disk.
            Phase::Storing(Storing { then: AfterStore::Thank, .. }) => return Some(Disposition::Message),
            Phase::Taking(_) => {}
            _ => return None,
        }
        match self.message_taken(MessageEnd::HangUp, now) {
            Some(promise) => {
                self.out.push_back(Command::Commit(promise));
                Some(Disposition::Message)
            }
            None => {
                self.out.push_back(Command::DropMessage);
                None
            }
        }
    }
}
