//! `switchback rehearse`: plays a whole failover on this machine, without any account.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use local::rehearsal::scenarios::{SCENARIOS, Scenario};
use local::rehearsal::screen::Files;
use local::rehearsal::{OwnEstate, Rehearsal, RehearsalResult};
use local::stack::StoreKind;
use runtime::{Exit, Problem};
use serde_json::json;

use crate::terminal::nearest::nearest;
use crate::terminal::talk::{Form, data, data_json, say};

/// The arguments of `switchback rehearse`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The scenario: a folder below tests/scenarios.
    #[arg(default_value = "region-lost")]
    scenario: String,
    /// The seed of chance: the same seed gives the same story.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The number of resources on each side. By default the scenario's own number.
    #[arg(long, value_parser = clap::value_parser!(u32).range(24..=50_000))]
    resources: Option<u32>,
    /// Rehearse your own estate: a file that `switchback capture --out FILE` has written.
    #[arg(long, value_name = "FILE", conflicts_with = "resources")]
    checkpoint: Option<PathBuf>,
    /// The store of the rehearsal. The story is the same with each.
    #[arg(long, value_enum, default_value_t)]
    store: Store,
    /// The folder for the story, the plan and the page.
    #[arg(long, default_value = "rehearsals")]
    out: PathBuf,
    /// Print the whole story instead of one screen.
    #[arg(long, conflicts_with_all = ["findings", "list"])]
    story: bool,
    /// Print each finding of the plans: what would hurt for real.
    #[arg(long, conflicts_with = "list")]
    findings: bool,
    /// List the scenarios, each with its title.
    #[arg(long)]
    list: bool,
}

/// The store of a rehearsal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Store {
    /// An embedded DynamoDB under the real AWS SDK.
    #[default]
    Embedded,
    /// Plain memory: much faster, and without the SDK.
    Memory,
}

impl From<Store> for StoreKind {
    fn from(store: Store) -> Self {
        match store {
            Store::Embedded => Self::Embedded,
            Store::Memory => Self::Memory,
        }
    }
}

/// Runs `switchback rehearse`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let failed = |message: String| Problem::failed("REHEARSAL-FAILED", message);
    if arguments.list {
        list(form).map_err(failed)?;
        return Ok(Exit::Fine);
    }
    let scenario = Scenario::named(&arguments.scenario).ok_or_else(|| unknown(&arguments.scenario))?;
    let rehearsal = match &arguments.checkpoint {
        Some(file) => Rehearsal::of_own(scenario, arguments.seed, OwnEstate::read(file, arguments.seed)?),
        None => Rehearsal::of(scenario, arguments.seed, arguments.resources.map(|count| count as usize)),
    };
    let rehearsal = Rehearsal { store: arguments.store.into(), page: true, ..rehearsal.map_err(failed)? };
    let mut result = rehearsal.run(&mut progress()).map_err(failed)?;
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[2K");
    }
    let files = Files::below(&arguments.out, &name(arguments, scenario), result.page.is_some());
    keep(&arguments.out, &files, &result)?;
    result.report.story = files.story.display().to_string();
    result.report.page = files.page.as_ref().map(|page| page.display().to_string());
    show(arguments, form, &result, &files);
    Ok(match result.report.outcome.as_str() {
        "completed" => Exit::Fine,
        "person-needed" => Exit::PersonNeeded,
        _ => Exit::Failed,
    })
}

/// The name of the files of a rehearsal, without an ending.
fn name(arguments: &Arguments, scenario: &Scenario) -> String {
    let of = match (&arguments.checkpoint, arguments.resources) {
        (Some(_), _) => "-own".to_owned(),
        (None, Some(count)) => format!("-of-{count}"),
        (None, None) => String::new(),
    };
    format!("{}-{}{of}", scenario.name, arguments.seed)
}

fn show(arguments: &Arguments, form: Form, result: &RehearsalResult, files: &Files) {
    if form == Form::Json {
        data_json(&result.report);
    } else if arguments.story {
        data(&result.story);
        say(format_args!("kept in {}", files.story.display()));
    } else if arguments.findings {
        for finding in &result.findings {
            data(format_args!("{finding}\n"));
        }
    } else {
        data(result.screen.text(files));
    }
}

fn unknown(given: &str) -> Problem {
    let known: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
    let meant = match (nearest(given, known.iter().copied()), known.first()) {
        (Some(meant), _) => format!("did you mean {meant}? "),
        (None, Some(first)) => format!("the first one to try is {first}; "),
        (None, None) => String::new(),
    };
    let message = format!("there is no scenario {given:?}: {meant}`switchback rehearse --list` lists all");
    Problem::refused("UNKNOWN-SCENARIO", message)
}

/// Lists the scenarios by name and title.
fn list(form: Form) -> Result<(), String> {
    let titled = SCENARIOS.iter().map(|scenario| Ok((scenario.name, scenario.script()?.title)));
    let titled: Vec<(&str, String)> = titled.collect::<Result<_, String>>()?;
    if form == Form::Json {
        let listed: Vec<_> = titled.iter().map(|(name, title)| json!({ "scenario": name, "title": title })).collect();
        data_json(&listed);
        return Ok(());
    }
    let widest = titled.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, title) in titled {
        data(format_args!("{name:<widest$}  {title}\n"));
    }
    Ok(())
}

/// A line that is rewritten on a terminal. In a pipe it is a new line each time the state has changed.
fn progress() -> impl FnMut(&str) {
    let terminal = std::io::stderr().is_terminal();
    let mut last = String::new();
    move |text: &str| {
        let state = text.split_once("  ").map_or(text, |(_, state)| state);
        if terminal {
            eprint!("\r\x1b[2K{text}");
            // Progress that cannot be shown is no reason to stop.
            let _ = std::io::stderr().flush();
        } else if state != last {
            eprintln!("{text}");
        }
        last = state.to_owned();
    }
}

/// Writes the story, the plan, and the page if there is one.
fn keep(folder: &Path, files: &Files, result: &RehearsalResult) -> Result<(), Problem> {
    let page = files.page.as_deref().zip(result.page.as_deref());
    for (path, text) in
        [(files.story.as_path(), &*result.story), (files.plan.as_path(), &*result.plan)].into_iter().chain(page)
    {
        let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, text));
        let cannot =
            |e| Problem::failed("OUTPUT", format!("{} cannot be written ({e}): choose another --out", path.display()));
        written.map_err(cannot)?;
    }
    Ok(())
}
