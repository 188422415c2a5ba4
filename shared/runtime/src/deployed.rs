//! Boots a function: reads its environment and makes its ports.
//!
//! | variable | meaning |
//! |---|---|
//! | `SWITCHBACK_CONFIG` | path of the pair's configuration in the function's package |
//! | `SWITCHBACK_TABLE` | name of the DynamoDB table |
//! | `SWITCHBACK_TABLE_REGION` | region of the table, the bucket and the topics, if it is not the function's own |
//! | `SWITCHBACK_BUCKET` | name of the S3 bucket |
//! | `SWITCHBACK_EVIDENCE_BUCKET` | name of the S3 bucket under Object Lock; if it is absent, evidence is not locked |
//! | `SWITCHBACK_WAKE_TOPIC` | ARN of the SNS topic for wake messages |
//! | `SWITCHBACK_PEOPLE_TOPIC` | ARN of the SNS topic for messages to people |
//! | `SWITCHBACK_APPROVAL_URL` | the beginning of approval links, if the configuration has none |
//! | `SWITCHBACK_PLACE` | the name of the place where probes run; the region if it is absent |
//! | `SWITCHBACK_JUDGE` | `no`: the function probe only reads, and another place gives the verdict |
//! | `AWS_ENDPOINT_URL` | an emulator's address, for tests; absent when deployed |

use std::path::Path;
use std::sync::Arc;

use aws::{AwsActions, Clients, DynamoStore, S3Objects, SnsMessenger, SnsWaker};
use engine::Deps;
use engine::ports::{Actions, Waker};
use signals::Gates;

use crate::actions::needs;
use crate::boot::{self, NobodyToWake, Ports};
use crate::clock::SystemClock;
use crate::config::{Checked, ConfigError, webhooks};
use crate::environment::variable;

/// A function that cannot start.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// A variable is missing.
    #[error("the variable {0} is not set: infra/aws/template.yaml sets it")]
    Variable(&'static str),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// The ports of a deployed function.
///
/// # Errors
///
/// [`BootError`] if a variable is missing or the configuration is wrong.
pub async fn deps() -> Result<Deps, BootError> {
    let checked = checked()?;
    let (table, bucket) = (required("SWITCHBACK_TABLE")?, required("SWITCHBACK_BUCKET")?);
    let topic = required("SWITCHBACK_WAKE_TOPIC")?;
    let mut ports = ports(&table, &bucket, Some(&topic)).await;
    if let Some(people) = variable("SWITCHBACK_PEOPLE_TOPIC") {
        ports.messenger = Some(Arc::new(SnsMessenger::new(&store_clients().await, people)));
    }
    Ok(boot::deps(&checked, Arc::new(SystemClock::start()), ports)?)
}

/// The webhooks of a deployed function.
///
/// # Errors
///
/// [`BootError`] if a variable is missing or the configuration is wrong.
pub fn gates() -> Result<Gates, BootError> {
    Ok(webhooks::gates(&checked()?)?)
}

fn checked() -> Result<Checked, BootError> {
    Ok(Checked::read(Path::new(&required("SWITCHBACK_CONFIG")?))?)
}

fn required(name: &'static str) -> Result<String, BootError> {
    variable(name).ok_or(BootError::Variable(name))
}

/// The deployed table and bucket. Without a topic nobody is woken, and the tick finds the sagas.
pub async fn ports(table: &str, bucket: &str, topic: Option<&str>) -> Ports {
    let (clients, own) = (store_clients().await, clients().await);
    let waker: Arc<dyn Waker> = match topic {
        Some(topic) => Arc::new(SnsWaker::new(&clients, topic)),
        None => Arc::new(NobodyToWake),
    };
    let evidence = variable("SWITCHBACK_EVIDENCE_BUCKET");
    let objects = Arc::new(S3Objects::new(&clients, bucket, "").with_evidence(evidence));
    let ports = Ports::over(Arc::new(DynamoStore::new(&clients, table)), objects, waker);
    Ports { actions: vec![Arc::new(AwsActions::new(&own))], aws: Some(own), ..ports }
}

/// The same actions on AWS, for a pair that is recorded elsewhere. Empty if none is declared, because then no account
/// there is needed.
pub async fn actions(checked: &Checked) -> Vec<Arc<dyn Actions>> {
    if needs(&checked.declarations).aws { vec![Arc::new(AwsActions::new(&clients().await))] } else { Vec::new() }
}

/// Clients of the region where this runs.
async fn clients() -> Clients {
    clients_of(variable("AWS_REGION")).await
}

/// Clients of the region where everything is recorded.
async fn store_clients() -> Clients {
    clients_of(variable("SWITCHBACK_TABLE_REGION").or_else(|| variable("AWS_REGION"))).await
}

async fn clients_of(region: Option<String>) -> Clients {
    let endpoint = variable("AWS_ENDPOINT_URL");
    Clients::from_environment(region.as_deref(), endpoint.as_deref()).await
}

/// The name of this runner: the function's own name and a number that is different at each start.
pub fn owner() -> String {
    let name = variable("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|| "function".to_owned());
    let stream = variable("AWS_LAMBDA_LOG_STREAM_NAME").unwrap_or_else(|| format!("process-{}", std::process::id()));
    format!("{name}/{stream}")
}

/// The name of the place where probes run.
pub fn place() -> String {
    variable("SWITCHBACK_PLACE").or_else(|| variable("AWS_REGION")).unwrap_or_else(|| "here".to_owned())
}

/// Whether the verdict is given here.
pub fn judges() -> bool {
    variable("SWITCHBACK_JUDGE").as_deref() != Some("no")
}
