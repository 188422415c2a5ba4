//! Signals: what somebody says about a side's health.
//!
//! A signal says nothing for ever: what is not said again within its time is *unknown*, which is
//! neither healthy nor down (S17). Where signals come from is told in `signals`, `databricks`, `aws`.

mod track;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use track::{Look, Track};

use crate::pair::Side;

/// Who says so, as far as independence goes: two of one kind may be wrong for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The provider's own statement: AWS Health, the status pages.
    Provider,
    /// Our probe: does it answer?
    Probe,
    /// The team's monitoring: Datadog, Dynatrace, CloudWatch alarms.
    Monitoring,
    /// The symptom of the work itself: a canary job, the share of failed runs.
    Workload,
    /// A named person.
    Operator,
}

impl Origin {
    /// All of them.
    pub const ALL: [Origin; 5] =
        [Origin::Provider, Origin::Probe, Origin::Monitoring, Origin::Workload, Origin::Operator];

    /// The origin in words.
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

/// What a signal reads, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Nobody can tell.
    Unknown,
    /// Well.
    Healthy,
    /// Worse than usual, in part or in speed.
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

    /// The word for it.
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

/// What a signal is about: the same for every report on the same thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct About {
    /// The source, by its name in the list, e.g. `aws_health`.
    pub source: String,
    /// Which side.
    pub side: Side,
    /// What within the source, e.g. an event's ARN with the account, or a probe with its place.
    pub subject: String,
}

/// One observation of health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// What it is about.
    pub about: About,
    /// Who says so.
    pub origin: Origin,
    /// What it reads.
    pub reading: Reading,
    /// When it was so, as the source tells; never in the future.
    pub seen_at: Timestamp,
    /// In seconds: for so long it counts if nothing more is said. The same for all signals of one `about`.
    pub holds_s: i64,
    /// One line for people. No secret, no link (S23).
    pub text: String,
}

impl Signal {
    /// The signal, brought down to what may have been seen by `now`: a source whose clock runs ahead
    /// must not outlive what is said after it.
    #[must_use]
    pub fn heard_at(mut self, now: Timestamp) -> Self {
        self.seen_at = self.seen_at.min(now);
        self
    }
}

/// The cloud that a workspace stands in.
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

/// A side as the outside world speaks of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedSide {
    /// Which side.
    pub side: Side,
    /// Its cloud.
    pub cloud: CloudName,
    /// Its region, as the cloud writes it, e.g. `eu-west-1`, `westeurope`, `europe-west4`.
    pub region: String,
    /// The workspace's host.
    pub host: String,
}

/// What sources listen for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The sides whose region is known.
    pub sides: Vec<WatchedSide>,
    /// Cloud services whose trouble counts, as the cloud's events call them; empty: all of them.
    pub services: Vec<String>,
}

impl Watched {
    /// The sides in a region of a cloud. Names are compared without case, spaces and hyphens:
    /// `West Europe` is `westeurope`.
    pub fn in_region(&self, cloud: CloudName, region: &str) -> impl Iterator<Item = &WatchedSide> {
        let wanted = plain(region);
        self.sides.iter().filter(move |side| side.cloud == cloud && plain(&side.region) == wanted)
    }

    /// Whether trouble of a cloud's service counts.
    pub fn counts(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.iter().any(|known| known.eq_ignore_ascii_case(service))
    }
}

fn plain(region: &str) -> String {
    region.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How long a source's signals count when nothing more is said.
pub mod holds {
    /// A probe comes every minute; two may be missed.
    pub const PROBE_S: i64 = 180;
    /// A page that is polled every minute; longer outages of the page are unknown.
    pub const POLLED_S: i64 = 600;
    /// An alarm or a problem is told when it changes and stands until then, for a day at most.
    pub const UNTIL_CHANGED_S: i64 = 86_400;
    /// A provider's statement: AWS gave 21 updates in 14.5 hours on 20 October 2025, one in 43 minutes
    /// [blog.rajatim.com, second-hand].
    pub const STATEMENT_S: i64 = 3 * 3_600;
    /// What a person says.
    pub const OPERATOR_S: i64 = 1_800;
}

/// `seconds` before `at`.
pub(crate) fn before(at: Timestamp, seconds: i64) -> Timestamp {
    at.saturating_sub(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MIN)
}

/// `seconds` after `at`.
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
