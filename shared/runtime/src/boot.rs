//! Makes a pair and its ports from its configuration.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
#[cfg(feature = "cloud")]
use aws::AwsHealth;
use aws::Clients;
use databricks::{Credentials, DatabricksAccount, DatabricksWorkspace, HttpTransport};
use engine::ports::{
    Actions, ApprovalRequests, Clock, Controls, DeclaredProbe, EvidenceRenderer, Feed, Message, Messenger, Objects,
    Pairs, Recipient, Sagas, SideProbe, Signals, StoreError, Waker,
};
use engine::sides::{ConfiguredSides, Sides};
use engine::{Deps, Pair, Settings};
use failover::action::Address;
use failover::evidence::Record;
use failover::{FailoverPolicy, Side};
use integrations::{IntegrationActions, Network, SystemNames, Web};
use jiff::SignedDuration;
use saga::SagaId;

use crate::config::{Checked, ConfigError, KeptSecrets, SideConfig};
use crate::config::{watching, webhooks};

/// The ports through which the engine records and sends.
#[derive(Clone)]
pub struct Ports {
    /// Store of pairs.
    pub pairs: Arc<dyn Pairs>,
    /// Store of sagas.
    pub sagas: Arc<dyn Sagas>,
    /// Store of approval requests.
    pub approval_requests: Arc<dyn ApprovalRequests>,
    /// Store of the orders that people give to running sagas, and of lessons.
    pub controls: Arc<dyn Controls>,
    /// Store of what is known of the pair's health.
    pub signals: Arc<dyn Signals>,
    /// Store of checkpoints, plans and publications.
    pub objects: Arc<dyn Objects>,
    /// Sender of wake messages.
    pub waker: Arc<dyn Waker>,
    /// Carries out actions on AWS, if any is declared.
    pub actions: Vec<Arc<dyn Actions>>,
    /// Clients for probes in AWS and for its Health API. With `None` neither is asked.
    pub aws: Option<Clients>,
    /// Sender of messages to people. With `None` nobody is asked by message.
    pub messenger: Option<Arc<dyn Messenger>>,
}

impl Ports {
    /// Ports over one store for pairs, sagas, approvals, orders and signals. Objects and wake messages are
    /// separate.
    pub fn over<S: Pairs + Sagas + ApprovalRequests + Controls + Signals + 'static>(
        store: Arc<S>,
        objects: Arc<dyn Objects>,
        waker: Arc<dyn Waker>,
    ) -> Self {
        Self {
            pairs: Arc::clone(&store) as _,
            sagas: Arc::clone(&store) as _,
            approval_requests: Arc::clone(&store) as _,
            controls: Arc::clone(&store) as _,
            signals: store,
            objects,
            waker,
            actions: Vec::new(),
            aws: None,
            messenger: None,
        }
    }
}

/// A waker for a process that drives sagas itself. It sends nothing, because nobody needs the message.
#[derive(Debug)]
pub struct NobodyToWake;

#[async_trait]
impl Waker for NobodyToWake {
    async fn wake(&self, _saga: &SagaId) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A messenger for the case that no topic is configured. Every send fails and says so.
#[derive(Debug)]
pub struct NobodyToTell;

#[async_trait]
impl Messenger for NobodyToTell {
    async fn send(&self, _to: &Recipient, message: &Message) -> Result<(), StoreError> {
        Err(StoreError::Broken(format!("no topic for messages is configured, so nobody hears: {}", message.subject)))
    }
}

/// Renders pages with the crate `pages`.
#[derive(Debug)]
struct Pages;

impl EvidenceRenderer for Pages {
    fn page(&self, record: &Record) -> String {
        pages::evidence(record)
    }
}

/// Makes the renderer of evidence pages, for the end of a saga and for the verification of evidence.
pub fn evidence_renderer() -> Arc<dyn EvidenceRenderer> {
    Arc::new(Pages)
}

/// Makes the engine's ports for the pair of a configuration. Everything is recorded in `ports`.
///
/// # Errors
///
/// [`ConfigError`] if a secret cannot be fetched or an address is refused.
pub fn deps(checked: &Checked, clock: Arc<dyn Clock>, ports: Ports) -> Result<Deps, ConfigError> {
    let workspaces = Workspaces::of(checked, &clock)?;
    let addresses = addresses(checked);
    let web: Arc<dyn Web> = Arc::new(Network::new().map_err(|e| checked.wrong(0, e))?);
    let feeds = [feeds(checked, ports.aws.as_ref()), webhooks::feeds(checked, &web)?].concat();
    let probes = probes(checked, &workspaces, &addresses, &clock, &web, ports.aws.as_ref())?;
    Ok(Deps {
        pair: Pair {
            name: checked.pair.clone(),
            policy: policy(checked),
            watch: watching::watch(checked, ports.messenger.is_some())?,
        },
        configured: ConfiguredSides::new(Sides {
            primary: workspaces.primary,
            standby: workspaces.standby,
            map: checked.config.map.iter().map(|entry| entry.get_ref().clone()).collect(),
            addresses,
            declarations: checked.declarations.clone(),
            watched: watching::watched(checked),
            probes,
            configured_primary: Side::Primary,
        }),
        settings: Arc::new(settings(checked)),
        pairs: ports.pairs,
        sagas: ports.sagas,
        approval_requests: ports.approval_requests,
        controls: ports.controls,
        signals: ports.signals,
        messenger: ports.messenger.unwrap_or_else(|| Arc::new(NobodyToTell)),
        feeds,
        objects: ports.objects,
        evidence_renderer: evidence_renderer(),
        waker: ports.waker,
        actions: actions(checked, &clock, web, ports.actions)?,
        clock,
    })
}

/// The feed of the provider's own interface, if it is enabled. Status pages are in [`webhooks::feeds`].
#[cfg(feature = "cloud")]
fn feeds(checked: &Checked, aws: Option<&Clients>) -> Vec<Arc<dyn Feed>> {
    let asked = aws.filter(|_| checked.config.health_api.enabled);
    let health = asked.map(|aws| AwsHealth::new(aws, Arc::new(SystemNames)));
    health.into_iter().map(|health| Arc::new(health) as Arc<dyn Feed>).collect()
}

/// A build that reaches no AWS has no such feed.
#[cfg(not(feature = "cloud"))]
fn feeds(_checked: &Checked, _aws: Option<&Clients>) -> Vec<Arc<dyn Feed>> {
    Vec::new()
}

/// The probes of the two sides: the usual ones, and those that are declared.
fn probes(
    checked: &Checked,
    workspaces: &Workspaces,
    addresses: &[Address],
    clock: &Arc<dyn Clock>,
    web: &Arc<dyn Web>,
    aws: Option<&Clients>,
) -> Result<Vec<SideProbe>, ConfigError> {
    let mut found = workspaces.probes(&checked.probes);
    if !checked.probes.is_empty() {
        let env = integrations::probes::ProbeEnv {
            web: Arc::clone(web),
            names: Arc::new(SystemNames),
            clock: Arc::clone(clock),
            addresses: addresses.to_vec(),
        };
        found.extend(integrations::probes::of(env, &checked.probes));
    }
    if let Some(aws) = aws {
        found.extend(aws::probes::of(aws, clock, &checked.probes));
    }
    Ok(found)
}

/// Carries out actions on AWS, if there are any, on the Databricks account, and on channels and hosts.
fn actions(
    checked: &Checked,
    clock: &Arc<dyn Clock>,
    web: Arc<dyn Web>,
    mut actions: Vec<Arc<dyn Actions>>,
) -> Result<Vec<Arc<dyn Actions>>, ConfigError> {
    if let Some(account) = &checked.config.account {
        let start = account.url.span().start;
        let transport = HttpTransport::new(account.url.get_ref()).map_err(|e| checked.wrong(start, e.to_string()))?;
        let secret = account.client_secret.get_ref().fetch();
        let client_secret = secret.map_err(|e| checked.wrong(account.client_secret.span().start, e))?;
        let credentials = Credentials::Machine { client_id: account.client_id.clone(), client_secret };
        let clock = Arc::clone(clock);
        let account = DatabricksAccount::new(Arc::new(transport), &account.account_id, credentials, clock);
        actions.push(Arc::new(account));
    }
    actions.push(Arc::new(IntegrationActions::new(web, Arc::new(KeptSecrets))));
    Ok(actions)
}

/// The address of a side, as people and tools get it.
fn address(side: Side, text: &str) -> Address {
    let url = text.trim_end_matches('/').to_owned();
    let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host).to_owned();
    Address { side, url, host }
}

/// The two workspaces, for everything that speaks to them.
struct Workspaces {
    primary: Arc<DatabricksWorkspace>,
    standby: Arc<DatabricksWorkspace>,
}

impl Workspaces {
    fn of(checked: &Checked, clock: &Arc<dyn Clock>) -> Result<Self, ConfigError> {
        Ok(Self {
            primary: workspace(checked, &checked.config.primary, clock)?,
            standby: workspace(checked, &checked.config.standby, clock)?,
        })
    }

    /// The probes that use the API of the sides.
    fn probes(&self, declared: &[DeclaredProbe]) -> Vec<SideProbe> {
        let sides = [(Side::Primary, &self.primary), (Side::Standby, &self.standby)];
        let of_side = |(side, workspace)| {
            let declared = declared.iter().filter(move |probe| probe.side == side).cloned();
            let all: Vec<DeclaredProbe> = databricks::probes::usual(side).into_iter().chain(declared).collect();
            databricks::probes::of(workspace, &all)
        };
        sides.into_iter().flat_map(of_side).collect()
    }
}

fn policy(checked: &Checked) -> FailoverPolicy {
    FailoverPolicy {
        planned: false,
        run_interrupted_again: checked.config.policy.run_interrupted_again,
        checkpoint_age: SignedDuration::from_mins(*checked.config.policy.checkpoint_age_minutes.get_ref()),
        fence_first: false,
    }
}

fn addresses(checked: &Checked) -> Vec<Address> {
    let (primary, standby) = (&checked.config.primary.url, &checked.config.standby.url);
    vec![address(Side::Primary, primary.get_ref()), address(Side::Standby, standby.get_ref())]
}

fn workspace(
    checked: &Checked,
    side: &SideConfig,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<DatabricksWorkspace>, ConfigError> {
    let transport =
        HttpTransport::new(side.url.get_ref()).map_err(|e| checked.wrong(side.url.span().start, e.to_string()))?;
    let credentials = credentials(checked, side)?;
    let workspace = DatabricksWorkspace::new(Arc::new(transport), credentials, Arc::clone(clock));
    Ok(Arc::new(workspace.with_secrets(Arc::new(KeptSecrets))))
}

fn credentials(checked: &Checked, side: &SideConfig) -> Result<Credentials, ConfigError> {
    let fetch = |source: &toml::Spanned<crate::config::SecretSource>| {
        source.get_ref().fetch().map_err(|e| checked.wrong(source.span().start, e))
    };
    match (&side.client_id, &side.client_secret, &side.token) {
        (Some(client_id), Some(secret), _) => {
            Ok(Credentials::Machine { client_id: client_id.clone(), client_secret: fetch(secret)? })
        }
        (_, _, Some(token)) => Ok(Credentials::Personal(fetch(token)?)),
        (_, _, None) => Err(checked.wrong(side.url.span().start, "no credentials".to_owned())),
    }
}

/// Makes the engine's settings from a configuration.
pub fn settings(checked: &Checked) -> Settings {
    let mut settings = Settings::default();
    let runner = &checked.config.runner;
    let seconds = |value: &Option<toml::Spanned<f64>>| value.as_ref().map(|v| *v.get_ref());
    let signed = |s: f64| SignedDuration::from_millis((s * 1000.0) as i64);
    if let Some(lease) = seconds(&runner.lease_seconds) {
        settings.lease = signed(lease);
    }
    if let Some(skew) = seconds(&runner.skew_seconds) {
        settings.skew = signed(skew);
    }
    if let Some(time_out) = seconds(&runner.call_time_out_seconds) {
        settings.call_time_out = Duration::from_secs_f64(time_out);
    }
    let dead = seconds(&runner.dead_time_out_seconds).map(Duration::from_secs_f64);
    settings.dead_time_out = dead.unwrap_or(settings.dead_time_out).min(settings.call_time_out);
    if let Some(interval) = seconds(&runner.pursuit_interval_seconds) {
        settings.pursuit_interval = signed(interval);
    }
    if let Some(pause) = seconds(&runner.longest_pause_seconds) {
        settings.longest_pause = signed(pause);
    }
    let limits = checked.config.limits.iter().map(|(family, rate)| (family.get_ref().clone(), *rate.get_ref()));
    settings.limits = limits.collect();
    settings
}
