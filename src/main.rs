//! argv → plan → exit code. The only place that prints.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is where data goes to stdout and messages go to stderr"
)]

mod cli;
mod commands;
mod progress;

use std::process::ExitCode;

use clap::Parser as _;

use crate::commands::Ended;

fn main() -> ExitCode {
    sohoa::run::be_silent_where_caught(|line| eprintln!("sohoa: {line}"));
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { Ended::BadArguments } else { Ended::Well };
            drop(error.print());
            return code.into();
        }
    };
    match commands::run(cli) {
        Ok(ended) => ended.into(),
        Err(error) => {
            if commands::is_broken_pipe(&error) {
                return Ended::Well.into();
            }
            eprintln!("sohoa: {error:#}");
            commands::ended_by(&error).into()
        }
    }
}
