//! Lists every route of the account in one place.
//!
//! Law: as in the list of a workspace, a path that is not here does not exist, and no route deletes.

use crate::{
    account::Account,
    routes::{Call, Route, find_in, get, post, put},
    wire::Request,
};

/// The routes, in one visible list.
const ROUTES: &[Route<Account>] = &[
    get("/.well-known/databricks-config", "oidc", Account::discover),
    get("/oidc/accounts/{}/.well-known/oauth-authorization-server", "oidc", Account::discover_identity),
    post("/oidc/accounts/{}/v1/token", "oidc", Account::issue_token),
    get("/api/disaster-recovery/v1/accounts/{}/failover-groups", "recovery.get", Account::groups_list),
    get("/api/disaster-recovery/v1/accounts/{}/failover-groups/{}", "recovery.get", Account::groups_get),
    post("/api/disaster-recovery/v1/accounts/{}/failover-groups/{}/failover", "recovery.failover", Account::fail_over),
    get("/api/disaster-recovery/v1/accounts/{}/stable-urls", "recovery.get", Account::urls_list),
    get("/api/disaster-recovery/v1/accounts/{}/stable-urls/{}", "recovery.get", Account::urls_get),
    get("/api/2.0/accounts/{}/workspaces/{}/network", "networks.get", Account::network_get),
    put("/api/2.0/accounts/{}/workspaces/{}/network", "networks.update", Account::network_set),
    get("/api/2.0/accounts/{}/workspaces/{}/permissionassignments", "assignments.get", Account::assignments_list),
    put(
        "/api/2.0/accounts/{}/workspaces/{}/permissionassignments/principals/{}",
        "assignments.update",
        Account::assignments_set,
    ),
];

pub(super) fn find(request: &Request) -> Option<(&'static Route<Account>, Call)> {
    find_in(ROUTES.iter(), request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_route_destroys_anything() {
        assert!(ROUTES.iter().all(|route| route.method != "DELETE" && !route.path.contains("delete")));
    }
}
