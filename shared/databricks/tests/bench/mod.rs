//! A simulated pair with a client in front of each side, in virtual time and in one process.
//!
//! Law: every request of a test is kept. A test that ends well proves three things: no request could destroy
//! a resource (S24), the end of every admitted request was reported exactly once, and the simulator knew
//! every route.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use databricks::{Credentials, DatabricksWorkspace, KINDS, Reach, Request, Response, Transport, TransportError};
use engine::ports::{
    Access, Admission, Admitted, ApiCall, ApiReply, Clock, Context, Ending, Next, Observed, ReadPurpose, Workspace,
};
use engine::runner::Asked;
use failover::plan::want::{ALL_FENCED, FENCED};
use failover::{Start, StartStage};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use saga::{Fault, Step};
use secrecy::SecretString;
use sim::{Answer, CLIENT_ID, CLIENT_SECRET, Estate, Settings, Side, World};

/// 2026-01-05T08:00:00Z, a Monday.
pub(crate) const START_MS: i64 = 1_767_600_000_000;

/// Time that moves when a test waits for it.
pub(crate) struct FakeClock(Mutex<i64>);

impl FakeClock {
    pub(crate) fn now_ms(&self) -> i64 {
        *self.0.lock().unwrap()
    }

    pub(crate) fn pass_ms(&self, ms: i64) {
        *self.0.lock().unwrap() += ms;
    }
}

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_ms()).unwrap()
    }

    async fn sleep_until(&self, at: Timestamp) {
        let mut now = self.0.lock().unwrap();
        *now = (*now).max(at.as_millisecond());
    }
}

/// Sends requests to the simulated world.
struct InProcess {
    world: Arc<Mutex<World>>,
    clock: Arc<FakeClock>,
    side: Side,
    sent: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: Request, time_out: Duration) -> Result<Response, TransportError> {
        self.sent.lock().unwrap().push(format!("{} {}", request.method.as_str(), request.path_and_query));
        let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let asked = sim::Request {
            method: request.method.as_str().to_owned(),
            path: request.path_and_query,
            headers: request.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: request.body.to_vec(),
        };
        let answer = self.world.lock().unwrap().handle(self.clock.now_ms(), self.side, &asked);
        let patience_ms = i64::try_from(time_out.as_millis()).unwrap();
        let lost = |message: &str| TransportError { reach: Reach::Doubt, message: message.to_owned() };
        match answer {
            Answer::Silence => {
                self.clock.pass_ms(patience_ms);
                Err(lost("no answer in time"))
            }
            Answer::Reset { after_ms } => {
                self.clock.pass_ms(i64::try_from(after_ms).unwrap());
                Err(lost("the connection broke"))
            }
            Answer::Reply { after_ms, .. } if i64::try_from(after_ms).unwrap() > patience_ms => {
                self.clock.pass_ms(patience_ms);
                Err(lost("no answer in time"))
            }
            Answer::Reply { after_ms, reply } => {
                self.clock.pass_ms(i64::try_from(after_ms).unwrap());
                Ok(response(reply))
            }
        }
    }
}

fn response(reply: sim::Reply) -> Response {
    let mut headers = HeaderMap::new();
    for (name, value) in reply.headers {
        headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
    }
    Response { status: StatusCode::from_u16(reply.status).unwrap(), headers, body: Bytes::from(reply.body) }
}

/// Admits every request, and counts.
#[derive(Default)]
pub(crate) struct FreeAdmission {
    pub(crate) entered: Mutex<Vec<&'static str>>,
    pub(crate) left: Mutex<Vec<(&'static str, Ending)>>,
}

#[async_trait]
impl Admission for FreeAdmission {
    async fn enter(&self, family: &'static str, _nature: Access) -> Result<Admitted, Fault> {
        self.entered.lock().unwrap().push(family);
        Ok(Admitted { time_out: Duration::from_secs(10) })
    }

    fn leave(&self, family: &'static str, ending: Ending) {
        self.left.lock().unwrap().push((family, ending));
    }
}

/// A simulated pair.
pub(crate) struct Bench {
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) admission: FreeAdmission,
    pub(crate) counterparts: Vec<(String, String, String)>,
    sides: [DatabricksWorkspace; 2],
    sent: Arc<Mutex<Vec<String>>>,
}

/// The effort that a step needed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Driven {
    pub(crate) calls: usize,
    pub(crate) faults: usize,
    pub(crate) note: String,
}

impl Bench {
    /// It has no request limits: they belong to the limiter.
    pub(crate) fn new(estate: Estate, settings: Settings) -> Self {
        let counterparts = estate.counterparts();
        let settings = Settings { limits: sim::Limits::off(), ..settings };
        let world = Arc::new(Mutex::new(World::new(11, estate, settings, START_MS)));
        let clock = Arc::new(FakeClock(Mutex::new(START_MS)));
        let sent = Arc::new(Mutex::new(Vec::new()));
        let sides = Side::BOTH.map(|side| {
            let (world, clock, sent) = (Arc::clone(&world), Arc::clone(&clock), Arc::clone(&sent));
            let transport = InProcess { world, clock: Arc::clone(&clock), side, sent };
            let client_secret = SecretString::from(CLIENT_SECRET);
            let credentials = Credentials::Machine { client_id: CLIENT_ID.to_owned(), client_secret };
            DatabricksWorkspace::new(Arc::new(transport), credentials, clock)
        });
        Self { world, clock, admission: FreeAdmission::default(), counterparts, sides, sent }
    }

    pub(crate) fn usual() -> Self {
        Self::new(Estate::everything(3, 120), Settings::default())
    }

    pub(crate) fn on(&self, side: Side) -> &DatabricksWorkspace {
        match side {
            Side::Primary => &self.sides[0],
            Side::Standby => &self.sides[1],
        }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub(crate) fn inject(&self, fault: sim::Fault) {
        self.world().inject(fault);
    }

    pub(crate) fn effects(&self, side: Side) -> u64 {
        self.world().calls().effects(side)
    }

    pub(crate) async fn list(&self, side: Side, kind: &str) -> Result<Vec<Observed>, Fault> {
        self.on(side).list(kind, ReadPurpose::Fence, &self.admission).await
    }

    pub(crate) async fn look(&self, side: Side, kind: &str, id: &str) -> Result<Option<Observed>, Fault> {
        self.on(side).look(kind, id, ReadPurpose::Fence, &self.admission).await
    }

    pub(crate) async fn call(&self, side: Side, api_call: &ApiCall) -> Result<ApiReply, Fault> {
        self.on(side).call(api_call, &self.admission).await
    }

    /// Up to `most` active resources of a kind on the primary.
    pub(crate) async fn active(&self, kind: &str, most: usize) -> Vec<Observed> {
        let listed = self.list(Side::Primary, kind).await.unwrap();
        let active = listed.into_iter().filter(|seen| {
            let record = self.on(Side::Primary).record(seen);
            let is_ending = seen.facts["state"] == "TERMINATING";
            record.active || (!self.on(Side::Primary).recorded(seen) && !is_ending)
        });
        active.take(most).collect()
    }

    /// The steps on the standby that restore the active resources of the primary: up to `most` of each kind
    /// and wanted state. They are in the order of the stages, because an activated resource starts the ones
    /// that it needs.
    pub(crate) async fn starts(&self, most: usize) -> Vec<Step> {
        let mut steps: Vec<(StartStage, Step)> = Vec::new();
        for kind in KINDS {
            for seen in self.list(Side::Primary, kind.info().name).await.unwrap() {
                let starts = self.on(Side::Primary).record(&seen).starts;
                let own: Vec<(StartStage, Step)> =
                    starts.iter().map(|start| (start.stage, self.start_step(&seen, start))).collect();
                let same = |step: &Step, other: &Step| (&step.kind, &step.want) == (&other.kind, &other.want);
                let is_short_of = |step: &Step| steps.iter().filter(|(_, other)| same(step, other)).count() < most;
                if own.iter().any(|(_, step)| is_short_of(step)) {
                    steps.extend(own);
                }
            }
        }
        steps.sort_by_key(|(stage, _)| StartStage::ALL.iter().position(|known| known == stage));
        steps.into_iter().map(|(_, step)| step).collect()
    }

    fn start_step(&self, seen: &Observed, start: &Start) -> Step {
        let named = match seen.kind {
            "instance_pool" => "pool",
            "sql_warehouse" => "warehouse",
            other => other,
        };
        let counterpart = self.counterparts.iter().find(|(kind, primary, _)| kind == named && *primary == seen.id);
        let (_, _, standby) = counterpart.unwrap_or_else(|| panic!("{} {} has no counterpart", seen.kind, seen.id));
        let kind = start.kind.as_deref().unwrap_or(seen.kind);
        let step = step(kind, standby, &start.want);
        Step { name: seen.name.clone(), detail: start.detail.clone(), class: start.class, ..step }
    }

    /// Drives a step as the engine does: read, one call, read again. It tries again if a fault asks for it,
    /// in at most 200 attempts.
    pub(crate) async fn drive(&self, side: Side, step: &Step) -> Result<Driven, Fault> {
        let since = Timestamp::from_millisecond(START_MS).unwrap();
        let mut driven = Driven::default();
        for _ in 0..200 {
            match self.attempt(side, step, since, &mut driven).await {
                Ok(Some(note)) => return Ok(Driven { note, ..driven }),
                Ok(None) => {}
                Err(fault) if fault.reaction.is_retry() => driven.faults += 1,
                Err(fault) => return Err(fault),
            }
            self.clock.pass_ms(1_000);
        }
        panic!("{} {} does not become {}: {driven:?}", step.kind, step.resource, step.want);
    }

    async fn attempt(
        &self,
        side: Side,
        step: &Step,
        since: Timestamp,
        driven: &mut Driven,
    ) -> Result<Option<String>, Fault> {
        let mut asked = Asked::default();
        let token = format!("{} {} {}", step.kind, step.resource, step.want);
        for _ in 0..300 {
            let seen = self.look(side, &step.kind, &step.resource).await?;
            let context = Context { token: &token, since, tries: 0, reply: asked.reply() };
            match asked.without_answered(self.on(side).next(step, seen.as_ref(), &context)) {
                Next::Satisfied { note } => return Ok(Some(note)),
                Next::Blocked(fault) => return Err(fault),
                Next::Wait { .. } => self.clock.pass_ms(2_000),
                Next::Call(api_calls) => {
                    driven.calls += api_calls.len();
                    for api_call in &api_calls {
                        let reply = self.call(side, api_call).await?;
                        asked.answered([api_call.what.clone()], reply);
                    }
                }
            }
        }
        Ok(None)
    }

    /// Fences everything of a kind, known or not. Returns how many calls that took.
    pub(crate) async fn sweep(&self, side: Side, kind: &str) -> usize {
        let all = step(kind, "*", ALL_FENCED);
        let mut calls = 0;
        for _ in 0..400 {
            let seen = self.list(side, kind).await.unwrap();
            match self.on(side).next_of_all(&all, &seen.iter().collect::<Vec<_>>()) {
                Next::Satisfied { .. } => return calls,
                Next::Blocked(fault) => panic!("{kind}: {fault}"),
                Next::Wait { .. } => self.clock.pass_ms(2_000),
                Next::Call(api_calls) => {
                    calls += api_calls.len();
                    for api_call in &api_calls {
                        self.call(side, api_call).await.unwrap();
                    }
                }
            }
        }
        panic!("kind {kind} does not become quiet");
    }

    /// Moves virtual time on, and the world with it.
    pub(crate) fn go_on(&self, span: SignedDuration) {
        self.clock.pass_ms(i64::try_from(span.as_millis()).unwrap());
        self.world().advance(self.clock.now_ms());
    }
}

/// Proves the law of the module.
impl Drop for Bench {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        for sent in self.sent.lock().unwrap().iter() {
            let destroys = sent.contains("delete") && !sent.starts_with("POST /api/2.1/clusters/delete");
            assert!(!destroys && !sent.starts_with("DELETE") && !sent.contains("permanent"), "S24: {sent}");
        }
        assert_eq!(self.admission.entered.lock().unwrap().len(), self.admission.left.lock().unwrap().len(), "the pass");
        assert_eq!(self.world().unknown_routes(), [""; 0]);
    }
}

/// A step that wants one resource in one state.
pub(crate) fn step(kind: &str, resource: &str, want: &str) -> Step {
    Step::new("any", kind, resource, resource, want)
}

/// A step that fences a resource as it was read.
pub(crate) fn fence(seen: &Observed) -> Step {
    step(seen.kind, &seen.id, FENCED)
}
