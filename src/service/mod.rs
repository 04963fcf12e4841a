//! The only place with tokio where calls live.

pub mod config;
