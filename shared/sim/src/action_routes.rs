//! Lists the routes of what a workspace has beside the resources of an estate: statements,
//! permissions, access lists. They follow the routes of the resources.
//!
//! Law: as in `routes`, no route deletes.

use crate::{
    routes::{Route, get, patch, post},
    workspace::Workspace,
};

/// The routes, in one visible list.
pub(crate) const ACTION_ROUTES: &[Route] = &[
    post("/api/2.0/sql/statements", "statements.run", Workspace::statements_run),
    get("/api/2.0/sql/statements/{}", "statements.get", Workspace::statements_get),
    get("/api/2.0/permissions/{}/{}", "permissions", Workspace::permissions_get),
    patch("/api/2.0/permissions/{}/{}", "permissions", Workspace::permissions_add),
    get("/api/2.0/ip-access-lists", "access_lists.get", Workspace::access_lists_list),
    get("/api/2.0/ip-access-lists/{}", "access_lists.get", Workspace::access_lists_get),
    patch("/api/2.0/ip-access-lists/{}", "access_lists.update", Workspace::access_lists_update),
    get("/api/2.0/workspace-conf", "access_lists.get", Workspace::configuration_get),
    patch("/api/2.0/workspace-conf", "access_lists.update", Workspace::configuration_set),
];
