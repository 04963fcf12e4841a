//! A call joined with its leg: what one gateway socket drives. Sans IO: the service and `simulate` run the same code.
//!
//! After each `on_…` call: take the wire messages, carry out the effects, and wake the session at its timeout.

use crate::{
    agents::Decision,
    audio::Bank,
    call::{Disposition, EndedBy, Entry},
    gateway::{DialectName, Malformed, Message, Upgrade, Wire},
    moment::Moment,
    phone::PhoneNumber,
    script::{Script, Target},
};
use std::sync::Arc;

/// What a session needs to begin.
pub struct Setup {
    /// The gateway's dialect.
    pub dialect: DialectName,
    /// The HTTP upgrade's facts.
    pub upgrade: Upgrade,
    /// The script version this call keeps to its end.
    pub script: Arc<Script>,
    /// The recordings of that version.
    pub bank: Arc<Bank>,
    /// Local wall-clock time in the hotline's zone at [`Moment::ZERO`].
    pub wall: jiff::Zoned,
    /// Whether a transfer may be asked of the gateway's own API ([`Effect::Transfer`]); else the route decides.
    pub rest: bool,
}

/// What the shell has to do besides sending bytes.
#[derive(Debug)]
pub enum Effect {
    /// Append to the records, in order, off the media path.
    Journal(Entry),
    /// Commit, then answer with [`Session::on_committed`]: what depends on it has not been spoken yet.
    Commit(Promise),
    /// Ask the gateway's API to hand the caller over; answer with [`Session::on_transfer`].
    Transfer(Target),
    /// The call is over: close the socket once the wire messages are out.
    Close {
        /// WebSocket status.
        status: u16,
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
    /// The route that the dialplan will ask for, with the note for the agent's screen
    /// (`key=2;condition=clear;waited=12`).
    Route {
        /// The decision.
        decision: Decision,
        /// The note.
        note: String,
    },
}

/// How a socket ended, as the shell saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketEnd {
    /// The peer closed it in good order.
    Closed,
    /// It was reset, or silent for 15 s while it had answered pings before.
    Lost,
}
