//! Runs a SQL statement that must succeed on the target, and may have to give a certain value (R31).
//!
//! Settings: `warehouse` (id or name), `statement`, and perhaps `expect`, the value that the first column of
//! the first row must have. People see that value, so select nothing confidential. The API gives every value
//! as a text [docs: statementexecution/executestatement].
//!
//! No call of this API carries a token, so a try whose answer was lost runs the statement again. This is
//! harmless only if the statement just reads, and its author promises that. A statement that does not begin
//! with a word that reads is refused. The statement starts a stopped warehouse, so it is never run on a
//! fenced side: such steps are planned for the target only.
//! Quirk: a failed statement comes with status 200 [docs: statementexecution/executestatement].
//! Quirk: the call answers at once (`wait_timeout` 0s) and is followed by its id, because a caller that gives
//! up before the workspace does would not know the id. A read of a statement may lag by 5 seconds.
//! Quirk: while its warehouse starts, later tries send it no other statement.

use async_trait::async_trait;
use engine::codes::ACTION_SETTINGS;
use engine::ports::{ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use saga::{Class, Code, Fault};
use serde::Deserialize;
use serde_json::{Value, json};

use super::env::ActionEnv;
use super::following::{POLL, is_out_of_patience, still_changing};
use super::settings;
use crate::call::Call;
use crate::codes;
use crate::endpoints::WAREHOUSES_LIST;
use crate::endpoints_actions::{STATEMENTS_GET, STATEMENTS_RUN};
use crate::kinds::Api;
use crate::kinds::facts::{id, text};

const NAME: &str = "statement";
/// A statement must begin with one of these words.
const READING: &[&str] = &["SELECT", "SHOW", "DESCRIBE", "EXPLAIN", "VALUES", "WITH"];
/// These words may follow WITH in Spark's syntax, and they write.
const WRITING: &[&str] = &["INSERT", "MERGE", "UPDATE"];
/// Errors that end by themselves [py-sdk: sql.ServiceErrorCode].
const PASSING: &[&str] = &[
    "ABORTED",
    "DEADLINE_EXCEEDED",
    "INTERNAL_ERROR",
    "IO_ERROR",
    "RESOURCE_EXHAUSTED",
    "SERVICE_UNDER_MAINTENANCE",
    "TEMPORARILY_UNAVAILABLE",
    "UNKNOWN",
    "WORKSPACE_TEMPORARILY_UNAVAILABLE",
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    warehouse: String,
    statement: String,
    expect: Option<Value>,
}

pub(super) struct Statement;

#[async_trait]
impl ActionKind<ActionEnv> for Statement {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Validation, reach: Reach::Workspace, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        check(NAME, settings)
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let api = &env.api(attempt.admission);
        run(NAME, api, attempt).await
    }
}

/// Checks the settings of both kinds that run a statement.
pub(super) fn check(kind: &str, settings: &Value) -> Result<(), String> {
    let read: Settings = settings::read(kind, settings)?;
    settings::filled(kind, "warehouse", &read.warehouse)?;
    if let Some(Value::Array(_) | Value::Object(_) | Value::Null) = read.expect {
        return Err(format!("action {kind}: expect is no single value: give a text, a number, or true or false"));
    }
    reads(&read.statement).map_err(|why| format!("action {kind}: {why}"))
}

/// Refuses a statement that does not begin with a word that reads.
pub(crate) fn reads(statement: &str) -> Result<(), String> {
    let words = || statement.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let is = |word: &str, list: &[&str]| list.iter().any(|known| word.eq_ignore_ascii_case(known));
    let opening = statement.trim_start().trim_start_matches('(').trim_start();
    let first = words().next().unwrap_or_default();
    if !opening.starts_with(first) || !is(first, READING) {
        let known = READING.join(", ");
        return Err(format!("the statement must only read: begin it with one of {known}, without a comment before"));
    }
    if first.eq_ignore_ascii_case("WITH") && words().any(|word| is(word, WRITING)) {
        return Err("a statement that begins with WITH must not write: leave out INSERT, MERGE and UPDATE".to_owned());
    }
    Ok(())
}

/// Runs the statement and follows it to its end.
pub(super) async fn run(kind: &str, api: &Api<'_>, attempt: &Attempt<'_>) -> Result<String, Fault> {
    let settings: Settings = settings::of_step(kind, &attempt.detail.settings)?;
    reads(&settings.statement).map_err(|why| Fault::person_needed(ACTION_SETTINGS, why))?;
    match ran(api, &settings.warehouse, &settings.statement, "0s").await? {
        Ran::Succeeded { made, answer } => judged(&settings, &made, &answer),
        Ran::Waits(said) | Ran::Lasts(said) => Err(still_changing(said)),
    }
}

/// The result of a statement.
pub(crate) enum Ran {
    /// It succeeded.
    Succeeded {
        /// Id of the statement.
        made: String,
        /// The last answer of the API.
        answer: Value,
    },
    /// Its warehouse is not up yet. The text is the reason, in one line.
    Waits(String),
    /// It runs, and has not ended in good time. The text says so, in one line.
    Lasts(String),
}

/// Runs a statement on a warehouse, given by its id or name, and follows it for a while. The call itself
/// waits for `wait`: `0s`, or from `5s` to `50s` [docs: statementexecution/executestatement].
pub(crate) async fn ran(api: &Api<'_>, warehouse_named: &str, statement: &str, wait: &str) -> Result<Ran, Fault> {
    let (warehouse, state) = warehouse(api, warehouse_named).await?;
    if state == "STARTING" {
        return Ok(Ran::Waits(format!("warehouse {warehouse_named:?} is STARTING")));
    }
    let begun = api.now();
    let body = json!({
        "warehouse_id": warehouse,
        "statement": statement,
        "wait_timeout": wait,
        "on_wait_timeout": "CONTINUE",
        "disposition": "INLINE",
        "format": "JSON_ARRAY",
    });
    let mut answer = api.call(&Call::to(STATEMENTS_RUN).body(body)).await?;
    let made = id(&answer, "statement_id").ok_or_else(|| not_told("a statement came without its statement_id"))?;
    loop {
        let still = |state: &str| format!("statement {made} is still {state} on warehouse {warehouse}");
        match answer.pointer("/status/state").and_then(Value::as_str) {
            Some("PENDING" | "RUNNING") if !is_out_of_patience(api, begun) => api.pause(POLL).await,
            Some(state @ "PENDING") => return Ok(Ran::Waits(still(state))),
            Some(state @ "RUNNING") => return Ok(Ran::Lasts(still(state))),
            Some("SUCCEEDED" | "CLOSED") => return Ok(Ran::Succeeded { made, answer }),
            Some("FAILED") => return Err(failed(&made, &answer)),
            Some(state) => return Err(not_told(format!("statement {made} is {state}, without a result"))),
            None => return Err(not_told(format!("statement {made} came without its state"))),
        }
        answer = api.call(&Call::to(STATEMENTS_GET).of(&made)).await?;
    }
}

fn not_told(said: impl Into<String>) -> Fault {
    Fault::again(codes::NOT_JSON, said)
}

fn failed(made: &str, answer: &Value) -> Fault {
    let error = answer.pointer("/status/error").unwrap_or(&Value::Null);
    let (code, message) = (text(error, "error_code"), text(error, "message"));
    let said = crate::scrub::scrub(&format!("statement {made} failed: {code} {message}"), &[]);
    if PASSING.contains(&code) {
        return Fault::again(codes::SERVER_ERROR, said);
    }
    Fault::person_needed(codes::STATEMENT_FAILED, said)
}

fn judged(settings: &Settings, made: &str, answer: &Value) -> Result<String, Fault> {
    let Some(expected) = settings.expect.as_ref().map(plain) else {
        return Ok(format!("statement {made} succeeded"));
    };
    // It succeeded, and its result can no longer be read [docs: statementexecution/getstatement].
    if answer.pointer("/status/state").and_then(Value::as_str) == Some("CLOSED") {
        return Err(not_told(format!("statement {made} is CLOSED, without a result")));
    }
    let found = answer.pointer("/result/data_array/0/0");
    match found.map(plain) {
        Some(found) if found == expected => Ok(format!("statement {made} gave {found}, as expected")),
        Some(found) => Err(unexpected(made, &format!("{found} where {expected} was expected"))),
        None => Err(unexpected(made, &format!("no row where {expected} was expected"))),
    }
}

fn unexpected(made: &str, what: &str) -> Fault {
    let code: Code = codes::UNEXPECTED_ANSWER;
    Fault::person_needed(code, crate::scrub::scrub(&format!("statement {made} gave {what}"), &[]))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Id and state of the warehouse with this id, or of the only one with this name.
async fn warehouse(api: &Api<'_>, named: &str) -> Result<(String, String), Fault> {
    let listed = api.all(&Call::to(WAREHOUSES_LIST).with("page_size", 100), "warehouses").await?;
    let with = |key: &str| listed.iter().filter(|found| text(found, key) == named).collect::<Vec<_>>();
    let found = match with("id").as_slice() {
        [] => with("name"),
        one => one.to_vec(),
    };
    match found.as_slice() {
        [one] => Ok((text(one, "id").to_owned(), text(one, "state").to_owned())),
        [] => {
            let said = format!("there is no warehouse {named:?} here: deploy it, or correct the setting");
            Err(Fault::person_needed(codes::NOT_FOUND, said))
        }
        several => {
            let said = format!("{} warehouses are named {named:?}: name the id of one", several.len());
            Err(Fault::person_needed(engine::codes::AMBIGUOUS_MATCH, said))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reads_is_let_through() {
        for statement in [
            "SELECT 1",
            " select\n1",
            "(SELECT 1) UNION (SELECT 2)",
            "with a AS (SELECT 1) SELECT * FROM a",
            "SHOW TABLES",
        ] {
            assert_eq!(reads(statement), Ok(()), "{statement}");
        }
        for statement in [
            "",
            "DROP TABLE a",
            "-- SELECT\nDROP TABLE a",
            "SELECTED",
            "WITH a AS (SELECT 1) INSERT INTO b",
            "; SELECT 1",
        ] {
            assert!(reads(statement).is_err(), "{statement}");
        }
    }

    #[test]
    fn an_error_that_passes_is_tried_again_and_another_needs_a_person() {
        let answer = |code: &str| json!({ "status": { "state": "FAILED", "error": { "error_code": code } } });
        assert_eq!(failed("s", &answer("IO_ERROR")).code, codes::SERVER_ERROR);
        assert_eq!(failed("s", &answer("BAD_REQUEST")).code, codes::STATEMENT_FAILED);
    }
}
