//! A file a command.

pub mod check;

/// Runs the command line; the process's exit status.
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
