//! Checks and counts the rights that the template gives each function.
//!
//! The local stack refuses every request that the template does not grant, as AWS would. So a missing right breaks
//! a rehearsal, and not a real failover. Used rights are counted, so that a right which nothing uses is found, too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::bucket::bucket_name;
use crate::embedded::{Call, Passage};

/// An AWS action, and the resource that it concerns, by its name in the template: `sns:Publish` and `WakeTopic`, or
/// `s3:GetObject` and `ObjectBucket/*`.
pub type Right = (String, String);

/// One right that stands for all rights of infra/aws/actions-policy.json. A function has it if the stack has an
/// output for the function's role, since the policy is attached to that role.
const ACTIONS: &str = "actions-policy.json";

/// The rights of every function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    granted: BTreeMap<String, BTreeSet<Right>>,
    table: String,
    buckets: Vec<String>,
    /// The key of each topic, if the topic has a key of the stack.
    topics: BTreeMap<String, Option<String>>,
}

impl Rights {
    /// Reads the rights from a template.
    pub fn read(template: &Value) -> Self {
        let mut rights = Self::default();
        for (name, resource) in template["Resources"].as_object().into_iter().flatten() {
            let properties = &resource["Properties"];
            match resource["Type"].as_str() {
                Some("AWS::DynamoDB::Table") => rights.table.clone_from(name),
                Some("AWS::S3::Bucket") => rights.buckets.push(name.clone()),
                Some("AWS::SNS::Topic") => {
                    let key = properties["KmsMasterKeyId"]["Ref"].as_str().map(str::to_owned);
                    rights.topics.insert(name.clone(), key);
                }
                Some("AWS::Serverless::Function") => {
                    rights.granted.entry(name.clone()).or_default().extend(of_function(properties));
                }
                Some(_) | None => {}
            }
        }
        for output in template["Outputs"].as_object().into_iter().flatten().map(|(_, output)| output) {
            let function = output["Value"]["Ref"].as_str().and_then(|role| role.strip_suffix("Role"));
            if let Some(granted) = function.and_then(|function| rights.granted.get_mut(function)) {
                granted.insert((ACTIONS.to_owned(), "*".to_owned()));
            }
        }
        rights
    }

    /// The rights of each function.
    pub fn granted(&self) -> &BTreeMap<String, BTreeSet<Right>> {
        &self.granted
    }

    /// The rights that a request needs.
    fn needed(&self, call: &Call) -> Vec<Right> {
        let right = |action: &str, resource: &str| (action.to_owned(), resource.to_owned());
        let action = vec![right(ACTIONS, "*")];
        match call.service {
            "dynamodb" => vec![right(&format!("dynamodb:{}", call.operation), &self.table)],
            "s3" => {
                let bucket = call.subject.split('/').next().unwrap_or_default();
                let Some(bucket) = self.buckets.iter().find(|name| bucket_name(name) == bucket) else { return action };
                match call.operation.as_str() {
                    "ListObjectsV2" => vec![right("s3:ListBucket", bucket)],
                    // HeadObject needs the right to read the object [S3: API HeadObject, permissions].
                    "HeadObject" => vec![right("s3:GetObject", &format!("{bucket}/*"))],
                    operation => vec![right(&format!("s3:{operation}"), &format!("{bucket}/*"))],
                }
            }
            "sns" => {
                let Some((topic, key)) = self.topics.get_key_value(&call.subject) else { return action };
                // A topic with its own key also needs rights to that key [SNS: key management, least privilege].
                let of_key = key.iter().flat_map(|key| ["kms:Decrypt", "kms:GenerateDataKey"].map(|a| right(a, key)));
                [right("sns:Publish", topic)].into_iter().chain(of_key).collect()
            }
            "health" => vec![right("health:DescribeEvents", "*")],
            _ => action,
        }
    }
}

fn of_function(properties: &Value) -> BTreeSet<Right> {
    let policies = properties["Policies"].as_array().into_iter().flatten();
    let statements = policies.flat_map(|policy| policy["Statement"].as_array().into_iter().flatten());
    let rights = statements.flat_map(|statement| {
        let resources: Vec<String> = listed(&statement["Resource"]).into_iter().map(named).collect();
        let actions = listed(&statement["Action"]).into_iter().filter_map(Value::as_str);
        actions
            .flat_map(|action| resources.iter().map(|r| (action.to_owned(), r.clone())).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    });
    rights.collect()
}

fn listed(one_or_more: &Value) -> Vec<&Value> {
    one_or_more.as_array().map_or_else(|| vec![one_or_more], |more| more.iter().collect())
}

/// A resource by its name in the template.
fn named(resource: &Value) -> String {
    let name = resource["Ref"].as_str().or_else(|| resource["Fn::GetAtt"][0].as_str()).or_else(|| resource.as_str());
    let within = || resource["Fn::Sub"].as_str().map(|text| text.replace("${", "").replace(".Arn}", ""));
    name.map(str::to_owned).or_else(within).unwrap_or_default()
}

/// The rights, with the used ones and the refused requests.
#[derive(Debug, Default)]
pub(super) struct Uses {
    rights: Rights,
    used: Mutex<BTreeMap<String, BTreeSet<Right>>>,
    refused: Mutex<BTreeSet<String>>,
}

impl Uses {
    pub(super) fn of(rights: Rights) -> Self {
        Self { rights, ..Self::default() }
    }

    /// Returns AWS's refusal if the function lacks a right for the request. A person's own process has no function,
    /// and the template does not give it its rights.
    pub(super) fn judge(&self, function: &str, call: &Call) -> Option<Passage> {
        let granted = self.rights.granted.get(function)?;
        let needed = self.rights.needed(call);
        if let Some((action, resource)) = needed.iter().find(|right| !granted.contains(*right)) {
            lock(&self.refused).insert(format!("{function} may not {action} on {resource}"));
            let (status, code) = match call.service {
                "dynamodb" => (400, "AccessDeniedException"),
                "sns" => (403, "AuthorizationError"),
                _ => (403, "AccessDenied"),
            };
            return Some(Passage::Answer { status, code });
        }
        lock(&self.used).entry(function.to_owned()).or_default().extend(needed);
        None
    }

    pub(super) fn used(&self) -> BTreeMap<String, BTreeSet<Right>> {
        lock(&self.used).clone()
    }

    pub(super) fn refused(&self) -> Vec<String> {
        lock(&self.refused).iter().cloned().collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::super::routes::TEMPLATE;
    use super::*;

    fn rights(template: &str) -> Rights {
        Rights::read(&serde_saphyr::from_str(template).unwrap())
    }

    fn call(service: &'static str, operation: &str, subject: &str) -> Call {
        Call { service, operation: operation.to_owned(), subject: subject.to_owned() }
    }

    #[test]
    fn the_functions_may_do_what_the_template_says() {
        let uses = Uses::of(rights(TEMPLATE));
        let judged = |function: &str, call: Call| uses.judge(function, &call).is_none();
        assert!(judged("SyncFunction", call("dynamodb", "GetItem", "PAIR#p HEAD")));
        assert!(!judged("SyncFunction", call("dynamodb", "PutItem", "PAIR#p HEAD")));
        assert!(judged("SyncFunction", call("s3", "HeadObject", "objectbucket/pairs/p/published.json")));
        assert!(!judged("SyncFunction", call("s3", "PutObject", "evidencebucket/sagas/s/record.json")));
        assert!(!judged("SyncFunction", call("s3", "GetObject", "data-of-the-team/heartbeat")));
        assert!(judged("SagaFunction", call("ssm", "PutParameter", "ssm.eu-west-1.amazonaws.com")));
        assert!(judged("SagaFunction", call("sns", "Publish", "PeopleTopic")));
        assert!(judged("", call("dynamodb", "DeleteItem", "PAIR#p HEAD")), "a person has rights of their own");
        assert_eq!(uses.refused().len(), 3, "{:?}", uses.refused());
        assert_eq!(uses.used()["SyncFunction"].len(), 2);
    }

    #[test]
    fn a_topic_with_a_key_of_its_own_is_published_to_with_that_key() {
        let without = TEMPLATE.replace("                - kms:GenerateDataKey\n", "");
        assert_ne!(without, TEMPLATE);
        let uses = Uses::of(rights(&without));
        assert!(uses.judge("SagaFunction", &call("sns", "Publish", "WakeTopic")).is_none());
        assert!(uses.judge("SagaFunction", &call("sns", "Publish", "PeopleTopic")).is_some());
        assert_eq!(uses.refused(), ["SagaFunction may not kms:GenerateDataKey on TopicKey"]);
    }
}
