//! Checks the contract of `Signals` over every kind of store.

use crate::ground::{Checked, Ground, at};
use engine::ports::{Remembered, STORE_VERSION, StoreError, TrackItem};
use failover::signal::{About, Origin, Reading, TimedReading, Track};
use failover::{PairName, Side};
use serde_json::json;

on_every_ground! {
    a_track_that_cannot_be_read_spoils_no_other
    a_track_is_written_only_over_the_one_before
    what_is_remembered_is_written_only_over_what_was_before
}

fn pair() -> PairName {
    PairName::new("payments").unwrap()
}

fn item(subject: &str) -> TrackItem {
    let about = About { source: "datadog".into(), side: Side::Primary, subject: subject.into() };
    let looks = vec![TimedReading { at: at(1), reading: Reading::Down }];
    let track = Track { about, origin: Origin::Monitoring, holds_s: 600, looks, text: "it is down".into() };
    TrackItem { version: STORE_VERSION, track, revision: 1 }
}

/// S22: one signal of a later version does not hide the others.
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

async fn a_track_is_written_only_over_the_one_before(ground: &Ground) -> Checked {
    let about = item("first").track.about;
    let found = ground.store().track(&pair(), &about).await;
    ensure!(found == Ok(None), "{found:?}");
    for revision in [1, 2] {
        let put = ground.store().put_track(&pair(), &TrackItem { revision, ..item("first") }).await;
        ensure!(put == Ok(()), "revision {revision}: {put:?}");
    }
    for revision in [0, 1, 2, 4] {
        let put = ground.store().put_track(&pair(), &TrackItem { revision, ..item("first") }).await;
        ensure!(matches!(put, Err(StoreError::Refused(_))), "revision {revision}: {put:?}");
    }
    let early = ground.store().put_track(&pair(), &TrackItem { revision: 2, ..item("unknown") }).await;
    ensure!(matches!(early, Err(StoreError::Refused(_))), "{early:?}");
    let found = ground.store().track(&pair(), &about).await;
    ensure!(found == Ok(Some(TrackItem { revision: 2, ..item("first") })), "{found:?}");
    Ok(())
}

async fn what_is_remembered_is_written_only_over_what_was_before(ground: &Ground) -> Checked {
    let item = |revision| Remembered { version: STORE_VERSION, value: json!({ "seen": [1.5, null, "é"] }), revision };
    let found = ground.store().recall(&pair(), "watch").await;
    ensure!(found == Ok(None), "{found:?}");
    for revision in [1, 2] {
        let put = ground.store().remember(&pair(), "watch", &item(revision)).await;
        ensure!(put == Ok(()), "revision {revision}: {put:?}");
    }
    for revision in [0, 1, 2, 4] {
        let put = ground.store().remember(&pair(), "watch", &item(revision)).await;
        ensure!(matches!(put, Err(StoreError::Refused(_))), "revision {revision}: {put:?}");
    }
    let found = ground.store().recall(&pair(), "watch").await;
    ensure!(found == Ok(Some(item(2))), "{found:?}");
    Ok(())
}
