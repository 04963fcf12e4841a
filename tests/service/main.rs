//! The service through its real port: what a gateway, a dialplan and an operator get.
//!
//! These tests take real time, so they are few and short; what can be shown in simulated time is shown there.

#[allow(dead_code, reason = "it serves the tests of the checker too")]
#[path = "../check/broken.rs"]
mod broken;
mod broken_files;
mod busy_hour;
mod calls;
mod common;
mod doors;
mod house;
mod limits;
mod outside;
mod phone;
mod privacy;
mod program;
mod publishing;
mod report;
mod transfer;
