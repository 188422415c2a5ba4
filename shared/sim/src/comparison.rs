//! Compares two inventories field by field.
//!
//! Law: the same two inventories give the same differences in the same order: by kind, id and field. A member of
//! an object or an element of an array that only one of the two has is a difference of its own. The `name` that
//! every thing carries for people is not compared. A name that can be changed is among the settings as well.
//! Must not know: what a field means, and which differences are wanted.

use std::fmt;

use serde_json::Value;

use crate::{inventory::Inventory, json::text};

/// Number of characters of a value that a line shows. A difference itself holds the whole value.
const SHOWN: usize = 60;
/// Number of names that a line shows.
const NAMED: usize = 3;

/// One difference between two inventories.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The kind of the thing, e.g. `job`.
    pub kind: String,
    /// Id of the thing.
    pub id: String,
    /// Name of the thing after the change, or before it if the thing is gone.
    pub name: String,
    /// The change of the thing.
    pub what: Changed,
}

/// The change of a thing.
#[derive(Debug, Clone, PartialEq)]
pub enum Changed {
    /// It was not there before.
    Added,
    /// It is no longer there.
    Removed,
    /// One field of it differs.
    Field {
        /// The field as a JSON pointer [RFC 6901], e.g. `/settings/max_concurrent_runs`.
        pointer: String,
        /// Its value before; `None` if there was none.
        before: Option<Value>,
        /// Its value after; `None` if there is none.
        after: Option<Value>,
    },
}

/// Writes `added`, `removed`, or the field with both values.
impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Changed::Added => f.write_str("added"),
            Changed::Removed => f.write_str("removed"),
            Changed::Field { pointer, before, after } => write!(f, "{pointer}: {} -> {}", short(before), short(after)),
        }
    }
}

/// Writes e.g. `job 17 "orders-ingest" /settings/max_concurrent_runs: 1 -> 6`.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?} {}", self.kind, self.id, self.name, self.what)
    }
}

fn short(value: &Option<Value>) -> String {
    let Some(value) = value else { return "nothing".to_owned() };
    let whole = value.to_string();
    if whole.chars().count() <= SHOWN {
        return whole;
    }
    whole.chars().take(SHOWN).chain(['…']).collect()
}

/// All differences between two inventories.
#[must_use]
pub fn compare(before: &Inventory, after: &Inventory) -> Vec<Difference> {
    let mut differences = Vec::new();
    let keys: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for key in keys {
        let (earlier, later) = (before.get(key), after.get(key));
        let name = later.or(earlier).map_or("", |thing| text(thing, "name"));
        let mut tell = |what| {
            let (kind, id) = key.clone();
            differences.push(Difference { kind, id, name: name.to_owned(), what });
        };
        match (earlier, later) {
            (None, _) => tell(Changed::Added),
            (_, None) => tell(Changed::Removed),
            (Some(earlier), Some(later)) => fields(earlier, later, &mut tell),
        }
    }
    differences
}

fn fields(earlier: &Value, later: &Value, tell: &mut impl FnMut(Changed)) {
    let mut found = Vec::new();
    walk(Some(earlier), Some(later), String::new(), &mut found);
    for (pointer, before, after) in found {
        if pointer != "/name" {
            tell(Changed::Field { pointer, before, after });
        }
    }
}

type Found = (String, Option<Value>, Option<Value>);

fn walk(before: Option<&Value>, after: Option<&Value>, at: String, found: &mut Vec<Found>) {
    match (before, after) {
        (Some(earlier), Some(later)) if earlier == later => {}
        (Some(Value::Object(earlier)), Some(Value::Object(later))) => {
            let keys: std::collections::BTreeSet<&String> = earlier.keys().chain(later.keys()).collect();
            for key in keys {
                let escaped = key.replace('~', "~0").replace('/', "~1");
                walk(earlier.get(key), later.get(key), format!("{at}/{escaped}"), found);
            }
        }
        (Some(Value::Array(earlier)), Some(Value::Array(later))) => {
            for index in 0..earlier.len().max(later.len()) {
                walk(earlier.get(index), later.get(index), format!("{at}/{index}"), found);
            }
        }
        (before, after) => found.push((at, before.cloned(), after.cloned())),
    }
}

/// The differences as lines. Equal differences of several things of one kind share a line, which
/// has their number and some of their names. The lines are in the order of their first differences.
#[must_use]
pub fn gathered(differences: &[Difference]) -> Vec<String> {
    let mut lines: Vec<(&Difference, Vec<&str>)> = Vec::new();
    for difference in differences {
        let same =
            |(first, _): &&mut (&Difference, Vec<&str>)| first.kind == difference.kind && first.what == difference.what;
        match lines.iter_mut().find(same) {
            Some((_, names)) => names.push(&difference.name),
            None => lines.push((difference, vec![&difference.name])),
        }
    }
    lines.into_iter().map(|(first, names)| line(first, &names)).collect()
}

fn line(first: &Difference, names: &[&str]) -> String {
    if names.len() == 1 {
        return first.to_string();
    }
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("{name:?}")).collect();
    let more = match names.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{} {}s {}: {}{more}", names.len(), first.kind, first.what, shown.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inventory(things: &[(&str, &str, Value)]) -> Inventory {
        things.iter().map(|(kind, id, value)| (((*kind).to_owned(), (*id).to_owned()), value.clone())).collect()
    }

    fn job(name: &str, limit: i64) -> Value {
        json!({ "name": name, "settings": { "name": name, "max_concurrent_runs": limit } })
    }

    #[test]
    fn what_is_equal_differs_in_nothing() {
        let one = inventory(&[("job", "17", job("orders", 1))]);
        assert!(compare(&one, &one).is_empty());
        assert!(gathered(&[]).is_empty());
    }

    #[test]
    fn additions_removals_and_fields_come_in_the_order_of_kind_id_and_field() {
        let before = inventory(&[
            ("warehouse", "a", json!({ "name": "gone" })),
            ("job", "17", json!({ "name": "orders", "settings": { "tags": { "a/b": 1 }, "tasks": [1, 2], "x": 1 } })),
        ]);
        let after = inventory(&[
            ("job", "17", json!({ "name": "orders", "settings": { "tags": { "a/b": 2 }, "tasks": [1], "y": null } })),
            ("alert", "z", json!({ "name": "new" })),
        ]);
        let told: Vec<String> = compare(&before, &after).iter().map(Difference::to_string).collect();
        let expected = [
            r#"alert z "new" added"#,
            r#"job 17 "orders" /settings/tags/a~1b: 1 -> 2"#,
            r#"job 17 "orders" /settings/tasks/1: 2 -> nothing"#,
            r#"job 17 "orders" /settings/x: 1 -> nothing"#,
            r#"job 17 "orders" /settings/y: nothing -> null"#,
            r#"warehouse a "gone" removed"#,
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_new_name_is_told_once_and_a_long_value_is_cut_only_where_it_is_shown() {
        let long = "ä".repeat(200);
        let before = inventory(&[("job", "17", job("orders", 1))]);
        let after = inventory(&[("job", "17", job(&long, 1))]);
        let differences = compare(&before, &after);
        assert_eq!(differences.len(), 1);
        assert!(differences[0].to_string().ends_with('…'));
        let whole = Changed::Field {
            pointer: "/settings/name".to_owned(),
            before: Some(json!("orders")),
            after: Some(json!(long)),
        };
        assert_eq!(differences[0].what, whole);
    }

    #[test]
    fn a_pointer_leads_to_the_field() {
        let before = json!({ "name": "n", "a~b": [{ "c/d": 1 }] });
        let after = json!({ "name": "n", "a~b": [{ "c/d": 2 }] });
        let found = compare(&inventory(&[("job", "1", before)]), &inventory(&[("job", "1", after.clone())]));
        let Changed::Field { pointer, after: told, .. } = &found[0].what else { panic!("{found:?}") };
        assert_eq!(after.pointer(pointer), told.as_ref());
    }

    #[test]
    fn equal_differences_are_one_line_with_three_names() {
        let names = ["a", "b", "c", "d", "e"];
        let of = |limit: i64, but: i64| {
            let things = names.iter().zip(1..).map(|(name, id): (_, i64)| {
                (("job".to_owned(), id.to_string()), job(name, if id == 5 { but } else { limit }))
            });
            things.collect::<Inventory>()
        };
        let lines = gathered(&compare(&of(1, 1), &of(0, 6)));
        let expected = [
            r#"4 jobs /settings/max_concurrent_runs: 1 -> 0: "a", "b", "c" and 1 more"#,
            r#"job 5 "e" /settings/max_concurrent_runs: 1 -> 6"#,
        ];
        assert_eq!(lines, expected);
    }
}
