//! `qingjiang check` as operators meet it: scripts, texts and recordings with one fault each.

mod branches;
mod examples;
mod proofs;
mod questions;
mod random;
mod recordings;
mod scripts;
mod waivers;
