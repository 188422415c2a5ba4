//! Carries out the requests of the memory store. They cross the same wire as the SDK's requests, in the same order,
//! and are tried again for the same reasons.
//!
//! Law: a request has its effect only after the wire let it through, and its answer arrives only after the wire let
//! the answer through. All attempts of one request carry the same mark of the caller, so each is recognised.
//! Not modelled: the SDK's retry bucket. All clients of a process share it, and it stops retries if many requests
//! fail in a row.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws::{Patience, Resource, sorted};
use engine::ports::StoreError;
use tokio::time::timeout;

use crate::embedded::{Call, Passage, Wire};

/// Error codes after which the SDK tries again [aws-runtime: retries/classifiers, THROTTLING_ERRORS and
/// TRANSIENT_ERRORS].
const TRIED_AGAIN: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
];

/// HTTP statuses after which the SDK tries again [aws-smithy-runtime: retries/classifiers, TRANSIENT_ERRORS].
const UNWELL: &[u16] = &[500, 502, 503, 504];

/// The answer of a service that does not carry out a request.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// HTTP status, e.g. 400.
    pub(super) status: u16,
    /// AWS's error code, e.g. `ValidationException`.
    pub(super) code: &'static str,
    /// The reason as a sentence.
    pub(super) text: String,
}

/// The reason why an attempt has no answer, or not the wanted one.
enum Missed {
    /// The connection broke.
    Broken,
    /// The answer took too long.
    Late,
    /// The service or the wire refused.
    Refused(Refusal),
}

impl Missed {
    fn is_tried_again(&self) -> bool {
        match self {
            Self::Broken | Self::Late => true,
            Self::Refused(refusal) => TRIED_AGAIN.contains(&refusal.code) || UNWELL.contains(&refusal.status),
        }
    }

    fn sorted(self, resource: &Resource, doing: &str) -> StoreError {
        match self {
            Self::Broken => StoreError::Again(format!("{doing}: the connection failed")),
            Self::Late => StoreError::Again(format!("{doing}: no answer in time")),
            Self::Refused(Refusal { status, code, text }) => sorted(code, Some(&text), status, resource, doing),
        }
    }
}

/// One request, without its effect.
pub(super) struct Request<'a> {
    pub(super) call: Call,
    pub(super) patience: Patience,
    pub(super) resource: &'a Resource,
    /// The activity, e.g. `reading saga s-1`. The text of a fault begins with it.
    pub(super) doing: String,
    /// Seed of the waits between attempts.
    pub(super) lot: u64,
}

/// Carries out requests over one wire. Cheap to clone.
#[derive(Clone)]
pub(super) struct Requests {
    wire: Arc<dyn Wire>,
}

impl Requests {
    pub(super) fn over(wire: Arc<dyn Wire>) -> Self {
        Self { wire }
    }

    /// Carries out a request whose effect needs no wait.
    pub(super) async fn now<T: Send>(
        &self,
        request: Request<'_>,
        mut effect: impl FnMut() -> Result<T, Refusal> + Send,
    ) -> Result<T, StoreError> {
        self.carry(request, || std::future::ready(effect())).await
    }

    /// Carries out a request with at most three attempts, within the request's time.
    pub(super) async fn carry<T, E>(
        &self,
        request: Request<'_>,
        effect: impl FnMut() -> E + Send,
    ) -> Result<T, StoreError>
    where
        E: Future<Output = Result<T, Refusal>> + Send,
        T: Send,
    {
        let Request { call, patience, resource, doing, lot } = request;
        let answered = match timeout(patience.request, self.attempts(&call, patience, lot, effect)).await {
            Ok(answered) => answered,
            Err(_) => Err(Missed::Late),
        };
        answered.map_err(|missed| missed.sorted(resource, &doing))
    }

    async fn attempts<T, E>(
        &self,
        call: &Call,
        patience: Patience,
        lot: u64,
        mut effect: impl FnMut() -> E + Send,
    ) -> Result<T, Missed>
    where
        E: Future<Output = Result<T, Refusal>> + Send,
        T: Send,
    {
        let mut attempt = 1;
        loop {
            let missed = match timeout(patience.attempt, self.once(call, &mut effect)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(missed)) => missed,
                Err(_) => Missed::Late,
            };
            if attempt == Patience::ATTEMPTS || !missed.is_tried_again() {
                return Err(missed);
            }
            tokio::time::sleep(wait(attempt, lot)).await;
            attempt += 1;
        }
    }

    async fn once<T, E>(&self, call: &Call, effect: &mut (impl FnMut() -> E + Send)) -> Result<T, Missed>
    where
        E: Future<Output = Result<T, Refusal>> + Send,
        T: Send,
    {
        passed(self.wire.before(call).await)?;
        let answer = effect().await;
        passed(self.wire.after(call).await)?;
        answer.map_err(Missed::Refused)
    }
}

fn passed(passage: Passage) -> Result<(), Missed> {
    match passage {
        Passage::Admission => Ok(()),
        Passage::Fail => Err(Missed::Broken),
        Passage::Answer { status, code } => {
            Err(Missed::Refused(Refusal { status, code, text: "put here by the wire".to_owned() }))
        }
    }
}

/// The wait after an attempt: a share of the longest wait, which doubles with each attempt. The SDK draws the share
/// at random. Here it follows from the request, so that a repeated run has the same waits.
fn wait(attempt: u32, lot: u64) -> Duration {
    let longest = Patience::BACK_OFF * 2_u32.saturating_pow(attempt - 1);
    // The golden ratio spreads the shares: those of neighbouring requests are far apart.
    let drawn = lot.wrapping_add(u64::from(attempt)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    longest.mul_f64(f64::from(u32::try_from(drawn).unwrap_or(u32::MAX)) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_at_most_as_long_as_the_sdks() {
        for lot in 0..1_000 {
            assert!(wait(1, lot) <= Duration::from_millis(100) && wait(2, lot) <= Duration::from_millis(200));
        }
        let mean: Duration = (0..1_000).map(|lot| wait(1, lot)).sum::<Duration>() / 1_000;
        assert!((45..=55).contains(&mean.as_millis()), "{mean:?}");
    }
}
