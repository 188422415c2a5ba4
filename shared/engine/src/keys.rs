//! Names the stored objects: one function a name, so that the writer and every reader use the same one.

use failover::evidence::Record;
use failover::{PairName, Side};
use jiff::Timestamp;
use saga::SagaId;

use crate::roles::ResolvedPair;

/// The key of a saga's frozen plan.
pub fn plan_key(saga: &SagaId) -> String {
    format!("sagas/{saga}/plan.json")
}

/// The key of a saga's record beside its plan.
pub fn record_key(saga: &SagaId) -> String {
    format!("sagas/{saga}/record.json")
}

/// The key of the evidence that is locked. `ending` is `json` or `html`.
pub fn evidence_key(record: &Record, ending: &str) -> String {
    format!("sagas/{}/evidence-{}.{ending}", record.facts.saga, record.seal12())
}

/// The key of a pair's published object.
pub fn published_key(pair: &PairName) -> String {
    format!("pairs/{pair}/published.json")
}

/// The key under which the dry run of a drill is stored.
pub fn dry_run_key(drill: &str, looked_at: Timestamp) -> String {
    format!("drills/{drill}/{}.json", looked_at.strftime("%Y%m%dT%H%M%SZ"))
}

/// The key of the latest checkpoint of a side. It names the workspace and not the role, so that a promotion moves no
/// object.
pub fn checkpoint_key(pair: &ResolvedPair, side: Side) -> String {
    format!("{}/latest.json", checkpoints(pair, side))
}

/// The key of the record of a standby from before work came to it.
pub fn prepared_key(pair: &ResolvedPair, side: Side) -> String {
    format!("{}/prepared.json", checkpoints(pair, side))
}

/// The key of one version of a side's checkpoint. A version is never overwritten. Versions have a prefix of their
/// own, so that a bucket's lifecycle can remove old ones and never reaches the latest checkpoint.
pub fn version_key(pair: &ResolvedPair, side: Side, content: &str) -> String {
    format!("checkpoints/{}/{}/{content}.json", pair.pair.name, place(pair, side))
}

fn checkpoints(pair: &ResolvedPair, side: Side) -> String {
    format!("pairs/{}/checkpoints/{}", pair.pair.name, place(pair, side))
}

fn place(pair: &ResolvedPair, side: Side) -> String {
    let host = pair.sides().host(side).replace(':', "-");
    if host.is_empty() { side.as_str().to_owned() } else { host }
}
