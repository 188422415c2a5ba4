//! `switchback`, the operator's command. Data on stdout, talk on stderr.

mod explain;
mod rehearse;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rim::Problem;

/// Moves a Databricks workspace's work to another region when the first one fails.
#[derive(Debug, Parser)]
#[command(name = "switchback", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Rehearses a failover against a simulated pair of workspaces, in virtual time.
    Rehearse(rehearse::Arguments),
    /// Explains a code: what it means, and what to do.
    Explain(explain::Arguments),
}

fn main() -> ExitCode {
    rim::telemetry::begin(rim::telemetry::LogFormat::Text);
    let done = match Arguments::parse().command {
        Command::Rehearse(arguments) => rehearse::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
    };
    match done {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(problem) => answer(&problem),
    }
}

fn answer(problem: &Problem) -> ExitCode {
    eprintln!("{}: {}", problem.code, problem.message);
    ExitCode::from(problem.exit().code())
}
