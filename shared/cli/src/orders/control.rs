//! Gives a person's order to a running saga: who, why, and the result.
//!
//! Law: an order is acknowledged only when it has happened. An order that no runner has taken in yet is reported as
//! such.

use engine::Deps;
use engine::controls::{Ordered, order};
use engine::pair::pair_head;
use engine::ports::Control;
use engine::view::{View, view};
use jiff::SignedDuration;
use runtime::{Checked, Exit, Problem};
use saga::SagaId;
use serde_json::json;

use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::StoreArguments;
use crate::terminal::prompts::person;
use crate::terminal::talk::{Form, data, data_json, say};

/// An order is waited for this long, because a runner that died keeps its lease for half a minute.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// The arguments of every order to a saga.
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
}

/// Reads a reason. An empty one is refused.
pub(crate) fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("say why, for whoever reads the record".to_owned()),
        said => Ok(said.to_owned()),
    }
}

/// Gives an order to the saga. `what` makes the order from the saga as recorded.
pub(crate) fn run(
    arguments: &ControlArguments,
    form: Form,
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
        tell(form, &seen.head.saga, &words, &by, &ordered)
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
pub(crate) fn tell(form: Form, saga: &SagaId, words: &str, by: &str, ordered: &Ordered) -> Result<Exit, Problem> {
    let (state, exit) = match ordered {
        Ordered::Taken => ("taken", Exit::Fine),
        Ordered::Waiting => ("recorded", Exit::Failed),
        Ordered::Refused { code, why } => return Err(Problem::refused(code, format!("to {words} is refused: {why}"))),
    };
    if form == Form::Json {
        data_json(&json!({ "saga": saga, "order": words, "by": by, "state": state }));
    } else if *ordered == Ordered::Taken {
        data(format_args!("saga {saga}: {words}, ordered by {by}, has happened\n"));
    } else {
        data(format_args!("saga {saga}: {words}, ordered by {by}, is recorded and not taken in yet\n"));
        say("the runner that has the lease takes it in, or the next one: look with `switchback status`");
    }
    Ok(exit)
}
