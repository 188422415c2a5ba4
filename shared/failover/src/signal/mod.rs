//! Signals: the observations of a side's health, from all sources.
//!
//! No signal counts for ever. If it is not repeated within its time, the reading is *unknown*, which is neither
//! healthy nor down (S17). The crates `signals`, `databricks` and `aws` say where signals come from.

mod track;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use track::{TimedReading, Track};

use crate::pair::Side;

/// The origin of a signal says who speaks. Two signals of one origin are not independent: both may be wrong for one
/// reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The provider's own statement: AWS Health, the status pages.
    Provider,
    /// A probe of Switchback: it checks whether something answers.
    Probe,
    /// The team's monitoring: Datadog, Dynatrace, CloudWatch alarms.
    Monitoring,
    /// The symptom of the work itself: a canary job, the share of failed runs.
    Workload,
    /// A named person.
    Operator,
}

impl Origin {
    /// All origins.
    pub const ALL: [Origin; 5] =
        [Origin::Provider, Origin::Probe, Origin::Monitoring, Origin::Workload, Origin::Operator];

    /// The origin in words, e.g. `our probe`.
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Provider => "the provider's statement",
            Origin::Probe => "our probe",
            Origin::Monitoring => "the team's monitoring",
            Origin::Workload => "the work's own symptoms",
            Origin::Operator => "an operator",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The reading of a signal, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Nobody knows the state.
    Unknown,
    /// It works well.
    Healthy,
    /// It is worse than usual, in part or in speed.
    Degraded,
    /// It does not work.
    Down,
}

impl Reading {
    /// Whether it speaks against the side.
    pub fn is_bad(self) -> bool {
        match self {
            Reading::Degraded | Reading::Down => true,
            Reading::Unknown | Reading::Healthy => false,
        }
    }

    /// The word for it, e.g. `degraded`.
    pub fn as_str(self) -> &'static str {
        match self {
            Reading::Unknown => "unknown",
            Reading::Healthy => "healthy",
            Reading::Degraded => "degraded",
            Reading::Down => "down",
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The subject of signals. It is the same for every report on the same thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct About {
    /// Name of the source in the list of sources, e.g. `aws_health`.
    pub source: String,
    /// The side that the signal is about.
    pub side: Side,
    /// The thing within the source, e.g. an event's ARN with the account, or a probe with its location.
    pub subject: String,
}

/// One observation of health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Subject of the signal.
    pub about: About,
    /// The origin that speaks.
    pub origin: Origin,
    /// Reading of the signal.
    pub reading: Reading,
    /// When it was so, as the source says; never in the future.
    pub seen_at: Timestamp,
    /// In seconds: how long it counts if no other signal follows. It is the same for all signals of one `about`.
    pub holds_s: i64,
    /// One line for people. No secret, no link (S23).
    pub text: String,
}

impl Signal {
    /// Moves the time of the signal back to `now` if it is later. Otherwise a source whose clock runs ahead would
    /// outlive later signals.
    #[must_use]
    pub fn heard_at(mut self, now: Timestamp) -> Self {
        self.seen_at = self.seen_at.min(now);
        self
    }
}

/// The cloud of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloudName {
    /// Amazon Web Services.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    Google,
}

/// A side in the words of clouds and providers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedSide {
    /// The side of the pair.
    pub side: Side,
    /// Cloud of the side.
    pub cloud: CloudName,
    /// Region of the side, as the cloud writes it, e.g. `eu-west-1`, `westeurope`, `europe-west4`.
    pub region: String,
    /// Host of the workspace.
    pub host: String,
}

/// The sides and services that sources report about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// Sides whose region is known.
    pub sides: Vec<WatchedSide>,
    /// Cloud services whose trouble counts, as the cloud's events call them; empty means all services.
    pub services: Vec<String>,
}

impl Watched {
    /// The sides in a region of a cloud. Names are compared without case, spaces and hyphens:
    /// `West Europe` is `westeurope`.
    pub fn in_region(&self, cloud: CloudName, region: &str) -> impl Iterator<Item = &WatchedSide> {
        let wanted = plain(region);
        self.sides.iter().filter(move |side| side.cloud == cloud && plain(&side.region) == wanted)
    }

    /// Whether trouble of a cloud service counts.
    pub fn counts(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.iter().any(|known| known.eq_ignore_ascii_case(service))
    }
}

fn plain(region: &str) -> String {
    region.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The times for which signals count if no other signal follows.
pub mod holds {
    /// In seconds, for a probe. It comes every minute, and two may be missed.
    pub const PROBE_S: i64 = 180;
    /// In seconds, for a page that is polled every minute. After a longer outage of the page the reading is
    /// unknown.
    pub const POLLED_S: i64 = 600;
    /// In seconds, for an alarm or a problem. It is reported when it changes, and counts until then, for a day at
    /// most.
    pub const UNTIL_CHANGED_S: i64 = 86_400;
    /// In seconds, for a provider's statement: AWS gave 21 updates in 14.5 hours on 20 October 2025, one in 43
    /// minutes [blog.rajatim.com, second-hand].
    pub const STATEMENT_S: i64 = 3 * 3_600;
    /// In seconds, for the statement of a person.
    pub const OPERATOR_S: i64 = 1_800;
}

/// The time that is `seconds` before `at`.
pub(crate) fn before(at: Timestamp, seconds: i64) -> Timestamp {
    at.saturating_sub(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MIN)
}

/// The time that is `seconds` after `at`.
pub(crate) fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_found_however_it_is_written() {
        let side =
            |side, cloud, region: &str| WatchedSide { side, cloud, region: region.to_owned(), host: String::new() };
        let watched = Watched {
            sides: vec![
                side(Side::Primary, CloudName::Azure, "westeurope"),
                side(Side::Standby, CloudName::Aws, "eu-west-1"),
            ],
            services: vec!["EC2".to_owned()],
        };
        let found = |cloud, region| watched.in_region(cloud, region).map(|side| side.side).collect::<Vec<_>>();
        assert_eq!(found(CloudName::Azure, "West Europe"), [Side::Primary]);
        assert_eq!(found(CloudName::Aws, "eu-west-1"), [Side::Standby]);
        assert!(found(CloudName::Google, "eu-west-1").is_empty());
        assert!(watched.counts("ec2") && !watched.counts("LEX"));
    }
}
