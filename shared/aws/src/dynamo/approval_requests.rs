//! Stores approval requests, their answers and the audit entries.

use async_trait::async_trait;
use engine::ports::{Answer, ApprovalRequest, ApprovalRequests, AuditEntry, STORE_VERSION, StoreError};
use saga::SagaId;

use super::rows::{AuditRow, RequestRow, RequestWord};
use super::terms::{Terms, number, text};
use super::write::Written;
use super::{DynamoStore, keys, rows};
use crate::mark;

#[async_trait]
impl ApprovalRequests for DynamoStore {
    async fn ask(&self, ask: &ApprovalRequest) -> Result<(), StoreError> {
        let what = named(&ask.saga, &ask.question);
        let item = rows::encode(&RequestRow::from(ask), &what)?;
        let only_if = Terms::default().bare("attribute_not_exists(#PK)");
        match self.put(&keys::ask(&ask.saga, &ask.question), item, only_if, &what).await? {
            Written::Done(_) | Written::Refused(_) => Ok(()),
        }
    }

    async fn question(&self, saga: &SagaId, question: &str) -> Result<Option<ApprovalRequest>, StoreError> {
        let what = named(saga, question);
        match self.item(&keys::ask(saga, question), &what).await? {
            Some(item) => rows::decode::<RequestRow>(item, &what)?.into_ask(&what).map(Some),
            None => Ok(None),
        }
    }

    async fn put_question(&self, ask: &ApprovalRequest) -> Result<(), StoreError> {
        let what = named(&ask.saga, &ask.question);
        let before = ask.revision.saturating_sub(1);
        let at_revision = if before == 0 {
            // A question that an older version stored has no revision.
            Terms::default().with("(attribute_not_exists(#revision) OR #revision = :before)", ":before", number(0))
        } else {
            Terms::default().with("#revision = :before", ":before", number(before))
        };
        let only_if = if self.guards.use_once() {
            at_revision.with("#state <> :used", ":used", text(RequestWord::Used.as_str()))
        } else {
            at_revision
        };
        let only_if = only_if.with("#version <= :known", ":known", number(STORE_VERSION));
        let item = rows::encode(&RequestRow::from(ask), &what)?;
        self.put(&keys::ask(&ask.saga, &ask.question), item, only_if, &what).await?.or_refused(&what).map(drop)
    }

    async fn use_answer(&self, saga: &SagaId, question: &str, answer: &Answer) -> Result<(), StoreError> {
        let what = named(saga, question);
        let set = Terms::default().set("state", text(RequestWord::Used.as_str()));
        // The revision rises, so a caller that has read the question before this cannot write it back.
        let set = set
            .with("#revision = if_not_exists(#revision, :zero) + :one", ":zero", number(0))
            .with_value(":one", number(1));
        let unused = if self.guards.use_once() { stands(RequestWord::Answered) } else { Terms::default() };
        // The whole answer is compared, so no part of it can differ from what the caller judged.
        let only_if = unused.with("#answer = :answer", ":answer", rows::attribute(answer, &what)?);
        self.update(&keys::ask(saga, question), set, only_if, &what).await?.or_refused(&what).map(drop)
    }

    async fn note(&self, saga: &SagaId, line: &AuditEntry) -> Result<(), StoreError> {
        let what = format!("what {} did about a question of saga {saga}", line.who);
        let item = rows::encode(&AuditRow { version: STORE_VERSION, line: line.clone() }, &what)?;
        let only_if = Terms::default().bare("attribute_not_exists(#PK)");
        // Several entries may have the same time. The mark of the write keeps their keys apart.
        let key = keys::audit(saga, line.at, &mark::fresh());
        self.put(&key, item, only_if, &what).await?.or_refused(&what).map(drop)
    }

    async fn audit(&self, saga: &SagaId) -> Result<Vec<AuditEntry>, StoreError> {
        let what = format!("what was done about questions of saga {saga}");
        let items = self.items(&keys::partition(saga), keys::AUDIT, &what).await?;
        items.into_iter().map(|item| rows::decode::<AuditRow>(item, &what).map(|row| row.line)).collect()
    }
}

fn stands(word: RequestWord) -> Terms {
    Terms::default().with("#state = :state", ":state", text(word.as_str()))
}

fn named(saga: &SagaId, question: &str) -> String {
    format!("question {question} of saga {saga}")
}
