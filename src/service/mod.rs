//! The only place with tokio where calls live.

pub mod config;
mod flood;
mod liveness;
pub mod log;
pub mod metrics;
pub mod registry;
