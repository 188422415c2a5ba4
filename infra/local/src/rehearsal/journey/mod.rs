//! Plays a journey: one saga after another on the same pair, with the state of the pair before and after.

mod auditing;
mod drilling;
pub mod script;
mod story;

use std::collections::BTreeSet;

use engine::approvals::{answer, at_terminal};
use engine::controls::Ordered;
use engine::pair::pair_head;
use engine::ports::{Control, SagaStatus};
use engine::roles::ResolvedPair;
use engine::start::{Order, draft, start};
use engine::view::view;
use failover::plan::{GO, own};
use failover::{Operation, Side, Window};
use jiff::{SignedDuration, Timestamp};
use saga::{Outcome, SagaId, StepState};
use sim::Inventory;

use self::script::{AlarmScript, Leg, LegEnd, WindowScript};
use super::cast::{AT_MOST, Cast, Cue, LOOKS_EVERY, ON_CALL, STILL};
use super::ended::Ended;
use super::furnishing;
use super::script::simulated;
use super::status_line::status_line;

pub(super) use self::auditing::{late, unexplained_ms};
pub(super) use self::story::story;
pub use super::travelled::Travelled;

/// Time that the on-call engineer reads why a person is needed, before acting.
const READS: SignedDuration = SignedDuration::from_mins(2);

/// An interval that is shorter than the time from the end of a drill's way out to the beginning of its way back.
const TURNS_WITHIN: SignedDuration = SignedDuration::from_millis(250);

/// The settings in both workspaces, on the account and in the cloud.
pub(super) type Settings = Vec<(&'static str, Inventory)>;

/// Plays all legs of a script.
pub(super) async fn play(cast: &Cast<'_>, progress: &mut dyn FnMut(&str)) -> Result<Ended, String> {
    let mut journey = Journey {
        cast,
        operator: cast.stack.operator(),
        cues: cast.cues().into_iter().rev().collect(),
        events: Vec::new(),
        legs: Vec::new(),
        rounds: BTreeSet::new(),
        stays: false,
        alarms: cast
            .script
            .leg
            .iter()
            .filter_map(|leg| leg.alarm.clone())
            .map(|alarm| (cast.at(alarm.at), alarm))
            .collect(),
        progress,
    };
    let first = cast.script.leg.first().map_or(0, |leg| leg.at);
    journey.waits(cast.at(first)).await?;
    let before = settings(cast);
    let writes_before = cast.stack.writes();
    let mut outcome = "completed";
    for leg in &cast.script.leg {
        outcome = journey.travel(leg).await?;
        if outcome != leg.ends.as_str() {
            break;
        }
    }
    let writes = cast.stack.writes() - writes_before;
    let end = cast.clock.now().saturating_add(SignedDuration::from_secs(cast.script.watched_for));
    journey.waits(end.unwrap_or(Timestamp::MAX)).await?;
    let after = settings(cast);
    journey.told(outcome, writes, &before, &after).await
}

/// The settings of all four now.
fn settings(cast: &Cast<'_>) -> Settings {
    let mut world = cast.world();
    world.advance(cast.clock.now().as_millisecond());
    let cloud = cast.cloud.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    vec![
        ("primary", world.settings(sim::Side::Primary)),
        ("standby", world.settings(sim::Side::Standby)),
        ("account", world.account_settings()),
        ("cloud", cloud.settings()),
    ]
}

struct Journey<'a, 'b> {
    cast: &'a Cast<'a>,
    operator: engine::Deps,
    /// The events that are still to come, the next one last.
    cues: Vec<(Timestamp, Cue)>,
    events: Vec<(Timestamp, String)>,
    legs: Vec<Travelled>,
    rounds: BTreeSet<SagaId>,
    /// Whether the work on the standby is marked as the work that a drill will leave.
    stays: bool,
    /// Alarms that are still to rise.
    alarms: Vec<(Timestamp, AlarmScript)>,
    progress: &'b mut dyn FnMut(&str),
}

impl Journey<'_, '_> {
    /// Waits until a time. Events that are due meanwhile happen.
    async fn waits(&mut self, until: Timestamp) -> Result<(), String> {
        loop {
            self.happen().await?;
            let now = self.cast.clock.now();
            if now >= until {
                return Ok(());
            }
            (self.progress)(&format!("{}  between sagas", now.strftime("%H:%M:%S")));
            let next = now.saturating_add(SignedDuration::from_mins(1)).unwrap_or(until);
            let cue = self.cues.last().map_or(until, |(at, _)| *at);
            self.cast.clock.sleep_until(next.min(until).min(cue)).await;
        }
    }

    /// Plays the events that are due, and writes every heartbeat.
    async fn happen(&mut self) -> Result<(), String> {
        let now = self.cast.clock.now();
        while self.cues.last().is_some_and(|(at, _)| *at <= now) {
            let Some((at, cue)) = self.cues.pop() else { break };
            match cue {
                Cue::Capture => self.events.push(self.cast.takes_checkpoint(&self.operator, at).await?),
                Cue::Ordered => {}
                Cue::Lost | Cue::Back | Cue::Deployed(_) | Cue::RehearsalResult(_) => {
                    self.cast.happens(&cue, at, &mut self.events);
                }
            }
        }
        let (due, later) = std::mem::take(&mut self.alarms).into_iter().partition(|(at, _)| *at <= now);
        self.alarms = later;
        for (_, alarm) in due {
            self.rises(&alarm).await?;
        }
        let lost = self.cast.script.loss.as_ref().is_some_and(|loss| {
            now >= self.cast.at(loss.at) && loss.back_at.is_none_or(|back| now < self.cast.at(back))
        });
        if !lost {
            furnishing::beat(&self.operator, now).await?;
        }
        let head = pair_head(&self.operator).await.map_err(|e| e.to_string())?;
        self.rounds.extend(head.guard.and_then(|guard| guard.last));
        Ok(())
    }

    /// Orders one saga and follows it to its end. Returns how it ended.
    async fn travel(&mut self, leg: &Leg) -> Result<&'static str, String> {
        self.waits(self.cast.at(leg.at)).await?;
        for name in &leg.made {
            self.made(name).await?;
        }
        if leg.dry {
            return self.dry_runs().await;
        }
        let Some((saga, left, ordered_at)) = self.order(leg).await? else { return Ok(LegEnd::Refused.as_str()) };
        let answered_at = self.later(self.cast.clock.now(), leg.answered_after);
        let end = self.follow(&saga, left, ordered_at, leg, Some(answered_at)).await?;
        if leg.order == Operation::Drill { self.sees_home(leg).await } else { Ok(end) }
    }

    /// Follows one saga to its end. Returns how it ended.
    async fn follow(
        &mut self,
        saga: &SagaId,
        left: sim::Side,
        ordered_at: Timestamp,
        leg: &Leg,
        mut answered_at: Option<Timestamp>,
    ) -> Result<&'static str, String> {
        let out = answered_at.is_some();
        let mut aborted_at = None;
        let (mut still_since, mut last) = (self.cast.clock.now(), None);
        let begun = still_since;
        let mut lesson = leg.lesson.as_deref();
        let mut waived = leg.waived.as_deref();
        let end = loop {
            self.happen().await?;
            let now = self.cast.clock.now();
            if answered_at.is_some_and(|at| now >= at) {
                answered_at = None;
                aborted_at = leg.aborted_after.map(|after| self.later(now, after));
                let proven = at_terminal(&self.operator, ON_CALL, None).map_err(|e| e.to_string())?;
                answer(&self.operator, saga, GO, &proven, true, !leg.planned).await.map_err(|e| e.to_string())?;
            }
            if aborted_at.is_some_and(|at| now >= at) {
                aborted_at = None;
                self.events.push((now, format!("{ON_CALL} aborts the saga")));
                engine::controls::abort(&self.operator, saga, ON_CALL, "it is not what was wanted")
                    .await
                    .map_err(|e| e.to_string())?;
            }
            let head = self.operator.sagas.head(saga).await.map_err(|e| e.to_string())?.ok_or("the saga is gone")?;
            if leg.order == Operation::Drill && out {
                let pair = pair_head(&self.operator).await.map_err(|e| e.to_string())?;
                // Once the way back has begun, the last mark stays.
                if pair.drill.is_some_and(|drill| drill.back.is_none()) {
                    self.marks_the_stay(pair.active);
                }
            }
            let looked = (head.tally, head.status);
            if last.replace(looked) != Some(looked) {
                still_since = now;
            }
            (self.progress)(&format!("{}  {}", now.strftime("%H:%M:%S"), status_line(&head)));
            let still = now.duration_since(still_since) > STILL;
            if head.status == SagaStatus::PersonNeeded && now.duration_since(still_since) > READS {
                if let Some(why) = waived.take() {
                    self.waives(saga, why).await?;
                    continue;
                }
                if let Some(text) = lesson.take() {
                    self.writes_down(saga, text).await?;
                    continue;
                }
            }
            match head.status {
                SagaStatus::Finished(Outcome::Completed) => break "completed",
                SagaStatus::Finished(Outcome::Aborted) => break "aborted",
                SagaStatus::PersonNeeded if still => break "person-needed",
                SagaStatus::Pursuing if still && leg.ends == LegEnd::Pursuing => break "pursuing",
                SagaStatus::Running | SagaStatus::Asking | SagaStatus::PersonNeeded | SagaStatus::Pursuing => {
                    if now.duration_since(begun) > AT_MOST {
                        break "unfinished";
                    }
                }
            }
            let next = now.saturating_add(self.looks_every(leg, out)).unwrap_or(Timestamp::MAX);
            let due = [answered_at, aborted_at, self.cues.last().map(|(at, _)| *at)];
            self.cast.clock.sleep_until(due.into_iter().flatten().fold(next, Timestamp::min)).await;
        };
        let view = view(&self.operator, Some(saga)).await.map_err(|e| e.to_string())?.ok_or("the saga is gone")?;
        self.legs.push(Travelled { view, ordered_at, left, end });
        Ok(end)
    }

    /// The on-call engineer waives every blocked step. A step that only lessons can end is left.
    async fn waives(&mut self, saga: &SagaId, why: &str) -> Result<(), String> {
        let seen = view(&self.operator, Some(saga)).await.map_err(|e| e.to_string())?.ok_or("the saga is gone")?;
        let blocked: Vec<_> = seen
            .state
            .steps()
            .filter(|(id, record)| {
                let lessons = seen.plan.step(*id).is_some_and(|step| step.kind == own::LESSONS);
                record.state == StepState::Blocked && !lessons
            })
            .map(|(id, _)| id)
            .collect();
        for step in blocked {
            self.orders_of(saga, Control::Waive { step }, why).await?;
        }
        Ok(())
    }

    async fn writes_down(&mut self, saga: &SagaId, text: &str) -> Result<(), String> {
        self.orders_of(saga, Control::Lesson { text: text.to_owned(), owner: None, due: None }, text).await
    }

    async fn orders_of(&self, saga: &SagaId, control: Control, why: &str) -> Result<(), String> {
        let ordered = engine::controls::order(&self.operator, saga, control, ON_CALL, why, READS).await;
        match ordered.map_err(|e| e.to_string())? {
            Ordered::Taken | Ordered::Waiting => Ok(()),
            Ordered::Refused { why, .. } => Err(why),
        }
    }

    /// Interval at which a saga is read. After its alarm a drill turns back within a second of the end of its way out.
    /// The work that runs on the standby then must have been seen.
    fn looks_every(&self, leg: &Leg, out: bool) -> SignedDuration {
        if out && leg.alarm.is_some() && self.alarms.is_empty() { TURNS_WITHIN } else { LOOKS_EVERY }
    }

    fn later(&self, at: Timestamp, seconds: i64) -> Timestamp {
        at.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
    }

    /// Makes the plan and begins the saga. `None` if it was refused.
    async fn order(&mut self, leg: &Leg) -> Result<Option<(SagaId, sim::Side, Timestamp)>, String> {
        let now = self.cast.clock.now();
        let leaving = if leg.order == Operation::Failback { Side::Standby } else { Side::Primary };
        let window = leg.window.map(|WindowScript { from, until, needs }| Window {
            from: self.cast.at(from),
            until: self.cast.at(until),
            needs_s: needs,
        });
        let lost_at = self.cast.script.loss.as_ref().map(|loss| self.cast.at(loss.at)).filter(|_| !leg.planned);
        let drill = (leg.order == Operation::Drill).then(|| leg.full_drill()).transpose()?;
        let order = Order { lost_at, window, drill, ..Order::of(leg.order, leaving, leg.planned, ON_CALL, now) };
        let planned = if leg.planned { "planned" } else { "unplanned" };
        self.events.push((now, format!("{ON_CALL} orders a {}, {planned}", leg.order)));
        let head = pair_head(&self.operator).await.map_err(|e| e.to_string())?;
        let left = self.simulated_side(&self.operator.resolve(&head), leaving);
        let moves = leg.order != Operation::StandbyDrill && head.active == leaving && leg.planned;
        if moves {
            self.cast.world().mark_leaving(now.as_millisecond(), left);
        }
        let drafted = match draft(&self.operator, &order).await {
            Ok(drafted) => drafted,
            Err(refused) => {
                if moves {
                    self.cast.world().mark_forgotten();
                }
                self.events.push((self.cast.clock.now(), format!("refused: {refused}")));
                return Ok(None);
            }
        };
        if leg.order == Operation::Failback && !moves {
            self.cast.world().mark_turned_back();
        }
        if moves {
            self.cast.world().mark_settled(self.cast.clock.now().as_millisecond());
        }
        let saga = start(&self.operator, &order, &drafted).await.map_err(|e| e.to_string())?;
        let told = format!("the plan has {} steps; the question is asked", drafted.plan.total());
        self.events.push((self.cast.clock.now(), told));
        Ok(Some((saga, left, now)))
    }

    /// The simulated workspace that is `side` now. A promotion changes the roles, and the workspaces stay.
    fn simulated_side(&self, pair: &ResolvedPair, side: Side) -> sim::Side {
        let host = pair.sides().host(side);
        let known = crate::stack::addresses().into_iter().find(|address| address.host == host);
        simulated(known.map_or(side, |address| address.side))
    }

    /// Somebody makes a job on the active side.
    async fn made(&mut self, name: &str) -> Result<(), String> {
        let head = pair_head(&self.operator).await.map_err(|e| e.to_string())?;
        let side = self.simulated_side(&self.operator.resolve(&head), head.active);
        let now = self.cast.clock.now();
        self.cast.world().add_job(now.as_millisecond(), side, name);
        self.events.push((now, format!("somebody makes the job {name:?} on the {}", head.active)));
        Ok(())
    }

    async fn told(
        self,
        outcome: &'static str,
        writes: u64,
        before: &Settings,
        after: &Settings,
    ) -> Result<Ended, String> {
        let last = self.legs.last().ok_or("no saga was begun")?;
        let saga = &last.view.head.saga;
        let last_view = view(&self.operator, Some(saga)).await.map_err(|e| e.to_string())?.ok_or("the saga is gone")?;
        let items = self.operator.sagas.steps(saga).await.map_err(|e| e.to_string())?;
        let rounds = self.cast.told(&self.operator, self.rounds).await?;
        let proposals = self.legs.len();
        let differences = before.iter().zip(after).flat_map(|((place, before), (_, after))| {
            let lines = sim::gathered(&sim::compare(before, after));
            lines.into_iter().map(move |line| format!("{place}: {line}"))
        });
        Ok(Ended {
            view: last_view,
            items,
            outcome,
            rounds,
            events: self.events,
            heard: Vec::new(),
            proposals,
            writes,
            differences: differences.collect(),
            changing_calls: self.cast.stack.changing_calls(),
            legs: self.legs,
        })
    }
}
