//! Approvals.

use async_trait::async_trait;
use engine::ports::{Answer, AskItem, Asks, StoreError};
use saga::SagaId;

use super::rows::{AskRow, AskWord};
use super::terms::{Terms, text};
use super::write::Written;
use super::{DynamoStore, keys, rows};

#[async_trait]
impl Asks for DynamoStore {
    async fn ask(&self, ask: &AskItem) -> Result<(), StoreError> {
        let what = named(&ask.saga, &ask.question);
        let item = rows::encode(&AskRow::from(ask), &what)?;
        let only_if = Terms::default().bare("attribute_not_exists(#PK)");
        match self.put(&keys::ask(&ask.saga, &ask.question), item, only_if, &what).await? {
            Written::Done(_) | Written::Refused(_) => Ok(()),
        }
    }

    async fn question(&self, saga: &SagaId, question: &str) -> Result<Option<AskItem>, StoreError> {
        let what = named(saga, question);
        match self.item(&keys::ask(saga, question), &what).await? {
            Some(item) => rows::decode::<AskRow>(item, &what)?.into_ask(&what).map(Some),
            None => Ok(None),
        }
    }

    async fn answer(&self, saga: &SagaId, question: &str, answer: &Answer) -> Result<(), StoreError> {
        let what = named(saga, question);
        let set = Terms::default()
            .set("state", text(AskWord::Answered.as_str()))
            .set("answer", rows::attribute(answer, &what)?);
        let only_if = stands(AskWord::Open);
        self.update(&keys::ask(saga, question), set, only_if, &what).await?.or_refused(&what).map(drop)
    }

    async fn use_answer(&self, saga: &SagaId, question: &str, answer: &Answer) -> Result<(), StoreError> {
        let what = named(saga, question);
        let set = Terms::default().set("state", text(AskWord::Used.as_str()));
        let unused = if self.guards.use_once() { stands(AskWord::Answered) } else { Terms::default() };
        // The whole answer is compared, so that no part of it can differ from what the caller judged.
        let only_if = unused.with("#answer = :answer", ":answer", rows::attribute(answer, &what)?);
        self.update(&keys::ask(saga, question), set, only_if, &what).await?.or_refused(&what).map(drop)
    }
}

fn stands(word: AskWord) -> Terms {
    Terms::default().with("#state = :state", ":state", text(word.as_str()))
}

fn named(saga: &SagaId, question: &str) -> String {
    format!("question {question} of saga {saga}")
}
