//! Every request that this crate can make, in one list.
//!
//! Law: a request that is not in the list is never sent. No request of the list destroys a customer's
//! resource (S24). `clusters/delete` terminates a cluster and keeps it [docs: clusters/delete].
//! `permanent-delete` and the HTTP method DELETE do not occur, and [`Verb`] has no variant for them.
//! Must not know: the purpose of a request.

use engine::ports::Access;

use crate::endpoint::{Endpoint, Verb, effect, look};
use crate::endpoints_actions::ACTION_ENDPOINTS;

const fn patch(name: &'static str, path: &'static str, family: &'static str) -> Endpoint {
    Endpoint { name, verb: Verb::Patch, path, family, nature: Access::Write }
}

/// [docs: dev-tools/auth/oauth-m2m]. It counts as a read, because a token changes nothing in the workspace.
pub const TOKEN: Endpoint =
    Endpoint { name: "oidc/token", verb: Verb::Post, path: "/oidc/v1/token", family: "oidc", nature: Access::Read };
/// [docs: currentuser/me].
pub const ME: Endpoint = look("scim/me", "/api/2.0/preview/scim/v2/Me", "scim");

/// [docs: metastores/current].
pub const METASTORE_GET: Endpoint =
    look("metastores/current", "/api/2.1/unity-catalog/current-metastore-assignment", "metastores.get");

/// [docs: jobs/list].
pub const JOBS_LIST: Endpoint = look("jobs/list", "/api/2.2/jobs/list", "jobs.list");
/// [docs: jobs/get].
pub const JOBS_GET: Endpoint = look("jobs/get", "/api/2.2/jobs/get", "jobs.get");
/// [docs: jobs/update].
pub const JOBS_UPDATE: Endpoint = effect("jobs/update", "/api/2.2/jobs/update", "jobs.update");
/// [docs: jobs/runnow].
pub const JOBS_RUN_NOW: Endpoint = effect("jobs/run-now", "/api/2.2/jobs/run-now", "jobs.run");
/// [docs: jobs/listruns].
pub const RUNS_LIST: Endpoint = look("jobs/runs/list", "/api/2.2/jobs/runs/list", "runs.list");
/// [docs: jobs/getrun].
pub const RUNS_GET: Endpoint = look("jobs/runs/get", "/api/2.2/jobs/runs/get", "runs.get");
/// [docs: jobs/cancelrun].
pub const RUNS_CANCEL: Endpoint = effect("jobs/runs/cancel", "/api/2.2/jobs/runs/cancel", "runs.cancel");
/// [docs: jobs/cancelallruns].
pub const RUNS_CANCEL_ALL: Endpoint = effect("jobs/runs/cancel-all", "/api/2.2/jobs/runs/cancel-all", "runs.cancel");

/// [docs: clusters/list].
pub const CLUSTERS_LIST: Endpoint = look("clusters/list", "/api/2.1/clusters/list", "clusters.list");
/// [docs: clusters/get].
pub const CLUSTERS_GET: Endpoint = look("clusters/get", "/api/2.1/clusters/get", "clusters.get");
/// [docs: clusters/start].
pub const CLUSTERS_START: Endpoint = effect("clusters/start", "/api/2.1/clusters/start", "clusters.start");
/// Terminates a cluster. The cluster stays and can be started again [docs: clusters/delete].
pub const CLUSTERS_TERMINATE: Endpoint = effect("clusters/delete", "/api/2.1/clusters/delete", "clusters.delete");
/// Keeps a cluster from being deleted 30 days after its termination [docs: clusters/pin].
pub const CLUSTERS_PIN: Endpoint = effect("clusters/pin", "/api/2.1/clusters/pin", "clusters.edit");

/// [docs: instancepools/list].
pub const POOLS_LIST: Endpoint = look("instance-pools/list", "/api/2.0/instance-pools/list", "pools.list");
/// [docs: instancepools/get].
pub const POOLS_GET: Endpoint = look("instance-pools/get", "/api/2.0/instance-pools/get", "pools.list");
/// [docs: instancepools/edit].
pub const POOLS_EDIT: Endpoint = effect("instance-pools/edit", "/api/2.0/instance-pools/edit", "pools.edit");

/// [docs: warehouses/list].
pub const WAREHOUSES_LIST: Endpoint = look("sql/warehouses/list", "/api/2.0/sql/warehouses", "warehouses.list");
/// [docs: warehouses/get].
pub const WAREHOUSES_GET: Endpoint = look("sql/warehouses/get", "/api/2.0/sql/warehouses/{id}", "warehouses.get");
/// [docs: warehouses/start].
pub const WAREHOUSES_START: Endpoint =
    effect("sql/warehouses/start", "/api/2.0/sql/warehouses/{id}/start", "warehouses.state");
/// [docs: warehouses/stop].
pub const WAREHOUSES_STOP: Endpoint =
    effect("sql/warehouses/stop", "/api/2.0/sql/warehouses/{id}/stop", "warehouses.state");

/// [docs: pipelines/listpipelines].
pub const PIPELINES_LIST: Endpoint = look("pipelines/list", "/api/2.0/pipelines", "pipelines.list");
/// [docs: pipelines/get].
pub const PIPELINES_GET: Endpoint = look("pipelines/get", "/api/2.0/pipelines/{id}", "pipelines.get");
/// [docs: pipelines/startupdate].
pub const PIPELINES_UPDATE: Endpoint =
    effect("pipelines/start-update", "/api/2.0/pipelines/{id}/updates", "pipelines.state");
/// [docs: pipelines/stop].
pub const PIPELINES_STOP: Endpoint = effect("pipelines/stop", "/api/2.0/pipelines/{id}/stop", "pipelines.state");

/// [docs: apps/list].
pub const APPS_LIST: Endpoint = look("apps/list", "/api/2.0/apps", "apps.list");
/// [docs: apps/get].
pub const APPS_GET: Endpoint = look("apps/get", "/api/2.0/apps/{id}", "apps.get");
/// [docs: apps/start].
pub const APPS_START: Endpoint = effect("apps/start", "/api/2.0/apps/{id}/start", "apps.state");
/// [docs: apps/stop].
pub const APPS_STOP: Endpoint = effect("apps/stop", "/api/2.0/apps/{id}/stop", "apps.state");

/// [docs: alertsv2/listalerts].
pub const ALERTS_LIST: Endpoint = look("alerts/list", "/api/2.0/alerts", "alerts.list");
/// [docs: alertsv2/getalert].
pub const ALERTS_GET: Endpoint = look("alerts/get", "/api/2.0/alerts/{id}", "alerts.get");
/// Replaces the schedule and can change nothing else [docs: alertsv2/updatealert].
pub const ALERTS_UPDATE_SCHEDULE: Endpoint =
    patch("alerts/update", "/api/2.0/alerts/{id}?update_mask=schedule", "alerts.update");

/// [py-sdk: vectorsearch.VectorSearchEndpointsAPI.list_endpoints].
pub const SEARCH_ENDPOINTS_LIST: Endpoint =
    look("vector-search/endpoints/list", "/api/2.0/vector-search/endpoints", "search.list");
/// [py-sdk: vectorsearch.VectorSearchEndpointsAPI.get_endpoint].
pub const SEARCH_ENDPOINTS_GET: Endpoint =
    look("vector-search/endpoints/get", "/api/2.0/vector-search/endpoints/{id}", "search.get");
/// [py-sdk: vectorsearch.VectorSearchEndpointsAPI.start_endpoint].
pub const SEARCH_ENDPOINTS_START: Endpoint =
    effect("vector-search/endpoints/start", "/api/2.0/vector-search/endpoints/{id}/start", "search.state");
/// [py-sdk: vectorsearch.VectorSearchEndpointsAPI.stop_endpoint].
pub const SEARCH_ENDPOINTS_STOP: Endpoint =
    effect("vector-search/endpoints/stop", "/api/2.0/vector-search/endpoints/{id}/stop", "search.state");
/// [py-sdk: vectorsearch.VectorSearchIndexesAPI.list_indexes].
pub const SEARCH_INDEXES_LIST: Endpoint =
    look("vector-search/indexes/list", "/api/2.0/vector-search/indexes", "search.list");
/// [py-sdk: vectorsearch.VectorSearchIndexesAPI.get_index].
pub const SEARCH_INDEXES_GET: Endpoint =
    look("vector-search/indexes/get", "/api/2.0/vector-search/indexes/{id}", "search.get");

/// [py-sdk: database.DatabaseAPI.list_database_instances].
pub const DATABASES_LIST: Endpoint = look("database/instances/list", "/api/2.0/database/instances", "databases.list");
/// [py-sdk: database.DatabaseAPI.get_database_instance].
pub const DATABASES_GET: Endpoint = look("database/instances/get", "/api/2.0/database/instances/{id}", "databases.get");
/// Stops or starts an instance, and can change nothing else
/// [py-sdk: database.DatabaseAPI.update_database_instance].
pub const DATABASES_UPDATE_STOPPED: Endpoint =
    patch("database/instances/update", "/api/2.0/database/instances/{id}?update_mask=stopped", "databases.update");

/// [py-sdk: postgres.PostgresAPI.list_projects].
pub const POSTGRES_PROJECTS_LIST: Endpoint =
    look("postgres/projects/list", "/api/2.0/postgres/projects", "postgres.list");
/// [py-sdk: postgres.PostgresAPI.list_branches].
pub const POSTGRES_BRANCHES_LIST: Endpoint =
    look("postgres/branches/list", "/api/2.0/postgres/{name}/branches", "postgres.list");
/// [py-sdk: postgres.PostgresAPI.list_endpoints].
pub const POSTGRES_ENDPOINTS_LIST: Endpoint =
    look("postgres/endpoints/list", "/api/2.0/postgres/{name}/endpoints", "postgres.list");
/// [py-sdk: postgres.PostgresAPI.get_endpoint].
pub const POSTGRES_ENDPOINTS_GET: Endpoint = look("postgres/endpoints/get", "/api/2.0/postgres/{name}", "postgres.get");
/// Disables or enables an endpoint, and can change nothing else
/// [py-sdk: postgres.PostgresAPI.update_endpoint].
pub const POSTGRES_ENDPOINTS_UPDATE_DISABLED: Endpoint =
    patch("postgres/endpoints/update", "/api/2.0/postgres/{name}?update_mask=spec.disabled", "postgres.update");

/// Lists the queries of the first version [py-sdk: sql.QueriesAPI.list].
pub const LEGACY_QUERIES_LIST: Endpoint = look("sql/queries/list", "/api/2.0/sql/queries", "legacy.list");
/// Lists the alerts of the first version [py-sdk: sql.AlertsAPI.list].
pub const LEGACY_ALERTS_LIST: Endpoint = look("sql/alerts/list", "/api/2.0/sql/alerts", "legacy.list");

/// Lists all endpoints, without pages [py-sdk: service/serving.py ServingEndpointsAPI.list].
pub const SERVING_LIST: Endpoint = look("serving-endpoints/list", "/api/2.0/serving-endpoints", "serving.list");
/// [py-sdk: service/serving.py ServingEndpointsAPI.get].
pub const SERVING_GET: Endpoint = look("serving-endpoints/get", "/api/2.0/serving-endpoints/{id}", "serving.get");
/// [docs: machine-learning/model-serving/manage-serving-endpoints].
pub const SERVING_START: Endpoint =
    effect("serving-endpoints/start", "/api/2.0/serving-endpoints/{id}/config:start", "serving.state");
/// [docs: machine-learning/model-serving/manage-serving-endpoints].
pub const SERVING_STOP: Endpoint =
    effect("serving-endpoints/stop", "/api/2.0/serving-endpoints/{id}/config:stop", "serving.state");

/// [docs: lakeview/list].
pub const DASHBOARDS_LIST: Endpoint = look("lakeview/list", "/api/2.0/lakeview/dashboards", "dashboards.list");
/// Lists the schedules of one dashboard [docs: lakeview/listschedules].
pub const DASHBOARD_SCHEDULES_LIST: Endpoint =
    look("lakeview/list-schedules", "/api/2.0/lakeview/dashboards/{id}/schedules", "dashboard_schedules.list");
/// [docs: lakeview/getschedule].
pub const DASHBOARD_SCHEDULES_GET: Endpoint =
    look("lakeview/get-schedule", "/api/2.0/lakeview/dashboards/{parent}/schedules/{id}", "dashboard_schedules.get");
/// Replaces the whole schedule [docs: lakeview/updateschedule].
pub const DASHBOARD_SCHEDULES_UPDATE: Endpoint = Endpoint {
    name: "lakeview/update-schedule",
    verb: Verb::Put,
    path: "/api/2.0/lakeview/dashboards/{parent}/schedules/{id}",
    family: "dashboard_schedules.update",
    nature: Access::Write,
};

/// Every endpoint of this crate, including those of the actions.
pub fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    ENDPOINTS.iter().chain(ACTION_ENDPOINTS).copied()
}

/// The endpoints of the kinds of resources, and those that sign in or check a workspace.
pub const ENDPOINTS: &[&Endpoint] = &[
    &TOKEN,
    &ME,
    &METASTORE_GET,
    &JOBS_LIST,
    &JOBS_GET,
    &JOBS_UPDATE,
    &JOBS_RUN_NOW,
    &RUNS_LIST,
    &RUNS_GET,
    &RUNS_CANCEL,
    &RUNS_CANCEL_ALL,
    &CLUSTERS_LIST,
    &CLUSTERS_GET,
    &CLUSTERS_START,
    &CLUSTERS_TERMINATE,
    &CLUSTERS_PIN,
    &POOLS_LIST,
    &POOLS_GET,
    &POOLS_EDIT,
    &WAREHOUSES_LIST,
    &WAREHOUSES_GET,
    &WAREHOUSES_START,
    &WAREHOUSES_STOP,
    &PIPELINES_LIST,
    &PIPELINES_GET,
    &PIPELINES_UPDATE,
    &PIPELINES_STOP,
    &APPS_LIST,
    &APPS_GET,
    &APPS_START,
    &APPS_STOP,
    &ALERTS_LIST,
    &ALERTS_GET,
    &ALERTS_UPDATE_SCHEDULE,
    &SERVING_LIST,
    &SERVING_GET,
    &SERVING_START,
    &SERVING_STOP,
    &DASHBOARDS_LIST,
    &DASHBOARD_SCHEDULES_LIST,
    &DASHBOARD_SCHEDULES_GET,
    &DASHBOARD_SCHEDULES_UPDATE,
    &SEARCH_ENDPOINTS_LIST,
    &SEARCH_ENDPOINTS_GET,
    &SEARCH_ENDPOINTS_START,
    &SEARCH_ENDPOINTS_STOP,
    &SEARCH_INDEXES_LIST,
    &SEARCH_INDEXES_GET,
    &DATABASES_LIST,
    &DATABASES_GET,
    &DATABASES_UPDATE_STOPPED,
    &POSTGRES_PROJECTS_LIST,
    &POSTGRES_BRANCHES_LIST,
    &POSTGRES_ENDPOINTS_LIST,
    &POSTGRES_ENDPOINTS_GET,
    &POSTGRES_ENDPOINTS_UPDATE_DISABLED,
    &LEGACY_QUERIES_LIST,
    &LEGACY_ALERTS_LIST,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::FAMILIES;

    #[test]
    fn every_endpoint_belongs_to_a_listed_family() {
        for endpoint in endpoints() {
            assert!(FAMILIES.iter().any(|f| f.name == endpoint.family), "{}", endpoint.name);
        }
    }

    #[test]
    fn no_endpoint_destroys_a_resource_s24() {
        for endpoint in endpoints() {
            let destroys = endpoint.path.contains("delete") && endpoint.path != "/api/2.1/clusters/delete";
            assert!(!destroys, "{}", endpoint.path);
        }
    }

    #[test]
    fn whatever_does_not_get_is_an_effect_except_asking_for_a_token() {
        let posts: Vec<&str> =
            endpoints().filter(|e| e.verb != Verb::Get && e.nature == Access::Read).map(|e| e.name).collect();
        assert_eq!(posts, ["oidc/token", "oidc/accounts/token"]);
    }
}
