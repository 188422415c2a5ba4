//! S21: what a death makes happen twice is at most what was in flight and what was not on record yet.
//!
//! Counted against a run without the death, so only where nothing outside happens at a time of its own: a region
//! that returns, or an alarm that rises, finds another saga where a runner has died before.

use std::collections::BTreeMap;

use local::stack::sabotage::{Crossing, Phase};

/// What was sent twice after a death, and how much of it the law allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Redo {
    /// Effects more than in a run without the death.
    pub(crate) repeated: usize,
    /// Changing calls of the dead process that no completed write can have put on record.
    pub(crate) open: usize,
}

impl Redo {
    /// What followed a death at `death`, against a calm run.
    pub(crate) fn of(calm: &[Crossing], seen: &[Crossing], death: &Crossing) -> Self {
        let (before, after) = (effects(calm), effects(seen));
        let more = |(what, count): (&&str, &usize)| count.saturating_sub(before.get(what).copied().unwrap_or_default());
        Self { repeated: after.iter().map(more).sum(), open: open(seen, death) }
    }
}

/// After no death more was repeated than it left open; says the most.
pub(crate) fn little_is_redone(name: &str, redone: &BTreeMap<Crossing, Redo>) {
    let most = redone.values().max().copied().unwrap_or_default();
    println!("{name}: at most {} calls repeated, by a death that left {} open", most.repeated, most.open);
    let left = redone.values().filter(|redo| redo.open > 0).count();
    assert!(left > 0, "no death left anything open");
    let too_many: Vec<_> = redone.iter().filter(|(_, redo)| redo.repeated > redo.open).collect();
    assert!(too_many.is_empty(), "S21: {too_many:#?}");
}

/// Every request to a workspace that may change something, by what it is and how often it had its effect.
fn effects(crossings: &[Crossing]) -> BTreeMap<&str, usize> {
    let mut effects = BTreeMap::new();
    for crossing in crossings.iter().filter(|it| it.phase == Phase::AfterEffect && changes(&it.what)) {
        *effects.entry(crossing.what.as_str()).or_default() += 1;
    }
    effects
}

/// A sign-in is none: every process has its own.
fn changes(what: &str) -> bool {
    let mut words = what.split(' ');
    let (place, verb, path) = (words.next(), words.next(), words.next().unwrap_or_default());
    matches!(place, Some("primary" | "standby")) && verb != Some("GET") && !path.starts_with("/oidc/")
}

/// A write puts on record what had come back before it was sent.
fn open(seen: &[Crossing], death: &Crossing) -> usize {
    let lived = || seen.iter().filter(|it| it.process == death.process && it.number <= death.number);
    let is_write = |it: &&Crossing| it.what == "dynamodb PutItem";
    let written = lived().filter(|it| it.phase == Phase::AfterReply).filter(is_write).count();
    let last = lived().filter(|it| it.phase == Phase::Before).filter(is_write).take(written).last();
    let recorded_to = last.map_or(0, |it| it.number);
    let sent = lived().filter(|it| it.phase == Phase::Before && changes(&it.what)).count();
    let back = lived().filter(|it| it.phase == Phase::AfterReply && changes(&it.what));
    sent - back.filter(|it| it.number < recorded_to).count()
}
