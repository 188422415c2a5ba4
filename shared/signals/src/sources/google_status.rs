//! Reads Google Cloud Service Health: `incidents.json`, a list of incidents of the last years, the latest
//! first [status.cloud.google.com/incidents.schema.json].
//!
//! An incident goes on while it has no `end`. `currently_affected_locations[].id` is a region, a zone or
//! `global`. A global incident is not about one region and is left out. `status_impact` gives the reading,
//! not `severity`: an outage is down, a disruption is degraded, and information is neither. Only products
//! that a workspace depends on count.
//!
//! The list is never empty, so an empty one is unknown. It may be longer than the part of a page that is
//! read. The incidents before the cut count, and a region that they do not name is unknown.
//!
//! Unverified: the exact titles of products, and that the latest incident always comes first.

use failover::signal::{About, CloudName, Origin, Reading, Signal, WatchedSide, holds};
use serde_json::Value;

use crate::foreign::{BodyError, elements, list, text};
use crate::plain::one_line;
use crate::source::{Arrival, Listening, Readings, Source};

pub(super) struct GoogleStatus;

/// Words in the titles of the products that a workspace depends on.
const STANDS_ON: &[&str] = &[
    "compute engine",
    "cloud storage",
    "networking",
    "virtual private cloud",
    "kubernetes engine",
    "identity and access management",
    "persistent disk",
    "multiple products",
    "databricks",
];

impl Source for GoogleStatus {
    fn name(&self) -> &'static str {
        "google_status"
    }

    fn arrival(&self) -> Arrival {
        Arrival::Polled
    }

    fn read(&self, body: &[u8], listening: &Listening<'_>) -> Result<Readings, BodyError> {
        let (incidents, whole) = elements(body)?;
        let open: Vec<&Value> =
            incidents.iter().filter(|incident| goes_on(incident)).filter(|one| counts(one)).collect();
        let mut readings = Readings::default();
        for side in listening.watched.sides.iter().filter(|side| side.cloud == CloudName::Google) {
            let here = open.iter().filter(|incident| affects(incident, side));
            let worst = here.map(|incident| (impact(incident), *incident)).rev().max_by_key(|(reading, _)| *reading);
            let (reading, text) = match worst {
                Some((reading, incident)) => (reading, words(incident)),
                None if whole && !incidents.is_empty() => {
                    (Reading::Healthy, format!("Google names no incident in {}", side.region))
                }
                None => (Reading::Unknown, "Google's list of incidents is not complete".to_owned()),
            };
            let signal = Signal {
                about: About { source: self.name().into(), side: side.side, subject: side.region.clone() },
                origin: Origin::Provider,
                reading,
                seen_at: listening.now,
                holds_s: holds::POLLED_S,
                text: one_line(&text),
            };
            readings.take(signal, listening.now);
        }
        if readings.signals.is_empty() {
            readings.passed_over.insert("no side that is watched stands in Google Cloud");
        }
        Ok(readings)
    }
}

fn goes_on(incident: &Value) -> bool {
    incident.is_object() && text(incident, "end").is_none()
}

/// Whether the incident is trouble, and of a product that a workspace depends on.
fn counts(incident: &Value) -> bool {
    let informs = text(incident, "status_impact").is_some_and(|impact| impact.ends_with("_INFORMATION"));
    let products = list(incident, "affected_products").iter().filter_map(|product| text(product, "title"));
    let mut named = products.chain(text(incident, "service_name")).map(str::to_lowercase);
    !informs && named.any(|name| STANDS_ON.iter().any(|known| name.contains(known)))
}

fn impact(incident: &Value) -> Reading {
    match text(incident, "status_impact") {
        Some("SERVICE_OUTAGE") => Reading::Down,
        Some("SERVICE_DISRUPTION") => Reading::Degraded,
        Some(_) | None => Reading::Unknown,
    }
}

fn affects(incident: &Value, side: &WatchedSide) -> bool {
    let places = list(incident, "currently_affected_locations").iter().filter_map(|place| text(place, "id"));
    places.map(str::to_ascii_lowercase).any(|place| {
        let rest = place.strip_prefix(&side.region.to_ascii_lowercase());
        // A zone is its region, a hyphen and a letter.
        rest.is_some_and(|rest| rest.is_empty() || (rest.starts_with('-') && rest.len() == 2))
    })
}

fn words(incident: &Value) -> String {
    let service = text(incident, "service_name").unwrap_or("several products");
    let latest = || incident.get("most_recent_update").and_then(|update| text(update, "text"));
    let readings = text(incident, "external_desc").or_else(latest).unwrap_or_default();
    format!("Google on {service}: {readings}")
}
