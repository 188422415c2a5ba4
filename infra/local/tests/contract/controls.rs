//! Checks the contract of `Controls` over every kind of store, and items of the version before (S22).

use crate::ground::{Checked, DRAIN, Ground, at, plan, saga};
use engine::ports::{
    Closed, Control, ControlCount, ControlItem, ControlState, LessonItem, STORE_VERSION, SagaHead, SagaStatus,
    StoreError, TakeOver,
};
use failover::{Clocks, PairName};
use saga::{Outcome, StepId, Tally};

on_every_ground! {
    orders_come_back_in_order_of_time_and_raise_the_count
    an_order_is_marked_once
    a_finished_saga_takes_no_order
    a_runner_keeps_what_it_took_in_and_not_what_was_asked
    a_lesson_is_written_once_and_closed_once
    what_a_newer_program_wrote_is_left_alone
    a_saga_of_the_version_before_is_carried_on
}

async fn orders_come_back_in_order_of_time_and_raise_the_count(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    let all = [
        item("1-a", Control::Hold),
        item("2-b", Control::Retry { step: StepId { stage: 1, number: 2 } }),
        item("3-c", Control::EndPursuit { step: None }),
        item("4-d", Control::Lesson { text: "t".into(), owner: None, due: Some(jiff::civil::date(2026, 2, 1)) }),
    ];
    for order in all.iter().rev() {
        ground.store().order(&saga(), order).await.map_err(|e| e.to_string())?;
    }
    let found = ground.store().controls(&saga()).await;
    ensure!(found == Ok(all.to_vec()), "{found:?}");
    let asked = ground.store().head(&saga()).await.ok().flatten().map(|head| head.controls);
    ensure!(asked == Some(ControlCount { asked: 4, taken: 0, held: false }), "{asked:?}");
    Ok(())
}

async fn an_order_is_marked_once(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    ground.store().order(&saga(), &item("1-a", Control::Hold)).await.map_err(|e| e.to_string())?;
    let taken = ControlState::Taken { at: at(3) };
    let refused = ControlState::Refused { at: at(4), code: "SAGA-HELD".into(), why: "bo holds it".into() };
    for state in [&taken, &refused] {
        ground.store().mark(&saga(), "1-a", state).await.map_err(|e| e.to_string())?;
    }
    // The same order, written again, does not open it again.
    ground.store().order(&saga(), &item("1-a", Control::Hold)).await.map_err(|e| e.to_string())?;
    let found = ground.store().controls(&saga()).await;
    ensure!(found == Ok(vec![ControlItem { state: taken, ..item("1-a", Control::Hold) }]), "{found:?}");
    Ok(())
}

/// S16: a finished saga stays as it is.
async fn a_finished_saga_takes_no_order(ground: &Ground) -> Checked {
    let over = SagaHead { status: SagaStatus::Finished(Outcome::Completed), ..head() };
    ground.store().create(&over).await.map_err(|e| e.to_string())?;
    let told = ground.store().order(&saga(), &item("1-a", Control::Hold)).await;
    ensure!(matches!(told, Err(StoreError::Refused(_))), "{told:?}");
    let found = ground.store().head(&saga()).await;
    ensure!(found == Ok(Some(over)), "{found:?}");
    Ok(())
}

async fn a_runner_keeps_what_it_took_in_and_not_what_was_asked(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    let mine = taken(ground.store().take(&saga(), "first", at(0), at(30), DRAIN).await)?;
    ground.store().order(&saga(), &item("1-a", Control::Hold)).await.map_err(|e| e.to_string())?;
    let controls = ControlCount { asked: 0, taken: 1, held: true };
    let kept = ground.store().keep(&SagaHead { controls, ..mine }).await.map_err(|e| e.to_string())?;
    ensure!(kept.controls == ControlCount { asked: 1, taken: 1, held: true }, "{:?}", kept.controls);
    let found = ground.store().head(&saga()).await;
    ensure!(found == Ok(Some(kept)), "{found:?}");
    Ok(())
}

/// R43: a second write or a second closing of the same lesson changes nothing.
async fn a_lesson_is_written_once_and_closed_once(ground: &Ground) -> Checked {
    let lesson = lesson();
    for by in ["ada", "bo"] {
        let again = LessonItem { by: by.into(), ..lesson.clone() };
        ground.store().add_lesson(&pair(), &again).await.map_err(|e| e.to_string())?;
    }
    let found = ground.store().lessons(&pair()).await;
    ensure!(found == Ok(vec![lesson.clone()]), "{found:?}");
    let closed = Closed { by: "bo".into(), why: "done".into(), at: at(9) };
    ground.store().close_lesson(&pair(), &lesson.id, &closed).await.map_err(|e| e.to_string())?;
    for id in [lesson.id.as_str(), "unknown"] {
        let again = ground.store().close_lesson(&pair(), id, &Closed { by: "cy".into(), ..closed.clone() }).await;
        ensure!(matches!(again, Err(StoreError::Refused(_))), "{id}: {again:?}");
    }
    let found = ground.store().lessons(&pair()).await;
    ensure!(found == Ok(vec![LessonItem { closed: Some(closed), ..lesson }]), "{found:?}");
    Ok(())
}

/// S22: an item of a later version is neither read nor changed.
async fn what_a_newer_program_wrote_is_left_alone(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    ground.store().order(&saga(), &item("1-a", Control::Hold)).await.map_err(|e| e.to_string())?;
    ground.store().add_lesson(&pair(), &lesson()).await.map_err(|e| e.to_string())?;
    ground.set_version("SAGA#payments-1", "CONTROL#1-a", STORE_VERSION + 1);
    ground.set_version("PAIR#payments", "LESSON#payments-1#a", STORE_VERSION + 1);
    let controls = ground.store().controls(&saga()).await.map(drop);
    let marked = ground.store().mark(&saga(), "1-a", &ControlState::Taken { at: at(1) }).await;
    let lessons = ground.store().lessons(&pair()).await.map(drop);
    for told in [controls, marked, lessons] {
        ensure!(matches!(told, Err(StoreError::Newer { .. })), "{told:?}");
    }
    Ok(())
}

/// S22: the take-over raises the version, so an older program leaves the saga alone from then on.
async fn a_saga_of_the_version_before_is_carried_on(ground: &Ground) -> Checked {
    ground.store().create(&head()).await.map_err(|e| e.to_string())?;
    ground.set_version("SAGA#payments-1", "HEAD", STORE_VERSION - 1);
    let mine = taken(ground.store().take(&saga(), "first", at(0), at(30), DRAIN).await)?;
    ensure!((mine.version, mine.epoch) == (STORE_VERSION, 1), "{mine:?}");
    ground.store().keep(&mine).await.map_err(|e| e.to_string())?;
    Ok(())
}

fn taken(told: Result<TakeOver, StoreError>) -> Result<SagaHead, String> {
    match told {
        Ok(TakeOver::Taken(lease)) => Ok(lease.head),
        other => Err(format!("not taken: {other:?}")),
    }
}

fn item(id: &str, control: Control) -> ControlItem {
    ControlItem {
        id: id.into(),
        control,
        by: "ada".into(),
        why: "because".into(),
        at: at(1),
        state: ControlState::Open,
    }
}

fn lesson() -> LessonItem {
    LessonItem {
        id: "payments-1#a".into(),
        saga: saga(),
        text: "pools first".into(),
        by: "ada".into(),
        at: at(2),
        owner: Some("bo".into()),
        due: None,
        closed: None,
    }
}

fn pair() -> PairName {
    PairName::new("payments").unwrap()
}

fn head() -> SagaHead {
    SagaHead {
        version: STORE_VERSION,
        saga: saga(),
        pair: pair(),
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
        controls: ControlCount::default(),
        tally: Tally::default(),
        clocks: Clocks::default(),
    }
}
