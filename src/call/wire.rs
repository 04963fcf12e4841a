//! What goes in and out of a [`Call`](super::Call).

use super::{Disposition, EndedBy, Entry, Inquiry, InquiryId, NoAnswer, Past, Values};
use crate::{
    agents::Decision,
    gateway::Resume,
    line::{Judgement, LineEvent, Sensitivity},
    moment::Moment,
    phone::{Digit, PhoneNumber},
    script::{Locale, PromptId, Target},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// What a call is told.
#[derive(Clone, Debug)]
pub enum Event {
    /// The leg is up and admitted: speak.
    Begin {
        /// The caller's number, where known.
        caller: Option<PhoneNumber>,
        /// Why the call comes back, where it does.
        resume: Option<Resume>,
        /// What else the gateway has given: variables of the call, called `param.<name>`.
        parameters: BTreeMap<String, String>,
        /// Any number that stays with the call: by it splits of the script are drawn.
        lot: u64,
        /// What the records know of the number.
        past: Past,
    },
    /// There is no room for this call: let it go.
    Busy {
        /// The queue the gateway takes it to; none: the caller is told (`capacity_busy`).
        queue: Option<String>,
    },
    /// A key was pressed.
    Key(Digit),
    /// The line listener heard something.
    Line(LineEvent),
    /// A prompt of an utterance was heard to its end.
    Played {
        /// Which utterance.
        utterance: UtteranceId,
        /// Which of its prompts, counted from 0; reported in order, each once.
        index: usize,
        /// When its last sample was heard.
        at: Moment,
    },
    /// The answer to [`Command::Commit`].
    Committed(bool),
    /// The answer to [`Command::Ask`].
    Answered(InquiryId, Result<Values, NoAnswer>),
    /// The answer to [`Command::Transfer`].
    Transferred(bool),
    /// The leg is gone.
    Gone(EndedBy),
}

/// What a call wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Play these prompts one after the other, from their first samples.
    Say {
        /// Its name in [`Event::Played`].
        utterance: UtteranceId,
        /// The language of their recordings.
        locale: Locale,
        /// The prompts; never empty.
        prompts: Vec<PromptId>,
    },
    /// Stop playing at once and forget what was not heard.
    Hush,
    /// Play everything a little louder from now on.
    Louder,
    /// Put this on disk, then say [`Event::Committed`].
    Commit(Promise),
    /// Keep the caller's sound from `from` on, as message number `take` of this leg.
    TakeMessage {
        /// Counted from 1.
        take: u32,
        /// The beep's end.
        from: Moment,
    },
    /// Throw the message away: nobody has said anything.
    DropMessage,
    /// Ask a service outside, then say [`Event::Answered`].
    Ask(Box<Inquiry>),
    /// Hand the caller over by the gateway's own means, then say [`Event::Transferred`].
    Transfer(Target),
    /// End the gateway's leg.
    Release,
    /// Keep this in the records.
    Journal(Entry),
    /// The call is over; nothing follows.
    Over {
        /// How it came out.
        disposition: Disposition,
        /// Who ended it.
        by: EndedBy,
    },
}

/// Something that must be on disk before the caller is told, or before the gateway's leg is released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Promise {
    /// A callback to this number.
    Callback(PhoneNumber),
    /// The message that was just taken; its sound is stored with it.
    Message {
        /// Its number, as in [`Command::TakeMessage`].
        take: u32,
        /// Who left it, where known.
        number: Option<PhoneNumber>,
        /// How long it is.
        length: Duration,
    },
    /// This number is barred. No promise to the caller, but a decision that must not be lost.
    Bar {
        /// Which.
        number: PhoneNumber,
        /// For how long.
        time: Duration,
        /// Why, in the operators' words.
        reason: Arc<str>,
    },
    /// The route that the dialplan will ask for, with the note for the agent's screen
    /// (`key=2;condition=clear;waited=12`).
    Route {
        /// The decision.
        decision: Decision,
        /// The note.
        note: String,
    },
}

/// Names an utterance; counted up within a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UtteranceId(pub u32);

/// Judges stretches of the caller's line for a call: the line listener, or what a scenario says.
pub trait Ear {
    /// What `from..=to` was like.
    fn judge(&self, from: Moment, to: Moment, sensitivity: Sensitivity) -> Judgement;
}
