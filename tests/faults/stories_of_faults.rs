//! Reports the number of points that were covered, and the points that did not end well.

use std::collections::BTreeMap;

use local::stack::sabotage::{Crossing, Phase};
use tests::points::Scan;

/// Number of offending points that are printed in full.
const TOLD: usize = 12;

/// The number of points, by phase and by kind of boundary.
pub(crate) fn counted(points: &[Crossing]) -> String {
    let (mut phases, mut kinds) = (BTreeMap::<Phase, u32>::new(), BTreeMap::<String, u32>::new());
    for crossing in points {
        *phases.entry(crossing.phase).or_default() += 1;
        // Only the first two words count. The rest of a path names one resource.
        let kind: Vec<&str> = crossing.what.split(' ').take(2).collect();
        *kinds.entry(kind.join(" ")).or_default() += 1;
    }
    let phases: Vec<String> = phases.iter().map(|(phase, count)| format!("{phase:?} {count}")).collect();
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    format!("{} points covered: {}; {}", points.len(), phases.join(", "), kinds.join(", "))
}

/// The first points that did not end well.
pub(crate) fn told(scan: &Scan) -> String {
    let line = |(it, text): (&Crossing, &String)| format!("{} {} {:?}: {text}", it.number, it.what, it.phase);
    let lines: Vec<String> = scan.offending.iter().map(line).take(TOLD).collect();
    format!("{} of {} points do not end well\n{}", scan.offending.len(), scan.points.len(), lines.join("\n"))
}
