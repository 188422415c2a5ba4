//! Simulates AWS Health: `DescribeEvents`.
//!
//! It knows these members of the filter: regions, services, categories, statuses and the time of
//! the end. A member that a request leaves out does not filter. An account without a support plan
//! is refused. Both regional endpoints answer the same. In AWS the passive one may lag.
//! [Health: API DescribeEvents, EventFilter, Event; health-api.html]

use serde_json::{Value, json};

use super::Cloud;
use super::place::json_reply;
use super::refusals::{Handled, Refused};
use super::request::CloudRequest;
use crate::json::text;
use crate::wire::Reply;

/// An event as AWS Health shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthEvent {
    /// ARN of the event.
    pub arn: String,
    /// The service, e.g. `EC2`.
    pub service: String,
    /// The type of the event, e.g. `AWS_EC2_OPERATIONAL_ISSUE`.
    pub code: String,
    /// `issue`, `accountNotification` or `scheduledChange`.
    pub category: String,
    /// The region of the event.
    pub region: String,
    /// Moment of its beginning, unix ms.
    pub began_ms: i64,
    /// Moment of its end, unix ms; `None` while it is open.
    pub ended_ms: Option<i64>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Health {
    events: Vec<HealthEvent>,
    no_plan: bool,
}

impl Cloud {
    /// Adds an event of AWS Health, or replaces the event with the same ARN.
    pub fn add_health_event(&mut self, event: HealthEvent) {
        self.health.events.retain(|known| known.arn != event.arn);
        self.health.events.push(event);
    }

    /// Takes the account's support plan away, or gives it back.
    pub fn set_support_plan(&mut self, has_plan: bool) {
        self.health.no_plan = !has_plan;
    }

    pub(crate) fn health_call(&mut self, operation: &str, request: &CloudRequest) -> Handled {
        match operation {
            "DescribeEvents" => Some(self.describe_events(&request.json())),
            _ => None,
        }
    }

    fn describe_events(&self, asked: &Value) -> Result<Reply, Refused> {
        if self.health.no_plan {
            let message = "You must have a Business or Enterprise Support plan to use this operation.";
            return Err(Refused::new(400, "SubscriptionRequiredException", message));
        }
        let size = asked.get("maxResults").and_then(Value::as_u64).unwrap_or(10);
        if !(10..=100).contains(&size) {
            return Err(Refused::new(400, "ValidationException", "maxResults must be from 10 to 100"));
        }
        let from: usize = match text(asked, "nextToken") {
            "" => 0,
            token => {
                let bad = || Refused::new(400, "InvalidPaginationToken", "The pagination token is not valid.");
                token.strip_prefix("page-").and_then(|at| at.parse().ok()).ok_or_else(bad)?
            }
        };
        let filter = asked.get("filter").cloned().unwrap_or_default();
        let fitting: Vec<Value> =
            self.health.events.iter().filter(|event| fits(event, &filter)).map(HealthEvent::view).collect();
        let size = usize::try_from(size).unwrap_or(10);
        let page: Vec<Value> = fitting.iter().skip(from).take(size).cloned().collect();
        let mut answer = json!({ "events": page });
        if from + size < fitting.len() {
            answer["nextToken"] = json!(format!("page-{}", from + size));
        }
        Ok(json_reply(&answer))
    }
}

fn fits(event: &HealthEvent, filter: &Value) -> bool {
    let lists = |key: &str, value: &str| {
        let wanted = filter.get(key).and_then(Value::as_array).filter(|wanted| !wanted.is_empty());
        wanted.is_none_or(|wanted| wanted.iter().any(|one| one.as_str() == Some(value)))
    };
    lists("regions", &event.region)
        && lists("services", &event.service)
        && lists("eventTypeCategories", &event.category)
        && lists("eventStatusCodes", event.status())
        && ended_within(event, filter)
}

/// Whether an event ended within a range of the filter. Times are seconds since 1970 [AWS JSON 1.1 protocol].
fn ended_within(event: &HealthEvent, filter: &Value) -> bool {
    let Some(ranges) = filter.get("endTimes").and_then(Value::as_array).filter(|ranges| !ranges.is_empty()) else {
        return true;
    };
    let Some(ended) = event.ended_ms.map(|ms| ms as f64 / 1_000.0) else { return false };
    ranges.iter().any(|range| {
        let bound = |key: &str| range.get(key).and_then(Value::as_f64);
        bound("from").is_none_or(|from| ended >= from) && bound("to").is_none_or(|to| ended <= to)
    })
}

impl HealthEvent {
    fn status(&self) -> &'static str {
        if self.ended_ms.is_some() { "closed" } else { "open" }
    }

    fn view(&self) -> Value {
        let seconds = |ms: i64| ms as f64 / 1_000.0;
        let mut view = json!({
            "arn": self.arn,
            "service": self.service,
            "eventTypeCode": self.code,
            "eventTypeCategory": self.category,
            "region": self.region,
            "startTime": seconds(self.began_ms),
            "lastUpdatedTime": seconds(self.ended_ms.unwrap_or(self.began_ms)),
            "statusCode": self.status(),
            "eventScopeCode": "PUBLIC",
        });
        if let Some(ended) = self.ended_ms {
            view["endTime"] = json!(seconds(ended));
        }
        view
    }
}
