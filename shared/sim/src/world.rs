//! Holds the simulated world: both workspaces, their account, the network between them and a caller, and the ledger.
//!
//! Law: before anything else the world moves to the given moment. Then a request goes through the
//! script of faults, the request limit, the credential and its route, in this order. A request that
//! got `Silence` or an error by script had no effect, unless the fault strikes after the effect.
//! Must not know: what a route does.

use rand::{Rng, SeedableRng, rngs::SmallRng};
use serde_json::{Value, json};

use crate::{
    account::Account,
    audit::{Audit, Mark, audit},
    auth::oauth_body,
    calls::CallStats,
    changing::{Changing, ChangingCall, changing},
    estate::Estate,
    faults::{Fault, Page, Script, Strike, Target},
    ledger::{By, Ledger},
    limits::Buckets,
    refusal::Refusal,
    routes::{self, Call, Route},
    settings::Settings,
    wire::{Answer, Reply, Request, Side},
    workspace::Workspace,
};

/// Both workspaces of a pair, with everything that has happened in them.
pub struct World {
    spaces: [Workspace; 2],
    account: Account,
    now_ms: i64,
    settings: Settings,
    script: Script,
    buckets: [Buckets; 2],
    wire: SmallRng,
    ledger: Ledger,
    calls: CallStats,
    changing: [Changing; 2],
    unknown: Vec<String>,
    marks: Vec<Mark>,
}

impl World {
    /// Makes a pair that holds `estate` at `start_ms` (unix ms).
    #[must_use]
    pub fn new(seed: u64, estate: Estate, settings: Settings, start_ms: i64) -> World {
        let spaces = Side::BOTH.map(|side| {
            let mut space = Workspace::new(seed, side, settings.clone(), start_ms);
            space.settle_in(estate.of(side));
            space
        });
        let mut world = World {
            spaces,
            account: Account::new(seed, settings.latency_ms, start_ms),
            now_ms: start_ms,
            script: Script::new(seed, &settings.faults),
            settings,
            buckets: [Buckets::default(), Buckets::default()],
            wire: SmallRng::seed_from_u64(seed ^ 0x77_69_72_65),
            ledger: Ledger::default(),
            calls: CallStats::default(),
            changing: [Changing::default(), Changing::default()],
            unknown: Vec::new(),
            marks: Vec::new(),
        };
        world.write_down();
        world
    }

    /// The moment that the world has reached, unix ms.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Handles one request to one side, sent at `now_ms` (unix ms). A moment before the one already
    /// reached counts as that one.
    pub fn handle(&mut self, now_ms: i64, side: Side, request: &Request) -> Answer {
        self.advance(now_ms);
        let found = routes::find(request);
        let call = changing(self.now_ms, request, found.as_ref().map(|(route, _)| route.path));
        let answer = self.answer(side, request, found.as_ref());
        self.changing[side.index()].note(call, &answer);
        answer
    }

    fn answer(&mut self, side: Side, request: &Request, found: Option<&(&'static Route, Call)>) -> Answer {
        let family = found.map_or("", |(route, _)| route.family);
        let effect = request.method != "GET" && family != "oidc";
        if !family.is_empty() {
            self.calls.count(self.now_ms, side, family, effect);
        }
        let target = Target { side, family, path: &request.path, body: &request.body };
        let strike = self.script.strike(self.now_ms, &target, &mut self.wire);
        let (least, most) = self.settings.latency_ms;
        let after_ms = self.wire.random_range(least..=most.max(least)) + strike.slow_ms;
        if strike.silent {
            self.calls.silent(side, family);
            return Answer::Silence;
        }
        if let Some(reply) = refused_by_script(&strike, side) {
            return Answer::Reply { after_ms, reply };
        }
        let reply = match found {
            Some((route, call)) => self.serve(side, route, call, &strike),
            None => self.unknown_route(side, request),
        };
        self.write_down();
        if strike.reply_lost {
            return Answer::Reset { after_ms };
        }
        match strike.status_after {
            Some(status) => Answer::Reply { after_ms, reply: Refusal::of_status(status).reply() },
            None => Answer::Reply { after_ms, reply },
        }
    }

    /// Handles one request to the account of both workspaces, on its own host.
    pub fn handle_account(&mut self, now_ms: i64, request: &Request) -> Answer {
        self.advance(now_ms);
        let answer = self.account.handle(self.now_ms, request);
        for space in &mut self.spaces {
            space.beside.work_is_assigned = self.account.assigns_work_to(space.side);
        }
        answer
    }

    /// The account, for tests that read it and inject faults into it.
    pub fn account(&mut self) -> &mut Account {
        &mut self.account
    }

    fn serve(&mut self, side: Side, route: &Route, call: &Call, strike: &Strike) -> Reply {
        if let Some(reply) = self.over_limit(side, route.family, strike.throttle, route.method) {
            return reply;
        }
        let space = &mut self.spaces[side.index()];
        let open = route.family == "oidc";
        let allowed = match (open, strike.forbidden) {
            (true, _) => Ok(()),
            (false, false) => space.authenticate(call.authorization.as_deref()),
            (false, true) => space
                .authenticate(call.authorization.as_deref())
                .and_then(|()| Err(Refusal::forbidden("You do not have permission to do this."))),
        };
        match allowed.and_then(|()| route.body(space, call)) {
            Ok(body) => Reply::written(200, body),
            Err(refusal) if open => Reply::json(refusal.status, &oauth_body(&refusal)),
            Err(refusal) => refusal.reply(),
        }
    }

    fn over_limit(&mut self, side: Side, family: &'static str, throttle: Option<f64>, method: &str) -> Option<Reply> {
        let limits = &self.settings.limits;
        let usual = if limits.on { limits.rate(family) } else { None };
        let rate = throttle.or(usual)?;
        let buckets = &mut self.buckets[side.index()];
        let wait_ms = buckets.take(self.now_ms, family, rate, limits.burst_s).err()?;
        self.calls.throttled(side, family);
        let code = if method == "GET" { "REQUEST_LIMIT_EXCEEDED" } else { "RESOURCE_EXHAUSTED" };
        let message = format!("The request limit of {family} is exceeded.");
        let reply = Refusal::new(429, code, message).reply();
        if !limits.retry_after {
            return Some(reply);
        }
        Some(reply.with_header("retry-after", wait_ms.div_ceil(1000).max(1).to_string()))
    }

    fn unknown_route(&mut self, side: Side, request: &Request) -> Reply {
        let body = String::from_utf8_lossy(&request.body);
        let (method, path) = (&request.method, &request.path);
        self.unknown.push(format!("{} {method} {path} {body}", side.word()));
        let message = format!(
            "The simulated workspace has no route for {method} {path}. \
             Add a line to ROUTES in shared/sim/src/routes.rs and its handler."
        );
        Refusal::new(501, "NOT_IMPLEMENTED", message).reply()
    }

    /// Lets the events of both workspaces happen up to `now_ms`, in the order of time.
    pub fn advance(&mut self, now_ms: i64) {
        while let Some(side) = self.next_side(now_ms) {
            self.spaces[side.index()].step(now_ms);
            self.write_down();
        }
        self.now_ms = self.now_ms.max(now_ms);
        for space in &mut self.spaces {
            space.now = space.now.max(now_ms);
        }
    }

    fn next_side(&self, now_ms: i64) -> Option<Side> {
        let due = |side: Side| {
            let at_ms = self.spaces[side.index()].agenda.next_ms()?;
            (at_ms <= now_ms).then_some((at_ms, side))
        };
        Side::BOTH.into_iter().filter_map(due).min().map(|(_, side)| side)
    }

    /// The earliest moment at which something may happen by itself (unix ms). Nothing happens before it.
    #[must_use]
    pub fn next_event_ms(&self) -> Option<i64> {
        self.spaces.iter().filter_map(|space| space.agenda.next_ms()).min()
    }

    /// Adds a fault to the script.
    pub fn inject(&mut self, fault: Fault) {
        self.script.add(fault);
    }

    /// Takes away the compute of a side's region: nothing runs and nothing starts there. The API
    /// still answers unless a fault prevents it.
    pub fn region_lost(&mut self, now_ms: i64, side: Side) {
        self.advance(now_ms);
        self.spaces[side.index()].region_is_lost();
        self.write_down();
    }

    /// Brings back the compute of a side's region.
    pub fn region_back(&mut self, now_ms: i64, side: Side) {
        self.advance(now_ms);
        self.spaces[side.index()].region_is_back();
        self.write_down();
    }

    /// Connects a BI tool or a query to a warehouse. A stopped warehouse starts.
    pub fn use_warehouse(&mut self, now_ms: i64, side: Side, id: &str) {
        self.advance(now_ms);
        self.spaces[side.index()].start_warehouse(id, By::Itself);
        self.write_down();
    }

    /// Connects a notebook or a driver to an all-purpose cluster. A terminated cluster starts.
    pub fn use_cluster(&mut self, now_ms: i64, side: Side, id: &str) {
        self.advance(now_ms);
        self.spaces[side.index()].start_cluster(id, By::Itself);
        self.write_down();
    }

    /// Remembers for the audit what is active on the primary now. The primary is lost or about to be left.
    pub fn mark_loss(&mut self, now_ms: i64) {
        self.mark_leaving(now_ms, Side::Primary);
    }

    /// Remembers the same for either side. A later mark ends the time that an earlier mark judges.
    pub fn mark_leaving(&mut self, now_ms: i64, leaving: Side) {
        self.advance(now_ms);
        let mark = self.spaces[leaving.index()].mark();
        self.marks.push(mark);
    }

    /// Forgets the last mark, because the side was not left after all.
    pub fn mark_forgotten(&mut self) {
        self.marks.pop();
    }

    /// Notes in the last mark that the operation turned back. Interrupted work may then be run again on either side.
    pub fn mark_turned_back(&mut self) {
        if let Some(mark) = self.marks.last_mut() {
            mark.turned_back = true;
        }
    }

    /// Extends the last mark until now. Work that began or ended meanwhile may count either way,
    /// since a client lists the parts of a side at different moments.
    pub fn mark_settled(&mut self, now_ms: i64) {
        self.advance(now_ms);
        if let Some(mark) = self.marks.last_mut() {
            let later = self.spaces[mark.leaving.index()].mark();
            mark.settle(later);
        }
    }

    /// Every request that no route matched, as `side METHOD path body`.
    #[must_use]
    pub fn unknown_routes(&self) -> &[String] {
        &self.unknown
    }

    /// The ledger: everything that truly happened.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The counts of the calls.
    #[must_use]
    pub fn calls(&self) -> CallStats {
        self.calls.clone()
    }

    /// Every request to a side that is not a pure read, in the order in which they came. This
    /// includes requests that were refused, that got no answer, or whose reply was lost.
    #[must_use]
    pub fn changing_calls(&self, side: Side) -> &[ChangingCall] {
        self.changing[side.index()].all()
    }

    /// Every request to the account of both sides that is not a pure read, in the order in which they came.
    #[must_use]
    pub fn changing_account_calls(&self) -> &[ChangingCall] {
        self.account.changing_calls()
    }

    /// The findings of the auditor, as of now.
    #[must_use]
    pub fn audit(&self) -> Audit {
        audit(&self.ledger, &self.marks, self.now_ms)
    }

    /// The last moment at which a job, pipeline, or one-time run was being processed (unix ms). It
    /// is now if the processing goes on, and `None` if there never was any.
    #[must_use]
    pub fn last_processing_ms(&self, side: Side, resource: &str) -> Option<i64> {
        let of_resource =
            self.ledger.intervals.iter().filter(|interval| interval.side == side && interval.resource == resource);
        of_resource.map(|interval| interval.to_ms.unwrap_or(self.now_ms)).max()
    }

    /// The stretches of time in which a side processed a resource's data, in the order in which
    /// they began: from, to; unix ms. A stretch that goes on ends now.
    #[must_use]
    pub fn processing_of(&self, side: Side, resource: &str) -> Vec<(i64, i64)> {
        let of_resource =
            self.ledger.intervals.iter().filter(|interval| interval.side == side && interval.resource == resource);
        of_resource.map(|interval| (interval.from_ms, interval.to_ms.unwrap_or(self.now_ms))).collect()
    }

    pub(crate) fn space(&self, side: Side) -> &Workspace {
        &self.spaces[side.index()]
    }

    pub(crate) fn account_seen(&self) -> &Account {
        &self.account
    }

    pub(crate) fn space_mut(&mut self, side: Side) -> &mut Workspace {
        &mut self.spaces[side.index()]
    }

    /// All resources of a side as its API would show them, without job clusters and runs.
    #[must_use]
    pub fn export(&self, side: Side) -> Value {
        let space = &self.spaces[side.index()];
        let all_purpose = space.clusters.values().filter(|cluster| cluster.source != "JOB");
        json!({
            "jobs": space.jobs.values().map(|job| job.view()).collect::<Vec<_>>(),
            "clusters": all_purpose.map(|cluster| cluster.view()).collect::<Vec<_>>(),
            "instance_pools": space.pools.values().map(|pool| pool.view()).collect::<Vec<_>>(),
            "warehouses": space.warehouses.values().map(|found| found.view()).collect::<Vec<_>>(),
            "pipelines": space.pipelines.values().map(|found| found.view()).collect::<Vec<_>>(),
            "apps": space.apps.values().map(|found| found.view()).collect::<Vec<_>>(),
            "alerts": space.alerts.values().map(|found| found.view()).collect::<Vec<_>>(),
            "serving_endpoints": space.endpoints.values().map(|found| found.view()).collect::<Vec<_>>(),
            "dashboard_schedules": space.dashboard_schedules.values().map(|found| found.view()).collect::<Vec<_>>(),
            "vector_search_endpoints": space.searches.values().map(|found| found.view()).collect::<Vec<_>>(),
            "database_instances": space.databases.values().map(|found| found.view()).collect::<Vec<_>>(),
            "postgres_endpoints": space.postgres.values().map(|found| found.view()).collect::<Vec<_>>(),
            "legacy_queries": space.legacy_queries,
            "legacy_alerts": space.legacy_alerts,
        })
    }

    pub(crate) fn write_down(&mut self) {
        for space in &mut self.spaces {
            for note in space.notes.drain(..) {
                self.ledger.record(space.side, note);
            }
        }
    }
}

/// The answer that the script gives before the request reaches its route; `None` if it gives none.
pub(crate) fn refused_by_script(strike: &Strike, side: Side) -> Option<Reply> {
    if let Some(page) = strike.page {
        return Some(html(page, side));
    }
    if let Some(status) = strike.missing {
        let plain = "ENDPOINT_NOT_FOUND: No API found for this path";
        return Some(match status {
            404 => Reply::text(404, plain),
            other => Refusal::of_status(other).reply(),
        });
    }
    strike.refused.clone().or_else(|| strike.status.map(|status| Refusal::of_status(status).reply()))
}

fn html(page: Page, side: Side) -> Reply {
    match page {
        Page::Login => Reply::html(
            200,
            "<!doctype html><html><head><title>Databricks - Sign In</title></head>\
             <body>Sign in</body></html>",
        ),
        Page::Redirect => {
            let host = side.host();
            let to = format!("https://{host}/login.html?error=private-link-validation-error");
            Reply::html(302, "").with_header("location", to)
        }
    }
}
