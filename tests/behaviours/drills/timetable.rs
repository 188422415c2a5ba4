//! Sets up the schedules of a Monday morning, and reads the results of the drills.

use engine::Watch;
use engine::detection::ingest;
use engine::drills::{self, DrillResult};
use failover::Side;
use failover::drill::{AllowedWindow, DrillKind, DrillPolicy, Every};
use failover::signal::{About, Origin, Reading, Signal};
use jiff::civil::{Weekday, time};
use jiff::tz::TimeZone;
use tests::pair::{Ground, Setup};

/// A weekly drill that may be held on Mondays from eight to ten. The test begins on a Monday at eight.
pub(crate) fn weekly(kind: DrillKind) -> DrillPolicy {
    DrillPolicy {
        name: "weekly".to_owned(),
        kind,
        every: Every::Week,
        windows: vec![AllowedWindow { days: vec![Weekday::Monday], from: time(8, 0, 0, 0), until: time(10, 0, 0, 0) }],
        zone: TimeZone::UTC,
        blocked_dates: Vec::new(),
        blocking_alarms: Vec::new(),
        needs_s: 3_600,
        stay_s: 600,
        outcome_alarms: Vec::new(),
    }
}

/// A pair with a schedule.
pub(crate) fn scheduled(policy: DrillPolicy) -> Setup {
    Setup { watch: Watch { drills: vec![policy], ..Watch::default() }, ..Setup::default() }
}

/// A monitor gives this reading, for the next hours.
pub(crate) async fn monitor_says(ground: &Ground, reading: Reading) {
    let signal = Signal {
        about: About { source: "datadog".to_owned(), side: Side::Primary, subject: "7".to_owned() },
        origin: Origin::Monitoring,
        reading,
        seen_at: ground.clock.now(),
        holds_s: 10_000,
        text: "orders are late".to_owned(),
    };
    ingest(&ground.operator, vec![signal]).await.expect("the store takes it");
}

/// The results of the drills.
pub(crate) async fn recorded(ground: &Ground) -> Vec<DrillResult> {
    drills::results(&ground.operator).await.expect("the store answers")
}

/// The subjects of the messages about drills to people.
pub(crate) fn told(ground: &Ground) -> Vec<String> {
    let mail = ground.stack.mail().into_iter().map(|mail| mail.subject);
    mail.filter(|subject| subject.contains("the drill \"weekly\"")).collect()
}
