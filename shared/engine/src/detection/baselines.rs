//! Keeps the baseline of each probe, per place, and finds the values that differ from it (R13).
//!
//! Each place has one item, which only the function `probe` of that place writes. A writer that loses a race for it
//! learns nothing from that minute, which does no harm.

use failover::Side;
use failover::baseline::{Baselines, Judgement, Judging};
use failover::signal::Reading;
use jiff::Timestamp;

use crate::deps::Deps;
use crate::document::{Content, Document};
use crate::ports::{ProbeInfo, Probed, StoreError};
use crate::roles::ResolvedPair;

fn name(place: &str) -> String {
    format!("baseline/{place}")
}

impl Content for Baselines {
    const LABEL: &'static str = "the baselines";

    /// They are learnt again.
    fn undecodable(_: &serde_json::Error) -> Result<Self, StoreError> {
        Ok(Self::default())
    }
}

/// The baselines of a place. If the item cannot be read, they begin anew.
pub(super) async fn recall(deps: &Deps, place: &str) -> Result<Document<Baselines>, StoreError> {
    let mut baselines = Document::<Baselines>::read(deps, &name(place)).await?;
    baselines.content = baselines.content.or_anew();
    Ok(baselines)
}

/// Stores the baselines, unless another writer of the same place was faster.
pub(super) async fn remember(
    deps: &ResolvedPair,
    now: Timestamp,
    mut baselines: Document<Baselines>,
) -> Result<(), StoreError> {
    if deps.sides().probes.is_empty() {
        return Ok(());
    }
    baselines.content.forget(now);
    baselines.write(deps).await.map(drop)
}

/// Learns the value of a healthy probe. A healthy probe whose values differ from the baseline for long enough is
/// degraded.
pub(super) fn compared(
    baselines: &mut Baselines,
    side: Side,
    info: &ProbeInfo,
    probed: Probed,
    now: Timestamp,
) -> Probed {
    let (Reading::Healthy, Some(measured)) = (probed.reading, probed.measured) else { return probed };
    let key = format!("{side}/{}", info.name);
    let evaluate = Judging::of_unit(info.unit);
    let Some(Judgement::Departing { median, spread, looks, sustained: true }) =
        baselines.take(&key, measured, now, &evaluate)
    else {
        return probed;
    };
    let (unit, [median, spread, measured]) = (info.unit, [median, spread, measured].map(short));
    let text = format!("normally {median} {unit} ± {spread}, now {measured} for {looks} looks: {}", probed.text);
    Probed { reading: Reading::Degraded, measured: probed.measured, text }
}

/// Rounds a value for people. Three digits are enough.
fn short(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

#[cfg(test)]
mod tests {
    use failover::signal::Origin;
    use jiff::SignedDuration;

    use super::*;
    use crate::ports::Depth;

    #[test]
    fn five_slow_looks_in_a_row_are_degraded_and_say_what_is_normal() {
        let info = ProbeInfo {
            name: "jobs".to_owned(),
            origin: Origin::Probe,
            depth: Depth::Shallow,
            works: false,
            unit: "ms",
        };
        let mut baselines = Baselines::default().or_anew();
        let mut at = Timestamp::UNIX_EPOCH;
        let mut look = |ms: f64| {
            at += SignedDuration::from_mins(1);
            let probed = Probed { reading: Reading::Healthy, measured: Some(ms), text: "answered".to_owned() };
            compared(&mut baselines, Side::Primary, &info, probed, at)
        };
        for _ in 0..200 {
            assert_eq!(look(120.0).reading, Reading::Healthy);
        }
        let readings: Vec<Reading> = (0..6).map(|_| look(4_000.0).reading).collect();
        assert_eq!(readings[..4], [Reading::Healthy; 4]);
        assert_eq!(readings[4..], [Reading::Degraded; 2]);
        let told = look(4_000.0).text;
        assert!(told.contains("now 4000 for 7 looks") && told.contains("ms ±"), "{told}");
        assert_eq!(look(120.0).reading, Reading::Healthy);
        let lost = Probed { reading: Reading::Down, measured: None, text: String::new() };
        assert_eq!(compared(&mut baselines, Side::Primary, &info, lost.clone(), Timestamp::MAX), lost);
    }
}
