//! Plays a case from its first checkpoint to the end of its last saga, and lists the offences.

use engine::approvals::{AnswerError, RequestStatus, answer, at_terminal};
use engine::capture::{CaptureError, capture};
use engine::drills::dry_drill;
use engine::pair::pair_head;
use engine::ports::{SagaStatus, StoreError};
use engine::start::{Draft, Order, OrderError, StartError, draft, start};
use engine::view::{View, view};
use failover::plan::{GO, PlanningError};
use failover::{Operation, Side};
use local::clockwork::in_virtual_time;
use saga::{Outcome, SagaId, StepState};
use tests::people::secret_code;

use crate::case::{Capturer, Case, CaseKind, Part, Then};
use crate::ground::{APPROVERS, Ground};
use crate::judge;
use crate::people::People;
use crate::planted::Planted;

/// In seconds: interval at which a saga is read.
const LOOKS_EVERY: u64 = 10;
/// In seconds: a person gives up a refused order when this time has gone by after every trouble.
const PATIENCE: i64 = 1_200;
/// In seconds: a saga is over within this time after every trouble and every order, or something is wrong.
const AT_MOST: i64 = 3 * 3_600;
/// In seconds: the on-call engineer helps a saga in which nothing has happened for this time.
const STILL: i64 = 900;

/// A saga of a case, as it ended.
pub(crate) struct Leg {
    pub(crate) operation: Operation,
    pub(crate) planned: bool,
    /// The simulated workspace that it left.
    pub(crate) left: sim::Side,
    pub(crate) ordered_ms: i64,
    pub(crate) approved_ms: i64,
    pub(crate) view: View,
    /// Whether a person has waived something, ended a pursuit, aborted, or said no.
    pub(crate) interfered: bool,
    /// Whether a person has held the saga or paused the automation of the pair.
    pub(crate) held: bool,
}

impl Leg {
    pub(crate) fn completed(&self) -> bool {
        self.view.state.finished() == Some(Outcome::Completed)
    }
}

/// The result of a case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Played {
    /// The offences. Each begins with the law that is broken.
    pub(crate) offences: Vec<String>,
    /// Number of sagas that were begun.
    pub(crate) sagas: u64,
    /// Number of those that completed.
    pub(crate) completed: u64,
    /// Number of their steps.
    pub(crate) steps: u64,
    /// The record of the sagas, if one case is played alone.
    pub(crate) story: Vec<String>,
}

/// Plays a case.
pub(crate) fn play(case: &Case, planted: Planted) -> Played {
    let played = in_virtual_time(async {
        let ground = match Ground::new(case, planted) {
            Ok(ground) => ground,
            Err(told) => return Played { offences: vec![format!("setup: {told}")], ..Played::default() },
        };
        let mut play = Play { case, ground: &ground, legs: Vec::new(), played: Played::default() };
        tokio::select! {
            biased;
            () = play.api_calls() => {}
            () = ground.stack.run() => play.offends("setup: the stack ended".to_owned()),
        }
        play.played
    });
    played.unwrap_or_else(|e| Played { offences: vec![format!("setup: no runtime: {e}")], ..Played::default() })
}

struct Play<'a> {
    case: &'a Case,
    ground: &'a Ground,
    legs: Vec<Leg>,
    played: Played,
}

impl Play<'_> {
    fn offends(&mut self, told: String) {
        self.played.offences.push(told);
    }

    async fn api_calls(&mut self) {
        if let Err(told) = self.captured().await {
            return self.offends(told);
        }
        let before = judge::settings(self.ground);
        match self.case.operation {
            CaseKind::DryRun => self.dry_run().await,
            CaseKind::StandbyDrill => {
                self.travels(Operation::StandbyDrill, Side::Primary, true).await;
            }
            CaseKind::Planned => {
                self.travels(Operation::Failover, Side::Primary, true).await;
            }
            CaseKind::Unplanned => {
                self.travels(Operation::Failover, Side::Primary, false).await;
            }
        }
        let went = self.legs.last().is_some_and(|leg| leg.completed() && leg.operation == Operation::Failover);
        if went && self.played.offences.is_empty() {
            self.is_calm().await;
            match self.case.then() {
                Then::Stay => {}
                Then::Failback => self.travels(Operation::Failback, Side::Standby, true).await,
                Then::Promotion => self.travels(Operation::Promotion, Side::Primary, false).await,
            }
        }
        self.played.sagas = self.legs.len() as u64;
        self.played.completed = self.legs.iter().filter(|leg| leg.completed()).count() as u64;
        self.played.steps = self.legs.iter().map(|leg| leg.view.plan.total() as u64).sum();
        let found = judge::pair(self.ground, self.case, &self.legs, &before);
        self.played.offences.extend(found);
    }

    /// A person or the schedule takes the checkpoint. Then the region may be lost.
    async fn captured(&mut self) -> Result<(), String> {
        let mark = |ground: &Ground| ground.world().mark_leaving(ground.now_ms(), sim::Side::Primary);
        match self.case.capturer {
            Capturer::Person => {
                self.ground.admission(5).await;
                if self.case.loss.is_some() {
                    mark(self.ground);
                }
                for side in [Side::Primary, Side::Standby] {
                    match capture(&self.ground.operator, side).await {
                        // An API that a workspace lacks for good is reported, and the rest of the checkpoint is whole.
                        Ok(_) | Err(CaptureError::Incomplete { .. }) => {}
                        Err(other) => return Err(format!("capture of the {side}: {other}")),
                    }
                }
                if self.case.loss.is_some() {
                    self.ground.world().mark_settled(self.ground.now_ms());
                }
            }
            Capturer::Schedule => {
                self.ground.admission(299).await;
                if self.case.loss.is_some() {
                    mark(self.ground);
                }
                self.ground.admission(20).await;
                if self.case.loss.is_some() {
                    self.ground.world().mark_settled(self.ground.now_ms());
                }
            }
        }
        if let Some((at, _)) = self.case.loss {
            self.until(at).await;
            self.ground.world().region_lost(self.ground.now_ms(), sim::Side::Primary);
        }
        self.until(self.case.ordered_at).await;
        Ok(())
    }

    async fn until(&self, seconds: i64) {
        self.ground.clock.sleep_until(self.ground.at(seconds)).await;
    }

    /// Waits until every trouble is over.
    async fn is_calm(&self) {
        self.until(self.case.troubled_until() + 120).await;
        self.ground.admission(60).await;
    }

    /// A dry run changes nothing.
    async fn dry_run(&mut self) {
        let before: usize = self.ground.stack.changing_calls().iter().sum();
        let settings = judge::settings(self.ground);
        let foreseen = dry_drill(&self.ground.operator, "on-call").await;
        let after: usize = self.ground.stack.changing_calls().iter().sum();
        if after != before {
            self.offends(format!("R50: {} changing calls during a dry run", after - before));
        }
        self.offences_of_differences("R50: a dry run changed", &settings);
        if let Err(refused) = foreseen
            && self.case.troubles().next().is_none()
            && !self.may_be_empty()
        {
            self.offends(format!("R50: no dry run on a pair that is well: {refused}"));
        }
        self.played.sagas += 1;
    }

    fn offences_of_differences(&mut self, what: &str, before: &judge::Settings) {
        for difference in judge::differences(before, &judge::settings(self.ground)) {
            self.offends(format!("{what}: {difference}"));
        }
    }

    /// One saga, from its order to its end and a little beyond.
    async fn travels(&mut self, operation: Operation, leaving: Side, planned: bool) {
        let left = if operation == Operation::Failback { sim::Side::Standby } else { sim::Side::Primary };
        let ordered_ms = self.ground.now_ms();
        let marks = self.case.loss.is_none() || operation == Operation::Failback;
        let moves = matches!(operation, Operation::Failover | Operation::Failback);
        if marks && moves {
            self.ground.world().mark_leaving(ordered_ms, left);
        }
        let begun = self.ordered(operation, leaving, planned).await;
        if marks && moves {
            self.ground.world().mark_settled(self.ground.now_ms());
        }
        let saga = match begun {
            Ok(Some(saga)) => saga,
            Ok(None) => {
                if marks && moves {
                    self.ground.world().mark_forgotten();
                }
                return;
            }
            Err(told) => return self.offends(told),
        };
        let first = self.legs.is_empty();
        let approved = self.approved(&saga, planned).await;
        let approved_ms = self.ground.now_ms();
        let mut people = People::new(self.case, self.ground, &saga, first);
        if let Err(told) = approved {
            self.offends(told);
        }
        if let Err(told) = self.follow(&saga, &mut people).await {
            self.offends(told);
        }
        if let Err(told) = people.goes_home().await {
            self.offends(told);
        }
        // A frozen process comes back within this time, and its last requests land.
        self.ground.admission(200).await;
        match view(&self.ground.operator, Some(&saga)).await {
            Ok(Some(view)) => {
                let aborted = view.state.finished() == Some(Outcome::Aborted);
                let interfered = people.interfered || aborted;
                let held = people.held;
                self.played.offences.extend(people.offences);
                let leg = Leg { operation, planned, left, ordered_ms, approved_ms, view, interfered, held };
                if self.case.tells {
                    let lines = leg.view.story().into_iter().map(|line| format!("{} {}", line.at, line.text));
                    self.played.story.extend(lines);
                }
                let found = judge::leg(self.ground, self.case, &leg).await;
                self.played.offences.extend(found);
                self.legs.push(leg);
            }
            Ok(None) => self.offends(format!("S18: saga {saga} is gone")),
            Err(error) => self.offends(format!("S18: saga {saga} cannot be read: {error}")),
        }
    }

    /// Orders until the order is taken. `None` if it is refused for a reason that stays.
    async fn ordered(&mut self, operation: Operation, leaving: Side, planned: bool) -> Result<Option<SagaId>, String> {
        let shaky = self.legs.is_empty() && self.case.shaky_order().is_some();
        let give_up = self.case.troubled_until().max(self.ground.elapsed()) + PATIENCE;
        loop {
            let lost_at = self.case.loss.map(|(at, _)| self.ground.at(at)).filter(|_| !planned);
            let now = self.ground.clock.now();
            let order = Order {
                lost_at,
                fence_first: self.case.fence_first && operation == Operation::Failover,
                ..Order::of(operation, leaving, planned, "on-call", now)
            };
            let deps = if shaky { &self.ground.shaky } else { &self.ground.operator };
            let refused = match draft(deps, &order).await {
                Ok(drafted) => match self.starts(&order, &drafted, deps).await? {
                    Ok(saga) => return Ok(Some(saga)),
                    Err(refused) => refused,
                },
                Err(refused) => refused,
            };
            match &refused {
                // A pair may have only runs, and once they are over nothing is left to move. Steps that people left
                // open keep the target not ready, so a failback stays refused.
                StartError::Refused(OrderError::Plan(PlanningError::NothingThere(_))) if self.may_be_empty() => {
                    return Ok(None);
                }
                // A round of the schedule that froze or died has stored nothing.
                StartError::Refused(OrderError::NoCheckpoint(_)) if !self.case.mishaps().is_empty() => {}
                StartError::Refused(OrderError::NoCheckpoint(side)) => {
                    return Err(format!("R23: nobody has taken a checkpoint of the {side}, which does not answer"));
                }
                StartError::Refused(OrderError::TargetNotReady { .. })
                    if self.legs.iter().any(|leg| leg.interfered) =>
                {
                    return Ok(None);
                }
                StartError::Refused(_) | StartError::Store(_) => {}
            }
            // A person reads what has become of the order.
            let head = pair_head(&self.ground.operator).await.map_err(|e| format!("S1: the pair: {e}"))?;
            if let Some(saga) = head.saga {
                return Ok(Some(saga));
            }
            if self.ground.elapsed() > give_up {
                return Err(format!("L1: a {operation} is refused still: {refused}"));
            }
            self.ground.admission(30).await;
        }
    }

    /// Whether a side may have nothing to move: runs are over, and jobs have no counterpart.
    fn may_be_empty(&self) -> bool {
        self.case.lacking > 0 || self.case.resources().iter().all(|one| one.kind == "run")
    }

    /// Begins the drafted saga. If two people order at once, one of them is refused.
    async fn starts(
        &mut self,
        order: &Order,
        drafted: &Draft,
        deps: &engine::Deps,
    ) -> Result<Result<SagaId, StartError>, String> {
        if !(self.legs.is_empty() && self.case.has(&Part::Twice)) {
            let started = start(deps, order, drafted).await;
            if let Err(StartError::Refused(OrderError::AnotherSaga { saga, .. })) = &started
                && *saga == drafted.plan.saga
            {
                return Err(format!("L2: an order was refused for its own saga {saga}"));
            }
            return Ok(started);
        }
        let somebody_else = self.ground.stack.operator();
        self.ground.admission(1).await;
        let another = match draft(&somebody_else, order).await {
            Ok(another) => another,
            Err(refused) => return Ok(Err(refused)),
        };
        match tokio::join!(start(deps, order, drafted), start(&somebody_else, order, &another)) {
            (Ok(one), Ok(other)) => Err(format!("S1: two orders at once have begun {one} and {other}")),
            (Ok(saga), Err(_)) | (Err(_), Ok(saga)) => Ok(Ok(saga)),
            (Err(refused), Err(_)) => Ok(Err(refused)),
        }
    }

    /// Says yes, with the code if one is asked for.
    async fn approved(&mut self, saga: &SagaId, planned: bool) -> Result<(), String> {
        self.ground.admission(2).await;
        let deps = &self.ground.operator;
        if self.legs.is_empty() && self.case.has(&Part::Impostor) {
            for name in ["ana", "Ben "] {
                if let Ok(proven) = at_terminal(deps, name, None) {
                    answer(deps, saga, GO, &proven, true, true).await.ok();
                }
            }
            self.ground.admission(20).await;
            let head = deps.sagas.head(saga).await.ok().flatten();
            if head.is_none_or(|head| head.clocks.approved_at.is_some()) {
                return Err("S27: an answer without a code began the saga".to_owned());
            }
        }
        let one_person = [("on-call", None), ("On-Call ", None), ("second", None)];
        let with_codes = APPROVERS.map(|name| (name, Some(secret_code(name))));
        let people: Vec<_> = if self.case.approvers > 0 { with_codes.into() } else { one_person.into() };
        for (name, code) in people {
            let proven = at_terminal(deps, name, code.as_ref()).map_err(|e| format!("S27: {name}: {e}"))?;
            match answer(deps, saga, GO, &proven, true, !planned).await {
                Ok(RequestStatus::Approved) if self.case.people > 1 && name == "On-Call " => {
                    return Err("S27: one person under two spellings counts as two".to_owned());
                }
                Ok(RequestStatus::Approved) => return Ok(()),
                Ok(_) | Err(AnswerError::SamePerson(_) | AnswerError::Store(StoreError::Refused(_))) => {}
                // The question was answered before, or it is over. The saga shows which.
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    }

    /// Follows a saga to its end.
    async fn follow(&mut self, saga: &SagaId, people: &mut People<'_>) -> Result<(), String> {
        let deps = &self.ground.operator;
        let (mut last, mut still_since) = (None, self.ground.elapsed());
        let begun = self.ground.elapsed();
        let eager = self.case.has(&Part::Eager);
        let mut back = self.case.loss.map(|(_, back)| back).filter(|_| self.legs.is_empty());
        loop {
            let now = self.ground.elapsed();
            if back.is_some_and(|at| now >= at) {
                back = None;
                self.ground.world().region_back(self.ground.now_ms(), sim::Side::Primary);
            }
            people.call(now).await?;
            let head = deps.sagas.head(saga).await.map_err(|e| format!("S18: {e}"))?;
            let Some(head) = head else { return Err(format!("S18: saga {saga} is gone")) };
            let looked = (head.tally, head.status);
            if last.replace(looked) != Some(looked) {
                still_since = now;
            }
            let quiet = self.case.troubled_until().max(people.busy_until()).max(still_since) + STILL;
            match head.status {
                SagaStatus::Finished(_) => {
                    if let Some(at) = back {
                        self.until(at).await;
                        self.ground.world().region_back(self.ground.now_ms(), sim::Side::Primary);
                    }
                    return Ok(());
                }
                SagaStatus::PersonNeeded if now > quiet => people.goes_on_without_what_is_blocked().await?,
                SagaStatus::Pursuing if now > quiet => people.ends_the_pursuit().await?,
                // People interfered, so steps may wait for something that they waived. Then people end the wait.
                SagaStatus::Running if now > quiet && people.interfered => people.goes_on_without_what_waits().await?,
                SagaStatus::Running | SagaStatus::Asking | SagaStatus::PersonNeeded | SagaStatus::Pursuing => {}
            }
            let from = begun.max(self.case.troubled_until()).max(people.busy_until());
            if now > from + AT_MOST {
                let open = self.open(saga).await;
                return Err(format!(
                    "L1: not over after {AT_MOST} s of calm: {:?}, {:?}; {open}",
                    head.status, head.tally
                ));
            }
            let every = if eager { 1 } else { LOOKS_EVERY };
            if eager {
                deps.waker.wake(saga).await.ok();
            }
            let next = back.map_or(every, |at| every.min(u64::try_from(at - now).unwrap_or(0).max(1)));
            self.ground.admission(next).await;
        }
    }

    /// The open steps of a saga that does not end, for the report.
    async fn open(&self, saga: &SagaId) -> String {
        let Ok(Some(view)) = view(&self.ground.operator, Some(saga)).await else { return "unreadable".to_owned() };
        let open = view.state.steps().filter(|(_, record)| !record.state.is_settled());
        let told = open.filter_map(|(id, record)| {
            let step = view.plan.step(id)?;
            let why = record.fault.as_ref().map_or_else(String::new, |fault| format!(" ({})", fault.message));
            let state: StepState = record.state;
            Some(format!("{id} {} {:?} {state:?}{why}", step.kind, step.name.chars().take(40).collect::<String>()))
        });
        format!("{}; stopped: {:?}", told.take(4).collect::<Vec<_>>().join(", "), self.ground.stack.stopped().last())
    }
}
