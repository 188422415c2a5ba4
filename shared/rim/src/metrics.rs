//! Metrics in CloudWatch's embedded metric format: one line of JSON on stdout for an invocation, from which
//! CloudWatch makes metrics by itself [docs: CloudWatch_Embedded_Metric_Format_Specification].
//!
//! Our own lines and no library: the ready-made ones install a recorder for the whole process, and all that is
//! needed is one object. Each distinct metric costs by the month, so there are six of them in all.

use std::io::Write as _;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The namespace of all of them.
const NAMESPACE: &str = "Switchback";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// How alarming the signals are: 0 dark, 1 calm, 2 suspected, 3 alarmed.
    VerdictLevel(u8),
    /// So many signals were taken in.
    SignalsTaken(usize),
    /// So many sources told nothing.
    SourcesSilent(usize),
    /// So many steps of the pair's saga are neither done nor waived.
    SagaOpenSteps(u32),
    /// In seconds: for so long the saga has been there.
    SagaAgeSeconds(i64),
    /// So many drills were missed.
    DrillsMissed(usize),
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
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Metric::VerdictLevel(_) => "None",
            Metric::SignalsTaken(_) | Metric::SourcesSilent(_) | Metric::SagaOpenSteps(_) | Metric::DrillsMissed(_) => {
                "Count"
            }
            Metric::SagaAgeSeconds(_) => "Seconds",
        }
    }

    fn value(self) -> Value {
        match self {
            Metric::VerdictLevel(level) => json!(level),
            Metric::SignalsTaken(count) | Metric::SourcesSilent(count) | Metric::DrillsMissed(count) => json!(count),
            Metric::SagaOpenSteps(count) => json!(count),
            Metric::SagaAgeSeconds(seconds) => json!(seconds),
        }
    }
}

/// The line of one invocation, without its end.
pub fn line(now: Timestamp, pair: &str, metrics: &[Metric]) -> String {
    let definitions: Vec<Value> =
        metrics.iter().map(|metric| json!({ "Name": metric.name(), "Unit": metric.unit() })).collect();
    let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [["Pair"]], "Metrics": definitions });
    let mut members = Map::new();
    members.insert("_aws".to_owned(), json!({ "Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive] }));
    members.insert("Pair".to_owned(), json!(pair));
    members.extend(metrics.iter().map(|metric| (metric.name().to_owned(), metric.value())));
    Value::Object(members).to_string()
}

/// Writes the line of one invocation; nothing if nothing was measured. A line that is lost stops nothing.
pub fn tell(now: Timestamp, pair: &str, metrics: &[Metric]) {
    if !metrics.is_empty() {
        drop(writeln!(std::io::stdout(), "{}", line(now, pair, metrics)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Metric; 6] = [
        Metric::VerdictLevel(3),
        Metric::SignalsTaken(12),
        Metric::SourcesSilent(1),
        Metric::SagaOpenSteps(40),
        Metric::SagaAgeSeconds(75),
        Metric::DrillsMissed(1),
    ];

    /// The units that CloudWatch knows [docs: API_MetricDatum], as far as there is no rate among them.
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

    /// The rules of the specification's JSON schema.
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
    fn there_are_six_distinct_ones_at_most() {
        let mut all: Vec<&str> = ALL.iter().map(|metric| metric.name()).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 6);
    }
}
