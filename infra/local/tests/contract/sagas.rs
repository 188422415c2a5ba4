//! Checks the contract of `Sagas` on heads and leases, over every kind of store.

use crate::ground::{Checked, DRAIN, Ground, Kind, at, plan, saga};
use aws::Weakened;
use engine::ports::{STORE_VERSION, SagaHead, SagaStatus, StoreError, TakeOver};
use failover::{Clocks, PairName};
use futures::future::join_all;
use jiff::SignedDuration;
use saga::{Outcome, SagaId, Tally};

on_every_ground! {
    a_head_comes_back_as_it_was_created
    a_saga_is_created_once
    each_take_over_adds_exactly_one_to_the_epoch
    of_eight_takers_one_wins
    a_held_lease_refuses_until_it_has_drained
    a_lease_never_ends_before_what_was_promised
    a_lease_given_back_is_taken_after_the_drain
    a_superseded_runner_cannot_keep
    keeping_changes_what_is_kept_and_nothing_else
    keeping_does_not_lose_an_abort
    the_first_who_asked_for_the_abort_stays_on_record
    a_finished_saga_stays_finished
    an_unknown_saga_is_over
    a_newer_head_is_left_alone
}

#[tokio::test]
async fn without_the_epoch_condition_a_superseded_runner_keeps() {
    for kind in Kind::IMPLEMENTATIONS {
        let ground = Ground::weakened(kind, Weakened { epoch_condition: true, ..Weakened::default() });
        let told = a_superseded_runner_cannot_keep(&ground).await;
        assert!(told.is_err_and(|sentence| sentence.starts_with("the superseded runner kept")), "{kind:?}");
    }
}

#[tokio::test]
async fn without_the_drain_a_lease_is_taken_too_soon() {
    for kind in Kind::IMPLEMENTATIONS {
        let ground = Ground::weakened(kind, Weakened { drain: true, ..Weakened::default() });
        let told = a_held_lease_refuses_until_it_has_drained(&ground).await;
        assert!(told.is_err_and(|sentence| sentence.starts_with("taken at 30 s")), "{kind:?}");
    }
}

async fn a_head_comes_back_as_it_was_created(ground: &Ground) -> Checked {
    let found = ground.store().head(&saga()).await;
    ensure!(found == Ok(None), "{found:?}");
    let full = SagaHead {
        status: SagaStatus::Finished(Outcome::Aborted),
        next_at: Some(at(7)),
        abort_by: Some("ada".into()),
        tally: Tally { planned: 3, blocked: 1, ..Tally::default() },
        clocks: Clocks { lost_at: Some(at(-3)), noticed_at: Some(at(-2)), ..Clocks::default() },
        ..head()
    };
    for head in [head(), SagaHead { saga: SagaId("other".into()), ..full }] {
        ground.store().create(&head).await.map_err(|e| e.to_string())?;
        let found = ground.store().head(&head.saga).await;
        ensure!(found == Ok(Some(head.clone())), "{found:?}");
    }
    Ok(())
}

async fn a_saga_is_created_once(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    let again = ground.store().create(&SagaHead { by: "somebody else".into(), ..head() }).await;
    ensure!(matches!(again, Err(StoreError::Refused(_))), "{again:?}");
    let found = ground.store().head(&saga()).await;
    ensure!(found == Ok(Some(head())), "{found:?}");
    Ok(())
}

/// S2: five take-overs give the epochs 1 to 5.
async fn each_take_over_adds_exactly_one_to_the_epoch(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    for round in 1..=5 {
        let now = round * 100;
        let taken = taken(ground.store().take(&saga(), &format!("r-{round}"), at(now), at(now + 30), DRAIN).await)?;
        ensure!(taken.epoch == u64::try_from(round).unwrap(), "round {round} has epoch {}", taken.epoch);
        ensure!(taken.owner == format!("r-{round}") && taken.lease_until == at(now + 30), "{taken:?}");
        let found = ground.store().head(&saga()).await;
        ensure!(found == Ok(Some(taken)), "{found:?}");
    }
    Ok(())
}

/// S2: no two incarnations hold the same epoch.
async fn of_eight_takers_one_wins(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    let store = ground.store();
    let takers = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.take(&saga(), "the same name", at(100), at(130), DRAIN).await })
    });
    let outcomes: Vec<_> = join_all(takers).await.into_iter().map(|o| o.map_err(|e| e.to_string())).collect();
    let won = outcomes.iter().filter(|o| matches!(o, Ok(Ok(TakeOver::Taken(_))))).count();
    let held = outcomes.iter().filter(|o| matches!(o, Ok(Ok(TakeOver::Held { until })) if *until == at(135))).count();
    ensure!((won, held) == (1, 7), "{outcomes:?}");
    Ok(())
}

/// S13: the lease ends at 30 s, and the drain at 35 s.
async fn a_held_lease_refuses_until_it_has_drained(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    taken(ground.store().take(&saga(), "first", at(0), at(30), DRAIN).await)?;
    for seconds in [0, 29, 30, 34] {
        let told = ground.store().take(&saga(), "second", at(seconds), at(seconds + 30), DRAIN).await;
        ensure!(told == Ok(TakeOver::Held { until: at(35) }), "taken at {seconds} s: {told:?}");
    }
    let second = taken(ground.store().take(&saga(), "second", at(35), at(65), DRAIN).await)?;
    ensure!(second.epoch == 2, "{second:?}");
    Ok(())
}

async fn a_lease_never_ends_before_what_was_promised(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    let until = at(30).checked_add(SignedDuration::from_micros(1)).unwrap();
    let first = taken(ground.store().take(&saga(), "first", at(0), until, DRAIN).await)?;
    ensure!(first.lease_until >= until, "{first:?}");
    let told = ground.store().take(&saga(), "second", at(35), at(65), DRAIN).await;
    ensure!(matches!(told, Ok(TakeOver::Held { until: held }) if held > at(35)), "{told:?}");
    Ok(())
}

async fn a_lease_given_back_is_taken_after_the_drain(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    let first = taken(ground.store().take(&saga(), "first", at(0), at(30), DRAIN).await)?;
    ground.store().keep(&SagaHead { lease_until: at(1), ..first }).await.map_err(|e| e.to_string())?;
    let told = ground.store().take(&saga(), "second", at(5), at(35), DRAIN).await;
    ensure!(told == Ok(TakeOver::Held { until: at(6) }), "{told:?}");
    taken(ground.store().take(&saga(), "second", at(6), at(36), DRAIN).await)?;
    Ok(())
}

/// S33: the head stays as the successor wrote it.
async fn a_superseded_runner_cannot_keep(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    let first = taken(ground.store().take(&saga(), "first", at(0), at(30), DRAIN).await)?;
    let second = taken(ground.store().take(&saga(), "second", at(40), at(70), DRAIN).await)?;
    let told = ground.store().keep(&SagaHead { lease_until: at(999), ..first }).await;
    ensure!(matches!(told, Err(StoreError::Refused(_))), "the superseded runner kept: {told:?}");
    let found = ground.store().head(&saga()).await;
    ensure!(found == Ok(Some(second)), "{found:?}");
    Ok(())
}

async fn keeping_changes_what_is_kept_and_nothing_else(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    let first = taken(ground.store().take(&saga(), "first", at(0), at(30), DRAIN).await)?;
    let wanted = SagaHead {
        status: SagaStatus::PersonNeeded,
        lease_until: at(60),
        next_at: Some(at(50)),
        tally: Tally { done: 9, ..Tally::default() },
        clocks: Clocks { executed_at: Some(at(20)), ..Clocks::default() },
        ..first
    };
    let others = SagaHead { owner: "x".into(), by: "x".into(), kind: "x".into(), ..wanted.clone() };
    let kept = ground.store().keep(&others).await;
    ensure!(kept == Ok(wanted.clone()), "{kept:?}");
    let kept = ground.store().keep(&SagaHead { next_at: None, ..wanted.clone() }).await;
    ensure!(kept == Ok(SagaHead { next_at: None, ..wanted }), "{kept:?}");
    Ok(())
}

/// S14: the abort stays on record under this runner and the next.
async fn keeping_does_not_lose_an_abort(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    let mine = taken(ground.store().take(&saga(), "first", at(0), at(30), DRAIN).await)?;
    ground.store().ask_abort(&saga(), "ada", "why").await.map_err(|e| e.to_string())?;
    let kept = ground.store().keep(&SagaHead { lease_until: at(40), ..mine }).await.map_err(|e| e.to_string())?;
    ensure!(kept.abort_by.as_deref() == Some("ada"), "keep answered {:?}", kept.abort_by);
    let found = ground.store().head(&saga()).await;
    ensure!(found == Ok(Some(kept)), "{found:?}");
    let next = taken(ground.store().take(&saga(), "second", at(100), at(130), DRAIN).await)?;
    ensure!(next.abort_by.as_deref() == Some("ada"), "take answered {:?}", next.abort_by);
    Ok(())
}

async fn the_first_who_asked_for_the_abort_stays_on_record(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    for by in ["ada", "bo"] {
        let asked = ground.store().ask_abort(&saga(), by, by).await;
        ensure!(asked == Ok(()), "{asked:?}");
    }
    let by = ground.store().head(&saga()).await.ok().flatten().and_then(|head| head.abort_by);
    ensure!(by.as_deref() == Some("ada"), "{by:?}");
    Ok(())
}

/// S16: the end can be written again, and nothing else.
async fn a_finished_saga_stays_finished(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    let mine = taken(ground.store().take(&saga(), "first", at(0), at(30), DRAIN).await)?;
    let over = SagaHead { status: SagaStatus::Finished(Outcome::Completed), lease_until: at(2), ..mine.clone() };
    for _ in 0..2 {
        let kept = ground.store().keep(&over).await;
        ensure!(kept == Ok(over.clone()), "{kept:?}");
    }
    let kept = ground.store().keep(&mine).await;
    ensure!(matches!(kept, Err(StoreError::Refused(_))), "{kept:?}");
    let asked = ground.store().ask_abort(&saga(), "ada", "why").await;
    ensure!(matches!(asked, Err(StoreError::Refused(_))), "{asked:?}");
    let told = ground.store().take(&saga(), "second", at(100), at(130), DRAIN).await;
    ensure!(told == Ok(TakeOver::Over), "{told:?}");
    Ok(())
}

async fn an_unknown_saga_is_over(ground: &Ground) -> Checked {
    let told = ground.store().take(&saga(), "first", at(0), at(30), DRAIN).await;
    ensure!(told == Ok(TakeOver::Over), "{told:?}");
    let kept = ground.store().keep(&head()).await;
    ensure!(matches!(kept, Err(StoreError::Refused(_))), "{kept:?}");
    let asked = ground.store().ask_abort(&saga(), "ada", "why").await;
    ensure!(matches!(asked, Err(StoreError::Refused(_))), "{asked:?}");
    let found = ground.store().head(&saga()).await;
    ensure!(found == Ok(None), "trying made {found:?}");
    Ok(())
}

/// S22: a head of a later version is neither read nor changed.
async fn a_newer_head_is_left_alone(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    ground.set_version("SAGA#payments-1", "HEAD", STORE_VERSION + 1);
    let read = ground.store().head(&saga()).await.map(drop);
    let taken = ground.store().take(&saga(), "first", at(100), at(130), DRAIN).await.map(drop);
    let kept = ground.store().keep(&head()).await.map(drop);
    let aborted = ground.store().ask_abort(&saga(), "ada", "why").await;
    for told in [read, taken, kept, aborted] {
        ensure!(matches!(told, Err(StoreError::Newer { .. })), "{told:?}");
    }
    ground.set_version("SAGA#payments-1", "HEAD", STORE_VERSION);
    let found = ground.store().head(&saga()).await;
    ensure!(found == Ok(Some(head())), "it was changed: {found:?}");
    Ok(())
}

fn taken(told: Result<TakeOver, StoreError>) -> Result<SagaHead, String> {
    match told {
        Ok(TakeOver::Taken(lease)) => Ok(lease.head),
        other => Err(format!("not taken: {other:?}")),
    }
}

fn head() -> SagaHead {
    SagaHead {
        version: STORE_VERSION,
        saga: saga(),
        pair: PairName::new("payments").unwrap(),
        kind: "failover".into(),
        plan: plan(),
        by: "ada".into(),
        status: SagaStatus::Running,
        epoch: 0,
        owner: String::new(),
        lease_until: at(-60),
        next_at: None,
        abort_by: None,
        abort_why: None,
        controls: engine::ports::ControlCount::default(),
        tally: Tally::default(),
        clocks: Clocks::default(),
    }
}
