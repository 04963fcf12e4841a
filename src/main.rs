//! `qingjiang`: see [`qingjiang::cli`].

fn main() -> std::process::ExitCode {
    qingjiang::cli::main()
}
