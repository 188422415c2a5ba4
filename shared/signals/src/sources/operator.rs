//! Reads the report of a named person.
//!
//! ```json
//! { "by": "grace", "side": "primary", "reading": "down", "text": "no notebook starts", "at": "2026-01-05T08:00:00Z" }
//! ```
//!
//! `reading` is `healthy`, `degraded`, `down` or `unknown`. `unknown` takes back the last report. `at` may be
//! left out. Only the last report of each person counts, for half an hour.

use failover::signal::{About, Origin, Reading, Signal, holds};

use super::side::named_side;
use crate::foreign::{BodyError, object, text};
use crate::plain::{one_line, subject};
use crate::source::{Arrival, Listening, Readings, Source};
use crate::times::time;

pub(super) struct Operator;

impl Source for Operator {
    fn name(&self) -> &'static str {
        "operator"
    }

    fn arrival(&self) -> Arrival {
        Arrival::Webhook { only_address: false }
    }

    fn read(&self, body: &[u8], listening: &Listening<'_>) -> Result<Readings, BodyError> {
        let said = object(body)?;
        let by = text(&said, "by").map(one_line).filter(|by| !by.is_empty());
        let by = by.ok_or(BodyError("the body does not say by whom"))?;
        let side = named_side(&said).ok_or(BodyError("the body names no side: primary or standby"))?;
        let known = [Reading::Unknown, Reading::Healthy, Reading::Degraded, Reading::Down];
        let reading = text(&said, "reading").and_then(|word| known.into_iter().find(|known| known.as_str() == word));
        let reading = reading.ok_or(BodyError("the reading is none of healthy, degraded, down, unknown"))?;
        let words = text(&said, "text").unwrap_or(reading.as_str());
        let mut readings = Readings::default();
        let signal = Signal {
            about: About { source: self.name().into(), side, subject: subject(&[&by]) },
            origin: Origin::Operator,
            reading,
            seen_at: time(&said, "at").unwrap_or(listening.now),
            holds_s: holds::OPERATOR_S,
            text: one_line(&format!("{by}: {words}")),
        };
        readings.take(signal, listening.now);
        Ok(readings)
    }
}
