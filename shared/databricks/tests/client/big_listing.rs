//! Lists a workspace of the largest size in virtual time: whole, and within its limits.
//!
//! Law: time goes on only when every task waits for it. So requests that are under way together take the time
//! of one.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use databricks::{Credentials, DatabricksWorkspace, Reach, Request, Response, Transport, TransportError};
use engine::limiter::request_admission::RequestAdmission;
use engine::ports::{Clock, ReadPurpose, Workspace};
use engine::settings::Settings;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use sim::{Answer, Estate, Limits, Side, World};
use tokio::time::Instant;

/// 2026-01-05T08:01:00Z, a Monday.
const START_MS: i64 = 1_767_600_060_000;
/// The largest number of jobs in a workspace [docs: resources/limits].
const JOBS: usize = 12_000;
const DASHBOARDS: usize = 2_000;
/// One, two or three schedules for each dashboard, in turn.
const SCHEDULES: usize = 3_999;
/// The greatest latency of the simulated pair.
const SLOWEST_S: f64 = 0.12;

struct Virtual(Instant);

impl Virtual {
    fn now_ms(&self) -> i64 {
        START_MS + i64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

#[async_trait]
impl Clock for Virtual {
    fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.0.elapsed()).unwrap();
        Timestamp::from_millisecond(START_MS).unwrap() + passed
    }

    async fn sleep_until(&self, at: Timestamp) {
        let wait = at.duration_since(self.now());
        tokio::time::sleep(Duration::try_from(wait).unwrap_or_default()).await;
    }
}

struct Simulated {
    world: Arc<Mutex<World>>,
    clock: Arc<Virtual>,
}

#[async_trait]
impl Transport for Simulated {
    async fn send(&self, request: Request, _time_out: Duration) -> Result<Response, TransportError> {
        let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let asked = sim::Request {
            method: request.method.as_str().to_owned(),
            path: request.path_and_query,
            headers: request.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: request.body.to_vec(),
        };
        let answer = self.world.lock().unwrap().handle(self.clock.now_ms(), Side::Primary, &asked);
        let Answer::Reply { after_ms, reply } = answer else {
            return Err(TransportError { reach: Reach::Doubt, message: "no answer".to_owned() });
        };
        tokio::time::sleep(Duration::from_millis(after_ms)).await;
        let mut headers = HeaderMap::new();
        for (name, value) in reply.headers {
            headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
        }
        Ok(Response { status: StatusCode::from_u16(reply.status).unwrap(), headers, body: Bytes::from(reply.body) })
    }
}

/// A large workspace, and a client with the engine's own limiter before it.
struct Large {
    world: Arc<Mutex<World>>,
    clock: Arc<Virtual>,
    workspace: DatabricksWorkspace,
    admission: RequestAdmission,
}

/// The effort of one listing.
struct Took {
    ids: BTreeSet<String>,
    listed: usize,
    calls: u64,
    throttled: u64,
    seconds: f64,
}

impl Large {
    /// With `known` the limiter knows the limits. Otherwise it has to find them by refusals.
    fn new(estate: Estate, known: bool) -> Self {
        let settings = sim::Settings::default();
        let mut ours = Settings::default();
        if known {
            ours.limits =
                Limits::default().per_second.into_iter().map(|(name, rate)| (name.to_owned(), rate)).collect();
        }
        let world = Arc::new(Mutex::new(World::new(5, estate, settings, START_MS)));
        let clock = Arc::new(Virtual(Instant::now()));
        let transport = Arc::new(Simulated { world: Arc::clone(&world), clock: Arc::clone(&clock) });
        let credentials = Credentials::Personal(SecretString::from(Side::Primary.personal_token()));
        let as_clock = || Arc::clone(&clock) as Arc<dyn Clock>;
        let admission = RequestAdmission::new("primary", as_clock(), Arc::new(ours), None, Duration::from_secs(10));
        let workspace = DatabricksWorkspace::new(transport, credentials, as_clock());
        Self { world, clock, workspace, admission }
    }

    async fn list(&self, kind: &str) -> Took {
        let counted = |large: &Self| {
            let calls = large.world.lock().unwrap().calls();
            let throttled: u64 = calls.sides[0].values().map(|family| family.throttled).sum();
            (calls.total(Side::Primary), throttled)
        };
        let (calls, throttled) = counted(self);
        let from = self.clock.0.elapsed();
        let listed = self.workspace.list(kind, ReadPurpose::Fence, &self.admission).await.unwrap();
        let seconds = (self.clock.0.elapsed() - from).as_secs_f64();
        let (calls, throttled) = (counted(self).0 - calls, counted(self).1 - throttled);
        let ids = listed.iter().map(|seen| seen.id.clone()).collect();
        Took { ids, listed: listed.len(), calls, throttled, seconds }
    }
}

#[tokio::test(start_paused = true)]
async fn twelve_thousand_jobs_are_listed_whole_at_the_speed_of_their_pages() {
    let estate = Estate::large(5, JOBS, 0);
    let jobs = estate.counterparts().into_iter().filter(|(kind, _, _)| kind == "job");
    let expected: BTreeSet<String> = jobs.map(|(_, primary, _)| primary).collect();
    let large = Large::new(estate, true);
    let took = large.list("job").await;
    assert_eq!((took.listed, took.ids.len(), took.throttled), (JOBS, JOBS, 0));
    assert_eq!(took.ids, expected);
    let calls = large.world.lock().unwrap().calls();
    assert_eq!(calls.of(Side::Primary, "jobs.list").total, 120, "a page holds 100");
    // Pages follow each other, so their latency counts and not the limit.
    assert!(took.seconds < took.calls as f64 * SLOWEST_S, "{} calls in {} s", took.calls, took.seconds);
    assert!(took.calls < 250, "{} calls", took.calls);
}

#[tokio::test(start_paused = true)]
async fn the_schedules_of_two_thousand_dashboards_are_listed_whole_as_fast_as_their_limit_allows() {
    let large = Large::new(Estate::large(5, 100, DASHBOARDS), true);
    let took = large.list("dashboard_schedule").await;
    assert_eq!((took.listed, took.ids.len(), took.throttled), (SCHEDULES, SCHEDULES, 0));
    let (pages, each) = (DASHBOARDS as u64 / 100, DASHBOARDS as u64);
    assert_eq!(took.calls, pages + each, "one page of dashboards for a hundred, and one of schedules for each");
    let per_second = Limits::default().rate("dashboard_schedules.list").unwrap();
    let least = (DASHBOARDS as f64 - 1.0) / per_second;
    let most = least + (pages as f64 + 1.0) * SLOWEST_S + 1.0;
    assert!(took.seconds >= least && took.seconds <= most, "{} s, not within {least} and {most}", took.seconds);
}

/// The limiter finds an unknown limit by refusals, again and again. No listing may fail because of them.
#[tokio::test(start_paused = true)]
async fn a_refusal_of_one_read_does_not_throw_away_the_thousands_of_others() {
    let large = Large::new(Estate::large(5, 100, DASHBOARDS), false);
    let took = large.list("dashboard_schedule").await;
    assert_eq!((took.listed, took.ids.len()), (SCHEDULES, SCHEDULES));
    assert!((1..=60).contains(&took.throttled), "{} throttled", took.throttled);
    assert!(took.seconds < 90.0, "{} s", took.seconds);
}
