//! What Switchback publishes about a pair: which side is active, whether
//! deployments are frozen (R7). An object that any tool may read, and the pair's head.

use std::sync::Arc;

use failover::{PairName, Side};
use saga::{Fault, SagaId, Step};
use serde::{Deserialize, Serialize};

use crate::codes;
use crate::ports::{Clock, GuardRecord, Objects, Pairs, StoreError};

/// The key of a pair's published object.
pub fn published_key(pair: &PairName) -> String {
    format!("pairs/{pair}/published.json")
}

/// The published object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Which pair.
    pub pair: PairName,
    /// Which side works.
    pub active: Side,
    /// Deployments must wait.
    pub frozen: bool,
    /// The saga that published it.
    pub saga: SagaId,
}

/// Publishes for one saga.
pub(super) struct Publication {
    pub(super) pair: PairName,
    pub(super) saga: SagaId,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) pairs: Arc<dyn Pairs>,
    pub(super) objects: Arc<dyn Objects>,
}

/// What a step wants published.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Wanted {
    pub(crate) active: Side,
    pub(crate) frozen: bool,
}

impl Wanted {
    /// Reads what a step wants.
    ///
    /// # Errors
    ///
    /// A fault for a person: the step is of another version.
    pub(crate) fn of(step: &Step) -> Result<Self, Fault> {
        serde_json::from_value(step.detail.clone())
            .map_err(|e| Fault::person_needed(codes::UNKNOWN_STEP, format!("cannot read what to publish: {e}")))
    }
}

impl Publication {
    /// Publishes what the step wants and reads it back.
    pub(super) async fn make_so(&self, step: &Step) -> Result<String, Fault> {
        let Wanted { active, frozen } = Wanted::of(step)?;
        let wanted = Published { pair: self.pair.clone(), active, frozen, saga: self.saga.clone() };
        let head = self.pairs.pair(&self.pair).await.map_err(|e| fault(&e))?;
        let Some(mut head) = head.filter(|head| head.saga.as_ref() == Some(&self.saga)) else {
            let message = format!("pair {} does not name this saga as its own", self.pair);
            return Err(Fault::again(codes::PUBLICATION, message));
        };
        if head.active != active || head.frozen != frozen {
            if head.active != active {
                // From here on what was left is the inactive side, and is looked at for as long as it is.
                let (side, looked_at) = (active.other(), self.clock.now());
                head.guard = Some(GuardRecord { side, looked_at, saga: None, last: None });
            }
            head.active = active;
            head.frozen = frozen;
            head.revision += 1;
            self.pairs.put_pair(&head).await.map_err(|e| fault(&e))?;
        }
        let key = published_key(&self.pair);
        if self.read(&key).await? != Some(wanted.clone()) {
            let bytes = serde_json::to_vec_pretty(&wanted)
                .map_err(|e| Fault::person_needed(codes::PUBLICATION, format!("cannot write {key}: {e}")))?;
            self.objects.put(&key, bytes).await.map_err(|e| fault(&e))?;
        }
        match self.read(&key).await? {
            Some(read) if read == wanted => {
                Ok(format!("{key} says active {active}, deployments {}", if frozen { "frozen" } else { "free" }))
            }
            Some(_) | None => Err(Fault::again(codes::PUBLICATION, format!("{key} does not read back as written"))),
        }
    }

    async fn read(&self, key: &str) -> Result<Option<Published>, Fault> {
        let bytes = self.objects.get(key).await.map_err(|e| fault(&e))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }
}

fn fault(error: &StoreError) -> Fault {
    match error {
        StoreError::Refused(_) | StoreError::Again(_) => Fault::again(codes::PUBLICATION, error.to_string()),
        StoreError::Broken(_) | StoreError::Newer { .. } => Fault::person_needed(codes::PUBLICATION, error.to_string()),
    }
}
