//! What the operators wrote: the flow and the ladders, the texts, checked into types a call can run.
//!
//! Files are parsed into [`Script`] once, at the edge, with all problems reported together; [`crate::call`] never sees a
//! half-checked value.

pub mod model;
pub mod readout;

pub use model::*;
