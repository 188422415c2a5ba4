//! Creates the things that declared actions change, in their state before a failover: everything leads to the
//! active side.

use engine::Deps;
use engine::datasets::filled;
use engine::ports::ActionList;
use engine::roles::as_recorded;
use failover::Side;
use failover::action::{Action, Address, Declarations, Purpose, placeholders};
use failover::template::fill_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sim::{Cloud, CloudRoute, WebBehaviour};

use crate::stack::around::{CHAT_ADDRESS, CHAT_HOST};
use crate::stack::{PAIR, addresses};

/// The region of the stack.
const REGION: &str = "eu-west-1";
/// Age of the last synced data of a dataset, at every read.
const LAG: SignedDuration = SignedDuration::from_secs(20);

/// Furnishes the cloud and the web for the side that works.
///
/// # Errors
///
/// A sentence that names the action that a rehearsal cannot furnish.
pub(super) fn furnish(cloud: &mut Cloud, declarations: &Declarations, works: Side) -> Result<(), String> {
    let pair = failover::PairName::new(PAIR)?;
    let address = addresses().into_iter().find(|address| address.side == works);
    let address = address.unwrap_or_else(|| Address { side: works, url: String::new(), host: String::new() });
    for action in &declarations.actions {
        let settings = match action.purpose {
            Purpose::Channel => action.settings.clone(),
            Purpose::Fence
            | Purpose::Dataset
            | Purpose::Source
            | Purpose::Route
            | Purpose::Recovery
            | Purpose::Endpoint
            | Purpose::Validation => fill_all(&action.settings, &placeholders(&pair, &address))?,
        };
        one(cloud, action, &settings, works)?;
    }
    Ok(())
}

fn one(cloud: &mut Cloud, action: &Action, settings: &Value, works: Side) -> Result<(), String> {
    let text = |key: &str| settings.get(key).and_then(Value::as_str).unwrap_or_default();
    let region = || settings.get("region").and_then(Value::as_str).unwrap_or(REGION);
    match action.kind.as_str() {
        "ssm_parameter" => cloud.add_parameter(region(), text("parameter"), "String", text("value")),
        "secret_value" => {
            let value = match settings.get("member").and_then(Value::as_str) {
                Some(member) => serde_json::json!({ member: text("value"), "user": "reader" }).to_string(),
                None => text("value").to_owned(),
            };
            cloud.add_secret(region(), text("secret"), &value);
        }
        "route53_record" => cloud.add_record(text("zone"), text("record"), "CNAME", 60, text("value")),
        "multi_region_access_point" => {
            let route = |side: Side, region: &str, bucket: &str| CloudRoute {
                bucket: text(bucket).to_owned(),
                region: text(region).to_owned(),
                dial: if side == works { 100 } else { 0 },
            };
            let primary = route(Side::Primary, "primary_region", "primary_bucket");
            let standby = route(Side::Standby, "standby_region", "standby_bucket");
            cloud.add_access_point(text("account"), text("mrap"), &[primary, standby]);
        }
        "kinesis_stream" => cloud.add_stream(region(), text("stream"), "ACTIVE"),
        "sns_message" => cloud.add_topic(text("topic")),
        "slack_message" if settings.pointer("/url/env").and_then(Value::as_str) == Some(CHAT_ADDRESS) => {
            cloud.add_web(CHAT_HOST, WebBehaviour::text(200, "ok"));
        }
        "webhook_message" | "https_endpoint" => {
            let host = host(text("url"));
            // The host's name decides, so that a script can have a receiver that is gone.
            let status = if host.starts_with("gone.") { 410 } else { 200 };
            cloud.add_web(&host, WebBehaviour::text(status, "{}"));
        }
        "datadog_event" => {
            let site = settings.get("site").and_then(Value::as_str).unwrap_or("datadoghq.com");
            cloud.add_web(&format!("api.{site}"), WebBehaviour::text(202, "{\"status\":\"ok\"}"));
        }
        "dynatrace_event" => {
            let taken = "{\"reportCount\":1,\"eventIngestResults\":[{\"correlationId\":\"1\",\"status\":\"OK\"}]}";
            cloud.add_web(&host(text("environment")), WebBehaviour::text(201, taken));
        }
        "https_call" => {
            let body = settings.pointer("/call/body").cloned().unwrap_or_default();
            let url = settings.pointer("/read/url").and_then(Value::as_str).unwrap_or_default();
            cloud.add_web(&host(url), WebBehaviour::document(&body.to_string()));
        }
        "jdbc_host" => {
            let port = settings.get("port").and_then(Value::as_u64).and_then(|port| u16::try_from(port).ok());
            cloud.add_port(text("host"), port.unwrap_or_default(), true);
        }
        "kafka_brokers" => {
            let brokers = settings.get("brokers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            for broker in brokers.iter().filter_map(Value::as_str) {
                let (host, port) = broker.rsplit_once(':').unwrap_or((broker, "0"));
                cloud.add_port(host, port.parse().unwrap_or_default(), true);
            }
        }
        // The objects of these actions are in the stack's own bucket, in a workspace, or on the account.
        "s3_prefix" | "heartbeat" => {}
        kind if databricks::ON_WORKSPACE.knows(kind) || databricks::ON_ACCOUNT.knows(kind) => {}
        kind => return Err(format!("a rehearsal cannot furnish {kind} {:?}", action.name)),
    }
    Ok(())
}

fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default().to_owned()
}

/// Writes the heartbeat of every dataset, as the leaving side's writer and the replication would.
///
/// # Errors
///
/// The error of the store, or of the placeholders in the settings.
pub(super) async fn beat(operator: &Deps, now: Timestamp) -> Result<(), String> {
    let operator = &as_recorded(operator).await.map_err(|e| e.to_string())?;
    for action in operator.sides().declarations.of(Purpose::Dataset) {
        let settings = filled(operator, Side::Standby, &action.settings)?;
        let Some(key) = settings.get("key").and_then(Value::as_str) else { continue };
        let at = now.saturating_sub(LAG).unwrap_or(now);
        operator.objects.put(key, at.to_string().into()).await.map_err(|e| e.to_string())?;
    }
    Ok(())
}
