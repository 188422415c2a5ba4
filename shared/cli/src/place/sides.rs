//! Reads the two sides without changing anything.

use std::sync::Arc;
use std::time::Duration;

use engine::Deps;
use engine::limiter::request_admission::RequestAdmission;
use engine::ports::ReadPurpose;
use engine::roles::ResolvedPair;
use failover::Side;
use futures::future::join_all;
use saga::Fault;

/// The resources of one kind on a side.
#[derive(Debug)]
pub(crate) struct KindSeen {
    /// Name of the kind, e.g. `job`.
    pub(crate) name: &'static str,
    /// The number of resources of this kind.
    pub(crate) counted: Result<usize, Fault>,
}

/// A side as it was read.
#[derive(Debug)]
pub(crate) struct SideSeen {
    /// The side that was read.
    pub(crate) side: Side,
    /// The name by which the side knows us.
    pub(crate) greeting: Result<String, Fault>,
    /// The kinds of the side. Empty if it does not know us.
    pub(crate) kinds: Vec<KindSeen>,
}

/// Signs in to a side and asks for our name there.
pub(crate) async fn check_access(deps: &ResolvedPair, side: Side, time_out: Duration) -> Result<String, Fault> {
    deps.sides().workspace(side).check_access(&admission(deps, side, time_out)).await
}

/// Signs in and lists each kind that would be fenced there.
pub(crate) async fn look(deps: &ResolvedPair, side: Side) -> SideSeen {
    let time_out = deps.settings.call_time_out;
    let greeting = check_access(deps, side, time_out).await;
    if greeting.is_err() {
        return SideSeen { side, greeting, kinds: Vec::new() };
    }
    let (workspace, admission) = (deps.sides().workspace(side), admission(deps, side, time_out));
    let listings = workspace.kinds().iter().filter(|kind| kind.fenced).map(|kind| {
        let admission = &admission;
        async move {
            let listed = workspace.list(kind.name, ReadPurpose::Fence, admission).await;
            KindSeen { name: kind.name, counted: listed.map(|seen| seen.len()) }
        }
    });
    SideSeen { side, greeting, kinds: join_all(listings).await }
}

fn admission(deps: &Deps, side: Side, time_out: Duration) -> RequestAdmission {
    RequestAdmission::new(side.as_str(), Arc::clone(&deps.clock), Arc::clone(&deps.settings), None, time_out)
}
