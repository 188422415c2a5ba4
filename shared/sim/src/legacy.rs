//! Simulates queries and alerts of the first version.
//!
//! Law: they are read only.
//! Must not know: what they ask, or when.
//!
//! Sources: [py-sdk: service/sql.py QueriesAPI, AlertsAPI]. Neither shows a schedule, and no call
//! changes one. Refreshes by such a schedule are not simulated.

use serde_json::Value;

use crate::{
    apps::{listed, page_of},
    json::text,
    refusal::{Handled, Refusal},
    routes::Call,
    workspace::Workspace,
};

impl Workspace {
    pub(crate) fn legacy_queries_list(&mut self, call: &Call) -> Handled {
        self.legacy_page(call, &self.legacy_queries)
    }

    pub(crate) fn legacy_queries_get(&mut self, call: &Call) -> Handled {
        self.legacy_one(call, &self.legacy_queries)
    }

    pub(crate) fn legacy_alerts_list(&mut self, call: &Call) -> Handled {
        self.legacy_page(call, &self.legacy_alerts)
    }

    pub(crate) fn legacy_alerts_get(&mut self, call: &Call) -> Handled {
        self.legacy_one(call, &self.legacy_alerts)
    }

    fn legacy_page(&self, call: &Call, all: &[Value]) -> Handled {
        let visible = all.iter().map(|found| text(found, "id")).filter(|id| self.visible(id));
        let ids: Vec<String> = visible.map(str::to_owned).collect();
        let (page, next) = page_of(call, &ids)?;
        let shown = all.iter().filter(|found| page.iter().any(|id| id == text(found, "id")));
        Ok(listed("results", shown.cloned().collect(), next))
    }

    fn legacy_one(&self, call: &Call, all: &[Value]) -> Handled {
        let id = call.part(0);
        let found = all.iter().find(|found| text(found, "id") == id);
        let found = found.ok_or_else(|| Refusal::absent(format!("{id} does not exist.")))?;
        if !self.visible(id) {
            return Err(Refusal::forbidden(format!("No permission on {id}.")));
        }
        Ok(found.clone())
    }
}
