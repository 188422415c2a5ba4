//! Reads from the template which topics, schedules, rules and addresses wake which function.
//!
//! The local stack has no routes of its own. So a rule that is missing in the template breaks a rehearsal, and not a
//! real failover.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

use super::rights::Rights;

/// The template that is deployed.
pub const TEMPLATE: &str = include_str!("../../../aws/template.yaml");

/// The routes of [`TEMPLATE`]. They are read once in a process.
///
/// # Errors
///
/// [`RouteError`]: says what is wrong or not understood.
pub fn standard() -> Result<Routes, RouteError> {
    static READ: OnceLock<Result<Routes, RouteError>> = OnceLock::new();
    READ.get_or_init(|| Routes::read(TEMPLATE)).clone()
}

/// A template that cannot be used for routing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("infra/aws/template.yaml: {0}")]
pub struct RouteError(String);

/// The routes of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routes {
    /// Functions by the topic that wakes them. Both have their names in the template.
    pub topics: BTreeMap<String, Vec<String>>,
    /// Functions with the interval of the schedule that wakes them.
    pub schedules: Vec<(Duration, String)>,
    /// Functions with the pattern of the events that wake them.
    pub rules: Vec<(Value, String)>,
    /// Functions that answer requests at an address of their own.
    pub addresses: Vec<String>,
    /// The rights of each function.
    pub rights: Rights,
    /// Variables in the environment of the functions. References are resolved to the names of resources.
    pub environment: BTreeMap<String, String>,
}

impl Routes {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// [`RouteError`]: says what is wrong or not understood.
    pub fn read(template: &str) -> Result<Self, RouteError> {
        let template: Value = serde_saphyr::from_str(template).map_err(|e| RouteError(e.to_string()))?;
        let resources = object(&template["Resources"], "Resources")?;
        let mut routes = Self {
            topics: BTreeMap::new(),
            schedules: Vec::new(),
            rules: Vec::new(),
            addresses: Vec::new(),
            rights: Rights::read(&template),
            environment: BTreeMap::new(),
        };
        let globals = &template["Globals"]["Function"]["Environment"]["Variables"];
        for (name, value) in object(globals, "Globals.Function.Environment.Variables")? {
            routes.environment.insert(name.clone(), resolve(value, resources)?);
        }
        for (name, resource) in resources {
            match resource["Type"].as_str() {
                Some("AWS::SNS::Topic") => drop(routes.topics.entry(name.clone()).or_default()),
                Some("AWS::Serverless::Function") => routes.read_function(name, resource, resources)?,
                Some(_) => {}
                None => return Err(RouteError(format!("{name} has no Type"))),
            }
        }
        Ok(routes)
    }

    fn read_function(
        &mut self,
        function: &str,
        resource: &Value,
        resources: &serde_json::Map<String, Value>,
    ) -> Result<(), RouteError> {
        if resource["Properties"]["FunctionUrlConfig"].is_object() {
            self.addresses.push(function.to_owned());
        }
        // A function that is only reached at its address has no events.
        let Some(events) = resource["Properties"]["Events"].as_object() else { return Ok(()) };
        for (event, source) in events {
            let properties = &source["Properties"];
            match source["Type"].as_str() {
                Some("SNS") => {
                    let topic = resolve(&properties["Topic"], resources)?;
                    self.topics.entry(topic).or_default().push(function.to_owned());
                }
                Some("ScheduleV2" | "Schedule") => {
                    let text = properties["ScheduleExpression"].as_str().unwrap_or_default();
                    let every =
                        rate(text).ok_or_else(|| RouteError(format!("{function}.{event}: schedule {text:?}")))?;
                    self.schedules.push((every, function.to_owned()));
                }
                // A parameter decides whether this rule is on. Here it is off.
                Some("EventBridgeRule") if properties["State"].is_object() => {}
                Some("EventBridgeRule") => self.rules.push((properties["Pattern"].clone(), function.to_owned())),
                Some(other) => {
                    return Err(RouteError(format!("{function}.{event}: event type {other} is not known here")));
                }
                None => return Err(RouteError(format!("{function}.{event} has no Type"))),
            }
        }
        Ok(())
    }
}

/// Whether an event matches a pattern. Each member that the pattern names must have one of the values that it lists
/// [docs: eventbridge/latest/userguide/eb-event-patterns]. Only exact values are known here.
pub fn is_of(pattern: &Value, event: &Value) -> bool {
    match pattern {
        Value::Object(members) => members.iter().all(|(name, wanted)| is_of(wanted, &event[name])),
        Value::Array(values) => values.contains(event),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a serde_json::Map<String, Value>, RouteError> {
    value.as_object().ok_or_else(|| RouteError(format!("{what} is missing or no mapping")))
}

/// A plain text, or the name of the resource that a `Ref` names.
fn resolve(value: &Value, resources: &serde_json::Map<String, Value>) -> Result<String, RouteError> {
    if let Some(text) = value.as_str() {
        return Ok(text.to_owned());
    }
    if let Some(name) = value["Ref"].as_str() {
        return match resources.contains_key(name) {
            true => Ok(name.to_owned()),
            false => Err(RouteError(format!("Ref {name}: there is no such resource"))),
        };
    }
    // Only the cloud can resolve this value, e.g. a secret.
    Ok(String::new())
}

/// The interval of a schedule such as `rate(1 minute)`, in the format of EventBridge Scheduler.
fn rate(text: &str) -> Option<Duration> {
    let (number, unit) = text.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let unit_s = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(number.parse::<u64>().ok()? * unit_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_wakes_the_saga_function_by_message_and_by_minute() {
        let routes = Routes::read(TEMPLATE).unwrap();
        assert_eq!(routes.topics["WakeTopic"], ["SagaFunction"]);
        let minute = Duration::from_secs(60);
        let by_schedule = [
            ("DrillFunction", minute * 15),
            ("ProbeFunction", minute),
            ("SagaFunction", minute),
            ("SyncFunction", minute * 5),
        ];
        assert_eq!(routes.schedules, by_schedule.map(|(function, every)| (every, function.to_owned())));
        assert_eq!(routes.environment["SWITCHBACK_WAKE_TOPIC"], "WakeTopic");
    }

    #[test]
    fn what_is_for_trying_out_wakes_nobody_before_a_parameter_turns_it_on() {
        let routes = Routes::read(TEMPLATE).unwrap();
        let sent_by = |source: &str| serde_json::json!({ "source": source, "detail-type": "AWS Health Event" });
        let woken = |source: &str| routes.rules.iter().filter(|(rule, _)| is_of(rule, &sent_by(source))).count();
        assert_eq!((woken("aws.health"), woken("test.health")), (1, 0));
    }

    #[test]
    fn a_pattern_holds_for_what_has_its_values() {
        let pattern = serde_json::json!({ "source": ["aws.health", "test.health"], "detail": { "service": ["EC2"] } });
        let event = |source: &str| serde_json::json!({ "source": source, "detail": { "service": "EC2" } });
        assert!(is_of(&pattern, &event("test.health")) && !is_of(&pattern, &event("aws.ec2")));
        assert!(!is_of(&pattern, &serde_json::json!({ "source": "aws.health" })));
    }

    #[test]
    fn without_its_rule_a_message_wakes_nobody() {
        let without = TEMPLATE.replacen(
            "          Type: SNS\n          Properties:\n            Topic:\n              Ref: WakeTopic",
            "          Type: ScheduleV2\n          Properties:\n            ScheduleExpression: rate(1 day)",
            1,
        );
        assert_ne!(without, TEMPLATE);
        assert!(Routes::read(&without).unwrap().topics["WakeTopic"].is_empty());
    }

    #[test]
    fn a_reference_to_nothing_is_refused() {
        let broken = TEMPLATE.replacen("Ref: WakeTopic", "Ref: WakeTopics", 1);
        assert!(Routes::read(&broken).unwrap_err().to_string().contains("WakeTopics"));
    }
}
