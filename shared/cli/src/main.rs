//! Runs `switchback`, the operator's command. Data goes to stdout, and messages for people go to stderr.

mod approval;
mod commands;
mod operation;
mod orders;
mod place;
mod summary;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use crate::commands::Command;
use crate::terminal::talk::{self, Form};

/// Moves a Databricks workspace's work to another region when the first one fails.
#[derive(Debug, Parser)]
#[command(name = "switchback", version)]
struct Arguments {
    /// Print the answer as one JSON object.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    runtime::telemetry::begin(runtime::telemetry::LogFormat::Text);
    let Arguments { json, command } = Arguments::parse();
    let form = if json { Form::Json } else { Form::Text };
    let exit = command.run(form).unwrap_or_else(|problem| {
        talk::problem(&problem, form);
        problem.exit()
    });
    ExitCode::from(exit.code())
}
