//! Reads the requests that the status page of Databricks sends to a webhook
//! [kb.status.io/notifications/webhook].
//!
//! A request has one incident or maintenance, with the components and the regions (`containers[]`) that are
//! affected. It is over when `datetime_resolve` is filled or the state is `Resolved`. Announced maintenance
//! is no trouble yet, and the page that is polled shows its end, so it is left out.
//!
//! A subscriber gives an address and nothing else, so the secret may be in the address.
//! Unverified: the exact words of `current_state` at the end; `datetime_resolve` is documented as a time or
//! an empty text.

use failover::signal::{About, CloudName, Origin, Reading, Signal, WatchedSide, holds};
use serde_json::Value;

use crate::foreign::{BodyError, list, object, text, word};
use crate::plain::{names_region, one_line, subject};
use crate::source::{Arrival, Listening, MOST_SIGNALS, Readings, Source};
use crate::times::time;

pub(super) struct DatabricksStatusWebhook;

impl Source for DatabricksStatusWebhook {
    fn name(&self) -> &'static str {
        "databricks_status_webhook"
    }

    fn arrival(&self) -> Arrival {
        Arrival::Webhook { only_address: true }
    }

    fn read(&self, body: &[u8], listening: &Listening<'_>) -> Result<Readings, BodyError> {
        let readings = object(body)?;
        let id = word(&readings, "id").ok_or(BodyError("the body has no id"))?;
        if text(&readings, "maintenance_url").is_some() {
            return Ok(Readings::nothing("planned maintenance is no trouble by itself"));
        }
        let cloud = cloud(&readings);
        let title = text(&readings, "title").unwrap_or_default();
        let mut heard = Readings::default();
        let sides = listening.watched.sides.iter().filter(|side| cloud.is_none_or(|cloud| side.cloud == cloud));
        for side in sides.filter(|side| affects(&readings, side)) {
            let signal = Signal {
                about: About { source: self.name().into(), side: side.side, subject: subject(&["incident", &id]) },
                origin: Origin::Provider,
                reading: reading(&readings),
                seen_at: time(&readings, "datetime").unwrap_or(listening.now),
                holds_s: holds::STATEMENT_S,
                text: one_line(&format!("Databricks in {}: {title}", side.region)),
            };
            heard.take(signal, listening.now);
        }
        if heard.signals.is_empty() {
            heard.passed_over.insert("no side that is watched stands in its regions");
        }
        Ok(heard)
    }
}

/// The cloud that the page is about. Each cloud has a page of its own, and its address shows which.
fn cloud(readings: &Value) -> Option<CloudName> {
    let page = text(readings, "status_page_url").or_else(|| text(readings, "incident_url"))?;
    if page.contains("azuredatabricks") {
        Some(CloudName::Azure)
    } else if page.contains("gcp.databricks") {
        Some(CloudName::Google)
    } else if page.contains("status.databricks.com") || page.contains("5cf02dde58a00904bda41926") {
        Some(CloudName::Aws)
    } else {
        None
    }
}

fn affects(readings: &Value, side: &WatchedSide) -> bool {
    let places = list(readings, "containers").iter().filter_map(|container| text(container, "name"));
    places.take(MOST_SIGNALS).any(|place| names_region(place, side))
}

fn reading(readings: &Value) -> Reading {
    let resolved = text(readings, "current_state").is_some_and(|state| state.eq_ignore_ascii_case("resolved"));
    if resolved || time(readings, "datetime_resolve").is_some() {
        return Reading::Healthy;
    }
    match text(readings, "current_status") {
        Some("Operational") => Reading::Healthy,
        Some("Degraded Performance" | "Partial Service Disruption" | "Security Event") => Reading::Degraded,
        Some("Service Disruption") => Reading::Down,
        Some(_) | None => Reading::Unknown,
    }
}
