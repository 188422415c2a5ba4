//! Decides whether a genuine link can still be used: pure, and total over the status of its question.
//!
//! A genuine link was sent to its holder, so the holder gets the reason why it is closed. For a token that does not
//! prove itself no reason is given at all.

use jiff::Timestamp;

use super::answering::is_worse;
use super::token::Claims;
use crate::ports::{ApprovalRequest, Link, RequestState, StoreError};

/// The reason why a link opens no question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It is no link of ours. Nobody gets a reason.
    #[error("the link is not valid")]
    NotOurs,
    /// The question was approved.
    #[error("{by} approved it at {at}")]
    Approved {
        /// The person who approved it.
        by: String,
        /// The time of the answer.
        at: Timestamp,
    },
    /// The question was declined.
    #[error("{by} declined it at {at}")]
    Declined {
        /// The person who declined it.
        by: String,
        /// The time of the answer.
        at: Timestamp,
    },
    /// The saga has ended without an answer.
    #[error("the saga has ended")]
    Over,
    /// The question is about another plan now.
    #[error("it was asked again about another plan")]
    AnotherPlan,
    /// The question is about a worse loss now.
    #[error("it was asked again, because the loss is worse")]
    WorseLoss {
        /// In seconds: the loss that this link shows.
        shown_s: Option<i64>,
        /// In seconds: the loss that the question is about now.
        now_s: Option<i64>,
    },
    /// The link came too late.
    #[error("it expired at {at}")]
    Expired {
        /// The time when it expired.
        at: Timestamp,
        /// Whether the question was asked again, so that there is a newer link.
        again: bool,
    },
    /// Too many wrong codes were typed.
    #[error("too many wrong codes were typed")]
    Locked,
    /// The link was sent and is not on record yet.
    #[error("the link is not on record yet")]
    NotYet,
    /// The owner of the link may not approve any more.
    #[error("{0} is no longer among those who approve")]
    NoApprover(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The link, if the question can be answered with it.
///
/// # Errors
///
/// [`LinkError`]: the reason why it cannot be used.
pub(super) fn usable<'a>(
    ask: &'a ApprovalRequest,
    claims: &Claims,
    token: &str,
    over: bool,
    now: Timestamp,
) -> Result<&'a Link, LinkError> {
    match &ask.state {
        RequestState::Open if over => return Err(LinkError::Over),
        RequestState::Open => {}
        RequestState::Answered(answer) | RequestState::Used(answer) => {
            let (by, at) = (answer.by.clone(), answer.at);
            return Err(if answer.approved { LinkError::Approved { by, at } } else { LinkError::Declined { by, at } });
        }
    }
    if claims.plan != ask.plan {
        return Err(LinkError::AnotherPlan);
    }
    let link = ask.links.iter().find(|link| link.token == token && link.approver == claims.approver);
    if link.is_some_and(Link::is_locked) {
        return Err(LinkError::Locked);
    }
    if is_worse(claims.loss_s, ask.loss_s) {
        return Err(LinkError::WorseLoss { shown_s: claims.loss_s, now_s: ask.loss_s });
    }
    let again = claims.expires_at != ask.expires_at;
    if again || now > ask.expires_at {
        return Err(LinkError::Expired { at: claims.expires_at, again });
    }
    link.ok_or(LinkError::NotYet)
}

#[cfg(test)]
mod tests {
    use saga::{PlanHash, SagaId};

    use super::*;
    use crate::ports::Answer;

    const AT: &str = "2026-01-05T09:00:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn ask() -> ApprovalRequest {
        let link = |approver: &str, token: &str, wrong| Link {
            approver: approver.into(),
            token: token.into(),
            made_at: at(AT),
            sent_at: None,
            wrong,
        };
        ApprovalRequest {
            version: 1,
            saga: SagaId("payments-1".into()),
            question: "go".into(),
            plan: PlanHash::of(b"plan"),
            text: String::new(),
            loss_s: Some(60),
            expires_at: at("2026-01-05T10:00:00Z"),
            state: RequestState::Open,
            asked_at: None,
            people: 1,
            given: Vec::new(),
            links: vec![link("ana", "a", 9), link("ben", "b", 10)],
            round: 0,
            veto_until: None,
            revision: 3,
        }
    }

    fn claims(ask: &ApprovalRequest, approver: &str) -> Claims {
        Claims {
            saga: ask.saga.clone(),
            question: ask.question.clone(),
            plan: ask.plan.clone(),
            loss_s: ask.loss_s,
            approver: approver.into(),
            expires_at: ask.expires_at,
        }
    }

    fn closed(ask: &ApprovalRequest, claims: &Claims, token: &str) -> LinkError {
        usable(ask, claims, token, false, at(AT)).unwrap_err()
    }

    #[test]
    fn a_link_on_record_opens_its_question_until_ten_wrong_codes() {
        let ask = ask();
        assert_eq!(usable(&ask, &claims(&ask, "ana"), "a", false, at(AT)).unwrap().approver, "ana");
        assert_eq!(closed(&ask, &claims(&ask, "ben"), "b"), LinkError::Locked);
        assert_eq!(closed(&ask, &claims(&ask, "ana"), "b"), LinkError::NotYet, "of another person");
        assert_eq!(usable(&ask, &claims(&ask, "ana"), "a", true, at(AT)), Err(LinkError::Over));
    }

    #[test]
    fn what_happened_meanwhile_is_told() {
        let asked = ask();
        let ana = claims(&asked, "ana");
        let other = ApprovalRequest { plan: PlanHash::of(b"other"), ..ask() };
        assert_eq!(closed(&other, &ana, "a"), LinkError::AnotherPlan);
        let worse = ApprovalRequest { loss_s: None, ..ask() };
        assert_eq!(closed(&worse, &ana, "a"), LinkError::WorseLoss { shown_s: Some(60), now_s: None });
        let later = ApprovalRequest { expires_at: at("2026-01-05T11:00:00Z"), links: Vec::new(), ..ask() };
        assert_eq!(closed(&later, &ana, "a"), LinkError::Expired { at: asked.expires_at, again: true });
        let late = usable(&asked, &ana, "a", false, at("2026-01-05T10:00:01Z"));
        assert_eq!(late, Err(LinkError::Expired { at: asked.expires_at, again: false }));
        let yes = Answer {
            by: "cem".into(),
            approved: true,
            accepts_risk: true,
            plan: asked.plan.clone(),
            loss_shown_s: None,
            at: at(AT),
            proofs: Vec::new(),
        };
        let answered = ApprovalRequest { state: RequestState::Used(yes.clone()), ..ask() };
        assert_eq!(closed(&answered, &ana, "a"), LinkError::Approved { by: "cem".into(), at: at(AT) });
        let declined = ApprovalRequest { state: RequestState::Answered(Answer { approved: false, ..yes }), ..ask() };
        assert_eq!(closed(&declined, &ana, "a"), LinkError::Declined { by: "cem".into(), at: at(AT) });
    }
}
