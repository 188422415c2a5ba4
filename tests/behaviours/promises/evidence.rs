//! Checks S26 and L9: a saga frees its pair, whatever becomes of its evidence.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use engine::evidence_due::TRIES;
use engine::pair::pair_head;
use engine::ports::{DoneItem, SagaStatus};
use local::stack::sabotage::{Crossing, InjectedFault, Phase};
use saga::SagaId;
use tests::pair::{Ground, Seen, Setup, perform};

fn puts_object(crossing: &Crossing) -> bool {
    crossing.phase == Phase::Before && crossing.what == "s3 PutObject" && crossing.process.starts_with("saga")
}

/// Waits until the pair's one saga is over and the pair is free.
async fn completes(ground: &Ground) -> SagaId {
    let saga = ground.begin().await;
    for _ in 0..600 {
        let head = pair_head(&ground.operator).await.expect("the store answers");
        if matches!(ground.head(&saga).await.status, SagaStatus::Finished(_)) && head.saga.is_none() {
            return saga;
        }
        ground.admission(1).await;
    }
    panic!("the pair is not free: {:?}", ground.head(&saga).await)
}

async fn history(ground: &Ground) -> Vec<DoneItem> {
    ground.operator.pairs.done(&ground.operator.pair.name).await.expect("the store answers")
}

/// Number of objects that are put in a calm run. The last three are the record, its locked copy, and the page.
fn objects_put() -> usize {
    perform(Setup::default(), async |ground: &Ground| {
        completes(ground).await;
        ground.admission(30).await;
        let history = history(ground).await;
        assert!(matches!(&history[..], [done] if done.key.is_some()), "{history:?}");
        assert_eq!(pair_head(&ground.operator).await.expect("the store answers").evidence_due, []);
        ground.seen().iter().filter(|seen| puts_object(&seen.crossing)).count()
    })
}

/// Every process that makes the evidence dies in it, as if it lacked memory.
#[test]
fn evidence_that_kills_its_process_is_given_up_and_holds_nothing() {
    let first_of_evidence = objects_put() - 3;
    let (put, died) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let deaths = Arc::clone(&died);
    let injected_faults = move |_: &[Seen], _, crossing: &Crossing| {
        if !puts_object(crossing) || put.fetch_add(1, Ordering::SeqCst) < first_of_evidence {
            return InjectedFault::Nothing;
        }
        deaths.fetch_add(1, Ordering::SeqCst);
        InjectedFault::Kill
    };
    perform(Setup { injected_faults: Box::new(injected_faults), ..Setup::default() }, async move |ground: &Ground| {
        let saga = completes(ground).await;
        let free_with = died.load(Ordering::SeqCst);
        assert!(free_with <= 1, "the pair waited for {free_with} tries");
        ground.admission(u64::from(TRIES + 2) * 60).await;
        assert_eq!(died.load(Ordering::SeqCst), TRIES as usize);
        let head = pair_head(&ground.operator).await.expect("the store answers");
        assert_eq!((head.evidence_due, head.last), (Vec::new(), Some(saga.clone())));
        let history = history(ground).await;
        assert!(matches!(&history[..], [done] if done.key.is_none() && done.achieved.saga == saga), "{history:?}");
    });
}

/// One process dies while it makes the evidence. The next tick stores the evidence.
#[test]
fn evidence_is_kept_by_the_next_tick_when_its_process_died() {
    let first_of_evidence = objects_put() - 3;
    for nth in 0..3 {
        let put = AtomicUsize::new(0);
        let injected_faults = move |_: &[Seen], _, crossing: &Crossing| {
            let dies = puts_object(crossing) && put.fetch_add(1, Ordering::SeqCst) == first_of_evidence + nth;
            if dies { InjectedFault::Kill } else { InjectedFault::Nothing }
        };
        perform(Setup { injected_faults: Box::new(injected_faults), ..Setup::default() }, async |ground: &Ground| {
            completes(ground).await;
            ground.admission(150).await;
            let history = history(ground).await;
            assert!(matches!(&history[..], [done] if done.key.is_some()), "dying at {nth}: {history:?}");
            assert_eq!(pair_head(&ground.operator).await.expect("the store answers").evidence_due, []);
        });
    }
}
