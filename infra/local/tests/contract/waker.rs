//! The contract of `Waker`.

use std::sync::{Arc, Mutex};

use crate::ground::{Ground, Kind, saga};
use async_trait::async_trait;
use aws::{Clients, SnsWaker};
use engine::ports::{StoreError, Waker};
use local::embedded::Topics;

const WAKE: &str = "arn:aws:sns:eu-west-1:000000000000:wake";

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

#[async_trait]
impl Topics for Heard {
    async fn publish(&self, topic_arn: &str, message: &str) -> bool {
        self.0.lock().unwrap().push(message.to_owned());
        topic_arn == WAKE
    }
}

#[tokio::test]
async fn a_wake_message_is_the_sagas_id_and_nothing_else() {
    let heard = Arc::new(Heard::default());
    let parts = Ground::new(Kind::Memory).parts().with_topics(heard.clone());
    let waker = SnsWaker::new(&Clients::embedded(parts, "eu-west-1"), WAKE);
    assert_eq!(waker.wake(&saga()).await, Ok(()));
    assert_eq!(*heard.0.lock().unwrap(), [saga().0]);
}

#[tokio::test]
async fn a_missing_topic_says_to_create_it() {
    let waker = SnsWaker::new(&Ground::new(Kind::Memory).clients(), WAKE);
    let Err(StoreError::Broken(text)) = waker.wake(&saga()).await else { panic!("it was published") };
    assert!(text.contains("create the topic"), "{text}");
}
