//! `switchback drill full`: moves the work to the standby, lets it stay there for a while, and moves it back.
//!
//! If no function is deployed, this process drives the drill to its end. Started again, it goes on.

use engine::Deps;
use engine::drills::{DrillOutcome, Reconciled, reconcile, results, status};
use engine::pair::pair_head;
use engine::ports::DrillRecord;
use engine::roles::ResolvedPair;
use engine::view::view;
use failover::drill::{Alarm, DrillEnd, FullDrill};
use failover::{Operation, Side};
use jiff::SignedDuration;
use runtime::{Exit, Problem};
use serde_json::json;

use crate::operation::drive::{Ended, drive, sleep};
use crate::operation::moving::{self, Moving, MovingArguments};
use crate::operation::order::Request;
use crate::place;
use crate::place::store::Store;
use crate::summary::saga_summary::SagaSummary;
use crate::terminal::talk::{Form, data, data_json, say};

/// The pause between two reads during a stay.
const LOOKS_EVERY: SignedDuration = SignedDuration::from_secs(1);
/// The pause between two reads of a drill's alarms while its way out is under way.
const ALARMS_EVERY: SignedDuration = SignedDuration::from_secs(20);

/// The arguments of `switchback drill full`.
#[derive(Debug, clap::Args)]
pub(crate) struct FullArguments {
    #[command(flatten)]
    moving: MovingArguments,
    /// Name of the drill in the records.
    #[arg(long, default_value = "by-hand")]
    name: String,
    /// How long the work stays on the standby, e.g. 2h.
    #[arg(long, value_name = "DURATION", default_value = "30m")]
    stay: SignedDuration,
    /// A signal that turns the drill back when it is degraded or down, e.g. cloudwatch_alarm/orders-late. It may be
    /// given several times.
    #[arg(long = "outcome-alarm", value_name = "SIGNAL")]
    outcome_alarms: Vec<Alarm>,
}

impl FullArguments {
    fn request(&self) -> Request {
        let alarms: String = self.outcome_alarms.iter().map(|alarm| format!(" --outcome-alarm {alarm}")).collect();
        let drill = FullDrill {
            name: self.name.clone(),
            stay_s: self.stay.as_secs(),
            outcome_alarms: self.outcome_alarms.clone(),
            period: None,
        };
        Request {
            operation: Operation::Drill,
            command: "drill full",
            leaving: Side::Primary,
            planned: true,
            lost_at: None,
            window: None,
            again: format!(" --name {} --stay {}s{alarms}", self.name, self.stay.as_secs()),
            drill: Some(drill),
        }
    }
}

/// Runs `switchback drill full`.
pub(crate) fn run(arguments: &FullArguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.moving.pair.read()?;
    let store = arguments.moving.store.store()?;
    let follow =
        || place::run(async { Follower { form, deps: store.look(&checked).await?, store: &store }.follow().await });
    if let Some(exit) = follow()? {
        return Ok(exit);
    }
    let moving = Moving { arguments: &arguments.moving, request: arguments.request(), form };
    let exit = moving::run_beside(&moving, watch)?;
    match exit {
        // The work of an aborted way out is moved back, too.
        Exit::Fine | Exit::Failed => Ok(follow()?.unwrap_or(exit)),
        Exit::Refused | Exit::PersonNeeded => Ok(exit),
    }
}

struct Follower<'a> {
    form: Form,
    deps: ResolvedPair,
    store: &'a Store,
}

impl Follower<'_> {
    /// Drives the drill under way to its end, from the end of its way out. `None` if there is no drill, or if its
    /// way out is not over.
    async fn follow(&self) -> Result<Option<Exit>, Problem> {
        let (mut drilled, mut told): (Option<DrillRecord>, Option<String>) = (None, None);
        loop {
            let head = pair_head(&self.deps).await?;
            let Some(record) = head.drill else { break };
            match &head.saga {
                // The command that ordered and approved the way out drives it.
                Some(saga) if *saga == record.out => return Ok(None),
                Some(saga) => match drive(&self.deps, saga, self.store.others()).await? {
                    Ended::Over(_) => {}
                    Ended::PersonNeeded => return self.person_needed(saga).await.map(Some),
                    Ended::Stopped => {
                        say("stopped; nothing is lost: give the same command again to go on");
                        return Ok(Some(Exit::Failed));
                    }
                },
                None => {}
            }
            let stands = status(&self.deps, &record).await?;
            if told.as_ref() != Some(&stands) {
                say(&stands);
                told = Some(stands);
            }
            drilled = Some(record);
            match reconcile(&self.deps).await? {
                Reconciled::None | Reconciled::Over(_) => break,
                Reconciled::Waits | Reconciled::Refused(_) | Reconciled::TurnsBack | Reconciled::Back(_) => {}
            }
            sleep(&self.deps, LOOKS_EVERY).await;
        }
        match drilled {
            Some(record) => self.tell(&record).await.map(Some),
            None => Ok(None),
        }
    }

    async fn person_needed(&self, saga: &saga::SagaId) -> Result<Exit, Problem> {
        if let Some(seen) = view(&self.deps, Some(saga)).await? {
            data(SagaSummary::of(&seen).text());
        }
        say("what is told above needs a person; then give the same command again to go on with the drill");
        Ok(Exit::PersonNeeded)
    }

    async fn tell(&self, record: &DrillRecord) -> Result<Exit, Problem> {
        let result = results(&self.deps).await?.into_iter().rfind(|result| result.sagas.first() == Some(&record.out));
        let Some(result) = result else {
            return Err(Problem::failed("NO-SAGA", "the drill is over, and nothing was written down of it"));
        };
        if self.form == Form::Json {
            data_json(&json!(result));
        } else {
            data(format_args!("the full drill {:?} {}\n{}\n", result.name, result.outcome.words(), result.why));
            for saga in &result.sagas {
                data(format_args!("its record: switchback report --saga {saga}\n"));
            }
        }
        Ok(match result.outcome {
            DrillOutcome::Ended(DrillEnd::Held | DrillEnd::Promoted) => Exit::Fine,
            DrillOutcome::Begun
            | DrillOutcome::Missed
            | DrillOutcome::Ended(DrillEnd::TurnedBack | DrillEnd::NotBegun | DrillEnd::Abandoned) => Exit::Failed,
        })
    }
}

/// Watches the alarms of the drill, for ever. This process drives the way out of that drill.
async fn watch(deps: &Deps) -> std::convert::Infallible {
    loop {
        // A value that cannot be read now is read at the next turn.
        reconcile(deps).await.ok();
        sleep(deps, ALARMS_EVERY).await;
    }
}
