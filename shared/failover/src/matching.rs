//! Finds the counterpart of each resource on the other side.
//!
//! The explicit map comes first, then the tag, then a name that is unique on both sides. Anything else is reported
//! and never guessed: a start of the wrong counterpart would process the wrong data.

use std::collections::{BTreeMap, BTreeSet};

use saga::bounds::{NAME, capped, few};
use serde::{Deserialize, Serialize};

use crate::checkpoint::{Checkpoint, Resource};
use crate::pair::Side;
use crate::resource_key::ResourceKey;

/// One line of the explicit map.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapEntry {
    /// Name of the kind, e.g. `job`.
    pub kind: String,
    /// Id on the primary.
    pub primary: String,
    /// Id on the standby.
    pub standby: String,
}

impl MapEntry {
    fn id(&self, side: Side) -> &str {
        match side {
            Side::Primary => &self.primary,
            Side::Standby => &self.standby,
        }
    }
}

/// The counterpart of a resource on the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counterpart {
    /// Exactly one was found. This is its id.
    Is(String),
    /// More than one could be meant. The text says which ones, and what to do.
    Ambiguous(String),
    /// Nothing fits. The text says what to do.
    Missing(String),
}

/// Finds the counterparts between two checkpoints.
#[derive(Debug)]
pub struct Matching<'a> {
    from: Side,
    map: &'a [MapEntry],
    there: BTreeMap<(&'a str, &'a str), &'a Resource>,
    tags_here: BTreeMap<(&'a str, &'a str), usize>,
    tags_there: BTreeMap<(&'a str, &'a str), Vec<&'a str>>,
    names_here: BTreeMap<(&'a str, &'a str), usize>,
    names_there: BTreeMap<(&'a str, &'a str), Vec<&'a str>>,
    mapped_here: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Matching<'a> {
    /// Prepares to find the counterparts of the resources of `here` in `there`.
    pub fn new(here: &'a Checkpoint, there: &'a Checkpoint, map: &'a [MapEntry]) -> Self {
        let mapped_here = map.iter().map(|e| (e.kind.as_str(), e.id(here.side))).collect();
        let mapped_there: BTreeSet<(&str, &str)> = map.iter().map(|e| (e.kind.as_str(), e.id(there.side))).collect();
        let mut matching = Self {
            from: here.side,
            map,
            there: there.resources.iter().map(|r| ((r.kind.as_str(), r.id.as_str()), r)).collect(),
            tags_here: BTreeMap::new(),
            tags_there: BTreeMap::new(),
            names_here: BTreeMap::new(),
            names_there: BTreeMap::new(),
            mapped_here,
        };
        for resource in &here.resources {
            if matching.mapped_here.contains(&(resource.kind.as_str(), resource.id.as_str())) {
                continue;
            }
            *matching.names_here.entry((&resource.kind, &resource.name)).or_default() += 1;
            if let Some(tag) = &resource.tag {
                *matching.tags_here.entry((&resource.kind, tag)).or_default() += 1;
            }
        }
        for resource in &there.resources {
            if mapped_there.contains(&(resource.kind.as_str(), resource.id.as_str())) {
                continue;
            }
            matching.names_there.entry((&resource.kind, &resource.name)).or_default().push(&resource.id);
            if let Some(tag) = &resource.tag {
                matching.tags_there.entry((&resource.kind, tag)).or_default().push(&resource.id);
            }
        }
        matching
    }

    /// Finds the counterpart of one resource.
    pub fn counterpart(&self, resource: &Resource) -> Counterpart {
        let kind = resource.kind.as_str();
        let entry = self.map.iter().find(|e| e.kind == kind && e.id(self.from) == resource.id);
        if let Some(entry) = entry {
            let id = entry.id(self.from.other());
            return if self.there.contains_key(&(kind, id)) {
                Counterpart::Is(id.to_owned())
            } else {
                Counterpart::Missing(format!(
                    "the map names {kind} {id} for {:?}, but the {} has none such: correct the [[map]] entry",
                    capped(&resource.name, NAME),
                    self.from.other()
                ))
            };
        }
        if let Some(tag) = &resource.tag {
            let here = self.tags_here.get(&(kind, tag)).copied().unwrap_or(0);
            let there = self.tags_there.get(&(kind, tag)).map_or(&[][..], Vec::as_slice);
            if let Some(counterpart) = unique(here, there, || format!("tag {tag:?} of {kind}"), kind) {
                return counterpart;
            }
        }
        let here = self.names_here.get(&(kind, resource.name.as_str())).copied().unwrap_or(0);
        let there = self.names_there.get(&(kind, resource.name.as_str())).map_or(&[][..], Vec::as_slice);
        unique(here, there, || format!("name {:?} of {kind}", capped(&resource.name, NAME)), kind).unwrap_or_else(
            || {
                Counterpart::Missing(format!(
                    "the {} has no {kind} named {:?}: deploy it there, or name its counterpart in a [[map]] entry",
                    self.from.other(),
                    capped(&resource.name, NAME)
                ))
            },
        )
    }
}

fn unique(here: usize, there: &[&str], what: impl Fn() -> String, kind: &str) -> Option<Counterpart> {
    match (here, there) {
        (_, []) => None,
        (1, [only]) => Some(Counterpart::Is((*only).to_owned())),
        (_, several) => Some(Counterpart::Ambiguous(format!(
            "{} stands for {here} here and {} there ({}): name the counterparts in [[map]] entries with kind = {kind:?}",
            what(),
            several.len(),
            few(several)
        ))),
    }
}

/// Turns a counterpart that more than one resource claims into an ambiguous one: one of the resources may have been
/// off (S15).
pub fn told_apart(resources: &[Resource], counterparts: Vec<Counterpart>) -> Vec<Counterpart> {
    let mut claims: BTreeMap<ResourceKey, Vec<&str>> = BTreeMap::new();
    for (resource, counterpart) in resources.iter().zip(&counterparts) {
        if let Counterpart::Is(id) = counterpart {
            claims.entry(ResourceKey::new(&resource.kind, id)).or_default().push(&resource.name);
        }
    }
    let judged = resources.iter().zip(counterparts).map(|(resource, counterpart)| match counterpart {
        Counterpart::Is(id) => match claims.get(&ResourceKey::new(&resource.kind, &id)) {
            Some(claimants) if claimants.len() > 1 => Counterpart::Ambiguous(format!(
                "{} {id} is the counterpart of {} at once, by map, tag or name: name each one's own in a [[map]] entry",
                resource.kind,
                few(claimants)
            )),
            Some(_) | None => Counterpart::Is(id),
        },
        Counterpart::Ambiguous(why) => Counterpart::Ambiguous(why),
        Counterpart::Missing(why) => Counterpart::Missing(why),
    });
    judged.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(id: &str, name: &str, tag: Option<&str>) -> Resource {
        Resource {
            kind: "job".to_owned(),
            id: id.to_owned(),
            name: name.to_owned(),
            tag: tag.map(str::to_owned),
            state: String::new(),
            active: true,
            starts: Vec::new(),
            not_carried: None,
            findings: Vec::new(),
            can_start: Vec::new(),
            set_back: Vec::new(),
        }
    }

    fn side(side: Side, resources: Vec<Resource>) -> Checkpoint {
        Checkpoint {
            version: crate::CHECKPOINT_VERSION,
            pair: crate::PairName::new("payments").unwrap(),
            side,
            taken_at: jiff::Timestamp::UNIX_EPOCH,
            resources,
            missing: BTreeMap::new(),
        }
    }

    fn counterparts(here: Vec<Resource>, there: Vec<Resource>, map: &[MapEntry]) -> Vec<Counterpart> {
        let (here, there) = (side(Side::Primary, here), side(Side::Standby, there));
        let matching = Matching::new(&here, &there, map);
        let counterparts = here.resources.iter().map(|resource| matching.counterpart(resource)).collect();
        told_apart(&here.resources, counterparts)
    }

    #[test]
    fn the_map_goes_before_the_tag_and_the_tag_before_the_name() {
        let here = vec![resource("1", "a", Some("t")), resource("2", "b", Some("u")), resource("3", "c", None)];
        let there = vec![resource("11", "x", Some("t")), resource("12", "y", Some("u")), resource("13", "c", None)];
        let other = resource("14", "z", None);
        let map = [MapEntry { kind: "job".to_owned(), primary: "1".to_owned(), standby: "14".to_owned() }];
        let found = counterparts(here, there.into_iter().chain([other]).collect(), &map);
        assert_eq!(found, ["14", "12", "13"].map(|id| Counterpart::Is(id.to_owned())));
    }

    #[test]
    fn a_counterpart_that_two_claim_is_nobodys_s15() {
        let here = vec![resource("1", "off", Some("t")), resource("2", "on", None), resource("3", "alone", None)];
        let there = vec![resource("11", "on", Some("t")), resource("13", "alone", None)];
        let found = counterparts(here, there, &[]);
        assert!(matches!(&found[0], Counterpart::Ambiguous(why) if why.contains("off, on")), "{found:?}");
        assert!(matches!(&found[1], Counterpart::Ambiguous(_)), "{found:?}");
        assert_eq!(found[2], Counterpart::Is("13".to_owned()));
    }
}
