//! Verifies evidence offline: it must be whole, and it must agree with itself.

use saga::Outcome;
use serde_json::Value;

use super::canonical::{self, first_difference, line_of_log, line_of_member};
use super::holding::against_each_other;
use super::page::{page_seal, record_of_page, sealed_at};
use super::record::{RECORD_VERSION, Record};
use super::tables::{Tables, TablesError};
use super::tampering::Tampering;

/// The first bytes of a page.
const PAGE_BEGINS: &[u8] = b"<!DOCTYPE html>";

/// The result for a file without a contradiction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Id of the saga.
    pub saga: String,
    /// Name of the pair.
    pub pair: String,
    /// Kind of the saga.
    pub kind: String,
    /// Outcome of the saga.
    pub outcome: Outcome,
    /// Seal of the record, to compare with a recorded seal.
    pub seal: String,
    /// Seal of the page; `None` for a JSON file.
    pub page_seal: Option<String>,
    /// Number of lines in the log.
    pub lines: u64,
    /// Number of steps in the plan.
    pub steps: usize,
}

/// Verifies a record or a page that carries one.
///
/// `recorded` is the seal that is known from elsewhere, if it is known. `draw` draws the sealed page of a record,
/// and is called only for pages. Without `recorded` a file that was made up from beginning to end is not found out:
/// see the module.
///
/// # Errors
///
/// All contradictions, in the order of the file if they have a line. There is at least one.
pub fn verify(
    bytes: &[u8],
    recorded: Option<&str>,
    draw: &dyn Fn(&Record) -> String,
) -> Result<Verified, Vec<Tampering>> {
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let line = bytes[..e.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        vec![Tampering { line: Some(line), what: "this is no text: bytes were altered".to_owned() }]
    })?;
    if bytes.starts_with(PAGE_BEGINS) { of_page(text, recorded, draw) } else { of_record(text, recorded) }
}

fn of_record(text: &str, recorded: Option<&str>) -> Result<Verified, Vec<Tampering>> {
    let record: Record = serde_json::from_str(text).map_err(|e| vec![unreadable(text, &e)])?;
    let mut found = Vec::new();
    if record.version != RECORD_VERSION {
        let what = format!(
            "the record has version {}, this program verifies {RECORD_VERSION}: use the program of its time or a newer one",
            record.version
        );
        return Err(vec![Tampering { line: Some(2), what }]);
    }
    if let Some(line) = first_difference(text, &canonical::text(&record.written())) {
        found.push(Tampering { line: Some(line), what: "this is not how a record is written".to_owned() });
    }
    let seal = canonical::seal(&record.written());
    if seal != record.seal {
        let what = format!("the content seals to {seal}, and the record bears the seal {}", record.seal);
        found.push(Tampering { line: Some(3), what });
    }
    if let Some(recorded) = recorded.filter(|recorded| *recorded != record.seal) {
        let what =
            format!("the record bears the seal {}, and {recorded} was recorded: it is another record", record.seal);
        found.push(Tampering { line: Some(3), what });
    }
    found.extend(against_each_other(&record.facts, text));
    match Tables::of(&record.facts) {
        Ok(tables) => found.extend(differing(text, &record, tables)),
        // All other errors were reported when the facts were checked against each other.
        Err(TablesError::Line { number, why }) => {
            let what = format!("line {number} of the log cannot follow the lines before it: {why}");
            let place = usize::try_from(number).unwrap_or(usize::MAX);
            found.push(Tampering { line: line_of_log(text, place), what });
        }
        Err(TablesError::Plan(_) | TablesError::Chain(_) | TablesError::NotFinished) => {}
    }
    if !found.is_empty() {
        return Err(found);
    }
    Ok(Verified {
        saga: record.facts.saga.0,
        pair: record.facts.pair.to_string(),
        kind: record.facts.kind,
        outcome: record.facts.outcome,
        seal,
        page_seal: None,
        lines: record.tables.chain.lines,
        steps: record.tables.steps.len(),
    })
}

/// Reports the tables that do not follow from the facts.
fn differing(text: &str, record: &Record, tables: Tables) -> Vec<Tampering> {
    if tables == record.tables {
        return Vec::new();
    }
    let members = |tables: &Tables| match serde_json::to_value(tables) {
        Ok(Value::Object(members)) => members,
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) | Err(_) => {
            serde_json::Map::new()
        }
    };
    let (found, wanted) = (members(&record.tables), members(&tables));
    let made = canonical::text(&Record { tables, ..record.clone() }.written());
    let told = wanted.iter().filter(|(name, value)| found.get(*name) != Some(*value)).map(|(name, _)| {
        let begins = line_of_member(text, "tables", name);
        let other = line_of_member(&made, "tables", name);
        let line = begins.zip(other).map(|(begins, other)| {
            let rest = |text: &str, line: usize| text.lines().skip(line - 1).map(str::to_owned).collect::<Vec<_>>();
            let same =
                rest(text, begins).iter().zip(&rest(&made, other)).take_while(|(one, other)| one == other).count();
            begins + same
        });
        Tampering { line, what: format!("table {name:?} does not follow from the facts of the record") }
    });
    told.collect()
}

fn unreadable(text: &str, error: &serde_json::Error) -> Tampering {
    // A file that was cut short ends on its last line.
    let line = if error.line() == 0 { text.lines().count() } else { error.line() };
    Tampering { line: Some(line), what: format!("this is no record: {error}") }
}

fn of_page(text: &str, recorded: Option<&str>, draw: &dyn Fn(&Record) -> String) -> Result<Verified, Vec<Tampering>> {
    let mut found = Vec::new();
    match sealed_at(text) {
        Ok((line, shown)) => {
            let seal = page_seal(text);
            if seal != shown {
                let what = format!("the page seals to {seal}, and it bears the seal {shown}");
                found.push(Tampering { line: Some(line), what });
            }
        }
        Err(what) => found.push(Tampering { line: None, what }),
    }
    let (begins, json) = match record_of_page(text) {
        Ok(carried) => carried,
        Err(what) => {
            found.push(Tampering { line: None, what });
            return Err(found);
        }
    };
    let verified = match of_record(json, recorded) {
        Ok(verified) => verified,
        Err(inside) => {
            let shifted = |it: Tampering| Tampering { line: it.line.map(|line| line + begins - 1), ..it };
            found.extend(inside.into_iter().map(shifted));
            return Err(found);
        }
    };
    // The text for people must be that of the record. This finds a page that was drawn anew and sealed anew.
    if found.is_empty()
        && let Ok(record) = serde_json::from_str::<Record>(json)
        && let Some(line) = first_difference(text, &draw(&record))
    {
        let what = "this is not what the page of its record says here".to_owned();
        found.push(Tampering { line: Some(line), what });
    }
    if found.is_empty() { Ok(Verified { page_seal: Some(page_seal(text)), ..verified }) } else { Err(found) }
}
