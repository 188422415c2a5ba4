//! Reads CloudWatch alarms, by events of EventBridge
//! [docs: AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge].
//!
//! Only alarms that the configuration names count. An account is full of alarms that ring by design, e.g.
//! those by which groups scale. An alarm sends an event when it changes, so its reading stays valid for long.
//! An alarm about the lost region that is in that region becomes silent with it. This is unknown and nothing
//! else.

use failover::Side;
use failover::signal::{About, CloudName, Origin, Reading, Signal, holds};
use serde_json::Value;

use crate::foreign::{BodyError, list, object, text};
use crate::plain::{one_line, subject};
use crate::source::{Alarm, Arrival, Listening, Readings, Source};
use crate::times::time;

pub(super) struct CloudwatchAlarm;

impl Source for CloudwatchAlarm {
    fn name(&self) -> &'static str {
        "cloudwatch_alarm"
    }

    fn arrival(&self) -> Arrival {
        Arrival::Event(&["CloudWatch Alarm State Change"])
    }

    fn read(&self, body: &[u8], listening: &Listening<'_>) -> Result<Readings, BodyError> {
        let event = object(body)?;
        let detail = event.get("detail").filter(|detail| detail.is_object());
        let detail = detail.ok_or(BodyError("the event has no detail"))?;
        let name = text(detail, "alarmName").ok_or(BodyError("the event names no alarm"))?;
        let state = detail.get("state").filter(|state| state.is_object());
        let state = state.ok_or(BodyError("the event has no state"))?;
        let Some(alarm) = listening.alarms.iter().find(|alarm| alarm.is_called(name)) else {
            return Ok(Readings::nothing("no [[alarm]] of the configuration names it"));
        };
        let reading = match text(state, "value") {
            Some("ALARM") => alarm.reading,
            Some("OK") => Reading::Healthy,
            Some(_) | None => Reading::Unknown,
        };
        let sides = sides(alarm, &event, listening);
        if sides.is_empty() {
            return Ok(Readings::nothing("no side that is watched stands in its region"));
        }
        let seen_at = time(state, "timestamp").or_else(|| time(&event, "time")).unwrap_or(listening.now);
        let reason = text(state, "reason").or_else(|| text(state, "value")).unwrap_or_default();
        let mut readings = Readings::default();
        for side in sides {
            let signal = Signal {
                about: About { source: self.name().into(), side, subject: of(&event, name) },
                origin: Origin::Monitoring,
                reading,
                seen_at,
                holds_s: holds::UNTIL_CHANGED_S,
                text: one_line(&format!("alarm {name}: {reason}")),
            };
            readings.take(signal, listening.now);
        }
        Ok(readings)
    }
}

impl Alarm {
    fn is_called(&self, name: &str) -> bool {
        match self.name.strip_suffix('*') {
            Some(begins) => name.starts_with(begins),
            None => name == self.name,
        }
    }
}

fn sides(alarm: &Alarm, event: &Value, listening: &Listening<'_>) -> Vec<Side> {
    match alarm.side {
        Some(side) => vec![side],
        None => {
            let region = text(event, "region").unwrap_or_default();
            listening.watched.in_region(CloudName::Aws, region).map(|side| side.side).collect()
        }
    }
}

/// The alarm's ARN, because a name is unique in one account and region only.
fn of(event: &Value, name: &str) -> String {
    match list(event, "resources").first().and_then(Value::as_str) {
        Some(arn) => subject(&[arn]),
        None => subject(&[text(event, "account").unwrap_or_default(), text(event, "region").unwrap_or_default(), name]),
    }
}
