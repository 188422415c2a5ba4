//! One request of the memory store: it crosses the same wire as the SDK's, in the same order, and is sent again
//! for the same reasons.
//!
//! Law: nothing has an effect unless the wire let it through before, and nothing is answered unless the wire let
//! it through after. The caller's mark makes an attempt known again, so every attempt of one request carries the
//! same.
//! Not modelled: the SDK's bucket of retries, which is shared by all clients of a process and ends retrying when
//! many fail in a row.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws::{Patience, Resource, sorted};
use engine::ports::StoreError;
use tokio::time::timeout;

use crate::embedded::{Call, Passage, Wire};

/// Codes that the SDK takes for a reason to try again [aws-runtime: retries/classifiers, THROTTLING_ERRORS and
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

/// HTTP statuses that the SDK takes for the same [aws-smithy-runtime: retries/classifiers, TRANSIENT_ERRORS].
const UNWELL: &[u16] = &[500, 502, 503, 504];

/// What a service answers to a request that it does not carry out.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// HTTP.
    pub(super) status: u16,
    /// AWS's.
    pub(super) code: &'static str,
    /// A sentence.
    pub(super) text: String,
}

/// Why an attempt has no answer, or not the wanted one.
enum Missed {
    /// The connection broke.
    Broken,
    /// It took too long.
    Late,
    /// Somebody said no.
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

/// What a request is about.
pub(super) struct Request<'a> {
    pub(super) call: Call,
    pub(super) patience: Patience,
    pub(super) resource: &'a Resource,
    /// E.g. `reading saga s-1`; a fault begins with it.
    pub(super) doing: String,
    /// Where the lot of the waits comes from.
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

    /// The effect is at once what it answers.
    pub(super) async fn now<T: Send>(
        &self,
        request: Request<'_>,
        mut effect: impl FnMut() -> Result<T, Refusal> + Send,
    ) -> Result<T, StoreError> {
        self.carry(request, || std::future::ready(effect())).await
    }

    /// At most three attempts within the request's time.
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
        Passage::Pass => Ok(()),
        Passage::Fail => Err(Missed::Broken),
        Passage::Answer { status, code } => {
            Err(Missed::Refused(Refusal { status, code, text: "put here by the wire".to_owned() }))
        }
    }
}

/// How long is waited after an attempt: a share of the longest wait, which doubles. The SDK draws the share by lot;
/// here it follows from the request, so that the same run waits the same each time.
fn wait(attempt: u32, lot: u64) -> Duration {
    let longest = Patience::BACK_OFF * 2_u32.saturating_pow(attempt - 1);
    // Neighbouring requests draw shares that are far apart: the golden section spreads them.
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
