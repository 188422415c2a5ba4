//! Defines a request to the cloud, with small functions that read it.
//!
//! Must not know: any service.

use std::collections::BTreeMap;

use serde_json::Value;

use super::place::Place;
use crate::routes;

/// One HTTP request to one host.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CloudRequest {
    /// The host it goes to, without a port, e.g. `ssm.eu-west-1.amazonaws.com`.
    pub host: String,
    /// Upper-case method.
    pub method: String,
    /// Path with its query.
    pub path_and_query: String,
    /// Header names in any case.
    pub headers: Vec<(String, String)>,
    /// The body as sent; empty for none.
    pub body: Vec<u8>,
}

impl CloudRequest {
    /// The first header of that name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The path without its query, as sent.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path_and_query.split('?').next().unwrap_or_default()
    }

    /// The name of the operation as AWS calls it, e.g. `PutParameter`; the method for other hosts.
    #[must_use]
    pub fn operation(&self) -> String {
        Place::of(self).operation(self)
    }

    pub(crate) fn segments(&self) -> Vec<String> {
        self.path().split('/').filter(|part| !part.is_empty()).map(routes::decode).collect()
    }

    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let query = self.path_and_query.split_once('?').map_or("", |(_, query)| query);
        first(&routes::pairs(query), name)
    }

    /// A field of a form in the body.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        first(&routes::pairs(&String::from_utf8_lossy(&self.body)), name)
    }

    /// The body as JSON; `Null` if it is not JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The region and the service that the signature names. They are the third and the fourth part
    /// of the credential scope `key/date/region/service/aws4_request` [AWS: Signature Version 4].
    pub(crate) fn scope(&self) -> Option<(&str, &str)> {
        let signed = self.header("authorization")?.strip_prefix("AWS4-HMAC-SHA256")?;
        let scope = signed.split("Credential=").nth(1)?.split(',').next()?;
        let mut parts = scope.split('/').skip(2);
        Some((parts.next()?, parts.next()?))
    }
}

fn first(pairs: &BTreeMap<String, Vec<String>>, name: &str) -> Option<String> {
    pairs.get(name).and_then(|values| values.first()).cloned()
}

/// Paths and headers of webhooks carry credentials, so only method and host are shown.
impl std::fmt::Debug for CloudRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.host)
    }
}
