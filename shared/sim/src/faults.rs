//! Scripts the faults of a world: what goes wrong, on which side, when, and for which calls.
//!
//! Law: whether a fault strikes depends only on the script, the time, the request, and the seed.
//! Must not know: what a request does.

use rand::{Rng, rngs::SmallRng};

use crate::refusal::Refusal;
use crate::wire::{Reply, Side};

/// One thing that goes wrong for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The side that it strikes.
    pub side: Side,
    /// The first moment at which it strikes (unix ms).
    pub from_ms: i64,
    /// The first moment at which it no longer strikes (unix ms); `None`: it never ends.
    pub until_ms: Option<i64>,
    /// The kind of the fault.
    pub kind: FaultKind,
    /// The covered calls: a family (`jobs.update`), a group of families (`jobs`) or a path prefix
    /// (`/api/2.2/jobs/`); `None`: every call.
    pub only: Option<String>,
}

impl Fault {
    /// A fault for every call of a side from a moment on, without an end.
    #[must_use]
    pub fn new(side: Side, from_ms: i64, kind: FaultKind) -> Fault {
        Fault { side, from_ms, until_ms: None, kind, only: None }
    }

    /// Ends the fault just before `until_ms`.
    #[must_use]
    pub fn until(mut self, until_ms: i64) -> Fault {
        self.until_ms = Some(until_ms);
        self
    }

    /// Limits the fault to one family, group of families, or path prefix.
    #[must_use]
    pub fn only(mut self, what: &str) -> Fault {
        self.only = Some(what.to_owned());
        self
    }

    fn covers(&self, now_ms: i64, side: Side, family: &str, path: &str) -> bool {
        let begun = self.side == side && now_ms >= self.from_ms;
        let over = self.until_ms.is_some_and(|until| now_ms >= until);
        begun && !over && self.only.as_deref().is_none_or(|only| matches_only(only, family, path))
    }
}

fn matches_only(only: &str, family: &str, path: &str) -> bool {
    if only.starts_with('/') {
        return path.starts_with(only);
    }
    family == only || family.strip_prefix(only).is_some_and(|rest| rest.starts_with('.'))
}

/// The kinds of faults.
#[derive(Debug, Clone, PartialEq)]
pub enum FaultKind {
    /// Nothing answers, and nothing happens.
    Dark,
    /// The call is answered with this status, by chance, and has no effect.
    Error {
        /// HTTP status.
        status: u16,
        /// Probability from 0 to 1.
        probability: f64,
    },
    /// The call takes effect and is then answered with this status, by chance.
    ErrorAfter {
        /// HTTP status.
        status: u16,
        /// Probability from 0 to 1.
        probability: f64,
    },
    /// The side works for `up_ms` of every `period_ms`, counted from the fault's start. It is silent for the rest.
    Flapping {
        /// Length of one period, ms.
        period_ms: i64,
        /// Length of the working part at the period's start, ms.
        up_ms: i64,
    },
    /// A seeded half of the families answers 503 or nothing; the other half works.
    HalfUp,
    /// The effect happens, and the connection dies before the reply.
    ReplyLost {
        /// Only the n-th matching call (from 1); `None`: by chance.
        nth: Option<u64>,
        /// Probability from 0 to 1; used if `nth` is `None`.
        probability: f64,
    },
    /// A login page with status 200, as a misrouted private link gives
    /// [go-sdk: apierr/private_link.go].
    Html200,
    /// A redirect to `/login.html`, which is the step before the login page.
    LoginRedirect,
    /// Replies take this much longer, ms.
    Slow {
        /// Extra milliseconds.
        ms: u64,
    },
    /// No token is issued: the token endpoint answers 503. Tokens already issued stay good.
    TokenDown,
    /// The covered calls get 403 PERMISSION_DENIED.
    Forbidden {
        /// Only calls that name this resource id; `None`: all covered calls.
        resource: Option<String>,
    },
    /// The call is refused before any work, in these words.
    Refused {
        /// HTTP status.
        status: u16,
        /// `error_code` of the envelope.
        code: &'static str,
        /// `message` of the envelope.
        message: &'static str,
        /// `Retry-After` in seconds, if one is sent.
        retry_after_s: Option<u64>,
    },
    /// The workspace lacks the API.
    Missing {
        /// 404 with the plain text `ENDPOINT_NOT_FOUND`, or 501.
        status: u16,
    },
    /// The covered families are limited to this many requests per second.
    Throttle {
        /// Requests per second.
        per_second: f64,
    },
}

/// The result of the script for one request, before the request is handled.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Strike {
    pub(crate) silent: bool,
    /// The status of an answer that is given at once, without effect.
    pub(crate) status: Option<u16>,
    pub(crate) page: Option<Page>,
    pub(crate) missing: Option<u16>,
    pub(crate) refused: Option<Reply>,
    pub(crate) forbidden: bool,
    pub(crate) throttle: Option<f64>,
    pub(crate) slow_ms: u64,
    /// The status of an answer that is given after the effect.
    pub(crate) status_after: Option<u16>,
    pub(crate) reply_lost: bool,
}

/// An HTML answer to a request for JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    Login,
    Redirect,
}

/// The script of one world. It holds each fault with the number of calls that met it.
#[derive(Debug)]
pub(crate) struct Script {
    seed: u64,
    faults: Vec<(Fault, u64)>,
}

/// The request as a fault sees it.
pub(crate) struct Target<'a> {
    pub(crate) side: Side,
    pub(crate) family: &'static str,
    pub(crate) path: &'a str,
    pub(crate) body: &'a [u8],
}

impl Script {
    pub(crate) fn new(seed: u64, faults: &[Fault]) -> Script {
        let faults = faults.iter().map(|fault| (fault.clone(), 0)).collect();
        Script { seed, faults }
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        self.faults.push((fault, 0));
    }

    /// Combines all faults that cover the request.
    pub(crate) fn strike(&mut self, now_ms: i64, at: &Target<'_>, rng: &mut SmallRng) -> Strike {
        let mut strike = Strike::default();
        let seed = self.seed;
        for (fault, seen) in &mut self.faults {
            if fault.covers(now_ms, at.side, at.family, at.path) {
                *seen += 1;
                add(&mut strike, fault, *seen, now_ms, at, seed, rng);
            }
        }
        strike
    }
}

fn add(strike: &mut Strike, fault: &Fault, seen: u64, now_ms: i64, at: &Target<'_>, seed: u64, rng: &mut SmallRng) {
    match &fault.kind {
        FaultKind::Dark => strike.silent = true,
        FaultKind::Error { status, probability } => {
            if happens(rng, *probability) {
                strike.status = Some(*status);
            }
        }
        FaultKind::ErrorAfter { status, probability } => {
            if happens(rng, *probability) {
                strike.status_after = Some(*status);
            }
        }
        FaultKind::Flapping { period_ms, up_ms } => {
            strike.silent |= (now_ms - fault.from_ms).rem_euclid((*period_ms).max(1)) >= *up_ms;
        }
        FaultKind::HalfUp => match half(seed, at.family) {
            Half::Works => {}
            Half::Refuses => strike.status = Some(503),
            Half::Silent => strike.silent = true,
        },
        FaultKind::ReplyLost { nth, probability } => {
            strike.reply_lost |= match nth {
                Some(nth) => seen == *nth,
                None => happens(rng, *probability),
            };
        }
        FaultKind::Html200 => strike.page = Some(Page::Login),
        FaultKind::LoginRedirect => strike.page = Some(Page::Redirect),
        FaultKind::Slow { ms } => strike.slow_ms += ms,
        FaultKind::TokenDown => {
            if at.path.starts_with("/oidc/") && at.path.ends_with("/v1/token") {
                strike.status = Some(503);
            }
        }
        FaultKind::Forbidden { resource } => {
            strike.forbidden |= resource.as_deref().is_none_or(|id| names(at, id));
        }
        FaultKind::Refused { status, code, message, retry_after_s } => {
            let reply = Refusal::new(*status, code, *message).reply();
            strike.refused = Some(match retry_after_s {
                Some(seconds) => reply.with_header("retry-after", seconds.to_string()),
                None => reply,
            });
        }
        FaultKind::Missing { status } => strike.missing = Some(*status),
        FaultKind::Throttle { per_second } => strike.throttle = Some(*per_second),
    }
}

fn happens(rng: &mut SmallRng, probability: f64) -> bool {
    rng.random::<f64>() < probability
}

/// Whether the request names the resource, in its path, its query, or its body.
fn names(at: &Target<'_>, id: &str) -> bool {
    let in_path = at.path.split(['/', '?', '&', '=']).any(|part| part == id);
    in_path || crate::json::mentions(at.body, id)
}

enum Half {
    Works,
    Refuses,
    Silent,
}

/// The behaviour of a family on a half-up side. It is stable for one seed, so a family that works keeps working
/// while the fault lasts. Identity always works: a half-up workspace that issues no token would be a dark one.
fn half(seed: u64, family: &str) -> Half {
    if family == "oidc" {
        return Half::Works;
    }
    let mut hash = seed ^ 0x9e37_79b9_7f4a_7c15;
    for byte in family.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    match (hash >> 32) % 4 {
        0 | 1 => Half::Works,
        2 => Half::Refuses,
        _ => Half::Silent,
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn strike(fault: Fault, now_ms: i64, family: &'static str, path: &str) -> Strike {
        let at = Target { side: Side::Primary, family, path, body: b"{\"job_id\": 7}" };
        Script::new(1, &[fault]).strike(now_ms, &at, &mut SmallRng::seed_from_u64(1))
    }

    #[test]
    fn a_fault_strikes_only_its_side_its_time_and_its_calls() {
        let fault = Fault::new(Side::Primary, 100, FaultKind::Dark).until(200).only("jobs");
        assert!(strike(fault.clone(), 100, "jobs.get", "/x").silent);
        assert!(!strike(fault.clone(), 99, "jobs.get", "/x").silent);
        assert!(!strike(fault.clone(), 200, "jobs.get", "/x").silent);
        assert!(!strike(fault.clone(), 150, "clusters.get", "/x").silent);
        let other = Fault { side: Side::Standby, ..fault };
        assert!(!strike(other, 150, "jobs.get", "/x").silent);
    }

    #[test]
    fn a_path_prefix_selects_calls() {
        let fault = Fault::new(Side::Primary, 0, FaultKind::Dark).only("/api/2.0/sql");
        assert!(strike(fault.clone(), 1, "warehouses.get", "/api/2.0/sql/warehouses/a").silent);
        assert!(!strike(fault, 1, "jobs.get", "/api/2.2/jobs/get").silent);
    }

    #[test]
    fn a_flapping_side_is_up_at_the_start_of_each_period() {
        let fault = Fault::new(Side::Primary, 50, FaultKind::Flapping { period_ms: 100, up_ms: 30 });
        let up: Vec<bool> =
            [50, 79, 80, 149, 150].iter().map(|now| !strike(fault.clone(), *now, "scim", "/x").silent).collect();
        assert_eq!(up, [true, true, false, false, true]);
    }

    #[test]
    fn half_up_leaves_some_families_working_and_some_not() {
        let broken = FAMILIES_UNDER_TEST
            .iter()
            .filter(|family| {
                let fault = Fault::new(Side::Primary, 0, FaultKind::HalfUp);
                strike(fault, 1, family, "/x") != Strike::default()
            })
            .count();
        assert!(broken > 3 && broken < 45, "{broken} of 51 are broken");
    }

    const FAMILIES_UNDER_TEST: [&str; 52] = crate::limits::FAMILIES;

    #[test]
    fn only_the_nth_reply_is_lost() {
        let fault = FaultKind::ReplyLost { nth: Some(2), probability: 0.0 };
        let mut script = Script::new(1, &[Fault::new(Side::Primary, 0, fault)]);
        let at = Target { side: Side::Primary, family: "jobs.run", path: "/x", body: b"" };
        let mut rng = SmallRng::seed_from_u64(1);
        let lost: Vec<bool> = (0..3).map(|_| script.strike(1, &at, &mut rng).reply_lost).collect();
        assert_eq!(lost, [false, true, false]);
    }

    #[test]
    fn a_forbidden_resource_is_found_in_path_and_body() {
        let fault = |id: &str| {
            let kind = FaultKind::Forbidden { resource: Some(id.to_owned()) };
            Fault::new(Side::Primary, 0, kind)
        };
        assert!(strike(fault("7"), 1, "jobs.update", "/api/2.2/jobs/update").forbidden);
        assert!(strike(fault("w1"), 1, "warehouses.get", "/api/2.0/sql/warehouses/w1").forbidden);
        assert!(strike(fault("9"), 1, "jobs.get", "/api/2.2/jobs/get?job_id=9").forbidden);
        assert!(!strike(fault("8"), 1, "jobs.update", "/api/2.2/jobs/update").forbidden);
    }
}
