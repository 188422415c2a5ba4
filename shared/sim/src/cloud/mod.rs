//! Simulates what surrounds the two workspaces: a small part of AWS, and the web.
//!
//! For: rehearsing and testing what a failover does beyond the workspaces. The cloud answers raw
//! HTTP requests to a few services as AWS documents them. It keeps the requests that hosts of the
//! web receive. It says which ports accept a connection.
//!
//! Its laws are those of the whole crate: no I/O, no clock, no chance; raw JSON and XML; loud about
//! the unknown. AWS's own Python SDK checks it (`tests/vendor/test_cloud.py`). A request to AWS
//! must be signed, and its signature must name the region and the service of its host. Otherwise it
//! is refused. The digits of the signature are not checked.
//!
//! Must not know: our client, our types.
//!
//! Sources are cited as `[SSM: …]`, `[Secrets Manager: …]`, `[Kinesis: …]`, `[Route 53: …]`,
//! `[S3 Control: …]`, `[SNS: …]`, `[Health: …]`: AWS's API references of these services.

mod access_points;
mod cbor;
mod faults;
mod health;
mod inventory;
mod parameters;
mod place;
mod refusals;
mod request;
mod secrets;
mod seeding;
#[cfg(feature = "serve")]
mod serve;
mod streams;
mod topics;
mod web;
mod xml;
mod zones;

use std::collections::BTreeMap;

pub use self::access_points::CloudRoute;
pub use self::faults::{CloudFault, CloudFaultKind};
pub use self::health::HealthEvent;
pub use self::request::CloudRequest;
#[cfg(feature = "serve")]
pub use self::serve::serve_cloud;
pub use self::topics::CloudMessage;
pub use self::web::WebBehaviour;

use self::access_points::AccessPoint;
use self::faults::Strike;
use self::place::Place;
use self::refusals::Refused;
use self::secrets::Secret;
use self::topics::Topic;
use self::web::WebHost;
use self::zones::Zones;
use crate::changing::Changing;
use crate::wire::{Answer, Reply};

/// Delays of the cloud, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloudSettings {
    /// From a request to its reply.
    pub latency_ms: u64,
    /// From the change of a record until every name server has it; commonly within 60 s [Route 53: API GetChange].
    pub record_sync_ms: i64,
    /// From the change of routes until they lead elsewhere; up to 2 minutes [S3: MrapFailover].
    /// Unverified: whether a read of the routes shows the change earlier.
    pub routes_ms: i64,
}

impl Default for CloudSettings {
    fn default() -> Self {
        Self { latency_ms: 40, record_sync_ms: 30_000, routes_ms: 45_000 }
    }
}

/// A call that came, also if it got no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudCall {
    /// Moment of the call, unix ms.
    pub at_ms: i64,
    /// Host of the call.
    pub host: String,
    /// Name of the operation as AWS calls it, e.g. `PutParameter`; the method for other hosts.
    pub operation: String,
}

/// A part of AWS and of the web that exists only in memory.
#[derive(Debug)]
pub struct Cloud {
    now_ms: i64,
    settings: CloudSettings,
    faults: faults::Script,
    /// Parameters by region and name.
    parameters: BTreeMap<(String, String), parameters::Parameter>,
    /// Secrets by region and name.
    secrets: BTreeMap<(String, String), Secret>,
    zones: Zones,
    /// Access points by ARN.
    access_points: BTreeMap<String, AccessPoint>,
    /// Status of each stream by region and name.
    streams: BTreeMap<(String, String), String>,
    /// Topics by ARN.
    topics: BTreeMap<String, Topic>,
    health: health::Health,
    messages: Vec<CloudMessage>,
    web: BTreeMap<String, WebHost>,
    ports: BTreeMap<(String, u16), bool>,
    calls: Vec<CloudCall>,
    changing: Changing,
    unknown: Vec<String>,
}

impl Cloud {
    /// Makes an empty cloud.
    #[must_use]
    pub fn new(settings: CloudSettings) -> Cloud {
        Cloud {
            now_ms: i64::MIN,
            settings,
            faults: faults::Script::default(),
            parameters: BTreeMap::new(),
            secrets: BTreeMap::new(),
            zones: Zones::default(),
            access_points: BTreeMap::new(),
            streams: BTreeMap::new(),
            topics: BTreeMap::new(),
            health: health::Health::default(),
            messages: Vec::new(),
            web: BTreeMap::new(),
            ports: BTreeMap::new(),
            calls: Vec::new(),
            changing: Changing::default(),
            unknown: Vec::new(),
        }
    }

    /// Handles one request, sent at `now_ms` (unix ms). A moment before the one already reached counts as that one.
    pub fn handle(&mut self, now_ms: i64, request: &CloudRequest) -> Answer {
        let Some(json) = cbor::as_json(request) else { return self.handle_plain(now_ms, request) };
        match self.handle_plain(now_ms, &json) {
            Answer::Reply { after_ms, reply } => Answer::Reply { after_ms, reply: cbor::reply(reply) },
            Answer::Silence => Answer::Silence,
            Answer::Reset { after_ms } => Answer::Reset { after_ms },
        }
    }

    fn handle_plain(&mut self, now_ms: i64, request: &CloudRequest) -> Answer {
        self.advance(now_ms);
        let place = Place::of(request);
        let operation = place.operation(request);
        self.calls.push(CloudCall { at_ms: self.now_ms, host: request.host.clone(), operation: operation.clone() });
        let changing = self.changing(&place, &operation, request);
        let answer = self.answer(&place, &operation, request);
        self.changing.note(changing, &answer);
        answer
    }

    fn answer(&mut self, place: &Place, operation: &str, request: &CloudRequest) -> Answer {
        let strike = self.faults.strike(self.now_ms, &request.host, operation);
        let after_ms = self.settings.latency_ms + strike.slow_ms;
        if strike.silent {
            return Answer::Silence;
        }
        let reply = match refused_by_script(place, &strike) {
            Some(refused) => place.refusal(&refused),
            None => self.answered(place, operation, request),
        };
        if strike.reply_lost {
            return Answer::Reset { after_ms };
        }
        match strike.status_after {
            Some(status) => Answer::Reply { after_ms, reply: place.refusal(&Refused::of_status(status)) },
            None => Answer::Reply { after_ms, reply },
        }
    }

    /// Whether a port of a host accepts a connection at `now_ms` (unix ms). A port that nobody has
    /// seeded refuses, and is kept in [`Cloud::unknown`].
    pub fn connect(&mut self, now_ms: i64, host: &str, port: u16) -> bool {
        self.advance(now_ms);
        self.calls.push(CloudCall { at_ms: self.now_ms, host: host.to_owned(), operation: format!("connect {port}") });
        if self.faults.strike(self.now_ms, host, "connect").silent {
            return false;
        }
        let accepts = self.ports.get(&(host.to_owned(), port)).copied();
        if accepts.is_none() {
            self.unknown.push(format!("connect {host}:{port}"));
        }
        accepts.unwrap_or(false)
    }

    fn answered(&mut self, place: &Place, operation: &str, request: &CloudRequest) -> Reply {
        if let Err(refused) = place.authenticate(request) {
            return place.refusal(&refused);
        }
        let handled = match place {
            Place::Parameters { region } => self.parameter_call(region, operation, request),
            Place::Secrets { region } => self.secret_call(region, operation, request),
            Place::Streams { region } => self.stream_call(region, operation, request),
            Place::Health { .. } => self.health_call(operation, request),
            Place::Zones => self.zone_call(operation, request),
            Place::AccessPoints { account, region } => self.access_point_call(account, region, operation, request),
            Place::Topics { .. } => self.topic_call(operation, request),
            Place::Web => self.web_call(request),
        };
        match handled {
            Some(Ok(reply)) => reply,
            Some(Err(refused)) => place.refusal(&refused),
            None => self.unknown_request(place, request),
        }
    }

    fn unknown_request(&mut self, place: &Place, request: &CloudRequest) -> Reply {
        let path = request.path();
        self.unknown.push(format!("{} {} {path}", request.host, request.method));
        let message = format!(
            "The simulated cloud does not answer {} {path} of {}. Seed it, or add it in shared/sim/src/cloud.",
            request.method, request.host
        );
        place.refusal(&Refused::new(501, "NotImplemented", message))
    }
}

fn refused_by_script(place: &Place, strike: &Strike) -> Option<Refused> {
    if strike.throttled {
        return Some(place.throttled());
    }
    if strike.denied {
        return Some(place.denied());
    }
    strike.status.map(Refused::of_status)
}
