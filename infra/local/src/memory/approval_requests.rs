//! Stores approval requests and their audit entries in memory.

use async_trait::async_trait;
use aws::keys;
use engine::ports::{Answer, ApprovalRequest, ApprovalRequests, AuditEntry, RequestState, STORE_VERSION, StoreError};
use saga::SagaId;

use super::table::{Draft, Item, Written};
use super::{MemoryStore, absent, decode, encode};

#[async_trait]
impl ApprovalRequests for MemoryStore {
    async fn ask(&self, ask: &ApprovalRequest) -> Result<(), StoreError> {
        let what = named(&ask.saga, &ask.question);
        match self.put(&keys::ask(&ask.saga, &ask.question), drafted(ask, &what)?, absent, &what).await? {
            Written::Done(_) | Written::Refused(_) => Ok(()),
        }
    }

    async fn question(&self, saga: &SagaId, question: &str) -> Result<Option<ApprovalRequest>, StoreError> {
        let what = named(saga, question);
        let item = self.item(&keys::ask(saga, question), &what).await?;
        item.map(|item| decode(&item, &what)).transpose()
    }

    async fn put_question(&self, ask: &ApprovalRequest) -> Result<(), StoreError> {
        let what = named(&ask.saga, &ask.question);
        let (before, use_once) = (ask.revision.saturating_sub(1), self.guards.use_once());
        let only_if = move |there: Option<&Item>| {
            let readable = there.filter(|item| item.version <= STORE_VERSION);
            readable.is_some_and(|item| item.draft.number == before && !(use_once && item.draft.closed))
        };
        let draft = drafted(ask, &what)?;
        self.put(&keys::ask(&ask.saga, &ask.question), draft, only_if, &what).await?.or_refused(&what).map(drop)
    }

    async fn use_answer(&self, saga: &SagaId, question: &str, answer: &Answer) -> Result<(), StoreError> {
        let what = named(saga, question);
        let use_once = self.guards.use_once();
        let take = |item: &Item| {
            let ask: ApprovalRequest = decode(item, &what)?;
            // The whole answer is compared, so that no part of it can differ from the one that the caller checked.
            let is_this = match &ask.state {
                RequestState::Open => false,
                RequestState::Answered(recorded) => recorded == answer,
                RequestState::Used(recorded) => !use_once && recorded == answer,
            };
            if !is_this {
                return Ok(None);
            }
            // The revision rises, so that a process which has read the question before cannot write it back.
            let used = ApprovalRequest { state: RequestState::Used(answer.clone()), revision: ask.revision + 1, ..ask };
            drafted(&used, &what).map(Some)
        };
        self.update(&keys::ask(saga, question), take, &what).await?.or_refused(&what).map(drop)
    }

    async fn note(&self, saga: &SagaId, line: &AuditEntry) -> Result<(), StoreError> {
        let what = format!("what {} did about a question of saga {saga}", line.who);
        let draft = Draft { body: encode(line, &what)?, ..Draft::default() };
        // Two entries may have the same time. A mark keeps their keys apart, in the order of writing.
        let key = keys::audit(saga, line.at, &format!("{:016x}", self.table.mark()));
        self.put(&key, draft, absent, &what).await?.or_refused(&what).map(drop)
    }

    async fn audit(&self, saga: &SagaId) -> Result<Vec<AuditEntry>, StoreError> {
        let what = format!("what was done about questions of saga {saga}");
        let items = self.items(&keys::partition(saga), keys::AUDIT, &what).await?;
        items.iter().map(|item| decode(item, &what)).collect()
    }
}

fn drafted(ask: &ApprovalRequest, what: &str) -> Result<Draft, StoreError> {
    let closed = match &ask.state {
        RequestState::Open | RequestState::Answered(_) => false,
        RequestState::Used(_) => true,
    };
    let body = encode(&ApprovalRequest { version: STORE_VERSION, ..ask.clone() }, what)?;
    Ok(Draft { number: ask.revision, closed, body, ..Draft::default() })
}

fn named(saga: &SagaId, question: &str) -> String {
    format!("question {question} of saga {saga}")
}
