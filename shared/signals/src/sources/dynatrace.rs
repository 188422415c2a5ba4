//! Reads Dynatrace's problems, by a custom integration for problem notifications
//! [docs: docs.dynatrace.com, problem notifications, webhook integration].
//!
//! A team writes the payload itself. `shared/docs/guide/integrations/dynatrace.md` has the one that is read
//! here. Its `side` is filled in by hand, or is a tag `side:primary` or `side:standby` on the entities.
//!
//! `{State}` is `OPEN`, `MERGED` or `RESOLVED`. An open problem with the severity `AVAILABILITY` is down.
//! With another known severity it is degraded. `MONITORING_UNAVAILABLE`, and any word that is not known here,
//! is unknown. No placeholder has the time of the change by itself, so the time of arrival counts.
//! Unverified: whether it calls again for a problem that was merged into another.

use failover::signal::{About, Origin, Reading, Signal, holds};
use serde_json::Value;

use super::side::{named_side, tagged_side};
use crate::foreign::{BodyError, object, text, word};
use crate::plain::{one_line, subject};
use crate::source::{Arrival, Listening, Readings, Source};

pub(super) struct Dynatrace;

impl Source for Dynatrace {
    fn name(&self) -> &'static str {
        "dynatrace"
    }

    fn arrival(&self) -> Arrival {
        Arrival::Webhook { only_address: false }
    }

    fn read(&self, body: &[u8], listening: &Listening<'_>) -> Result<Readings, BodyError> {
        let problem = object(body)?;
        // The PID is one problem for ever. The id that people see is shorter.
        let id = word(&problem, "PID").or_else(|| word(&problem, "ProblemID"));
        let id = id.ok_or(BodyError("the body has neither PID nor ProblemID"))?;
        let side = named_side(&problem).or_else(|| tagged_side(&problem));
        let side = side.ok_or(BodyError("the body names no side: neither side nor a tag side:…"))?;
        let title = text(&problem, "ProblemTitle").unwrap_or("a problem");
        let entity = text(&problem, "ImpactedEntity").map(|entity| format!(" ({entity})")).unwrap_or_default();
        let mut readings = Readings::default();
        let signal = Signal {
            about: About { source: self.name().into(), side, subject: subject(&[&id]) },
            origin: Origin::Monitoring,
            reading: reading(&problem),
            seen_at: listening.now,
            holds_s: holds::UNTIL_CHANGED_S,
            text: one_line(&format!("Dynatrace: {title}{entity}")),
        };
        readings.take(signal, listening.now);
        Ok(readings)
    }
}

fn reading(problem: &Value) -> Reading {
    match (text(problem, "State"), text(problem, "ProblemSeverity")) {
        (Some("RESOLVED"), _) => Reading::Healthy,
        (Some("OPEN"), Some("AVAILABILITY")) => Reading::Down,
        (Some("OPEN"), Some("ERROR" | "PERFORMANCE" | "RESOURCE_CONTENTION" | "CUSTOM_ALERT")) => Reading::Degraded,
        // The problem goes on as a part of another, monitoring itself is unavailable, or the word is unknown.
        (Some(_) | None, _) => Reading::Unknown,
    }
}
