//! Lists the routes of a workspace, and finds the route of a request.
//!
//! Law: a path that is not in the list does not exist, and the world answers it loudly. No route
//! deletes a resource, since the simulated pair is for moving work, not for destroying it.
//! Must not know: what a route does inside.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    action_routes::ACTION_ROUTES,
    refusal::{Handled, Refusal, Written},
    wire::Request,
    workspace::Workspace,
};

/// One route. In `path`, `2.*` stands for 2.0, 2.1 and 2.2, and `{}` for one segment.
pub(crate) struct Route<S: 'static = Workspace> {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) family: &'static str,
    pub(crate) handle: Handle<S>,
}

/// The function of a route.
pub(crate) enum Handle<S: 'static> {
    /// Returns a value.
    Value(fn(&mut S, &Call) -> Handled),
    /// Returns a body that is written already.
    Written(fn(&mut S, &Call) -> Written),
}

impl<S> Route<S> {
    /// The body of an answer with status 200, or a refusal.
    pub(crate) fn body(&self, service: &mut S, call: &Call) -> Result<Vec<u8>, Refusal> {
        match self.handle {
            Handle::Value(handle) => handle(service, call).map(|body| body.to_string().into_bytes()),
            Handle::Written(handle) => handle(service, call).map(String::into_bytes),
        }
    }
}

pub(crate) const fn listing<S>(
    path: &'static str,
    family: &'static str,
    handle: fn(&mut S, &Call) -> Written,
) -> Route<S> {
    Route { method: "GET", path, family, handle: Handle::Written(handle) }
}

pub(crate) const fn get<S>(path: &'static str, family: &'static str, handle: fn(&mut S, &Call) -> Handled) -> Route<S> {
    Route { method: "GET", path, family, handle: Handle::Value(handle) }
}

pub(crate) const fn post<S>(
    path: &'static str,
    family: &'static str,
    handle: fn(&mut S, &Call) -> Handled,
) -> Route<S> {
    Route { method: "POST", path, family, handle: Handle::Value(handle) }
}

pub(crate) const fn patch<S>(
    path: &'static str,
    family: &'static str,
    handle: fn(&mut S, &Call) -> Handled,
) -> Route<S> {
    Route { method: "PATCH", path, family, handle: Handle::Value(handle) }
}

pub(crate) const fn put<S>(path: &'static str, family: &'static str, handle: fn(&mut S, &Call) -> Handled) -> Route<S> {
    Route { method: "PUT", path, family, handle: Handle::Value(handle) }
}

/// The routes of the resources, in one visible list.
pub(crate) const ROUTES: &[Route] = &[
    post("/oidc/v1/token", "oidc", Workspace::issue_token),
    get("/oidc/.well-known/oauth-authorization-server", "oidc", Workspace::discover_identity),
    get("/.well-known/databricks-config", "oidc", Workspace::discover_workspace),
    get("/api/2.0/preview/scim/v2/Me", "scim", Workspace::current_user),
    get("/api/2.1/unity-catalog/current-metastore-assignment", "metastores.get", Workspace::metastore_assignment),
    listing("/api/2.*/jobs/list", "jobs.list", Workspace::jobs_list),
    get("/api/2.*/jobs/get", "jobs.get", Workspace::jobs_get),
    post("/api/2.*/jobs/create", "jobs.update", Workspace::jobs_create),
    post("/api/2.*/jobs/update", "jobs.update", Workspace::jobs_update),
    post("/api/2.*/jobs/reset", "jobs.update", Workspace::jobs_reset),
    post("/api/2.*/jobs/run-now", "jobs.run", Workspace::jobs_run_now),
    post("/api/2.*/jobs/runs/submit", "jobs.run", Workspace::runs_submit),
    get("/api/2.*/jobs/runs/list", "runs.list", Workspace::runs_list),
    get("/api/2.*/jobs/runs/get", "runs.get", Workspace::runs_get),
    post("/api/2.*/jobs/runs/cancel", "runs.cancel", Workspace::runs_cancel),
    post("/api/2.*/jobs/runs/cancel-all", "runs.cancel", Workspace::runs_cancel_all),
    listing("/api/2.*/clusters/list", "clusters.list", Workspace::clusters_list),
    get("/api/2.*/clusters/get", "clusters.get", Workspace::clusters_get),
    post("/api/2.*/clusters/events", "clusters.get", Workspace::clusters_events),
    post("/api/2.*/clusters/edit", "clusters.edit", Workspace::clusters_edit),
    post("/api/2.*/clusters/update", "clusters.edit", Workspace::clusters_update),
    post("/api/2.*/clusters/pin", "clusters.edit", Workspace::clusters_pin),
    post("/api/2.*/clusters/unpin", "clusters.edit", Workspace::clusters_unpin),
    post("/api/2.*/clusters/start", "clusters.start", Workspace::clusters_start),
    post("/api/2.*/clusters/restart", "clusters.start", Workspace::clusters_restart),
    post("/api/2.*/clusters/delete", "clusters.delete", Workspace::clusters_terminate),
    get("/api/2.0/instance-pools/list", "pools.list", Workspace::pools_list),
    get("/api/2.0/instance-pools/get", "pools.list", Workspace::pools_get),
    post("/api/2.0/instance-pools/edit", "pools.edit", Workspace::pools_edit),
    listing("/api/2.0/sql/warehouses", "warehouses.list", Workspace::warehouses_list),
    get("/api/2.0/sql/warehouses/{}", "warehouses.get", Workspace::warehouses_get),
    post("/api/2.0/sql/warehouses/{}/start", "warehouses.state", Workspace::warehouses_start),
    post("/api/2.0/sql/warehouses/{}/stop", "warehouses.state", Workspace::warehouses_stop),
    post("/api/2.0/sql/warehouses/{}/edit", "warehouses.state", Workspace::warehouses_edit),
    listing("/api/2.0/pipelines", "pipelines.list", Workspace::pipelines_list),
    get("/api/2.0/pipelines/{}", "pipelines.get", Workspace::pipelines_get),
    get("/api/2.0/pipelines/{}/updates", "pipelines.get", Workspace::pipeline_updates_list),
    get("/api/2.0/pipelines/{}/updates/{}", "pipelines.get", Workspace::pipeline_updates_get),
    post("/api/2.0/pipelines/{}/updates", "pipelines.state", Workspace::pipelines_start),
    post("/api/2.0/pipelines/{}/stop", "pipelines.state", Workspace::pipelines_stop),
    put("/api/2.0/pipelines/{}", "pipelines.state", Workspace::pipelines_edit),
    get("/api/2.0/apps", "apps.list", Workspace::apps_list),
    get("/api/2.0/apps/{}", "apps.get", Workspace::apps_get),
    post("/api/2.0/apps/{}/start", "apps.state", Workspace::apps_start),
    post("/api/2.0/apps/{}/stop", "apps.state", Workspace::apps_stop),
    get("/api/2.0/alerts", "alerts.list", Workspace::alerts_list),
    get("/api/2.0/alerts/{}", "alerts.get", Workspace::alerts_get),
    patch("/api/2.0/alerts/{}", "alerts.update", Workspace::alerts_update),
    get("/api/2.0/serving-endpoints", "serving.list", Workspace::endpoints_list),
    get("/api/2.0/serving-endpoints/{}", "serving.get", Workspace::endpoints_get),
    post("/api/2.0/serving-endpoints/{}/config:stop", "serving.state", Workspace::endpoints_stop),
    post("/api/2.0/serving-endpoints/{}/config:start", "serving.state", Workspace::endpoints_start),
    get("/api/2.0/lakeview/dashboards", "dashboards.list", Workspace::dashboards_list),
    get("/api/2.0/lakeview/dashboards/{}/schedules", "dashboard_schedules.list", Workspace::dashboard_schedules_list),
    get("/api/2.0/lakeview/dashboards/{}/schedules/{}", "dashboard_schedules.get", Workspace::dashboard_schedules_get),
    put(
        "/api/2.0/lakeview/dashboards/{}/schedules/{}",
        "dashboard_schedules.update",
        Workspace::dashboard_schedules_update,
    ),
    get("/api/2.0/vector-search/endpoints", "search.list", Workspace::search_endpoints_list),
    get("/api/2.0/vector-search/endpoints/{}", "search.get", Workspace::search_endpoints_get),
    post("/api/2.0/vector-search/endpoints/{}/start", "search.state", Workspace::search_endpoints_start),
    post("/api/2.0/vector-search/endpoints/{}/stop", "search.state", Workspace::search_endpoints_stop),
    get("/api/2.0/vector-search/indexes", "search.list", Workspace::search_indexes_list),
    get("/api/2.0/vector-search/indexes/{}", "search.get", Workspace::search_indexes_get),
    get("/api/2.0/database/instances", "databases.list", Workspace::databases_list),
    get("/api/2.0/database/instances/{}", "databases.get", Workspace::databases_get),
    patch("/api/2.0/database/instances/{}", "databases.update", Workspace::databases_update),
    get("/api/2.0/postgres/projects", "postgres.list", Workspace::postgres_projects),
    get("/api/2.0/postgres/projects/{}/branches", "postgres.list", Workspace::postgres_branches),
    get("/api/2.0/postgres/projects/{}/branches/{}/endpoints", "postgres.list", Workspace::postgres_endpoints),
    get("/api/2.0/postgres/projects/{}/branches/{}/endpoints/{}", "postgres.get", Workspace::postgres_endpoint_get),
    patch(
        "/api/2.0/postgres/projects/{}/branches/{}/endpoints/{}",
        "postgres.update",
        Workspace::postgres_endpoint_update,
    ),
    get(
        "/api/2.0/postgres/projects/{}/branches/{}/endpoints/{}/operations/{}",
        "postgres.get",
        Workspace::postgres_operation_get,
    ),
    get("/api/2.0/sql/queries", "legacy.list", Workspace::legacy_queries_list),
    get("/api/2.0/sql/queries/{}", "legacy.get", Workspace::legacy_queries_get),
    get("/api/2.0/sql/alerts", "legacy.list", Workspace::legacy_alerts_list),
    get("/api/2.0/sql/alerts/{}", "legacy.get", Workspace::legacy_alerts_get),
];

/// One request as a route sees it.
pub(crate) struct Call {
    /// The segments that matched `{}`.
    pub(crate) parts: Vec<String>,
    pub(crate) query: BTreeMap<String, Vec<String>>,
    /// JSON, or the fields of a form; `Null` if there is no body.
    pub(crate) body: Value,
    pub(crate) authorization: Option<String>,
    /// Scheme and host that the caller used.
    pub(crate) base: String,
    /// `2.0`, `2.1` or `2.2`; empty for a path that is not under `/api`.
    pub(crate) version: String,
}

impl Call {
    pub(crate) fn part(&self, index: usize) -> &str {
        self.parts.get(index).map_or("", String::as_str)
    }

    /// The first value of a query parameter; empty if absent.
    pub(crate) fn query(&self, key: &str) -> &str {
        self.query.get(key).and_then(|values| values.first()).map_or("", String::as_str)
    }

    pub(crate) fn query_number(&self, key: &str) -> Option<i64> {
        self.query(key).parse().ok()
    }

    pub(crate) fn query_flag(&self, key: &str) -> bool {
        self.query(key).eq_ignore_ascii_case("true")
    }
}

/// Finds the route of a request.
pub(crate) fn find(request: &Request) -> Option<(&'static Route, Call)> {
    find_in(ROUTES.iter().chain(ACTION_ROUTES), request)
}

/// Finds the route of a request among those of one service.
pub(crate) fn find_in<S: 'static>(
    mut routes: impl Iterator<Item = &'static Route<S>>,
    request: &Request,
) -> Option<(&'static Route<S>, Call)> {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let route_and_parts = routes.find_map(|route| {
        let parts = (route.method == request.method).then(|| fits(route.path, path))??;
        Some((route, parts))
    });
    let (route, parts) = route_and_parts?;
    let version = path.strip_prefix("/api/").and_then(|rest| rest.split('/').next());
    let call = Call {
        parts,
        query: pairs(query),
        body: body(request),
        authorization: request.header("authorization").map(str::to_owned),
        base: base(request),
        version: version.unwrap_or_default().to_owned(),
    };
    Some((route, call))
}

fn fits(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut given = path.split('/');
    for wanted in pattern.split('/') {
        let segment = given.next()?;
        match wanted {
            "{}" if !segment.is_empty() => parts.push(decode(segment)),
            "2.*" if matches!(segment, "2.0" | "2.1" | "2.2") => {}
            _ if wanted == segment => {}
            _ => return None,
        }
    }
    given.next().is_none().then_some(parts)
}

pub(crate) fn pairs(query: &str) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        found.entry(decode(key)).or_default().push(decode(value));
    }
    found
}

fn body(request: &Request) -> Value {
    let kind = request.header("content-type").unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        let form = pairs(&String::from_utf8_lossy(&request.body));
        let fields = form.into_iter().map(|(key, mut values)| (key, Value::from(values.pop().unwrap_or_default())));
        return Value::Object(fields.collect::<Map<_, _>>());
    }
    serde_json::from_slice(&request.body).unwrap_or(Value::Null)
}

fn base(request: &Request) -> String {
    let host = request.header("host").unwrap_or_default();
    let scheme = if host.starts_with("127.0.0.1") { "http" } else { "https" };
    format!("{scheme}://{host}")
}

/// Decodes percent encoding, with `+` for a space.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let decoded = match byte {
            b'+' => Some(b' '),
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                let digits = String::from_utf8_lossy(&digits).into_owned();
                u8::from_str_radix(&digits, 16).ok()
            }
            _ => Some(byte),
        };
        bytes.extend(decoded);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, path: &str) -> Option<(&'static str, Call)> {
        let request = Request::json(method, path, "t", &Value::Null);
        find(&request).map(|(route, call)| (route.path, call))
    }

    #[test]
    fn every_route_belongs_to_a_known_family() {
        for route in ROUTES.iter().chain(ACTION_ROUTES) {
            assert!(crate::limits::FAMILIES.contains(&route.family), "{}", route.path);
        }
    }

    #[test]
    fn no_route_destroys_anything() {
        assert!(ROUTES.iter().chain(ACTION_ROUTES).all(|route| route.method != "DELETE"));
        assert!(!ROUTES.iter().any(|route| route.path.contains("permanent-delete")));
    }

    #[test]
    fn segments_and_queries_are_decoded() {
        let (path, call) = found("GET", "/api/2.0/pipelines/a%2Db?filter=name+LIKE%20%27x%27").expect("a route");
        assert_eq!(path, "/api/2.0/pipelines/{}");
        assert_eq!((call.part(0), call.query("filter")), ("a-b", "name LIKE 'x'"));
    }

    #[test]
    fn a_version_or_method_that_is_not_listed_has_no_route() {
        assert!(found("GET", "/api/2.1/jobs/list").is_some());
        assert!(found("GET", "/api/2.3/jobs/list").is_none());
        assert!(found("POST", "/api/2.2/jobs/list").is_none());
        assert!(found("DELETE", "/api/2.0/pipelines/a").is_none());
    }
}
