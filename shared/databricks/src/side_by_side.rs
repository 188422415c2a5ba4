//! Makes the many reads of one listing, a few at a time.
//!
//! Law: each read is admitted by itself. The answers come in the order of the elements. One fault ends all
//! reads, because a listing is whole or a fault. A read is tried again within an attempt only here. A limit
//! is found by a refusal, so one of thousands of reads is always refused, and a listing that began anew each
//! time would never end. The admission makes the next try wait. Must not know: any kind.

use futures::stream::{self, StreamExt, TryStreamExt};
use saga::{Fault, Reaction};

/// At most this many reads of one listing are under way. The admission lets fewer through if the pace is
/// slow.
const UNDER_WAY: usize = 16;
/// A read is tried at most this many times.
const TRIES: u32 = 5;

/// Makes one read for each element.
///
/// # Errors
///
/// The first fault, in the order of `all`, that a new try does not end.
pub(crate) async fn side_by_side<T, R, F>(all: Vec<T>, read: impl Fn(T) -> F) -> Result<Vec<R>, Fault>
where
    T: Clone,
    F: Future<Output = Result<R, Fault>>,
{
    stream::iter(all.into_iter().map(|one| tried(one, &read))).buffered(UNDER_WAY).try_collect().await
}

async fn tried<T, R, F>(one: T, read: &impl Fn(T) -> F) -> Result<R, Fault>
where
    T: Clone,
    F: Future<Output = Result<R, Fault>>,
{
    let mut tries = 1;
    loop {
        match read(one.clone()).await {
            Err(Fault { reaction: Reaction::Again { .. }, .. }) if tries < TRIES => tries += 1,
            ended => return ended,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use saga::Code;

    use super::*;

    fn again() -> Fault {
        Fault::again(Code::new("AGAIN"), "later")
    }

    #[tokio::test]
    async fn answers_come_in_order_and_few_reads_are_under_way_at_once() {
        let (now, most) = (Cell::new(0), Cell::new(0));
        let read = |one: u64| {
            let (now, most) = (&now, &most);
            async move {
                now.set(now.get() + 1);
                most.set(most.get().max(now.get()));
                for _ in 0..=one % 3 {
                    tokio::task::yield_now().await;
                }
                now.set(now.get() - 1);
                Ok::<_, Fault>(one)
            }
        };
        let all: Vec<u64> = (0..100).collect();
        assert_eq!(side_by_side(all.clone(), read).await, Ok(all));
        assert_eq!(most.get(), UNDER_WAY);
    }

    #[tokio::test]
    async fn only_what_may_pass_is_tried_again_and_not_for_ever() {
        let tried = RefCell::new(Vec::new());
        let read = |(name, fault, fails): (&'static str, Fault, usize)| {
            tried.borrow_mut().push(name);
            let times = tried.borrow().iter().filter(|other| **other == name).count();
            async move { if times <= fails { Err(fault) } else { Ok(name) } }
        };
        let person = Fault::person_needed(Code::new("PERSON"), "no");
        assert_eq!(side_by_side(vec![("twice", again(), 2)], read).await, Ok(vec!["twice"]));
        assert_eq!(side_by_side(vec![("always", again(), 99)], read).await, Err(again()));
        assert_eq!(side_by_side(vec![("never", person.clone(), 99)], read).await, Err(person));
        let count = |name: &str| tried.borrow().iter().filter(|other| **other == name).count();
        assert_eq!((count("twice"), count("always"), count("never")), (3, TRIES as usize, 1));
    }
}
