//! Checks the contract of `Actions` for every kind in AWS, through the real SDK, in virtual time.

mod checks;
mod endpoints;
mod messages;
mod reading;
mod routes;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aws::{AwsActions, Clients, S3Objects};
use engine::ports::{Access, ActionContext, Actions, Admission, Admitted, Clock, Ending, Message, Objects};
use failover::Side;
use failover::action::{Address, Detail, ShownLoss};
use jiff::{SignedDuration, Timestamp};
use local::embedded::{Buckets, Embedded, Table, Wire};
use saga::{Fault, Step};
use serde_json::Value;
use sim::{Cloud, CloudFault, CloudFaultKind, CloudRoute, CloudSettings};
use tokio::time::Instant;

use crate::ground::{BUCKET, TABLE, at};

/// A token as long as those of Switchback's steps.
pub(super) const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
pub(crate) const REGION: &str = "eu-west-1";
pub(super) const ACCOUNT: &str = "123456789012";
pub(super) const ACCESS_POINT: &str = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap";
pub(super) const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:people";
pub(super) const ZONE: &str = "Z0123456789ABC";
pub(super) const ONE: &str = "one.example";
pub(super) const TWO: &str = "two.example";

/// The virtual time of the runtime.
pub(crate) struct Ticking(Instant);

impl Ticking {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }
}

#[async_trait]
impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        at(0) + SignedDuration::try_from(self.0.elapsed()).unwrap()
    }

    async fn sleep_until(&self, _: Timestamp) {}
}

/// A permit for every request. It records how each request ended.
#[derive(Default)]
pub(crate) struct Open {
    pub(super) entered: Mutex<Vec<(&'static str, Access)>>,
    pub(super) left: Mutex<Vec<(&'static str, Ending)>>,
}

/// The time-out of each request.
pub(super) const TIME_OUT: Duration = Duration::from_secs(4);

#[async_trait]
impl Admission for Open {
    async fn enter(&self, family: &'static str, nature: Access) -> Result<Admitted, Fault> {
        self.entered.lock().unwrap().push((family, nature));
        Ok(Admitted { time_out: TIME_OUT })
    }

    fn leave(&self, family: &'static str, ending: Ending) {
        self.left.lock().unwrap().push((family, ending));
    }
}

/// A cloud with all resources that the kinds need, and actions that reach it.
pub(crate) struct Stand {
    pub(crate) cloud: Arc<Mutex<Cloud>>,
    pub(super) actions: AwsActions,
    pub(crate) admission: Open,
    pub(crate) clients: Clients,
    clock: Arc<Ticking>,
}

impl Stand {
    /// A stand whose cloud applies every change at once.
    pub(crate) fn new() -> Self {
        Self::with(CloudSettings { record_sync_ms: 0, routes_ms: 0, ..CloudSettings::default() }, None)
    }

    pub(super) fn with(settings: CloudSettings, wire: Option<Arc<dyn Wire>>) -> Self {
        let mut cloud = Cloud::new(settings);
        furnish(&mut cloud);
        let cloud = Arc::new(Mutex::new(cloud));
        let clock = Arc::new(Ticking::new());
        let parts = Embedded::new(Table::memory(TABLE).unwrap(), Buckets::memory([BUCKET]));
        let parts = parts.with_cloud(Arc::clone(&cloud), Arc::clone(&clock) as Arc<dyn Clock>);
        let parts = match wire {
            Some(wire) => parts.with_wire(wire),
            None => parts,
        };
        let clients = Clients::embedded(parts, REGION);
        Self { cloud, actions: AwsActions::new(&clients), admission: Open::default(), clients, clock }
    }

    pub(super) async fn attempt(&self, kind: &str, want: &str, settings: Value) -> Result<String, Fault> {
        self.told(kind, want, settings, None, None).await
    }

    pub(super) async fn told(
        &self,
        kind: &str,
        want: &str,
        settings: Value,
        shown: Option<ShownLoss>,
        message: Option<&Message>,
    ) -> Result<String, Fault> {
        let address = Address { side: Side::Standby, url: format!("https://{TWO}"), host: TWO.to_owned() };
        let detail = Detail { settings, side: Side::Standby, address, shown, wording: None };
        let step =
            Step { detail: serde_json::to_value(detail).unwrap(), ..Step::new("outside", kind, "one", "one", want) };
        let context = ActionContext { token: TOKEN, tries: 0, since: at(0), now: self.clock.now(), message };
        self.actions.attempt(&step, &context, &self.admission).await
    }

    pub(super) fn inject(&self, fault: CloudFault) {
        self.cloud.lock().unwrap().inject(fault);
    }

    /// Makes one operation fail at every service.
    pub(super) fn fail(&self, operation: &str, kind: CloudFaultKind) {
        self.inject(CloudFault::new("amazonaws.com", kind).only(operation));
    }

    pub(super) fn count(&self, operation: &str) -> usize {
        self.cloud.lock().unwrap().count(operation)
    }

    /// The content of an object that must exist.
    pub(crate) async fn object(&self, key: &str) -> bytes::Bytes {
        S3Objects::new(&self.clients, BUCKET, "").get(key).await.unwrap().unwrap()
    }

    pub(super) async fn put_object(&self, key: &str, text: &str) {
        let objects = S3Objects::new(&self.clients, BUCKET, "");
        objects.put(key, text.to_owned().into()).await.unwrap();
    }
}

fn furnish(cloud: &mut Cloud) {
    cloud.add_parameter(REGION, "/reports/host", "String", ONE);
    cloud.add_parameter("us-east-1", "/reports/hosts", "StringList", ONE);
    cloud.add_parameter(REGION, "/reports/hidden", "SecureString", ONE);
    cloud.add_secret(REGION, "connection", r#"{"user":"ada", "host":"one.example","password":"hunter2"}"#);
    cloud.add_secret("us-east-1", "address", ONE);
    cloud.add_record(ZONE, "work.example.com", "CNAME", 60, ONE);
    let policy = [("SetIdentifier", "a"), ("Failover", "PRIMARY")];
    cloud.add_routed_record(ZONE, "routed.example.com", "CNAME", 60, ONE, &policy);
    let route = |bucket: &str, region: &str, dial| CloudRoute { bucket: bucket.into(), region: region.into(), dial };
    let routes = [route("data-one", "us-east-1", 100), route("data-two", "eu-central-1", 0)];
    cloud.add_access_point(ACCOUNT, ACCESS_POINT, &routes);
    cloud.add_stream(REGION, "orders", "ACTIVE");
    cloud.add_topic(TOPIC);
    cloud.add_topic(&format!("{TOPIC}.fifo"));
}
