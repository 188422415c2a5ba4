//! Publishes which side of a pair is active and whether deployments are frozen (R7). It writes an object that any
//! tool may read, and the pair's head.

use std::sync::Arc;

use failover::action::Address;
use failover::{PairName, RoleAssignment, Side};
use saga::{Fault, SagaId, Step};
use serde::{Deserialize, Serialize};

use crate::codes;
use crate::keys::published_key;
use crate::ports::{Clock, GuardRecord, Objects, PairHead, Pairs, StoreError};

/// The published object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The pair's name.
    pub pair: PairName,
    /// The side that works.
    pub active: Side,
    /// Whether deployments must wait.
    pub frozen: bool,
    /// The address of that side, e.g. `https://two.cloud.databricks.com`.
    #[serde(default)]
    pub url: String,
    /// The saga that was the last to publish. `None`: no saga has published yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saga: Option<SagaId>,
}

/// Publishes for one saga.
pub(super) struct Publication {
    pub(super) pair: PairName,
    pub(super) saga: SagaId,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) pairs: Arc<dyn Pairs>,
    pub(super) objects: Arc<dyn Objects>,
    /// The addresses of the two sides, by the role assignment of the plan.
    pub(super) addresses: Vec<Address>,
}

/// The content that a step wants published.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Wanted {
    pub(crate) active: Side,
    pub(crate) frozen: bool,
    /// The active side becomes the primary for good.
    #[serde(default)]
    pub(crate) promoted: bool,
    /// The side that is left stands by from now on, as before the work came to it.
    #[serde(default)]
    pub(crate) stands_by: bool,
}

impl Wanted {
    /// Reads the content that a step wants published.
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
    /// Publishes the content that the step wants, and reads it back.
    pub(super) async fn make_so(&self, step: &Step) -> Result<String, Fault> {
        let Wanted { active, frozen, promoted, stands_by } = Wanted::of(step)?;
        let head = self.pairs.pair(&self.pair).await.map_err(|e| fault(&e))?;
        let Some(mut head) = head.filter(|head| head.saga.as_ref() == Some(&self.saga)) else {
            let message = format!("pair {} does not name this saga as its own", self.pair);
            return Err(Fault::again(codes::PUBLICATION, message));
        };
        let before = head.clone();
        if promoted {
            self.swap_role_assignment(&mut head, active)?;
        } else if head.active != active || head.frozen != frozen {
            self.point(&mut head, active, stands_by);
            head.active = active;
            head.frozen = frozen;
        }
        if head != before {
            head.revision += 1;
            self.pairs.put_pair(&head).await.map_err(|e| fault(&e))?;
        }
        let url = self.addresses.iter().find(|address| address.side == active).map(|address| address.url.clone());
        let wanted = Published {
            pair: self.pair.clone(),
            active: head.active,
            frozen: head.frozen,
            url: url.unwrap_or_default(),
            saga: Some(self.saga.clone()),
        };
        let key = published_key(&self.pair);
        if self.read(&key).await? != Some(wanted.clone()) {
            let bytes = serde_json::to_vec_pretty(&wanted)
                .map_err(|e| Fault::person_needed(codes::PUBLICATION, format!("cannot write {key}: {e}")))?;
            self.objects.put(&key, bytes.into()).await.map_err(|e| fault(&e))?;
        }
        match self.read(&key).await? {
            Some(read) if read == wanted => {
                let deployments = if read.frozen { "frozen" } else { "free" };
                Ok(format!("{key} says active {}, deployments {deployments}", read.active))
            }
            Some(_) | None => Err(Fault::again(codes::PUBLICATION, format!("{key} does not read back as written"))),
        }
    }

    /// Makes the side that was left the inactive side. It is guarded for as long as it is inactive. A standby that
    /// the work has left for the primary is as it was before: it stands ready, and needs no guard.
    fn point(&self, head: &mut PairHead, active: Side, stands_by: bool) {
        if head.active == active {
            // A saga that was aborted halfway is turned back. The other side was never the active one.
            if stands_by {
                head.guard = None;
            }
            return;
        }
        let (side, looked_at) = (active.other(), self.clock.now());
        head.guard = (!stands_by).then_some(GuardRecord { side, looked_at, saga: None, last: None });
    }

    /// Makes the target of this saga the primary, whatever its role was when the plan was made.
    fn swap_role_assignment(&self, head: &mut PairHead, target: Side) -> Result<(), Fault> {
        let host = |side: Side| self.addresses.iter().find(|a| a.side == side).map(|a| a.host.clone());
        let (Some(primary), Some(standby)) = (host(target), host(target.other())) else {
            let message = "the plan does not tell where the two sides are".to_owned();
            return Err(Fault::person_needed(codes::UNKNOWN_STEP, message));
        };
        if head.role_assignment.as_ref().is_some_and(|role_assignment| role_assignment.primary == primary) {
            return Ok(());
        }
        head.role_assignment = Some(RoleAssignment { primary, standby });
        head.active = Side::Primary;
        head.frozen = false;
        let (side, looked_at) = (Side::Standby, self.clock.now());
        head.guard = Some(GuardRecord { side, looked_at, saga: None, last: None });
        Ok(())
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
