//! Issues and checks the tokens of the account.
//!
//! Law: a token of the account is good here. A token of a workspace is not, and is answered with 404.
//!
//! Sources: [docs: dev-tools/auth/oauth-m2m; admin/managed-disaster-recovery; py-sdk: oauth.py].

use serde_json::json;

use crate::{
    account::Account,
    auth::{is_client, oauth_error},
    json::text,
    refusal::{Handled, Refusal},
    routes::Call,
    wire::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, Side},
};

const TOKEN_LIFE_S: i64 = 3600;

impl Account {
    pub(super) fn authenticate(&self, call: &Call) -> Result<(), Refusal> {
        let token = call.authorization.as_deref().and_then(|header| header.strip_prefix("Bearer "));
        let Some(token) = token else {
            return Err(Refusal::credential("Credential was not sent or was of an unsupported type for this API."));
        };
        let of_workspace = token.starts_with("simulated-bearer-primary-")
            || token.starts_with("simulated-bearer-standby-")
            || Side::BOTH.iter().any(|side| side.personal_token() == token);
        match self.tokens.get(token) {
            Some(until_ms) if *until_ms > self.now => Ok(()),
            Some(_) => Err(Refusal::credential("Access token is expired.")),
            None if of_workspace => Err(Refusal::new(404, "ENDPOINT_NOT_FOUND", "No API found for this path")),
            None => Err(Refusal::credential("Invalid access token.")),
        }
    }

    pub(super) fn issue_token(&mut self, call: &Call) -> Handled {
        if text(&call.body, "grant_type") != "client_credentials" {
            return Err(oauth_error(400, "unsupported_grant_type", "use client_credentials"));
        }
        if !is_client(call, CLIENT_ID, CLIENT_SECRET) {
            return Err(oauth_error(401, "invalid_client", "client authentication failed"));
        }
        let token = format!("simulated-bearer-account-{}", self.hex(24));
        self.tokens.insert(token.clone(), self.now + TOKEN_LIFE_S * 1000);
        Ok(json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFE_S,
            "scope": "all-apis",
        }))
    }

    pub(super) fn discover(&mut self, call: &Call) -> Handled {
        Ok(json!({
            "oidc_endpoint": format!("{}/oidc/accounts/{ACCOUNT_ID}", call.base),
            "account_id": ACCOUNT_ID,
            "cloud": "AWS",
            "host_type": "account",
        }))
    }

    pub(super) fn discover_identity(&mut self, call: &Call) -> Handled {
        let base = format!("{}/oidc/accounts/{}", call.base, call.part(0));
        Ok(json!({
            "issuer": base,
            "authorization_endpoint": format!("{base}/v1/authorize"),
            "token_endpoint": format!("{base}/v1/token"),
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }))
    }
}
