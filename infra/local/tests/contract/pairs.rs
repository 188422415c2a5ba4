//! The contract of `Pairs`, over every kind of store.

use crate::ground::{Checked, Ground, saga};
use aws::Weakened;
use engine::ports::{PairHead, Pairs, STORE_VERSION, StoreError};
use failover::{PairName, Side};
use futures::future::join_all;
use saga::SagaId;

on_every_ground! {
    a_pair_that_was_never_recorded_is_none
    a_head_comes_back_as_it_was_written
    a_stale_revision_is_refused_and_changes_nothing
    of_eight_writers_of_one_revision_one_wins
    the_unfinished_sagas_are_those_that_heads_name
    a_newer_head_is_not_read
}

#[tokio::test]
async fn without_the_revision_the_race_has_more_winners() {
    let ground = Ground::weakened(Weakened { revision: true, ..Weakened::default() });
    assert_eq!(of_eight_writers_of_one_revision_one_wins(&ground).await, Err("8 writers won".to_owned()));
}

async fn a_pair_that_was_never_recorded_is_none(ground: &Ground) -> Checked {
    let found = ground.store().pair(&pair("payments")).await;
    ensure!(found == Ok(None), "{found:?}");
    Ok(())
}

async fn a_head_comes_back_as_it_was_written(ground: &Ground) -> Checked {
    for head in
        [head(1, None), head(2, Some(saga())), PairHead { frozen: true, active: Side::Standby, ..head(3, None) }]
    {
        let put = ground.store().put_pair(&head).await;
        ensure!(put == Ok(()), "{put:?}");
        let found = ground.store().pair(&head.pair).await;
        ensure!(found == Ok(Some(head.clone())), "{found:?}");
    }
    Ok(())
}

/// S1: the head is the mutex.
async fn a_stale_revision_is_refused_and_changes_nothing(ground: &Ground) -> Checked {
    let first = head(1, Some(saga()));
    ground.store().put_pair(&first).await.map_err(|e| e.to_string())?;
    for stale in [head(1, None), head(3, None), head(0, None)] {
        let put = ground.store().put_pair(&stale).await;
        ensure!(matches!(put, Err(StoreError::Refused(_))), "revision {} gave {put:?}", stale.revision);
    }
    let found = ground.store().pair(&first.pair).await;
    ensure!(found == Ok(Some(first)), "{found:?}");
    Ok(())
}

async fn of_eight_writers_of_one_revision_one_wins(ground: &Ground) -> Checked {
    ground.store().put_pair(&head(1, None)).await.map_err(|e| e.to_string())?;
    let store = ground.store();
    let writers = (0..8).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { store.put_pair(&head(2, Some(SagaId(format!("s-{n}"))))).await })
    });
    let won = join_all(writers).await.into_iter().filter(|put| matches!(put, Ok(Ok(())))).count();
    ensure!(won == 1, "{won} writers won");
    Ok(())
}

async fn the_unfinished_sagas_are_those_that_heads_name(ground: &Ground) -> Checked {
    let (busy, idle) = (pair("busy"), pair("idle"));
    let store = ground.store();
    store.put_pair(&PairHead { pair: busy.clone(), ..head(1, Some(saga())) }).await.map_err(|e| e.to_string())?;
    store.put_pair(&PairHead { pair: idle.clone(), ..head(1, None) }).await.map_err(|e| e.to_string())?;
    drop(store);
    let found = ground.store().unfinished(&[idle, pair("unknown"), busy]).await;
    ensure!(found == Ok(vec![saga()]), "{found:?}");
    Ok(())
}

/// S22.
async fn a_newer_head_is_not_read(ground: &Ground) -> Checked {
    ground.store().put_pair(&head(1, None)).await.map_err(|e| e.to_string())?;
    ground.set_version("PAIR#payments", "HEAD", STORE_VERSION + 1);
    let found = ground.store().pair(&pair("payments")).await;
    ensure!(matches!(found, Err(StoreError::Newer { found: 2, known: 1, .. })), "{found:?}");
    Ok(())
}

fn pair(name: &str) -> PairName {
    PairName::new(name).unwrap()
}

fn head(revision: u64, saga: Option<SagaId>) -> PairHead {
    PairHead {
        version: STORE_VERSION,
        pair: pair("payments"),
        active: Side::Primary,
        saga,
        frozen: false,
        guard: None,
        revision,
    }
}
