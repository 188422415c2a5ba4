//! Simulates direct permissions on an object, beside those that an admin inherits.
//!
//! Law: a grant adds to the grants that are there, or replaces the level of a principal that has one.
//! Must not know: how a permission is enforced, or which levels an object has.
//!
//! Source: PATCH adds or changes, PUT replaces [docs: permissions/update; py-sdk: service/iam.py
//! PermissionsAPI, AccessControlRequest, AccessControlResponse].

use serde_json::{Value, json};

use crate::{
    json::{items, text},
    refusal::{Handled, Refusal},
    routes::Call,
    workspace::Workspace,
};

const PRINCIPALS: [&str; 3] = ["user_name", "group_name", "service_principal_name"];

/// One principal's level on one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The key that names the principal: one of `PRINCIPALS`.
    member: &'static str,
    principal: String,
    level: String,
}

impl Grant {
    pub(crate) fn view(&self) -> Value {
        json!({
            self.member: self.principal,
            "display_name": self.principal,
            "all_permissions": [{ "permission_level": self.level, "inherited": false }],
        })
    }

    fn read(entry: &Value) -> Result<Grant, Refusal> {
        let member = PRINCIPALS.into_iter().find(|member| !text(entry, member).is_empty());
        let member = member.ok_or_else(|| Refusal::invalid("An access control entry names no principal."))?;
        let level = text(entry, "permission_level").to_owned();
        if level.is_empty() {
            return Err(Refusal::invalid("permission_level is required."));
        }
        Ok(Grant { member, principal: text(entry, member).to_owned(), level })
    }
}

impl Workspace {
    pub(crate) fn permissions_add(&mut self, call: &Call) -> Handled {
        self.permissions_get(call)?;
        let given: Vec<Grant> =
            items(&call.body, "access_control_list").iter().map(Grant::read).collect::<Result<_, _>>()?;
        let key = (call.part(0).to_owned(), call.part(1).to_owned());
        let held = self.beside.grants.entry(key).or_default();
        for grant in given {
            held.retain(|other| (other.member, &other.principal) != (grant.member, &grant.principal));
            held.push(grant);
        }
        self.permissions_get(call)
    }
}
