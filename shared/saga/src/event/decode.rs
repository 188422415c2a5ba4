//! Reads an event: its tag says which group reads the rest.
//!
//! An untagged enum would try the groups one after the other, and hide the reason if none of them fits.

use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, MapDeserializer, StringDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, Visitor};
use serde_json::Value;

use super::{ControlEvent, Event, SagaEvent, StepEvent};

/// Name of the member that carries the tag.
const TAG: &str = "event";

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EventVisitor)
    }
}

struct EventVisitor;

impl<'de> Visitor<'de> for EventVisitor {
    type Value = Event;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an event of a saga")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Event, A::Error> {
        let mut before: Vec<(String, Value)> = Vec::new();
        while let Some(name) = members.next_key::<String>()? {
            if name == TAG {
                let tag: String = members.next_value()?;
                if before.is_empty() {
                    return of_group(tag, members);
                }
                while let Some(member) = members.next_entry()? {
                    before.push(member);
                }
                let rest = MapDeserializer::<_, serde_json::Error>::new(before.into_iter());
                return of_group(tag, rest).map_err(A::Error::custom);
            }
            before.push((name, members.next_value()?));
        }
        Err(A::Error::missing_field(TAG))
    }
}

fn of_group<'de, A: MapAccess<'de>>(tag: String, rest: A) -> Result<Event, A::Error> {
    let is_of = |tags: &[&str]| tags.contains(&tag.as_str());
    let (of_saga, of_step, of_control) = (is_of(SagaEvent::TAGS), is_of(StepEvent::TAGS), is_of(ControlEvent::TAGS));
    if !(of_saga || of_step || of_control) {
        return Err(A::Error::custom(format_args!("no event has the tag `{tag}`")));
    }
    let members = MapAccessDeserializer::new(Tagged { tag: Some(tag), rest });
    if of_saga {
        SagaEvent::deserialize(members).map(Event::Saga)
    } else if of_step {
        StepEvent::deserialize(members).map(Event::Step)
    } else {
        ControlEvent::deserialize(members).map(Event::Control)
    }
}

/// The members of an event with its tag in front again.
struct Tagged<A> {
    tag: Option<String>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Tagged<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        if self.tag.is_some() {
            return seed.deserialize(TAG.into_deserializer()).map(Some);
        }
        self.rest.next_key_seed(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.tag.take() {
            Some(tag) => seed.deserialize(StringDeserializer::new(tag)),
            None => self.rest.next_value_seed(seed),
        }
    }
}
