//! Builds the ground of a case: the deployed stack over the store in memory, two simulated workspaces, virtual time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::approvals::Approvals;
use engine::ports::Clock;
use engine::{Deps, Settings, Watch};
use failover::FailoverPolicy;
use jiff::{SignedDuration, Timestamp};
use local::stack::sabotage::{Boundaries, Crossing, InjectedFault, Phase};
use local::stack::{Stack, StackParts, StoreKind};
use sim::{Estate, Fault, FaultKind, Limits, Side, World};
use tests::parts::{BEGINS, clock, parts};
use tests::people::approver;

use crate::case::{Capturer, Case, Mishap, Part};
use crate::planted::Planted;

/// The people who may approve, if codes are asked for.
pub(crate) const APPROVERS: [&str; 2] = ["ana", "ben"];

/// In milliseconds: a lease and the skew of clocks, after which a successor may begin.
const DRAINED_MS: i64 = 35_000;
/// In milliseconds: a request that a process was about to send when it froze arrives within this time after it goes on.
const SENT_WITHIN_MS: i64 = 100;

/// The pair of a case.
pub(crate) struct Ground {
    pub(crate) stack: Arc<Stack>,
    pub(crate) clock: Arc<dyn Clock>,
    /// A person's own process, which has no faults.
    pub(crate) operator: Deps,
    /// A person's process that loses one reply.
    pub(crate) shaky: Deps,
    begins: Timestamp,
    thaws: Thaws,
}

/// Times at which frozen processes go on, in milliseconds since 1970.
type Thaws = Arc<Mutex<Vec<i64>>>;

impl Ground {
    pub(crate) fn new(case: &Case, planted: Planted) -> Result<Self, String> {
        let (begins, clock) = clock(BEGINS);
        let limits = Limits::default();
        let mut settings = Settings::default();
        if case.limits_known {
            settings.limits = limits.per_second.iter().map(|(family, rate)| ((*family).to_owned(), *rate)).collect();
        }
        if case.has(&Part::Slow) {
            // At this rate one call waits for another.
            settings.limits.insert("jobs.update".to_owned(), 2.0);
        }
        planted.into_settings(&mut settings);
        let (estate, left_out) = Estate::described(case.seed, &case.resources());
        if let Some((one, why)) = left_out.first() {
            return Err(format!("{} {:?} cannot be simulated: {why}", one.kind, one.name));
        }
        let estate = estate.lacking_on_standby(case.lacking);
        let simulated = sim::Settings {
            limits,
            delays: case.delays.clone(),
            faults: faults(case, begins.as_millisecond()),
            stale: case.stale(),
            ..sim::Settings::default()
        };
        let thaws = Thaws::default();
        let world = World::new(case.seed, estate, simulated, begins.as_millisecond());
        let parts = parts(world, Arc::clone(&clock));
        let parts = StackParts {
            boundaries: Boundaries::struck(mishaps(case, &clock, &thaws)),
            settings,
            policy: FailoverPolicy {
                planned: case.operation == crate::case::CaseKind::Planned,
                run_interrupted_again: case.runs_again,
                fence_first: case.fence_first,
                ..parts.policy
            },
            watch: watch(case),
            syncs: case.capturer == Capturer::Schedule && !planted.takes_no_checkpoint(),
            delivery: case.delivery,
            store: StoreKind::Memory,
            draws: false,
            weakened: planted.store(),
            ..parts
        };
        let stack = match planted.template() {
            Some(template) => Stack::with_template(parts, &template),
            None => Stack::new(parts),
        };
        let stack = stack.map_err(|e| e.to_string())?;
        let operator = stack.operator();
        let (_, shaky) = stack.operator_at(Boundaries::struck(loses(case.shaky_order())));
        Ok(Self { stack, clock, operator, shaky, begins, thaws })
    }

    /// The time that is this number of seconds after the case began.
    pub(crate) fn at(&self, seconds: i64) -> Timestamp {
        self.begins.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
    }

    /// Seconds since the case began.
    pub(crate) fn elapsed(&self) -> i64 {
        self.clock.now().duration_since(self.begins).as_secs()
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// Whether a frozen process has just gone on. It sends then what it was about to send.
    pub(crate) fn has_just_thawed(&self, at_ms: i64) -> bool {
        let thaws = self.thaws.lock().unwrap_or_else(PoisonError::into_inner);
        thaws.iter().any(|thaw| (*thaw..=thaw + SENT_WITHIN_MS).contains(&at_ms))
    }

    pub(crate) async fn admission(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.stack.world().lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn watch(case: &Case) -> Watch {
    let approvers = APPROVERS.iter().take(case.approvers).map(|name| approver(name, 0)).collect();
    let approvals = (case.people > 1).then(|| Approvals {
        url: "https://approve.example".to_owned(),
        people: case.people,
        escalate_after: SignedDuration::from_mins(15),
        personal: false,
        keys: Vec::new(),
    });
    Watch { approvers, approvals, ..Watch::default() }
}

fn faults(case: &Case, begins_ms: i64) -> Vec<Fault> {
    let mut faults: Vec<Fault> = case
        .troubles()
        .map(|one| Fault {
            side: one.side,
            from_ms: begins_ms + one.from * 1000,
            until_ms: one.until.map(|until| begins_ms + until * 1000),
            kind: one.kind.clone(),
            only: one.only.map(str::to_owned),
        })
        .collect();
    if let Some((at, back)) = case.loss {
        let dark = Fault::new(Side::Primary, begins_ms + at * 1000, FaultKind::Dark);
        faults.push(dark.until(begins_ms + back * 1000));
    }
    faults
}

/// Loses the reply of the nth item that is written.
fn loses(nth: Option<u64>) -> local::stack::sabotage::Saboteur {
    let written = AtomicU64::new(0);
    Arc::new(move |crossing: &Crossing| {
        let writes = crossing.phase == Phase::AfterEffect && crossing.what == "dynamodb PutItem";
        let number = if writes { written.fetch_add(1, Ordering::Relaxed) + 1 } else { 0 };
        if nth == Some(number) { InjectedFault::LoseReply } else { InjectedFault::Nothing }
    })
}

/// Counts the crossings that mishaps refer to, and injects each mishap at its crossing.
fn mishaps(case: &Case, clock: &Arc<dyn Clock>, thaws: &Thaws) -> local::stack::sabotage::Saboteur {
    let mishaps = case.mishaps();
    let (clock, thaws) = (Arc::clone(clock), Arc::clone(thaws));
    let (calls, writes, written) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    // Time at which each process last renewed its lease, in milliseconds.
    let renewed: Mutex<BTreeMap<String, i64>> = Mutex::default();
    Arc::new(move |crossing: &Crossing| {
        if mishaps.is_empty() {
            return InjectedFault::Nothing;
        }
        let before = crossing.phase == Phase::Before;
        let now_ms = clock.now().as_millisecond();
        let of_head = crossing.what == "dynamodb UpdateItem" && crossing.about.ends_with(" HEAD");
        if crossing.phase == Phase::AfterEffect && of_head {
            let mut renewed = renewed.lock().unwrap_or_else(PoisonError::into_inner);
            renewed.insert(crossing.process.clone(), now_ms);
        }
        let changes = [" POST ", " PUT ", " PATCH ", " DELETE "].iter().any(|method| crossing.what.contains(method));
        let is_call = before && changes && !crossing.what.contains("/oidc/");
        let is_item = matches!(crossing.what.as_str(), "dynamodb PutItem" | "dynamodb UpdateItem");
        let (is_write, is_written) = (before && is_item, crossing.phase == Phase::AfterEffect && is_item);
        let call = if is_call { calls.fetch_add(1, Ordering::Relaxed) + 1 } else { 0 };
        let write = if is_write { writes.fetch_add(1, Ordering::Relaxed) + 1 } else { 0 };
        let written = if is_written { written.fetch_add(1, Ordering::Relaxed) + 1 } else { 0 };
        let fault = mishaps.iter().find_map(|mishap| match mishap {
            Mishap::At(number, fault) => (crossing.number == *number).then_some(*fault),
            Mishap::AtCall(nth, fault) => (call == *nth).then_some(*fault),
            // A reply is lost only after its write has happened.
            Mishap::AtWrite(nth, InjectedFault::LoseReply) => (written == *nth).then_some(InjectedFault::LoseReply),
            Mishap::AtWrite(nth, fault) => (write == *nth).then_some(*fault),
            Mishap::AtEvidence => {
                let is_evidence = before && crossing.what == "s3 PutObject" && crossing.about.contains("evidence");
                is_evidence.then_some(InjectedFault::Kill)
            }
        });
        if let Some(InjectedFault::Freeze(time)) = fault {
            let thaw = now_ms + i64::try_from(time.as_millis()).unwrap_or(0);
            let renewed = renewed.lock().unwrap_or_else(PoisonError::into_inner);
            // Up to this time a successor waits, and a late request does no harm.
            if renewed.get(&crossing.process).is_none_or(|at| thaw > at + DRAINED_MS) {
                thaws.lock().unwrap_or_else(PoisonError::into_inner).push(thaw);
            }
        }
        fault.unwrap_or(InjectedFault::Nothing)
    })
}
