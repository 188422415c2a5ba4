//! Seeds the cloud at the start, and reads it for tests and auditors.

use super::Cloud;
use super::CloudCall;
use super::access_points::{AccessPoint, CloudRoute};
use super::faults::CloudFault;
use super::parameters::Parameter;
use super::request::CloudRequest;
use super::topics::{CloudMessage, Topic};
use super::web::{WebBehaviour, WebHost};
use super::zones::{Record, whole};

impl Cloud {
    /// Adds a parameter. `kind` is `String`, `StringList` or `SecureString`.
    pub fn add_parameter(&mut self, region: &str, name: &str, kind: &str, value: &str) {
        let key = (region.to_owned(), name.to_owned());
        let (kind, value) = (kind.to_owned(), value.to_owned());
        self.parameters.insert(key, Parameter { kind, value, version: 1, modified_ms: 0 });
    }

    /// Adds a secret, or another version of it, as somebody else would put it.
    pub fn add_secret(&mut self, region: &str, name: &str, value: &str) {
        let secret = self.secrets.entry((region.to_owned(), name.to_owned())).or_default();
        let version = format!("00000000-0000-4000-8000-{:012}", secret.versions.len() + 1);
        secret.put(&version, value.to_owned());
    }

    /// Adds a hosted zone without records.
    pub fn add_zone(&mut self, zone: &str) {
        self.zones.by_id.entry(zone.to_owned()).or_default();
    }

    /// Adds a simple record to a zone. The zone is made if it is not there.
    pub fn add_record(&mut self, zone: &str, name: &str, kind: &str, ttl: u32, value: &str) {
        self.add_routed_record(zone, name, kind, ttl, value, &[]);
    }

    /// Adds a record with a routing policy. `policy` has its elements, e.g. `SetIdentifier`, `Failover`.
    pub fn add_routed_record(
        &mut self,
        zone: &str,
        name: &str,
        kind: &str,
        ttl: u32,
        value: &str,
        policy: &[(&str, &str)],
    ) {
        let policy = policy.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.zones.by_id.entry(zone.to_owned()).or_default().push(Record {
            name: whole(name),
            kind: kind.to_owned(),
            ttl: ttl.to_string(),
            values: vec![value.to_owned()],
            policy,
        });
    }

    /// Adds a Multi-Region Access Point of an account under its ARN.
    pub fn add_access_point(&mut self, account: &str, arn: &str, routes: &[CloudRoute]) {
        let point = AccessPoint { account: account.to_owned(), routes: routes.to_vec(), coming: None };
        self.access_points.insert(arn.to_owned(), point);
    }

    /// Adds a data stream. `status` is e.g. `ACTIVE`.
    pub fn add_stream(&mut self, region: &str, name: &str, status: &str) {
        self.streams.insert((region.to_owned(), name.to_owned()), status.to_owned());
    }

    /// Adds a topic under its ARN. The topic keeps its messages.
    pub fn add_topic(&mut self, arn: &str) {
        self.topics.insert(arn.to_owned(), Topic::default());
    }

    /// Adds a host of the web, or gives another behaviour to a host that is there.
    pub fn add_web(&mut self, host: &str, behaviour: WebBehaviour) {
        let fresh = WebHost { behaviour: behaviour.clone(), received: Vec::new() };
        self.web.entry(host.to_owned()).or_insert(fresh).behaviour = behaviour;
    }

    /// Adds a port that accepts connections, or refuses them.
    pub fn add_port(&mut self, host: &str, port: u16, accepts: bool) {
        self.ports.insert((host.to_owned(), port), accepts);
    }

    /// Adds a fault to the script.
    pub fn inject(&mut self, fault: CloudFault) {
        self.faults.add(fault);
    }

    /// Lets the cloud move by itself up to `now_ms` (unix ms).
    pub fn advance(&mut self, now_ms: i64) {
        self.now_ms = self.now_ms.max(now_ms);
        for point in self.access_points.values_mut() {
            point.advance(self.now_ms);
        }
    }

    /// The value of a parameter.
    #[must_use]
    pub fn parameter(&self, region: &str, name: &str) -> Option<&str> {
        self.parameters.get(&(region.to_owned(), name.to_owned())).map(|found| found.value.as_str())
    }

    /// The value of a secret's current version.
    #[must_use]
    pub fn secret(&self, region: &str, name: &str) -> Option<&str> {
        let secret = self.secrets.get(&(region.to_owned(), name.to_owned()))?;
        secret.versions.get(&secret.current).map(String::as_str)
    }

    /// The values of all records of a name and type, as a listing shows them.
    #[must_use]
    pub fn record(&self, zone: &str, name: &str, kind: &str) -> Vec<&str> {
        let records = self.zones.by_id.get(zone).map_or(&[][..], Vec::as_slice);
        let fits = |record: &&Record| record.name == whole(name) && record.kind == kind;
        records.iter().filter(fits).flat_map(|record| record.values.iter().map(String::as_str)).collect()
    }

    /// The routes of an access point at the moment that the cloud has reached.
    #[must_use]
    pub fn routes(&self, arn: &str) -> &[CloudRoute] {
        self.access_points.get(arn).map_or(&[], |point| point.routes.as_slice())
    }

    /// Every message that a topic has accepted, in order.
    #[must_use]
    pub fn messages(&self) -> &[CloudMessage] {
        &self.messages
    }

    /// The requests that a host of the web has received, in order.
    #[must_use]
    pub fn received(&self, host: &str) -> &[CloudRequest] {
        self.web.get(host).map_or(&[], |host| host.received.as_slice())
    }

    /// Every call that came, in order.
    #[must_use]
    pub fn calls(&self) -> &[CloudCall] {
        &self.calls
    }

    /// Number of calls of one operation, e.g. `PutParameter`.
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        self.calls.iter().filter(|call| call.operation == operation).count()
    }

    /// Every request that was not known as `host METHOD path`, and every port as `connect host:port`.
    #[must_use]
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }
}
