//! Reads AWS Health, by events of EventBridge [docs: health/latest/ug/aws-health-events-eventbridge-schema].
//!
//! | in the event | meaning |
//! |---|---|
//! | `detail.eventRegion` | the region that is impacted; the envelope's `region` only says where it was delivered |
//! | `detail.affectedAccount` | the account concerned; the envelope's `account` received it (organisation view) |
//! | `detail.eventArn` | names the event, but is neither unique to an account nor to a region |
//! | `detail.communicationId` | a communication, with its page number; pages split only the list of resources |
//! | `detail.page`, `totalPages`, `backupEvent` | texts in samples; nothing here depends on them |
//!
//! An event arrives in its own region and in the backup region, and may arrive twice in each. Account, ARN
//! and the event's own time identify it, so copies and pages are one signal.
//!
//! A public sample of the documentation says `[RESOLVED]` and has an `endTime`, while its `statusCode` is
//! still `open`. So only `closed` ends an event by itself, and every other field needs a second one. A
//! statement has no severity, so an open issue reads degraded. The category `investigation` is "currently not
//! supported" [API model]; it reads unknown.

use failover::signal::{About, CloudName, Origin, Reading, Signal, holds};
use jiff::Timestamp;
use serde_json::Value;

use crate::foreign::{BodyError, list, object, text, word};
use crate::plain::{one_line, subject};
use crate::source::{Arrival, Listening, Readings, Source};
use crate::times::time;

pub(super) struct AwsHealth;

impl Source for AwsHealth {
    fn name(&self) -> &'static str {
        "aws_health"
    }

    fn arrival(&self) -> Arrival {
        Arrival::Event(&["AWS Health Event", "AWS Health Abuse Event"])
    }

    fn read(&self, body: &[u8], listening: &Listening<'_>) -> Result<Readings, BodyError> {
        let event = object(body)?;
        let detail = event.get("detail").filter(|detail| detail.is_object());
        let detail = detail.ok_or(BodyError("the event has no detail"))?;
        let arn = text(detail, "eventArn").ok_or(BodyError("the event has no eventArn"))?;
        let region = text(detail, "eventRegion").ok_or(BodyError("the event names no region"))?;
        if text(&event, "detail-type") == Some("AWS Health Abuse Event") {
            return Ok(Readings::nothing("a report of abuse says nothing of health"));
        }
        let Some(health) = health(detail, listening.now) else {
            return Ok(Readings::nothing("it tells of no trouble that is there now"));
        };
        if !text(detail, "service").is_some_and(|service| listening.watched.counts(service)) {
            return Ok(Readings::nothing("trouble of its service does not count"));
        }
        let account = word(detail, "affectedAccount").or_else(|| word(&event, "account")).unwrap_or_default();
        let mut readings = Readings::default();
        for side in listening.watched.in_region(CloudName::Aws, region) {
            let signal = Signal {
                about: About { source: self.name().into(), side: side.side, subject: subject(&[&account, arn]) },
                origin: Origin::Provider,
                reading: health,
                seen_at: seen_at(&event, detail, health).unwrap_or(listening.now),
                holds_s: holds::STATEMENT_S,
                text: one_line(&words(detail, region)),
            };
            readings.take(signal, listening.now);
        }
        if readings.signals.is_empty() {
            return Ok(Readings::nothing("no side that is watched stands in its region"));
        }
        Ok(readings)
    }
}

/// The reading of an event; `None` if it is not about health now.
fn health(detail: &Value, now: Timestamp) -> Option<Reading> {
    let ended = time(detail, "endTime").is_some_and(|end| end <= now);
    let says_resolved = description(detail).is_some_and(begins_resolved);
    let over = ended && says_resolved;
    match text(detail, "eventTypeCategory") {
        Some("issue") => match text(detail, "statusCode") {
            Some("closed") => Some(Reading::Healthy),
            _ if over => Some(Reading::Healthy),
            Some("open") => Some(Reading::Degraded),
            Some("upcoming") => None,
            Some(_) | None => Some(Reading::Unknown),
        },
        Some("investigation") => Some(Reading::Unknown),
        // The event is planned, concerns the account alone, or has an unknown category.
        Some(_) | None => None,
    }
}

fn begins_resolved(text: &str) -> bool {
    text.get(..10).is_some_and(|begins| begins.eq_ignore_ascii_case("[RESOLVED]"))
}

/// The latest text, in English if there is one.
fn description(detail: &Value) -> Option<&str> {
    let texts = list(detail, "eventDescription");
    let english = texts.iter().find(|one| text(one, "language").is_some_and(|language| language.starts_with("en")));
    text(english.or_else(|| texts.first())?, "latestDescription")
}

fn words(detail: &Value, region: &str) -> String {
    let service = text(detail, "service").unwrap_or_default();
    let readings = description(detail).or_else(|| text(detail, "eventTypeCode")).unwrap_or_default();
    format!("AWS on {service} in {region}: {readings}")
}

/// The time of the reading. Samples leave `lastUpdatedTime` out. The end of an event must then be later than
/// its beginning.
fn seen_at(event: &Value, detail: &Value, health: Reading) -> Option<Timestamp> {
    let ended = || if health == Reading::Healthy { time(detail, "endTime") } else { None };
    time(detail, "lastUpdatedTime").or_else(ended).or_else(|| time(detail, "startTime")).or_else(|| time(event, "time"))
}
