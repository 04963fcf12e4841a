//! A recorded call again: the same caller, another script or other thresholds.
//!
//! The caller's acts are what is known of him: keys, the hang-up, and either his sound (heard again by today's listener)
//! or, without a recording, the speech and the judgements that were written down. They are anchored to what we said:
//! when the replay begins or ends a prompt as the call did then, the caller is taken to be where he was then, so a
//! shorter wait does not make him answer before he is asked. Between such points, and where the replay says something
//! the call did not, he goes on doing what he did, when he did it.
//!
//! So a replay knows what another script makes of the same behaviour, not how the caller would have behaved: words he
//! never heard get the answers he gave to others. After the end of what is known he is silent ([`Replayed::beyond`]).
//! Of keyed-in numbers only the length is known, and zeros are keyed in. Without a recording stricter thresholds take
//! verdicts back, and looser ones add none ([`crate::line::Thresholds::review`]). Recordings lack gaps of up to 60 ms:
//! drop-outs that short are not heard again.

mod acts;
mod caller;
mod compare;
mod course;

pub use compare::{Ending, Parting, Point};

use super::{
    conversation::{Beginning, Setting, converse},
    talk::Marks,
};
use crate::{
    audio::Bank,
    call::{EndedBy, Entry, HandsOver, What},
    moment::Moment,
    phone::PhoneNumber,
    script::Script,
};
use caller::Caller;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// How much longer than the recorded call a replay may take. Chosen: with a silent caller every checked script ends
/// within a few minutes.
const MOST_MORE: Duration = Duration::from_mins(10);
/// An end this much after the last thing known of the caller is a guess. Chosen: a reaction takes longer.
const KNOWN: Duration = Duration::from_secs(1);

/// One leg of a call, as it was recorded.
#[derive(Clone, Debug)]
pub struct Past {
    /// What happened, in order, on the leg's own axis.
    pub journal: Vec<Entry>,
    /// The caller's number, where known.
    pub caller: Option<PhoneNumber>,
    /// What the script's splits are drawn by: [`lot`](crate::session::lot) of the call's id.
    pub lot: u64,
    /// Local time when the leg began.
    pub wall: jiff::Zoned,
    /// What the caller sent, 8 kHz from the leg's beginning on; `None`: the call was not recorded.
    pub sound: Option<Arc<[i16]>>,
}

/// A leg, then and now.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// How it came out.
    pub then: Ending,
    /// How it comes out now; `None`: not within ten minutes more.
    pub now: Option<Ending>,
    /// Where the two part, if they do.
    pub parting: Option<Parting>,
    /// The replay went on after the last thing that is known of the caller.
    pub beyond: bool,
}

impl Replayed {
    /// Whether it comes out otherwise: another disposition or another target.
    pub fn changed(&self) -> bool {
        self.now.as_ref().is_none_or(|now| now.word != self.then.word || now.target != self.then.target)
    }
}

/// Why a leg can't be replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unreplayable {
    /// It has not ended.
    Running,
    /// It ended before anything was said.
    NeverBegan,
    /// There was no room for it.
    Refused,
    /// It was our process that ended it.
    EndedByUs,
}

impl Unreplayable {
    /// A word for JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::NeverBegan => "never_began",
            Self::Refused => "refused",
            Self::EndedByUs => "ended_by_us",
        }
    }
}

/// Runs `past` again under `script`.
///
/// # Errors
/// [`Unreplayable`].
pub fn replay(script: &Arc<Script>, bank: &Bank, past: Past) -> Result<Replayed, Unreplayable> {
    let then = ending(&past.journal)?;
    let begun = past.journal.iter().find_map(|entry| match &entry.what {
        What::Started { resume, .. } => Some((entry.at, *resume)),
        _ => None,
    });
    let (at, resume) = begun.ok_or(Unreplayable::NeverBegan)?;
    let refused = past.journal.iter().any(|entry| matches!(entry.what, What::HandoverFailed));
    let hands_over = if refused { HandsOver::ByApi } else { HandsOver::ByRoute };
    let mut caller = Caller::new(script, &past.journal, past.sound, at);
    let setting = Setting { script, bank, wall: past.wall, hands_over, marks: Marks::True };
    // What else the gateway told is not in the records.
    let parameters = BTreeMap::new();
    let before = known_before(&past.journal);
    let beginning = Beginning { at, caller: past.caller, resume, parameters, lot: past.lot, past: before };
    let ended = past.journal.last().map_or(at, |entry| entry.at);
    let outcome = converse(setting, &mut caller, beginning, ended + MOST_MORE);
    Ok(Replayed {
        then,
        now: Ending::of(&outcome.journal),
        parting: compare::parting(&past.journal, &outcome.journal),
        beyond: caller.then(outcome.at) > ended + KNOWN,
    })
}

/// What the records knew of the caller then.
fn known_before(journal: &[Entry]) -> crate::call::Past {
    let known = journal.iter().find_map(|entry| match entry.what {
        What::Past(past) => Some(past),
        _ => None,
    });
    known.unwrap_or_default()
}

/// How a leg came out, where that can be replayed.
fn ending(journal: &[Entry]) -> Result<Ending, Unreplayable> {
    let said = journal.iter().any(|entry| matches!(entry.what, What::PromptSaid { .. }));
    match journal.last().map(|entry| &entry.what) {
        None => Err(Unreplayable::NeverBegan),
        Some(What::Ended { by: EndedBy::Us, .. }) => Err(Unreplayable::EndedByUs),
        Some(What::Ended { disposition: crate::call::Disposition::Refused, .. }) => Err(Unreplayable::Refused),
        Some(What::Ended { .. }) if said => Ending::of(journal).ok_or(Unreplayable::NeverBegan),
        Some(What::Ended { .. }) => Err(Unreplayable::NeverBegan),
        Some(_) => Err(Unreplayable::Running),
    }
}

/// A recorded moment's neighbourhood: whether `at` is within `limit` of `when`, either way.
fn near(at: Moment, when: Moment, limit: Duration) -> bool {
    at.since(when).max(when.since(at)) <= limit
}

#[cfg(test)]
mod tests;
