//! 请讲 · **qingjiang**: a hotline voice bot that hears what a telephone line is like.
//!
//! A gateway opens a WebSocket for every call and streams the caller's audio; we answer at once, listen to the
//! line, follow the service script to the second, and hand the caller to a human being. The thinking is pure
//! (no socket, task, clock or global); one tokio shell around it moves bytes and waits for the next deadline.
//!
//! # The rooms, and what may be imported where
//!
//! | room | what it is | may import |
//! |---|---|---|
//! | [`moment`] | time as an argument | nothing |
//! | [`phone`] | telephone numbers and keys that cannot be logged | nothing |
//! | [`audio`] | G.711, WAV, resampling, the prompt bank (encoded once, shared by all calls) | nothing |
//! | [`gateway`] | one dialect a file: wire messages ⇄ neutral events and commands | `audio` |
//! | [`line`](mod@line) | what the line sounds like: speech, level, noise, tones → condition, with evidence | `audio` |
//! | [`script`] | what the operators wrote: loading, checking, versions | `audio`, `line` |
//! | [`agents`] | who can take the caller: the decision a gateway's dialplan asks for | `script`, `gateway` |
//! | [`call`] | one conversation: events in, commands out, deadlines asked for | `script`, `line`, `gateway`, `agents` |
//! | [`leg`] | one media leg: a dialect, its playout and an ear; not a call, and not a socket | `gateway`, `line`, `audio` |
//! | [`session`] | a call joined with its leg: what one gateway socket drives | `call`, `leg`, `script`, `gateway`, `line`, `audio` |
//! | [`sim`] | callers and gateways that exist only in virtual time | the pure rooms |
//! | [`records`] | what happened: the store, callbacks, recordings | the pure rooms |
//! | [`service`] | listener, one task a call, playout, drain, limits, metrics | all of the above |
//! | [`console`] | HTTP API | all of the above |
//! | [`cli`] | a file a command | all of the above |
//!
//! `moment` and `phone` are words of the house: every room may use them.
//! tokio lives in `records`, `service`, `console` and `cli`, nowhere else; the other rooms are the pure ones: no socket,
//! task, thread, clock or global. `tests/borders` reads this table and holds every file to it.

#![deny(rust_2018_idioms)]

pub mod agents;
pub mod audio;
pub mod call;
pub mod cli;
pub mod console;
pub mod gateway;
pub mod leg;
pub mod line;
pub mod moment;
pub mod phone;
pub mod records;
pub mod script;
pub mod service;
pub mod session;
pub mod sim;
