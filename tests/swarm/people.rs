//! Plays the orders of people while a saga is under way, and checks what becomes of them.
//!
//! Law: an order is carried out, or refused with a reason, and none is lost. No invariant has a code for that, so an
//! offence begins with `orders`.

use engine::controls::{Ordered, abort, order};
use engine::detection::{freeze, thaw};
use engine::ports::{Control, ControlState, RequestState, StoreError};
use engine::view::view;
use failover::plan::GO;
use jiff::SignedDuration;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use saga::{SagaId, StepId, StepState};

use crate::case::{Case, Wish};
use crate::ground::Ground;

/// The time that a person waits until an order is taken in. The order is on record in any case.
const WAITS: SignedDuration = SignedDuration::from_secs(20);
const WHO: &str = "on-call";
/// With more steps than this, nobody goes through them one by one.
const READ_AT_MOST: usize = 20;

/// The people who give orders on one saga.
pub(crate) struct People<'a> {
    ground: &'a Ground,
    saga: SagaId,
    rng: SmallRng,
    /// Actions that are still to come, the next one last, in seconds after the case began.
    wishes: Vec<(i64, Wish)>,
    /// A hold or a pause of automation that is still to be ended, with the time of its end.
    ends: Option<(i64, Wish)>,
    pub(crate) interfered: bool,
    pub(crate) held: bool,
    pub(crate) offences: Vec<String>,
}

impl<'a> People<'a> {
    /// The people of a saga. All actions of a case concern its first saga.
    pub(crate) fn new(case: &Case, ground: &'a Ground, saga: &SagaId, first: bool) -> Self {
        let begun = ground.elapsed();
        let wishes = if first { case.wishes() } else { Vec::new() };
        let wishes = wishes.into_iter().rev();
        Self {
            ground,
            saga: saga.clone(),
            rng: SmallRng::seed_from_u64(case.seed ^ 0x70_65_6f_70_6c_65),
            wishes: wishes.map(|(at, wish)| (begun + i64::try_from(at).unwrap_or(0), wish)).collect(),
            ends: None,
            interfered: false,
            held: false,
            offences: Vec::new(),
        }
    }

    /// Time after which nobody gives an order, in seconds after the case began.
    pub(crate) fn busy_until(&self) -> i64 {
        let wishes = self.wishes.iter().map(|(at, _)| *at);
        wishes.chain(self.ends.map(|(at, _)| at)).max().unwrap_or(0)
    }

    /// Ends a hold or a pause of automation, if the saga is over before its time.
    pub(crate) async fn goes_home(&mut self) -> Result<(), String> {
        self.wishes.clear();
        self.call(i64::MAX).await
    }

    /// Carries out the actions that are due.
    pub(crate) async fn call(&mut self, now: i64) -> Result<(), String> {
        if let Some((_, wish)) = self.ends.take_if(|(at, _)| now >= *at) {
            match wish {
                Wish::Freeze(_) => drop(thaw(&self.ground.operator, WHO, "it is over").await),
                Wish::Hold(_)
                | Wish::Abort
                | Wish::Retry
                | Wish::Waive
                | Wish::EndPursuit
                | Wish::Lesson
                | Wish::UseAgain
                | Wish::Wake => drop(self.orders(Control::Resume).await?),
            }
        }
        while self.wishes.last().is_some_and(|(at, _)| now >= *at) {
            let Some((_, wish)) = self.wishes.pop() else { break };
            self.wants(now, wish).await?;
        }
        Ok(())
    }

    async fn wants(&mut self, now: i64, wish: Wish) -> Result<(), String> {
        let deps = &self.ground.operator;
        match wish {
            // Only one at a time, so that the end belongs to this one.
            Wish::Hold(_) | Wish::Freeze(_) if self.ends.is_some() => {}
            Wish::Hold(seconds) => {
                self.held = true;
                self.ends = Some((now + i64::try_from(seconds).unwrap_or(0), wish));
                self.orders(Control::Hold).await?;
            }
            Wish::Freeze(seconds) => {
                self.held = true;
                self.ends = Some((now + i64::try_from(seconds).unwrap_or(0), wish));
                freeze(deps, WHO, "somebody looks").await.map_err(|e| format!("S18: {e}"))?;
            }
            Wish::Abort => match abort(deps, &self.saga, WHO, "it is not what was wanted").await {
                Ok(()) => self.interfered = true,
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(format!("orders: an abort: {error}")),
            },
            Wish::Retry => {
                if let Some(step) = self.open_step().await? {
                    self.orders(Control::Retry { step }).await?;
                }
            }
            Wish::Waive => {
                if let Some(step) = self.open_step().await? {
                    self.interfered |= self.orders(Control::Waive { step }).await? != Taken::Refused;
                }
            }
            Wish::EndPursuit => {
                self.interfered |= self.orders(Control::EndPursuit { step: None }).await? != Taken::Refused;
            }
            Wish::Lesson => {
                let lesson = Control::Lesson { text: "read the plan first".to_owned(), owner: None, due: None };
                self.orders(lesson).await?;
            }
            Wish::UseAgain => self.uses_again().await?,
            Wish::Wake => drop(deps.waker.wake(&self.saga).await),
        }
        Ok(())
    }

    /// Somebody who knows the answer that began the saga uses it a second time.
    async fn uses_again(&mut self) -> Result<(), String> {
        let approval_requests = &self.ground.operator.approval_requests;
        let asked = approval_requests.question(&self.saga, GO).await.map_err(|e| format!("S18: {e}"))?;
        let Some(RequestState::Used(answer)) = asked.map(|asked| asked.state) else { return Ok(()) };
        if approval_requests.use_answer(&self.saga, GO, &answer).await.is_ok() {
            self.offences.push("S11: an answer was used twice".to_owned());
        }
        Ok(())
    }

    /// The on-call engineer has read which steps are blocked, and waives them.
    pub(crate) async fn goes_on_without_what_is_blocked(&mut self) -> Result<(), String> {
        self.goes_on_without(StepState::Blocked).await
    }

    /// The same with waiting steps, which will not be done.
    pub(crate) async fn goes_on_without_what_waits(&mut self) -> Result<(), String> {
        self.goes_on_without(StepState::Waiting).await
    }

    async fn goes_on_without(&mut self, state: StepState) -> Result<(), String> {
        let seen = view(&self.ground.operator, Some(&self.saga)).await.map_err(|e| format!("S18: {e}"))?;
        let Some(seen) = seen else { return Ok(()) };
        let blocked: Vec<StepId> = seen.state.steps().filter(|(_, it)| it.state == state).map(|(id, _)| id).collect();
        self.interfered = true;
        if blocked.len() > READ_AT_MOST {
            return match abort(&self.ground.operator, &self.saga, WHO, "too much of it is left to people").await {
                Ok(()) | Err(StoreError::Refused(_)) => Ok(()),
                Err(error) => Err(format!("orders: an abort: {error}")),
            };
        }
        for step in blocked {
            self.orders(Control::Waive { step }).await?;
        }
        Ok(())
    }

    /// Gives up everything that cannot be verified stopped.
    pub(crate) async fn ends_the_pursuit(&mut self) -> Result<(), String> {
        self.interfered = true;
        self.orders(Control::EndPursuit { step: None }).await.map(drop)
    }

    /// An open step, drawn at random.
    async fn open_step(&mut self) -> Result<Option<StepId>, String> {
        let seen = view(&self.ground.operator, Some(&self.saga)).await.map_err(|e| format!("S18: {e}"))?;
        let Some(seen) = seen else { return Ok(None) };
        let open: Vec<StepId> = seen.state.steps().filter(|(_, it)| !it.state.is_settled()).map(|(id, _)| id).collect();
        Ok((!open.is_empty()).then(|| open[self.rng.random_range(0..open.len())]))
    }

    async fn orders(&mut self, control: Control) -> Result<Taken, String> {
        let told = control.to_string();
        match order(&self.ground.operator, &self.saga, control, WHO, "because", WAITS).await {
            Ok(Ordered::Taken) => Ok(Taken::Done),
            Ok(Ordered::Refused { .. }) => Ok(Taken::Refused),
            Ok(Ordered::Waiting) => Ok(Taken::Waits),
            Err(stopped) => Err(format!("orders: {told}: {stopped}")),
        }
    }
}

/// The state of an order so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Done,
    Refused,
    Waits,
}

/// Orders that nobody has taken in although the saga is over.
pub(crate) async fn lost(ground: &Ground, saga: &SagaId) -> Vec<String> {
    match ground.operator.controls.controls(saga).await {
        Ok(orders) => {
            let open = orders.into_iter().filter(|order| order.state == ControlState::Open);
            open.map(|order| format!("orders: the order to {} was lost", order.control)).collect()
        }
        Err(error) => vec![format!("S18: the orders of {saga}: {error}")],
    }
}
