//! Looking: every probe of both sides and every feed, side by side, once a minute (R10, R11, R13).

use std::sync::Arc;

use failover::signal::{About, Signal, holds};
use futures::future::join_all;
use jiff::Timestamp;

use super::hearing::hear;
use super::normal;
use crate::deps::Deps;
use crate::limiter::turnstile::Turnstile;
use crate::ports::{Feed, PairHead, Probe, ProbeInfo, Probed, StoreError};
use crate::start::pair_head;

/// What came of looking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// So many signals were taken in.
    pub signals: usize,
    /// Feeds that told nothing, each with why. That is unknown, neither healthy nor down.
    pub silent: Vec<String>,
}

/// Looks once at everything. `place` is where from, e.g. the region that this runs in: the same probe from
/// another place is another witness of the same origin.
///
/// # Errors
///
/// [`StoreError`].
pub async fn look(deps: &Deps, place: &str) -> Result<Looked, StoreError> {
    let head = pair_head(deps).await?;
    let deps = &deps.as_recorded(&head);
    let now = deps.clock.now();
    let probes = deps.probes.iter().filter(|probe| may_look(&head, probe.as_ref()));
    let probed = join_all(probes.map(|probe| of_probe(deps, probe.as_ref(), now)));
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
    hear(deps, signals).await?;
    Ok(Looked { signals: count, silent })
}

/// Nothing is done on a side that is fenced, or is being fenced: a probe must not wake what a saga has stopped.
fn may_look(head: &PairHead, probe: &dyn Probe) -> bool {
    let info = probe.info();
    let fenced = head.guard.as_ref().is_some_and(|guard| guard.side == info.side);
    let being_fenced = head.frozen && head.active == info.side;
    !(info.works && (fenced || being_fenced))
}

/// What one probe saw.
struct Seen<'a> {
    info: &'a ProbeInfo,
    probed: Probed,
}

async fn of_probe<'a>(deps: &Deps, probe: &'a dyn Probe, now: Timestamp) -> Seen<'a> {
    let info = probe.info();
    let time_out = deps.settings.call_time_out;
    let (clock, settings) = (Arc::clone(&deps.clock), Arc::clone(&deps.settings));
    let pass = Turnstile::new(info.side.as_str(), clock, settings, None, time_out);
    Seen { info, probed: probe.look(now, &pass).await }
}

/// What was seen, as signals: what works and is slower than is normal for it is degraded.
async fn compared(deps: &Deps, place: &str, now: Timestamp, seen: Vec<Seen<'_>>) -> Result<Vec<Signal>, StoreError> {
    let (mut baselines, revision) = normal::recall(deps, place).await?;
    let signals = seen.into_iter().map(|Seen { info, probed }| {
        let probed = normal::compared(&mut baselines, info, probed, now);
        let subject = format!("{} from {place}", info.name);
        Signal {
            about: About { source: "probe".to_owned(), side: info.side, subject },
            origin: info.origin,
            reading: probed.reading,
            seen_at: now,
            holds_s: holds::PROBE_S,
            text: probed.text,
        }
    });
    let signals: Vec<Signal> = signals.collect();
    normal::remember(deps, place, now, baselines, revision).await?;
    Ok(signals)
}

async fn of_feed(deps: &Deps, feed: &dyn Feed, now: Timestamp) -> Result<Vec<Signal>, String> {
    let time_out = deps.settings.call_time_out;
    let (clock, settings) = (Arc::clone(&deps.clock), Arc::clone(&deps.settings));
    let pass = Turnstile::new(feed.source(), clock, settings, None, time_out);
    let told = feed.poll(now, &pass).await;
    told.map_err(|fault| format!("{}: {fault}", feed.source()))
}
