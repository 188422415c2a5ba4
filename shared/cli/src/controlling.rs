//! Gives a person's order to a running saga: who, why, which step, and the result.
//!
//! Law: an order is acknowledged only when it has happened. An order that no runner has taken in yet is reported as
//! such.

use engine::Deps;
use engine::controls::{Ordered, order, step_named};
use engine::pair::pair_head;
use engine::ports::Control;
use engine::view::{View, view};
use jiff::SignedDuration;
use rim::{Checked, Exit, Problem};
use saga::bounds::few_of;
use saga::{SagaId, Step, StepId};
use serde_json::json;

use crate::ordering::person;
use crate::place::{self, PairArguments, StoreArguments};
use crate::proving::typed;
use crate::standing::LISTED;
use crate::talk::{data, data_json, say};

/// An order is waited for this long, because a runner that died keeps its lease for half a minute.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

#[derive(Debug, clap::Args)]
pub(crate) struct ControlArguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// The reason, for the record.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    why: String,
    /// The person who orders it, for the record. By default the one who is signed in on this machine.
    #[arg(long, value_name = "PERSON")]
    by: Option<String>,
    /// The saga. By default the pair's unfinished one.
    #[arg(long)]
    saga: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct StepArguments {
    /// The step as `switchback status` numbers it: stage.number.
    #[arg(value_name = "STEP")]
    step: Option<String>,
    /// The kind of the step, with --name. It replaces the number.
    #[arg(long, requires = "name", conflicts_with = "step")]
    kind: Option<String>,
    /// The name or id of the step's resource.
    #[arg(long, requires = "kind")]
    name: Option<String>,
}

/// Reads a reason. An empty one is refused.
pub(crate) fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("say why, for whoever reads the record".to_owned()),
        said => Ok(said.to_owned()),
    }
}

impl StepArguments {
    /// Finds the step in the plan.
    pub(crate) fn find(&self, seen: &View) -> Result<StepId, Problem> {
        let none = |what: String| Problem::refused("NO-STEP", what);
        if let (Some(kind), Some(name)) = (&self.kind, &self.name) {
            return match step_named(&seen.plan, &seen.state, kind, name).as_slice() {
                [one] => Ok(*one),
                [] => Err(none(format!("no open step of saga {} is of kind {kind} named {name:?}", seen.plan.saga))),
                several => {
                    let numbers = several.iter().map(ToString::to_string);
                    Err(none(format!("several are meant: name one of the steps {}", few_of(numbers, LISTED, ", "))))
                }
            };
        }
        let number = self.step.as_deref().unwrap_or_default();
        let parsed = number
            .split_once('.')
            .and_then(|(stage, number)| Some(StepId { stage: stage.parse().ok()?, number: number.parse().ok()? }));
        let step = parsed
            .ok_or_else(|| none(format!("{number:?} names no step: write stage.number, or --kind and --name")))?;
        let there = seen.plan.step(step).map(|_| step);
        there.ok_or_else(|| none(format!("the plan of saga {} has no step {step}", seen.plan.saga)))
    }
}

/// Gives an order to the saga. `what` makes the order from the saga as recorded.
pub(crate) fn run(
    arguments: &ControlArguments,
    what: impl AsyncFnOnce(&Checked, &View) -> Result<Control, Problem>,
) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let seen = seen(&deps, arguments.saga.as_deref()).await?;
        let control = what(&checked, &seen).await?;
        let by = arguments.by.clone().unwrap_or_else(person);
        let words = control.to_string();
        let ordered = order(&deps, &seen.head.saga, control, &by, &arguments.why, PATIENCE).await?;
        tell(arguments.json, &seen.head.saga, &words, &by, &ordered)
    })
}

/// The named saga, or else the unfinished one.
pub(crate) async fn seen(deps: &Deps, named: Option<&str>) -> Result<View, Problem> {
    let pair = pair_head(deps).await?;
    let none = |what: String| Problem::refused("NO-SAGA", what);
    let saga = named.map(|saga| SagaId(saga.to_owned())).or(pair.saga);
    let saga = saga.ok_or_else(|| none(format!("pair {} has no unfinished saga", pair.pair)))?;
    let seen = view(deps, Some(&saga)).await?.filter(|seen| seen.head.pair == deps.pair.name);
    seen.ok_or_else(|| none(format!("pair {} has no saga {saga}", deps.pair.name)))
}

/// Reports the result of an order.
pub(crate) fn tell(as_json: bool, saga: &SagaId, words: &str, by: &str, ordered: &Ordered) -> Result<Exit, Problem> {
    let (state, exit) = match ordered {
        Ordered::Taken => ("taken", Exit::Fine),
        Ordered::Waiting => ("recorded", Exit::Failed),
        Ordered::Refused { code, why } => return Err(Problem::refused(code, format!("to {words} is refused: {why}"))),
    };
    if as_json {
        data_json(&json!({ "saga": saga, "order": words, "by": by, "state": state }));
    } else if *ordered == Ordered::Taken {
        data(format_args!("saga {saga}: {words}, ordered by {by}, has happened\n"));
    } else {
        data(format_args!("saga {saga}: {words}, ordered by {by}, is recorded and not taken in yet\n"));
        say("the runner that has the lease takes it in, or the next one: look with `switchback status`");
    }
    Ok(exit)
}

/// Asks for the pair's name, to confirm a decision that cannot be taken back.
pub(crate) fn names_pair(checked: &Checked, named: Option<&str>, what: &str) -> Result<(), Problem> {
    let pair = checked.pair.as_str();
    let ask = || typed(&format!("Type the pair's name, {pair}, to {what}; anything else changes nothing:"));
    match named.map(str::to_owned).or_else(ask) {
        Some(name) if name == pair => Ok(()),
        Some(_) => Err(Problem::refused("NOT-APPROVED", format!("that is not {pair}: nothing was changed"))),
        None => Err(Problem::refused("NOT-APPROVED", format!("name the pair with --pair {pair} to {what}"))),
    }
}

/// A step in words.
pub(crate) fn words(step: &Step) -> String {
    format!("{} {:?} on the {} -> {}", step.kind, step.name, step.place, step.want)
}
