//! Permits reads only, and records every other request.
//!
//! Law: no request that may have an effect is ever permitted. A client asks for admission before every request. So a
//! call that would change something is stopped at the point where it would be sent, and is known in its final form.
//! The foreseen call and the sent call are made by the same code. Must not know: steps, locations.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use saga::Fault;

use crate::codes;
use crate::ports::{Access, Admission, Admitted, Ending, Wire};

/// The number of reads that were permitted, by family.
pub(super) type Looks = Arc<Mutex<BTreeMap<String, u64>>>;

/// An admission that permits reads only.
pub(super) struct ReadOnly {
    inner: Arc<dyn Admission>,
    place: String,
    looks: Looks,
    state: Mutex<Refused>,
}

#[derive(Default)]
struct Refused {
    announced: Option<Wire>,
    refused: Vec<(&'static str, Option<Wire>)>,
}

impl ReadOnly {
    /// Permits reads through `inner`, and counts them for a location.
    pub(super) fn over(inner: Arc<dyn Admission>, place: &str, looks: Looks) -> Self {
        Self { inner, place: place.to_owned(), looks, state: Mutex::default() }
    }

    /// The refused requests, in order: the family, and the request if it was announced.
    pub(super) fn refused(&self) -> Vec<(&'static str, Option<Wire>)> {
        std::mem::take(&mut lock(&self.state).refused)
    }
}

#[async_trait]
impl Admission for ReadOnly {
    async fn enter(&self, family: &'static str, nature: Access) -> Result<Admitted, Fault> {
        match nature {
            Access::Read => {
                let admitted = self.inner.enter(family, nature).await?;
                *lock(&self.looks).entry(format!("{} {family}", self.place)).or_default() += 1;
                Ok(admitted)
            }
            Access::Write => {
                let mut state = lock(&self.state);
                let announced = state.announced.take();
                state.refused.push((family, announced));
                Err(Fault::again(codes::DRY_RUN, format!("a call of {family} is not made in a dry run")))
            }
        }
    }

    fn announce(&self, wire: &dyn Fn() -> Wire) {
        lock(&self.state).announced = Some(wire());
    }

    fn leave(&self, family: &'static str, ending: Ending) {
        self.inner.leave(family, ending);
    }
}

/// Locks the mutex. A panic elsewhere has not left these plain values half-written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::Value;

    use super::*;

    struct Open;

    #[async_trait]
    impl Admission for Open {
        async fn enter(&self, _family: &'static str, _nature: Access) -> Result<Admitted, Fault> {
            Ok(Admitted { time_out: Duration::from_secs(1) })
        }

        fn leave(&self, _family: &'static str, _ending: Ending) {}
    }

    #[tokio::test]
    async fn a_look_is_admitted_and_counted_and_an_effect_is_refused_and_kept() {
        let looks = Looks::default();
        let admission = ReadOnly::over(Arc::new(Open), "target", Arc::clone(&looks));
        assert!(admission.enter("jobs.get", Access::Read).await.is_ok());
        admission.announce(&|| Wire { method: "POST".to_owned(), to: "/x".to_owned(), body: Value::Null });
        let fault = admission.enter("jobs.update", Access::Write).await.unwrap_err();
        assert_eq!(fault.code, codes::DRY_RUN);
        // A request that was not announced is refused, too.
        assert!(admission.enter("jobs.update", Access::Write).await.is_err());
        let refused = admission.refused();
        assert_eq!(refused.len(), 2);
        assert_eq!(refused[0].1.as_ref().map(|wire| wire.to.as_str()), Some("/x"));
        assert_eq!(refused[1], ("jobs.update", None));
        assert_eq!(lock(&looks).get("target jobs.get"), Some(&1));
    }
}
