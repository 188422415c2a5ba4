//! `switchback rehearse`: plays a whole failover on this machine, without any account.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use local::rehearsal::scenarios::{SCENARIOS, Scenario};
use local::rehearsal::{OwnEstate, Rehearsal};
use local::stack::StoreKind;
use runtime::{Exit, Problem};

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
    /// The folder for the story and the plan.
    #[arg(long, default_value = "rehearsals")]
    out: PathBuf,
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
    let scenario = Scenario::named(&arguments.scenario).ok_or_else(|| {
        let known: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        let message = format!("there is no scenario {:?}: choose one of {}", arguments.scenario, known.join(", "));
        Problem::refused("UNKNOWN-SCENARIO", message)
    })?;
    let failed = |message: String| Problem::failed("REHEARSAL-FAILED", message);
    let rehearsal = match &arguments.checkpoint {
        Some(file) => Rehearsal::of_own(scenario, arguments.seed, OwnEstate::read(file, arguments.seed)?),
        None => Rehearsal::of(scenario, arguments.seed, arguments.resources.map(|count| count as usize)),
    };
    let rehearsal = Rehearsal { store: arguments.store.into(), ..rehearsal.map_err(failed)? };
    let mut told = rehearsal.run(&mut progress()).map_err(failed)?;
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[2K");
    }
    let of = match (&arguments.checkpoint, arguments.resources) {
        (Some(_), _) => "-own".to_owned(),
        (None, Some(count)) => format!("-of-{count}"),
        (None, None) => String::new(),
    };
    let name = format!("{}-{}{of}", scenario.name, arguments.seed);
    let path = keep(&arguments.out, &format!("{name}.txt"), &told.story)?;
    keep(&arguments.out, &format!("{name}.plan.txt"), &told.plan)?;
    told.report.story = path.display().to_string();
    if form == Form::Json {
        data_json(&told.report);
    } else {
        data(&told.story);
        say(format_args!("kept in {}", path.display()));
    }
    Ok(match told.report.outcome.as_str() {
        "completed" => Exit::Fine,
        "person-needed" => Exit::PersonNeeded,
        _ => Exit::Failed,
    })
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

fn keep(folder: &Path, name: &str, story: &str) -> Result<PathBuf, Problem> {
    let path = folder.join(name);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, story));
    let cannot =
        |e| Problem::failed("OUTPUT", format!("{} cannot be written ({e}): choose another --out", path.display()));
    written.map_err(cannot)?;
    Ok(path)
}
