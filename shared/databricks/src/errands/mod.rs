//! The actions that use Databricks: one file each, in two lists.
//!
//! Law: a try reads first. If the wanted state is there, the try is done and makes no call that could change
//! anything. Otherwise it makes the call and reads again (S5). Nothing is created, and nothing is taken away
//! for good (S24). A missing API is no success: the team declared the action, so a person must know. A new
//! action is one file and one line in its list.
//! Must not know: sagas, limits, the plan of a step.

mod api_call;
pub(crate) mod canary_job;
mod failover_group;
mod ip_access_list;
mod managed_recovery;
mod network_policy;
mod permissions;
mod principal_assignment;
pub(crate) mod settings;
mod sign_in;
mod sql_source;
mod stable_url;
pub(crate) mod statement;

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

/// The actions that use a workspace, the one of the step's place.
pub const ON_WORKSPACE: &[&dyn ErrandKind] = &[
    &statement::Statement,
    &sql_source::SqlSource,
    &sign_in::SignIn,
    &api_call::ApiCall,
    &permissions::Permissions,
    &canary_job::CanaryJob,
    &ip_access_list::IpAccessList,
];

/// The actions that use the account, because either workspace may be dead.
pub const ON_ACCOUNT: &[&dyn ErrandKind] = &[
    &network_policy::NetworkPolicy,
    &principal_assignment::PrincipalAssignment,
    &managed_recovery::ManagedRecovery,
    &stable_url::StableUrl,
];

/// A try follows its call for this long. Then another try continues.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);
/// The time between two reads of a call that is followed.
const POLL: SignedDuration = SignedDuration::from_secs(2);

/// One kind of action.
#[async_trait]
pub trait ErrandKind: Send + Sync {
    /// The facts that the engine needs about the kind.
    fn info(&self) -> ErrandInfo;

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong, with the remedy.
    fn check(&self, settings: &Value) -> Result<(), String>;

    /// Tries once. Returns a line about what was read back.
    ///
    /// # Errors
    ///
    /// A fault if the wanted state was not read back.
    async fn attempt(&self, ground: &Ground<'_>, given: &Given<'_>) -> Result<String, Fault>;

    /// The time up to which data has come, if the action can read it.
    ///
    /// # Errors
    ///
    /// A fault if the time cannot be read.
    async fn synced_at(&self, _ground: &Ground<'_>, _settings: &Value) -> Result<Timestamp, Fault> {
        let message = format!("errand {} tells no time of last synced data", self.info().name);
        Err(Fault::person_needed(engine::codes::UNKNOWN_STEP, message))
    }
}

/// The context of a try: a workspace or an account, and the way to it.
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

/// The step of a try, with its detail and its briefing.
pub struct Given<'a> {
    pub(crate) step: &'a Step,
    pub(crate) detail: Detail,
    pub(crate) briefing: &'a Briefing<'a>,
}

impl Given<'_> {
    /// For a fence: true if the side must be isolated, false if it must be readmitted.
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

/// The facts about every kind of action, those of workspaces first.
pub fn infos() -> &'static [ErrandInfo] {
    static ALL: LazyLock<Vec<ErrandInfo>> =
        LazyLock::new(|| ON_WORKSPACE.iter().chain(ON_ACCOUNT).map(|kind| kind.info()).collect());
    &ALL
}

/// Checks the settings of a kind; `None` if no kind of action has this name.
pub fn checked(name: &str, settings: &Value) -> Option<Result<(), String>> {
    let lists = [ON_WORKSPACE, ON_ACCOUNT];
    lists.into_iter().find_map(|list| known(list, name)).map(|kind| kind.check(settings))
}

fn known(list: &[&'static dyn ErrandKind], name: &str) -> Option<&'static dyn ErrandKind> {
    list.iter().copied().find(|kind| kind.info().name == name)
}

/// Checks the settings of an action of the list.
pub(crate) fn check(list: &[&'static dyn ErrandKind], name: &str, settings: &Value) -> Result<(), String> {
    match known(list, name) {
        Some(kind) => kind.check(settings),
        None => {
            let names: Vec<&str> = list.iter().map(|kind| kind.info().name).collect();
            Err(format!("there is no errand {name:?} here: use one of {}", names.join(", ")))
        }
    }
}

/// Tries an action of the list once.
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

/// The time up to which data has come, for an action of the list.
pub(crate) async fn synced_at(
    list: &[&'static dyn ErrandKind],
    ground: &Ground<'_>,
    name: &str,
    settings: &Value,
) -> Result<Timestamp, Fault> {
    let unknown = || Fault::person_needed(codes::UNKNOWN_WANT, format!("this program knows no errand {name:?}"));
    known(list, name).ok_or_else(unknown)?.synced_at(ground, settings).await.map_err(never_unsupported)
}

/// A fence that does not exist fences nothing. A validation that cannot be made proves nothing.
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

/// The fault of the read after a call that was answered: the call may have had its effect.
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

/// The change is still under way, and is read again after a while.
fn still_changing(said: String) -> Fault {
    let after_ms = u64::try_from(POLL.as_millis()).ok();
    Fault { reaction: Reaction::Again { after_ms }, ..Fault::again(engine::codes::STILL_CHANGING, said) }
}
