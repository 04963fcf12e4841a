//! A call joined with its leg: what one gateway socket drives. Sans IO: the service and `simulate` run the same code.
//!
//! After each `on_…` call: take the wire messages, carry out the effects, and wake the session at its timeout.

use crate::{
    agents::Decision,
    audio::Bank,
    call::{Disposition, EndedBy, Entry},
    gateway::{DialectName, Malformed, Message, Started, Upgrade, Wire},
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
    /// The start message was understood: check token, call id and room, and answer at once with
    /// [`Session::on_admission`]. Nothing is heard before that.
    Admit(Box<Started>),
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

/// The shell's answer to [`Effect::Admit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Go ahead, please.
    Welcome {
        /// The caller's number from the call's record, where it comes back and the gateway did not repeat it.
        caller: Option<PhoneNumber>,
    },
    /// No room, or draining: the caller hears `capacity_busy` (Twilio), or the leg is released to this queue (Asterisk).
    Busy {
        /// The default queue of the gateway.
        queue: String,
    },
    /// Not authenticated, or the call id's leg is alive: the socket is closed with this status, nothing is played.
    Refused {
        /// WebSocket status (1008).
        status: u16,
    },
}

/// One gateway socket's call.
pub struct Session;

impl Session {
    /// A session for a socket that was just accepted.
    pub fn new(_setup: Setup) -> Self {
        Self
    }

    /// Takes one WebSocket message.
    ///
    /// # Errors
    /// [`Malformed`]: the message was dropped; count it. An impossible codec also closes the session (1003).
    pub fn on_message(&mut self, _message: Message<'_>, _now: Moment) -> Result<(), Malformed> {
        Ok(())
    }

    /// Takes the shell's answer to [`Effect::Admit`].
    pub fn on_admission(&mut self, _admission: Admission, _now: Moment) {}

    /// Takes the answer to [`Effect::Commit`].
    pub fn on_committed(&mut self, _stored: bool, _now: Moment) {}

    /// Takes the answer to [`Effect::Transfer`].
    pub fn on_transfer(&mut self, _accepted: bool, _now: Moment) {}

    /// The moment of [`Session::poll_timeout`] has come (early calls are harmless).
    pub fn on_timeout(&mut self, _now: Moment) {}

    /// The socket is gone. The last journal entries and [`Effect::Close`] follow.
    pub fn on_socket_end(&mut self, _end: SocketEnd, _now: Moment) {}

    /// When the session wants to be woken; `None` only once it is over.
    pub fn poll_timeout(&self) -> Option<Moment> {
        None
    }

    /// Moves the messages to send, in order, to the end of `into`.
    pub fn take_wire(&mut self, _into: &mut Vec<Wire>) {}

    /// The next thing to do, in order; `None`: nothing now.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        None
    }
}
