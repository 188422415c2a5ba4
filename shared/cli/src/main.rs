//! Runs `switchback`, the operator's command. Data goes to stdout, and messages for people go to stderr.

mod answering;
mod approving;
mod commands;
mod controlling;
mod driving;
mod first;
mod full_drill;
mod moving;
mod ordering;
mod place;
mod progress;
mod proving;
mod sides;
mod standing;
mod talk;

use std::process::ExitCode;

use clap::Parser;

use crate::commands::Command;

/// Moves a Databricks workspace's work to another region when the first one fails.
#[derive(Debug, Parser)]
#[command(name = "switchback", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    rim::telemetry::begin(rim::telemetry::LogFormat::Text);
    let command = Arguments::parse().command;
    let exit = command.run().unwrap_or_else(|problem| {
        talk::problem(&problem, command.json());
        problem.exit()
    });
    ExitCode::from(exit.code())
}
