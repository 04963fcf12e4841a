//! Deadlines with their reasons. A call waits for one thing at a time, and this says which.

use crate::moment::Moment;

/// When a call wants to be woken, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When.
    pub at: Moment,
    /// Why.
    pub why: Why,
}

/// What a call can be waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A wait written in the script ends.
    WaitEnds,
    /// A sound near the end of a wait has had its time to become speech.
    GraceEnds,
    /// The caller has paused for long enough, or spoken for long enough.
    TurnEnds,
    /// The end that nothing pushes: speech or not, the wait is over.
    WaitLimit,
    /// The next digit is due.
    DigitDue,
    /// The store has not answered.
    StoreOverdue,
    /// The gateway's API has not answered.
    TransferOverdue,
    /// A caller who waits for an answer from outside has heard nothing for long enough.
    WordsDue,
    /// A service outside has not answered.
    AnswerOverdue,
    /// A message is over: a long pause, or the end of the tape.
    MessageEnds,
    /// The gateway has not ended the leg that we released.
    ReleaseOverdue,
}
