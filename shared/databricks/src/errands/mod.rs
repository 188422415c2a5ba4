//! Errands that speak to Databricks: one file each, in two lists.
//!
//! Law: a try looks first; what is as wanted is done, without a call that could change anything.
//! Else it makes the call and looks again (S5). Nothing is created, and nothing is taken away for
//! good (S24). An API that is missing is no success: what an errand is for was declared by the team,
//! so a person must know. A new errand is one file and one line in its list.
//! Must not know: sagas, limits, which plan a step stands in.

mod api_call;
mod canary_job;
mod failover_group;
mod ip_access_list;
mod managed_recovery;
mod network_policy;
mod permissions;
mod principal_assignment;
mod settings;
mod sign_in;
mod sql_source;
mod stable_url;
mod statement;

use std::sync::LazyLock;

use async_trait::async_trait;
use engine::ports::{Briefing, ErrandInfo, Pass, Secrets};
use failover::errand::Detail;
use failover::plan::want;
use jiff::{SignedDuration, Timestamp};
use saga::{Fault, Reaction, Step};
use serde::Deserialize;
use serde_json::Value;

use crate::call::Call;
use crate::client::Client;
use crate::codes;
use crate::kinds::Api;

/// What is reached through a workspace, the one of the step's place.
pub const ON_WORKSPACE: &[&dyn ErrandKind] = &[
    &statement::Statement,
    &sql_source::SqlSource,
    &sign_in::SignIn,
    &api_call::ApiCall,
    &permissions::Permissions,
    &canary_job::CanaryJob,
    &ip_access_list::IpAccessList,
];

/// What is reached through the account, while either workspace may be dead.
pub const ON_ACCOUNT: &[&dyn ErrandKind] = &[
    &network_policy::NetworkPolicy,
    &principal_assignment::PrincipalAssignment,
    &managed_recovery::ManagedRecovery,
    &stable_url::StableUrl,
];

/// For so long a try follows what it has begun; then another try goes on.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);
/// Between two looks at what is followed.
const POLL: SignedDuration = SignedDuration::from_secs(2);

/// One kind of errand.
#[async_trait]
pub trait ErrandKind: Send + Sync {
    /// What the engine must know of it.
    fn info(&self) -> ErrandInfo;

    /// Says what is wrong with its settings.
    ///
    /// # Errors
    ///
    /// A sentence with the remedy.
    fn check(&self, settings: &Value) -> Result<(), String>;

    /// Tries once; tells what was read back.
    ///
    /// # Errors
    ///
    /// Why it is not so yet.
    async fn attempt(&self, ground: &Ground<'_>, given: &Given<'_>) -> Result<String, Fault>;

    /// The time up to which data has come, where the errand can tell it.
    ///
    /// # Errors
    ///
    /// Why it cannot be told.
    async fn synced_at(&self, _ground: &Ground<'_>, _settings: &Value) -> Result<Timestamp, Fault> {
        let message = format!("errand {} tells no time of last synced data", self.info().name);
        Err(Fault::person_needed(engine::codes::UNKNOWN_STEP, message))
    }
}

/// Where a try stands: a workspace or an account, and the way to it.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub(crate) client: &'a Client,
    pub(crate) secrets: Option<&'a dyn Secrets>,
    /// The account's id; empty on a workspace.
    pub(crate) account: &'a str,
    pub(crate) pass: &'a dyn Pass,
}

impl<'a> Ground<'a> {
    pub(crate) async fn call(&self, call: &Call) -> Result<Value, Fault> {
        self.client.call(call, self.pass).await
    }

    async fn all(&self, call: &Call, items: &str) -> Result<Vec<Value>, Fault> {
        self.client.pages(call, items, self.pass).await
    }

    fn api(&self) -> Api<'a> {
        Api::new(self.client, self.pass)
    }

    fn is_out_of_patience(&self, begun: Timestamp) -> bool {
        self.client.now().duration_since(begun) >= PATIENCE
    }
}

/// What a try is given.
pub struct Given<'a> {
    pub(crate) step: &'a Step,
    pub(crate) detail: Detail,
    pub(crate) briefing: &'a Briefing<'a>,
}

impl Given<'_> {
    /// A fence: whether the side shall be cut off, or what cut it off be lifted.
    fn cuts_off(&self) -> Result<bool, Fault> {
        match self.step.want.as_str() {
            want::CUT_OFF => Ok(true),
            want::LIFTED => Ok(false),
            _ => Err(self.unknown_want()),
        }
    }

    /// Refuses every other wanted state.
    fn wants(&self, wanted: &str) -> Result<(), Fault> {
        if self.step.want == wanted { Ok(()) } else { Err(self.unknown_want()) }
    }

    fn unknown_want(&self) -> Fault {
        let said = format!("errand {} cannot be brought to {:?}", self.step.kind, self.step.want);
        Fault::person_needed(codes::UNKNOWN_WANT, said)
    }
}

/// What is known of every kind, those of workspaces first.
pub fn infos() -> &'static [ErrandInfo] {
    static ALL: LazyLock<Vec<ErrandInfo>> =
        LazyLock::new(|| ON_WORKSPACE.iter().chain(ON_ACCOUNT).map(|kind| kind.info()).collect());
    &ALL
}

/// Says what is wrong with the settings of a kind; `None` if it is none of these.
pub fn checked(name: &str, settings: &Value) -> Option<Result<(), String>> {
    let lists = [ON_WORKSPACE, ON_ACCOUNT];
    lists.into_iter().find_map(|list| known(list, name)).map(|kind| kind.check(settings))
}

fn known(list: &[&'static dyn ErrandKind], name: &str) -> Option<&'static dyn ErrandKind> {
    list.iter().copied().find(|kind| kind.info().name == name)
}

/// What is wrong with the settings of an errand of the list.
pub(crate) fn check(list: &[&'static dyn ErrandKind], name: &str, settings: &Value) -> Result<(), String> {
    match known(list, name) {
        Some(kind) => kind.check(settings),
        None => {
            let names: Vec<&str> = list.iter().map(|kind| kind.info().name).collect();
            Err(format!("there is no errand {name:?} here: use one of {}", names.join(", ")))
        }
    }
}

/// Tries an errand of the list once.
pub(crate) async fn attempt(
    list: &[&'static dyn ErrandKind],
    ground: &Ground<'_>,
    step: &Step,
    briefing: &Briefing<'_>,
) -> Result<String, Fault> {
    let unknown = |said: String| Fault::person_needed(codes::UNKNOWN_WANT, said);
    let kind =
        known(list, &step.kind).ok_or_else(|| unknown(format!("this program knows no errand {:?}", step.kind)))?;
    let detail = Detail::deserialize(&step.detail).map_err(|e| {
        unknown(format!("errand {} {:?} came with a detail that cannot be read: {e}", step.kind, step.name))
    })?;
    kind.attempt(ground, &Given { step, detail, briefing }).await.map_err(never_unsupported)
}

/// The time up to which data has come, of an errand of the list.
pub(crate) async fn synced_at(
    list: &[&'static dyn ErrandKind],
    ground: &Ground<'_>,
    name: &str,
    settings: &Value,
) -> Result<Timestamp, Fault> {
    let unknown = || Fault::person_needed(codes::UNKNOWN_WANT, format!("this program knows no errand {name:?}"));
    known(list, name).ok_or_else(unknown)?.synced_at(ground, settings).await.map_err(never_unsupported)
}

/// A fence that does not exist fences nothing, and what cannot be asked proves nothing.
fn never_unsupported(fault: Fault) -> Fault {
    match fault.reaction {
        Reaction::UnsupportedHere => Fault { reaction: Reaction::PersonNeeded, ..fault },
        Reaction::Again { .. }
        | Reaction::VerifyFirst
        | Reaction::AlreadySo
        | Reaction::PersonNeeded
        | Reaction::WaitForOthers => fault,
    }
}

/// The fault of the look after a call that was answered: the call may have had its effect.
fn after_effect(fault: Fault) -> Fault {
    match fault.reaction {
        Reaction::Again { .. } => Fault { reaction: Reaction::VerifyFirst, ..fault },
        Reaction::VerifyFirst
        | Reaction::AlreadySo
        | Reaction::PersonNeeded
        | Reaction::UnsupportedHere
        | Reaction::WaitForOthers => fault,
    }
}

/// It goes on, and is looked at again after a while.
fn still_changing(said: String) -> Fault {
    let after_ms = u64::try_from(POLL.as_millis()).ok();
    Fault { reaction: Reaction::Again { after_ms }, ..Fault::again(engine::codes::STILL_CHANGING, said) }
}
