//! The swarm: plays thousands of sagas that are made at random, and judges each of them.
//!
//! One number decides everything of a case: a small pair, its faults, the deaths and freezes of processes, the orders
//! of people, and the operation. A failing case is made smaller, and is reported as the one command that replays it.
//! `--planted` shows that the swarm finds faults: it takes each guard away and puts each known fault back. At most one
//! of each list may be missed.

mod case;
mod ground;
mod judge;
mod people;
mod planted;
mod play;
mod resources;
mod shrink;
mod trouble;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;

use crate::case::Case;
use crate::planted::Planted;
use crate::play::Played;

/// The allocator of the swarm. A saga makes some hundred thousand small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Interval at which the swarm reports its progress.
const TOLD_EVERY: Duration = Duration::from_secs(15);
/// For at most this number of laws one failing case is made smaller and reported.
const TOLD_AT_MOST: usize = 12;

/// Plays cases that are made at random, and judges every saga in them.
#[derive(Parser)]
struct Arguments {
    /// Ends when this number of sagas has been played.
    #[arg(long, default_value_t = 20_000)]
    sagas: u64,
    /// The number of the first case. Each further case has the next number.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Plays only the case with this number, and shows its story.
    #[arg(long)]
    seed: Option<u64>,
    /// Leaves out these parts of the case.
    #[arg(long, value_delimiter = ',')]
    without: Vec<usize>,
    /// Plants this fault.
    #[arg(long)]
    fault: Option<String>,
    /// Plants every fault in turn, and says which are found.
    #[arg(long)]
    planted: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A case that panics is reported like any other that fails.
    std::panic::set_hook(Box::new(|_| {}));
    if arguments.planted {
        return planted::all(arguments.from, arguments.sagas);
    }
    let planted = match arguments.fault.as_deref().map(Planted::named) {
        Some(None) => {
            eprintln!("there is no such fault: use one of {}", Planted::names().join(", "));
            return ExitCode::from(2);
        }
        Some(Some(planted)) => planted,
        None => Planted::none(),
    };
    if let Some(seed) = arguments.seed {
        return one(seed, &arguments.without.into_iter().collect(), planted);
    }
    let swarm = swarm(arguments.from, arguments.sagas, planted, usize::MAX, true);
    println!("{}", swarm.told());
    let mut by_law: BTreeMap<String, Vec<&(u64, Played)>> = BTreeMap::new();
    for failed in &swarm.failed {
        by_law.entry(shrink::law(&failed.1).unwrap_or_default()).or_default().push(failed);
    }
    for (law, failed) in by_law.iter().take(TOLD_AT_MOST) {
        println!("{law}: {} cases, e.g.", failed.len());
        if let Some((seed, played)) = failed.first() {
            tell(*seed, planted, played.clone());
        }
    }
    if swarm.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Plays one case and shows all of it.
fn one(seed: u64, gone: &BTreeSet<usize>, planted: Planted) -> ExitCode {
    let case = Case { tells: true, ..Case::of(seed).without(gone) };
    println!("{}", case.told());
    let played = safely(&case, planted);
    played.story.iter().for_each(|line| println!("{line}"));
    println!("{} sagas, {} completed, {} steps", played.sagas, played.completed, played.steps);
    played.offences.iter().for_each(|told| println!("{told}"));
    if played.offences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Makes a failing case smaller, and prints the command that replays it.
fn tell(seed: u64, planted: Planted, failed: Played) {
    let case = Case::of(seed);
    let (gone, played) = shrink::smallest(&case, planted, failed, &safely);
    let without: Vec<String> = gone.iter().map(usize::to_string).collect();
    let without = if without.is_empty() { String::new() } else { format!(" --without {}", without.join(",")) };
    let fault = planted.name().map_or_else(String::new, |name| format!(" --fault {name}"));
    let left = case.parts.len() - gone.len();
    println!("case {seed}, {left} of {} parts: {}", case.parts.len(), played.offences.join("; "));
    println!("  tests/run swarm --seed {seed}{without}{fault}");
}

/// Plays a case. A panic is an offence.
fn safely(case: &Case, planted: Planted) -> Played {
    let played = catch_unwind(AssertUnwindSafe(|| play::play(case, planted)));
    played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text");
        Played { offences: vec![format!("panic: {text}")], ..Played::default() }
    })
}

/// The result of many cases.
struct Swarm {
    cases: u64,
    sagas: u64,
    completed: u64,
    steps: u64,
    took: Duration,
    failed: Vec<(u64, Played)>,
}

impl Swarm {
    fn told(&self) -> String {
        format!(
            "{} cases, {} sagas of {} steps, {} completed, {} cases failed, {:.0} s",
            self.cases,
            self.sagas,
            self.steps,
            self.completed,
            self.failed.len(),
            self.took.as_secs_f32(),
        )
    }
}

/// Plays cases from the number `from`, until `sagas` sagas were played or `failures` cases have failed.
fn swarm(from: u64, sagas: u64, planted: Planted, failures: usize, talks: bool) -> Swarm {
    let begun = Instant::now();
    let (next, done, cases) = (AtomicU64::new(from), AtomicU64::new(0), AtomicU64::new(0));
    let (completed, steps, enough) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let failed = Mutex::new(Vec::new());
    let lock = || failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..std::thread::available_parallelism().map_or(1, usize::from))
            .map(|_| {
                scope.spawn(|| {
                    while done.load(Ordering::Relaxed) < sagas && !enough.load(Ordering::Relaxed) {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        let played = safely(&Case::of(seed), planted);
                        cases.fetch_add(1, Ordering::Relaxed);
                        completed.fetch_add(played.completed, Ordering::Relaxed);
                        steps.fetch_add(played.steps, Ordering::Relaxed);
                        // A case without a saga counts, too, so that the swarm ends.
                        done.fetch_add(played.sagas.max(1), Ordering::Relaxed);
                        if !played.offences.is_empty() {
                            let mut failed = lock();
                            failed.push((seed, played));
                            if failed.len() >= failures {
                                enough.store(true, Ordering::Relaxed);
                            }
                        }
                    }
                })
            })
            .collect();
        let mut told = Instant::now();
        while talks && workers.iter().any(|worker| !worker.is_finished()) {
            std::thread::sleep(Duration::from_millis(50));
            if told.elapsed() >= TOLD_EVERY {
                told = Instant::now();
                let failed = lock().len();
                eprintln!("{} of {sagas} sagas, {failed} cases failed", done.load(Ordering::Relaxed));
            }
        }
    });
    let mut failed = failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    failed.sort_by_key(|(seed, _)| *seed);
    Swarm {
        cases: cases.into_inner(),
        sagas: done.into_inner(),
        completed: completed.into_inner(),
        steps: steps.into_inner(),
        took: begun.elapsed(),
        failed,
    }
}
