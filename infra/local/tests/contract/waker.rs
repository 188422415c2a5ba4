//! The contracts of `Waker` and `Messenger`.

use std::sync::{Arc, Mutex};

use crate::ground::{Ground, Kind, saga};
use async_trait::async_trait;
use aws::{Clients, SnsMessenger, SnsWaker};
use engine::ports::{Message, Messenger, Recipient, StoreError, Waker};
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

#[tokio::test]
async fn a_wake_message_is_the_sagas_id_and_nothing_else() {
    let heard = Arc::new(Heard::default());
    let parts = Ground::new(Kind::Memory).parts().with_topics(heard.clone());
    let waker = SnsWaker::new(&Clients::embedded(parts, "eu-west-1"), WAKE);
    assert_eq!(waker.wake(&saga()).await, Ok(()));
    let messages: Vec<String> = heard.0.lock().unwrap().iter().map(|published| published.message.clone()).collect();
    assert_eq!(messages, [saga().0]);
}

#[tokio::test]
async fn a_message_to_people_carries_what_their_subscriptions_filter_by() {
    let heard = Arc::new(Heard::default());
    let parts = Ground::new(Kind::Memory).parts().with_topics(heard.clone());
    let messenger = SnsMessenger::new(&Clients::embedded(parts, "eu-west-1"), WAKE);
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

#[tokio::test]
async fn a_missing_topic_says_to_create_it() {
    let waker = SnsWaker::new(&Ground::new(Kind::Memory).clients(), WAKE);
    let Err(StoreError::Broken(text)) = waker.wake(&saga()).await else { panic!("it was published") };
    assert!(text.contains("create the topic"), "{text}");
}
