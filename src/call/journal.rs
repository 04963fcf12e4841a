//! What happened in a call, as it happens: the entries that records keep, metrics count and `replay` reads again.

use super::{MessageEnd, NoAnswer, Past};
use crate::{
    gateway::{DialectName, Resume},
    line::{Condition, Judgement},
    moment::Moment,
    phone::{Digit, PhoneNumber},
    script::{PromptId, Target},
};
use std::time::Duration;

/// Something that happened, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When, on the call's axis.
    pub at: Moment,
    /// What.
    pub what: What,
}

/// What can happen in a call.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The gateway's start message was understood.
    Started {
        /// The gateway's dialect.
        dialect: DialectName,
        /// The caller's number, where known.
        caller: Option<PhoneNumber>,
        /// The dialled number, where known.
        called: Option<PhoneNumber>,
        /// Set where the call came back.
        resume: Option<Resume>,
    },
    /// The caller's number has called before, or is barred.
    Past(Past),
    /// The call went to a step.
    Step {
        /// Its name in the script.
        name: String,
    },
    /// The call drew its share of a split.
    Split {
        /// The step's name.
        step: String,
        /// The wording's.
        name: String,
    },
    /// A prompt's first sample was played (or sent, where the gateway reports nothing).
    PromptSaid {
        /// Which.
        prompt: PromptId,
    },
    /// A prompt was heard to its end.
    PromptFinished {
        /// Which.
        prompt: PromptId,
    },
    /// A prompt was interrupted.
    PromptInterrupted {
        /// Which.
        prompt: PromptId,
        /// By what.
        by: Interruption,
        /// How much of it was heard.
        heard: Duration,
    },
    /// A key was pressed. Only a menu's or a question's keys are kept: elsewhere they may belong to a number.
    Key {
        /// Which; `None` where no key was asked for, or a number is keyed in.
        digit: Option<Digit>,
    },
    /// Somebody spoke.
    Speech {
        /// Onset.
        from: Moment,
        /// End.
        to: Moment,
    },
    /// The line was judged, and the script acted on it.
    Judged(Judgement),
    /// A ladder's rung was reached.
    Rung {
        /// Whose ladder.
        condition: Condition,
        /// Counted from 0.
        index: usize,
    },
    /// A ladder was left because what it waited for was heard.
    Recovered {
        /// Whose ladder.
        condition: Condition,
        /// The rung after which it was left.
        index: usize,
    },
    /// A silence began that the caller may fill.
    Waiting {
        /// As written in the script.
        planned: Duration,
    },
    /// A wait was heard out to its end.
    Waited {
        /// As written in the script.
        planned: Duration,
        /// How much later it really ended (zero: to the millisecond); `None` where sound or speech had a part in it.
        late: Option<Duration>,
    },
    /// The caller does not seem to hear us: so many short words, and never an answer.
    OneWay {
        /// How many.
        words: u32,
    },
    /// The caller asked for louder prompts.
    Louder,
    /// A value could not be read out, and was left out of what was said.
    Unread {
        /// As the script writes it: `$amount:due`. Never the value itself.
        part: String,
    },
    /// The caller is to be handed over.
    Handover {
        /// To whom.
        target: Target,
    },
    /// The hand-over failed while the leg was alive.
    HandoverFailed,
    /// A callback was promised, and is committed.
    CallbackStored {
        /// Whom to call.
        number: PhoneNumber,
    },
    /// A message was spoken, and is kept if it is one.
    MessageTaken {
        /// From the beep on.
        length: Duration,
        /// Of it, speech.
        spoken: Duration,
        /// What ended it.
        by: MessageEnd,
        /// Whether anything was said in it.
        kept: bool,
    },
    /// A service outside was asked.
    Asked {
        /// How long it took.
        took: Duration,
        /// Why there is no answer, where there is none.
        failed: Option<NoAnswer>,
    },
    /// The caller's number was barred.
    Barred,
    /// A promise could not be stored, and was therefore not spoken.
    StoreFailed,
    /// The gateway complained; numbers masked.
    GatewayNotice {
        /// In its own words, at most [`LONGEST_NOTICE`](crate::leg::LONGEST_NOTICE) characters.
        text: String,
    },
    /// A mark never came and was taken as played at its computed time.
    MarkOverdue,
    /// The call is over. The last entry of a leg.
    Ended {
        /// How it came out.
        disposition: Disposition,
        /// Who ended it.
        by: EndedBy,
        /// The step it ended in.
        step: String,
    },
}

/// What interrupted a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interruption {
    /// A key.
    Key,
    /// Speech.
    Speech,
    /// The end of the call.
    End,
}

/// How a call came out (contract.md, Dispositions).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Handed to a human being.
    Agent(Target),
    /// Let go because of the line.
    Line(Condition),
    /// Told that he may not hear us.
    OneWay,
    /// A callback is promised.
    Callback,
    /// A message is stored.
    Message,
    /// Went through its script to the end.
    Completed,
    /// The caller hung up.
    Abandoned,
    /// We had no room.
    Refused,
    /// The socket was lost.
    Lost,
    /// Our process died.
    Interrupted,
    /// We could not go on.
    Failed,
}

impl Disposition {
    /// The word of the contract. A noise-only line is let go as `noisy`, as the words that it heard say.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Agent(_) => "agent",
            Self::Line(Condition::Noise) => "noisy",
            Self::Line(Condition::Tone) => "not_a_caller",
            Self::Line(condition) => condition.as_str(),
            Self::OneWay => "one_way",
            Self::Callback => "callback",
            Self::Message => "message",
            Self::Completed => "completed",
            Self::Abandoned => "abandoned",
            Self::Refused => "refused",
            Self::Lost => "lost",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
        }
    }
}

/// Who ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndedBy {
    /// The caller (or the gateway on the caller's behalf).
    Caller,
    /// The hotline, by its script.
    Hotline,
    /// The network, or the gateway's death.
    Network,
    /// Our own process.
    Us,
}

impl EndedBy {
    /// As scenarios and records write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Hotline => "hotline",
            Self::Network => "network",
            Self::Us => "us",
        }
    }
}
