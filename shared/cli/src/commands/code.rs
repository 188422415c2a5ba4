//! `switchback code`: makes an approval code for one approver.
//!
//! The code is shown once and kept nowhere. The configuration keeps its hash.

use engine::approvals::code::{hash, make};
use runtime::{Exit, Problem};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::terminal::talk::{Form, data, data_json, say};

/// Runs `switchback code`.
pub(crate) fn run(form: Form) -> Result<Exit, Problem> {
    let cannot = |e: String| Problem::failed("NO-CHANCE", format!("no code can be made: {e}"));
    let code = make(chance().map_err(cannot)?);
    let code_hash = hash(&code, chance().map_err(cannot)?).map_err(|e| cannot(e.to_string()))?;
    // The code is shown on purpose: its owner must read it, once.
    let shown = code.expose_secret();
    if form == Form::Json {
        data_json(&json!({ "code": shown, "code_hash": code_hash }));
    } else {
        data(format_args!("{shown}\n\ncode_hash = \"{code_hash}\"\n"));
        say("give the code to the approver alone, who keeps it as a password; put code_hash into [[approver]]");
    }
    Ok(Exit::Fine)
}

/// Random bytes from the operating system.
fn chance<const N: usize>() -> Result<[u8; N], String> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|e| e.to_string())?;
    Ok(bytes)
}
