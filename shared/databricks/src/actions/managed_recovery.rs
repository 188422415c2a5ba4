//! Drives the vendor's managed disaster recovery as one step, with the safety that it lacks (R32).
//!
//! Settings: `group`, the id of a failover group, `primary_region` and `standby_region`, and
//! `objective_seconds`, the loss that the team accepts.
//!
//! Law: the group is read first. If it is already there, the step is done. A failover is requested only if
//! the state of the group is ACTIVE. The request always carries the `etag` that was read, because without one
//! the service goes ahead whatever has changed. A failover is never requested if the replication point is
//! older than accepted, unless the approved plan showed a loss as large. After the request the group is read
//! until it has moved.
//!
//! The recovery covers tables and assets. It does not cover pipelines, serving, apps, secrets and more. It
//! starts nothing on the new side, and schedules stay paused there. Other steps do all of that.
//! Quirk: the only failover is FORCED: nothing is drained first.
//! Quirk: the service refuses a failover to the region where the group already is. It does not repeat it.
//! Unverified: how long a failover takes; whether it may be repeated after FAILOVER_FAILED, so it is not.
//! Sources: [py-sdk: service/disasterrecovery.py; docs: admin/managed-disaster-recovery].

use async_trait::async_trait;
use engine::ports::{ActionInfo, ActionKind, Admission, Attempt};
use failover::Side;
use failover::action::{Purpose, Reach, ShownLoss};
use jiff::{SignedDuration, Timestamp};
use saga::{Class, Fault, Reaction};
use serde::Deserialize;
use serde_json::{Value, json};

use super::env::ActionEnv;
use super::failover_group::FailoverGroup;
use super::following::after_effect;
use super::settings;
use crate::call::Call;
use crate::codes;
use crate::endpoints_actions::FAILOVER_GROUP_MOVE;

const NAME: &str = "managed_recovery";
/// In milliseconds: the time between two reads of a group that is failing over.
const PAUSE_MS: u64 = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    group: String,
    primary_region: String,
    standby_region: String,
    objective_seconds: u32,
}

pub(super) struct ManagedRecovery;

#[async_trait]
impl ActionKind<ActionEnv> for ManagedRecovery {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Recovery, reach: Reach::External, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(NAME, settings)?;
        for (name, text) in
            [("group", &read.group), ("primary_region", &read.primary_region), ("standby_region", &read.standby_region)]
        {
            settings::filled(NAME, name, text)?;
        }
        if read.primary_region == read.standby_region {
            return Err(format!("action {NAME}: both regions are the same: name the region of each side"));
        }
        Ok(())
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let api = &env.api(attempt.admission);
        let settings: Settings = settings::of_step(NAME, &attempt.detail.settings)?;
        let target = match attempt.detail.side {
            Side::Primary => &settings.primary_region,
            Side::Standby => &settings.standby_region,
        };
        let group = FailoverGroup::get(api, &env.account, &settings.group).await?;
        match judged(&group, &settings.group, target)? {
            Stand::There(told) => return Ok(told),
            Stand::Elsewhere => {}
        }
        is_recent_enough(&group, &settings, attempt.detail.shown.as_ref(), attempt.context.now)?;
        if group.etag.is_empty() {
            let said = format!("failover group {:?} came without its etag", settings.group);
            return Err(Fault::again(codes::NOT_JSON, said));
        }
        let body = json!({ "target_primary_region": target, "failover_type": "FORCED", "etag": group.etag });
        let call = Call::to(FAILOVER_GROUP_MOVE).at("account", &env.account).of(&settings.group).body(body);
        let asked = api.call(&call).await;
        let refused = match asked {
            Ok(_) => None,
            // Another caller may have been faster.
            Err(fault) if fault.reaction == Reaction::PersonNeeded => Some(fault),
            Err(fault) => return Err(fault),
        };
        let group = FailoverGroup::get(api, &env.account, &settings.group).await.map_err(after_effect)?;
        match (judged(&group, &settings.group, target)?, refused) {
            (Stand::There(told), _) => Ok(told),
            (Stand::Elsewhere, Some(fault)) => Err(fault),
            (Stand::Elsewhere, None) => {
                let said =
                    format!("failover group {:?} was told to move to {target} and has not begun", settings.group);
                Err(again(said))
            }
        }
    }

    /// The replication point: after a failover now, the data up to this time would be there.
    async fn synced_at(
        &self,
        env: &ActionEnv,
        settings: &Value,
        admission: &dyn Admission,
    ) -> Result<Timestamp, Fault> {
        let api = &env.api(admission);
        let settings: Settings = settings::of_step(NAME, settings)?;
        let group = FailoverGroup::get(api, &env.account, &settings.group).await?;
        group.replication_point.ok_or_else(|| {
            let said = format!("failover group {:?} is {} and tells no replication point", settings.group, group.state);
            Fault::person_needed(codes::RECOVERY_LAGS, said)
        })
    }
}

enum Stand {
    There(String),
    /// The group is well, and has its primary elsewhere.
    Elsewhere,
}

fn judged(group: &FailoverGroup, id: &str, target: &str) -> Result<Stand, Fault> {
    let state = group.state.as_str();
    match state {
        "FAILOVER_FAILED" => {
            let said = format!("the failover of group {id:?} to {target} failed: it is not asked for again");
            Err(Fault::person_needed(codes::RECOVERY_FAILED, said))
        }
        "FAILING_OVER" => Err(again(format!("failover group {id:?} is FAILING_OVER to {target}"))),
        _ if group.primary_region == target => {
            Ok(Stand::There(format!("failover group {id:?} has its primary in {target} and is {state}")))
        }
        "ACTIVE" if group.regions.iter().any(|region| region == target) => Ok(Stand::Elsewhere),
        "ACTIVE" => {
            let said = format!("region {target} is none of failover group {id:?}: correct the action's regions");
            Err(Fault::person_needed(codes::RECOVERY_NOT_READY, said))
        }
        _ => {
            let said = format!("failover group {id:?} is {state} and not ACTIVE: it cannot fail over now");
            Err(Fault::person_needed(codes::RECOVERY_NOT_READY, said))
        }
    }
}

/// Refuses a loss larger than the team accepts, unless the approved plan showed a loss as large (S11).
fn is_recent_enough(
    group: &FailoverGroup,
    settings: &Settings,
    shown: Option<&ShownLoss>,
    now: Timestamp,
) -> Result<(), Fault> {
    let objective = SignedDuration::from_secs(settings.objective_seconds.into());
    let (is_within, told) = match group.replication_point {
        Some(point) => {
            let lag = now.duration_since(point);
            (lag <= objective, format!("is {} s behind", lag.as_secs()))
        }
        // A missing time is never read as recent (S17).
        None => (false, "tells no replication point".to_owned()),
    };
    let was_shown = shown.is_some_and(|shown| match (shown.synced_at, group.replication_point) {
        (Some(shown), Some(point)) => point >= shown,
        (Some(_), None) => false,
        // The plan showed that no time was known, and a person accepted that.
        (None, _) => true,
    });
    if is_within || was_shown {
        return Ok(());
    }
    let errors = if group.has_blocking_errors { ", and errors hold it back" } else { "" };
    let said = format!(
        "failover group {:?} {told}{errors}; {} s are accepted: approve a plan that shows this loss",
        settings.group, settings.objective_seconds
    );
    Err(Fault::person_needed(codes::RECOVERY_LAGS, said))
}

fn again(said: String) -> Fault {
    let reaction = Reaction::Again { after_ms: Some(PAUSE_MS) };
    Fault { reaction, ..Fault::again(engine::codes::STILL_CHANGING, said) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn group(state: &str, region: &str) -> FailoverGroup {
        FailoverGroup {
            state: state.to_owned(),
            primary_region: region.to_owned(),
            regions: vec!["one".to_owned(), "two".to_owned()],
            etag: "e".to_owned(),
            replication_point: Some(at("2026-01-05T08:00:00Z")),
            has_blocking_errors: false,
            updated_at: None,
        }
    }

    fn code(state: &str, region: &str, target: &str) -> String {
        match judged(&group(state, region), "g", target) {
            Ok(Stand::There(_)) => "there".to_owned(),
            Ok(Stand::Elsewhere) => "elsewhere".to_owned(),
            Err(fault) => fault.code.to_string(),
        }
    }

    #[test]
    fn only_an_active_group_that_has_the_region_is_moved() {
        assert_eq!(code("ACTIVE", "one", "two"), "elsewhere");
        assert_eq!(code("ACTIVE", "two", "two"), "there");
        assert_eq!(code("INITIAL_REPLICATION", "two", "two"), "there");
        assert_eq!(code("FAILING_OVER", "two", "two"), "STILL-CHANGING");
        assert_eq!(code("FAILOVER_FAILED", "two", "two"), "RECOVERY-FAILED");
        assert_eq!(code("ACTIVE", "one", "three"), "RECOVERY-NOT-READY");
        for state in ["CREATING", "CREATION_FAILED", "INITIAL_REPLICATION", "DELETION_FAILED", ""] {
            assert_eq!(code(state, "one", "two"), "RECOVERY-NOT-READY", "{state}");
        }
    }

    #[test]
    fn a_loss_is_accepted_within_the_objective_or_as_it_was_shown_s11() {
        let settings = Settings {
            group: "g".to_owned(),
            primary_region: "one".to_owned(),
            standby_region: "two".to_owned(),
            objective_seconds: 60,
        };
        let shown = |synced_at| Some(ShownLoss { synced_at, loss_s: None, objective_s: 60 });
        let ok = |group: &FailoverGroup, shown: Option<ShownLoss>, now: &str| {
            is_recent_enough(group, &settings, shown.as_ref(), at(now)).is_ok()
        };
        let told = group("ACTIVE", "one");
        let untold = FailoverGroup { replication_point: None, ..told.clone() };
        let (soon, late) = ("2026-01-05T08:01:00Z", "2026-01-05T08:01:01Z");
        assert!(ok(&told, None, soon) && !ok(&told, None, late));
        assert!(ok(&told, shown(Some(at("2026-01-05T08:00:00Z"))), late));
        assert!(!ok(&told, shown(Some(at("2026-01-05T08:00:01Z"))), late), "a worse loss than was shown");
        assert!(!ok(&untold, None, soon) && !ok(&untold, shown(Some(at("2026-01-05T07:00:00Z"))), soon));
        assert!(ok(&untold, shown(None), soon));
    }
}
