//! `qingjiang check` as operators meet it: scripts, texts and recordings with one fault each.

mod branches;
mod broken;
mod examples;
mod guide;
mod odd;
#[path = "../politeness/mod.rs"]
mod politeness;
mod proofs;
mod questions;
mod random;
mod recordings;
mod scripts;
mod talks;
mod waivers;
mod walk_through;
