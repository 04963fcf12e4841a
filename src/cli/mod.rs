//! The command line: a file a command.
//!
//! Exit status 0: done, and the answer is yes; 1: done, and the answer is no; 2: could not be done.

pub mod analyze;
pub mod call;
pub mod check;
pub mod cores;
pub mod files;
pub mod import;
pub mod records;
pub mod render;
pub mod replay;
pub mod report;
pub mod script;
pub mod serve;
pub mod simulate;
pub mod spoken;
pub mod studio;

use clap::{Parser, Subcommand};
use std::{
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
};

/// 请讲: a hotline voice bot that hears what a telephone line is like.
///
/// Without a command it serves.
#[derive(Debug, Parser)]
#[command(name = "qingjiang", version, args_conflicts_with_subcommands = true)]
#[command(after_help = "Example:\n  qingjiang serve\n  qingjiang call --say hiss:60000")]
struct Line {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Args,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    Call(call::Args),
    Simulate(simulate::Args),
    Check(check::Args),
    Analyze(analyze::Args),
    Records(records::Args),
    Replay(replay::Args),
    Render(render::Args),
    Import(import::Args),
    Script(script::Args),
    Report(report::Args),
}

/// Runs the command line; the process's exit status.
pub fn main() -> ExitCode {
    let line = Line::parse();
    let done = match line.command {
        None => serve::run(line.serve),
        Some(Command::Serve(args)) => serve::run(args),
        Some(Command::Call(args)) => call::execute(args),
        Some(Command::Simulate(args)) => simulate::execute(args),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::Analyze(args)) => analyze::execute(args),
        Some(Command::Records(args)) => records::run(args),
        Some(Command::Replay(args)) => replay::execute(args),
        Some(Command::Render(args)) => render::run(args),
        Some(Command::Import(args)) => import::run(args),
        Some(Command::Script(args)) => script::run(args),
        Some(Command::Report(args)) => report::run(args),
    };
    done.unwrap_or_else(|error| match is_nobody_reading(&error) {
        true => ExitCode::SUCCESS,
        false => {
            complain(&error);
            ExitCode::from(2)
        }
    })
}

/// Prints a line of a command's answer.
///
/// # Errors
/// Where nothing can be printed: nobody may be reading any more (`| head`), which is no fault.
pub(crate) fn say(line: impl Display) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{line}")
}

fn is_nobody_reading(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Tells the operator what went wrong, with what caused it and no more.
#[allow(clippy::print_stderr, reason = "the operator reads it there")]
pub(crate) fn complain(error: &anyhow::Error) {
    eprintln!("qingjiang: {error:#}");
}
