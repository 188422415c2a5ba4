//! `switchback verdict`: shows the verdict over all signals, and every signal. It only reads.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use engine::detection::{case_of, decisions};
use failover::Side;
use failover::verdict::{Agreement, Verdict, sentences};
use runtime::{Exit, Problem};
use serde_json::json;

use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::StoreArguments;
use crate::terminal::talk::{Form, data, data_json};

/// How many of people's last decisions are shown.
const TOLD: usize = 5;

/// The arguments of `switchback verdict`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
}

/// Runs `switchback verdict`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let verdict = case_of(&deps).await?;
        let decisions = decisions(&deps).await?;
        let lines = sentences(&verdict);
        if form == Form::Json {
            data_json(&json!({ "verdict": verdict, "sentences": lines, "decisions": decisions }));
            return Ok(Exit::Fine);
        }
        data(format_args!("{}\n", lines.join("\n")));
        if let Some(table) = table(&verdict) {
            data(format_args!("\n{table}\n"));
        }
        for decision in decisions.iter().rev().take(TOLD).rev() {
            data(format_args!("\n{:.0}: {} by {} {}", decision.at, decision.what, decision.by, decision.why));
        }
        data(if decisions.is_empty() { "" } else { "\n" });
        Ok(Exit::Fine)
    })
}

/// All signals as a table. `None` if there is no signal.
fn table(verdict: &Verdict) -> Option<String> {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(["side", "who", "source", "about", "reads", "since", "says"]);
    let sides = [(verdict.side, &verdict.origins), (verdict.side.other(), &verdict.other_side)];
    for (side, origins) in sides {
        origins.iter().for_each(|agreement| rows(&mut table, side, agreement));
    }
    (table.row_iter().count() > 0).then(|| table.trim_fmt())
}

fn rows(table: &mut Table, side: Side, agreement: &Agreement) {
    for evidence in &agreement.evidence {
        let since = format!("{:.0}", evidence.since);
        table.add_row([
            side.as_str(),
            agreement.origin.as_str(),
            &evidence.source,
            &evidence.subject,
            evidence.reading.as_str(),
            &since,
            &evidence.text,
        ]);
    }
    if agreement.more > 0 {
        let says = format!("{} more, {} of them against it", agreement.more, agreement.more_bad);
        table.add_row([side.as_str(), agreement.origin.as_str(), "", "", "", "", &says]);
    }
}
