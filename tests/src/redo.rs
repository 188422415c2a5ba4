//! Checks S21: a death causes at most those calls a second time that were under way or not yet on record.
//!
//! The calls are counted against a run without the death. So this works only if nothing else happens at a time of its
//! own. A region that returns, or an alarm that rises, finds another saga after a runner has died.

use std::collections::BTreeMap;

use local::stack::sabotage::{Crossing, Phase};

/// The calls that were sent twice after a death, and the number that the law allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Redo {
    /// Number of effects beyond those of a run without the death.
    pub repeated: usize,
    /// Number of changing calls of the dead process that no completed write can have recorded.
    pub open: usize,
}

impl Redo {
    /// Compares the crossings after the death at `death` with those of a calm run.
    pub fn of(calm: &[Crossing], seen: &[Crossing], death: &Crossing) -> Self {
        let (before, after) = (effects(calm), effects(seen));
        let more = |(what, count): (&&str, &usize)| count.saturating_sub(before.get(what).copied().unwrap_or_default());
        Self { repeated: after.iter().map(more).sum(), open: open(seen, death) }
    }
}

/// Checks that no death repeated more calls than it left open. Prints the most.
pub fn little_is_redone(name: &str, redone: &BTreeMap<Crossing, Redo>) {
    let most = redone.values().max().copied().unwrap_or_default();
    println!("{name}: at most {} calls repeated, by a death that left {} open", most.repeated, most.open);
    let left = redone.values().filter(|redo| redo.open > 0).count();
    assert!(left > 0, "no death left anything open");
    let too_many: Vec<_> = redone.iter().filter(|(_, redo)| redo.repeated > redo.open).collect();
    assert!(too_many.is_empty(), "S21: {too_many:#?}");
}

/// Every request to a workspace that may change something, with the number of times that it had its effect.
fn effects(crossings: &[Crossing]) -> BTreeMap<&str, usize> {
    let mut effects = BTreeMap::new();
    for crossing in crossings.iter().filter(|it| it.phase == Phase::AfterEffect && changes(&it.what)) {
        *effects.entry(crossing.what.as_str()).or_default() += 1;
    }
    effects
}

/// Whether a request may change something. A sign-in does not count, since every process has its own.
fn changes(what: &str) -> bool {
    let mut words = what.split(' ');
    let (place, verb, path) = (words.next(), words.next(), words.next().unwrap_or_default());
    matches!(place, Some("primary" | "standby")) && verb != Some("GET") && !path.starts_with("/oidc/")
}

/// The number of calls that the dead process left open. A write records the calls that came back before it was sent.
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
