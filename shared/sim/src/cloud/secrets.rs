//! Simulates Secrets Manager: `GetSecretValue` and `PutSecretValue`.
//!
//! A version is put under the caller's token. The same content again is ignored, and other content is
//! refused. A new version becomes the current one, and the version before it becomes the previous one.
//! [Secrets Manager: API GetSecretValue, PutSecretValue]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Cloud;
use super::place::json_reply;
use super::refusals::{Handled, Refused};
use super::request::CloudRequest;
use crate::json::text;
use crate::wire::Reply;

/// A secret with its versions. Debug output does not show its texts.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Secret {
    pub(crate) versions: BTreeMap<String, String>,
    pub(crate) current: String,
    pub(crate) previous: Option<String>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} versions", self.versions.len())
    }
}

impl Secret {
    pub(crate) fn put(&mut self, token: &str, value: String) {
        self.versions.insert(token.to_owned(), value);
        let before = std::mem::replace(&mut self.current, token.to_owned());
        self.previous = Some(before).filter(|before| !before.is_empty());
    }

    fn stages(&self, version: &str) -> Vec<&'static str> {
        let current = (self.current == version).then_some("AWSCURRENT");
        let previous = (self.previous.as_deref() == Some(version)).then_some("AWSPREVIOUS");
        current.into_iter().chain(previous).collect()
    }
}

impl Cloud {
    pub(crate) fn secret_call(&mut self, region: &str, operation: &str, request: &CloudRequest) -> Handled {
        let asked = request.json();
        match operation {
            "GetSecretValue" => Some(self.get_secret(region, &asked)),
            "PutSecretValue" => Some(self.put_secret(region, &asked)),
            _ => None,
        }
    }

    fn get_secret(&self, region: &str, asked: &Value) -> Result<Reply, Refused> {
        let name = name_of(text(asked, "SecretId"));
        let secret = self.secrets.get(&(region.to_owned(), name.clone())).ok_or_else(absent)?;
        let version = match (text(asked, "VersionId"), text(asked, "VersionStage")) {
            ("", "" | "AWSCURRENT") => secret.current.clone(),
            ("", "AWSPREVIOUS") => secret.previous.clone().ok_or_else(absent)?,
            ("", _) => return Err(absent()),
            (version, _) => version.to_owned(),
        };
        let value = secret.versions.get(&version).ok_or_else(absent)?;
        Ok(json_reply(&json!({
            "ARN": arn(region, &name),
            "Name": name,
            "VersionId": version,
            "SecretString": value,
            "VersionStages": secret.stages(&version),
            "CreatedDate": self.now_ms as f64 / 1000.0,
        })))
    }

    fn put_secret(&mut self, region: &str, asked: &Value) -> Result<Reply, Refused> {
        let name = name_of(text(asked, "SecretId"));
        let secret = self.secrets.get_mut(&(region.to_owned(), name.clone())).ok_or_else(absent)?;
        let (token, value) = (text(asked, "ClientRequestToken"), text(asked, "SecretString"));
        if !(32..=64).contains(&token.len()) {
            return Err(Refused::new(400, "InvalidParameterException", "ClientRequestToken must be 32-64 characters"));
        }
        match secret.versions.get(token) {
            Some(there) if there != value => {
                let message = "You can't modify an existing version, you can only create a new version.";
                return Err(Refused::new(400, "ResourceExistsException", message));
            }
            Some(_) => {}
            None => secret.put(token, value.to_owned()),
        }
        Ok(json_reply(&json!({
            "ARN": arn(region, &name),
            "Name": name,
            "VersionId": token,
            "VersionStages": secret.stages(token),
        })))
    }
}

fn absent() -> Refused {
    Refused::new(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

/// An ARN, which ends with the name, a hyphen and six characters.
fn arn(region: &str, name: &str) -> String {
    format!("arn:aws:secretsmanager:{region}:000000000000:secret:{name}-AbCdEf")
}

fn name_of(id: &str) -> String {
    let name = id.rsplit(':').next().unwrap_or_default();
    if id.starts_with("arn:") { name.trim_end_matches("-AbCdEf").to_owned() } else { id.to_owned() }
}
