//! Simulates SQL warehouses.
//!
//! Law: STOPPED → STARTING → RUNNING → STOPPING → STOPPED after drawn delays. Any use of a stopped
//! warehouse starts it, and nothing switches that off.
//! Must not know: who connects, or what is queried.
//!
//! Sources: [docs: warehouses/list, get, start, stop, edit; py-sdk: service/sql.py]. The stop of a stopped
//! warehouse and the start of a running warehouse are undocumented; both answer 200 here (unverified).

use std::{borrow::Cow, ops::Bound};

use serde_json::{Value, json};

use crate::{
    agenda::Event,
    json::{flag, listing, members, set},
    kept::{Kept, Shape},
    ledger::By,
    notes::Note,
    refusal::{Handled, Refusal, Written},
    routes::Call,
    stale::Kind,
    workspace::Workspace,
};

/// `state` of a warehouse; DELETING and DELETED are not simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WarehouseState {
    Starting,
    Running,
    Stopping,
    Stopped,
}

impl WarehouseState {
    pub(crate) fn word(self) -> &'static str {
        match self {
            WarehouseState::Starting => "STARTING",
            WarehouseState::Running => "RUNNING",
            WarehouseState::Stopping => "STOPPING",
            WarehouseState::Stopped => "STOPPED",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Warehouse {
    pub(crate) id: String,
    pub(crate) spec: Value,
    pub(crate) state: WarehouseState,
    pub(crate) creator: String,
    pub(crate) host: &'static str,
    pub(crate) generation: u32,
    pub(crate) work: String,
}

impl Warehouse {
    pub(crate) fn view(&self) -> Value {
        let mut view = self.spec.clone();
        let running = self.state == WarehouseState::Running;
        let path = format!("/sql/1.0/warehouses/{}", self.id);
        let fields = json!({
            "id": self.id,
            "state": self.state.word(),
            "creator_name": self.creator,
            "num_clusters": i64::from(running),
            "num_active_sessions": 0,
            "jdbc_url": format!("jdbc:spark://{}:443/default;httpPath={path}", self.host),
            "odbc_params": { "hostname": self.host, "path": path, "protocol": "https", "port": 443 },
            "health": { "status": "HEALTHY" },
        });
        for (key, value) in members(&fields) {
            set(&mut view, &key, value);
        }
        view
    }
}

impl Workspace {
    pub(crate) fn warehouses_list(&mut self, call: &Call) -> Written {
        let size = call
            .query_number("page_size")
            .map_or(usize::MAX, |given| usize::try_from(given.max(1)).unwrap_or(usize::MAX));
        let after = Bound::Excluded(call.query("page_token"));
        let later = self.warehouses.range::<str, _>((after, Bound::Unbounded));
        let mut visible = later.filter(|(id, _)| self.visible(id));
        let page: Vec<(&String, &Kept<Warehouse>)> = visible.by_ref().take(size).collect();
        let more = visible.next().is_some();
        let shown = page.iter().filter_map(|(id, warehouse)| match self.stale_view(Kind::Warehouse, id) {
            Some(earlier) => earlier.map(|view| Cow::Owned(view.to_string())),
            None => Some(Cow::Borrowed(warehouse.text(Shape::Whole, Warehouse::view))),
        });
        let shown: Vec<Cow<'_, str>> = shown.collect();
        let token = page.last().filter(|_| more).map(|(last, _)| ("next_page_token", json!(last)));
        Ok(listing("warehouses", Some(&shown), token.as_slice()))
    }

    pub(crate) fn warehouse_known(&self, id: &str) -> Result<(), Refusal> {
        if !self.warehouses.contains_key(id) {
            return Err(no_warehouse(id));
        }
        if !self.visible(id) {
            return Err(Refusal::forbidden(format!("No permission on SQL warehouse {id}.")));
        }
        Ok(())
    }

    pub(crate) fn warehouses_get(&mut self, call: &Call) -> Handled {
        self.warehouse_known(call.part(0))?;
        self.shown(Kind::Warehouse, call.part(0)).ok_or_else(|| no_warehouse(call.part(0)))
    }

    pub(crate) fn warehouses_start(&mut self, call: &Call) -> Handled {
        self.warehouse_known(call.part(0))?;
        self.about_to_write(Kind::Warehouse, call.part(0));
        self.start_warehouse(call.part(0), By::Api);
        Ok(json!({}))
    }

    pub(crate) fn warehouses_stop(&mut self, call: &Call) -> Handled {
        self.warehouse_known(call.part(0))?;
        self.about_to_write(Kind::Warehouse, call.part(0));
        let delay = self.settings.delays.warehouse_stop_ms;
        let in_ms = self.draw(delay);
        let running = |state| matches!(state, WarehouseState::Running | WarehouseState::Starting);
        if self.warehouses.get(call.part(0)).is_some_and(|found| running(found.state)) {
            self.turn_warehouse(call.part(0), WarehouseState::Stopping, in_ms);
        }
        Ok(json!({}))
    }

    pub(crate) fn warehouses_edit(&mut self, call: &Call) -> Handled {
        self.warehouse_known(call.part(0))?;
        if let Some(minutes) = call.body.get("auto_stop_mins").and_then(Value::as_i64)
            && (1..10).contains(&minutes)
        {
            return Err(Refusal::invalid("auto_stop_mins must be 0 or at least 10."));
        }
        self.about_to_write(Kind::Warehouse, call.part(0));
        if let Some(warehouse) = self.warehouses.get_mut(call.part(0)) {
            for (key, value) in members(&call.body) {
                if key != "id" {
                    set(&mut warehouse.spec, &key, value);
                }
            }
        }
        Ok(json!({}))
    }

    /// Starts a warehouse that is stopped or stopping. Any other warehouse stays as it is.
    pub(crate) fn start_warehouse(&mut self, id: &str, by: By) {
        let Some(warehouse) = self.warehouses.get(id) else { return };
        if matches!(warehouse.state, WarehouseState::Running | WarehouseState::Starting) {
            return;
        }
        self.notes.push(Note::Activated {
            at_ms: self.now,
            kind: "warehouse",
            resource: id.to_owned(),
            work: warehouse.work.clone(),
            slot: "start".to_owned(),
            by,
        });
        let serverless = flag(&warehouse.spec, "enable_serverless_compute");
        let delay = self.settings.delays.warehouse_start_ms;
        let in_ms = self.draw(delay) / if serverless { 10 } else { 1 };
        self.turn_warehouse(id, WarehouseState::Starting, in_ms);
    }

    fn turn_warehouse(&mut self, id: &str, state: WarehouseState, in_ms: i64) {
        let Some(warehouse) = self.warehouses.get_mut(id) else { return };
        warehouse.state = state;
        warehouse.generation += 1;
        let generation = warehouse.generation;
        self.put(in_ms, Event::Warehouse { id: id.to_owned(), generation });
    }

    pub(crate) fn warehouse_settles(&mut self, id: &str, generation: u32) {
        let Some(warehouse) = self.warehouses.get_mut(id) else { return };
        if warehouse.generation != generation {
            return;
        }
        warehouse.state = match warehouse.state {
            WarehouseState::Starting | WarehouseState::Running => WarehouseState::Running,
            WarehouseState::Stopping | WarehouseState::Stopped => WarehouseState::Stopped,
        };
    }
}

fn no_warehouse(id: &str) -> Refusal {
    Refusal::absent(format!("SQL warehouse {id} does not exist."))
}
