//! Plays a script once without faults to learn its boundaries, and then once for each of them.
//!
//! Law: the points come from the run itself and never from a list, so that a new boundary is covered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use local::rehearsal::script::Script;
use local::rehearsal::{Rehearsal, RehearsalResult};
use local::stack::StoreKind;
use local::stack::sabotage::{Boundaries, Crossing, InjectedFault, Saboteur};

use crate::content::offences;
use crate::quick::quick;
use crate::redo::Redo;

/// Changes a rehearsal before it is played.
pub type Change<'a> = &'a (dyn Fn(&mut Rehearsal) + Sync);

/// The points that were broken, with the runs that did not end well.
pub struct Scan {
    /// Every point that was broken, one run each.
    pub points: Vec<Crossing>,
    /// The offences of a run, by point.
    pub offending: BTreeMap<Crossing, String>,
    /// The calls that each death caused a second time.
    pub redone: BTreeMap<Crossing, Redo>,
}

/// Plays a script under a saboteur. Returns the result, and the boundaries that were crossed.
pub fn play(
    script: &Script,
    change: Change<'_>,
    saboteur: Saboteur,
) -> (Result<RehearsalResult, String>, Vec<Crossing>) {
    let boundaries = Boundaries::sabotaged(saboteur);
    let mut rehearsal = Rehearsal::scripted("matrix", script.clone(), 1, script.resources);
    rehearsal.boundaries = Some(Arc::clone(&boundaries));
    rehearsal.delays = quick();
    rehearsal.store = StoreKind::Memory;
    change(&mut rehearsal);
    (rehearsal.run(&mut |_| {}), boundaries.seen())
}

/// Plays one run for each crossing of a calm run at which `deed` injects a fault.
pub fn scan(script: &Script, change: Change<'_>, fault: &dyn Fn(&Crossing) -> Option<InjectedFault>) -> Scan {
    let (calm, crossings) = play(script, change, Arc::new(|_| InjectedFault::Nothing));
    assert_eq!(calm.map(|told| offences(&told)), Ok(Vec::new()), "without any sabotage");
    let points: Vec<(Crossing, InjectedFault)> =
        crossings.iter().filter_map(|it| fault(it).map(|fault| (it.clone(), fault))).collect();
    let next = AtomicUsize::new(0);
    let (offending, redone) = (Mutex::new(BTreeMap::new()), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((crossing, fault)) = points.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let (seen, found) = broken(script, change, crossing.number, *fault);
                    if *fault == InjectedFault::Kill {
                        let redo = Redo::of(&crossings, &seen, crossing);
                        redone.lock().unwrap_or_else(PoisonError::into_inner).insert(crossing.clone(), redo);
                    }
                    if !found.is_empty() {
                        let mut offending = offending.lock().unwrap_or_else(PoisonError::into_inner);
                        offending.insert(crossing.clone(), found.join("; "));
                    }
                }
            });
        }
    });
    Scan {
        redone: redone.into_inner().unwrap_or_else(PoisonError::into_inner),
        points: points.into_iter().map(|(crossing, _)| crossing).collect(),
        offending: offending.into_inner().unwrap_or_else(PoisonError::into_inner),
    }
}

/// The crossings of a run that is broken at one crossing, and the offences after it.
fn broken(script: &Script, change: Change<'_>, number: u64, fault: InjectedFault) -> (Vec<Crossing>, Vec<String>) {
    let saboteur: Saboteur = Arc::new(move |it| if it.number == number { fault } else { InjectedFault::Nothing });
    let (told, seen) = play(script, change, saboteur);
    if !seen.iter().any(|crossing| crossing.number == number) {
        let found = format!("never reached; only {} were crossed", seen.len());
        return (seen, vec![found]);
    }
    let found = match told {
        Ok(told) => offences(&told),
        Err(error) => vec![format!("S18: what is recorded cannot be read: {error}")],
    };
    (seen, found)
}
