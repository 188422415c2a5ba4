//! Lists, fences and starts instance pools
//! [docs: instancepools; py-sdk: service/compute.py InstancePoolsAPI].
//!
//! Quirk: no call stops a pool. It is fenced when it keeps no idle instance. Instances in use end with their
//! clusters. `max_capacity` is not changed, because it is not documented whether it may be 0.
//! Quirk: an edit must carry every value that is to stay, so it sends each editable field as it was read.
//! Quirk: the listing has no pages.

use async_trait::async_trait;
use engine::ports::{Context, KindInfo, Next, Observed, ReadPurpose};
use failover::{Resource, StartStage};
use saga::{Fault, Step};
use serde_json::{Map, Value, json};

use super::facts::{fixed_zone, kept, number, observed, resource, start, tag, text, zone_finding};
use super::{Api, Kind, verdicts, want};
use crate::call::Call;
use crate::endpoints::{POOLS_EDIT, POOLS_GET, POOLS_LIST};
use crate::listing::Shape;

const NAME: &str = "instance_pool";
const MIN_IDLE: &str = "min_idle_instances";
const IDLE_MINUTES: &str = "idle_instance_autotermination_minutes";
const CAPACITY: &str = "max_capacity";
/// The fields of an edit [py-sdk: compute.InstancePoolsAPI.edit]. The node type cannot be changed, but it
/// must be sent.
const EDITABLE: &[&str] = &[
    "instance_pool_id",
    "instance_pool_name",
    "node_type_id",
    "custom_tags",
    IDLE_MINUTES,
    CAPACITY,
    MIN_IDLE,
    "remote_disk_throughput",
    "total_initial_remote_disk_size",
];
const SIZE: &[&str] = &[MIN_IDLE, CAPACITY, IDLE_MINUTES];

pub(super) struct InstancePool;

#[async_trait]
impl Kind for InstancePool {
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 5_000, page: 1_000, fenced: true, stages: &[StartStage::Pools] }
    }

    async fn list(&self, api: &Api<'_>, _looking: ReadPurpose) -> Result<Vec<Observed>, Fault> {
        api.each(&Call::to(POOLS_LIST), "instance_pools", Shape::Whole, seen).await
    }

    async fn look(&self, api: &Api<'_>, id: &str, _looking: ReadPurpose) -> Result<Option<Observed>, Fault> {
        api.one(&Call::to(POOLS_GET).with("instance_pool_id", id)).await?.map(seen).transpose()
    }

    fn fence(&self, seen: &Observed) -> Next {
        let facts = &seen.facts;
        let (kept_idle, idle) = (number(facts, MIN_IDLE).unwrap_or(0), idle(facts));
        if text(facts, "state") == "DELETED" || (kept_idle == 0 && idle == 0) {
            return verdicts::already("keeps no idle instance");
        }
        // Without the second value, idle instances would stay as long as the pool allows.
        if kept_idle == 0 && number(facts, IDLE_MINUTES) == Some(0) {
            return verdicts::wait(format!("pool {:?} still has {idle} idle instances", seen.name));
        }
        edit(seen, "empty", [(MIN_IDLE, json!(0)), (IDLE_MINUTES, json!(0))])
    }

    fn start(&self, step: &Step, seen: &Observed, _context: &Context<'_>) -> Next {
        let size = kept(&step.detail, SIZE);
        if step.want != want::SIZED || !size.contains_key(MIN_IDLE) {
            return verdicts::unknown(step);
        }
        if text(&seen.facts, "state") == "DELETED" {
            return verdicts::absent(step);
        }
        let sized = kept(&seen.facts, SIZE);
        // If no idle time is wanted, the pool had none before. An idle time of 0 then comes from a fence.
        let emptied = !size.contains_key(IDLE_MINUTES) && number(&seen.facts, IDLE_MINUTES) == Some(0);
        if !emptied && sized.iter().filter(|(key, _)| size.contains_key(*key)).eq(size.iter()) {
            return verdicts::already(format!("keeps {} idle instances", size[MIN_IDLE]));
        }
        let mut seen = seen.clone();
        if let Some(facts) = seen.facts.as_object_mut().filter(|_| emptied) {
            // An edit sets every field. A field that it leaves out gets its default again.
            facts.remove(IDLE_MINUTES);
        }
        edit(&seen, "size", size.iter().map(|(key, value)| (key.as_str(), value.clone())))
    }

    fn record(&self, seen: &Observed) -> Resource {
        let facts = &seen.facts;
        let kept_idle = number(facts, MIN_IDLE).unwrap_or(0);
        // A fence would change this, so a start must set it back.
        let active = kept_idle > 0 || idle(facts) > 0;
        let mut resource = resource(seen, format!("keeps {kept_idle} idle instances"), active);
        resource.tag = tag(facts.get("custom_tags"));
        let mut size = kept(facts, SIZE);
        size.entry(MIN_IDLE).or_insert(json!(0));
        let sized = start(StartStage::Pools, want::SIZED, Value::Object(size));
        if kept_idle == 0 {
            // Idle instances that the pool does not keep come and go with the work. Its configured size
            // stays.
            resource.set_back.push(sized.clone());
        }
        if active {
            resource.starts.push(sized);
        }
        resource.findings.extend(fixed_zone(facts.get("aws_attributes")).map(zone_finding));
        resource
    }
}

fn seen(facts: Value) -> Result<Observed, Fault> {
    observed(NAME, facts, "instance_pool_id", "instance_pool_name")
}

fn idle(facts: &Value) -> i64 {
    let stats = facts.get("stats").unwrap_or(&Value::Null);
    number(stats, "idle_count").unwrap_or(0) + number(stats, "pending_idle_count").unwrap_or(0)
}

fn edit<'a>(seen: &Observed, verb: &str, changes: impl IntoIterator<Item = (&'a str, Value)>) -> Next {
    let mut fields: Map<String, Value> = kept(&seen.facts, EDITABLE);
    fields.extend(changes.into_iter().map(|(key, value)| (key.to_owned(), value)));
    let call = Call::to(POOLS_EDIT).body(Value::Object(fields));
    verdicts::call(NAME, format!("{verb} pool {:?}", seen.name), &call)
}
