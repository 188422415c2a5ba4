//! Names the pair and its sides, as the command line does.

use std::path::PathBuf;

use clap::ValueEnum;
use engine::roles::ResolvedPair;
use failover::Side;
use runtime::{Checked, Problem};

/// The argument that names the pair.
#[derive(Debug, clap::Args)]
pub(crate) struct PairArguments {
    /// The file with the pair's configuration.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
}

impl PairArguments {
    /// A whole line with a command of this pair, to be pasted.
    pub(crate) fn line(&self, command: &str, store: &str) -> String {
        format!("switchback {command} --config {} {store}", quoted(&self.config.display().to_string()))
    }

    /// Reads and checks the configuration.
    pub(crate) fn read(&self) -> Result<Checked, Problem> {
        Ok(Checked::read(&self.config)?)
    }
}

/// A side, as the command line names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SideName {
    /// The workspace with the role of the primary.
    Primary,
    /// The workspace with the role of the standby.
    Standby,
}

impl SideName {
    /// The side of that name.
    pub(crate) fn side(self) -> Side {
        match self {
            SideName::Primary => Side::Primary,
            SideName::Standby => Side::Standby,
        }
    }
}

/// The address of a side, by the role assignment of now.
pub(crate) fn url(deps: &ResolvedPair, side: Side) -> &str {
    deps.sides().address(side).map_or("", |address| address.url.as_str())
}

/// A word in the form for a shell.
pub(crate) fn quoted(word: &str) -> String {
    // A word with a NUL cannot be given to a shell at all.
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), std::borrow::Cow::into_owned)
}
