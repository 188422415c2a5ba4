//! Defines clusters and the calls on them.
//!
//! Law: `delete` terminates a cluster and keeps its definition; nothing here removes one for good.
//! An edit of a running cluster restarts it. An edit of a terminated cluster does not start it. In
//! any other state an edit is refused.
//! Must not know: how a cluster goes from state to state (`cluster_life`).
//!
//! Sources: [docs: clusters/list, get, start, restart, delete, edit, update, pin, events; py-sdk:
//! service/compute.py]. A listing holds pinned and active clusters and those that were terminated
//! within 30 days, job clusters included. `get` works for 60 days.

use std::{borrow::Cow, collections::BTreeSet, ops::Bound};

use serde_json::{Value, json};

use crate::{
    json::{items, listing, members, number, set, text},
    kept::{Kept, Shape},
    ledger::By,
    refusal::{Handled, Refusal, Written},
    routes::Call,
    stale::Kind,
    workspace::Workspace,
};

const DAY_MS: i64 = 86_400_000;
/// [docs: compute/clusters-manage]. The refusal of one more is not documented.
const MOST_PINNED: usize = 100;

/// `state` of a cluster. RESIZING, ERROR and UNKNOWN are not simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClusterState {
    Pending,
    Running,
    Restarting,
    Terminating,
    Terminated,
}

impl ClusterState {
    pub(crate) fn word(self) -> &'static str {
        match self {
            ClusterState::Pending => "PENDING",
            ClusterState::Running => "RUNNING",
            ClusterState::Restarting => "RESTARTING",
            ClusterState::Terminating => "TERMINATING",
            ClusterState::Terminated => "TERMINATED",
        }
    }
}

/// An all-purpose or job cluster.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    pub(crate) id: String,
    /// The members that a caller may edit.
    pub(crate) spec: Value,
    pub(crate) state: ClusterState,
    /// `cluster_source`: UI, API or JOB.
    pub(crate) source: &'static str,
    pub(crate) creator: String,
    pub(crate) pinned: bool,
    pub(crate) started_ms: i64,
    pub(crate) terminated_ms: Option<i64>,
    pub(crate) reason: Option<Value>,
    pub(crate) message: String,
    pub(crate) generation: u32,
    /// Runs that wait for it to be RUNNING.
    pub(crate) waiting: BTreeSet<i64>,
    /// Runs that use it.
    pub(crate) users: BTreeSet<i64>,
    /// Instances taken from its pool.
    pub(crate) from_pool: i64,
    pub(crate) events: Vec<(i64, &'static str)>,
    pub(crate) work: String,
}

impl Cluster {
    pub(crate) fn view(&self) -> Value {
        let mut view = self.spec.clone();
        let mut tags = json!({ "Vendor": "Databricks", "ClusterId": self.id });
        for (key, value) in self.spec.get("default_tags").map(members).unwrap_or_default() {
            set(&mut tags, &key, value);
        }
        let fields = json!({
            "cluster_id": self.id,
            "state": self.state.word(),
            "state_message": self.message,
            "cluster_source": self.source,
            "creator_user_name": self.creator,
            "start_time": self.started_ms,
            "default_tags": tags,
        });
        for (key, value) in members(&fields) {
            set(&mut view, &key, value);
        }
        if let (ClusterState::Terminated, Some(at)) = (self.state, self.terminated_ms) {
            set(&mut view, "terminated_time", json!(at));
            set(&mut view, "termination_reason", self.reason.clone().unwrap_or(json!({})));
        }
        view
    }

    fn is_listed(&self, now: i64) -> bool {
        let age = self.terminated_ms.map_or(0, |at| now - at);
        self.pinned || self.state != ClusterState::Terminated || age < 30 * DAY_MS
    }
}

impl Workspace {
    pub(crate) fn clusters_list(&mut self, call: &Call) -> Written {
        let size = match call.query_number("page_size") {
            None | Some(0) => 20,
            Some(given) => usize::try_from(given.clamp(1, 100)).unwrap_or(20),
        };
        let below = match call.query("page_token") {
            "" => Bound::Unbounded,
            token => Bound::Excluded(token),
        };
        let filter = Filter::read(call);
        let shown = self.clusters.range::<str, _>((Bound::Unbounded, below)).rev();
        let mut shown = shown.filter_map(|(id, cluster)| self.listed_cluster(id, cluster, &filter));
        let (mut clusters, mut last) = (Vec::new(), "");
        for (id, text) in shown.by_ref().take(size) {
            last = id;
            clusters.push(text);
        }
        let more = clusters.len() == size && shown.next().is_some();
        let token = more.then(|| ("next_page_token", json!(last)));
        Ok(listing("clusters", Some(&clusters), token.as_slice()))
    }

    /// A cluster as a listing writes it; `None` if the listing leaves it out.
    fn listed_cluster<'a>(
        &'a self,
        id: &'a str,
        cluster: &'a Kept<Cluster>,
        filter: &Filter<'_>,
    ) -> Option<(&'a str, Cow<'a, str>)> {
        if !cluster.is_listed(self.now) || !self.visible(id) {
            return None;
        }
        let Some(earlier) = self.stale_view(Kind::Cluster, id) else {
            let (state, policy) = (cluster.state.word(), text(&cluster.spec, "policy_id"));
            let passes = filter.passes(state, cluster.source, policy, cluster.pinned);
            return passes.then(|| (id, Cow::Borrowed(cluster.text(Shape::Whole, Cluster::view))));
        };
        let view = earlier?;
        let (state, source) = (text(&view, "state"), text(&view, "cluster_source"));
        let passes = filter.passes(state, source, text(&view, "policy_id"), cluster.pinned);
        passes.then(|| (id, Cow::Owned(view.to_string())))
    }

    pub(crate) fn clusters_get(&mut self, call: &Call) -> Handled {
        let id = call.query("cluster_id");
        self.cluster_known(id)?;
        self.shown(Kind::Cluster, id).ok_or_else(|| no_cluster(id))
    }

    fn cluster_known(&self, id: &str) -> Result<(), Refusal> {
        let Some(cluster) = self.clusters.get(id) else { return Err(no_cluster(id)) };
        if cluster.terminated_ms.is_some_and(|at| self.now - at > 60 * DAY_MS) && !cluster.pinned {
            return Err(no_cluster(id));
        }
        if !self.visible(id) {
            return Err(Refusal::forbidden(format!("No permission on cluster {id}.")));
        }
        Ok(())
    }

    fn cluster_of(&self, call: &Call) -> Result<String, Refusal> {
        let id = text(&call.body, "cluster_id");
        self.cluster_known(id)?;
        Ok(id.to_owned())
    }

    pub(crate) fn clusters_start(&mut self, call: &Call) -> Handled {
        let id = self.cluster_of(call)?;
        if self.clusters.get(&id).is_some_and(|cluster| cluster.source == "JOB") {
            return Err(Refusal::state("Clusters launched to run a job cannot be started."));
        }
        self.about_to_write(Kind::Cluster, &id);
        self.start_cluster(&id, By::Api);
        Ok(json!({}))
    }

    pub(crate) fn clusters_restart(&mut self, call: &Call) -> Handled {
        let id = self.cluster_of(call)?;
        self.about_to_write(Kind::Cluster, &id);
        self.restart_cluster(&id);
        Ok(json!({}))
    }

    pub(crate) fn clusters_terminate(&mut self, call: &Call) -> Handled {
        let id = self.cluster_of(call)?;
        self.about_to_write(Kind::Cluster, &id);
        let by = json!({
            "code": "USER_REQUEST",
            "type": "SUCCESS",
            "parameters": { "username": crate::wire::USER_NAME },
        });
        self.terminate_cluster(&id, by);
        Ok(json!({}))
    }

    pub(crate) fn clusters_pin(&mut self, call: &Call) -> Handled {
        self.pin(call, true)
    }

    pub(crate) fn clusters_unpin(&mut self, call: &Call) -> Handled {
        self.pin(call, false)
    }

    fn pin(&mut self, call: &Call, pinned: bool) -> Handled {
        let id = self.cluster_of(call)?;
        if !self.settings.admin {
            return Err(Refusal::forbidden("Only admins may pin or unpin a cluster."));
        }
        let others = self.clusters.values().filter(|cluster| cluster.pinned && cluster.id != id).count();
        if pinned && others >= MOST_PINNED {
            let message = format!("Cannot pin more than {MOST_PINNED} clusters.");
            return Err(Refusal::new(400, "QUOTA_EXCEEDED", message));
        }
        let now = self.now;
        if let Some(cluster) = self.clusters.get_mut(&id) {
            cluster.pinned = pinned;
            cluster.events.push((now, if pinned { "PINNED" } else { "UNPINNED" }));
        }
        Ok(json!({}))
    }

    pub(crate) fn clusters_edit(&mut self, call: &Call) -> Handled {
        let id = self.cluster_of(call)?;
        if text(&call.body, "spark_version").is_empty() {
            return Err(Refusal::invalid("Missing required field: spark_version"));
        }
        let mut spec = members(&call.body);
        spec.remove("cluster_id");
        self.change_spec(&id, Value::Object(spec))
    }

    pub(crate) fn clusters_update(&mut self, call: &Call) -> Handled {
        let id = self.cluster_of(call)?;
        let mut spec = self.clusters.get(&id).map(|cluster| cluster.spec.clone()).unwrap_or_default();
        let brought = call.body.get("cluster").cloned().unwrap_or_default();
        let mask = text(&call.body, "update_mask");
        if mask.is_empty() {
            return Err(Refusal::invalid("Missing required field: update_mask"));
        }
        for field in mask.split(',').map(str::trim) {
            match brought.get(field) {
                Some(value) => set(&mut spec, field, value.clone()),
                None => {
                    spec.as_object_mut().map(|object| object.remove(field));
                }
            }
        }
        self.change_spec(&id, spec)
    }

    fn change_spec(&mut self, id: &str, spec: Value) -> Handled {
        let Some(cluster) = self.clusters.get(id) else { return Err(no_cluster(id)) };
        if cluster.source == "JOB" {
            return Err(Refusal::state("Clusters created by the job scheduler cannot be edited."));
        }
        let state = cluster.state;
        if !matches!(state, ClusterState::Running | ClusterState::Terminated) {
            let word = state.word();
            return Err(Refusal::state(format!("Cluster {id} is in unexpected state {word}.")));
        }
        self.about_to_write(Kind::Cluster, id);
        let now = self.now;
        if let Some(cluster) = self.clusters.get_mut(id) {
            cluster.spec = spec;
            cluster.events.push((now, "EDITED"));
        }
        self.restart_cluster(id);
        Ok(json!({}))
    }

    pub(crate) fn clusters_events(&mut self, call: &Call) -> Handled {
        let id = self.cluster_of(call)?;
        let Some(cluster) = self.clusters.get(&id) else { return Err(no_cluster(&id)) };
        let from = number(&call.body, "start_time").unwrap_or(i64::MIN);
        let to = number(&call.body, "end_time").unwrap_or(i64::MAX);
        let types = items(&call.body, "event_types");
        let size = number(&call.body, "page_size").or_else(|| number(&call.body, "limit"));
        let size = usize::try_from(size.unwrap_or(50).clamp(1, 500)).unwrap_or(50);
        let skip = text(&call.body, "page_token").parse::<usize>().unwrap_or(0);
        let wanted: Vec<Value> = cluster
            .events
            .iter()
            .rev()
            .filter(|(at, _)| *at >= from && *at <= to)
            .filter(|(_, kind)| types.is_empty() || types.iter().any(|given| given == kind))
            .map(|(at, kind)| json!({ "cluster_id": id, "timestamp": at, "type": kind, "details": {} }))
            .collect();
        let page: Vec<Value> = wanted.iter().skip(skip).take(size).cloned().collect();
        let mut answer = json!({ "events": page, "total_count": wanted.len() });
        if wanted.len() > skip + size {
            set(&mut answer, "next_page_token", json!((skip + size).to_string()));
        }
        Ok(answer)
    }
}

pub(crate) fn no_cluster(id: &str) -> Refusal {
    Refusal::invalid(format!("Cluster {id} does not exist"))
}

/// `filter_by.*`. A list is sent as a repeated parameter [py-sdk: _base_client.py].
struct Filter<'a> {
    states: Option<&'a Vec<String>>,
    sources: Option<&'a Vec<String>>,
    policies: Option<&'a Vec<String>>,
    pinned: Option<bool>,
}

impl<'a> Filter<'a> {
    fn read(call: &'a Call) -> Self {
        let pinned = call.query("filter_by.is_pinned");
        Self {
            states: call.query.get("filter_by.cluster_states"),
            sources: call.query.get("filter_by.cluster_sources"),
            policies: call.query.get("filter_by.policy_id"),
            pinned: (!pinned.is_empty()).then(|| pinned.eq_ignore_ascii_case("true")),
        }
    }

    fn passes(&self, state: &str, source: &str, policy: &str, pinned: bool) -> bool {
        let one_of =
            |wanted: Option<&Vec<String>>, is: &str| wanted.is_none_or(|wanted| wanted.iter().any(|given| given == is));
        one_of(self.states, state)
            && one_of(self.sources, source)
            && one_of(self.policies, policy)
            && self.pinned.is_none_or(|wanted| wanted == pinned)
    }
}
