//! Lists, fences and starts SQL warehouses [docs: warehouses; py-sdk: service/sql.py].
//!
//! Quirk: any query or connection starts a stopped warehouse by itself, and no flag forbids it. So a stop
//! holds only until then, and the guard and the sweep stop the warehouse again when they next read it.
//! Quirk: queries and alerts of the first version start it again, and their schedules cannot be paused. They
//! are counted for a record. If they cannot be counted, the listing stays valid, because nothing that is only
//! reported may keep a side from being recorded.
//! Quirk: it is not documented how a stop of a stopped warehouse is answered. The state is read back, and the
//! answer is never believed.

use async_trait::async_trait;
use engine::ports::{Context, KindInfo, Next, Observed, ReadPurpose};
use failover::{Resource, StartStage};
use saga::{Fault, Step};
use serde_json::{Value, json};

use super::facts::{observed, resource, start, tag_in_pairs, text, trimmed};
use super::{Api, Kind, legacy_schedules, names, verdicts, want};
use crate::call::Call;
use crate::endpoints::{WAREHOUSES_GET, WAREHOUSES_LIST, WAREHOUSES_START, WAREHOUSES_STOP};
use crate::listing::Shape;

const NAME: &str = names::SQL_WAREHOUSE;
const PAGE: u32 = 100;
const KEPT: &[&str] = &["id", "name", "state", "tags"];
/// The finding about schedules that start the warehouse; absent if they were not counted.
const SCHEDULES: &str = "unseen_schedules";

pub(super) struct SqlWarehouse;

#[async_trait]
impl Kind for SqlWarehouse {
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 3_000, page: PAGE, fenced: true, stages: &[StartStage::Compute] }
    }

    async fn list(&self, api: &Api<'_>, read_purpose: ReadPurpose) -> Result<Vec<Observed>, Fault> {
        let call = Call::to(WAREHOUSES_LIST).with("page_size", PAGE);
        let mut all = api.each(&call, "warehouses", Shape::Members(KEPT), seen).await?;
        if read_purpose == ReadPurpose::Record {
            let uses = legacy_schedules::by_warehouse(api).await;
            for seen in &mut all {
                let found = match &uses {
                    Ok(uses) => uses.get(&seen.id).map(|uses| uses.finding()),
                    Err(fault) => Some(format!(
                        "whether saved queries or alerts of the first version start it was not listed: {}",
                        fault.code
                    )),
                };
                seen.facts[SCHEDULES] = json!(found);
            }
        }
        Ok(all)
    }

    async fn look(&self, api: &Api<'_>, id: &str, _looking: ReadPurpose) -> Result<Option<Observed>, Fault> {
        api.one(&Call::to(WAREHOUSES_GET).of(id)).await?.map(seen).transpose()
    }

    fn fence(&self, seen: &Observed) -> Next {
        match text(&seen.facts, "state") {
            state @ ("STOPPED" | "DELETED") => verdicts::already(state),
            state @ ("STOPPING" | "DELETING") => verdicts::wait(format!("warehouse {:?} is {state}", seen.name)),
            _ => {
                verdicts::call(NAME, format!("stop warehouse {:?}", seen.name), &Call::to(WAREHOUSES_STOP).of(&seen.id))
            }
        }
    }

    fn start(&self, step: &Step, seen: &Observed, _context: &Context<'_>) -> Next {
        match (step.want.as_str(), text(&seen.facts, "state")) {
            (want::RUNNING, "RUNNING") => verdicts::already("RUNNING"),
            (want::RUNNING, "DELETED" | "DELETING") => verdicts::absent(step),
            (want::RUNNING, "STOPPED") => verdicts::call(
                NAME,
                format!("start warehouse {:?}", seen.name),
                &Call::to(WAREHOUSES_START).of(&seen.id),
            ),
            (want::RUNNING, state) => verdicts::wait(format!("warehouse {:?} is {state}", seen.name)),
            (_, _) => verdicts::unknown(step),
        }
    }

    fn record(&self, seen: &Observed) -> Resource {
        let state = text(&seen.facts, "state");
        let active = matches!(state, "RUNNING" | "STARTING");
        let mut resource = resource(seen, state, active);
        let pairs = seen.facts.pointer("/tags/custom_tags").and_then(Value::as_array);
        resource.tag = tag_in_pairs(pairs.map_or(&[], Vec::as_slice));
        if active {
            resource.starts.push(start(StartStage::Compute, want::RUNNING, Value::Null));
        }
        resource.findings.extend(seen.facts.get(SCHEDULES).and_then(Value::as_str).map(str::to_owned));
        resource
    }
}

fn seen(facts: Value) -> Result<Observed, Fault> {
    observed(NAME, trimmed(facts, KEPT), "id", "name")
}
