//! One kind of resource.
//!
//! Law: everything but `list`, `look` and `act` is pure. Must not know: any kind.

use async_trait::async_trait;
use engine::ports::{ApiCall, ApiReply, Context, KindInfo, Next, Observed, ReadPurpose};
use failover::plan::want::FENCED;
use failover::{Resource, ResourceKey};
use saga::{Fault, Step};

use super::api::Api;
use super::{facts, verdicts};
use crate::call::Call;

/// One kind of resource.
///
/// A kind implements the parts that differ between kinds. `next` and `next_of_all` are the same for all
/// kinds, and `act` is the same for most. Everything but `list`, `look` and `act` is pure.
#[async_trait]
pub trait Kind: Send + Sync {
    /// The facts that the engine needs about the kind.
    fn info(&self) -> KindInfo;

    /// Lists every resource of the kind. Resources that start work are read before the work.
    ///
    /// # Errors
    ///
    /// The fault of the first request that did not succeed.
    async fn list(&self, api: &Api<'_>, read_purpose: ReadPurpose) -> Result<Vec<Observed>, Fault>;

    /// Reads one resource; `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// A fault that does not mean "does not exist".
    async fn look(&self, api: &Api<'_>, id: &str, read_purpose: ReadPurpose) -> Result<Option<Observed>, Fault>;

    /// Decides how this resource is kept from processing data.
    fn fence(&self, seen: &Observed) -> Next;

    /// Decides the same for a resource that a step names. It may differ from [`Kind::fence`] only in calls
    /// that stop no processing of data, so a sweep need not wait for them.
    fn fence_one(&self, seen: &Observed, _context: &Context<'_>) -> Next {
        self.fence(seen)
    }

    /// Decides how this resource, which exists, is brought to the state that a start wants.
    fn start(&self, step: &Step, seen: &Observed, context: &Context<'_>) -> Next;

    /// Makes the record of a resource for a checkpoint.
    fn record(&self, seen: &Observed) -> Resource;

    /// The resource that started it, see [`engine::ports::Workspace::owner`].
    fn owner(&self, _seen: &Observed) -> Option<ResourceKey> {
        None
    }

    /// Says who or what last changed it, and when; see [`engine::ports::Workspace::changed_by`].
    fn changed_by(&self, _seen: &Observed) -> Option<String> {
        None
    }

    /// Whether a checkpoint records it as a resource of its own, see [`engine::ports::Workspace::recorded`].
    fn recorded(&self, _seen: &Observed) -> bool {
        true
    }

    /// Foresees how a resource is read after a call, see [`engine::ports::Workspace::assume`]. A kind has
    /// this only if another call follows from the result.
    fn assume(&self, _seen: &Observed, _act: &ApiCall) -> Option<Observed> {
        None
    }

    /// Makes one call.
    ///
    /// # Errors
    ///
    /// A fault. Its reaction is `VerifyFirst` whenever the call may have had its effect.
    async fn call(&self, api: &Api<'_>, api_call: &ApiCall) -> Result<ApiReply, Fault> {
        let answer = api.call(&Call::from_value(&api_call.request)?).await?;
        Ok(ApiReply {
            note: api_call.what.clone(),
            made: facts::id(&answer, "run_id").or_else(|| facts::id(&answer, "update_id")),
        })
    }

    /// Decides what to do about one resource; `None` means that it does not exist.
    fn next(&self, step: &Step, seen: Option<&Observed>, context: &Context<'_>) -> Next {
        match (step.want.as_str(), seen) {
            (FENCED, None) => verdicts::already("it does not exist"),
            (FENCED, Some(seen)) => self.fence_one(seen, context),
            (_, None) => verdicts::absent(step),
            (_, Some(seen)) => self.start(step, seen, context),
        }
    }

    /// Decides what to do about all resources that are not fenced, with the calls for each.
    fn next_of_all(&self, seen: &[&Observed]) -> Next {
        verdicts::summed(seen.iter().map(|one| self.fence(one)))
    }
}
