//! Shows who may do what with a resource, as far as a cheap "can I act?" probe asks for it.
//!
//! Law: an admin has CAN_MANAGE by inheritance on everything. Others have what was granted.
//! Must not know: how a permission is enforced.
//!
//! Source: [docs: permissions/get; py-sdk: service/iam.py PermissionsAPI].

use serde_json::json;

use crate::{
    grants::Grant,
    json::{set, text},
    refusal::{Handled, Refusal},
    routes::Call,
    stale::Kind,
    workspace::Workspace,
};

impl Workspace {
    pub(crate) fn permissions_get(&mut self, call: &Call) -> Handled {
        let (family, mut id) = (call.part(0).to_owned(), call.part(1).to_owned());
        let kind = match family.as_str() {
            "jobs" => Kind::Job,
            "clusters" => Kind::Cluster,
            "instance-pools" => Kind::Pool,
            "warehouses" => Kind::Warehouse,
            "pipelines" => Kind::Pipeline,
            "apps" => Kind::App,
            "alertsv2" => Kind::Alert,
            "serving-endpoints" => {
                // Permissions know it by its own id, not by its name [py-sdk: serving.ServingEndpoint.id].
                let named = self.endpoints.values().find(|found| crate::json::text(&found.spec, "id") == id);
                id = named.map_or_else(|| id.clone(), |found| found.name.clone());
                Kind::Endpoint
            }
            "dashboards" => Kind::Dashboard,
            // Permissions know it by its id. Every other call knows it by its name.
            "vector-search-endpoints" => {
                let named = self.searches.values().find(|found| text(&found.spec, "id") == id);
                id = named.map(|found| found.name.clone()).unwrap_or_default();
                Kind::Search
            }
            _ => return Err(Refusal::invalid(format!("{family} is not simulated."))),
        };
        if !self.visible(&id) {
            return Err(Refusal::forbidden(format!("No permission on {family}/{id}.")));
        }
        if self.view(kind, &id).is_none() {
            return Err(Refusal::absent(format!("{family}/{id} does not exist.")));
        }
        let admins = json!({
            "group_name": "admins",
            "all_permissions": [{
                "permission_level": "CAN_MANAGE",
                "inherited": true,
                "inherited_from_object": [format!("/{family}/")],
            }],
        });
        let object = json!({ "object_id": format!("/{family}/{id}"), "object_type": family.trim_end_matches('s') });
        let granted = self.beside.grants.get(&(family, call.part(1).to_owned())).into_iter().flatten().map(Grant::view);
        let mut answer = object;
        set(&mut answer, "access_control_list", std::iter::once(admins).chain(granted).collect());
        Ok(answer)
    }
}
