//! Simulates instance pools, whose idle instances follow `min_idle_instances`.
//!
//! Law: growth never brings used + idle + pending above `max_capacity`. A cluster that needs more
//! fails to start. No call stops a pool.
//! Must not know: clusters, beyond the instances they take.
//!
//! Sources: [docs: instancepools/list, get, edit; py-sdk: service/compute.py EditInstancePool]. The
//! documentation does not say whether `max_capacity: 0` is accepted; a setting decides.

use serde_json::{Value, json};

use crate::{
    agenda::Event,
    json::{members, number, set, text},
    ledger::By,
    notes::Note,
    refusal::{Handled, Refusal},
    routes::Call,
    stale::Kind,
    workspace::Workspace,
};

const MINUTE_MS: i64 = 60_000;

/// The fields that an edit sets, and forgets if they are not sent [py-sdk: compute.EditInstancePool].
/// All other fields, such as the place where instances are bought, are fixed when a pool is made.
const EDITED: &[&str] = &[
    "custom_tags",
    "idle_instance_autotermination_minutes",
    "instance_pool_name",
    "max_capacity",
    "min_idle_instances",
    "node_type_id",
    "remote_disk_throughput",
    "total_initial_remote_disk_size",
];

/// An instance pool with its counts of instances.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    pub(crate) id: String,
    pub(crate) spec: Value,
    pub(crate) idle: i64,
    pub(crate) pending_idle: i64,
    pub(crate) used: i64,
    pub(crate) generation: u32,
    pub(crate) work: String,
}

impl Pool {
    pub(crate) fn min_idle(&self) -> i64 {
        number(&self.spec, "min_idle_instances").unwrap_or(0)
    }

    fn room(&self) -> i64 {
        let most = number(&self.spec, "max_capacity").unwrap_or(i64::MAX);
        (most - self.idle - self.pending_idle - self.used).max(0)
    }

    pub(crate) fn view(&self) -> Value {
        let mut view = self.spec.clone();
        set(&mut view, "instance_pool_id", json!(self.id));
        set(&mut view, "state", json!("ACTIVE"));
        let stats = json!({
            "used_count": self.used,
            "idle_count": self.idle,
            "pending_used_count": 0,
            "pending_idle_count": self.pending_idle,
        });
        set(&mut view, "stats", stats);
        view
    }
}

impl Workspace {
    pub(crate) fn pools_list(&mut self, _call: &Call) -> Handled {
        let shown: Vec<Value> =
            self.pools.keys().filter(|id| self.visible(id)).filter_map(|id| self.shown(Kind::Pool, id)).collect();
        Ok(json!({ "instance_pools": shown }))
    }

    pub(crate) fn pools_get(&mut self, call: &Call) -> Handled {
        let id = call.query("instance_pool_id");
        self.pool_known(id)?;
        self.shown(Kind::Pool, id).ok_or_else(|| no_pool(id))
    }

    fn pool_known(&self, id: &str) -> Result<(), Refusal> {
        if !self.pools.contains_key(id) {
            return Err(no_pool(id));
        }
        if !self.visible(id) {
            return Err(Refusal::forbidden(format!("No permission on instance pool {id}.")));
        }
        Ok(())
    }

    pub(crate) fn pools_edit(&mut self, call: &Call) -> Handled {
        let id = text(&call.body, "instance_pool_id").to_owned();
        self.pool_known(&id)?;
        let Some(pool) = self.pools.get(&id) else { return Err(no_pool(&id)) };
        check_edit(pool, &call.body, self.settings.pool_zero_capacity)?;
        self.about_to_write(Kind::Pool, &id);
        let now = self.now;
        let Some(pool) = self.pools.get_mut(&id) else { return Err(no_pool(&id)) };
        let before = pool.min_idle();
        let mut spec = members(&pool.spec);
        spec.retain(|field, _| !EDITED.contains(&field.as_str()));
        spec.extend(members(&call.body));
        spec.remove("instance_pool_id");
        pool.spec = Value::Object(spec);
        if before == 0 && pool.min_idle() > 0 {
            self.notes.push(Note::Activated {
                at_ms: now,
                kind: "pool",
                resource: id.clone(),
                work: pool.work.clone(),
                slot: "min_idle".to_owned(),
                by: By::Api,
            });
        }
        self.balance_pool(&id);
        Ok(json!({}))
    }

    /// Orders missing instances, or plans the removal of the surplus.
    pub(crate) fn balance_pool(&mut self, id: &str) {
        let fill = self.settings.delays.pool_fill_ms;
        let in_ms = self.draw(fill);
        let Some(pool) = self.pools.get_mut(id) else { return };
        let missing = pool.min_idle() - pool.idle - pool.pending_idle;
        pool.pending_idle += missing.max(0).min(pool.room());
        pool.generation += 1;
        let generation = pool.generation;
        let minutes = number(&pool.spec, "idle_instance_autotermination_minutes").unwrap_or(0);
        let surplus = pool.idle > pool.min_idle();
        let event = Event::Pool { id: id.to_owned(), generation };
        if pool.pending_idle > 0 {
            self.put(in_ms, event);
        } else if surplus {
            let soon = self.draw((3_000, 15_000));
            self.put(minutes * MINUTE_MS + soon, event);
        }
    }

    pub(crate) fn pool_settles(&mut self, id: &str, generation: u32) {
        let Some(pool) = self.pools.get_mut(id) else { return };
        if pool.generation != generation {
            return;
        }
        if pool.pending_idle > 0 {
            pool.idle += std::mem::take(&mut pool.pending_idle);
        } else {
            pool.idle = pool.idle.min(pool.min_idle());
        }
        self.balance_pool(id);
    }

    /// Gives a cluster its instances; false if the pool has no room for them.
    pub(crate) fn take_instances(&mut self, id: &str, wanted: i64) -> bool {
        let Some(pool) = self.pools.get_mut(id) else { return false };
        let from_idle = wanted.min(pool.idle);
        if wanted - from_idle > pool.room() {
            return false;
        }
        pool.idle -= from_idle;
        pool.used += wanted;
        self.balance_pool(id);
        true
    }

    /// Takes a cluster's instances back. They become idle.
    pub(crate) fn return_instances(&mut self, id: &str, taken: i64) {
        let Some(pool) = self.pools.get_mut(id) else { return };
        pool.used = (pool.used - taken).max(0);
        pool.idle += taken;
        self.balance_pool(id);
    }
}

fn check_edit(pool: &Pool, body: &Value, zero_capacity: bool) -> Result<(), Refusal> {
    for field in ["instance_pool_name", "node_type_id"] {
        if text(body, field).is_empty() {
            return Err(Refusal::invalid(format!("Missing required field: {field}")));
        }
    }
    if text(body, "node_type_id") != text(&pool.spec, "node_type_id") {
        return Err(Refusal::invalid("The node type of an instance pool cannot be changed."));
    }
    let most = number(body, "max_capacity");
    if most.is_some_and(|most| most < i64::from(!zero_capacity)) {
        return Err(Refusal::invalid("max_capacity must be greater than 0."));
    }
    let least = number(body, "min_idle_instances").unwrap_or(0);
    if least < 0 || most.is_some_and(|most| least > most) {
        return Err(Refusal::invalid("min_idle_instances must be between 0 and max_capacity."));
    }
    let minutes = number(body, "idle_instance_autotermination_minutes").unwrap_or(0);
    if !(0..=10_000).contains(&minutes) {
        return Err(Refusal::invalid("idle_instance_autotermination_minutes must be between 0 and 10000."));
    }
    Ok(())
}

fn no_pool(id: &str) -> Refusal {
    Refusal::absent(format!("Instance pool {id} does not exist."))
}
