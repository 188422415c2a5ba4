//! The contract of `Signals`, over every kind of store.

use crate::ground::{Checked, Ground, at};
use engine::ports::{STORE_VERSION, TrackItem};
use failover::signal::{About, Look, Origin, Reading, Track};
use failover::{PairName, Side};

on_every_ground! {
    a_track_that_cannot_be_read_spoils_no_other
}

fn pair() -> PairName {
    PairName::new("payments").unwrap()
}

fn item(subject: &str) -> TrackItem {
    let about = About { source: "datadog".into(), side: Side::Primary, subject: subject.into() };
    let looks = vec![Look { at: at(1), reading: Reading::Down }];
    let track = Track { about, origin: Origin::Monitoring, holds_s: 600, looks, text: "it is down".into() };
    TrackItem { version: STORE_VERSION, track, revision: 1 }
}

/// S22: one signal of a later version does not blind the watch.
async fn a_track_that_cannot_be_read_spoils_no_other(ground: &Ground) -> Checked {
    for subject in ["first", "newer", "last"] {
        ground.store().put_track(&pair(), &item(subject)).await.map_err(|e| e.to_string())?;
    }
    ground.set_version("PAIR#payments", "SIGNAL#datadog#primary#newer", STORE_VERSION + 1);
    let read = ground.store().tracks(&pair()).await.map_err(|e| e.to_string())?;
    let subjects: Vec<&str> = read.iter().map(|item| item.track.about.subject.as_str()).collect();
    ensure!(subjects == ["first", "last"], "{subjects:?}");
    Ok(())
}
