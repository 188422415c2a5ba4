//! Answering by the personal link in a message.
//!
//! Looking uses nothing up and changes nothing but the trail: programs open links, too. An answer needs
//! what no program reads off the page: the pair's name, typed, and the approver's code. What was left
//! empty is no try; ten wrong tries lock the link and tell the others.
//!
//! A token that does not prove itself costs one HMAC and nothing else: nothing is read for it and
//! nothing written. A code costs one hash whether it is right, wrong, or of somebody who is unknown.

use jiff::{SignedDuration, Timestamp};
use saga::Plan;
use secrecy::{ExposeSecret, SecretString};

use super::answering::{self, NotAnswered, Standing, is_worse};
use super::closed::{Closed, usable};
use super::proof::{self, NotProven, Proven};
use super::shown::{Shown, gather, plan_of};
use super::tend::{ask_again, loss_until};
use super::token::{self, Claims};
use super::{TRIES, note_of, record};
use crate::deps::Deps;
use crate::ports::{AskItem, Deed, Link, Message, Recipient, SagaHead, SagaStatus, StoreError, TrailLine};

/// One line of the trail tells of all looks by one link in this time.
const LOOKS: SignedDuration = SignedDuration::from_secs(60);

/// What was typed into the page, or came in a message.
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
pub struct Taken {
    /// How the question stands with it.
    pub standing: Standing,
    /// The pair.
    pub pair: String,
    /// Whose answer it is.
    pub by: String,
    /// When it was given.
    pub at: Timestamp,
}

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The link opens no question.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// Something was left empty. It is not counted.
    #[error("the pair's name or the code is empty")]
    Empty(Box<Shown>),
    /// The pair's name or the code is not right; which of them is not told.
    #[error("the pair's name or the code is not right")]
    Wrong {
        /// So many tries are left.
        left: u32,
        /// The question.
        shown: Box<Shown>,
    },
    /// The same person has said yes before.
    #[error("another person is needed")]
    SamePerson(Box<Shown>),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Refused::Closed(Closed::Store(error))
    }
}

/// A question that can be answered by a link.
struct Open {
    token: String,
    claims: Claims,
    ask: AskItem,
    head: SagaHead,
    plan: Plan,
}

/// What the page of a link shows.
///
/// # Errors
///
/// [`Closed`].
pub async fn look(deps: &Deps, token: &str) -> Result<Shown, Closed> {
    let open = open(deps, token).await?;
    let shown = show(deps, &open).await?;
    // A page that cannot be noted is shown all the same.
    if let Err(error) = viewed(deps, &open).await {
        tracing::warn!(code = "TRAIL-INCOMPLETE", %error, "a page was shown, and the line that tells of it was not written");
    }
    Ok(shown)
}

/// Takes an answer that was given by a link.
///
/// # Errors
///
/// [`Refused`].
pub async fn reply(deps: &Deps, token: &str, form: &Form) -> Result<Taken, Refused> {
    let opened = open(deps, token).await?;
    if form.pair.trim().is_empty() || form.code.expose_secret().trim().is_empty() {
        return Err(Refused::Empty(Box::new(show(deps, &opened).await?)));
    }
    let proven = match proof::by_link(deps, token, form) {
        Ok(proven) => proven,
        Err(NotProven::NoApprover { name, .. }) => return Err(Closed::NoApprover(name).into()),
        Err(NotProven::NotOurs) => return Err(Closed::NotOurs.into()),
        Err(
            NotProven::WrongForm
            | NotProven::NoCode(_)
            | NotProven::WrongCode(_)
            | NotProven::NotByPolicy
            | NotProven::PolicyIsNoPerson(_),
        ) => return Err(wrong(deps, opened).await?),
    };
    let mut open_now = opened;
    for _ in 0..TRIES {
        if let Some(worse) = asked_again(deps, &open_now).await? {
            return Err(worse.into());
        }
        if let Some(taken) = take(deps, &open_now, &proven, form.approve).await? {
            return Ok(taken);
        }
        // Somebody else wrote first: a wrong code, another answer, another round.
        open_now = open(deps, token).await?;
    }
    Err(StoreError::Refused(format!("question {:?} of {}", open_now.ask.question, open_now.ask.saga)).into())
}

/// Checks a token, and then what it is about.
async fn open(deps: &Deps, token: &str) -> Result<Open, Closed> {
    let keys = deps.pair.watch.approvals.as_ref().map_or(&[][..], |approvals| approvals.keys.as_slice());
    let claims = token::read(keys, token).map_err(|_| Closed::NotOurs)?;
    let asked = deps.asks.question(&claims.saga, &claims.question).await?;
    let (Some(ask), Some(head)) = (asked, deps.sagas.head(&claims.saga).await?) else { return Err(Closed::NotOurs) };
    let over = matches!(head.status, SagaStatus::Finished(_)) || head.abort_by.is_some();
    let hash = token::hash(&SecretString::from(token.to_owned()));
    usable(&ask, &claims, &hash, over, deps.clock.now())?;
    let plan = plan_of(deps, &ask).await?;
    Ok(Open { token: hash, claims, ask, head, plan })
}

async fn show(deps: &Deps, open: &Open) -> Result<Shown, StoreError> {
    gather(deps, &open.ask, &open.head, &open.plan, &open.claims.approver).await
}

/// Writes down that somebody looked, once a minute and link at most.
async fn viewed(deps: &Deps, open: &Open) -> Result<(), StoreError> {
    let now = deps.clock.now();
    let note = format!("round {}", open.ask.round);
    let who = &open.claims.approver;
    let is_same = |line: &TrailLine| line.deed == Deed::Viewed && line.who == *who && line.note == note;
    let trail = deps.asks.trail(&open.ask.saga).await?;
    if trail.iter().any(|line| is_same(line) && now.duration_since(line.at) < LOOKS) {
        return Ok(());
    }
    note_of(deps, &open.ask, who, Deed::Viewed, note).await
}

/// Counts a wrong try; the tenth locks the link and tells the others.
async fn wrong(deps: &Deps, opened: Open) -> Result<Refused, Closed> {
    let mut current = opened.ask.clone();
    for _ in 0..TRIES {
        let Some(link) = current.links.iter_mut().find(|link| link.token == opened.token) else { break };
        link.wrong = link.wrong.saturating_add(1);
        let wrong = link.wrong;
        current.revision += 1;
        match deps.asks.put_question(&current).await {
            Ok(()) => return told_wrong(deps, Open { ask: current, ..opened }, wrong).await,
            Err(StoreError::Refused(_)) => {
                let again = deps.asks.question(&current.saga, &current.question).await?;
                current = again.ok_or(Closed::NotOurs)?;
            }
            Err(other) => return Err(other.into()),
        }
    }
    Err(StoreError::Refused(format!("question {:?} of {}", current.question, current.saga)).into())
}

async fn told_wrong(deps: &Deps, open: Open, wrong: u32) -> Result<Refused, Closed> {
    let who = &open.claims.approver;
    let note = format!("wrong pair name or code, {wrong} of {}", Link::WRONG_AT_MOST);
    note_of(deps, &open.ask, who, Deed::Refused, note).await?;
    if wrong < Link::WRONG_AT_MOST {
        let shown = Box::new(show(deps, &open).await?);
        return Ok(Refused::Wrong { left: Link::WRONG_AT_MOST - wrong, shown });
    }
    note_of(deps, &open.ask, who, Deed::Locked, format!("{wrong} wrong tries")).await?;
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
    Ok(Refused::Closed(Closed::Locked))
}

/// Measures the loss again; if it is worse than what was shown, asks again and says so.
async fn asked_again(deps: &Deps, open: &Open) -> Result<Option<Closed>, StoreError> {
    let ask = &open.ask;
    // As it was shown: until the side was lost, or until it was asked. It does not grow while people decide.
    let asked_at = if ask.round == 0 { Some(open.plan.made_at) } else { ask.asked_at };
    let until = open.head.clocks.lost_at.or(asked_at).unwrap_or_else(|| deps.clock.now());
    let now_s = loss_until(deps, ask, until).await;
    if !is_worse(ask.loss_s, now_s) {
        return Ok(None);
    }
    let note = format!("the loss is worse than the one that was shown: {}", shown_s(now_s));
    note_of(deps, ask, &open.claims.approver, Deed::Refused, note).await?;
    let again = ask_again(deps, ask, deps.clock.now()).await?;
    // The next tick sends the new links.
    Ok(Some(Closed::WorseLoss { shown_s: ask.loss_s, now_s: again.map_or(now_s, |again| again.loss_s) }))
}

fn shown_s(loss: Option<i64>) -> String {
    loss.map_or_else(|| "it cannot be told".to_owned(), |s| format!("{s} s"))
}

/// Records the answer; `None` if somebody else wrote first.
async fn take(deps: &Deps, open: &Open, proven: &Proven, approve: bool) -> Result<Option<Taken>, Refused> {
    let about: Option<failover::plan::About> = serde_json::from_value(open.plan.about.clone()).ok();
    // The question names the risk unless the side was said to be well.
    let accepts_risk = approve && !about.is_some_and(|about| about.planned);
    // `open` has seen that the link is about the very plan that is asked about.
    let answer = proven.answer(&open.ask, approve, accepts_risk, open.claims.loss_s, deps.clock.now());
    let answered = match answering::with(&open.ask, &answer, &deps.settings) {
        Ok(answered) => answered,
        Err(NotAnswered::SamePerson(_)) => return Err(Refused::SamePerson(Box::new(show(deps, open).await?))),
        Err(NotAnswered::Store(error)) => return Err(error.into()),
        Err(NotAnswered::NotProven(_)) => return Err(Closed::NotOurs.into()),
        // `open` has looked at all of these, so one of them came about just now: look again.
        Err(
            NotAnswered::Answered(_)
            | NotAnswered::Declined(_)
            | NotAnswered::Expired
            | NotAnswered::AnotherPlan
            | NotAnswered::WorseLoss,
        ) => return Ok(None),
    };
    if !record(deps, &answered, &answer).await? {
        return Ok(None);
    }
    let pair = deps.pair.name.to_string();
    Ok(Some(Taken { standing: Standing::of(&answered), pair, by: answer.by, at: answer.at }))
}
