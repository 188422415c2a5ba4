//! The requests of the actions, as a part of the list in `endpoints`.
//!
//! Law: the law of `endpoints` holds here, too. Nothing here creates or destroys a resource. An assignment is
//! emptied and filled again with the same PUT [py-sdk: service/iam.py WorkspaceAssignmentAPI.update], and a
//! list is switched on and off.

use engine::ports::Access;

use crate::endpoint::{Endpoint, Verb, effect, look};

const fn put(name: &'static str, path: &'static str, family: &'static str) -> Endpoint {
    Endpoint { name, verb: Verb::Put, path, family, nature: Access::Write }
}

/// [docs: dev-tools/auth/oauth-m2m]. It counts as a read, because a token changes nothing in the account.
pub const ACCOUNT_TOKEN: Endpoint = Endpoint {
    name: "oidc/accounts/token",
    verb: Verb::Post,
    path: "/oidc/accounts/{account}/v1/token",
    family: "oidc",
    nature: Access::Read,
};

/// It counts as a call that may change something, because it starts a stopped warehouse
/// [docs: statementexecution/executestatement].
pub const STATEMENTS_RUN: Endpoint = effect("sql/statements", "/api/2.0/sql/statements", "statements.run");
/// [docs: statementexecution/getstatement].
pub const STATEMENTS_GET: Endpoint = look("sql/statements/get", "/api/2.0/sql/statements/{id}", "statements.get");
/// [docs: permissions/get].
pub const PERMISSIONS_GET: Endpoint = look("permissions/get", "/api/2.0/permissions/{type}/{id}", "permissions");
/// [docs: ipaccesslists/list].
pub const ACCESS_LISTS_LIST: Endpoint = look("ip-access-lists/list", "/api/2.0/ip-access-lists", "access_lists.get");
/// Changes the fields that the body names and leaves the others [docs: ipaccesslists/update].
pub const ACCESS_LISTS_UPDATE: Endpoint = Endpoint {
    name: "ip-access-lists/update",
    verb: Verb::Patch,
    path: "/api/2.0/ip-access-lists/{id}",
    family: "access_lists.update",
    nature: Access::Write,
};
/// [docs: workspaceconf/getstatus].
pub const CONFIGURATION_GET: Endpoint = look("workspace-conf", "/api/2.0/workspace-conf", "access_lists.get");
/// Reads any path of the workspace's API that a team has declared.
pub const API_GET: Endpoint = look("the declared call", "/api/{path}", "api");

/// [docs: workspacenetworkconfiguration/getworkspacenetworkoptionrpc].
pub const WORKSPACE_NETWORK_GET: Endpoint =
    look("workspaces/network", "/api/2.0/accounts/{account}/workspaces/{workspace}/network", "networks.get");
/// [docs: workspacenetworkconfiguration/updateworkspacenetworkoptionrpc].
pub const WORKSPACE_NETWORK_SET: Endpoint =
    put("workspaces/network/update", "/api/2.0/accounts/{account}/workspaces/{workspace}/network", "networks.update");
/// [docs: workspaceassignment/list].
pub const ASSIGNMENTS_LIST: Endpoint = look(
    "permissionassignments/list",
    "/api/2.0/accounts/{account}/workspaces/{workspace}/permissionassignments",
    "assignments.get",
);
/// [docs: workspaceassignment/update].
pub const ASSIGNMENTS_SET: Endpoint = put(
    "permissionassignments/update",
    "/api/2.0/accounts/{account}/workspaces/{workspace}/permissionassignments/principals/{id}",
    "assignments.update",
);
/// [py-sdk: service/disasterrecovery.py get_failover_group].
pub const FAILOVER_GROUP_GET: Endpoint =
    look("failover-groups/get", "/api/disaster-recovery/v1/accounts/{account}/failover-groups/{id}", "recovery.get");
/// [py-sdk: service/disasterrecovery.py failover_failover_group].
pub const FAILOVER_GROUP_MOVE: Endpoint = effect(
    "failover-groups/failover",
    "/api/disaster-recovery/v1/accounts/{account}/failover-groups/{id}/failover",
    "recovery.failover",
);
/// [py-sdk: service/disasterrecovery.py get_stable_url].
pub const STABLE_URL_GET: Endpoint =
    look("stable-urls/get", "/api/disaster-recovery/v1/accounts/{account}/stable-urls/{id}", "recovery.get");

/// Every endpoint of the actions.
pub const ACTION_ENDPOINTS: &[&Endpoint] = &[
    &ACCOUNT_TOKEN,
    &STATEMENTS_RUN,
    &STATEMENTS_GET,
    &PERMISSIONS_GET,
    &ACCESS_LISTS_LIST,
    &ACCESS_LISTS_UPDATE,
    &CONFIGURATION_GET,
    &API_GET,
    &WORKSPACE_NETWORK_GET,
    &WORKSPACE_NETWORK_SET,
    &ASSIGNMENTS_LIST,
    &ASSIGNMENTS_SET,
    &FAILOVER_GROUP_GET,
    &FAILOVER_GROUP_MOVE,
    &STABLE_URL_GET,
];
