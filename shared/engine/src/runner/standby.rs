//! Checks two conditions that are no resource: the window of a saga, and a side that is ready to stand by.

use std::collections::BTreeSet;

use failover::{ResourceKey, Window};
use futures::future::join_all;
use jiff::Timestamp;
use saga::bounds::few_of;
use saga::{Fault, Reaction, Step};

use super::place::Place;
use crate::codes;
use crate::ports::ReadPurpose;

/// The number of resources that are named. The rest is counted.
const NAMED: usize = 5;

/// Whether the window is open and has enough time for the saga. Before the window there is nothing to do. When its
/// time is too short, only a person can help.
pub(super) fn is_open(step: &Step, now: Timestamp) -> Result<String, Fault> {
    let window: Window = serde_json::from_value(step.detail.clone())
        .map_err(|e| Fault::person_needed(codes::UNKNOWN_STEP, format!("cannot read the window: {e}")))?;
    match window.holds(now) {
        None => {
            let after_ms = window.from.duration_since(now).as_millis().max(1);
            let reaction = Reaction::Again { after_ms: u64::try_from(after_ms).ok() };
            let message = format!("the window opens at {}", window.from);
            Err(Fault { reaction, code: codes::WINDOW_NOT_OPEN, message })
        }
        Some(true) => Ok(format!("open until {}, about {} s are needed", window.until, window.needs_s)),
        Some(false) => {
            let message = format!(
                "the window ends at {}, and about {} s are needed: nothing was begun; abort, and order again for \
                 another window",
                window.until, window.needs_s
            );
            Err(Fault::person_needed(codes::WINDOW_MISSED, message))
        }
    }
}

/// Whether a side is ready to stand by (R41): it was listed whole, and nothing is on there except what the step
/// excepts.
pub(super) async fn is_ready(place: Option<&Place>, step: &Step) -> Result<String, Fault> {
    let place = place.ok_or_else(|| {
        Fault::person_needed(codes::UNKNOWN_STEP, format!("this program knows no place {:?}", step.place))
    })?;
    let except: BTreeSet<ResourceKey> =
        step.detail.get("except").and_then(|except| serde_json::from_value(except.clone()).ok()).unwrap_or_default();
    let kinds = place.workspace.kinds().iter().filter(|kind| kind.fenced);
    let listings = kinds.map(|kind| place.all_or_lacking(kind.name, ReadPurpose::Fence));
    let (mut count, mut on) = (0, Vec::new());
    for listed in join_all(listings).await {
        let Ok(listed) = listed? else { continue };
        for seen in listed.iter().filter(|seen| place.workspace.recorded(seen)) {
            count += 1;
            let resource = place.workspace.record(seen);
            if resource.active && !except.contains(&resource.key()) {
                on.push(format!("{} {:?} is {}", resource.kind, resource.name, resource.state));
            }
        }
    }
    if on.is_empty() {
        return Ok(format!("{count} resources are there, none is on"));
    }
    let message = format!("not ready to stand by: {}", few_of(on, NAMED, ", "));
    Err(Fault::again(codes::NOT_READY, message))
}
