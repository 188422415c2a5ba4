//! Simulates the parameter store: `GetParameter` and `PutParameter`.
//!
//! [SSM: API GetParameter, PutParameter, Parameter]

use serde_json::{Value, json};

use super::Cloud;
use super::place::json_reply;
use super::refusals::{Handled, Refused};
use super::request::CloudRequest;
use crate::json::{flag, text};
use crate::wire::Reply;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) kind: String,
    pub(crate) value: String,
    pub(crate) version: i64,
    pub(crate) modified_ms: i64,
}

impl Cloud {
    pub(crate) fn parameter_call(&mut self, region: &str, operation: &str, request: &CloudRequest) -> Handled {
        let asked = request.json();
        let key = (region.to_owned(), text(&asked, "Name").to_owned());
        match operation {
            "GetParameter" => Some(self.get_parameter(&key, &asked)),
            "PutParameter" => Some(self.put_parameter(key, &asked)),
            _ => None,
        }
    }

    fn get_parameter(&self, key: &(String, String), asked: &Value) -> Result<Reply, Refused> {
        let found = self.parameters.get(key).ok_or_else(|| Refused::new(400, "ParameterNotFound", ""))?;
        // Without decryption, a secure string is shown as its cipher text.
        let hidden = found.kind == "SecureString" && !flag(asked, "WithDecryption");
        let value = if hidden { "AQICAHsimulated" } else { found.value.as_str() };
        let (region, name) = key;
        Ok(json_reply(&json!({ "Parameter": {
            "Name": name,
            "Type": found.kind,
            "Value": value,
            "Version": found.version,
            "LastModifiedDate": found.modified_ms as f64 / 1000.0,
            "ARN": format!("arn:aws:ssm:{region}:000000000000:parameter/{}", name.trim_start_matches('/')),
            "DataType": "text",
        }})))
    }

    fn put_parameter(&mut self, key: (String, String), asked: &Value) -> Result<Reply, Refused> {
        let value = text(asked, "Value").to_owned();
        if value.is_empty() {
            return Err(Refused::new(400, "ValidationException", "Value must not be empty"));
        }
        let modified_ms = self.now_ms;
        let version = match self.parameters.get_mut(&key) {
            Some(_) if !flag(asked, "Overwrite") => {
                let message = "The parameter already exists. To overwrite this value, set the overwrite option.";
                return Err(Refused::new(400, "ParameterAlreadyExists", message));
            }
            Some(found) => {
                let kind = Some(text(asked, "Type")).filter(|kind| !kind.is_empty());
                found.kind = kind.unwrap_or(&found.kind).to_owned();
                found.value = value;
                found.version += 1;
                found.modified_ms = modified_ms;
                found.version
            }
            None => {
                let kind = text(asked, "Type").to_owned();
                if kind.is_empty() {
                    let message = "A parameter type is required when you create a parameter.";
                    return Err(Refused::new(400, "ValidationException", message));
                }
                self.parameters.insert(key, Parameter { kind, value, version: 1, modified_ms });
                1
            }
        };
        Ok(json_reply(&json!({ "Version": version, "Tier": "Standard" })))
    }
}
