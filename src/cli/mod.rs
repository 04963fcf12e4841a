//! A file a command.

pub mod check;
pub mod records;
pub mod serve;

/// Runs the command line; the process's exit status.
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
