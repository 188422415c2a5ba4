//! Simulates SQL statements that run on a warehouse.
//!
//! Law: a statement starts its warehouse and waits for it. Then it runs for a drawn time, and then it has succeeded
//! or failed. A failed statement is shown with status 200. The result is one row of one column: the literal that the
//! statement selects, else 42. A statement that names `missing` finds no table. The time that a caller waits with
//! `wait_timeout` does not elapse: a statement that would end within it on a running warehouse has ended at once.
//! Must not know: SQL.
//!
//! Source: [docs: statementexecution/executestatement, getstatement; py-sdk: service/sql.py].

use serde_json::{Value, json};

use crate::{
    json::{set, text},
    ledger::By,
    refusal::{Handled, Refusal},
    routes::Call,
    warehouses::WarehouseState,
    workspace::Workspace,
};

/// An ended statement is forgotten after this time, ms. The documentation says at least 12 hours
/// [docs: statementexecution/getstatement].
const KEPT_MS: i64 = 12 * 3_600_000;
const RUNS_MS: (i64, i64) = (500, 4_000);

#[derive(Debug, Clone)]
pub(crate) struct Statement {
    warehouse: String,
    text: String,
    lasts_ms: i64,
    began_ms: Option<i64>,
    canceled: bool,
}

impl Workspace {
    pub(crate) fn statements_run(&mut self, call: &Call) -> Handled {
        let (statement, warehouse) = (text(&call.body, "statement"), text(&call.body, "warehouse_id"));
        if statement.trim().is_empty() {
            return Err(Refusal::invalid("statement must not be empty."));
        }
        if warehouse.is_empty() {
            return Err(Refusal::invalid("warehouse_id is required."));
        }
        self.warehouse_known(warehouse)?;
        let wait_ms = wait_ms(&call.body)?;
        self.start_warehouse(warehouse, By::Itself);
        let lasts_ms = self.draw(RUNS_MS);
        let id = self.uuid();
        let runs = self.warehouse_runs(warehouse);
        let in_time = runs && wait_ms >= lasts_ms;
        let made = Statement {
            warehouse: warehouse.to_owned(),
            text: statement.to_owned(),
            lasts_ms,
            began_ms: if in_time { Some(self.now - lasts_ms) } else { None },
            canceled: !in_time && wait_ms > 0 && text(&call.body, "on_wait_timeout") == "CANCEL",
        };
        self.beside.statements.insert(id.clone(), made);
        self.statement_view(&id).ok_or_else(|| no_statement(&id))
    }

    pub(crate) fn statements_get(&mut self, call: &Call) -> Handled {
        self.statement_view(call.part(0)).ok_or_else(|| no_statement(call.part(0)))
    }

    fn warehouse_runs(&self, id: &str) -> bool {
        !self.lost && self.warehouses.get(id).is_some_and(|found| found.state == WarehouseState::Running)
    }

    fn statement_view(&mut self, id: &str) -> Option<Value> {
        let now = self.now;
        let warehouse = self.beside.statements.get(id)?.warehouse.clone();
        let runs = self.warehouse_runs(&warehouse);
        let statement = self.beside.statements.get_mut(id)?;
        if statement.began_ms.is_none() && runs {
            statement.began_ms = Some(now);
        }
        let ended_ms = statement.began_ms.map(|began| began + statement.lasts_ms);
        let state = match (statement.canceled, statement.began_ms, ended_ms) {
            (true, _, _) => "CANCELED",
            (false, None, _) => "PENDING",
            (false, Some(_), Some(ended)) if ended + KEPT_MS <= now => return None,
            (false, Some(_), Some(ended)) if ended <= now => ended_as(&statement.text),
            (false, Some(_), _) => "RUNNING",
        };
        Some(view(id, state, &statement.text))
    }
}

fn wait_ms(body: &Value) -> Result<i64, Refusal> {
    let given = match text(body, "wait_timeout") {
        "" => "10s",
        given => given,
    };
    let seconds = given.strip_suffix('s').and_then(|number| number.parse::<i64>().ok());
    match seconds {
        Some(seconds) if seconds == 0 || (5..=50).contains(&seconds) => Ok(seconds * 1_000),
        _ => Err(Refusal::invalid("wait_timeout must be 0s or from 5s to 50s.")),
    }
}

fn ended_as(statement: &str) -> &'static str {
    if statement.contains("missing") { "FAILED" } else { "SUCCEEDED" }
}

/// The literal that a statement selects; 42 if it selects none.
fn selected(statement: &str) -> String {
    let word = statement.split_whitespace().nth(1).unwrap_or_default().trim_end_matches(';');
    let quoted = word.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    match (quoted, word.parse::<f64>()) {
        (Some(text), _) => text.to_owned(),
        (None, Ok(_)) => word.to_owned(),
        (None, Err(_)) => "42".to_owned(),
    }
}

fn view(id: &str, state: &str, statement: &str) -> Value {
    let mut view = json!({ "statement_id": id, "status": { "state": state } });
    if state == "FAILED" {
        let error = json!({
            "error_code": "BAD_REQUEST",
            "message": "[TABLE_OR_VIEW_NOT_FOUND] The table or view `missing` cannot be found. SQLSTATE: 42P01",
        });
        set(&mut view, "status", json!({ "state": state, "error": error, "sql_state": "42P01" }));
    }
    if state == "SUCCEEDED" {
        let column = json!({ "name": "value", "position": 0, "type_name": "STRING", "type_text": "STRING" });
        let manifest = json!({
            "format": "JSON_ARRAY",
            "schema": { "column_count": 1, "columns": [column] },
            "chunks": [{ "chunk_index": 0, "row_offset": 0, "row_count": 1 }],
            "total_chunk_count": 1,
            "total_row_count": 1,
            "truncated": false,
        });
        set(&mut view, "manifest", manifest);
        let rows = json!([[selected(statement)]]);
        set(&mut view, "result", json!({ "chunk_index": 0, "row_offset": 0, "row_count": 1, "data_array": rows }));
    }
    view
}

fn no_statement(id: &str) -> Refusal {
    Refusal::absent(format!("The statement {id} was not found."))
}
