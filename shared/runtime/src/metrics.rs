//! Writes metrics in CloudWatch's embedded metric format: one line of JSON on stdout for an invocation. CloudWatch
//! makes metrics of it without a request [docs: CloudWatch_Embedded_Metric_Format_Specification].
//!
//! The lines are our own, and no library makes them. The usual libraries install a recorder for the whole process,
//! and one object is enough here. Each distinct metric costs money by the month. So there are eight of them, and
//! one heartbeat for each function that a schedule wakes.

use std::io::Write as _;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The namespace of all metrics.
const NAMESPACE: &str = "Switchback";

/// One measured value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Level of the verdict: 0 dark, 1 calm, 2 suspected, 3 alarmed.
    VerdictLevel(u8),
    /// Number of signals that were ingested.
    SignalsTaken(usize),
    /// Number of sources that gave no signal.
    SourcesSilent(usize),
    /// Number of steps of the pair's saga that are neither done nor waived.
    SagaOpenSteps(u32),
    /// In seconds: the age of the saga.
    SagaAgeSeconds(i64),
    /// Number of missed drills.
    DrillsMissed(usize),
    /// In seconds: the age of the latest checkpoint of the active side.
    ActiveCheckpointAge(i64),
    /// In seconds: the age of the latest checkpoint of the inactive side.
    InactiveCheckpointAge(i64),
}

/// A function that a schedule wakes and that reports each run with a good end. Its alarm rings when no report
/// comes. The count of invocations is no help, because it includes runs that fail
/// [docs: lambda/latest/dg/monitoring-metrics-types, Invocations].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// The tick of the function saga.
    Saga,
    /// The probes of both sides, and the verdict.
    Probe,
    /// The check for drills that are due.
    Drill,
    /// The round over both sides' checkpoints.
    Sync,
}

impl Beat {
    /// All functions that a schedule wakes.
    pub const ALL: [Beat; 4] = [Beat::Saga, Beat::Probe, Beat::Drill, Beat::Sync];

    /// The value of the dimension `Function`.
    pub fn function(self) -> &'static str {
        match self {
            Beat::Saga => "saga",
            Beat::Probe => "probe",
            Beat::Drill => "drill",
            Beat::Sync => "sync",
        }
    }
}

impl Metric {
    fn name(self) -> &'static str {
        match self {
            Metric::VerdictLevel(_) => "VerdictLevel",
            Metric::SignalsTaken(_) => "SignalsTaken",
            Metric::SourcesSilent(_) => "SourcesSilent",
            Metric::SagaOpenSteps(_) => "SagaOpenSteps",
            Metric::SagaAgeSeconds(_) => "SagaAgeSeconds",
            Metric::DrillsMissed(_) => "DrillsMissed",
            Metric::ActiveCheckpointAge(_) => "ActiveCheckpointAgeSeconds",
            Metric::InactiveCheckpointAge(_) => "InactiveCheckpointAgeSeconds",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Metric::VerdictLevel(_) => "None",
            Metric::SignalsTaken(_) | Metric::SourcesSilent(_) | Metric::SagaOpenSteps(_) | Metric::DrillsMissed(_) => {
                "Count"
            }
            Metric::SagaAgeSeconds(_) | Metric::ActiveCheckpointAge(_) | Metric::InactiveCheckpointAge(_) => "Seconds",
        }
    }

    fn value(self) -> Value {
        match self {
            Metric::VerdictLevel(level) => json!(level),
            Metric::SignalsTaken(count) | Metric::SourcesSilent(count) | Metric::DrillsMissed(count) => json!(count),
            Metric::SagaOpenSteps(count) => json!(count),
            Metric::SagaAgeSeconds(seconds)
            | Metric::ActiveCheckpointAge(seconds)
            | Metric::InactiveCheckpointAge(seconds) => json!(seconds),
        }
    }
}

/// The line of one invocation, without its line break.
pub fn line(now: Timestamp, pair: &str, metrics: &[Metric]) -> String {
    let measured: Vec<_> = metrics.iter().map(|metric| (metric.name(), metric.unit(), metric.value())).collect();
    line_of(now, &[("Pair", pair)], &measured)
}

/// The line of one good run, without its line break.
pub fn heartbeat_line(now: Timestamp, pair: &str, beat: Beat) -> String {
    line_of(now, &[("Pair", pair), ("Function", beat.function())], &[("Heartbeat", "Count", json!(1))])
}

fn line_of(now: Timestamp, dimensions: &[(&str, &str)], measured: &[(&str, &str, Value)]) -> String {
    let definitions: Vec<Value> =
        measured.iter().map(|(name, unit, _)| json!({ "Name": name, "Unit": unit })).collect();
    let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
    let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [names], "Metrics": definitions });
    let mut members = Map::new();
    members.insert("_aws".to_owned(), json!({ "Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive] }));
    members.extend(dimensions.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    members.extend(measured.iter().map(|(name, _, value)| ((*name).to_owned(), value.clone())));
    Value::Object(members).to_string()
}

/// Writes the line of one invocation, or nothing if nothing was measured. A lost line stops nothing.
pub fn tell(now: Timestamp, pair: &str, metrics: &[Metric]) {
    if !metrics.is_empty() {
        drop(writeln!(std::io::stdout(), "{}", line(now, pair, metrics)));
    }
}

/// Writes that a run came to a good end. This is the last thing that the run does.
pub fn heartbeat(now: Timestamp, pair: &str, beat: Beat) {
    drop(writeln!(std::io::stdout(), "{}", heartbeat_line(now, pair, beat)));
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Metric; 8] = [
        Metric::VerdictLevel(3),
        Metric::SignalsTaken(12),
        Metric::SourcesSilent(1),
        Metric::SagaOpenSteps(40),
        Metric::SagaAgeSeconds(75),
        Metric::DrillsMissed(1),
        Metric::ActiveCheckpointAge(300),
        Metric::InactiveCheckpointAge(301),
    ];

    /// The units that CloudWatch knows [docs: API_MetricDatum], without those of rates.
    const UNITS: [&str; 15] = [
        "Seconds",
        "Microseconds",
        "Milliseconds",
        "Bytes",
        "Kilobytes",
        "Megabytes",
        "Gigabytes",
        "Terabytes",
        "Bits",
        "Kilobits",
        "Megabits",
        "Gigabits",
        "Percent",
        "Count",
        "None",
    ];

    fn text(value: &Value) -> &str {
        value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
    }

    fn list(value: &Value) -> &[Value] {
        value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
    }

    fn names(value: &Value) -> Vec<&str> {
        value.as_object().map_or(Vec::new(), |object| object.keys().map(String::as_str).collect())
    }

    /// Checks the rules of the specification's JSON schema.
    fn hold(line: &str) {
        assert!(!line.contains('\n'), "one event of the log is one line");
        let root: Value = serde_json::from_str(line).unwrap();
        let mut metadata = names(&root["_aws"]);
        metadata.sort_unstable();
        assert_eq!(metadata, ["CloudWatchMetrics", "Timestamp"]);
        assert!(root["_aws"]["Timestamp"].is_u64(), "milliseconds since 1970");
        let directives = list(&root["_aws"]["CloudWatchMetrics"]);
        assert!(!directives.is_empty());
        for directive in directives {
            let mut members = names(directive);
            members.sort_unstable();
            assert_eq!(members, ["Dimensions", "Metrics", "Namespace"]);
            let namespace = text(&directive["Namespace"]);
            assert!((1..=1_024).contains(&namespace.len()) && !namespace.starts_with("AWS/"));
            let sets = list(&directive["Dimensions"]);
            assert!(!sets.is_empty());
            for set in sets {
                assert!(list(set).len() <= 30);
                for key in list(set) {
                    let value = text(&root[text(key)]);
                    assert!((1..=250).contains(&text(key).len()) && (1..=1_024).contains(&value.len()));
                }
            }
            let metrics = list(&directive["Metrics"]);
            assert!(metrics.len() <= 100);
            for metric in metrics {
                assert!(names(metric).iter().all(|name| ["Name", "Unit", "StorageResolution"].contains(name)));
                assert!((1..=1_024).contains(&text(&metric["Name"]).len()));
                assert!(UNITS.contains(&text(&metric["Unit"])));
                assert!(root[text(&metric["Name"])].is_number(), "{metric} has its value at the root");
            }
        }
    }

    #[test]
    fn a_line_is_as_the_specification_has_it() {
        let now: Timestamp = "2026-01-05T08:00:00.123Z".parse().unwrap();
        for count in 1..=ALL.len() {
            hold(&line(now, "payments", &ALL[..count]));
        }
        let root: Value = serde_json::from_str(&line(now, "payments", &ALL)).unwrap();
        assert_eq!((&root["_aws"]["Timestamp"], &root["VerdictLevel"]), (&json!(1_767_600_000_123_i64), &json!(3)));
    }

    #[test]
    fn a_heartbeat_is_one_count_by_pair_and_function() {
        for beat in Beat::ALL {
            let line = heartbeat_line(Timestamp::UNIX_EPOCH, "payments", beat);
            hold(&line);
            let root: Value = serde_json::from_str(&line).unwrap();
            let told = [&root["Pair"], &root["Function"], &root["Heartbeat"]];
            assert_eq!(told, [&json!("payments"), &json!(beat.function()), &json!(1)]);
            assert_eq!(root["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Pair", "Function"]]));
        }
    }

    #[test]
    fn there_are_eight_distinct_ones_at_most() {
        let mut all: Vec<&str> = ALL.iter().map(|metric| metric.name()).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 8);
    }
}
