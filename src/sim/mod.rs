//! Callers and gateways that exist only in virtual time, and the far end of a real one.
//!
//! [`Telephone`] is a caller with a gateway in front: it plays a list of [`Segment`]s, keeps what a player would have put
//! in the caller's ear, and answers marks. `simulate` drives it beside a [`crate::session::Session`] in virtual time
//! ([`run`]), `call` drives it over a real socket. [`talk`] simulates a call from labelled events, with no audio at all, and [`told`] one whose caller answers what is
//! said; [`scenario`] is what operators write down of either; [`replay`] runs a recorded call again.

mod conversation;
pub mod glob;
pub mod heard;
pub mod outside;
pub mod peer;
pub mod player;
pub mod prompts;
pub mod replay;
pub mod run;
pub mod scenario;
pub mod segment;
pub mod sound;
pub mod talk;
pub mod telephone;
pub mod told;
pub mod voice;

pub use segment::Segment;
pub use telephone::Telephone;
