//! A call's life as an enum of phases; each knows what it waits for.

use super::{
    Deadline, Disposition, EndedBy, Promise, UtteranceId, Why,
    hearing::{GRACE, Turn},
    message::Taking,
};
use crate::{
    line::{Condition, Judgement},
    moment::Moment,
    phone::Digit,
    script::{BargeIn, PromptId, StepId, Target},
};
use std::time::Duration;

/// Speech under way at the end of a wait is heard out at most this long (contract.md, Time).
pub const WAIT_LIMIT: Duration = Duration::from_secs(8);
/// How long the store may take before a promise counts as not stored. Chosen: a caller who waits longer in silence
/// would think the line dead.
pub const STORE_LIMIT: Duration = Duration::from_secs(3);
/// How long the gateway's API may take to accept a transfer. Chosen: Twilio answers within a second or not at all.
pub const TRANSFER_LIMIT: Duration = Duration::from_secs(8);
/// How long the gateway may take to end a leg that we released. Chosen: Asterisk takes a millisecond, Twilio a round
/// trip.
pub const RELEASE_LIMIT: Duration = Duration::from_secs(2);

/// Where a call is in its life.
#[derive(Debug)]
pub enum Phase {
    /// Not begun.
    Fresh,
    /// We speak.
    Speaking(Speaking),
    /// The caller's turn.
    Listening(Listening),
    /// Digits are keyed in.
    Keying(Keying),
    /// A message is being spoken.
    Taking(Taking),
    /// A service outside has a question in hand.
    Asking {
        /// When the caller is told that we are at it.
        words: Moment,
        /// When it counts as not answered.
        due: Moment,
    },
    /// The store has a promise in hand.
    Storing(Storing),
    /// The gateway's API has a transfer in hand.
    Transferring {
        /// To whom.
        target: Target,
        /// When it counts as failed.
        due: Moment,
    },
    /// The gateway was told to end the leg.
    Releasing {
        /// How the call comes out.
        ending: Ending,
        /// When we close the socket ourselves.
        due: Moment,
    },
    /// Nothing follows.
    Over,
}

/// An utterance under way.
#[derive(Debug)]
pub struct Speaking {
    pub id: UtteranceId,
    pub parts: Vec<Spoken>,
    /// Which part is heard now.
    pub playing: usize,
    /// Since when.
    pub since: Moment,
    pub purpose: Purpose,
    /// A key pressed while it could not interrupt.
    pub key: Option<Digit>,
    /// A caller's turn that ended during the last part and is taken up when the utterance has ended.
    pub overtalk: Option<Judgement>,
}

/// A prompt of an utterance.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    pub prompt: PromptId,
    pub barge_in: BargeIn,
}

/// What an utterance, and the silence after it, are for.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    /// The step itself.
    Step,
    /// A rung of a ladder.
    Rung(Rung),
    /// Last-chance listening heard somebody before this rung.
    LastChance(Rung),
    /// Said while a service outside is asked.
    Outside,
    /// Words after which the call goes to a step.
    Then(StepId),
    /// Words and a wait before the end, outside any step.
    Closing(Ending),
}

/// A place on a ladder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rung {
    pub condition: Condition,
    pub index: usize,
    /// When the ladder was entered.
    pub since: Moment,
    /// The rung is said for the second time, because speech as bad as before has cut it short.
    pub insisted: bool,
}

/// Silence that the caller may fill.
#[derive(Debug)]
pub struct Listening {
    pub purpose: Purpose,
    /// When it began: the last sample of what was said.
    pub begun: Moment,
    /// As written in the script.
    pub wait: Duration,
    /// Whether a sound near the end has been given its time.
    pub grace: bool,
    /// Whether somebody has spoken in it.
    pub disturbed: bool,
    /// What was being said when speech cut it short; said again if the speech was no request.
    pub cut: Option<Vec<Spoken>>,
    /// The condition of a word too short to be a request.
    pub word: Option<Condition>,
}

impl Listening {
    pub fn planned(&self) -> Moment {
        self.begun + self.wait
    }

    fn deadline(&self, turn: Option<Turn>) -> Deadline {
        let limit = self.planned() + WAIT_LIMIT;
        match turn {
            Some(turn) if turn.ends() <= limit => Deadline { at: turn.ends(), why: Why::TurnEnds },
            Some(_) => Deadline { at: limit, why: Why::WaitLimit },
            None if self.grace => Deadline { at: self.planned() + GRACE, why: Why::GraceEnds },
            None => Deadline { at: self.planned(), why: Why::WaitEnds },
        }
    }
}

/// Digits so far. Not shown: they may be a telephone number.
pub struct Keying {
    pub digits: String,
    pub due: Moment,
}

impl std::fmt::Debug for Keying {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keying({} digits, due {:?})", self.digits.len(), self.due)
    }
}

/// A promise on its way to the disk.
#[derive(Debug)]
pub struct Storing {
    pub promise: Promise,
    pub due: Moment,
    /// What comes when it is there.
    pub then: AfterStore,
}

/// What a stored promise allows.
#[derive(Clone, Debug)]
pub enum AfterStore {
    /// The callback may be announced.
    Announce,
    /// A message may be thanked for.
    Thank,
    /// Nothing depends on it.
    Go(StepId),
    /// The caller may be handed over.
    HandOver(Target),
    /// A caller who may not hear us may be told that we call back.
    OneWay,
    /// The leg may be released.
    Release(Ending),
}

/// How a call comes out.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    pub disposition: Disposition,
    pub by: EndedBy,
}

impl Phase {
    /// What this phase waits for.
    pub fn deadline(&self, turn: Option<Turn>) -> Option<Deadline> {
        match self {
            Self::Fresh | Self::Over => None,
            Self::Speaking(_) => turn.map(|turn| Deadline { at: turn.ends(), why: Why::TurnEnds }),
            Self::Listening(listening) => Some(listening.deadline(turn)),
            Self::Keying(keying) => Some(Deadline { at: keying.due, why: Why::DigitDue }),
            Self::Taking(taking) => Some(Deadline { at: taking.ends(), why: Why::MessageEnds }),
            Self::Asking { words, due } if words < due => Some(Deadline { at: *words, why: Why::WordsDue }),
            Self::Asking { due, .. } => Some(Deadline { at: *due, why: Why::AnswerOverdue }),
            Self::Storing(storing) => Some(Deadline { at: storing.due, why: Why::StoreOverdue }),
            Self::Transferring { due, .. } => Some(Deadline { at: *due, why: Why::TransferOverdue }),
            Self::Releasing { due, .. } => Some(Deadline { at: *due, why: Why::ReleaseOverdue }),
        }
    }

    /// A sound near the end of a wait gets its time to become speech.
    pub fn grant_grace(&mut self) {
        if let Self::Listening(listening) = self {
            listening.grace = true;
        }
    }
}
