//! Checks the contract of `ApprovalRequests` over every kind of store (S11).

use crate::ground::{Checked, Ground, Kind, at, plan, saga};
use aws::Weakened;
use engine::ports::{Answer, ApprovalRequest, AuditAction, AuditEntry, RequestState, STORE_VERSION, StoreError};
use futures::future::join_all;
use saga::{PlanHash, Proof};

on_every_ground! {
    a_question_comes_back_as_it_was_asked
    asking_again_does_not_undo_an_answer
    a_question_is_answered_once
    an_answer_is_used_once
    of_eight_users_of_one_answer_one_wins
    another_answer_than_the_recorded_one_is_not_used
    what_was_not_answered_is_not_used
    a_newer_question_is_left_alone
    whoever_has_read_an_older_question_does_not_write_it
    what_people_did_is_kept_in_order_of_time
}

#[tokio::test]
async fn without_use_once_an_answer_is_used_again() {
    for kind in Kind::IMPLEMENTATIONS {
        let weakened = || Ground::weakened(kind, Weakened { use_once: true, ..Weakened::default() });
        assert_eq!(of_eight_users_of_one_answer_one_wins(&weakened()).await, Err("8 users won".to_owned()), "{kind:?}");
        let told = an_answer_is_used_once(&weakened()).await;
        assert_eq!(told, Err("the second use gave Ok(())".to_owned()), "{kind:?}");
    }
}

async fn a_question_comes_back_as_it_was_asked(ground: &Ground) -> Checked {
    let found = ground.store().question(&saga(), LOSS).await;
    ensure!(found == Ok(None), "{found:?}");
    for ask in [ask(LOSS, Some(-7)), ask("other", None)] {
        ground.store().ask(&ask).await.map_err(|e| e.to_string())?;
        let found = ground.store().question(&saga(), &ask.question).await;
        ensure!(found == Ok(Some(ask.clone())), "{found:?}");
    }
    Ok(())
}

async fn asking_again_does_not_undo_an_answer(ground: &Ground) -> Checked {
    answered(ground).await?;
    ground.store().ask(&ask(LOSS, Some(900))).await.map_err(|e| e.to_string())?;
    let found = ground.store().question(&saga(), LOSS).await;
    let state = found.ok().flatten().map(|ask| ask.state);
    ensure!(state == Some(RequestState::Answered(answer())), "{state:?}");
    Ok(())
}

async fn a_question_is_answered_once(ground: &Ground) -> Checked {
    answered(ground).await?;
    let second = put(ground, LOSS, &Answer { by: "bo".into(), ..answer() }).await;
    ensure!(matches!(second, Err(StoreError::Refused(_))), "{second:?}");
    let unknown = put(ground, "never asked", &answer()).await;
    ensure!(matches!(unknown, Err(StoreError::Refused(_))), "{unknown:?}");
    Ok(())
}

async fn an_answer_is_used_once(ground: &Ground) -> Checked {
    answered(ground).await?;
    let first = ground.store().use_answer(&saga(), LOSS, &answer()).await;
    ensure!(first == Ok(()), "{first:?}");
    let second = ground.store().use_answer(&saga(), LOSS, &answer()).await;
    ensure!(matches!(second, Err(StoreError::Refused(_))), "the second use gave {second:?}");
    let again = put(ground, LOSS, &answer()).await;
    ensure!(matches!(again, Err(StoreError::Refused(_))), "{again:?}");
    let found = ground.store().question(&saga(), LOSS).await;
    let state = found.ok().flatten().map(|ask| ask.state);
    ensure!(state == Some(RequestState::Used(answer())), "{state:?}");
    Ok(())
}

async fn of_eight_users_of_one_answer_one_wins(ground: &Ground) -> Checked {
    answered(ground).await?;
    let store = ground.store();
    let users = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.use_answer(&saga(), LOSS, &answer()).await })
    });
    let won = join_all(users).await.into_iter().filter(|used| matches!(used, Ok(Ok(())))).count();
    ensure!(won == 1, "{won} users won");
    Ok(())
}

async fn another_answer_than_the_recorded_one_is_not_used(ground: &Ground) -> Checked {
    answered(ground).await?;
    let others = [
        Answer { by: "bo".into(), ..answer() },
        Answer { approved: false, ..answer() },
        Answer { accepts_risk: false, ..answer() },
        Answer { plan: PlanHash::of(b"another"), ..answer() },
        Answer { loss_shown_s: Some(61), ..answer() },
        Answer { loss_shown_s: None, ..answer() },
        Answer { at: at(61), ..answer() },
    ];
    for other in others {
        let used = ground.store().use_answer(&saga(), LOSS, &other).await;
        ensure!(matches!(used, Err(StoreError::Refused(_))), "{other:?} gave {used:?}");
    }
    let used = ground.store().use_answer(&saga(), LOSS, &answer()).await;
    ensure!(used == Ok(()), "{used:?}");
    Ok(())
}

async fn what_was_not_answered_is_not_used(ground: &Ground) -> Checked {
    let unknown = ground.store().use_answer(&saga(), LOSS, &answer()).await;
    ensure!(matches!(unknown, Err(StoreError::Refused(_))), "{unknown:?}");
    ground.store().ask(&ask(LOSS, None)).await.map_err(|e| e.to_string())?;
    let open = ground.store().use_answer(&saga(), LOSS, &answer()).await;
    ensure!(matches!(open, Err(StoreError::Refused(_))), "{open:?}");
    Ok(())
}

/// S22: an item of a later version is neither read nor changed.
async fn a_newer_question_is_left_alone(ground: &Ground) -> Checked {
    ground.store().ask(&ask(LOSS, None)).await.map_err(|e| e.to_string())?;
    ground.set_version("SAGA#payments-1", "ASK#loss", STORE_VERSION + 1);
    let read = ground.store().question(&saga(), LOSS).await;
    ensure!(matches!(read, Err(StoreError::Newer { .. })), "{read:?}");
    let answered = put(ground, LOSS, &answer()).await;
    ensure!(matches!(answered, Err(StoreError::Newer { .. })), "{answered:?}");
    Ok(())
}

async fn whoever_has_read_an_older_question_does_not_write_it(ground: &Ground) -> Checked {
    answered(ground).await?;
    let used = ground.store().use_answer(&saga(), LOSS, &answer()).await;
    ensure!(used == Ok(()), "{used:?}");
    let revision = ground.store().question(&saga(), LOSS).await.ok().flatten().map(|ask| ask.revision);
    ensure!(revision == Some(2), "{revision:?}");
    // Both revisions are refused: the one from before the use, and the one after it.
    for revision in [2, 3] {
        let reopened = ApprovalRequest { revision, ..ask(LOSS, Some(60)) };
        let put = ground.store().put_question(&reopened).await;
        ensure!(matches!(put, Err(StoreError::Refused(_))), "revision {revision}: {put:?}");
    }
    Ok(())
}

async fn what_people_did_is_kept_in_order_of_time(ground: &Ground) -> Checked {
    let line = |seconds: i64, action: AuditAction| AuditEntry {
        at: at(seconds),
        question: LOSS.to_owned(),
        who: "ada".to_owned(),
        action,
        note: String::new(),
    };
    let lines = [
        line(7, AuditAction::Approved),
        line(-3, AuditAction::Sent),
        line(5, AuditAction::Viewed),
        line(5, AuditAction::Viewed),
    ];
    for line in &lines {
        ground.store().note(&saga(), line).await.map_err(|e| e.to_string())?;
    }
    let kept: Vec<AuditAction> =
        ground.store().audit(&saga()).await.map_err(|e| e.to_string())?.into_iter().map(|line| line.action).collect();
    ensure!(kept == [AuditAction::Sent, AuditAction::Viewed, AuditAction::Viewed, AuditAction::Approved], "{kept:?}");
    Ok(())
}

const LOSS: &str = "loss";

async fn answered(ground: &Ground) -> Checked {
    ground.store().ask(&ask(LOSS, Some(60))).await.map_err(|e| e.to_string())?;
    put(ground, LOSS, &answer()).await.map_err(|e| e.to_string())
}

fn ask(question: &str, loss_s: Option<i64>) -> ApprovalRequest {
    ApprovalRequest {
        version: STORE_VERSION,
        saga: saga(),
        question: question.to_owned(),
        plan: plan(),
        text: "Go on and lose a minute?".to_owned(),
        loss_s,
        expires_at: at(900),
        state: RequestState::Open,
        asked_at: Some(at(0)),
        people: 2,
        given: vec![answer()],
        links: Vec::new(),
        round: 1,
        veto_until: Some(at(600)),
        revision: 0,
    }
}

/// Puts the answer on revision 1 of the question, as a process does that read it when it was asked.
async fn put(ground: &Ground, question: &str, answer: &Answer) -> Result<(), StoreError> {
    let state = RequestState::Answered(answer.clone());
    ground.store().put_question(&ApprovalRequest { state, revision: 1, ..ask(question, Some(60)) }).await
}

fn answer() -> Answer {
    Answer {
        by: "ada".into(),
        approved: true,
        accepts_risk: true,
        plan: plan(),
        loss_shown_s: Some(60),
        at: at(60),
        proofs: vec![Proof::Code],
    }
}
