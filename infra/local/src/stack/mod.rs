//! Runs the deployed stack on one machine, in virtual time.
//!
//! The functions, the AWS SDK and the Databricks client are the deployed ones. The services that they call live in
//! this process. An invocation runs in a simulated process that may die or freeze at any boundary. Then the next
//! wake message or tick begins another one, as in the cloud.

pub mod around;
mod bucket;
mod bus;
mod delivery;
mod kept;
mod parts;
mod ports;
pub mod reception;
pub mod requests;
pub mod rights;
pub mod routes;
pub mod sabotage;
mod stack_error;
pub mod workspace_wire;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use databricks::{Credentials, DatabricksAccount, DatabricksWorkspace, probes};
use engine::ports::{Actions, EvidenceRenderer, SideProbe};
use engine::sides::{ConfiguredSides, Sides};
use engine::{Deps, Pair};
use failover::PairName;
use failover::action::Address;
use failover::evidence::Record;
use futures::stream::{FuturesUnordered, StreamExt};
use integrations::IntegrationActions;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Value, json};
use sim::Side;
use tokio::sync::mpsc;

pub use self::bus::Mail;
pub use self::delivery::Delivery;
pub use self::parts::{StackParts, StoreKind};
pub use self::stack_error::StackError;

use self::around::{AccountWire, SimulatedSecrets, SimulatedWeb};
use self::bucket::bucket_name;
use self::bus::{Bus, Message};
use self::ports::Place;
use self::rights::{Right, Uses};
use self::routes::Routes;
use self::sabotage::{Boundaries, Process, ProcessWire};
use self::workspace_wire::{SharedWorld, WorkspaceWire};
use crate::embedded::{Buckets, Wire};

/// The pair's name in every rehearsal.
pub const PAIR: &str = "rehearsal";

/// The function that probes both sides and gives the verdict, by its name in the template.
const LOOKS: &str = "ProbeFunction";

/// The function that runs drills, by its name in the template.
const DRILLS: &str = "DrillFunction";

/// The function that takes checkpoints, by its name in the template.
const SYNCS: &str = "SyncFunction";

/// The time that one request to an embedded AWS part takes.
const AWS_LATENCY: Duration = Duration::from_millis(5);

/// The stack on one machine.
pub struct Stack {
    parts: StackParts,
    pair: PairName,
    routes: Routes,
    place: Place,
    bus: Arc<Bus>,
    arriving: tokio::sync::Mutex<mpsc::UnboundedReceiver<Message>>,
    idle: Mutex<Vec<Arc<Instance>>>,
    begun: AtomicU64,
    stopped: Mutex<Vec<String>>,
    writes: Arc<Writes>,
    uses: Arc<Uses>,
}

/// One process with its ports.
struct Instance {
    process: Arc<Process>,
    deps: Deps,
}

/// Counts writes to the table over all processes.
#[derive(Default)]
struct Writes(AtomicU64);

impl Stack {
    /// Builds the stack from the template.
    ///
    /// # Errors
    ///
    /// [`StackError`] if the template or the table cannot be used.
    pub fn new(parts: StackParts) -> Result<Arc<Self>, StackError> {
        Self::routed(parts, routes::standard()?)
    }

    /// Builds the stack from another template, for tests.
    ///
    /// # Errors
    ///
    /// [`StackError`] if the template or the table cannot be used.
    pub fn with_template(parts: StackParts, template: &str) -> Result<Arc<Self>, StackError> {
        Self::routed(parts, Routes::read(template)?)
    }

    fn routed(parts: StackParts, routes: Routes) -> Result<Arc<Self>, StackError> {
        let uses = Arc::new(Uses::of(routes.rights.clone()));
        let (send, arriving) = mpsc::unbounded_channel();
        let bus =
            Arc::new(Bus { topics: routes.topics.clone(), delivery: parts.delivery, mail: Mutex::default(), send });
        let named = |variable: &str| routes.environment.get(variable).cloned().unwrap_or_default();
        let names = ["SWITCHBACK_BUCKET", "SWITCHBACK_EVIDENCE_BUCKET"].map(|variable| bucket_name(&named(variable)));
        let buckets = Buckets::memory(names.iter().map(String::as_str).filter(|name| !name.is_empty()));
        let place = Place::new(&parts, &named("SWITCHBACK_TABLE"), buckets, &bus)?;
        Ok(Arc::new(Self {
            pair: PairName::new(PAIR).map_err(StackError::Pair)?,
            routes,
            place,
            bus,
            arriving: tokio::sync::Mutex::new(arriving),
            idle: Mutex::new(Vec::new()),
            begun: AtomicU64::new(0),
            stopped: Mutex::new(Vec::new()),
            writes: Arc::default(),
            uses,
            parts,
        }))
    }

    /// The ports of a person's own process, at whose boundaries no fault happens.
    pub fn operator(&self) -> Deps {
        self.deps(&Process::new("operator".to_owned(), Boundaries::calm()))
    }

    /// The ports of a person's own process, at whose boundaries faults may happen. Once the process is dead, its
    /// requests never return. So wait for its death beside its work.
    pub fn operator_at(&self, boundaries: Arc<Boundaries>) -> (Arc<Process>, Deps) {
        let process = Process::new("operator".to_owned(), boundaries);
        (Arc::clone(&process), self.deps(&process))
    }

    /// Runs the functions, for ever.
    pub async fn run(&self) {
        let mut arriving = self.arriving.lock().await;
        let mut invocations = FuturesUnordered::new();
        let mut schedules: Vec<_> = self
            .routes
            .schedules
            .iter()
            .filter(|(_, function)| self.parts.looks || function != LOOKS)
            .filter(|(_, function)| !self.parts.watch.drills.is_empty() || function != DRILLS)
            .filter(|(_, function)| self.parts.syncs || function != SYNCS)
            .map(|(every, function)| {
                let mut interval = tokio::time::interval_at(tokio::time::Instant::now() + *every, *every);
                interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
                (interval, function.clone())
            })
            .collect();
        loop {
            let mut due: FuturesUnordered<_> = schedules
                .iter_mut()
                .map(|(interval, function)| async {
                    interval.tick().await;
                    function.clone()
                })
                .collect();
            tokio::select! {
                biased;
                Some(message) = arriving.recv() => invocations.push(self.invoke(message, self.bus.delivery.delay)),
                Some(()) = invocations.next(), if !invocations.is_empty() => {}
                Some(function) = due.next(), if !due.is_empty() => {
                    let event = json!({ "scheduled": true });
                    drop(due);
                    invocations.push(self.invoke(Message { function, event }, Duration::ZERO));
                }
            }
        }
    }

    async fn invoke(&self, message: Message, delay: Duration) {
        tokio::time::sleep(delay).await;
        let instance = lock(&self.idle).pop().unwrap_or_else(|| self.begin());
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let owner = format!("{}/{number}", instance.process.name);
        instance.process.runs(&message.function);
        tokio::select! {
            biased;
            () = instance.process.died() => {
                lock(&self.stopped).push(format!("{owner} died"));
                return;
            }
            stopped = instance.process.carry_out(handle(&instance.deps, &owner, message)) => {
                if let Err(stopped) = stopped {
                    lock(&self.stopped).push(format!("{owner}: {stopped}"));
                }
            }
        }
        lock(&self.idle).push(instance);
    }

    fn begin(&self) -> Arc<Instance> {
        let number = self.begun.load(Ordering::SeqCst);
        let process = Process::new(format!("saga-{number}"), Arc::clone(&self.parts.boundaries));
        Arc::new(Instance { deps: self.deps(&process), process })
    }

    fn deps(&self, process: &Arc<Process>) -> Deps {
        let wire = ProcessWire::new(
            Arc::clone(process),
            AWS_LATENCY,
            Arc::new({
                let writes = Arc::clone(&self.writes);
                move |operation: &str| {
                    if matches!(operation, "PutItem" | "UpdateItem") {
                        writes.0.fetch_add(1, Ordering::SeqCst);
                    }
                }
            }),
            Arc::clone(&self.uses),
        );
        let wire: Arc<dyn Wire> = Arc::new(wire);
        let ports = self.place.ports(&self.parts, &self.routes.environment, &self.bus, &wire);
        let workspace = |side: Side| -> Arc<DatabricksWorkspace> {
            let transport = WorkspaceWire {
                world: Arc::clone(&self.parts.world),
                side,
                clock: Arc::clone(&self.parts.clock),
                process: Arc::clone(process),
            };
            let clock = Arc::clone(&self.parts.clock);
            let workspace = DatabricksWorkspace::new(Arc::new(transport), credentials(), clock);
            Arc::new(workspace.with_secrets(Arc::new(SimulatedSecrets)))
        };
        let (primary, standby) = (workspace(Side::Primary), workspace(Side::Standby));
        Deps {
            clock: Arc::clone(&self.parts.clock),
            pairs: ports.records.pairs,
            sagas: ports.records.sagas,
            approval_requests: ports.records.approval_requests,
            controls: ports.records.controls,
            signals: ports.records.signals,
            messenger: ports.messenger,
            feeds: Vec::new(),
            objects: ports.objects,
            evidence_renderer: if self.parts.draws { runtime::boot::evidence_renderer() } else { Arc::new(Blank) },
            waker: ports.waker,
            pair: Pair { name: self.pair.clone(), policy: self.parts.policy.clone(), watch: self.parts.watch.clone() },
            configured: ConfiguredSides::new(Sides {
                probes: if self.parts.probes { usual_probes(&primary, &standby) } else { Vec::new() },
                primary,
                standby,
                map: self.parts.map.clone(),
                addresses: addresses(),
                declarations: self.parts.declarations.clone(),
                watched: self.parts.watched.clone(),
                configured_primary: failover::Side::Primary,
            }),
            actions: self.actions(ports.actions, process),
            settings: Arc::new(self.parts.settings.clone()),
        }
    }

    /// Actions on AWS, on the account and on the web, all of them simulated.
    fn actions(&self, on_aws: Option<Arc<dyn Actions>>, process: &Arc<Process>) -> Vec<Arc<dyn Actions>> {
        let (clock, process) = (Arc::clone(&self.parts.clock), Arc::clone(process));
        let world = Arc::clone(&self.parts.world);
        let wire = AccountWire { world, clock: Arc::clone(&clock), process: Arc::clone(&process) };
        let account = DatabricksAccount::new(Arc::new(wire), sim::ACCOUNT_ID, credentials(), Arc::clone(&clock));
        let web = SimulatedWeb { cloud: Arc::clone(&self.parts.cloud), clock, process };
        let external = IntegrationActions::new(Arc::new(web), Arc::new(SimulatedSecrets));
        let others: [Arc<dyn Actions>; 2] = [Arc::new(account), Arc::new(external)];
        on_aws.into_iter().chain(others).collect()
    }

    /// Publishes an event on the bus. It wakes every function whose rule matches.
    pub fn put_event(&self, event: &Value) {
        for (_, function) in self.routes.rules.iter().filter(|(pattern, _)| routes::is_of(pattern, event)) {
            // The receiver lives as long as the stack.
            drop(self.bus.send.send(Message { function: function.clone(), event: event.clone() }));
        }
    }

    /// Sends a request to a function's own address, and returns its answer.
    ///
    /// # Errors
    ///
    /// A sentence: the function has no address in the template, died, or failed.
    pub async fn request(&self, function: &str, event: Value) -> Result<Value, String> {
        if !self.routes.addresses.iter().any(|known| known == function) {
            return Err(format!("infra/aws/template.yaml gives {function} no address"));
        }
        self.call(function, event).await
    }

    /// Calls a function, whatever wakes it in the template, and returns its answer.
    ///
    /// # Errors
    ///
    /// A sentence: the function died, or failed.
    pub async fn call(&self, function: &str, event: Value) -> Result<Value, String> {
        let instance = lock(&self.idle).pop().unwrap_or_else(|| self.begin());
        let owner = format!("{}/request", instance.process.name);
        instance.process.runs(function);
        let message = Message { function: function.to_owned(), event };
        let answered = tokio::select! {
            biased;
            () = instance.process.died() => return Err(format!("{owner} died")),
            answered = instance.process.carry_out(handle(&instance.deps, &owner, message)) => answered,
        };
        lock(&self.idle).push(instance);
        answered
    }

    /// The messages that were published for people so far, in order.
    pub fn mail(&self) -> Vec<Mail> {
        lock(&self.bus.mail).clone()
    }

    /// Number of writes to the table so far, by all processes.
    pub fn writes(&self) -> u64 {
        self.writes.0.load(Ordering::SeqCst)
    }

    /// The simulated world, for events that happen in it by themselves.
    pub fn world(&self) -> &SharedWorld {
        &self.parts.world
    }

    /// The number of requests to each side that may change something, from all processes.
    pub fn changing_calls(&self) -> [usize; 2] {
        let world = lock(&self.parts.world);
        Side::BOTH.map(|side| world.changing_calls(side).len())
    }

    /// The rights that the template gives each function.
    pub fn granted(&self) -> &BTreeMap<String, BTreeSet<Right>> {
        self.routes.rights.granted()
    }

    /// The rights that each function has used so far.
    pub fn used(&self) -> BTreeMap<String, BTreeSet<Right>> {
        self.uses.used()
    }

    /// Requests that the template does not allow a function to make, each as a sentence.
    pub fn refused(&self) -> Vec<String> {
        self.uses.refused()
    }

    /// The reasons why runners stopped before their time: deaths and errors, in order.
    pub fn stopped(&self) -> Vec<String> {
        lock(&self.stopped).clone()
    }
}

/// Runs a function by its name in the template. Returns its answer, or the reason why it stopped.
async fn handle(deps: &Deps, owner: &str, message: Message) -> Result<Value, String> {
    let event = message.event;
    match message.function.as_str() {
        "SagaFunction" => {
            let event = serde_json::from_value(event).map_err(|unreadable| unreadable.to_string())?;
            answered(saga_function::handle(deps, owner, event).await)
        }
        LOOKS => {
            let post = probe_function::Post { place: "eu-west-1".to_owned(), judges: true };
            answered(probe_function::handle(deps, &post).await)
        }
        DRILLS => answered(drill_function::handle(deps).await),
        SYNCS => answered(sync_function::handle(deps).await),
        "SignalFunction" => {
            signal_function::handle(deps, &reception::gates(), event).await.map_err(|not_heard| not_heard.to_string())
        }
        "ApprovalFunction" => approval_function::handle(deps, event).await.map_err(|error| error.to_string()),
        other => Err(format!("the template names {other}, which is no function here")),
    }
}

/// The answer as JSON, or the reason why there is none.
fn answered(answer: Result<impl Serialize, impl ToString>) -> Result<Value, String> {
    let answer = answer.map_err(|error| error.to_string())?;
    serde_json::to_value(answer).map_err(|error| error.to_string())
}

/// A renderer that renders no page, only the seal of the record.
struct Blank;

impl EvidenceRenderer for Blank {
    fn page(&self, record: &Record) -> String {
        format!("the record {}", record.seal)
    }
}

/// The probes that read both sides of every pair.
fn usual_probes(primary: &Arc<DatabricksWorkspace>, standby: &Arc<DatabricksWorkspace>) -> Vec<SideProbe> {
    let sides = [(failover::Side::Primary, primary), (failover::Side::Standby, standby)];
    sides.into_iter().flat_map(|(side, workspace)| probes::of(workspace, &probes::usual(side))).collect()
}

/// The addresses of the two sides of a rehearsal.
pub fn addresses() -> Vec<Address> {
    let at = |side: failover::Side, host: &str| Address { side, url: format!("https://{host}"), host: host.to_owned() };
    vec![at(failover::Side::Primary, sim::PRIMARY_HOST), at(failover::Side::Standby, sim::STANDBY_HOST)]
}

/// Credentials that are valid on both workspaces and on their account.
fn credentials() -> Credentials {
    Credentials::Machine {
        client_id: sim::CLIENT_ID.to_owned(),
        client_secret: SecretString::from(sim::CLIENT_SECRET.to_owned()),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
