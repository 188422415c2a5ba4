//! `switchback signal`: reports a person's reading of a side's health.
//!
//! It is one origin among others, and alone it moves nothing. It counts for half an hour.

use engine::detection::{case_of, ingest};
use failover::signal::{About, Origin, Reading, Signal, holds};
use failover::verdict::sentences;
use jiff::SignedDuration;
use runtime::{Exit, Problem};
use serde_json::json;

use crate::place;
use crate::place::pair::{PairArguments, SideName};
use crate::place::store::StoreArguments;
use crate::terminal::prompts::person;
use crate::terminal::talk::{Form, data, data_json};

/// The reading of a side, in a person's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Said {
    /// It is well.
    Healthy,
    /// It works worse than usual.
    Degraded,
    /// It does not work.
    Down,
    /// My earlier readings do not count any more.
    Unknown,
}

impl Said {
    fn reading(self) -> Reading {
        match self {
            Said::Healthy => Reading::Healthy,
            Said::Degraded => Reading::Degraded,
            Said::Down => Reading::Down,
            Said::Unknown => Reading::Unknown,
        }
    }
}

/// The arguments of `switchback signal`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// The side that the reading is about.
    #[arg(long, value_enum)]
    side: SideName,
    /// The state of the side.
    #[arg(long, value_enum)]
    reading: Said,
    /// A description of what was seen, in one line. No secret, no link.
    #[arg(long)]
    text: String,
}

/// Runs `switchback signal`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.open(&checked).await?;
        let (by, now) = (person(), deps.clock.now());
        let words: Vec<&str> = arguments.text.split_whitespace().collect();
        let signal = Signal {
            about: About { source: "operator".to_owned(), side: arguments.side.side(), subject: by.clone() },
            origin: Origin::Operator,
            reading: arguments.reading.reading(),
            seen_at: now,
            holds_s: holds::OPERATOR_S,
            text: format!("{by}: {}", words.join(" ")),
        };
        let until = now.saturating_add(SignedDuration::from_secs(holds::OPERATOR_S)).unwrap_or(now);
        ingest(&deps, vec![signal.clone()]).await?;
        let sentence = sentences(&case_of(&deps).await?).into_iter().next();
        if form == Form::Json {
            data_json(&json!({ "pair": checked.pair, "signal": signal, "until": until, "verdict": sentence }));
        } else {
            let Signal { reading, about, .. } = signal;
            data(format_args!("{by} says that the {} is {reading}; it counts until {until:.0}\n", about.side));
            data(format_args!("{}\n", sentence.unwrap_or_default()));
        }
        Ok(Exit::Fine)
    })
}
