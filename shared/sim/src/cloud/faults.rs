//! Scripts the faults of the cloud: what goes wrong, on which hosts, when, and for which calls.
//!
//! Law: whether a fault strikes depends only on the script, the time, the host and the call.

/// One thing that goes wrong for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudFault {
    /// The host, or the end of several host names after a dot. E.g. `eu-west-1.amazonaws.com`
    /// covers the services of this region.
    pub host: String,
    /// The first moment at which it strikes (unix ms).
    pub from_ms: i64,
    /// The first moment at which it no longer strikes (unix ms); `None`: it never ends.
    pub until_ms: Option<i64>,
    /// Only for this operation, e.g. `PutParameter`; `None`: for every call.
    pub only: Option<String>,
    /// The kind of the fault.
    pub kind: CloudFaultKind,
}

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloudFaultKind {
    /// Nothing answers, nothing happens, and no port accepts.
    Dark,
    /// The call is answered with this status and has no effect.
    Error {
        /// HTTP status.
        status: u16,
    },
    /// The call takes effect and is then answered with this status.
    ErrorAfter {
        /// HTTP status.
        status: u16,
    },
    /// Replies take this much longer, ms.
    Slow {
        /// Extra milliseconds.
        ms: u64,
    },
    /// The service asks for fewer requests.
    Throttled,
    /// The caller lacks the permission.
    Denied,
    /// The effect happens, and the connection dies before the reply.
    ReplyLost {
        /// Only the n-th matching call (from 1); `None`: each one.
        nth: Option<u64>,
    },
}

impl CloudFault {
    /// A fault for every call of a host, without a beginning and without an end.
    #[must_use]
    pub fn new(host: &str, kind: CloudFaultKind) -> CloudFault {
        CloudFault { host: host.to_owned(), from_ms: i64::MIN, until_ms: None, only: None, kind }
    }

    /// Begins the fault at `from_ms`.
    #[must_use]
    pub fn from(mut self, from_ms: i64) -> CloudFault {
        self.from_ms = from_ms;
        self
    }

    /// Ends the fault just before `until_ms`.
    #[must_use]
    pub fn until(mut self, until_ms: i64) -> CloudFault {
        self.until_ms = Some(until_ms);
        self
    }

    /// Limits the fault to one operation.
    #[must_use]
    pub fn only(mut self, operation: &str) -> CloudFault {
        self.only = Some(operation.to_owned());
        self
    }

    fn covers(&self, now_ms: i64, host: &str, operation: &str) -> bool {
        let here = host == self.host || host.strip_suffix(&self.host).is_some_and(|rest| rest.ends_with('.'));
        let now = now_ms >= self.from_ms && self.until_ms.is_none_or(|until_ms| now_ms < until_ms);
        here && now && self.only.as_deref().is_none_or(|only| only == operation)
    }
}

/// The result of the script for one call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Strike {
    pub(crate) silent: bool,
    pub(crate) status: Option<u16>,
    pub(crate) status_after: Option<u16>,
    pub(crate) slow_ms: u64,
    pub(crate) throttled: bool,
    pub(crate) denied: bool,
    pub(crate) reply_lost: bool,
}

/// The faults, each with the number of calls that met it.
#[derive(Debug, Default)]
pub(crate) struct Script(Vec<(CloudFault, u64)>);

impl Script {
    pub(crate) fn add(&mut self, fault: CloudFault) {
        self.0.push((fault, 0));
    }

    /// Combines all faults that cover the call.
    pub(crate) fn strike(&mut self, now_ms: i64, host: &str, operation: &str) -> Strike {
        let mut strike = Strike::default();
        for (fault, seen) in self.0.iter_mut().filter(|(fault, _)| fault.covers(now_ms, host, operation)) {
            *seen += 1;
            match fault.kind {
                CloudFaultKind::Dark => strike.silent = true,
                CloudFaultKind::Error { status } => strike.status = Some(status),
                CloudFaultKind::ErrorAfter { status } => strike.status_after = Some(status),
                CloudFaultKind::Slow { ms } => strike.slow_ms += ms,
                CloudFaultKind::Throttled => strike.throttled = true,
                CloudFaultKind::Denied => strike.denied = true,
                CloudFaultKind::ReplyLost { nth } => strike.reply_lost |= nth.is_none_or(|nth| nth == *seen),
            }
        }
        strike
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_the_end_of_its_hosts_names() {
        let mut script = Script::default();
        script.add(CloudFault::new("eu-west-1.amazonaws.com", CloudFaultKind::Dark).from(5).until(10));
        let mut silent = |now_ms, host| script.strike(now_ms, host, "GetParameter").silent;
        assert!(silent(5, "ssm.eu-west-1.amazonaws.com"));
        assert!(silent(9, "1.s3-control.eu-west-1.amazonaws.com"));
        assert!(!silent(10, "ssm.eu-west-1.amazonaws.com") && !silent(4, "ssm.eu-west-1.amazonaws.com"));
        assert!(!silent(5, "ssm.us-east-1.amazonaws.com") && !silent(5, "xeu-west-1.amazonaws.com"));
    }

    #[test]
    fn only_the_nth_reply_of_one_operation_is_lost() {
        let mut script = Script::default();
        script.add(CloudFault::new("a", CloudFaultKind::ReplyLost { nth: Some(2) }).only("Put"));
        let mut lost = |operation| script.strike(1, "a", operation).reply_lost;
        assert_eq!([lost("Put"), lost("Get"), lost("Put"), lost("Put")], [false, false, true, false]);
    }
}
