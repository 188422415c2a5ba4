//! One workspace, seen as resources of kinds.

use async_trait::async_trait;
use failover::{Resource, StartStage};
use jiff::Timestamp;
use saga::{Fault, Step};
use serde_json::Value;

use super::{Errands, Pass};

/// What the engine must know of a kind before it asks for anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindInfo {
    /// Its name in steps and checkpoints, e.g. `sql_warehouse`.
    pub name: &'static str,
    /// In milliseconds: how long to wait before looking again while a change is under way.
    pub poll_ms: u64,
    /// How many resources one page of its listing holds.
    pub page: u32,
    /// Whether it is listed and fenced on a leaving side; false for what exists on a target only, e.g. a run to be made.
    pub fenced: bool,
    /// The stages of a target that its starts belong to.
    pub stages: &'static [StartStage],
}

/// A resource as it was just read. Opaque to the engine but for the first fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Its kind's name.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What the kind needs to judge it: the API's own JSON.
    pub facts: Value,
}

/// One call that would bring a resource closer to a wanted state.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// Its kind's name.
    pub kind: &'static str,
    /// What it does, for people: `pause job 17`.
    pub what: String,
    /// The call itself, in the kind's own terms.
    pub request: Value,
}

/// What came back from a call, for people and for the next look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActReply {
    /// What is worth noting, e.g. `run 4711`.
    pub note: String,
    /// The id of what the call made, where it made something: a run, an update.
    pub made: Option<String>,
}

/// What a look is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Looking {
    /// To record: what is seen to fence, and what would hurt as well, which may cost a request for
    /// each resource.
    Record,
    /// To fence: see whatever may process data, active runs included.
    Fence,
    /// To start: see the resource itself; cheaper.
    Start,
}

/// What a judgment may know besides the step and the look.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The step's idempotency token (S7): the same in every attempt of the step.
    pub token: &'a str,
    /// When the plan was made: what was made on the target after this, the saga made.
    pub since: Timestamp,
    /// Attempts of the step before this one.
    pub tries: u32,
    /// What the last call of this attempt answered; `None` before the first and after a crash.
    pub reply: Option<&'a ActReply>,
}

/// What to do about a resource that was just read.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// It is as wanted.
    Already {
        /// What was read, for people.
        note: String,
    },
    /// Make these calls, each once, then look again.
    Act(Vec<Act>),
    /// A change is under way: look again after the kind's poll time.
    Wait {
        /// What is awaited, for people.
        why: String,
    },
    /// It cannot be brought there from here.
    Cannot(Fault),
}

/// One workspace under one set of credentials. One request per wire call, no retries.
#[async_trait]
pub trait Workspace: Errands {
    /// The kinds it handles, in the order in which they are fenced.
    fn kinds(&self) -> &'static [KindInfo];

    /// Lists every resource of a kind: all pages, or a fault, never a part.
    /// What starts work is read before the work itself, so that nothing slips in between.
    ///
    /// # Errors
    ///
    /// The first request's fault that did not succeed.
    async fn list(&self, kind: &str, looking: Looking, pass: &dyn Pass) -> Result<Vec<Observed>, Fault>;

    /// Reads one resource; `None` if the workspace says that it does not exist.
    ///
    /// # Errors
    ///
    /// A fault that does not mean "does not exist".
    async fn look(&self, kind: &str, id: &str, looking: Looking, pass: &dyn Pass) -> Result<Option<Observed>, Fault>;

    /// Makes one call.
    ///
    /// # Errors
    ///
    /// A fault; with reaction `VerifyFirst` whenever the call may have had an effect.
    async fn act(&self, act: &Act, pass: &dyn Pass) -> Result<ActReply, Fault>;

    /// Proves that the workspace answers and knows us, without changing anything.
    ///
    /// # Errors
    ///
    /// The fault that shows why not.
    async fn greet(&self, pass: &dyn Pass) -> Result<String, Fault>;

    /// What to do about a resource; `seen` is `None` when it does not exist.
    /// Pure: the same look gives the same answer.
    fn next(&self, step: &Step, seen: Option<&Observed>, context: &Context<'_>) -> Next;

    /// What to do about everything of a kind that is not as `want` has it, for
    /// steps that name a whole kind (`resource` is `*`). Pure.
    /// `Act` names one call for each offender, so that one that cannot be helped keeps none waiting (L4).
    fn next_of_all(&self, step: &Step, seen: &[&Observed]) -> Next;

    /// How a look will be when a call has had its effect; `None` where the call does not change what
    /// [`Workspace::next`] judges by, or where no further call follows from it. Pure; only what
    /// foresees calls asks, and nothing that is assumed is ever taken for read (S5).
    fn assume(&self, _seen: &Observed, _act: &Act) -> Option<Observed> {
        None
    }

    /// What a checkpoint records of a resource. Pure.
    fn record(&self, seen: &Observed) -> Resource;

    /// Whether a checkpoint records it as a resource of its own. False for what is listed so that
    /// none of it goes on unseen, yet belongs to another resource, e.g. a run of a saved job. Pure.
    fn recorded(&self, _seen: &Observed) -> bool {
        true
    }

    /// What started it, by kind and id, where that can be told: a run's job. Pure.
    fn owner(&self, _seen: &Observed) -> Option<(String, String)> {
        None
    }

    /// Who or what last changed it, and when, where the API tells. Pure.
    fn changed_by(&self, _seen: &Observed) -> Option<String> {
        None
    }
}
