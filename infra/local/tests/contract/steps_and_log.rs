//! Checks the contract of `Sagas` on steps and the log, over every kind of store.

use crate::ground::{Checked, Ground, Kind, at, plan, saga};
use aws::Weakened;
use engine::ports::{LogChunk, STORE_VERSION, StepItem, StoreError};
use saga::{
    Chain, Code, ControlEvent, Event, Fault, Line, Outcome, Proof, SagaEvent, StepEvent, StepId, StepRecord, StepState,
};

on_every_ground! {
    steps_come_back_in_plan_order
    a_superseded_runner_may_write_a_step_nobody_touched_since
    a_superseded_runner_cannot_write_a_step_its_successor_touched
    a_place_in_the_log_is_taken_once
    a_seal_shuts_out_the_runner_it_was_made_for
    a_chunk_whose_answer_was_lost_can_be_appended_again
    of_eight_seals_of_one_place_one_wins
    every_event_comes_back_and_the_chain_holds
    a_log_of_many_pages_comes_back_in_order
    newer_steps_and_chunks_are_not_read
    the_logs_of_two_sagas_do_not_mix
}

#[tokio::test]
async fn without_the_epoch_condition_a_superseded_runner_writes_steps() {
    for kind in Kind::IMPLEMENTATIONS {
        let ground = Ground::weakened(kind, Weakened { epoch_condition: true, ..Weakened::default() });
        let told = a_superseded_runner_cannot_write_a_step_its_successor_touched(&ground).await;
        assert_eq!(told, Err("the superseded runner wrote: Ok(())".to_owned()), "{kind:?}");
    }
}

#[tokio::test]
async fn without_the_place_condition_a_superseded_runner_goes_on() {
    for kind in Kind::IMPLEMENTATIONS {
        let weakened = || Ground::weakened(kind, Weakened { log_place: true, ..Weakened::default() });
        let told = a_seal_shuts_out_the_runner_it_was_made_for(&weakened()).await;
        assert_eq!(told, Err("the superseded runner appended: Ok(())".to_owned()), "{kind:?}");
        let told = a_place_in_the_log_is_taken_once(&weakened()).await;
        assert_eq!(told, Err("the taken place gave Ok(())".to_owned()), "{kind:?}");
        let told = of_eight_seals_of_one_place_one_wins(&weakened()).await;
        assert_eq!(told, Err("8 seals won".to_owned()), "{kind:?}");
    }
}

async fn steps_come_back_in_plan_order(ground: &Ground) -> Checked {
    let found = ground.store().steps(&saga()).await;
    ensure!(found == Ok(Vec::new()), "{found:?}");
    let ids = [(10, 2), (9, 100_000), (9, 20), (0, 0), (10, 10), (0, 1)];
    for (stage, number) in ids {
        let put = ground.store().put_step(&saga(), 1, &step(stage, number, "")).await;
        ensure!(put == Ok(()), "{put:?}");
    }
    let found = ground.store().steps(&saga()).await.map_err(|e| e.to_string())?;
    let order: Vec<_> = found.iter().map(|step| (step.step.stage, step.step.number)).collect();
    ensure!(order == [(0, 0), (0, 1), (9, 20), (9, 100_000), (10, 2), (10, 10)], "{order:?}");
    ensure!(found[2] == step(9, 20, ""), "{:?}", found[2]);
    Ok(())
}

async fn a_superseded_runner_may_write_a_step_nobody_touched_since(ground: &Ground) -> Checked {
    for note in ["new", "again under the same epoch"] {
        let put = ground.store().put_step(&saga(), 1, &step(0, 0, note)).await;
        ensure!(put == Ok(()), "{put:?}");
    }
    ground.store().put_step(&saga(), 2, &step(0, 1, "by the successor")).await.map_err(|e| e.to_string())?;
    let put = ground.store().put_step(&saga(), 1, &step(0, 0, "late")).await;
    ensure!(put == Ok(()), "{put:?}");
    Ok(())
}

/// S33: the step stays as the successor wrote it.
async fn a_superseded_runner_cannot_write_a_step_its_successor_touched(ground: &Ground) -> Checked {
    ground.store().put_step(&saga(), 1, &step(0, 0, "first")).await.map_err(|e| e.to_string())?;
    ground.store().put_step(&saga(), 2, &step(0, 0, "second")).await.map_err(|e| e.to_string())?;
    let put = ground.store().put_step(&saga(), 1, &step(0, 0, "late")).await;
    ensure!(matches!(put, Err(StoreError::Refused(_))), "the superseded runner wrote: {put:?}");
    let found = ground.store().steps(&saga()).await;
    ensure!(found == Ok(vec![step(0, 0, "second")]), "{found:?}");
    Ok(())
}

async fn a_place_in_the_log_is_taken_once(ground: &Ground) -> Checked {
    let mut chain = Chain::default();
    let first = chunk(1, 0, vec![entered(&mut chain, 1, "freeze")]);
    let other = chunk(1, 0, vec![entered(&mut Chain::default(), 1, "fence")]);
    ground.store().append(&saga(), &first).await.map_err(|e| e.to_string())?;
    let put = ground.store().append(&saga(), &other).await;
    ensure!(matches!(put, Err(StoreError::Refused(_))), "the taken place gave {put:?}");
    let found = ground.store().log(&saga()).await;
    ensure!(found == Ok(vec![first]), "{found:?}");
    Ok(())
}

/// S33: the successor seals the place in the log that its predecessor would write to next.
async fn a_seal_shuts_out_the_runner_it_was_made_for(ground: &Ground) -> Checked {
    let mut chain = Chain::default();
    ground
        .store()
        .append(&saga(), &chunk(1, 0, vec![entered(&mut chain, 1, "freeze")]))
        .await
        .map_err(|e| e.to_string())?;
    ground.store().append(&saga(), &chunk(1, 1, Vec::new())).await.map_err(|e| e.to_string())?;
    let late = ground.store().append(&saga(), &chunk(1, 1, vec![entered(&mut chain, 1, "fence")])).await;
    ensure!(matches!(late, Err(StoreError::Refused(_))), "the superseded runner appended: {late:?}");
    let lines = ground.store().log(&saga()).await.map_err(|e| e.to_string())?;
    let lengths: Vec<_> = lines.iter().map(|chunk| chunk.lines.len()).collect();
    ensure!(lengths == [1, 0], "{lengths:?}");
    Ok(())
}

async fn a_chunk_whose_answer_was_lost_can_be_appended_again(ground: &Ground) -> Checked {
    let mine = chunk(1, 0, vec![entered(&mut Chain::default(), 1, "freeze")]);
    for _ in 0..2 {
        let put = ground.store().append(&saga(), &mine).await;
        ensure!(put == Ok(()), "{put:?}");
    }
    let found = ground.store().log(&saga()).await;
    ensure!(found == Ok(vec![mine]), "{found:?}");
    Ok(())
}

/// A seal has no line, so a process cannot recognise its own seal.
async fn of_eight_seals_of_one_place_one_wins(ground: &Ground) -> Checked {
    let store = ground.store();
    let sealers = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.append(&saga(), &chunk(1, 3, Vec::new())).await })
    });
    let all = futures::future::join_all(sealers).await;
    let won = all.into_iter().filter(|put| matches!(put, Ok(Ok(())))).count();
    ensure!(won == 1, "{won} seals won");
    Ok(())
}

async fn every_event_comes_back_and_the_chain_holds(ground: &Ground) -> Checked {
    let mut chain = Chain::default();
    let lines: Vec<Line> = every_event()
        .into_iter()
        .zip(0..)
        .map(|(event, n)| {
            let when = at(n).checked_add(jiff::SignedDuration::from_nanos(n * 1_001)).unwrap();
            chain.link(when, 3, event)
        })
        .collect();
    let written = chunk(3, 0, lines);
    ground.store().append(&saga(), &written).await.map_err(|e| e.to_string())?;
    let found = ground.store().log(&saga()).await.map_err(|e| e.to_string())?;
    ensure!(found == [written], "{found:?}");
    let mut again = Chain::default();
    for line in &found[0].lines {
        let followed = again.follow(line);
        ensure!(followed.is_ok(), "{followed:?}");
    }
    Ok(())
}

/// A page has 1 MiB at most. These chunks are more than two pages.
async fn a_log_of_many_pages_comes_back_in_order(ground: &Ground) -> Checked {
    let mut chain = Chain::default();
    let store = ground.store();
    let mut written = Vec::new();
    for (epoch, sequence) in (1..=3).flat_map(|epoch| (0..12).map(move |sequence| (epoch, sequence))) {
        let long = "x".repeat(70_000);
        written.push(chunk(epoch, sequence, vec![entered(&mut chain, epoch, &long)]));
    }
    for chunk in written.iter().rev() {
        store.append(&saga(), chunk).await.map_err(|e| e.to_string())?;
    }
    drop(store);
    let before = ground.count("Query");
    let found = ground.store().log(&saga()).await.map_err(|e| e.to_string())?;
    ensure!(found == written, "{} chunks came back of {}", found.len(), written.len());
    let pages = ground.count("Query") - before;
    ensure!(pages >= 3, "only {pages} pages were read");
    Ok(())
}

/// S22: steps and chunks of a later version are not read.
async fn newer_steps_and_chunks_are_not_read(ground: &Ground) -> Checked {
    ground.store().put_step(&saga(), 1, &step(0, 0, "")).await.map_err(|e| e.to_string())?;
    ground.store().append(&saga(), &chunk(1, 0, Vec::new())).await.map_err(|e| e.to_string())?;
    ground.set_version("SAGA#payments-1", "STEP#0000#000000", STORE_VERSION + 1);
    ground.set_version("SAGA#payments-1", "LOG#00000001#00000000", STORE_VERSION + 1);
    let steps = ground.store().steps(&saga()).await.map(drop);
    let log = ground.store().log(&saga()).await.map(drop);
    for told in [steps, log] {
        ensure!(matches!(told, Err(StoreError::Newer { .. })), "{told:?}");
    }
    Ok(())
}

async fn the_logs_of_two_sagas_do_not_mix(ground: &Ground) -> Checked {
    let other = saga::SagaId("payments-10".into());
    ground.store().append(&saga(), &chunk(1, 0, Vec::new())).await.map_err(|e| e.to_string())?;
    ground.store().append(&other, &chunk(2, 0, Vec::new())).await.map_err(|e| e.to_string())?;
    let found = ground.store().log(&saga()).await;
    ensure!(found == Ok(vec![chunk(1, 0, Vec::new())]), "{found:?}");
    Ok(())
}

fn chunk(epoch: u64, sequence: u64, lines: Vec<Line>) -> LogChunk {
    LogChunk { epoch, sequence, lines }
}

fn entered(chain: &mut Chain, epoch: u64, stage: &str) -> Line {
    chain.link(at(0), epoch, Event::Saga(SagaEvent::StageEntered { stage: stage.to_owned() }))
}

fn fault() -> Fault {
    Fault {
        reaction: saga::Reaction::Again { after_ms: Some(u64::MAX) },
        code: Code::new("NO-ANSWER"),
        message: "no answer; \"é\" \u{1F600}".into(),
    }
}

fn every_event() -> Vec<Event> {
    let step = StepId { stage: 3, number: 17 };
    vec![
        Event::Saga(SagaEvent::Started { saga: saga(), plan: plan(), by: "ada".into() }),
        Event::Saga(SagaEvent::TookOver { epoch: 3, owner: "r-1".into() }),
        Event::Saga(SagaEvent::Approved {
            question: "loss".into(),
            by: "ada".into(),
            accepts_risk: true,
            loss_shown: String::new(),
            proofs: vec![Proof::LinkAndCode],
        }),
        Event::Saga(SagaEvent::StageEntered { stage: "fence".into() }),
        Event::Step(StepEvent::Intended { step }),
        Event::Step(StepEvent::Tried { step, attempts: 1, fault: fault(), next_at: at(9) }),
        Event::Step(StepEvent::Done { step, attempts: 2, note: "RUNNING".into() }),
        Event::Step(StepEvent::Blocked { step, attempts: u32::MAX, fault: Fault::person_needed(Code::new("X"), "") }),
        Event::Step(StepEvent::Unblocked { step, by: "ada".into() }),
        Event::Step(StepEvent::Waived { step, by: "ada".into(), why: "1e3".into() }),
        Event::Saga(SagaEvent::ForwardDone),
        Event::Saga(SagaEvent::Round { tried: 0, left: 4 }),
        Event::Saga(SagaEvent::HandedOver),
        Event::Saga(SagaEvent::PersonNeeded { blocked: 1 }),
        Event::Control(ControlEvent::Held { by: "ada".into(), why: "the vendor calls".into() }),
        Event::Control(ControlEvent::Resumed { by: "ada".into(), why: String::new() }),
        Event::Control(ControlEvent::LessonLearned { by: "ada".into(), text: "1e3".into(), owner: None, due: None }),
        Event::Control(ControlEvent::LessonLearned {
            by: "ada".into(),
            text: "pools first".into(),
            owner: Some("bob".into()),
            due: Some(jiff::civil::date(2026, 2, 1)),
        }),
        Event::Control(ControlEvent::TakenIn { control: "1-a".into() }),
        Event::Control(ControlEvent::Refused {
            control: "2-b".into(),
            what: "hold".into(),
            by: "ada".into(),
            why: "held".into(),
        }),
        Event::Control(ControlEvent::AbortAsked { by: "ada".into(), why: "a drill".into() }),
        Event::Saga(SagaEvent::Finished { outcome: Outcome::Completed, by: None }),
        Event::Saga(SagaEvent::Finished { outcome: Outcome::Aborted, by: Some("ada".into()) }),
    ]
}

fn step(stage: u16, number: u32, note: &str) -> StepItem {
    StepItem {
        step: StepId { stage, number },
        place: "target".into(),
        kind: "cluster".into(),
        resource: "0105-081500-abc".into(),
        name: "etl".into(),
        want: "running".into(),
        record: StepRecord {
            state: StepState::Waiting,
            attempts: 2,
            first_try: Some(at(1)),
            last_try: Some(at(2)),
            next_at: None,
            fault: Some(fault()),
            note: note.into(),
            epoch: 1,
        },
    }
}
