//! Decides who may call: tokens, their life, and the current user.
//!
//! Law: a token is good on the side that issued it, until it expires, and nowhere else. The work's
//! principal gets no token on a side that its account does not assign it to. A token that it got
//! before stays good until it expires (both unverified).
//! Must not know: which calls are made with a token.
//!
//! Sources: `POST /oidc/v1/token` with client credentials in HTTP Basic and a form body gives
//! bearer tokens of 3600 s [docs: dev-tools/auth/oauth-m2m; py-sdk: oauth.py]; discovery at
//! `/oidc/.well-known/oauth-authorization-server` and `/.well-known/databricks-config`
//! [py-sdk: config.py]; `GET /api/2.0/preview/scim/v2/Me` [py-sdk: service/iam.py].

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    json::text,
    refusal::{Handled, Refusal},
    routes::Call,
    wire::{
        ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, PRINCIPAL_ID, USER_NAME, WORK_CLIENT_ID, WORK_CLIENT_SECRET,
        WORK_PRINCIPAL_ID, WORK_USER_NAME,
    },
    workspace::Workspace,
};

const TOKEN_LIFE_S: i64 = 3600;

/// The bearer tokens that one side has issued, with the moment at which each ends (unix ms).
#[derive(Default)]
pub(crate) struct Sessions {
    until_ms: BTreeMap<String, i64>,
    /// The tokens that the work's principal holds.
    of_work: BTreeSet<String>,
}

impl Workspace {
    /// Refuses a request whose credential is missing, unknown on this side, or expired.
    pub(crate) fn authenticate(&self, authorization: Option<&str>) -> Result<(), Refusal> {
        let Some(token) = authorization.and_then(|header| header.strip_prefix("Bearer ")) else {
            let message = "Credential was not sent or was of an unsupported type for this API.";
            return Err(Refusal::credential(message));
        };
        if token == self.side.personal_token() {
            return Ok(());
        }
        match self.sessions.until_ms.get(token) {
            Some(until_ms) if *until_ms > self.now => Ok(()),
            Some(_) => Err(Refusal::credential("Access token is expired.")),
            None => Err(Refusal::credential("Invalid access token.")),
        }
    }

    pub(crate) fn issue_token(&mut self, call: &Call) -> Handled {
        if text(&call.body, "grant_type") != "client_credentials" {
            return Err(oauth_error(400, "unsupported_grant_type", "use client_credentials"));
        }
        let of_work = is_client(call, WORK_CLIENT_ID, WORK_CLIENT_SECRET) && self.beside.work_is_assigned;
        if !of_work && !is_client(call, CLIENT_ID, CLIENT_SECRET) {
            return Err(oauth_error(401, "invalid_client", "client authentication failed"));
        }
        let token = format!("simulated-bearer-{}-{}", self.side.word(), self.hex(24));
        let now = self.now;
        self.sessions.until_ms.retain(|_, until_ms| *until_ms + 3_600_000 > now);
        self.sessions.until_ms.insert(token.clone(), now + TOKEN_LIFE_S * 1000);
        if of_work {
            self.sessions.of_work.insert(token.clone());
        }
        Ok(json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFE_S,
            "scope": "all-apis",
        }))
    }

    pub(crate) fn discover_identity(&mut self, call: &Call) -> Handled {
        let base = format!("{}/oidc", call.base);
        Ok(json!({
            "issuer": base,
            "authorization_endpoint": format!("{base}/v1/authorize"),
            "token_endpoint": format!("{base}/v1/token"),
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }))
    }

    pub(crate) fn discover_workspace(&mut self, call: &Call) -> Handled {
        Ok(json!({
            "oidc_endpoint": format!("{}/oidc", call.base),
            "workspace_id": self.side.workspace_id(),
            "account_id": ACCOUNT_ID,
            "cloud": "AWS",
        }))
    }

    pub(crate) fn current_user(&mut self, call: &Call) -> Handled {
        let token = call.authorization.as_deref().and_then(|header| header.strip_prefix("Bearer "));
        if token.is_some_and(|token| self.sessions.of_work.contains(token)) {
            return Ok(json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "id": WORK_PRINCIPAL_ID.to_string(),
                "userName": WORK_USER_NAME,
                "displayName": "The work",
                "active": true,
                "groups": [{ "display": "users", "type": "direct", "value": "1" }],
            }));
        }
        let mut groups = vec![json!({ "display": "users", "type": "direct", "value": "1" })];
        if self.settings.admin {
            groups.push(json!({ "display": "admins", "type": "direct", "value": "2" }));
        }
        Ok(json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "id": PRINCIPAL_ID.to_string(),
            "userName": USER_NAME,
            "displayName": "Switchback",
            "active": true,
            "groups": groups,
            "entitlements": [{ "value": "allow-cluster-create" }],
        }))
    }

    /// `GET /api/2.1/unity-catalog/current-metastore-assignment` [py-sdk: service/catalog.py
    /// MetastoresAPI.current, MetastoreAssignment]. A metastore belongs to one region.
    pub(crate) fn metastore_assignment(&mut self, _call: &Call) -> Handled {
        let workspace_id: i64 = self.side.workspace_id().parse().unwrap_or(0);
        Ok(json!({
            "metastore_id": format!("00000000-0000-4000-8000-{workspace_id:012}"),
            "workspace_id": workspace_id,
            "default_catalog_name": "main",
        }))
    }
}

/// A refusal by an identity endpoint. It has OAuth's error form, not the workspace's [docs: RFC 6749 §5.2].
pub(crate) fn oauth_error(status: u16, code: &str, message: &str) -> Refusal {
    Refusal::new(status, code, message)
}

pub(crate) fn is_client(call: &Call, id: &str, secret: &str) -> bool {
    let from_form = (text(&call.body, "client_id"), text(&call.body, "client_secret"));
    if from_form == (id, secret) {
        return true;
    }
    let basic = call.authorization.as_deref().and_then(|header| header.strip_prefix("Basic "));
    let decoded = basic.and_then(|encoded| STANDARD.decode(encoded).ok());
    decoded.is_some_and(|bytes| bytes == format!("{id}:{secret}").into_bytes())
}

/// The body of an identity refusal.
pub(crate) fn oauth_body(refusal: &Refusal) -> Value {
    json!({ "error": refusal.code, "error_description": refusal.message })
}
