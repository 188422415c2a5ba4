//! Runs a rehearsal: the deployed functions against a simulated pair, in virtual time.
//!
//! The same scenario, seed and number of resources give the same story, byte for byte. The report has two sources
//! that know nothing of each other: the record of the saga, and the simulator's auditor.

mod cast;
mod director;
mod ended;
mod fencing;
mod furnishing;
mod incident;
pub mod journey;
pub mod own_estate;
mod pace;
mod page;
mod report;
mod result;
pub mod scenarios;
pub mod screen;
pub mod script;
mod status_line;
mod story;
mod travelled;
mod watch_script;

use std::sync::{Arc, Mutex, PoisonError};

use engine::ports::Clock;
use engine::{Settings, Watch};
use failover::signal::Watched;
use failover::{FailoverPolicy, MapEntry, PairName, Side};
use jiff::{SignedDuration, Timestamp};
use runtime::SystemClock;
use sim::{Cloud, CloudSettings, Delays, Limits, Stale, World};

pub use self::cast::Cast;
pub use self::ended::Ended;
pub use self::own_estate::OwnEstate;
pub use self::report::Report;
pub use self::result::RehearsalResult;
use self::scenarios::Scenario;
use self::script::{BEGINS, Script};
use crate::clockwork::in_virtual_time;
use crate::stack::sabotage::{Boundaries, InjectedFault, Phase};
use crate::stack::{Delivery, PAIR, Stack, StackParts, StoreKind};

/// A rehearsal that can be run.
pub struct Rehearsal {
    /// Name of the scenario, for the report.
    pub name: String,
    /// The script of the scenario.
    pub script: Script,
    /// Seed of all random decisions.
    pub seed: u64,
    /// Number of resources on each side.
    pub resources: usize,
    /// A captured estate, which takes the place of the script's.
    pub own: Option<OwnEstate>,
    /// Faults at the boundaries. If absent, only the deaths of the script happen.
    pub boundaries: Option<Arc<Boundaries>>,
    /// How wake messages arrive.
    pub delivery: Delivery,
    /// Times that actions take in the workspaces.
    pub delays: Delays,
    /// The store that records everything.
    pub store: StoreKind,
    /// The engine's settings. The scenario adds the limits.
    pub settings: Settings,
    /// Whether the page of evidence is drawn. It reads the record once more at the end.
    pub page: bool,
    /// Guards of the store that are switched off.
    #[cfg(feature = "mutants")]
    pub weakened: aws::Weakened,
}

impl Rehearsal {
    /// A scenario with its own script.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong with the script.
    pub fn of(scenario: &Scenario, seed: u64, resources: Option<usize>) -> Result<Self, String> {
        let script = scenario.script()?;
        let resources = resources.unwrap_or(script.resources);
        Ok(Self::scripted(scenario.name, script, seed, resources))
    }

    /// A scenario over a captured estate: its losses, faults and times.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong with the script.
    pub fn of_own(scenario: &Scenario, seed: u64, own: OwnEstate) -> Result<Self, String> {
        let rehearsal = Self::of(scenario, seed, Some(own.resources()))?;
        Ok(Self { own: Some(own), ..rehearsal })
    }

    /// A rehearsal of any script.
    pub fn scripted(name: &str, script: Script, seed: u64, resources: usize) -> Self {
        Self {
            name: name.to_owned(),
            script,
            seed,
            resources,
            own: None,
            boundaries: None,
            delivery: Delivery::default(),
            delays: Delays::default(),
            store: StoreKind::default(),
            settings: Settings::default(),
            page: false,
            #[cfg(feature = "mutants")]
            weakened: aws::Weakened::default(),
        }
    }

    /// Runs the rehearsal. `progress` is called now and then with the status of the saga.
    ///
    /// # Errors
    ///
    /// A sentence that says which part is wrong: the script, the template, the store.
    pub fn run(self, progress: &mut dyn FnMut(&str)) -> Result<RehearsalResult, String> {
        in_virtual_time(self.play(progress)).map_err(|e| format!("no runtime: {e}"))?
    }

    async fn play(self, progress: &mut dyn FnMut(&str)) -> Result<RehearsalResult, String> {
        let begins: Timestamp = BEGINS.parse().map_err(|e| format!("{BEGINS}: {e}"))?;
        let begins_ms = begins.as_millisecond();
        let script = &self.script;
        let estate = match &self.own {
            Some(own) => own.estate.clone(),
            None => script.estate.estate(self.seed, self.resources),
        };
        let map = estate.explicit_map();
        let pair = PairName::new(PAIR)?;
        let declarations = script.declared.declarations(&pair)?;
        let limits = Limits::default();
        let mut settings = self.settings.clone();
        if script.limits_known {
            settings.limits = limits.per_second.iter().map(|(family, rate)| ((*family).to_owned(), *rate)).collect();
        }
        let mut faults: Vec<_> = script.fault.iter().map(|fault| fault.fault(begins_ms)).collect();
        if let Some(loss) = &script.loss {
            faults.push(cast::darkness(loss, begins_ms));
        }
        let stale = Stale { probability: script.stale_reads, window_ms: 2_000 };
        let world = sim::Settings {
            limits: limits.clone(),
            stale,
            faults,
            delays: self.delays.clone(),
            ..sim::Settings::default()
        };
        let world = Arc::new(Mutex::new(World::new(self.seed, estate, world, begins_ms)));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::starting_at(begins));
        let mut cloud = Cloud::new(CloudSettings::default());
        furnishing::furnish(&mut cloud, &declarations, Side::Primary)?;
        let cloud = Arc::new(Mutex::new(cloud));
        let entries = map.into_iter().map(|(kind, primary, standby)| MapEntry { kind, primary, standby });
        let stack = Stack::new(StackParts {
            world: Arc::clone(&world),
            cloud: Arc::clone(&cloud),
            clock: Arc::clone(&clock),
            boundaries: self.boundaries.clone().unwrap_or_else(|| deaths(script.dies_every)),
            settings,
            map: entries.collect(),
            policy: FailoverPolicy {
                planned: script.planned,
                run_interrupted_again: true,
                checkpoint_age: SignedDuration::from_mins(60),
                fence_first: false,
            },
            declarations,
            watch: script.watch.as_ref().map_or_else(|| Ok(Watch::default()), |watch| watch.watch())?,
            watched: script.watch.as_ref().map_or_else(Watched::default, |_| watch_script::watched()),
            looks: script.watch.is_some(),
            probes: script.watch.as_ref().is_some_and(|watch| watch.probes),
            // The script has the times of checkpoints, and the story has a sentence for each.
            syncs: false,
            delivery: self.delivery,
            store: self.store,
            draws: true,
            #[cfg(feature = "mutants")]
            weakened: self.weakened,
        });
        let stack = stack.map_err(|e| e.to_string())?;
        if let Some(canary) = &script.canary {
            let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
            world.add_canary(begins_ms, sim::Side::Standby, &canary.name, canary.sick);
        }
        let cast = Cast {
            name: &self.name,
            seed: self.seed,
            resources: self.resources,
            script,
            world: &world,
            cloud: &cloud,
            stack: &stack,
            clock: &*clock,
            begins,
        };
        let played = async {
            let ended = perform(&cast, progress).await?;
            let page = if self.page { page::page(&stack.operator(), &ended).await? } else { None };
            Ok::<_, String>((ended, page))
        };
        let (ended, page) = tokio::select! {
            biased;
            played = played => played?,
            () = stack.run() => return Err("the stack ended".to_owned()),
        };
        if let Some(refused) = stack.refused().first() {
            return Err(format!("infra/aws/template.yaml lacks a right: {refused}"));
        }
        let mut told = RehearsalResult { page, ..result::tell(&cast, ended, &limits) };
        if let Some(own) = &self.own {
            told.screen.estate = own.told.first().cloned();
            told.story = format!("{}\n\n{}", own.told.join("\n"), told.story);
        }
        Ok(told)
    }
}

/// Plays the script: detection begins a saga, or a person orders one, or several in a row.
async fn perform(cast: &Cast<'_>, progress: &mut dyn FnMut(&str)) -> Result<Ended, String> {
    match &cast.script.watch {
        Some(watch) => incident::play(cast, watch, progress).await,
        None if cast.script.leg.is_empty() => cast.play(progress).await,
        None => journey::play(cast, progress).await,
    }
}

/// Boundaries at which the process dies about once in `every` crossings.
fn deaths(every: Option<u64>) -> Arc<Boundaries> {
    let Some(every) = every else { return Boundaries::calm() };
    Boundaries::sabotaged(Arc::new(move |crossing| {
        // The deaths go round the three phases of a request.
        let phase = match (crossing.number / every) % 3 {
            0 => Phase::Before,
            1 => Phase::AfterEffect,
            _ => Phase::AfterReply,
        };
        let dies = crossing.number % every >= every.saturating_sub(3) && crossing.phase == phase;
        if dies { InjectedFault::Kill } else { InjectedFault::Nothing }
    }))
}
