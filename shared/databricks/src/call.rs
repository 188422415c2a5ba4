//! One call as data: an endpoint and the values that fill it.
//!
//! Law: a call can be written down and read back. A call that is read back can only name a listed endpoint.
//! Must not know: credentials, answers.

use bytes::Bytes;
use engine::ports::Access;
use saga::Fault;
use serde_json::{Value, json};

use crate::codes;
use crate::endpoint::Endpoint;
use crate::endpoints::ENDPOINTS;

/// A call to one endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The endpoint that is called.
    pub endpoint: Endpoint,
    /// The text for `{id}` or `{name}` in the path; empty if the path has neither.
    pub id: String,
    /// The texts for other names in braces in the path, encoded.
    pub places: Vec<(&'static str, String)>,
    /// Query parameters in the order in which they are sent.
    pub query: Vec<(&'static str, String)>,
    /// JSON body; `Null` if there is none.
    pub body: Value,
}

impl Call {
    /// A call to this endpoint, with no id, no query and no body.
    pub fn to(endpoint: Endpoint) -> Self {
        Self { endpoint, id: String::new(), places: Vec::new(), query: Vec::new(), body: Value::Null }
    }

    /// Sets the id of the resource in the path.
    #[must_use]
    pub fn of(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    /// Sets the text for one more name in braces in the path.
    #[must_use]
    pub fn at(mut self, place: &'static str, text: &str) -> Self {
        self.places.push((place, encoded(text)));
        self
    }

    /// Sets a piece of a path, slashes and query included, for a name in braces. It is not encoded, so it is
    /// only for a piece that was checked to stay in its place.
    #[must_use]
    pub(crate) fn at_as_it_is(mut self, place: &'static str, path: &str) -> Self {
        self.places.push((place, path.to_owned()));
        self
    }

    /// Adds one query parameter.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl ToString) -> Self {
        self.query.push((key, value.to_string()));
        self
    }

    /// Sets the JSON body.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = body;
        self
    }

    /// The path with its query, both encoded.
    pub fn path_and_query(&self) -> String {
        // An id without a parent fills both places. The workspace then answers that it does not exist.
        let (parent, own) = match self.endpoint.path.contains("{parent}") {
            true => self.id.split_once('/').unwrap_or((&self.id, &self.id)),
            false => ("", self.id.as_str()),
        };
        let mut path = self.endpoint.path.replace("{parent}", &encoded(parent)).replace("{id}", &encoded(own));
        if path.contains("{name}") {
            path = path.replace("{name}", &encoded_parts(&self.id));
        }
        for (place, text) in &self.places {
            path = path.replace(&format!("{{{place}}}"), text);
        }
        for (at, (key, value)) in self.query.iter().enumerate() {
            path.push(if at == 0 { '?' } else { '&' });
            path.push_str(key);
            path.push('=');
            path.push_str(&encoded(value));
        }
        path
    }

    /// The body as it is sent; empty if there is none.
    pub fn bytes(&self) -> Bytes {
        if self.body.is_null() { Bytes::new() } else { Bytes::from(self.body.to_string()) }
    }

    /// Writes the call down, for an [`engine::ports::ApiCall`]. The query and every name in braces except `{id}`
    /// are left out.
    pub fn to_value(&self) -> Value {
        json!({ "endpoint": self.endpoint.name, "id": self.id, "body": self.body })
    }

    /// Reads a call that [`Call::to_value`] wrote.
    ///
    /// # Errors
    ///
    /// A fault if the value names no listed endpoint that may change something.
    pub fn from_value(value: &Value) -> Result<Self, Fault> {
        let named = value.get("endpoint").and_then(Value::as_str).unwrap_or_default();
        let endpoint = ENDPOINTS.iter().find(|e| e.name == named && e.nature == Access::Write);
        let endpoint = endpoint.ok_or_else(|| {
            Fault::person_needed(codes::UNKNOWN_WANT, format!("{named:?} is no call of this version"))
        })?;
        let id = value.get("id").and_then(Value::as_str).unwrap_or_default();
        let body = value.get("body").cloned().unwrap_or_default();
        Ok(Call::to(**endpoint).of(id).body(body))
    }
}

/// Percent-encodes everything but unreserved characters [RFC 3986 §2.3].
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Encodes each part of a name that is itself a path. Leaves out empty parts, `.` and `..`, which would lead
/// out of its place.
fn encoded_parts(name: &str) -> String {
    let parts = name.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    parts.map(encoded).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoints::{DASHBOARD_SCHEDULES_GET, JOBS_LIST, JOBS_UPDATE, POSTGRES_ENDPOINTS_GET, WAREHOUSES_STOP};
    use crate::endpoints_actions::WORKSPACE_NETWORK_GET;

    #[test]
    fn ids_and_tokens_cannot_leave_their_place() {
        assert_eq!(
            Call::to(WAREHOUSES_STOP).of("a/../b?c").path_and_query(),
            "/api/2.0/sql/warehouses/a%2F..%2Fb%3Fc/stop"
        );
        let call = Call::to(JOBS_LIST).with("limit", 100).with("page_token", "a+b/c=&x");
        assert_eq!(call.path_and_query(), "/api/2.2/jobs/list?limit=100&page_token=a%2Bb%2Fc%3D%26x");
    }

    #[test]
    fn an_id_of_two_parts_stands_in_two_places_and_cannot_leave_them() {
        let path = |id: &str| Call::to(DASHBOARD_SCHEDULES_GET).of(id).path_and_query();
        assert_eq!(path("d1/s1"), "/api/2.0/lakeview/dashboards/d1/schedules/s1");
        assert_eq!(path("d1/../s1"), "/api/2.0/lakeview/dashboards/d1/schedules/..%2Fs1");
        assert_eq!(path("7"), "/api/2.0/lakeview/dashboards/7/schedules/7");
    }

    #[test]
    fn a_name_that_is_a_path_cannot_leave_its_place_either() {
        let call = Call::to(POSTGRES_ENDPOINTS_GET).of("projects/a b/../../../2.1/clusters//x?y");
        assert_eq!(call.path_and_query(), "/api/2.0/postgres/projects/a%20b/2.1/clusters/x%3Fy");
    }

    #[test]
    fn what_stands_for_a_name_in_braces_cannot_leave_its_place() {
        let call = Call::to(WORKSPACE_NETWORK_GET).at("account", "a/b").at("workspace", "7?x");
        assert_eq!(call.path_and_query(), "/api/2.0/accounts/a%2Fb/workspaces/7%3Fx/network");
    }

    #[test]
    fn a_call_that_was_written_down_is_the_same_when_read_back() {
        let call = Call::to(JOBS_UPDATE).body(json!({ "job_id": 7 }));
        assert_eq!(Call::from_value(&call.to_value()), Ok(call));
    }

    #[test]
    fn what_is_no_listed_effect_is_not_read_back() {
        for name in ["jobs/delete", "jobs/list", ""] {
            assert!(Call::from_value(&json!({ "endpoint": name })).is_err(), "{name}");
        }
    }
}
