//! Reads Datadog's monitors, by its webhooks integration [docs: docs.datadoghq.com/integrations/webhooks].
//!
//! A team writes the payload itself. `shared/docs/guide/integrations/datadog.md` has the one that is read
//! here. Its `side` is filled in by hand, or is a tag `side:primary` or `side:standby` on the monitor.
//!
//! `$ALERT_TRANSITION` is `Triggered`, `Re-Triggered`, `Warn`, `Re-Warn`, `Recovered`, `No Data`, `Re-No
//! Data` or `Renotify`. For `Renotify`, `$ALERT_TYPE` (`error`, `warning`, `success`, `info`) shows the
//! reading.
//! Unverified: the unit of `$LAST_UPDATED`; a number is taken for seconds or milliseconds by its size.

use failover::signal::{About, Origin, Reading, Signal, holds};
use serde_json::Value;

use super::side::{named_side, tagged_side};
use crate::foreign::{BodyError, object, text, word};
use crate::plain::{one_line, subject};
use crate::source::{Arrival, Listening, Readings, Source};
use crate::times::time;

pub(super) struct Datadog;

impl Source for Datadog {
    fn name(&self) -> &'static str {
        "datadog"
    }

    fn arrival(&self) -> Arrival {
        Arrival::Webhook { only_address: false }
    }

    fn read(&self, body: &[u8], listening: &Listening<'_>) -> Result<Readings, BodyError> {
        let alert = object(body)?;
        let id = word(&alert, "alert_id").ok_or(BodyError("the body has no alert_id"))?;
        let side = named_side(&alert).or_else(|| tagged_side(&alert));
        let side = side.ok_or(BodyError("the body names no side: neither side nor a tag side:…"))?;
        let group = word(&alert, "aggreg_key").unwrap_or_default();
        let title = text(&alert, "title").or_else(|| text(&alert, "status")).unwrap_or("a monitor");
        let mut readings = Readings::default();
        let signal = Signal {
            about: About { source: self.name().into(), side, subject: subject(&[&id, &group]) },
            origin: Origin::Monitoring,
            reading: reading(&alert),
            seen_at: time(&alert, "last_updated").unwrap_or(listening.now),
            holds_s: holds::UNTIL_CHANGED_S,
            text: one_line(&format!("Datadog: {title}")),
        };
        readings.take(signal, listening.now);
        Ok(readings)
    }
}

fn reading(alert: &Value) -> Reading {
    match text(alert, "transition") {
        Some("Triggered" | "Re-Triggered") => Reading::Down,
        Some("Warn" | "Re-Warn") => Reading::Degraded,
        Some("Recovered") => Reading::Healthy,
        Some("Renotify") => match text(alert, "type") {
            Some("error") => Reading::Down,
            Some("warning") => Reading::Degraded,
            Some("success") => Reading::Healthy,
            Some(_) | None => Reading::Unknown,
        },
        Some(_) | None => Reading::Unknown,
    }
}
