//! Names the store of a pair, and opens it.

use std::path::PathBuf;
use std::sync::Arc;

use engine::Deps;
use engine::roles::{ResolvedPair, as_recorded};
use local::file_store;
use runtime::boot::{self, Ports};
use runtime::{Checked, Problem, SystemClock, deployed};

use crate::place::pair::quoted;

/// The arguments that name the store of the pair.
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
    pub(crate) async fn open(&self, checked: &Checked) -> Result<ResolvedPair, Problem> {
        let ports = match self {
            Store::Embedded(path) => with_actions(checked, file_store::open(path)?).await,
            Store::Aws { table, bucket, topic } => deployed::ports(table, bucket, topic.as_deref()).await,
        };
        at_home(deps(checked, ports)?).await
    }

    /// Opens the store for reads. A missing file is not made, and counts as empty.
    pub(crate) async fn look(&self, checked: &Checked) -> Result<ResolvedPair, Problem> {
        match self {
            Store::Embedded(path) => {
                at_home(deps(checked, with_actions(checked, file_store::look(path)?).await)?).await
            }
            Store::Aws { .. } => self.open(checked).await,
        }
    }

    /// Opens the store. A missing file is a mistake.
    pub(crate) async fn existing(&self, checked: &Checked) -> Result<ResolvedPair, Problem> {
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
pub(crate) async fn without_store(checked: &Checked) -> Result<ResolvedPair, Problem> {
    at_home(deps(checked, with_actions(checked, file_store::memory()?).await)?).await
}

/// A pair that is recorded on this machine may still have declared an action on AWS.
async fn with_actions(checked: &Checked, ports: Ports) -> Ports {
    Ports { actions: deployed::actions(checked).await, ..ports }
}

/// Applies the recorded role assignment, which a promotion may have changed.
async fn at_home(deps: Deps) -> Result<ResolvedPair, Problem> {
    Ok(as_recorded(&deps).await?)
}

fn deps(checked: &Checked, ports: Ports) -> Result<Deps, Problem> {
    Ok(boot::deps(checked, Arc::new(SystemClock::start()), ports)?)
}
