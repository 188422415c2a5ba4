//! Simulates the failover groups of managed disaster recovery.
//!
//! Law: a failover goes ACTIVE → FAILING_OVER → ACTIVE with another primary, or → FAILOVER_FAILED,
//! after a drawn time. The replication point lies some seconds behind now. It does not move while a
//! group fails over. Each change makes a new etag.
//! Must not know: the workspaces of a group.
//!
//! Sources: [py-sdk: service/disasterrecovery.py; docs: admin/managed-disaster-recovery]. A target
//! that is the primary already is refused. So are an etag that does not match (ABORTED) and a group
//! that is not ACTIVE. The codes of these refusals are undocumented (all unverified). The
//! documentation does not say whether a failed failover may be repeated; it is refused here.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    account::Account,
    json::{moment, set, text},
    refusal::{Handled, Refusal},
    routes::Call,
    wire::{ACCOUNT_ID, Side},
};

/// The id of the group that both workspaces are in.
pub const FAILOVER_GROUP: &str = "simulated-pair";
/// The region of the primary.
pub const PRIMARY_REGION: &str = "us-east-1";
/// The region of the standby.
pub const STANDBY_REGION: &str = "us-west-2";

/// Duration of a failover, in milliseconds: least and most. The vendor publishes nothing.
const FAILOVER_MS: (i64, i64) = (60_000, 240_000);
const LAG_MS: i64 = 45_000;

#[derive(Debug, Clone)]
pub(super) struct Group {
    primary_region: String,
    state: &'static str,
    /// The failover under way: the moment of its end (unix ms), and the region of the primary after it.
    moving: Option<(i64, String)>,
    /// The moment since which nothing is replicated (unix ms).
    stands_since: Option<i64>,
    next_fails: bool,
    edition: u32,
    created: i64,
    updated: i64,
}

/// The groups of the account at its start.
pub(super) fn usual(now: i64) -> BTreeMap<String, Group> {
    let group = Group {
        primary_region: PRIMARY_REGION.to_owned(),
        state: "ACTIVE",
        moving: None,
        stands_since: None,
        next_fails: false,
        edition: 1,
        created: now - 86_400_000,
        updated: now - 86_400_000,
    };
    BTreeMap::from([(FAILOVER_GROUP.to_owned(), group)])
}

impl Group {
    fn change(&mut self, now: i64, state: &'static str) {
        self.state = state;
        self.edition += 1;
        self.updated = now;
    }

    fn etag(&self) -> String {
        format!("edition-{}", self.edition)
    }

    /// The region whose workspace is the primary now.
    pub(super) fn region(&self) -> &str {
        &self.primary_region
    }

    /// The settings of the group: the region of its primary, and its state. While a failover is
    /// under way, they are those after its end.
    pub(super) fn set_to(&self) -> Value {
        let region = self.moving.as_ref().map_or(&self.primary_region, |(_, region)| region);
        let state = if self.moving.is_some() { "ACTIVE" } else { self.state };
        json!({ "effective_primary_region": region, "state": state })
    }

    fn listed(&self, id: &str) -> Value {
        json!({
            "name": format!("accounts/{ACCOUNT_ID}/failover-groups/{id}"),
            "regions": [PRIMARY_REGION, STANDBY_REGION],
            "effective_primary_region": self.primary_region,
            "workspace_sets": [{
                "name": "both",
                "workspace_ids": Side::BOTH.map(Side::workspace_id),
                "replicate_workspace_assets": true,
                "stable_url_names": [format!("accounts/{ACCOUNT_ID}/stable-urls/{}", super::ATTACHED_URL)],
            }],
            "has_replication_point_blocking_errors": self.stands_since.is_some() && self.moving.is_none(),
            "etag": self.etag(),
            "create_time": moment(self.created),
            "update_time": moment(self.updated),
        })
    }

    fn view(&self, id: &str, now: i64) -> Value {
        let mut view = self.listed(id);
        set(&mut view, "state", json!(self.state));
        set(&mut view, "replication_point", json!(moment(self.stands_since.unwrap_or(now) - LAG_MS)));
        view
    }
}

impl Account {
    /// Ends the failovers that are due.
    pub(super) fn groups_go_on(&mut self) {
        let now = self.now;
        for group in self.groups.values_mut() {
            let Some((until_ms, region)) = group.moving.take() else { continue };
            if until_ms > now {
                group.moving = Some((until_ms, region));
                continue;
            }
            if std::mem::take(&mut group.next_fails) {
                group.change(until_ms, "FAILOVER_FAILED");
            } else {
                group.primary_region = region;
                group.stands_since = None;
                group.change(until_ms, "ACTIVE");
            }
        }
    }

    /// Makes the next failover of every group end as FAILOVER_FAILED.
    pub fn next_failover_fails(&mut self) {
        self.groups.values_mut().for_each(|group| group.next_fails = true);
    }

    /// Stops the replication of every group from `now_ms` (unix ms) on.
    pub fn replication_stands_still(&mut self, now_ms: i64) {
        self.groups.values_mut().for_each(|group| group.stands_since = Some(now_ms));
    }

    /// Seconds that the replication point lies behind now while all is well.
    #[must_use]
    pub fn usual_lag_s() -> i64 {
        LAG_MS / 1_000
    }

    pub(super) fn groups_list(&mut self, call: &Call) -> Handled {
        if call.query_number("page_size").is_some_and(|size| size < 0) {
            return Err(Refusal::invalid("page_size must not be negative."));
        }
        let all: Vec<Value> = self.groups.iter().map(|(id, group)| group.listed(id)).collect();
        Ok(json!({ "failover_groups": all }))
    }

    pub(super) fn groups_get(&mut self, call: &Call) -> Handled {
        let id = call.part(1);
        self.groups.get(id).map(|group| group.view(id, self.now)).ok_or_else(|| no_group(id))
    }

    pub(super) fn fail_over(&mut self, call: &Call) -> Handled {
        let (id, now) = (call.part(1), self.now);
        let takes_ms = self.draw(FAILOVER_MS);
        let group = self.groups.get_mut(id).ok_or_else(|| no_group(id))?;
        let (region, etag) = (text(&call.body, "target_primary_region"), text(&call.body, "etag"));
        if text(&call.body, "failover_type") != "FORCED" {
            return Err(Refusal::invalid("failover_type must be FORCED."));
        }
        if region != PRIMARY_REGION && region != STANDBY_REGION {
            return Err(Refusal::invalid(format!("Region {region} does not take part in the failover group.")));
        }
        if region == group.primary_region {
            return Err(Refusal::invalid(format!("Region {region} is the primary region already.")));
        }
        if !etag.is_empty() && etag != group.etag() {
            return Err(Refusal::new(409, "ABORTED", "The etag does not match the current one."));
        }
        if group.state != "ACTIVE" {
            return Err(Refusal::state(format!("The failover group is {}.", group.state)));
        }
        group.moving = Some((now + takes_ms, region.to_owned()));
        group.stands_since = Some(group.stands_since.unwrap_or(now));
        group.change(now, "FAILING_OVER");
        Ok(group.view(id, now))
    }
}

fn no_group(id: &str) -> Refusal {
    Refusal::absent(format!("Failover group {id} does not exist."))
}
