//! A simulated pair and its account with a client in front of each, in virtual time and in one process.
//!
//! Law: every request of a test is kept. A test that ends well proves three things: no request could destroy
//! a resource (S24), the end of every admitted request was reported exactly once, and the simulator knew
//! every route.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use databricks::{
    Credentials, DatabricksAccount, DatabricksWorkspace, Reach, Request, Response, Transport, TransportError,
};
use engine::ports::{Access, ActionContext, Actions, Admission, Admitted, Clock, Ending, Secrets};
use failover::action::{Address, Detail, ShownLoss};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use saga::{Fault, Reaction, Step};
use secrecy::SecretString;
use serde_json::Value;
use sim::{Answer, CLIENT_ID, CLIENT_SECRET, Estate, FaultKind, Settings, Side, WORK_CLIENT_SECRET, World};

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

/// The host that a client sends to.
#[derive(Clone, Copy)]
enum Host {
    Side(Side),
    Account,
}

/// Sends requests to the simulated world.
struct InProcess {
    world: Arc<Mutex<World>>,
    clock: Arc<FakeClock>,
    host: Host,
    sent: Arc<Mutex<Vec<String>>>,
    bodies: Bodies,
}

/// The path and the JSON of every request that had JSON.
type Bodies = Arc<Mutex<Vec<(String, Value)>>>;

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: Request, time_out: Duration) -> Result<Response, TransportError> {
        self.sent.lock().unwrap().push(format!("{} {}", request.method.as_str(), request.path_and_query));
        if let Ok(body) = serde_json::from_slice(&request.body) {
            self.bodies.lock().unwrap().push((request.path_and_query.clone(), body));
        }
        let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let asked = sim::Request {
            method: request.method.as_str().to_owned(),
            path: request.path_and_query,
            headers: request.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: request.body.to_vec(),
        };
        let answer = {
            let mut world = self.world.lock().unwrap();
            match self.host {
                Host::Side(side) => world.handle(self.clock.now_ms(), side, &asked),
                Host::Account => world.handle_account(self.clock.now_ms(), &asked),
            }
        };
        let patience_ms = i64::try_from(time_out.as_millis()).unwrap();
        match answer {
            Answer::Silence => {
                self.clock.pass_ms(patience_ms);
                Err(TransportError { reach: Reach::Doubt, message: "no answer in time".to_owned() })
            }
            Answer::Reset { after_ms } => {
                self.clock.pass_ms(i64::try_from(after_ms).unwrap());
                Err(TransportError { reach: Reach::Doubt, message: "the connection broke".to_owned() })
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
    entered: Mutex<Vec<&'static str>>,
    left: Mutex<Vec<&'static str>>,
}

#[async_trait]
impl Admission for FreeAdmission {
    async fn enter(&self, family: &'static str, _nature: Access) -> Result<Admitted, Fault> {
        self.entered.lock().unwrap().push(family);
        Ok(Admitted { time_out: Duration::from_secs(10) })
    }

    fn leave(&self, family: &'static str, _ending: Ending) {
        self.left.lock().unwrap().push(family);
    }
}

/// Knows the places of two secrets.
struct OnePlace;

impl Secrets for OnePlace {
    fn open(&self, place: &Value) -> Result<SecretString, Fault> {
        match place["env"].as_str() {
            Some("WORK_SECRET") => Ok(SecretString::from(WORK_CLIENT_SECRET)),
            Some("OLD_SECRET") => Ok(SecretString::from("an old secret")),
            Some(_) | None => Err(Fault::person_needed(saga::Code::new("CONFIGURATION"), "there is no such place")),
        }
    }
}

/// A simulated pair with its account.
pub(crate) struct Bench {
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) admission: FreeAdmission,
    pub(crate) account: DatabricksAccount,
    world: Arc<Mutex<World>>,
    sides: [Arc<DatabricksWorkspace>; 2],
    sent: Arc<Mutex<Vec<String>>>,
    bodies: Bodies,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::in_account(sim::ACCOUNT_ID)
    }

    /// A bench with this account's id in the configuration.
    pub(crate) fn in_account(account: &str) -> Self {
        let settings = Settings { limits: sim::Limits::off(), ..Settings::default() };
        let world = Arc::new(Mutex::new(World::new(11, Estate::everything(3, 120), settings, START_MS)));
        let clock = Arc::new(FakeClock(Mutex::new(START_MS)));
        let (sent, bodies) = (Arc::new(Mutex::new(Vec::new())), Bodies::default());
        let to = |host: Host| {
            let (world, clock, sent) = (Arc::clone(&world), Arc::clone(&clock), Arc::clone(&sent));
            Arc::new(InProcess { world, clock, host, sent, bodies: Arc::clone(&bodies) })
        };
        let credentials = || Credentials::Machine {
            client_id: CLIENT_ID.to_owned(),
            client_secret: SecretString::from(CLIENT_SECRET),
        };
        let time = || Arc::clone(&clock) as Arc<dyn Clock>;
        let sides = Side::BOTH.map(|side| {
            let workspace = DatabricksWorkspace::new(to(Host::Side(side)), credentials(), time());
            Arc::new(workspace.with_secrets(Arc::new(OnePlace)))
        });
        let account = DatabricksAccount::new(to(Host::Account), account, credentials(), time());
        Self { world, clock, admission: FreeAdmission::default(), account, sides, sent, bodies }
    }

    /// The object that carries out a kind: the account, or the workspace of the step's side.
    pub(crate) fn actions(&self, kind: &str, side: failover::Side) -> &dyn Actions {
        if self.account.actions().iter().any(|info| info.name == kind) { &self.account } else { &**self.on(side) }
    }

    pub(crate) fn on(&self, side: failover::Side) -> &Arc<DatabricksWorkspace> {
        match side {
            failover::Side::Primary => &self.sides[0],
            failover::Side::Standby => &self.sides[1],
        }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// Injects a fault from now on, everywhere that this action sends requests to.
    pub(crate) fn trouble(&self, kind: &FaultKind, only: &str) {
        for side in Side::BOTH {
            let fault = sim::Fault::new(side, self.clock.now_ms(), kind.clone()).only(only);
            self.world().inject(fault);
        }
        self.world().account().inject(kind.clone(), Some(only));
    }

    /// The number of calls so far that can change something.
    pub(crate) fn effects(&self) -> u64 {
        let mut world = self.world();
        let calls = world.calls();
        Side::BOTH.iter().map(|side| calls.effects(*side)).sum::<u64>() + world.account().effects()
    }

    /// The requests since the last call of this, without sign-ins.
    pub(crate) fn sent(&self) -> Vec<String> {
        let all = std::mem::take(&mut *self.sent.lock().unwrap());
        assert_nothing_destroys(&all);
        all.into_iter().filter(|sent| !sent.contains("/oidc/")).collect()
    }

    /// The bodies that were sent to paths with this end.
    pub(crate) fn bodies(&self, path_end: &str) -> Vec<Value> {
        let all = self.bodies.lock().unwrap();
        all.iter().filter(|(path, _)| path.ends_with(path_end)).map(|(_, body)| body.clone()).collect()
    }

    /// Sends a request by hand to the standby, with a personal token.
    pub(crate) fn by_hand(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = sim::Request::json(method, path, sim::STANDBY_TOKEN, body);
        match self.world().handle(self.clock.now_ms(), Side::Standby, &request) {
            Answer::Reply { reply, .. } if reply.status == 200 => reply.value(),
            other @ (Answer::Reply { .. } | Answer::Silence | Answer::Reset { .. }) => panic!("{path}: {other:?}"),
        }
    }

    pub(crate) fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Makes one try.
    pub(crate) async fn attempt(&self, step: &Step) -> Result<String, Fault> {
        let since = Timestamp::from_millisecond(START_MS).unwrap();
        let context = ActionContext { token: "the-steps-token", tries: 0, since, now: self.clock.now(), message: None };
        let side = Detail::deserialize(step).side;
        self.actions(&step.kind, side).attempt(step, &context, &self.admission).await
    }

    /// Tries until the step is done or a person is needed, as the runner does. Also returns the number of
    /// faults.
    pub(crate) async fn drive(&self, step: &Step) -> Result<(String, usize), Fault> {
        for faults in 0..120 {
            let fault = match self.attempt(step).await {
                Ok(told) => return Ok((told, faults)),
                Err(fault) => fault,
            };
            if !fault.reaction.is_retry() {
                return Err(fault);
            }
            let asked = if let Reaction::Again { after_ms } = fault.reaction { after_ms } else { None };
            self.clock.pass_ms(asked.and_then(|ms| i64::try_from(ms).ok()).unwrap_or(1_000).max(1_000));
        }
        panic!("{} does not become {}", step.kind, step.want);
    }
}

/// Reads the detail that a step carries.
trait OfStep {
    fn deserialize(step: &Step) -> Detail;
}

impl OfStep for Detail {
    fn deserialize(step: &Step) -> Detail {
        serde_json::from_value(step.detail.clone()).unwrap()
    }
}

fn assert_nothing_destroys(sent: &[String]) {
    for sent in sent {
        assert!(!sent.contains("delete") && !sent.starts_with("DELETE") && !sent.contains("permanent"), "S24: {sent}");
    }
}

/// Proves the law of the module.
impl Drop for Bench {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        assert_nothing_destroys(&self.sent.lock().unwrap());
        assert_eq!(self.admission.entered.lock().unwrap().len(), self.admission.left.lock().unwrap().len(), "the pass");
        let mut world = self.world.lock().unwrap();
        assert_eq!(world.unknown_routes(), [""; 0]);
        assert_eq!(world.account().unknown_routes(), [""; 0]);
    }
}

/// A step of an action about a side.
pub(crate) fn step(kind: &str, side: failover::Side, want: &str, settings: Value) -> Step {
    shown(kind, side, want, settings, None)
}

/// The same step, in a plan whose approval request showed a loss.
pub(crate) fn shown(kind: &str, side: failover::Side, want: &str, settings: Value, shown: Option<ShownLoss>) -> Step {
    let url = "https://workspace.example".to_owned();
    let address = Address { side, url, host: "workspace.example".to_owned() };
    let detail = Detail { settings, side, address, shown, wording: None };
    Step {
        detail: serde_json::to_value(detail).unwrap(),
        ..Step::new(
            if side == failover::Side::Standby { "target" } else { "leaving" },
            kind,
            kind,
            format!("the {kind}"),
            want,
        )
    }
}
