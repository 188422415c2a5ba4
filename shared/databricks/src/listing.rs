//! Reads a page of a listing element by element, and keeps only the needed part of each element.
//!
//! Law: the rest is skipped where it is and never held, so a page only costs the memory of the part that is
//! kept (S26). The kept part is the same that a reading of the whole page would give.
//! Must not know: any endpoint, any kind.

use std::fmt;

use saga::Fault;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The members of a value that are read. For an array it is the shape of each element.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// The whole value.
    Whole,
    /// These members, each whole.
    Members(&'static [&'static str]),
    /// These members, each in its own shape.
    Each(&'static [(&'static str, Shape)]),
}

impl Shape {
    /// The shape of a member; `None` if the member is not read.
    fn of(&self, member: &str) -> Option<Shape> {
        match self {
            Shape::Whole => Some(Shape::Whole),
            Shape::Members(names) => names.contains(&member).then_some(Shape::Whole),
            Shape::Each(shapes) => shapes.iter().find(|(name, _)| *name == member).map(|(_, shape)| *shape),
        }
    }
}

/// The content of a page besides its elements.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The token of the next page; empty if the page names none.
    pub(crate) next: String,
    /// Whether the value in the place of the elements is neither a list nor null.
    pub(crate) is_no_list: bool,
    /// The first fault that `kept` returned for an element.
    pub(crate) fault: Option<Fault>,
}

/// Reads one page and adds the results of `kept` to `found`. Returns `None` if the body is no JSON object.
pub(crate) fn read<T>(
    body: &[u8],
    items: &str,
    shape: Shape,
    found: &mut Vec<T>,
    kept: &mut impl FnMut(Value) -> Result<T, Fault>,
) -> Option<Page> {
    let mut page = Page::default();
    let before = found.len();
    let mut json = serde_json::Deserializer::from_slice(body);
    let reading = Reading { items, shape, before, found, kept, page: &mut page };
    json.deserialize_map(reading).and_then(|()| json.end()).ok()?;
    Some(page)
}

struct Reading<'a, T, F> {
    items: &'a str,
    shape: Shape,
    before: usize,
    found: &'a mut Vec<T>,
    kept: &'a mut F,
    page: &'a mut Page,
}

impl<'de, T, F: FnMut(Value) -> Result<T, Fault>> Visitor<'de> for Reading<'_, T, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let is_known = |name: &str| (name == self.items || name == "next_page_token").then(|| name == self.items);
        while let Some(known) = map.next_key_seed(Name(is_known))? {
            match known {
                Some(true) => {
                    // If a name comes twice, the last one counts.
                    self.found.truncate(self.before);
                    let (found, kept) = (&mut *self.found, &mut *self.kept);
                    map.next_value_seed(Elements { shape: self.shape, found, kept, page: &mut *self.page })?;
                }
                Some(false) => {
                    let token: Value = map.next_value()?;
                    self.page.next = token.as_str().unwrap_or_default().to_owned();
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Elements<'a, T, F> {
    shape: Shape,
    found: &'a mut Vec<T>,
    kept: &'a mut F,
    page: &'a mut Page,
}

impl<'de, T, F: FnMut(Value) -> Result<T, Fault>> DeserializeSeed<'de> for Elements<'_, T, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<T, F> Elements<'_, T, F> {
    fn none(self, is_no_list: bool) {
        self.page.is_no_list = is_no_list;
        self.page.fault = None;
    }
}

impl<'de, T, F: FnMut(Value) -> Result<T, Fault>> Visitor<'de> for Elements<'_, T, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let mut fault = None;
        while let Some(element) = elements.next_element_seed(Trimmed(self.shape))? {
            if fault.is_none() {
                match (self.kept)(element) {
                    Ok(kept) => self.found.push(kept),
                    Err(why) => fault = Some(why),
                }
            }
        }
        self.page.is_no_list = false;
        self.page.fault = fault;
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.none(false);
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.none(true);
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.none(true);
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.none(true);
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.none(true);
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.none(true);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.none(true);
        Ok(())
    }
}

/// Reads the name of a member without storing it.
struct Name<F>(F);

impl<'de, R, F: FnOnce(&str) -> R> DeserializeSeed<'de> for Name<F> {
    type Value = R;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<R, D::Error> {
        from.deserialize_str(self)
    }
}

impl<R, F: FnOnce(&str) -> R> Visitor<'_> for Name<F> {
    type Value = R;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<R, E> {
        Ok((self.0)(name))
    }
}

/// Reads a value and keeps only its shape.
struct Trimmed(Shape);

impl<'de> DeserializeSeed<'de> for Trimmed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        match self.0 {
            Shape::Whole => serde::Deserialize::deserialize(from),
            Shape::Members(_) | Shape::Each(_) => from.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Trimmed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(element) = elements.next_element_seed(Trimmed(self.0))? {
            all.push(element);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        let read = |name: &str| self.0.of(name).map(|shape| (name.to_owned(), shape));
        while let Some(known) = map.next_key_seed(Name(read))? {
            match known {
                Some((name, shape)) => drop(members.insert(name, map.next_value_seed(Trimmed(shape))?)),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use saga::Code;
    use serde_json::json;

    use super::*;

    const JOB: Shape = Shape::Each(&[
        ("job_id", Shape::Whole),
        ("settings", Shape::Each(&[("name", Shape::Whole), ("tasks", Shape::Members(&["existing_cluster_id"]))])),
    ]);

    fn read_all(body: &Value, shape: Shape) -> (Option<Page>, Vec<Value>) {
        let mut found = vec![json!("of a page before")];
        let page = read(body.to_string().as_bytes(), "jobs", shape, &mut found, &mut Ok);
        (page, found.split_off(1))
    }

    #[test]
    fn of_each_element_only_its_shape_is_kept() {
        let task = json!({ "existing_cluster_id": "c", "notebook_task": { "path": ["/a"] } });
        let job =
            json!({ "job_id": 7, "has_more": false, "settings": { "name": "n", "tags": {}, "tasks": [task, null] } });
        let page = json!({ "a": [{ "b": 1 }], "jobs": [job, { "settings": 1.5 }], "next_page_token": "t" });
        let (read, found) = read_all(&page, JOB);
        assert_eq!(read.unwrap().next, "t");
        let tasks = json!([{ "existing_cluster_id": "c" }, null]);
        assert_eq!(
            found,
            [json!({ "job_id": 7, "settings": { "name": "n", "tasks": tasks } }), json!({ "settings": 1.5 })]
        );
        assert_eq!(read_all(&page, Shape::Whole).1, page["jobs"].as_array().unwrap().clone());
        assert_eq!(read_all(&page, Shape::Members(&["job_id"])).1, [json!({ "job_id": 7 }), json!({})]);
    }

    #[test]
    fn what_is_no_list_is_told_and_what_is_absent_is_none() {
        for body in [json!({}), json!({ "jobs": null }), json!({ "jobs": [], "next_page_token": 5 })] {
            let (page, found) = read_all(&body, JOB);
            let page = page.unwrap();
            assert!(!page.is_no_list && page.next.is_empty() && found.is_empty(), "{body}");
        }
        for items in [json!(true), json!(-1), json!(1), json!(1.5), json!("a"), json!({ "a": [1] })] {
            assert!(read_all(&json!({ "jobs": items }), JOB).0.unwrap().is_no_list, "{items}");
        }
    }

    #[test]
    fn what_is_no_object_is_no_page() {
        for body in ["", "[]", "null", "{", r#"{"jobs":[{"job_id":1}"#, "{} {}"] {
            assert!(read(body.as_bytes(), "jobs", JOB, &mut Vec::new(), &mut Ok).is_none(), "{body}");
        }
    }

    #[test]
    fn the_first_fault_counts_and_of_a_name_that_comes_twice_the_last() {
        let fault = |element: &Value| Fault::again(Code::new("SOME-CODE"), element.to_string());
        let mut refused = |element: Value| Err::<Value, _>(fault(&element));
        let page = read(br#"{"jobs":[1,2]}"#, "jobs", Shape::Whole, &mut Vec::new(), &mut refused).unwrap();
        assert_eq!(page.fault, Some(fault(&json!(1))));
        let mut found = Vec::new();
        read(br#"{"jobs":[1,2],"jobs":[3]}"#, "jobs", Shape::Whole, &mut found, &mut Ok).unwrap();
        assert_eq!(found, [json!(3)]);
    }
}
