//! Reads the pair and the store, which are arguments of most commands.

use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;
use engine::Deps;
use engine::homes::as_recorded;
use failover::Side;
use local::file_store;
use rim::boot::{self, Ports};
use rim::{Checked, Problem, SystemClock, deployed};

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

#[derive(Debug, clap::Args)]
pub(crate) struct StoreArguments {
    /// The store of the pair: embedded:FILE on this machine, or aws:TABLE.
    #[arg(long, value_name = "STORE")]
    store: String,
    /// The bucket that belongs to aws:TABLE.
    #[arg(long)]
    bucket: Option<String>,
    /// The topic that wakes the deployed functions. Without it they wake once a minute.
    #[arg(long, value_name = "ARN")]
    wake_topic: Option<String>,
}

/// A store that is named and not opened yet.
#[derive(Debug)]
pub(crate) enum Store {
    /// A file on this machine.
    Embedded(PathBuf),
    /// The deployed table.
    Aws { table: String, bucket: String, topic: Option<String> },
}

/// The reaction to another live runner that drives the saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Others {
    /// The other runner is another person's command, so this one has nothing to do here.
    AreRefused,
    /// The other runner may be a deployed function, which does the same. This one watches it, and goes on where it
    /// ends.
    AreFollowed,
}

impl StoreArguments {
    /// Reads the name of the store.
    pub(crate) fn store(&self) -> Result<Store, Problem> {
        Store::named(&self.store, self.bucket.as_deref(), self.wake_topic.as_deref())
    }

    /// The flags of the store as they were given, to be written again.
    pub(crate) fn again(&self) -> String {
        again(&self.store, self.bucket.as_deref(), self.wake_topic.as_deref())
    }
}

/// The flags that name a store, in the form for a shell.
pub(crate) fn again(store: &str, bucket: Option<&str>, topic: Option<&str>) -> String {
    let flag = |name: &str, value: &str| format!("--{name} {}", quoted(value));
    let flags = [Some(flag("store", store)), bucket.map(|b| flag("bucket", b)), topic.map(|t| flag("wake-topic", t))];
    flags.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A word in the form for a shell.
fn quoted(word: &str) -> String {
    // A word with a NUL cannot be given to a shell at all.
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), std::borrow::Cow::into_owned)
}

impl Store {
    /// Reads a store's name.
    pub(crate) fn named(name: &str, bucket: Option<&str>, topic: Option<&str>) -> Result<Self, Problem> {
        let unknown = |why: &str| Problem::refused("UNKNOWN-STORE", format!("--store {name}: {why}"));
        match name.split_once(':') {
            Some(("embedded", file)) if !file.is_empty() => Ok(Store::Embedded(PathBuf::from(file))),
            Some(("aws", _)) if !cfg!(feature = "cloud") => {
                Err(unknown("this build of the program reaches no AWS: build it with --features cloud"))
            }
            Some(("aws", table)) if !table.is_empty() => {
                let bucket = bucket.ok_or_else(|| unknown("name the bucket, too, with --bucket"))?;
                let (table, bucket, topic) = (table.to_owned(), bucket.to_owned(), topic.map(str::to_owned));
                Ok(Store::Aws { table, bucket, topic })
            }
            Some(_) | None => Err(unknown("write embedded:FILE or aws:TABLE")),
        }
    }

    /// The reaction to other runners. Deployed functions also drive the sagas of a table.
    pub(crate) fn others(&self) -> Others {
        match self {
            Store::Embedded(_) => Others::AreRefused,
            Store::Aws { .. } => Others::AreFollowed,
        }
    }

    /// Whether the store exists. A table in the cloud was deployed, so it does.
    pub(crate) fn exists(&self) -> bool {
        match self {
            Store::Embedded(path) => path.exists(),
            Store::Aws { .. } => true,
        }
    }

    /// Opens the store. A missing file is made.
    pub(crate) async fn open(&self, checked: &Checked) -> Result<Deps, Problem> {
        let ports = match self {
            Store::Embedded(path) => with_errands(checked, file_store::open(path)?).await,
            Store::Aws { table, bucket, topic } => deployed::ports(table, bucket, topic.as_deref()).await,
        };
        at_home(deps(checked, ports)?).await
    }

    /// Opens the store for reads. A missing file is not made, and counts as empty.
    pub(crate) async fn look(&self, checked: &Checked) -> Result<Deps, Problem> {
        match self {
            Store::Embedded(path) => {
                at_home(deps(checked, with_errands(checked, file_store::look(path)?).await)?).await
            }
            Store::Aws { .. } => self.open(checked).await,
        }
    }

    /// Opens the store. A missing file is a mistake.
    pub(crate) async fn existing(&self, checked: &Checked) -> Result<Deps, Problem> {
        match self {
            Store::Embedded(path) if !path.exists() => {
                let message = format!("there is no store {}: name the one that capture has used", path.display());
                Err(Problem::refused("NO-STORE", message))
            }
            Store::Embedded(_) | Store::Aws { .. } => self.open(checked).await,
        }
    }
}

/// The pair without any record, for commands that only read its sides.
pub(crate) async fn without_store(checked: &Checked) -> Result<Deps, Problem> {
    deps(checked, with_errands(checked, file_store::memory()?).await)
}

/// A pair that is recorded on this machine may still have declared an action on AWS.
async fn with_errands(checked: &Checked, ports: Ports) -> Ports {
    Ports { errands: deployed::errands(checked).await, ..ports }
}

/// Applies the recorded role assignment, which a promotion may have changed.
async fn at_home(deps: Deps) -> Result<Deps, Problem> {
    Ok(as_recorded(&deps).await?)
}

fn deps(checked: &Checked, ports: Ports) -> Result<Deps, Problem> {
    Ok(boot::deps(checked, Arc::new(SystemClock::start()), ports)?)
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
    pub(crate) fn side(self) -> Side {
        match self {
            SideName::Primary => Side::Primary,
            SideName::Standby => Side::Standby,
        }
    }
}

/// The address of a side, by the role assignment of now.
pub(crate) fn url(deps: &Deps, side: Side) -> &str {
    deps.pair.addresses.iter().find(|address| address.side == side).map_or("", |address| address.url.as_str())
}

/// Runs a command on this thread.
pub(crate) fn run<T>(command: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let cannot = |e| Problem::failed("NO-RUNTIME", format!("this machine has nothing left to run in: {e}"));
    runtime.map_err(cannot)?.block_on(command)
}
