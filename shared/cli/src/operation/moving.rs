//! Does the common part of `failover`, `failback` and `promote`: plan, ask, and drive until the work is in its
//! place.
//!
//! Started again, each of them goes on with the existing saga.

use std::convert::Infallible;

use engine::Deps;
use engine::pair::pair_head;
use engine::pair_status::pair_status;
use engine::ports::StoreError;
use engine::roles::ResolvedPair;
use engine::start::{StartError, start};
use engine::view::{View, view};
use engine::wake::abort;
use failover::plan::{About, GO};
use failover::text::{Detail, plan_text};
use jiff::SignedDuration;
use runtime::{Checked, Exit, Problem};
use saga::{Outcome, Plan, SagaId};

use crate::approval::answer::untaken;
use crate::approval::question::{self, ApprovalArguments, QuestionStatus, evidence, unreadable};
use crate::operation::drive::{Ended, drive, sleep};
use crate::operation::order::{Request, draft};
use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::{Others, Store, StoreArguments};
use crate::summary::first::{First, Lines};
use crate::summary::saga_summary::SagaSummary;
use crate::terminal::prompts::person;
use crate::terminal::talk::{Form, data, data_json, say};

/// Two orders within one second give their sagas the same name. The second order waits this long.
const NEXT_NAME: SignedDuration = SignedDuration::from_millis(1_100);
/// How many times an order is given if its name is taken each time.
const NAMINGS: u32 = 3;

/// The arguments of all of them: which pair, where it is recorded, and who says yes.
#[derive(Debug, clap::Args)]
pub(crate) struct MovingArguments {
    #[command(flatten)]
    pub(crate) pair: PairArguments,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    #[command(flatten)]
    approval: ApprovalArguments,
}

/// The order of one command.
pub(crate) struct Moving<'a> {
    /// Which pair, where it is recorded, and who says yes.
    pub(crate) arguments: &'a MovingArguments,
    /// The order.
    pub(crate) request: Request,
    /// The form of the report at the end.
    pub(crate) form: Form,
}

/// The next thing to do.
enum Next {
    Drive(Box<ResolvedPair>, SagaId),
    /// It is recorded and waits for its approval.
    Unapproved(Box<ResolvedPair>, SagaId),
    /// The existing saga could no longer be approved and is ended.
    OrderAnew,
}

/// Gives the order, or goes on with its saga.
pub(crate) fn run(moving: &Moving<'_>) -> Result<Exit, Problem> {
    run_beside(moving, async |_: &Deps| std::future::pending().await)
}

/// Does the same. For as long as the saga is driven, `beside` runs at the same time.
pub(crate) fn run_beside(moving: &Moving<'_>, beside: impl AsyncFn(&Deps) -> Infallible) -> Result<Exit, Problem> {
    let checked = moving.arguments.pair.read()?;
    let store = moving.arguments.store.store()?;
    place::run(async {
        let mut next = Next::OrderAnew;
        while matches!(next, Next::OrderAnew) {
            let deps = store.look(&checked).await?;
            next = match pair_head(&deps).await?.saga {
                Some(saga) => moving.resume(deps, saga, store.others()).await?,
                None => moving.order(&checked, &store, &deps).await?,
            };
        }
        match next {
            Next::Drive(deps, saga) => {
                let ended = tokio::select! {
                    biased;
                    ended = drive(&deps, &saga, store.others()) => ended?,
                    never = beside(&deps) => match never {},
                };
                moving.tell(&deps, &saga, ended).await
            }
            Next::Unapproved(deps, saga) => moving.tell(&deps, &saga, Ended::PersonNeeded).await,
            Next::OrderAnew => Err(Problem::refused("NO-SAGA", "nothing was ordered")),
        }
    })
}

/// Refuses a plan that is too old. A question on record expires in the same time.
fn refuse_old(deps: &Deps, plan: &Plan) -> Result<(), Problem> {
    let age = deps.clock.now().duration_since(plan.made_at);
    if age <= deps.settings.ask_expires {
        return Ok(());
    }
    let message = format!("the plan is {} minutes old, and much may have changed: order again", age.as_mins());
    Err(Problem::refused("NOT-APPROVED", message))
}

impl Moving<'_> {
    /// Orders a new saga. Nothing is recorded before its plan is made and a person at a terminal has approved.
    async fn order(&self, checked: &Checked, store: &Store, read_purpose: &ResolvedPair) -> Result<Next, Problem> {
        for _ in 0..NAMINGS {
            let order = self.request.order(read_purpose, &person());
            let drafted = draft(read_purpose, &order).await?;
            say(plan_text(&drafted.plan, &drafted.hash.0, Detail::Counts));
            say(evidence(&drafted.plan, &About::of(&drafted.plan).map_err(unreadable)?));
            let text = question::text(read_purpose, &drafted)?;
            let approved = self.arguments.approval.obtain(read_purpose, order.planned, &text)?;
            refuse_old(read_purpose, &drafted.plan)?;
            let deps = store.open(checked).await?;
            let saga = match start(&deps, &order, &drafted).await {
                Ok(saga) => saga,
                Err(StartError::Store(StoreError::Refused(_))) => {
                    sleep(&deps, NEXT_NAME).await;
                    continue;
                }
                Err(refused) => return Err(refused.into()),
            };
            return Ok(match approved {
                Some(approved) => {
                    approved.record(&deps, &saga).await?;
                    Next::Drive(Box::new(deps), saga)
                }
                None => Next::Unapproved(Box::new(deps), saga),
            });
        }
        Err(Problem::refused(
            "CHANGED-MEANWHILE",
            "others order for this pair at the same time: run `switchback status`",
        ))
    }

    /// Goes on with the existing saga, if it is of the same order.
    async fn resume(&self, deps: ResolvedPair, saga: SagaId, others: Others) -> Result<Next, Problem> {
        let Some(seen) = view(&deps, Some(&saga)).await? else {
            return Err(Problem::refused("NO-SAGA", format!("the pair names saga {saga}, and it is not there")));
        };
        let (leaving, planned) = (seen.about.leaving, seen.about.planned);
        let request = &self.request;
        if (leaving, planned, seen.head.kind.as_str()) != (request.leaving, request.planned, request.operation.as_str())
        {
            let how = if planned { "planned" } else { "unplanned" };
            let message = format!(
                "pair {} has the unfinished {} {saga}, {how}, from the {leaving}: give the same order again to go \
                 on with it, or end it with `switchback abort`",
                seen.pair.pair, seen.head.kind
            );
            return Err(Problem::refused("ANOTHER-SAGA", message));
        }
        if seen.state.finished().is_some() || seen.state.approval(GO).is_some() {
            say(format_args!("going on with saga {saga}"));
            return Ok(Next::Drive(Box::new(deps), saga));
        }
        self.resume_unapproved(deps, saga, &seen, others).await
    }

    async fn resume_unapproved(
        &self,
        deps: ResolvedPair,
        saga: SagaId,
        seen: &View,
        others: Others,
    ) -> Result<Next, Problem> {
        let asked = question::asked(&deps, seen).await?;
        match question::stands(&deps, seen, &asked) {
            QuestionStatus::Approved => {}
            QuestionStatus::Open => {
                say(plan_text(&seen.plan, &seen.head.plan.0, Detail::Counts));
                say(evidence(&seen.plan, &seen.about));
                match self.arguments.approval.obtain(&deps, self.request.planned, &asked.text) {
                    Err(unproven) => return Err(untaken(&deps, &asked, unproven).await),
                    Ok(Some(approved)) => approved.record(&deps, &saga).await?,
                    Ok(None) => return Ok(Next::Unapproved(Box::new(deps), saga)),
                }
            }
            QuestionStatus::Closed => {
                say(format_args!("saga {saga} can no longer be approved; nothing was begun, so it is ended"));
                abort(&deps, &saga, &person()).await?;
                return match drive(&deps, &saga, others).await? {
                    Ended::Over(_) => Ok(Next::OrderAnew),
                    Ended::PersonNeeded | Ended::Stopped => Ok(Next::Unapproved(Box::new(deps), saga)),
                };
            }
        }
        say(format_args!("going on with saga {saga}"));
        Ok(Next::Drive(Box::new(deps), saga))
    }

    /// Reports how it ended, and the next command if it did not end.
    async fn tell(&self, deps: &Deps, saga: &SagaId, ended: Ended) -> Result<Exit, Problem> {
        let seen = view(deps, Some(saga)).await?;
        let summary = seen.as_ref().map(SagaSummary::of);
        if let Some(summary) = &summary {
            if self.form == Form::Json {
                data_json(summary);
            } else {
                data(summary.text());
            }
        }
        let flags = format!("{}{}", self.arguments.store.again(), self.request.again);
        let again = self.arguments.pair.line(self.request.command, &flags);
        let approved = seen.as_ref().is_none_or(|seen| seen.state.approval(GO).is_some());
        Ok(match ended {
            Ended::Over(Outcome::Completed) => Exit::Fine,
            Ended::Over(Outcome::Aborted) => {
                say("the saga was aborted");
                let lines = Lines {
                    pair: &self.arguments.pair,
                    again: self.arguments.store.again(),
                    store: &self.arguments.store.store()?,
                };
                say(First::of(&pair_status(deps).await?, &lines).text);
                Exit::Failed
            }
            Ended::PersonNeeded if !approved => {
                let asked = seen.as_ref().and_then(|seen| seen.question.as_ref());
                say(ApprovalArguments::missing(deps, asked, &again, self.request.planned));
                Exit::PersonNeeded
            }
            Ended::PersonNeeded => {
                say(format_args!(
                    "what is told above needs a person; then run `{again}` to go on, or end the saga with \
                     `switchback abort`"
                ));
                Exit::PersonNeeded
            }
            Ended::Stopped => {
                say(format_args!("stopped; nothing is lost: run `{again}` to go on"));
                Exit::Failed
            }
        })
    }
}
