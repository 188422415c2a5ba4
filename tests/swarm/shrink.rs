//! Finds the smallest case that still fails: parts are taken away one after another while the same law is broken.

use std::collections::BTreeSet;

use crate::case::Case;
use crate::planted::Planted;
use crate::play::Played;

/// Number of smaller cases that are tried.
const TRIES: usize = 400;

/// The parts that can be left out of a failing case, and the result of the rest.
pub(crate) fn smallest(
    case: &Case,
    planted: Planted,
    failed: Played,
    play: &dyn Fn(&Case, Planted) -> Played,
) -> (BTreeSet<usize>, Played) {
    let law = law(&failed);
    let (mut gone, mut known, mut tries) = (BTreeSet::new(), failed, 0);
    let mut some = (case.parts.len() / 2).max(1);
    loop {
        let mut smaller = false;
        let left: Vec<usize> = (0..case.parts.len()).filter(|index| !gone.contains(index)).collect();
        for chunk in left.chunks(some) {
            if tries >= TRIES {
                return (gone, known);
            }
            tries += 1;
            let mut without: BTreeSet<usize> = gone.clone();
            without.extend(chunk);
            let played = play(&case.without(&without), planted);
            if self::law(&played) == law {
                (gone, known, smaller) = (without, played, true);
            }
        }
        match (smaller, some) {
            (false, 1) => return (gone, known),
            (true, 1) => {}
            (_, more) => some = more.div_ceil(2),
        }
    }
}

/// The law that is broken first.
pub(crate) fn law(played: &Played) -> Option<String> {
    played.offences.first().and_then(|told| told.split(':').next()).map(str::to_owned)
}
