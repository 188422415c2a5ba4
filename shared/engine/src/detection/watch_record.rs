//! Keeps the watch's own record: the last verdict, the last notice, and the proposal that is being made.

use failover::verdict::Verdict;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::notify::Notice;
use crate::deps::Deps;
use crate::document::{Content, Document};
use crate::ports::StoreError;

/// The name under which the watch's own record is remembered.
const WATCH: &str = "watch";

/// The watch's own record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WatchRecord {
    /// The last verdict.
    pub verdict: Option<Verdict>,
    /// The last notice to people, and its time. The same notice is not sent twice in a row.
    pub told: Option<(Notice, Timestamp)>,
    /// The time until which somebody is making a proposal.
    pub proposing_until: Option<Timestamp>,
    /// The reason why the last proposal could not be made.
    pub not_proposed: Option<String>,
}

impl Content for WatchRecord {
    const LABEL: &'static str = "the watch's record";
}

/// Reads the watch's own record.
pub(super) async fn watch_record(deps: &Deps) -> Result<Document<WatchRecord>, StoreError> {
    Document::read(deps, WATCH).await
}

/// The last recorded verdict, if there is one.
///
/// # Errors
///
/// [`StoreError`].
pub async fn last_verdict(deps: &Deps) -> Result<Option<Verdict>, StoreError> {
    Ok(watch_record(deps).await?.content.verdict)
}
