//! Takes answers by the personal link in a message.
//!
//! Opening a link uses nothing up. It changes nothing but the audit entries, since programs open links, too. An
//! answer needs the typed name of the pair and the approver's code, which a program that opens links does not enter.
//! An empty field is no try. Ten wrong tries lock the link, and everybody gets a message about it.
//!
//! A token that does not prove itself costs one HMAC and nothing else: nothing is read or written for it. A code
//! costs one hash, whether it is right, wrong, or of an unknown person.

use failover::plan::About;
use jiff::{SignedDuration, Timestamp};
use saga::Plan;
use secrecy::{ExposeSecret, SecretString};

use super::answering::{self, AnswerError, RequestStatus, is_worse};
use super::closed::{LinkError, usable};
use super::proof::{self, ProofError, Proven};
use super::reconcile::{ask_again, loss_until};
use super::recording::{TRIES, note_of, record, refused};
use super::shown::{ShownQuestion, gather, plan_of};
use super::token::{self, Claims};
use crate::deps::Deps;
use crate::ports::{
    ApprovalRequest, AuditAction, AuditEntry, Link, Message, Recipient, SagaHead, SagaStatus, StoreError,
};
use crate::update::{update_from, written};

/// In this time all views of one link share one audit entry.
const LOOKS: SignedDuration = SignedDuration::from_secs(60);

/// The input of the page, or of a message.
#[derive(Debug)]
pub struct Form {
    /// The pair's name.
    pub pair: String,
    /// The approver's code.
    pub code: SecretString,
    /// Yes or no.
    pub approve: bool,
}

/// An answer that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenAnswer {
    /// The question's status after the answer.
    pub status: RequestStatus,
    /// The pair's name.
    pub pair: String,
    /// The name of the person who answered.
    pub by: String,
    /// The time when it was given.
    pub at: Timestamp,
}

/// The reason why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReplyError {
    /// The link opens no question.
    #[error(transparent)]
    Closed(#[from] LinkError),
    /// A field was empty. It is not counted as a try.
    #[error("the pair's name or the code is empty")]
    Empty(Box<ShownQuestion>),
    /// The pair's name or the code is not right. The error does not say which of them.
    #[error("the pair's name or the code is not right")]
    Wrong {
        /// The number of tries that are left.
        left: u32,
        /// The question.
        shown: Box<ShownQuestion>,
    },
    /// The same person has said yes before.
    #[error("another person is needed")]
    SamePerson(Box<ShownQuestion>),
}

impl From<StoreError> for ReplyError {
    fn from(error: StoreError) -> Self {
        ReplyError::Closed(LinkError::Store(error))
    }
}

/// A question that can be answered by a link.
struct Open {
    token: String,
    claims: Claims,
    ask: ApprovalRequest,
    head: SagaHead,
    plan: Plan,
}

/// Gathers the content of a link's page.
///
/// # Errors
///
/// [`LinkError`].
pub async fn look(deps: &Deps, token: &str) -> Result<ShownQuestion, LinkError> {
    let open = open(deps, token).await?;
    let shown = show(deps, &open).await?;
    // A page is shown even if its audit entry cannot be written.
    if let Err(error) = viewed(deps, &open).await {
        tracing::warn!(code = "TRAIL-INCOMPLETE", %error, "a page was shown, and the line that tells of it was not written");
    }
    Ok(shown)
}

/// Takes an answer that was given by a link.
///
/// # Errors
///
/// [`ReplyError`].
pub async fn reply(deps: &Deps, token: &str, form: &Form) -> Result<TakenAnswer, ReplyError> {
    let opened = open(deps, token).await?;
    if form.pair.trim().is_empty() || form.code.expose_secret().trim().is_empty() {
        return Err(ReplyError::Empty(Box::new(show(deps, &opened).await?)));
    }
    let proven = match proof::by_link(deps, token, &form.pair, &form.code) {
        Ok(proven) => proven,
        Err(ProofError::NoApprover { name, .. }) => return Err(LinkError::NoApprover(name).into()),
        Err(ProofError::NotOurs) => return Err(LinkError::NotOurs.into()),
        Err(
            ProofError::WrongForm
            | ProofError::NoCode(_)
            | ProofError::WrongCode(_)
            | ProofError::NotByPolicy
            | ProofError::PolicyIsNoPerson(_),
        ) => return Err(wrong(deps, opened).await?),
    };
    let proven = &proven;
    let once = |opened: Open| async move {
        if let Some(worse) = asked_again(deps, &opened).await? {
            return Err(ReplyError::Closed(worse));
        }
        take(deps, &opened, proven, form.approve).await
    };
    // Somebody else wrote first: a wrong code, another answer, another round.
    let again = || async { Ok(open(deps, token).await?) };
    update_from(TRIES, opened, once, again, |last| Err(refused(&last.ask.saga, &last.ask.question).into())).await
}

/// Checks a token, and then its question.
async fn open(deps: &Deps, token: &str) -> Result<Open, LinkError> {
    let keys = deps.pair.watch.approvals.as_ref().map_or(&[][..], |approvals| approvals.keys.as_slice());
    let claims = token::read(keys, token).map_err(|_| LinkError::NotOurs)?;
    let asked = deps.approval_requests.question(&claims.saga, &claims.question).await?;
    let (Some(ask), Some(head)) = (asked, deps.sagas.head(&claims.saga).await?) else { return Err(LinkError::NotOurs) };
    let over = matches!(head.status, SagaStatus::Finished(_)) || head.abort_by.is_some();
    let hash = token::hash(&SecretString::from(token.to_owned()));
    usable(&ask, &claims, &hash, over, deps.clock.now())?;
    let plan = plan_of(deps, &ask).await?;
    Ok(Open { token: hash, claims, ask, head, plan })
}

async fn show(deps: &Deps, open: &Open) -> Result<ShownQuestion, StoreError> {
    gather(deps, &open.ask, &open.head, &open.plan, &open.claims.approver).await
}

/// Writes an audit entry about a view, at most once a minute for each link.
async fn viewed(deps: &Deps, open: &Open) -> Result<(), StoreError> {
    let now = deps.clock.now();
    let note = format!("round {}", open.ask.round);
    let who = &open.claims.approver;
    let is_same = |line: &AuditEntry| line.action == AuditAction::Viewed && line.who == *who && line.note == note;
    let audit = deps.approval_requests.audit(&open.ask.saga).await?;
    if audit.iter().any(|line| is_same(line) && now.duration_since(line.at) < LOOKS) {
        return Ok(());
    }
    note_of(deps, &open.ask, who, AuditAction::Viewed, note).await
}

/// Counts a wrong try. The tenth locks the link, and everybody gets a message.
async fn wrong(deps: &Deps, opened: Open) -> Result<ReplyError, LinkError> {
    let (ask, wrong) = count_wrong(deps, &opened).await?;
    told_wrong(deps, Open { ask, ..opened }, wrong).await
}

/// Counts a wrong try of a link. Returns the question with the count, and the count.
async fn count_wrong(deps: &Deps, opened: &Open) -> Result<(ApprovalRequest, u32), LinkError> {
    let gone = |ask: &ApprovalRequest| LinkError::from(refused(&ask.saga, &ask.question));
    let once = |mut ask: ApprovalRequest| async move {
        let Some(link) = ask.links.iter_mut().find(|link| link.token == opened.token) else { return Err(gone(&ask)) };
        link.wrong = link.wrong.saturating_add(1);
        let wrong = link.wrong;
        ask.revision += 1;
        Ok(written(deps.approval_requests.put_question(&ask).await)?.then_some((ask, wrong)))
    };
    let again = || async {
        let ask = deps.approval_requests.question(&opened.ask.saga, &opened.ask.question).await?;
        ask.ok_or(LinkError::NotOurs)
    };
    update_from(TRIES, opened.ask.clone(), once, again, |ask| Err(gone(&ask))).await
}

async fn told_wrong(deps: &Deps, open: Open, wrong: u32) -> Result<ReplyError, LinkError> {
    let who = &open.claims.approver;
    let note = format!("wrong pair name or code, {wrong} of {}", Link::WRONG_AT_MOST);
    note_of(deps, &open.ask, who, AuditAction::Refused, note).await?;
    if wrong < Link::WRONG_AT_MOST {
        let shown = Box::new(show(deps, &open).await?);
        return Ok(ReplyError::Wrong { left: Link::WRONG_AT_MOST - wrong, shown });
    }
    note_of(deps, &open.ask, who, AuditAction::Locked, format!("{wrong} wrong tries")).await?;
    tracing::warn!(code = "LINK-LOCKED", approver = %who, saga = %open.ask.saga, "too many wrong codes were typed");
    let text = format!(
        "Somebody typed {wrong} wrong codes into the approval link of {who} for saga {}. That link is locked.\n\n\
         What to do: ask {who} whether it was them. If not, others have read {who}'s messages. The question is still \
         open: everybody else's link works, and so does a terminal:\nswitchback approve --saga {}\n",
        open.ask.saga, open.ask.saga
    );
    let message = Message { subject: format!("[{}] an approval link is locked", deps.pair.name), text };
    if let Err(error) = deps.messenger.send(&Recipient::Everybody, &message).await {
        tracing::warn!(code = "NOT-TOLD", %error, "that a link is locked could not be sent");
    }
    Ok(ReplyError::Closed(LinkError::Locked))
}

/// Measures the loss again. If it is worse than the one that was shown, asks the question again and returns this.
async fn asked_again(deps: &Deps, open: &Open) -> Result<Option<LinkError>, StoreError> {
    let ask = &open.ask;
    // The loss runs until the side was lost, or until the question was asked, as in the loss that was shown. It does
    // not grow while people decide.
    let asked_at = if ask.round == 0 { Some(open.plan.made_at) } else { ask.asked_at };
    let until = open.head.clocks.lost_at.or(asked_at).unwrap_or_else(|| deps.clock.now());
    let now_s = loss_until(deps, ask, until).await;
    if !is_worse(ask.loss_s, now_s) {
        return Ok(None);
    }
    let note = format!("the loss is worse than the one that was shown: {}", shown_s(now_s));
    note_of(deps, ask, &open.claims.approver, AuditAction::Refused, note).await?;
    let again = ask_again(deps, ask, deps.clock.now()).await?;
    // The next tick sends the new links.
    Ok(Some(LinkError::WorseLoss { shown_s: ask.loss_s, now_s: again.map_or(now_s, |again| again.loss_s) }))
}

fn shown_s(loss: Option<i64>) -> String {
    loss.map_or_else(|| "it cannot be told".to_owned(), |s| format!("{s} s"))
}

/// Records the answer. `None`: somebody else wrote first.
async fn take(deps: &Deps, open: &Open, proven: &Proven, approve: bool) -> Result<Option<TakenAnswer>, ReplyError> {
    let about = About::of(&open.plan).map_err(|e| StoreError::Broken(e.to_string()))?;
    // The question names the risk unless the side was said to be well.
    let accepts_risk = approve && !about.planned;
    // `open` has checked that the link is about the very plan that is asked about.
    let answer = proven.answer(&open.ask, approve, accepts_risk, open.claims.loss_s, deps.clock.now());
    let answered = match answering::with(&open.ask, &answer, &deps.settings) {
        Ok(answered) => answered,
        Err(AnswerError::SamePerson(_)) => return Err(ReplyError::SamePerson(Box::new(show(deps, open).await?))),
        Err(AnswerError::Store(error)) => return Err(error.into()),
        Err(AnswerError::NotProven(_)) => return Err(LinkError::NotOurs.into()),
        // `open` has checked all of these, so one of them happened just now. The caller opens the link again.
        Err(
            AnswerError::Answered(_)
            | AnswerError::Declined(_)
            | AnswerError::Expired
            | AnswerError::AnotherPlan
            | AnswerError::WorseLoss,
        ) => return Ok(None),
    };
    if !record(deps, &answered, &answer).await? {
        return Ok(None);
    }
    let pair = deps.pair.name.to_string();
    Ok(Some(TakenAnswer { status: RequestStatus::of(&answered), pair, by: answer.by, at: answer.at }))
}
