//! Which pair, and where it is recorded: what most commands are given.

use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;
use engine::Deps;
use engine::homes::as_recorded;
use failover::Side;
use local::file_store;
use rim::boot::{self, Ports};
use rim::{Checked, Problem, SystemClock, deployed};

/// The pair's configuration.
#[derive(Debug, clap::Args)]
pub(crate) struct PairArguments {
    /// The pair's configuration.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
}

impl PairArguments {
    /// A whole line that gives a command of this pair, to be pasted.
    pub(crate) fn line(&self, command: &str, store: &str) -> String {
        format!("switchback {command} --config {} {store}", quoted(&self.config.display().to_string()))
    }

    /// Reads and checks it.
    pub(crate) fn read(&self) -> Result<Checked, Problem> {
        Ok(Checked::read(&self.config)?)
    }
}

/// Where the pair is recorded.
#[derive(Debug, clap::Args)]
pub(crate) struct StoreArguments {
    /// Where the pair is recorded: embedded:FILE on this machine, or aws:TABLE.
    #[arg(long, value_name = "STORE")]
    store: String,
    /// The bucket that belongs to aws:TABLE.
    #[arg(long)]
    bucket: Option<String>,
    /// The topic by which the deployed functions are woken; without it they wake by the minute.
    #[arg(long, value_name = "ARN")]
    wake_topic: Option<String>,
}

/// A store that was named, not yet opened.
#[derive(Debug)]
pub(crate) enum Store {
    /// A file on this machine.
    Embedded(PathBuf),
    /// The deployed table.
    Aws { table: String, bucket: String, topic: Option<String> },
}

/// What to do when another runner that lives drives the saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Others {
    /// It is somebody else's command: this one has nothing to do here.
    AreRefused,
    /// It may be a deployed function, which does the same: watch it, and go on where it ends.
    AreFollowed,
}

impl StoreArguments {
    /// Reads the name.
    pub(crate) fn store(&self) -> Result<Store, Problem> {
        Store::named(&self.store, self.bucket.as_deref(), self.wake_topic.as_deref())
    }

    /// The store as it was named, to be named again.
    pub(crate) fn again(&self) -> String {
        again(&self.store, self.bucket.as_deref(), self.wake_topic.as_deref())
    }
}

/// The flags that name a store, as a shell takes them.
pub(crate) fn again(store: &str, bucket: Option<&str>, topic: Option<&str>) -> String {
    let flag = |name: &str, value: &str| format!("--{name} {}", quoted(value));
    let flags = [Some(flag("store", store)), bucket.map(|b| flag("bucket", b)), topic.map(|t| flag("wake-topic", t))];
    flags.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A word as a shell takes it.
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

    /// Whether deployed functions drive what is recorded there, too.
    pub(crate) fn others(&self) -> Others {
        match self {
            Store::Embedded(_) => Others::AreRefused,
            Store::Aws { .. } => Others::AreFollowed,
        }
    }

    /// Whether something can be kept in it; a table in the cloud was deployed.
    pub(crate) fn exists(&self) -> bool {
        match self {
            Store::Embedded(path) => path.exists(),
            Store::Aws { .. } => true,
        }
    }

    /// Opens it; a file that is not there is made.
    pub(crate) async fn open(&self, checked: &Checked) -> Result<Deps, Problem> {
        let ports = match self {
            Store::Embedded(path) => with_errands(checked, file_store::open(path)?).await,
            Store::Aws { table, bucket, topic } => deployed::ports(table, bucket, topic.as_deref()).await,
        };
        at_home(deps(checked, ports)?).await
    }

    /// Opens it for a look: a file that is not there is not made, and holds nothing.
    pub(crate) async fn look(&self, checked: &Checked) -> Result<Deps, Problem> {
        match self {
            Store::Embedded(path) => {
                at_home(deps(checked, with_errands(checked, file_store::look(path)?).await)?).await
            }
            Store::Aws { .. } => self.open(checked).await,
        }
    }

    /// The same, where a store that is not there is a mistake.
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

/// The pair without any record, for who only looks at its sides.
pub(crate) async fn without_store(checked: &Checked) -> Result<Deps, Problem> {
    deps(checked, with_errands(checked, file_store::memory()?).await)
}

/// A pair that is recorded on this machine may still have declared something on AWS.
async fn with_errands(checked: &Checked, ports: Ports) -> Ports {
    Ports { errands: deployed::errands(checked).await, ..ports }
}

/// With the homes that a promotion may have swapped.
async fn at_home(deps: Deps) -> Result<Deps, Problem> {
    Ok(as_recorded(&deps).await?)
}

fn deps(checked: &Checked, ports: Ports) -> Result<Deps, Problem> {
    Ok(boot::deps(checked, Arc::new(SystemClock::start()), ports)?)
}

/// A side, as it is named on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SideName {
    /// Where the work is at home.
    Primary,
    /// Where it goes when the primary fails.
    Standby,
}

impl SideName {
    /// The side.
    pub(crate) fn side(self) -> Side {
        match self {
            SideName::Primary => Side::Primary,
            SideName::Standby => Side::Standby,
        }
    }
}

/// A side's address, at the home that it has now.
pub(crate) fn url(deps: &Deps, side: Side) -> &str {
    deps.pair.addresses.iter().find(|address| address.side == side).map_or("", |address| address.url.as_str())
}

/// Runs a command on this thread.
pub(crate) fn run<T>(command: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let cannot = |e| Problem::failed("NO-RUNTIME", format!("this machine has nothing left to run in: {e}"));
    runtime.map_err(cannot)?.block_on(command)
}
