//! Simulates the account that both workspaces belong to, on a host of its own.
//!
//! Law: as in `world`, a request goes through the script of faults, a limit by script, the
//! credential and its route, in this order. The events here depend only on the seed, the requests
//! and their times, and draw nothing from the workspaces. A failover of a group changes the
//! account's own state and nothing in a workspace: nothing starts there by itself.
//! Must not know: what a workspace holds.
//!
//! Sources: `POST /oidc/accounts/{id}/v1/token` [docs: dev-tools/auth/oauth-m2m]; a token of a
//! workspace gets 404 [docs: admin/managed-disaster-recovery]. The answer to the id of another
//! account is undocumented; it is 404 here (unverified).

mod assignments;
mod groups;
mod inventory;
mod networks;
mod routes;
mod sign_in;
mod stable_urls;

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng, rngs::SmallRng};
use serde_json::Value;

use crate::{
    auth::oauth_body,
    changing::{Changing, ChangingCall, changing},
    faults::{Fault, FaultKind, Script, Strike, Target},
    limits::Buckets,
    refusal::Refusal,
    routes::{Call, Route},
    wire::{ACCOUNT_ID, Answer, Reply, Request, Side},
    world::refused_by_script,
};

pub(crate) use assignments::application_name;
pub use groups::{FAILOVER_GROUP, PRIMARY_REGION, STANDBY_REGION};
pub use networks::{CUT_OFF_POLICY, USUAL_POLICY};
pub use stable_urls::{ATTACHED_URL, LOOSE_URL};

/// The account of the pair, with everything that its API shows.
pub struct Account {
    now: i64,
    rng: SmallRng,
    /// Random draws of the wire only: latency and faults.
    wire: SmallRng,
    latency_ms: (u64, u64),
    script: Script,
    buckets: Buckets,
    /// The account's tokens, with the moment at which each ends (unix ms).
    tokens: BTreeMap<String, i64>,
    groups: BTreeMap<String, groups::Group>,
    urls: BTreeMap<String, stable_urls::StableUrl>,
    /// Network policy by workspace id.
    networks: BTreeMap<&'static str, String>,
    /// Permissions by workspace id and principal.
    assignments: BTreeMap<(&'static str, i64), Vec<String>>,
    effects: u64,
    changing: Changing,
    unknown: Vec<String>,
}

impl Account {
    pub(crate) fn new(seed: u64, latency_ms: (u64, u64), now: i64) -> Account {
        let seed = seed ^ 0x61_63_63_74;
        Account {
            now,
            rng: SmallRng::seed_from_u64(seed),
            wire: SmallRng::seed_from_u64(seed ^ 0x77_69_72_65),
            latency_ms,
            script: Script::new(seed, &[]),
            buckets: Buckets::default(),
            tokens: BTreeMap::new(),
            groups: groups::usual(now),
            urls: stable_urls::usual(),
            networks: networks::usual(),
            assignments: assignments::usual(),
            effects: 0,
            changing: Changing::default(),
            unknown: Vec::new(),
        }
    }

    /// Handles one request to the account's host. A moment before the last one counts as the last one.
    pub(crate) fn handle(&mut self, now_ms: i64, request: &Request) -> Answer {
        self.now = self.now.max(now_ms);
        self.groups_go_on();
        let found = routes::find(request);
        let call = changing(self.now, request, found.as_ref().map(|(route, _)| route.path));
        let answer = self.answer(request, found.as_ref());
        self.changing.note(call, &answer);
        answer
    }

    fn answer(&mut self, request: &Request, found: Option<&(&'static Route<Account>, Call)>) -> Answer {
        let family = found.map_or("", |(route, _)| route.family);
        self.effects += u64::from(request.method != "GET" && family != "oidc");
        let target = Target { side: Side::Primary, family, path: &request.path, body: &request.body };
        let strike = self.script.strike(self.now, &target, &mut self.wire);
        let after_ms = self.wire.random_range(self.latency_ms.0..=self.latency_ms.1.max(self.latency_ms.0));
        let after_ms = after_ms + strike.slow_ms;
        if strike.silent {
            return Answer::Silence;
        }
        if let Some(reply) = refused_by_script(&strike, Side::Primary) {
            return Answer::Reply { after_ms, reply };
        }
        let reply = match found {
            Some((route, call)) => self.serve(route, call, &strike),
            None => self.unknown_route(request),
        };
        match (strike.reply_lost, strike.status_after) {
            (true, _) => Answer::Reset { after_ms },
            (false, Some(status)) => Answer::Reply { after_ms, reply: Refusal::of_status(status).reply() },
            (false, None) => Answer::Reply { after_ms, reply },
        }
    }

    fn serve(&mut self, route: &Route<Account>, call: &Call, strike: &Strike) -> Reply {
        if let Some(rate) = strike.throttle
            && let Err(wait_ms) = self.buckets.take(self.now, route.family, rate, 1.0)
        {
            let reply = Refusal::new(429, "RESOURCE_EXHAUSTED", "The request limit is exceeded.").reply();
            return reply.with_header("retry-after", wait_ms.div_ceil(1000).max(1).to_string());
        }
        let open = route.family == "oidc";
        let allowed = match (open, strike.forbidden) {
            (true, _) => Ok(()),
            (false, false) => self.authenticate(call),
            (false, true) => {
                self.authenticate(call).and_then(|()| Err(Refusal::forbidden("You are not an account admin.")))
            }
        };
        match allowed.and_then(|()| is_ours(route, call)).and_then(|()| route.body(self, call)) {
            Ok(body) => Reply::written(200, body),
            Err(refusal) if open => Reply::json(refusal.status, &oauth_body(&refusal)),
            Err(refusal) => refusal.reply(),
        }
    }

    fn unknown_route(&mut self, request: &Request) -> Reply {
        self.unknown.push(format!("account {} {}", request.method, request.path));
        let message = format!(
            "The simulated account has no route for {} {}. Add a line to shared/sim/src/account/routes.rs.",
            request.method, request.path
        );
        Refusal::new(501, "NOT_IMPLEMENTED", message).reply()
    }

    /// Adds a fault from now on, without an end. It covers this family, group of families or path
    /// prefix; `None`: every call.
    pub fn inject(&mut self, kind: FaultKind, only: Option<&str>) {
        let fault = Fault::new(Side::Primary, self.now, kind);
        self.script.add(match only {
            Some(only) => fault.only(only),
            None => fault,
        });
    }

    /// Number of requests that can change something.
    #[must_use]
    pub fn effects(&self) -> u64 {
        self.effects
    }

    /// Every request that is not a pure read, in the order in which they came.
    #[must_use]
    pub fn changing_calls(&self) -> &[ChangingCall] {
        self.changing.all()
    }

    /// Every request that no route matched, as `account METHOD path`.
    #[must_use]
    pub fn unknown_routes(&self) -> &[String] {
        &self.unknown
    }

    fn draw(&mut self, range: (i64, i64)) -> i64 {
        self.rng.random_range(range.0..=range.1.max(range.0))
    }

    fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from_digit(self.rng.random_range(0..16), 16).unwrap_or('0')).collect()
    }
}

/// Refuses another account's id. The id is the first segment of every path that has one.
fn is_ours(route: &Route<Account>, call: &Call) -> Result<(), Refusal> {
    if route.path.contains("{}") && call.part(0) != ACCOUNT_ID {
        return Err(Refusal::absent(format!("Account {} does not exist.", call.part(0))));
    }
    Ok(())
}

/// The workspace of this account with this id; refused if there is none.
fn workspace(id: &str) -> Result<&'static str, Refusal> {
    let known = Side::BOTH.into_iter().map(Side::workspace_id).find(|known| *known == id);
    known.ok_or_else(|| Refusal::absent(format!("Workspace {id} does not exist.")))
}

/// The texts of a list in a body; empty if the list is missing.
fn texts(body: &Value, key: &str) -> Vec<String> {
    crate::json::items(body, key).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The path of the account's route for a request.
#[cfg(test)]
pub(crate) fn route_of(request: &Request) -> Option<&'static str> {
    routes::find(request).map(|(route, _)| route.path)
}
