//! Draws one case of the swarm: every random decision, as a list of parts.
//!
//! Law: the same seed gives the same case. A case without some of its parts is the same case except for them. So a
//! failing case can be made smaller, and one line can name it.

use std::collections::BTreeSet;
use std::time::Duration;

use local::stack::Delivery;
use local::stack::sabotage::InjectedFault;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use sim::{Delays, Description, FaultKind, Side, Stale};

use crate::{resources, trouble};

/// The operation of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CaseKind {
    /// A failover from a primary that is well.
    Planned,
    /// A failover from the primary, whatever its state is.
    Unplanned,
    /// A drill that starts the standby's own work and puts it back.
    StandbyDrill,
    /// A drill without an effect.
    DryRun,
}

/// The operation after a failover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// No operation.
    Stay,
    /// The work goes back to the primary.
    Failback,
    /// The standby becomes the primary.
    Promotion,
}

/// The process that takes the checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capturer {
    /// A person, shortly before the order.
    Person,
    /// The function that takes one every five minutes.
    Schedule,
}

/// A fault of a workspace. Times are seconds after the case begins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trouble {
    pub(crate) side: Side,
    pub(crate) from: i64,
    pub(crate) until: Option<i64>,
    pub(crate) kind: FaultKind,
    pub(crate) only: Option<&'static str>,
}

/// A fault that is injected into a process of ours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mishap {
    /// At the crossing with this number.
    At(u64, InjectedFault),
    /// At the nth request that changes something in a workspace, before it is sent.
    AtCall(u64, InjectedFault),
    /// At the nth write of an item, before it is sent. A lost reply comes after the nth write.
    AtWrite(u64, InjectedFault),
    /// At every write of evidence.
    AtEvidence,
}

/// An action of a person. Times are seconds after the saga was ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Holds the saga for this number of seconds.
    Hold(u64),
    /// Aborts the saga.
    Abort,
    /// Retries an open step, if there is one.
    Retry,
    /// Waives an open step, if there is one.
    Waive,
    /// Ends the whole pursuit.
    EndPursuit,
    /// Records a lesson.
    Lesson,
    /// Uses again the answer that has begun the saga.
    UseAgain,
    /// Pauses the automation of the pair for this number of seconds.
    Freeze(u64),
    /// Wakes the saga.
    Wake,
}

/// One part of a case.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Resource(Description),
    Trouble(Trouble),
    Mishap(Mishap),
    Wish(u64, Wish),
    /// Two people give the same order at once.
    Twice,
    /// Somebody answers in an approver's name without a code.
    Impostor,
    /// The operation after the failover.
    Then(Then),
    /// Reads of a workspace may be old.
    Stale,
    /// The nth item that an order writes is written, and its reply is lost.
    ShakyOrder(u64),
    /// Calls wait for each other.
    Slow,
    /// The saga is woken all the time.
    Eager,
}

/// One case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) seed: u64,
    pub(crate) operation: CaseKind,
    pub(crate) capturer: Capturer,
    /// Time of the order, in seconds.
    pub(crate) ordered_at: i64,
    /// Times of the loss and of the return of the region, in seconds.
    pub(crate) loss: Option<(i64, i64)>,
    pub(crate) delays: Delays,
    pub(crate) delivery: Delivery,
    pub(crate) limits_known: bool,
    /// Number of approvers with codes. With none, anybody may answer without a code.
    pub(crate) approvers: usize,
    /// Number of people who must say yes.
    pub(crate) people: u32,
    pub(crate) runs_again: bool,
    pub(crate) fence_first: bool,
    /// Number of jobs, the last ones, that have no counterpart on the standby.
    pub(crate) lacking: usize,
    pub(crate) parts: Vec<Part>,
    /// Whether the story is shown.
    pub(crate) tells: bool,
}

impl Case {
    /// The case of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let operation = match rng.random_range(0..20) {
            0..=7 => CaseKind::Planned,
            8..=16 => CaseKind::Unplanned,
            17..=18 => CaseKind::StandbyDrill,
            _ => CaseKind::DryRun,
        };
        let capturer = if one_in(&mut rng, 12) { Capturer::Schedule } else { Capturer::Person };
        let ordered_at = if capturer == Capturer::Schedule { 330 } else { 20 };
        let dark = operation == CaseKind::Unplanned && !one_in(&mut rng, 3);
        let loss = dark.then(|| (ordered_at - 5, ordered_at + rng.random_range(10..240)));
        let (delays, endless) = trouble::delays(&mut rng, operation);
        let mut case = Self {
            seed,
            operation,
            capturer,
            ordered_at,
            loss,
            delays,
            delivery: if one_in(&mut rng, 5) {
                Delivery { copies: 3, delay: Duration::from_secs(rng.random_range(1..40)) }
            } else {
                Delivery::default()
            },
            limits_known: !one_in(&mut rng, 5),
            approvers: if one_in(&mut rng, 8) { 2 } else { 0 },
            people: 1,
            runs_again: !one_in(&mut rng, 6),
            fence_first: operation == CaseKind::Unplanned && one_in(&mut rng, 10),
            lacking: 0,
            parts: Vec::new(),
            tells: false,
        };
        if one_in(&mut rng, 10) {
            case.people = 2;
        }
        resources::draw(&mut rng, &mut case);
        trouble::draw(&mut rng, &mut case, endless);
        case
    }

    /// The case as a text of several lines.
    pub(crate) fn told(&self) -> String {
        let mut told = format!(
            "case {}: {:?}, checkpoint by the {:?}, ordered at {} s, lost and back at {:?}\n  {} approvers, {} people; \
             limits known: {}, runs again: {}, fence first: {}, {} jobs without a counterpart; {:?}",
            self.seed,
            self.operation,
            self.capturer,
            self.ordered_at,
            self.loss,
            self.approvers,
            self.people,
            self.limits_known,
            self.runs_again,
            self.fence_first,
            self.lacking,
            self.delivery,
        );
        for part in &self.parts {
            let text = format!("{part:?}");
            told.push_str(&format!("\n  {}", text.chars().take(300).collect::<String>()));
        }
        told
    }

    /// The same case without some of its parts.
    pub(crate) fn without(&self, gone: &BTreeSet<usize>) -> Self {
        let parts = self.parts.iter().enumerate().filter(|(index, _)| !gone.contains(index));
        Self { parts: parts.map(|(_, part)| part.clone()).collect(), ..self.clone() }
    }

    pub(crate) fn resources(&self) -> Vec<Description> {
        let of = |part: &Part| if let Part::Resource(one) = part { Some(one.clone()) } else { None };
        self.parts.iter().filter_map(of).collect()
    }

    pub(crate) fn troubles(&self) -> impl Iterator<Item = &Trouble> {
        self.parts.iter().filter_map(|part| if let Part::Trouble(one) = part { Some(one) } else { None })
    }

    pub(crate) fn mishaps(&self) -> Vec<Mishap> {
        let of = |part: &Part| if let Part::Mishap(one) = part { Some(*one) } else { None };
        self.parts.iter().filter_map(of).collect()
    }

    /// The actions of people, in order of time.
    pub(crate) fn wishes(&self) -> Vec<(u64, Wish)> {
        let of = |part: &Part| if let Part::Wish(at, one) = part { Some((*at, *one)) } else { None };
        let mut wishes: Vec<_> = self.parts.iter().filter_map(of).collect();
        wishes.sort_by_key(|(at, _)| *at);
        wishes
    }

    pub(crate) fn has(&self, part: &Part) -> bool {
        self.parts.contains(part)
    }

    pub(crate) fn then(&self) -> Then {
        let of = |part: &Part| if let Part::Then(then) = part { Some(*then) } else { None };
        self.parts.iter().find_map(of).unwrap_or(Then::Stay)
    }

    pub(crate) fn shaky_order(&self) -> Option<u64> {
        self.parts.iter().find_map(|part| if let Part::ShakyOrder(nth) = part { Some(*nth) } else { None })
    }

    pub(crate) fn stale(&self) -> Stale {
        let probability = if self.has(&Part::Stale) { 0.1 } else { 0.0 };
        Stale { probability, window_ms: 2_000 }
    }

    /// Whether a stop takes longer than one attempt waits.
    pub(crate) fn stops_slowly(&self) -> bool {
        let delays = &self.delays;
        let stops = [delays.run_stop_ms, delays.cluster_stop_ms, delays.warehouse_stop_ms, delays.pipeline_stop_ms];
        stops.iter().any(|(_, longest)| *longest > 60_000)
    }

    /// Time at which the last trouble is over, in seconds. A trouble that never ends counts from its beginning.
    pub(crate) fn troubled_until(&self) -> i64 {
        let ends = self.troubles().map(|one| one.until.unwrap_or(one.from));
        ends.chain(self.loss.map(|(_, back)| back)).max().unwrap_or(0)
    }
}

/// True once in `many` draws on average.
pub(crate) fn one_in(rng: &mut SmallRng, many: u32) -> bool {
    rng.random_range(0..many) == 0
}
