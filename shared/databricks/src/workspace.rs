//! Implements the engine's ports with the client, the kinds and the actions.
//!
//! Law: it chooses the kind or the action and adds nothing else. Must not know: sagas.

use std::fmt;
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use engine::ports::{
    ActionContext, ActionInfo, ActionList, Actions, Admission, ApiCall, ApiReply, Clock, Context, KindInfo, Next,
    Observed, ReadPurpose, Secrets, Workspace,
};
use failover::{Resource, ResourceKey};
use saga::{Fault, Step};
use serde_json::Value;

use crate::actions::{ActionEnv, ON_WORKSPACE};
use crate::call::Call;
use crate::client::Client;
use crate::codes;
use crate::endpoints::ME;
use crate::kinds::{Api, KINDS, Kind, kind};
use crate::login::Credentials;
use crate::transport::Transport;

static INFOS: LazyLock<Vec<KindInfo>> = LazyLock::new(|| KINDS.iter().map(|kind| kind.info()).collect());

/// One Databricks workspace under one set of credentials.
pub struct DatabricksWorkspace {
    env: ActionEnv,
}

impl fmt::Debug for DatabricksWorkspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabricksWorkspace")
    }
}

impl DatabricksWorkspace {
    /// A workspace to which no request was sent yet.
    pub fn new(transport: Arc<dyn Transport>, credentials: Credentials, clock: Arc<dyn Clock>) -> Self {
        let client = Client::new(transport, credentials, clock);
        Self { env: ActionEnv { client, secrets: None, account: String::new() } }
    }

    /// The client of this workspace.
    pub(crate) fn client(&self) -> &Client {
        &self.env.client
    }

    /// Sets the secrets that an action can name by their places.
    #[must_use]
    pub fn with_secrets(self, secrets: Arc<dyn Secrets>) -> Self {
        Self { env: ActionEnv { secrets: Some(secrets), ..self.env } }
    }
}

fn known(name: &str) -> Result<&'static dyn Kind, Fault> {
    let unknown = || Fault::person_needed(codes::UNKNOWN_WANT, format!("this program knows no kind {name:?}"));
    kind(name).ok_or_else(unknown)
}

#[async_trait]
impl Workspace for DatabricksWorkspace {
    fn kinds(&self) -> &'static [KindInfo] {
        &INFOS
    }

    async fn list(
        &self,
        kind: &str,
        read_purpose: ReadPurpose,
        admission: &dyn Admission,
    ) -> Result<Vec<Observed>, Fault> {
        known(kind)?.list(&Api::new(self.client(), admission), read_purpose).await
    }

    async fn look(
        &self,
        kind: &str,
        id: &str,
        read_purpose: ReadPurpose,
        admission: &dyn Admission,
    ) -> Result<Option<Observed>, Fault> {
        known(kind)?.look(&Api::new(self.client(), admission), id, read_purpose).await
    }

    async fn call(&self, api_call: &ApiCall, admission: &dyn Admission) -> Result<ApiReply, Fault> {
        known(api_call.kind)?.call(&Api::new(self.client(), admission), api_call).await
    }

    /// Names the principal that is signed in, and warns if it is no administrator. Another principal does not
    /// see the jobs that it may not view [docs: jobs/list].
    async fn check_access(&self, admission: &dyn Admission) -> Result<String, Fault> {
        let me = self.client().call(&Call::to(ME), admission).await?;
        let name = me.get("userName").and_then(Value::as_str).unwrap_or("an unnamed principal");
        let groups = me.get("groups").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let is_admin = groups.iter().any(|group| group.get("display").and_then(Value::as_str) == Some("admins"));
        Ok(if is_admin {
            format!("signed in as {name}, in group admins")
        } else {
            format!("signed in as {name}, not in group admins: what it may not view is not seen and not fenced")
        })
    }

    fn next(&self, step: &Step, seen: Option<&Observed>, context: &Context<'_>) -> Next {
        known(&step.kind).map_or_else(Next::Blocked, |kind| kind.next(step, seen, context))
    }

    fn next_of_all(&self, step: &Step, seen: &[&Observed]) -> Next {
        known(&step.kind).map_or_else(Next::Blocked, |kind| kind.next_of_all(seen))
    }

    fn assume(&self, seen: &Observed, api_call: &ApiCall) -> Option<Observed> {
        kind(seen.kind).and_then(|kind| kind.assume(seen, api_call))
    }

    fn record(&self, seen: &Observed) -> Resource {
        match kind(seen.kind) {
            Some(kind) => kind.record(seen),
            None => Resource {
                kind: seen.kind.to_owned(),
                id: seen.id.clone(),
                name: seen.name.clone(),
                tag: None,
                state: String::new(),
                active: false,
                starts: Vec::new(),
                not_carried: Some("this program does not know its kind".to_owned()),
                findings: Vec::new(),
                can_start: Vec::new(),
                set_back: Vec::new(),
            },
        }
    }

    fn owner(&self, seen: &Observed) -> Option<ResourceKey> {
        kind(seen.kind).and_then(|kind| kind.owner(seen))
    }

    fn changed_by(&self, seen: &Observed) -> Option<String> {
        kind(seen.kind).and_then(|kind| kind.changed_by(seen))
    }

    fn recorded(&self, seen: &Observed) -> bool {
        kind(seen.kind).is_none_or(|kind| kind.recorded(seen))
    }
}

#[async_trait]
impl Actions for DatabricksWorkspace {
    fn actions(&self) -> &'static [ActionInfo] {
        ON_WORKSPACE.infos()
    }

    fn check(&self, kind: &str, settings: &Value) -> Result<(), String> {
        ON_WORKSPACE.check(kind, settings)
    }

    async fn attempt(
        &self,
        step: &Step,
        context: &ActionContext<'_>,
        admission: &dyn Admission,
    ) -> Result<String, Fault> {
        ON_WORKSPACE.attempt(&self.env, step, context, admission).await
    }
}
