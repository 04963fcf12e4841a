//! The only place with tokio where calls live.

mod call_task;
pub mod config;
pub mod edition;
mod effects;
pub mod exchange;
mod flood;
mod listener;
mod liveness;
pub mod log;
pub mod metrics;
pub mod registry;
pub mod reply;
mod socket;
pub mod store;
mod transfer;
mod upgrade;
