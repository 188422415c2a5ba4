//! Polls the AWS Health API: AWS reports there about the regions of the two sides.
//!
//! Law: one attempt per request, and at most one poll a minute. If the API cannot be asked, the health is unknown
//! (S17). AWS also sends events by EventBridge, which need no support plan. This API is an addition to them. The
//! provider speaks in both, so they count as one origin.
//!
//! Quirks [Health: health-api.html]: the API needs a Business, Enterprise On-Ramp or Enterprise plan. Without one
//! it answers `SubscriptionRequiredException`. Of two regions one is active: the one that
//! `global.health.amazonaws.com` is an alias of. Requests are signed for that region. If the alias cannot be
//! resolved, us-east-1 is asked, which is usually the active one. The passive one may lag. The API gives no
//! severity [Health: API Event]. So an open issue is degraded and never down, and another origin must say more.
//!
//! Unverified: the SDK speaks Smithy RPC v2 CBOR to this API, and the simulated cloud does not answer that. So no
//! test yet checks how events and an account without a plan are handled.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_sdk_health::types::{DateTimeRange, Event, EventFilter, EventStatusCode, EventTypeCategory};
use aws_smithy_types::DateTime;
use engine::ports::{Access, Admission, Feed, Names};
use failover::signal::{About, CloudName, Origin, Reading, Signal, Watched, holds};
use jiff::{SignedDuration, Timestamp};
use saga::Fault;

use crate::actions::call::{Call, carry};
use crate::clients::Clients;
use crate::codes;

/// The name of this source in signals.
const SOURCE: &str = "aws_health_api";
/// The alias of the active endpoint [Health: health-api.html].
const GLOBAL: &str = "global.health.amazonaws.com";
/// The region that is usually active.
const USUAL_REGION: &str = "us-east-1";
/// In seconds: the shortest time between two polls. It is a little less than the schedule's minute.
const PAUSE_S: i64 = 50;
/// In seconds: the pause after an answer that the account has no support plan. The fault is reported this often.
const NO_PLAN_PAUSE_S: i64 = 3_600;
/// Issues that were closed within this time are read, too, so that people see that they are closed.
const CLOSED_LATELY: SignedDuration = SignedDuration::from_hours(3);
/// Events per page, from 10 to 100 [Health: API DescribeEvents].
const PAGE: i32 = 100;
/// The largest number of pages that are read for one question.
const MOST_PAGES: usize = 10;

/// A feed of signals from the AWS Health API.
pub struct AwsHealth {
    client: aws_sdk_health::Client,
    /// Whether an emulator serves the API. Then its address is used, and not that of the active region.
    has_endpoint: bool,
    names: Arc<dyn Names>,
    not_before: Mutex<Timestamp>,
}

impl std::fmt::Debug for AwsHealth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AwsHealth").finish_non_exhaustive()
    }
}

impl AwsHealth {
    /// A feed that asks about the watched sides that are in AWS.
    pub fn new(clients: &Clients, names: Arc<dyn Names>) -> Self {
        let (client, has_endpoint) = (clients.health.clone(), clients.has_endpoint);
        Self { client, has_endpoint, names, not_before: Mutex::new(Timestamp::MIN) }
    }

    fn regions(watched: &Watched) -> Vec<String> {
        let ours = watched.sides.iter().filter(|side| side.cloud == CloudName::Aws);
        let mut regions: Vec<String> = ours.map(|side| side.region.clone()).collect();
        regions.sort();
        regions.dedup();
        regions
    }

    /// The region of the active endpoint.
    async fn active_region(&self) -> String {
        let alias = self.names.alias(GLOBAL).await.ok().flatten();
        let region = alias.as_deref().and_then(|host| host.strip_prefix("health.")?.strip_suffix(".amazonaws.com"));
        region.unwrap_or(USUAL_REGION).to_owned()
    }

    /// Lets a poll begin unless another one began a short time ago.
    fn begins(&self, now: Timestamp) -> bool {
        let mut not_before = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = now >= *not_before;
        if begins {
            *not_before = later(now, PAUSE_S);
        }
        begins
    }

    async fn events(&self, region: &str, filter: EventFilter, admission: &dyn Admission) -> Result<Vec<Event>, Fault> {
        let call = Call {
            family: "aws.health",
            nature: Access::Read,
            doing: "asking AWS Health for events".to_owned(),
            action: "health:DescribeEvents",
            about: "AWS Health".to_owned(),
            if_missing: "AWS Health is not offered here: set enabled = false in [health_api]",
            secret: false,
        };
        let (mut found, mut token) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let request = self.client.describe_events().filter(filter.clone()).max_results(PAGE).set_next_token(token);
            let mut over =
                aws_sdk_health::config::Builder::new().region(aws_sdk_health::config::Region::new(region.to_owned()));
            if !self.has_endpoint {
                over = over.endpoint_url(format!("https://health.{region}.amazonaws.com"));
            }
            let answer = carry(&call, admission, move |times| {
                over.set_timeout_config(Some(times));
                request.customize().config_override(over).send()
            })
            .await;
            let answer = answer.map_err(|failure| match failure.code.as_str() {
                "SubscriptionRequiredException" => no_plan(),
                _ => failure.fault,
            })?;
            found.extend(answer.events.unwrap_or_default());
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break;
            }
        }
        Ok(found)
    }

    fn signals(event: &Event, watched: &Watched, now: Timestamp) -> Vec<Signal> {
        let (Some(arn), Some(region)) = (event.arn(), event.region()) else { return Vec::new() };
        let service = event.service().unwrap_or("a service");
        if !watched.counts(service) {
            return Vec::new();
        }
        let (is_closed, said) = match event.status_code() {
            Some(EventStatusCode::Closed) => (true, "is closed"),
            Some(_) | None => (false, "is open"),
        };
        let seen = event.last_updated_time().or(event.start_time());
        // While an issue is open, AWS says so with every answer.
        let seen_at = if is_closed { seen.and_then(at).unwrap_or(now) } else { now };
        let code = event.event_type_code().unwrap_or("an issue");
        let sides = watched.in_region(CloudName::Aws, region);
        sides
            .map(|side| Signal {
                about: About { source: SOURCE.to_owned(), side: side.side, subject: arn.to_owned() },
                origin: Origin::Provider,
                reading: if is_closed { Reading::Healthy } else { Reading::Degraded },
                seen_at,
                holds_s: holds::POLLED_S,
                text: format!("AWS Health: {service} in {region}, {code} {said}"),
            })
            .collect()
    }
}

#[async_trait]
impl Feed for AwsHealth {
    fn source(&self) -> &'static str {
        SOURCE
    }

    async fn poll(&self, now: Timestamp, watched: &Watched, admission: &dyn Admission) -> Result<Vec<Signal>, Fault> {
        let regions = Self::regions(watched);
        if regions.is_empty() || !self.begins(now) {
            return Ok(Vec::new());
        }
        let region = self.active_region().await;
        let of_issues = || {
            let filter = EventFilter::builder().event_type_categories(EventTypeCategory::Issue);
            filter.set_regions(Some(regions.clone()))
        };
        let open = of_issues().event_status_codes(EventStatusCode::Open).build();
        let from = now.saturating_sub(CLOSED_LATELY).unwrap_or(now);
        let lately = DateTimeRange::builder().from(DateTime::from_secs(from.as_second())).build();
        let closed = of_issues().event_status_codes(EventStatusCode::Closed).end_times(lately).build();
        let mut told = Vec::new();
        for filter in [open, closed] {
            let events = self.events(&region, filter, admission).await.inspect_err(|fault| {
                if fault.message == NO_PLAN {
                    *self.not_before.lock().unwrap_or_else(PoisonError::into_inner) = later(now, NO_PLAN_PAUSE_S);
                }
            })?;
            told.extend(events.iter().flat_map(|event| Self::signals(event, watched, now)));
        }
        Ok(told)
    }
}

const NO_PLAN: &str = "this AWS account's support plan does not include the Health API: nothing is known from it. \
                       What to do: set enabled = false in [health_api], since events by EventBridge need no plan, \
                       or take a Business or Enterprise plan; asked again in an hour";

fn no_plan() -> Fault {
    Fault::person_needed(codes::AWS_REFUSED, NO_PLAN)
}

fn at(told: &DateTime) -> Option<Timestamp> {
    Timestamp::from_millisecond(told.to_millis().ok()?).ok()
}

fn later(now: Timestamp, seconds: i64) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now)
}
