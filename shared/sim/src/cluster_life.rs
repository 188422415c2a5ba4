//! Moves a cluster from state to state, and lets runs wait for it.
//!
//! Law: PENDING → RUNNING → RESTARTING → RUNNING, and from each of these TERMINATING → TERMINATED,
//! after drawn delays. A run that names a terminated all-purpose cluster starts it, and no flag
//! prevents that [docs: compute/clusters-manage, autostart]. A run whose cluster goes away fails or
//! is tried again. Automatic termination of idle clusters is not simulated.
//! Must not know: routes and answers.

use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use crate::{
    agenda::Event,
    clusters::{Cluster, ClusterState},
    json::{items, number, text},
    ledger::By,
    notes::Note,
    runs::Life,
    workspace::Workspace,
};

impl Workspace {
    /// Finds compute for a run that is PENDING.
    pub(crate) fn place(&mut self, run: i64) {
        match self.compute_of(run) {
            Compute::Existing(id) => self.wait_for(run, &id),
            Compute::Own(spec) => {
                let id = self.create_job_cluster(run, spec);
                self.wait_for(run, &id);
            }
            Compute::None => self.compute_is_ready(run),
        }
    }

    fn compute_of(&self, id: i64) -> Compute {
        let Some(run) = self.runs.get(&id) else { return Compute::None };
        let job_clusters =
            run.job.and_then(|job| self.jobs.get(&job)).map_or(&[][..], |job| items(&job.settings, "job_clusters"));
        for task in &run.tasks {
            let existing = text(task, "existing_cluster_id");
            if !existing.is_empty() {
                return Compute::Existing(existing.to_owned());
            }
            if let Some(spec) = task.get("new_cluster") {
                return Compute::Own(spec.clone());
            }
            let key = text(task, "job_cluster_key");
            let named = job_clusters.iter().find(|named| text(named, "job_cluster_key") == key);
            if let Some(spec) = named.and_then(|named| named.get("new_cluster")) {
                return Compute::Own(spec.clone());
            }
        }
        Compute::None
    }

    fn wait_for(&mut self, run: i64, id: &str) {
        let Some(cluster) = self.clusters.get_mut(id) else {
            let message = format!("Cluster {id} does not exist");
            self.end_run(run, Life::InternalError, "FAILED", &message);
            return;
        };
        let state = cluster.state;
        let own = cluster.source == "JOB";
        cluster.users.insert(run);
        if state != ClusterState::Running {
            cluster.waiting.insert(run);
        }
        if let Some(run) = self.runs.get_mut(&run) {
            run.cluster = Some(id.to_owned());
        }
        match state {
            ClusterState::Running => self.compute_is_ready(run),
            ClusterState::Terminated => self.start_cluster(id, By::Itself),
            // A job cluster that is going down already found no instances. It is not tried again.
            ClusterState::Terminating if own => {}
            ClusterState::Terminating => {
                self.set_life(run, Life::Blocked, "Waiting for the cluster to terminate.");
            }
            ClusterState::Pending | ClusterState::Restarting => {}
        }
    }

    fn create_job_cluster(&mut self, run: i64, mut spec: Value) -> String {
        let id = self.cluster_id();
        let (work, job) = self.runs.get(&run).map(|run| (run.work.clone(), run.job.unwrap_or(0))).unwrap_or_default();
        crate::json::set(&mut spec, "cluster_name", json!(format!("job-{job}-run-{run}")));
        // [docs: compute/configure, default tags].
        crate::json::set(&mut spec, "default_tags", json!({ "JobId": job.to_string() }));
        let cluster = Cluster {
            id: id.clone(),
            spec,
            state: ClusterState::Pending,
            source: "JOB",
            creator: crate::wire::USER_NAME.to_owned(),
            pinned: false,
            started_ms: self.now,
            terminated_ms: None,
            reason: None,
            message: "Starting Spark".to_owned(),
            generation: 0,
            waiting: BTreeSet::new(),
            users: BTreeSet::new(),
            from_pool: 0,
            events: vec![(self.now, "CREATING")],
            work,
        };
        self.clusters.insert(id.clone(), cluster.into());
        self.come_up(&id, ClusterState::Pending);
        id
    }

    /// An id in the vendor's form. Within a year, later ids sort later.
    pub(crate) fn cluster_id(&mut self) -> String {
        let at = Timestamp::from_millisecond(self.now).unwrap_or_default().to_zoned(TimeZone::UTC);
        format!("{}-{}", at.strftime("%m%d-%H%M%S"), self.hex(8))
    }

    /// Starts a terminated cluster. Any other cluster stays as it is.
    pub(crate) fn start_cluster(&mut self, id: &str, by: By) {
        let now = self.now;
        let Some(cluster) = self.clusters.get_mut(id) else { return };
        if cluster.state != ClusterState::Terminated {
            return;
        }
        cluster.started_ms = now;
        cluster.terminated_ms = None;
        cluster.events.push((now, "STARTING"));
        self.notes.push(Note::Activated {
            at_ms: now,
            kind: "cluster",
            resource: id.to_owned(),
            work: cluster.work.clone(),
            slot: "start".to_owned(),
            by,
        });
        self.come_up(id, ClusterState::Pending);
    }

    /// Restarts a running cluster. Any other cluster stays as it is.
    pub(crate) fn restart_cluster(&mut self, id: &str) {
        let now = self.now;
        let Some(cluster) = self.clusters.get_mut(id) else { return };
        if cluster.state != ClusterState::Running {
            return;
        }
        cluster.events.push((now, "RESTARTING"));
        let users: Vec<i64> = cluster.users.iter().copied().collect();
        self.come_up(id, ClusterState::Restarting);
        for run in users {
            self.cluster_went_away(run, "Cluster was restarted.");
        }
    }

    fn come_up(&mut self, id: &str, state: ClusterState) {
        let delay = self.settings.delays.cluster_start_ms;
        let in_ms = self.draw(delay);
        let Some(cluster) = self.clusters.get_mut(id) else { return };
        cluster.state = state;
        cluster.message = "Starting Spark".to_owned();
        cluster.generation += 1;
        let generation = cluster.generation;
        let wanted = number(&cluster.spec, "num_workers").unwrap_or(0) + 1;
        let pool = text(&cluster.spec, "instance_pool_id").to_owned();
        let newly = cluster.from_pool == 0;
        self.put(in_ms, Event::Cluster { id: id.to_owned(), generation });
        if pool.is_empty() || !newly {
            return;
        }
        if self.take_instances(&pool, wanted) {
            if let Some(cluster) = self.clusters.get_mut(id) {
                cluster.from_pool = wanted;
            }
        } else {
            let full = "INSTANCE_POOL_MAX_CAPACITY_FAILURE";
            self.terminate_cluster(id, json!({ "code": full, "type": "CLIENT_ERROR" }));
        }
    }

    /// Terminates a cluster. A cluster that is terminating or terminated stays as it is.
    pub(crate) fn terminate_cluster(&mut self, id: &str, reason: Value) {
        let delay = self.settings.delays.cluster_stop_ms;
        let in_ms = self.draw(delay);
        let now = self.now;
        let Some(cluster) = self.clusters.get_mut(id) else { return };
        if matches!(cluster.state, ClusterState::Terminating | ClusterState::Terminated) {
            return;
        }
        cluster.state = ClusterState::Terminating;
        cluster.message = "Terminating".to_owned();
        cluster.reason = Some(reason);
        cluster.generation += 1;
        cluster.events.push((now, "TERMINATING"));
        let generation = cluster.generation;
        self.put(in_ms, Event::Cluster { id: id.to_owned(), generation });
    }

    pub(crate) fn cluster_settles(&mut self, id: &str, generation: u32) {
        let Some(cluster) = self.clusters.get(id) else { return };
        if cluster.generation != generation {
            return;
        }
        match cluster.state {
            ClusterState::Pending | ClusterState::Restarting => self.cluster_is_up(id),
            ClusterState::Terminating => self.cluster_is_down(id),
            ClusterState::Running | ClusterState::Terminated => {}
        }
    }

    fn cluster_is_up(&mut self, id: &str) {
        let now = self.now;
        let Some(cluster) = self.clusters.get_mut(id) else { return };
        cluster.state = ClusterState::Running;
        cluster.message = String::new();
        cluster.events.push((now, "RUNNING"));
        for run in std::mem::take(&mut cluster.waiting) {
            self.compute_is_ready(run);
        }
    }

    pub(crate) fn cluster_is_down(&mut self, id: &str) {
        let now = self.now;
        let Some(cluster) = self.clusters.get_mut(id) else { return };
        cluster.state = ClusterState::Terminated;
        cluster.message = "Terminated".to_owned();
        cluster.terminated_ms = Some(now);
        cluster.generation += 1;
        let users = std::mem::take(&mut cluster.users);
        cluster.waiting.clear();
        let taken = std::mem::take(&mut cluster.from_pool);
        let pool = text(&cluster.spec, "instance_pool_id").to_owned();
        self.return_instances(&pool, taken);
        for run in users {
            self.cluster_went_away(run, "Cluster was terminated.");
        }
    }

    /// Handles a run that loses its cluster. A run that waited for the cluster to go down starts it again. A
    /// run that used the cluster fails or is tried again. A run that is being canceled ends in its own time.
    fn cluster_went_away(&mut self, id: i64, message: &str) {
        let Some(run) = self.runs.get(&id) else { return };
        match run.life {
            Life::Blocked => {
                self.set_life(id, Life::Pending, "Waiting for cluster");
                self.place(id);
            }
            Life::Pending | Life::Running if run.retries_left > 0 => self.wait_for_retry(id),
            Life::Pending | Life::Running => {
                self.end_run(id, Life::InternalError, "FAILED", message);
            }
            Life::Queued
            | Life::Terminating
            | Life::WaitingForRetry
            | Life::Terminated
            | Life::Skipped
            | Life::InternalError => {}
        }
    }

    /// Releases the compute of a run that no longer needs it. Its own job cluster goes down.
    pub(crate) fn release_compute(&mut self, run: i64) {
        let Some(id) = self.runs.get(&run).and_then(|run| run.cluster.clone()) else { return };
        let Some(cluster) = self.clusters.get_mut(&id) else { return };
        cluster.users.remove(&run);
        cluster.waiting.remove(&run);
        if cluster.source == "JOB" {
            self.terminate_cluster(&id, json!({ "code": "JOB_FINISHED", "type": "SUCCESS" }));
        }
    }

    /// Takes a run that is being canceled off every waiting list.
    pub(crate) fn leave_waiting(&mut self, id: i64) {
        let Some(run) = self.runs.get(&id) else { return };
        if let Some(cluster) = run.cluster.as_ref().and_then(|id| self.clusters.get_mut(id)) {
            cluster.waiting.remove(&id);
        }
        if let Some(job) = run.job.and_then(|job| self.jobs.get_mut(&job))
            && job.queued.remove(&id)
        {
            job.active.insert(id);
        }
    }
}

enum Compute {
    Existing(String),
    Own(Value),
    None,
}
