//! Foresees the writes of Switchback's own records: the pair's head, and the published object.
//!
//! Law: reads only. Must not know: workspaces.

use std::sync::{Mutex, PoisonError};

use failover::action::Address;
use failover::plan::PAIR;
use failover::{PairName, Side};
use saga::{Fault, SagaId, Step};
use serde_json::{Value, json};

use super::foreseen::{Ends, Foreseen};
use super::rounds::Outcome;
use crate::keys::published_key;
use crate::pair::pair_head;
use crate::ports::StoreError;
use crate::roles::ResolvedPair;
use crate::runner::publication::{Published, Wanted};

/// The own records, as they are and as they are assumed.
pub(super) struct OwnRecords {
    pair: PairName,
    addresses: Vec<Address>,
    saga: SagaId,
    stands: Mutex<Stands>,
}

struct Stands {
    head: (Side, bool),
    published: Option<Published>,
}

impl OwnRecords {
    /// Reads the own records.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub(super) async fn read(deps: &ResolvedPair, saga: &SagaId) -> Result<Self, StoreError> {
        let head = pair_head(deps).await?;
        let bytes = deps.objects.get(&published_key(&deps.pair.name)).await?;
        let published = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let stands = Mutex::new(Stands { head: (head.active, head.frozen), published });
        let addresses = deps.sides().addresses.clone();
        Ok(Self { pair: deps.pair.name.clone(), addresses, saga: saga.clone(), stands })
    }

    /// Foresees the writes of a step that publishes. From then on they count as written.
    pub(super) fn foresee(&self, step: &Step) -> Result<Outcome, Fault> {
        let Wanted { active, frozen, promoted, stands_by: _ } = Wanted::of(step)?;
        let url = self.addresses.iter().find(|address| address.side == active).map(|address| address.url.clone());
        // The promoted side is the primary from then on.
        let active = if promoted { Side::Primary } else { active };
        let wanted = Published {
            pair: self.pair.clone(),
            active,
            frozen,
            url: url.unwrap_or_default(),
            saga: Some(self.saga.clone()),
        };
        let mut stands = self.stands.lock().unwrap_or_else(PoisonError::into_inner);
        let write = |to: String, body: Value| Foreseen {
            place: PAIR.to_owned(),
            family: String::new(),
            method: "write".to_owned(),
            to,
            body,
            what: step.name.clone(),
        };
        let mut calls = Vec::new();
        if promoted || stands.head != (active, frozen) {
            let body = if promoted {
                json!({ "active": active, "frozen": frozen, "promoted": true })
            } else {
                json!({ "active": active, "frozen": frozen })
            };
            calls.push(write(format!("the head of pair {}", self.pair), body));
        }
        if stands.published.as_ref() != Some(&wanted) {
            calls.push(write(published_key(&self.pair), json!(wanted)));
        }
        *stands = Stands { head: (active, frozen), published: Some(wanted) };
        let ends = if calls.is_empty() { Ends::AsWanted { note: "it is published".to_owned() } } else { Ends::Assumed };
        Ok(Outcome { calls, ends, api_calls: Vec::new() })
    }
}
