//! Checks the contracts of `Waker` and `Messenger`.

use std::sync::{Arc, Mutex};

use crate::ground::{Ground, Kind, saga};
use async_trait::async_trait;
use engine::ports::{Message, Recipient, StoreError};
use local::embedded::{Published, Topics};

const WAKE: &str = "arn:aws:sns:eu-west-1:000000000000:wake";

#[derive(Default)]
struct Heard(Mutex<Vec<Published>>);

#[async_trait]
impl Topics for Heard {
    async fn publish(&self, published: &Published) -> bool {
        self.0.lock().unwrap().push(published.clone());
        published.topic == WAKE
    }
}

on_every_implementation! {
    a_wake_message_is_the_sagas_id_and_nothing_else
    a_message_to_people_carries_what_their_subscriptions_filter_by
    a_missing_topic_says_to_create_it
}

async fn a_wake_message_is_the_sagas_id_and_nothing_else(kind: Kind) {
    let heard = Arc::new(Heard::default());
    assert_eq!(Ground::new(kind).waker(heard.clone(), WAKE).wake(&saga()).await, Ok(()));
    let messages: Vec<String> = heard.0.lock().unwrap().iter().map(|published| published.message.clone()).collect();
    assert_eq!(messages, [saga().0]);
}

async fn a_message_to_people_carries_what_their_subscriptions_filter_by(kind: Kind) {
    let heard = Arc::new(Heard::default());
    let messenger = Ground::new(kind).messenger(heard.clone(), WAKE);
    let message = Message { subject: "a question — für Ana".to_owned(), text: "Zürich\nlines".to_owned() };
    for to in [Recipient::Approver("ana".to_owned()), Recipient::Everybody, Recipient::Support] {
        assert_eq!(messenger.send(&to, &message).await, Ok(()));
    }
    let heard = heard.0.lock().unwrap();
    let told: Vec<Vec<&str>> =
        heard.iter().map(|published| published.attributes.values().map(String::as_str).collect()).collect();
    assert_eq!(told, [vec!["ana", "approver"], vec!["everybody"], vec!["support"]]);
    // SNS takes ASCII only in a subject [docs: sns/latest/api/API_Publish, Subject].
    assert_eq!((heard[0].subject.as_str(), heard[0].message.as_str()), ("a question  fr Ana", "Zürich\nlines"));
}

async fn a_missing_topic_says_to_create_it(kind: Kind) {
    let waker = Ground::new(kind).waker(Arc::new(Heard::default()), "arn:aws:sns:eu-west-1:000000000000:unknown");
    let Err(StoreError::Broken(text)) = waker.wake(&saga()).await else { panic!("it was published") };
    assert!(text.contains("create the topic"), "{text}");
}
