//! Reconciles an open question: it sends links to the people who are due, asks the next people in the contact list
//! after silence, and asks the same question again when its time is over.
//!
//! Nothing here depends on the event that woke us. A message is sent first and recorded after that, so that a crash
//! in between sends it twice and never loses it. The link in both messages is the same.

use failover::plan::GO;
use jiff::{SignedDuration, Timestamp};
use saga::SagaId;
use secrecy::{ExposeSecret, SecretString};

use super::people::{Approvals, Approver};
use super::recording::{TRIES, note_of};
use super::token::{self, Claims};
use crate::datasets::datasets;
use crate::deps::Deps;
use crate::ports::{ApprovalRequest, AuditAction, Link, Message, Recipient, RequestState, StoreError};
use crate::update::{update_from, written};

/// The number of times that an expired question is asked again. After that people have received it often enough.
const ROUNDS: u32 = 24;

/// Reconciles the question of a saga, if it is open.
///
/// # Errors
///
/// [`StoreError`]. A message that was not accepted is no error. It is tried again at the next tick.
pub async fn reconcile(deps: &Deps, saga: &SagaId) -> Result<(), StoreError> {
    let Some(asked) = deps.approval_requests.question(saga, GO).await? else { return Ok(()) };
    if asked.state != RequestState::Open {
        return Ok(());
    }
    // Without a key no links are made, and people are asked at a terminal.
    let approvals = deps.pair.watch.approvals.as_ref().filter(|approvals| !approvals.keys.is_empty());
    let Some(approvals) = approvals else { return Ok(()) };
    // Nothing is asked about a saga that is held.
    if deps.sagas.head(saga).await?.is_some_and(|head| head.controls.held) {
        return Ok(());
    }
    let now = deps.clock.now();
    let asked = if now > asked.expires_at {
        match ask_again(deps, &asked, now).await? {
            Some(again) => again,
            None => return Ok(()),
        }
    } else {
        asked
    };
    let due: Vec<&Approver> = deps.pair.watch.approvers.iter().filter(|a| is_due(approvals, &asked, a, now)).collect();
    if due.is_empty() {
        return Ok(());
    }
    let mut sent = Vec::new();
    if approvals.personal {
        for approver in due {
            let link = link(approvals, &asked, approver)?;
            let message = message(deps, &asked, &[(approver, &link)]);
            if deliver(deps, &Recipient::Approver(approver.name.clone()), &message).await {
                sent.push((approver.name.clone(), token::hash(&link)));
            }
        }
    } else {
        let links = due.iter().map(|approver| Ok((*approver, link(approvals, &asked, approver)?)));
        let links: Vec<(&Approver, SecretString)> = links.collect::<Result<_, StoreError>>()?;
        let shown: Vec<(&Approver, &SecretString)> = links.iter().map(|(approver, link)| (*approver, link)).collect();
        if deliver(deps, &Recipient::Everybody, &message(deps, &asked, &shown)).await {
            sent.extend(links.iter().map(|(approver, link)| (approver.name.clone(), token::hash(link))));
        }
    }
    write_down(deps, &asked, &sent, now).await
}

/// Whether an approver is due for a link now: at the turn in the contact list, and once a round.
fn is_due(approvals: &Approvals, asked: &ApprovalRequest, approver: &Approver, now: Timestamp) -> bool {
    let asked_at = asked.asked_at.unwrap_or(now);
    let levels = i32::try_from(approver.level).unwrap_or(i32::MAX);
    let silence = approvals.escalate_after.checked_mul(levels).unwrap_or(SignedDuration::MAX);
    let has_one = asked.links.iter().any(|link| link.approver == approver.name);
    // In a later round every approver is asked at once.
    let turn = asked.round > 0 || now.duration_since(asked_at) >= silence;
    turn && !has_one
}

fn link(approvals: &Approvals, asked: &ApprovalRequest, approver: &Approver) -> Result<SecretString, StoreError> {
    let claims = Claims {
        saga: asked.saga.clone(),
        question: asked.question.clone(),
        plan: asked.plan.clone(),
        loss_s: asked.loss_s,
        approver: approver.name.clone(),
        expires_at: asked.expires_at,
    };
    let key = approvals.keys.first();
    let key =
        key.ok_or_else(|| StoreError::Broken("[approvals] names no key to sign links with: add one".to_owned()))?;
    token::make(key, &claims).map_err(|e| StoreError::Broken(e.to_string()))
}

async fn deliver(deps: &Deps, to: &Recipient, message: &Message) -> bool {
    match deps.messenger.send(to, message).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(code = "NOT-TOLD", ?to, %error, "a question could not be sent, it is sent at the next tick");
            false
        }
    }
}

/// Makes the message: the question, the links, the time limit, and how to answer.
fn message(deps: &Deps, asked: &ApprovalRequest, links: &[(&Approver, &SecretString)]) -> Message {
    let url = deps.pair.watch.approvals.as_ref().map_or("", |approvals| approvals.url.as_str());
    let mut text = format!("{}\n\n", asked.text);
    for (approver, token) in links {
        text.push_str(&format!("{}: {url}/approve/{}\n", approver.name, token.expose_secret()));
    }
    if let Some(until) = asked.veto_until {
        text.push_str(&format!("\nIt begins at {} unless somebody declines.\n", shown(until)));
    }
    text.push_str(&format!(
        "\nThe page shows the evidence, the plan and the loss. To answer, type the pair's name and your approval \
         code there. Opening the link changes nothing. It is valid until {}.\nOr: switchback approve --saga {}\n",
        shown(asked.expires_at),
        asked.saga
    ));
    let again = if asked.round > 0 { " (asked again)" } else { "" };
    Message { subject: format!("[{}] a failover is proposed: approve or decline{again}", deps.pair.name), text }
}

fn shown(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

async fn write_down(
    deps: &Deps,
    asked: &ApprovalRequest,
    sent: &[(String, String)],
    now: Timestamp,
) -> Result<(), StoreError> {
    if sent.is_empty() {
        return Ok(());
    }
    if !add_links(deps, asked, sent, now).await? {
        return Ok(());
    }
    for (approver, _) in sent {
        note_of(deps, asked, approver, AuditAction::Sent, format!("round {}", asked.round)).await?;
    }
    Ok(())
}

/// Adds the links that were sent to the question. `false`: it was asked again meanwhile, or is gone.
async fn add_links(
    deps: &Deps,
    asked: &ApprovalRequest,
    sent: &[(String, String)],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let once = |current: Option<ApprovalRequest>| async move {
        let Some(mut current) = current else { return Ok(Some(false)) };
        for (approver, token) in sent {
            if current.links.iter().all(|link| link.token != *token) {
                let (approver, token) = (approver.clone(), token.clone());
                current.links.push(Link { approver, token, made_at: now, sent_at: Some(now), wrong: 0 });
            }
        }
        current.revision += 1;
        Ok(written(deps.approval_requests.put_question(&current).await)?.then_some(true))
    };
    let again = || async {
        let changed = deps.approval_requests.question(&asked.saga, &asked.question).await?;
        Ok(changed.filter(|changed| changed.round == asked.round))
    };
    update_from(TRIES, Some(asked.clone()), once, again, |last| Ok(last.is_some())).await
}

/// Asks the same question again, with a new time and with the current loss. `None`: it is not asked again.
pub(super) async fn ask_again(
    deps: &Deps,
    asked: &ApprovalRequest,
    now: Timestamp,
) -> Result<Option<ApprovalRequest>, StoreError> {
    if asked.round >= ROUNDS {
        return Ok(None);
    }
    let again = ApprovalRequest {
        loss_s: loss_now(deps, asked).await,
        asked_at: Some(now),
        expires_at: now.saturating_add(deps.settings.ask_expires).unwrap_or(Timestamp::MAX),
        // A yes for another loss does not count for this one.
        given: Vec::new(),
        links: Vec::new(),
        round: asked.round + 1,
        revision: asked.revision + 1,
        ..asked.clone()
    };
    if !written(deps.approval_requests.put_question(&again).await)? {
        return Ok(None);
    }
    note_of(deps, &again, "switchback", AuditAction::AskedAgain, format!("round {}", again.round)).await?;
    Ok(Some(again))
}

/// In seconds: the current loss of the dataset that would lose most. `None`: it is unknown.
///
/// If it is known when the side was lost, the loss runs until then. Otherwise it runs until now, since data may still
/// be written there.
pub(super) async fn loss_now(deps: &Deps, asked: &ApprovalRequest) -> Option<i64> {
    // Nothing was declared, so nothing was shown and nothing can be worse.
    asked.loss_s?;
    let head = deps.sagas.head(&asked.saga).await.ok().flatten()?;
    loss_until(deps, asked, head.clocks.lost_at.unwrap_or_else(|| deps.clock.now())).await
}

/// The same, if the side was lost at `lost_at`.
pub(super) async fn loss_until(deps: &Deps, asked: &ApprovalRequest, lost_at: Timestamp) -> Option<i64> {
    asked.loss_s?;
    let head = crate::pair::pair_head(deps).await.ok()?;
    let (deps, target) = (&deps.resolve(&head), head.active.other());
    let losses = datasets(deps, target).await.into_iter().map(|seen| seen.loss_s(lost_at));
    losses.max_by_key(|loss| loss.unwrap_or(i64::MAX)).flatten()
}
