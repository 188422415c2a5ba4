//! Polls every probe of both sides and every feed in parallel, once a minute (R10, R11, R13).

use std::sync::Arc;

use failover::Side;
use failover::signal::{About, Signal, holds};
use futures::future::join_all;
use jiff::Timestamp;

use super::baselines;
use super::ingest::ingest;
use crate::deps::Deps;
use crate::limiter::request_admission::RequestAdmission;
use crate::pair::pair_head;
use crate::ports::{Feed, PairHead, ProbeInfo, Probed, SideProbe, StoreError};
use crate::roles::ResolvedPair;

/// The result of one poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polled {
    /// The number of signals that were ingested.
    pub signals: usize,
    /// The feeds without an answer, each with the reason. This is unknown, and neither healthy nor down.
    pub silent: Vec<String>,
}

/// Polls everything once. `place` is the place that this runs in, e.g. its region. The same probe from another place
/// is another witness of the same origin.
///
/// # Errors
///
/// [`StoreError`].
pub async fn poll(deps: &Deps, place: &str) -> Result<Polled, StoreError> {
    let head = pair_head(deps).await?;
    let deps = &deps.resolve(&head);
    let now = deps.clock.now();
    let probes = deps.sides().probes.iter().filter(|probe| may_look(&head, probe));
    let probed = join_all(probes.map(|probe| of_probe(deps, probe, now)));
    let polled = join_all(deps.feeds.iter().map(|feed| of_feed(deps, feed.as_ref(), now)));
    let (probed, polled) = futures::join!(probed, polled);
    let mut signals = compared(deps, place, now, probed).await?;
    let mut silent = Vec::new();
    for told in polled {
        match told {
            Ok(told) => signals.extend(told),
            Err(why) => silent.push(why),
        }
    }
    let count = signals.len();
    ingest(deps, signals).await?;
    Ok(Polled { signals: count, silent })
}

/// A probe that makes a side do work is left out if the side is fenced or is being fenced. It must not wake a
/// resource that a saga has stopped.
fn may_look(head: &PairHead, probe: &SideProbe) -> bool {
    let fenced = head.guard.as_ref().is_some_and(|guard| guard.side == probe.side);
    let being_fenced = head.frozen && head.active == probe.side;
    !(probe.probe.info().works && (fenced || being_fenced))
}

/// The result of one probe.
struct Seen<'a> {
    side: Side,
    info: &'a ProbeInfo,
    probed: Probed,
}

async fn of_probe<'a>(deps: &Deps, probe: &'a SideProbe, now: Timestamp) -> Seen<'a> {
    let (side, probe) = (probe.side, &probe.probe);
    let time_out = deps.settings.call_time_out;
    let (clock, settings) = (Arc::clone(&deps.clock), Arc::clone(&deps.settings));
    let admission = RequestAdmission::new(side.as_str(), clock, settings, None, time_out);
    Seen { side, info: probe.info(), probed: probe.look(now, &admission).await }
}

/// Turns the results into signals. A probe that works but is slower than its baseline is degraded.
async fn compared(
    deps: &ResolvedPair,
    place: &str,
    now: Timestamp,
    seen: Vec<Seen<'_>>,
) -> Result<Vec<Signal>, StoreError> {
    let mut baselines = baselines::recall(deps, place).await?;
    let signals = seen.into_iter().map(|Seen { side, info, probed }| {
        let probed = baselines::compared(&mut baselines.content, side, info, probed, now);
        let subject = format!("{} from {place}", info.name);
        Signal {
            about: About { source: "probe".to_owned(), side, subject },
            origin: info.origin,
            reading: probed.reading,
            seen_at: now,
            holds_s: holds::PROBE_S,
            text: probed.text,
        }
    });
    let signals: Vec<Signal> = signals.collect();
    baselines::remember(deps, now, baselines).await?;
    Ok(signals)
}

async fn of_feed(deps: &ResolvedPair, feed: &dyn Feed, now: Timestamp) -> Result<Vec<Signal>, String> {
    let time_out = deps.settings.call_time_out;
    let (clock, settings) = (Arc::clone(&deps.clock), Arc::clone(&deps.settings));
    let admission = RequestAdmission::new(feed.source(), clock, settings, None, time_out);
    let told = feed.poll(now, &deps.sides().watched, &admission).await;
    told.map_err(|fault| format!("{}: {fault}", feed.source()))
}
