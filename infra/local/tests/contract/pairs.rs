//! Checks the contract of `Pairs` over every kind of store.

use crate::ground::{Checked, Ground, Kind, at, saga};
use aws::Weakened;
use engine::ports::{DoneItem, GuardRecord, PairHead, STORE_VERSION, StoreError};
use failover::evidence::{Achieved, ClockName, ClockRow, Judged};
use failover::{PairName, Side};
use futures::future::join_all;
use saga::{Outcome, SagaId};

on_every_ground! {
    a_pair_that_was_never_recorded_is_none
    a_head_comes_back_as_it_was_written
    a_stale_revision_is_refused_and_changes_nothing
    of_eight_writers_of_one_revision_one_wins
    the_guard_and_its_round_are_read_back_and_named_as_unfinished
    a_newer_head_is_not_read
    a_history_is_in_order_of_time_and_keeps_the_first_item_of_a_saga
}

#[tokio::test]
async fn without_the_revision_the_race_has_more_winners() {
    for kind in Kind::IMPLEMENTATIONS {
        let ground = Ground::weakened(kind, Weakened { revision: true, ..Weakened::default() });
        let told = of_eight_writers_of_one_revision_one_wins(&ground).await;
        assert_eq!(told, Err("8 writers won".to_owned()), "{kind:?}");
    }
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

async fn the_guard_and_its_round_are_read_back_and_named_as_unfinished(ground: &Ground) -> Checked {
    let (round, looked_at) = (SagaId("payments-guard-1".to_owned()), "2026-01-05T08:00:00Z".parse().unwrap());
    let guard = GuardRecord { side: Side::Primary, looked_at, saga: Some(round.clone()), last: Some(round.clone()) };
    let written = PairHead { guard: Some(guard), ..head(1, Some(saga())) };
    ground.store().put_pair(&written).await.map_err(|e| e.to_string())?;
    let found = ground.store().pair(&pair("payments")).await.map_err(|e| e.to_string())?.ok_or("there is none")?;
    ensure!(found == written, "{found:?}");
    ensure!(found.unfinished().cloned().collect::<Vec<_>>() == [saga(), round], "{found:?}");
    Ok(())
}

/// S22: a head of a later version is not read.
async fn a_newer_head_is_not_read(ground: &Ground) -> Checked {
    ground.store().put_pair(&head(1, None)).await.map_err(|e| e.to_string())?;
    ground.set_version("PAIR#payments", "HEAD", STORE_VERSION + 1);
    let found = ground.store().pair(&pair("payments")).await;
    ensure!(matches!(found, Err(StoreError::Newer { found: 3, known: 2, .. })), "{found:?}");
    Ok(())
}

async fn a_history_is_in_order_of_time_and_keeps_the_first_item_of_a_saga(ground: &Ground) -> Checked {
    let none = ground.store().done(&pair("payments")).await;
    ensure!(none == Ok(Vec::new()), "{none:?}");
    let (early, late) = (done("s-1", 100), done("s-2", 200));
    for item in [&late, &early, &DoneItem { key: None, ..early.clone() }] {
        let put = ground.store().put_done(item).await;
        ensure!(put == Ok(()), "{put:?}");
    }
    let found = ground.store().done(&pair("payments")).await;
    ensure!(found == Ok(vec![early, late]), "{found:?}");
    Ok(())
}

fn done(saga: &str, seconds: i64) -> DoneItem {
    let whole = ClockRow {
        clock: ClockName::Whole,
        from: Some(at(0)),
        until: None,
        achieved_ms: None,
        objective_s: Some(900),
        judged: Judged::NotTold,
    };
    DoneItem {
        version: STORE_VERSION,
        pair: pair("payments"),
        achieved: Achieved {
            saga: SagaId(saga.to_owned()),
            kind: "failover".to_owned(),
            by: "ana".to_owned(),
            began_at: at(0),
            ended_at: at(seconds),
            outcome: Outcome::Completed,
            clocks: vec![whole],
            worst_dataset: Some("orders".to_owned()),
            worst_loss_s: None,
            losses_not_met: 1,
            seal: "0".repeat(64),
        },
        key: Some("sagas/s-1/evidence-000000000000.json".to_owned()),
    }
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
        freeze: None,
        cool_down: None,
        drill: None,
        role_assignment: None,
        last: None,
        evidence_due: Vec::new(),
        revision,
    }
}
