//! Reads the status page of Databricks, which is polled once a minute.
//!
//! It is a page of Status.io [kb.status.io, public API]. `result.status[]` has one entry for each component,
//! and its `containers[]` has one entry for each region. Codes: 100 operational, 200 planned maintenance, 300
//! degraded, 400 partial disruption, 500 disruption, 600 security event. Maintenance reads degraded while one
//! is active, and healthy before and after. People write the page, and they write it late.
//!
//! Each cloud has a page of its own, so only sides of one cloud are read from one page: `us-east-1` and
//! `us-east1` are written alike.
//!
//! Unverified: how containers are named. A region is found by its name, with or without words around it.

use failover::signal::{About, Origin, Reading, Signal, holds};
use serde_json::Value;

use crate::foreign::{BodyError, list, object, text, word};
use crate::plain::{names_region, one_line, subject};
use crate::source::{Arrival, Listening, Readings, Source};

pub(super) struct DatabricksStatus;

impl Source for DatabricksStatus {
    fn name(&self) -> &'static str {
        "databricks_status"
    }

    fn arrival(&self) -> Arrival {
        Arrival::Polled
    }

    fn read(&self, body: &[u8], listening: &Listening<'_>) -> Result<Readings, BodyError> {
        let page = object(body)?;
        let result = page.get("result").filter(|result| result.get("status").is_some_and(Value::is_array));
        let result = result.ok_or(BodyError("the page has no list of components"))?;
        let maintained =
            !result.get("maintenance").map_or(&[][..], |maintenance| list(maintenance, "active")).is_empty();
        let mut readings = Readings::default();
        for component in list(result, "status") {
            let Some(service) = text(component, "name") else { continue };
            for container in list(component, "containers") {
                let Some(place) = text(container, "name") else { continue };
                for side in listening.watched.sides.iter().filter(|side| names_region(place, side)) {
                    let says = text(container, "status").unwrap_or("no status");
                    let signal = Signal {
                        about: About {
                            source: self.name().into(),
                            side: side.side,
                            subject: subject(&[service, place]),
                        },
                        origin: Origin::Provider,
                        reading: reading(container, maintained),
                        seen_at: listening.now,
                        holds_s: holds::POLLED_S,
                        text: one_line(&format!("Databricks on {service} in {place}: {says}")),
                    };
                    readings.take(signal, listening.now);
                }
            }
        }
        if readings.signals.is_empty() {
            readings.passed_over.insert("no component stands in a region that is watched");
        }
        Ok(readings)
    }
}

fn reading(container: &Value, maintained: bool) -> Reading {
    match word(container, "status_code").as_deref() {
        Some("100") => Reading::Healthy,
        Some("200") if maintained => Reading::Degraded,
        Some("200") => Reading::Healthy,
        Some("300" | "400" | "600") => Reading::Degraded,
        Some("500") => Reading::Down,
        Some(_) | None => Reading::Unknown,
    }
}
