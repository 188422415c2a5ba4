//! Decides which workspace is the primary: the one that the configuration names, or the one that a promotion has made
//! the primary (R44).
//!
//! Law: sides are identified by their hosts, and never by their order in a configuration. So a team may swap its two
//! tables after a promotion, or leave them, and nothing changes. A running saga keeps the role assignment that its
//! plan was made with.

use std::sync::Arc;

use async_trait::async_trait;
use failover::action::{Action, Address, Declarations};
use failover::plan::About;
use failover::signal::{Signal, Watched};
use failover::{MapEntry, RoleAssignment, Side};
use jiff::Timestamp;
use saga::{Fault, Plan};
use serde_json::{Map, Value};

use crate::deps::{Deps, Pair, Watch};
use crate::pair::pair_head;
use crate::ports::{Admission, Feed, PairHead, Probe, ProbeInfo, Probed, StoreError};

/// The [`Deps`] with the role assignment that is recorded for the pair now.
///
/// # Errors
///
/// [`StoreError`].
pub async fn as_recorded(deps: &Deps) -> Result<Deps, StoreError> {
    Ok(deps.as_recorded(&pair_head(deps).await?))
}

impl Deps {
    /// The same, with the role assignment that is recorded for the pair.
    pub fn as_recorded(&self, head: &PairHead) -> Deps {
        self.with_role_assignment(head.role_assignment.as_ref())
    }

    /// The same, with the role assignment that a plan was made with.
    pub fn as_planned(&self, plan: &Plan) -> Deps {
        let about: Option<About> = serde_json::from_value(plan.about.clone()).ok();
        self.with_role_assignment(about.and_then(|about| role_assignment_of(&about.addresses)).as_ref())
    }

    fn with_role_assignment(&self, role_assignment: Option<&RoleAssignment>) -> Deps {
        let is_other = |role_assignment: &RoleAssignment| {
            role_assignment.primary == self.pair.host(Side::Standby)
                && role_assignment.standby == self.pair.host(Side::Primary)
        };
        if role_assignment.is_some_and(is_other) { self.swapped() } else { self.clone() }
    }

    fn swapped(&self) -> Deps {
        let probes = self.probes.iter().map(|probe| {
            let info = probe.info();
            let info = ProbeInfo { side: info.side.other(), ..info.clone() };
            Arc::new(SwappedProbe { probe: Arc::clone(probe), info }) as Arc<dyn Probe>
        });
        let feeds = self.feeds.iter().map(|feed| Arc::new(SwappedFeed(Arc::clone(feed))) as Arc<dyn Feed>);
        Deps { pair: swapped(&self.pair), probes: probes.collect(), feeds: feeds.collect(), ..self.clone() }
    }
}

/// The role assignment that two addresses state.
pub(crate) fn role_assignment_of(addresses: &[Address]) -> Option<RoleAssignment> {
    let host = |side: Side| addresses.iter().find(|address| address.side == side).map(|address| address.host.clone());
    Some(RoleAssignment { primary: host(Side::Primary)?, standby: host(Side::Standby)? })
}

fn swapped(pair: &Pair) -> Pair {
    let mut addresses: Vec<Address> =
        pair.addresses.iter().map(|address| Address { side: address.side.other(), ..address.clone() }).collect();
    addresses.sort_by_key(|address| address.side);
    let map = pair.map.iter().map(|entry| MapEntry {
        kind: entry.kind.clone(),
        primary: entry.standby.clone(),
        standby: entry.primary.clone(),
    });
    let actions = pair
        .declarations
        .actions
        .iter()
        .map(|action| Action { settings: with_swapped_members(&action.settings), ..action.clone() });
    let sides = pair
        .watch
        .watched
        .sides
        .iter()
        .map(|watched| failover::signal::WatchedSide { side: watched.side.other(), ..watched.clone() });
    Pair {
        primary: Arc::clone(&pair.standby),
        standby: Arc::clone(&pair.primary),
        map: map.collect(),
        addresses,
        declarations: Declarations { actions: actions.collect(), ..pair.declarations.clone() },
        watch: Watch {
            watched: Watched { sides: sides.collect(), ..pair.watch.watched.clone() },
            ..pair.watch.clone()
        },
        ..pair.clone()
    }
}

/// Swaps the settings that differ by side. They have the side in their name: `primary`, or `primary_region` beside
/// `standby_region`.
fn with_swapped_members(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let swapped = members.iter().map(|(name, value)| (other_name(name), with_swapped_members(value)));
            Value::Object(swapped.collect::<Map<String, Value>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(with_swapped_members).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn other_name(name: &str) -> String {
    for side in [Side::Primary, Side::Standby] {
        if let Some(rest) = name.strip_prefix(side.as_str())
            && (rest.is_empty() || rest.starts_with('_'))
        {
            return format!("{}{rest}", side.other());
        }
    }
    name.to_owned()
}

struct SwappedProbe {
    probe: Arc<dyn Probe>,
    info: ProbeInfo,
}

#[async_trait]
impl Probe for SwappedProbe {
    fn info(&self) -> &ProbeInfo {
        &self.info
    }

    async fn look(&self, now: Timestamp, admission: &dyn Admission) -> Probed {
        self.probe.look(now, admission).await
    }
}

struct SwappedFeed(Arc<dyn Feed>);

#[async_trait]
impl Feed for SwappedFeed {
    fn source(&self) -> &'static str {
        self.0.source()
    }

    async fn poll(&self, now: Timestamp, admission: &dyn Admission) -> Result<Vec<Signal>, Fault> {
        let mut signals = self.0.poll(now, admission).await?;
        for signal in &mut signals {
            signal.about.side = signal.about.side.other();
        }
        Ok(signals)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_set_for_a_side_follows_it_to_its_new_home() {
        let settings = json!({
            "workspace_ids": { "primary": 7010, "standby": 7011 },
            "primary_region": "us-east-1", "standby_region": "us-west-2",
            "primaryish": 1, "value": "{{ host }}", "list": [{ "standby": true }],
        });
        let swapped = with_swapped_members(&settings);
        let expected = json!({
            "workspace_ids": { "primary": 7011, "standby": 7010 },
            "primary_region": "us-west-2", "standby_region": "us-east-1",
            "primaryish": 1, "value": "{{ host }}", "list": [{ "primary": true }],
        });
        assert_eq!(swapped, expected);
        assert_eq!(with_swapped_members(&swapped), settings);
    }
}
