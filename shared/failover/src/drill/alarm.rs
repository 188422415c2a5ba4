//! The alarm of a drill: the name of the signals that keep it from beginning or turn it back.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::signal::{About, Reading, Track};

/// Names signals: a source, e.g. `datadog`, or one subject of a source, e.g. `cloudwatch_alarm/orders-late`.
///
/// The subject is the whole subject of a signal, or the part after one of its colons or slashes. The name of an
/// alarm is such a part of its ARN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Alarm {
    source: String,
    subject: Option<String>,
}

/// A text that names no signal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no signal: write a source, or a source and a subject, e.g. cloudwatch_alarm/orders-late")]
pub struct AlarmError(String);

impl FromStr for Alarm {
    type Err = AlarmError;

    fn from_str(text: &str) -> Result<Self, AlarmError> {
        let (source, subject) = match text.split_once('/') {
            Some((source, subject)) => (source, Some(subject)),
            None => (text, None),
        };
        let said = |part: &str| !part.is_empty() && part.trim() == part;
        if !said(source) || subject.is_some_and(|subject| !said(subject)) {
            return Err(AlarmError(text.to_owned()));
        }
        Ok(Self { source: source.to_owned(), subject: subject.map(str::to_owned) })
    }
}

impl TryFrom<String> for Alarm {
    type Error = AlarmError;

    fn try_from(text: String) -> Result<Self, AlarmError> {
        text.parse()
    }
}

impl From<Alarm> for String {
    fn from(alarm: Alarm) -> Self {
        alarm.to_string()
    }
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Some(subject) => write!(f, "{}/{subject}", self.source),
            None => f.write_str(&self.source),
        }
    }
}

impl Alarm {
    /// Name of the source of its signals.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it names the signals about this subject.
    pub fn names(&self, about: &About) -> bool {
        let subject = self.subject.as_deref();
        about.source == self.source
            && subject.is_none_or(|subject| {
                let before = about.subject.strip_suffix(subject);
                before.is_some_and(|before| before.is_empty() || before.ends_with([':', '/']))
            })
    }
}

/// The first alarm that reports trouble now, with its text. A signal that says nothing, or that no longer counts,
/// raises no alarm.
pub fn risen(alarms: &[Alarm], tracks: &[Track], now: Timestamp) -> Option<String> {
    alarms.iter().find_map(|alarm| {
        let named = tracks.iter().filter(|track| alarm.names(&track.about));
        let mut bad = named.filter_map(|track| match track.reading_at(now) {
            reading @ (Reading::Degraded | Reading::Down) => Some((reading, track)),
            Reading::Healthy | Reading::Unknown => None,
        });
        bad.next().map(|(reading, track)| format!("{alarm} is {reading}: {}", track.text))
    })
}

/// The first alarm that does not report now that all is well, with the reason. An alarm without any known signal
/// blocks, too (S17). If an alarm names several signals, one healthy signal is enough if none is bad.
pub fn blocking(alarms: &[Alarm], tracks: &[Track], now: Timestamp) -> Option<String> {
    alarms.iter().find_map(|alarm| {
        risen(std::slice::from_ref(alarm), tracks, now).or_else(|| {
            let mut named = tracks.iter().filter(|track| alarm.names(&track.about));
            let well = named.any(|track| track.reading_at(now) == Reading::Healthy);
            (!well).then(|| format!("nothing is known of {alarm}"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pair::Side;
    use crate::signal::{Origin, TimedReading};

    fn about(source: &str, subject: &str) -> About {
        About { source: source.to_owned(), side: Side::Primary, subject: subject.to_owned() }
    }

    #[test]
    fn an_alarm_names_a_source_or_one_thing_of_it() {
        let arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders-late";
        let names =
            |alarm: &str, source: &str, subject: &str| alarm.parse::<Alarm>().unwrap().names(&about(source, subject));
        assert!(names("datadog", "datadog", "7/eu"));
        assert!(names("cloudwatch_alarm/orders-late", "cloudwatch_alarm", arn));
        assert!(names(&format!("cloudwatch_alarm/{arn}"), "cloudwatch_alarm", arn));
        assert!(names("probe/statement", "probe", "statement"));
        assert!(!names("cloudwatch_alarm/late", "cloudwatch_alarm", arn), "a part of a name is another name");
        assert!(!names("datadog/orders-late", "cloudwatch_alarm", arn));
    }

    #[test]
    fn what_names_nothing_is_refused_and_what_names_something_is_written_as_it_was() {
        for wrong in ["", "/", "datadog/", "/late", " datadog", "datadog/ late"] {
            assert!(wrong.parse::<Alarm>().is_err(), "{wrong:?}");
        }
        for right in ["datadog", "cloudwatch_alarm/a/b"] {
            let alarm: Alarm = serde_json::from_value(right.into()).unwrap();
            assert_eq!(serde_json::to_value(&alarm).unwrap(), right);
        }
    }

    #[test]
    fn only_what_is_bad_and_still_counts_is_risen() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let track = |reading| Track {
            about: about("datadog", "7"),
            origin: Origin::Monitoring,
            holds_s: 600,
            looks: vec![TimedReading { at: at(1_000), reading }],
            text: "orders are late".to_owned(),
        };
        let alarms = ["dynatrace".parse().unwrap(), "datadog/7".parse().unwrap()];
        let told = Some("datadog/7 is degraded: orders are late".to_owned());
        assert_eq!(risen(&alarms, &[track(Reading::Degraded)], at(1_100)), told);
        assert!(risen(&alarms, &[track(Reading::Down)], at(1_599)).is_some());
        assert_eq!(risen(&alarms, &[track(Reading::Down)], at(1_600)), None);
        for calm in [Reading::Healthy, Reading::Unknown] {
            assert_eq!(risen(&alarms, &[track(calm)], at(1_100)), None);
        }
        assert_eq!(risen(&alarms[..1], &[track(Reading::Down)], at(1_100)), None);
        // An unknown signal does not turn a drill back, but it keeps one from beginning.
        let nothing = |alarm: &str| Some(format!("nothing is known of {alarm}"));
        let seventh = &alarms[1..];
        assert_eq!(blocking(seventh, &[track(Reading::Degraded)], at(1_100)), told);
        assert_eq!(blocking(seventh, &[track(Reading::Healthy)], at(1_599)), None);
        assert_eq!(blocking(seventh, &[track(Reading::Healthy)], at(1_600)), nothing("datadog/7"));
        assert_eq!(blocking(seventh, &[track(Reading::Unknown)], at(1_100)), nothing("datadog/7"));
        assert_eq!(blocking(&alarms, &[track(Reading::Healthy)], at(1_100)), nothing("dynatrace"));
        assert_eq!(blocking(&[], &[], at(1_100)), None);
    }
}
