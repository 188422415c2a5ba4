//! Defines the port of one workspace, seen as resources of kinds.

use async_trait::async_trait;
use failover::{Resource, ResourceKey, StartStage};
use jiff::Timestamp;
use saga::{Fault, Step};
use serde_json::Value;

use super::{Actions, Admission};

/// The facts that the engine needs of a kind before any request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindInfo {
    /// The kind's name in steps and checkpoints, e.g. `sql_warehouse`.
    pub name: &'static str,
    /// In milliseconds: the pause before the next read while a change is under way.
    pub poll_ms: u64,
    /// The number of resources in one page of its listing.
    pub page: u32,
    /// Whether it is listed and fenced on a leaving side. It is false for a kind that exists on a target only, e.g. a
    /// run that is to be made.
    pub fenced: bool,
    /// The stages of a target that its starts belong to.
    pub stages: &'static [StartStage],
}

/// A resource as it was just read. The engine uses only the first fields, and not `facts`.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// The kind's name.
    pub kind: &'static str,
    /// The resource's id.
    pub id: String,
    /// The resource's name.
    pub name: String,
    /// The API's own JSON, by which the kind judges the resource.
    pub facts: Value,
}

/// One call that would bring a resource closer to the wanted state.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiCall {
    /// The kind's name.
    pub kind: &'static str,
    /// The effect of the call, for people: `pause job 17`.
    pub what: String,
    /// The call itself, in the kind's own form.
    pub request: Value,
}

/// The answer to a call, for people and for the next read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiReply {
    /// A detail for people, e.g. `run 4711`.
    pub note: String,
    /// The id of a thing that the call made, if it made one: a run, an update.
    pub made: Option<String>,
}

/// The purpose of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadPurpose {
    /// To record. It reads everything that is read to fence, and also everything that would hurt. This may cost a
    /// request for each resource.
    Record,
    /// To fence. It reads everything that may process data, active runs included.
    Fence,
    /// To start. It reads only the resource itself, which is cheaper.
    Start,
}

/// The facts that a judgment may know besides the step and the read.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The step's idempotency token (S7). It is the same in every attempt of the step.
    pub token: &'a str,
    /// The time when the plan was made. The saga made everything on the target that is newer.
    pub since: Timestamp,
    /// The number of attempts of the step before this one.
    pub tries: u32,
    /// The answer to the last call of this attempt. `None`: before the first call, and after a crash.
    pub reply: Option<&'a ApiReply>,
}

/// The decision about a resource that was just read.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// It is as wanted.
    Satisfied {
        /// The state that was read, for people.
        note: String,
    },
    /// Make these calls, each once, then read again.
    Call(Vec<ApiCall>),
    /// A change is under way: read again after the kind's poll time.
    Wait {
        /// The change that is awaited, for people.
        why: String,
    },
    /// It cannot be brought to the wanted state from here.
    Blocked(Fault),
}

/// One workspace under one set of credentials. A call sends one request at a time, and nothing is retried.
#[async_trait]
pub trait Workspace: Actions {
    /// The kinds it handles, in the order in which they are fenced.
    fn kinds(&self) -> &'static [KindInfo];

    /// Lists every resource of a kind: all pages, or a fault, and never a part. A resource that starts work is read
    /// before the work itself, so that nothing slips in between.
    ///
    /// # Errors
    ///
    /// The fault of the first request that failed.
    async fn list(
        &self,
        kind: &str,
        read_purpose: ReadPurpose,
        admission: &dyn Admission,
    ) -> Result<Vec<Observed>, Fault>;

    /// Reads one resource. `None`: the workspace says that it does not exist.
    ///
    /// # Errors
    ///
    /// A fault that does not mean "does not exist".
    async fn look(
        &self,
        kind: &str,
        id: &str,
        read_purpose: ReadPurpose,
        admission: &dyn Admission,
    ) -> Result<Option<Observed>, Fault>;

    /// Makes one call.
    ///
    /// # Errors
    ///
    /// A fault. Its reaction is `VerifyFirst` whenever the call may have had an effect.
    async fn call(&self, api_call: &ApiCall, admission: &dyn Admission) -> Result<ApiReply, Fault>;

    /// Proves that the workspace answers and knows us. It changes nothing.
    ///
    /// # Errors
    ///
    /// The fault that shows the reason why not.
    async fn check_access(&self, admission: &dyn Admission) -> Result<String, Fault>;

    /// Decides what to do about a resource. `seen` is `None` if the resource does not exist. Pure: the same read
    /// gives the same decision.
    fn next(&self, step: &Step, seen: Option<&Observed>, context: &Context<'_>) -> Next;

    /// Decides what to do about every resource of a kind that is not as `want` has it. It is for steps that name a
    /// whole kind (`resource` is `*`). Pure. `ApiCall` has one call for each such resource, so that a resource that
    /// cannot be helped does not delay the others (L4).
    fn next_of_all(&self, step: &Step, seen: &[&Observed]) -> Next;

    /// Predicts the read after a call has had its effect. `None`: the call changes nothing that [`Workspace::next`]
    /// judges by, or no further call follows from it. Pure. Only a dry run uses it, and nothing that is assumed is
    /// ever taken for read (S5).
    fn assume(&self, _seen: &Observed, _act: &ApiCall) -> Option<Observed> {
        None
    }

    /// Makes the checkpoint's record of a resource. Pure.
    fn record(&self, seen: &Observed) -> Resource;

    /// Whether a checkpoint records it as a resource of its own. It is false for a resource that is listed so that
    /// none of its work goes on unseen, but that belongs to another resource, e.g. a run of a saved job. Pure.
    fn recorded(&self, _seen: &Observed) -> bool {
        true
    }

    /// The resource that started it, if this is known: a run's job. Pure.
    fn owner(&self, _seen: &Observed) -> Option<ResourceKey> {
        None
    }

    /// The person or the program that last changed it, and the time, if the API shows them. Pure.
    fn changed_by(&self, _seen: &Observed) -> Option<String> {
        None
    }
}
