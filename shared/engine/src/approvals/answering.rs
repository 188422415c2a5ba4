//! Adds one person's answer to a question, and decides whether an answer may be used: pure, and total over the
//! question's status.

use saga::{PlanHash, Proof};

use super::proof::ProofError;
use crate::ports::{Answer, AnswerUseError, ApprovalRequest, RequestState, StoreError};
use crate::settings::Settings;

/// The reason why an answer was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Enough people have answered already.
    #[error("it was answered before, by {0}")]
    Answered(String),
    /// Somebody said no.
    #[error("{0} declined: the saga is held until it is asked again")]
    Declined(String),
    /// It came too late.
    #[error("the time to answer is over: it is asked again")]
    Expired,
    /// The same person has answered twice.
    #[error("{0} has said yes already: another person is needed")]
    SamePerson(String),
    /// It is for another plan than the one that is asked about now.
    #[error("the answer is for another plan")]
    AnotherPlan,
    /// It is for a smaller loss than the one that is asked about now.
    #[error("the loss is worse now than the one that was shown")]
    WorseLoss,
    /// The person who answers was not proven.
    #[error(transparent)]
    NotProven(#[from] ProofError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The status of a question after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestStatus {
    /// Enough people have said yes.
    Approved,
    /// This number of people must still say yes.
    MorePeople(u32),
    /// Somebody said no.
    Declined,
}

impl RequestStatus {
    /// The status of a question.
    pub fn of(ask: &ApprovalRequest) -> Self {
        match &ask.state {
            RequestState::Open => {
                let given = u32::try_from(ask.given.len()).unwrap_or(u32::MAX);
                RequestStatus::MorePeople(ask.people.saturating_sub(given))
            }
            RequestState::Answered(answer) | RequestState::Used(answer) if answer.approved => RequestStatus::Approved,
            RequestState::Answered(_) | RequestState::Used(_) => RequestStatus::Declined,
        }
    }
}

/// Decides whether an answer may be used for a question, for the current plan and loss.
///
/// # Errors
///
/// [`AnswerUseError`]: the reason why not.
pub fn judge(ask: &ApprovalRequest, plan: &PlanHash, loss_s: Option<i64>) -> Result<Answer, AnswerUseError> {
    let answer = match &ask.state {
        RequestState::Open => return Err(AnswerUseError::Open),
        RequestState::Used(_) => return Err(AnswerUseError::Used),
        RequestState::Answered(answer) => answer,
    };
    if answer.plan != *plan {
        return Err(AnswerUseError::AnotherPlan);
    }
    if answer.at > ask.expires_at {
        return Err(AnswerUseError::Expired);
    }
    if !answer.approved {
        return Err(AnswerUseError::Declined(answer.by.clone()));
    }
    if is_worse(answer.loss_shown_s, loss_s) { Err(AnswerUseError::WorseLoss) } else { Ok(answer.clone()) }
}

/// The question with an answer added.
///
/// # Errors
///
/// [`AnswerError`]: the reason why it does not count. A no counts at once, even if others have said yes before.
pub(super) fn with(
    ask: &ApprovalRequest,
    answer: &Answer,
    settings: &Settings,
) -> Result<ApprovalRequest, AnswerError> {
    match &ask.state {
        RequestState::Open => {}
        RequestState::Answered(before) if !before.approved => return Err(AnswerError::Declined(before.by.clone())),
        RequestState::Answered(before) | RequestState::Used(before) => {
            return Err(AnswerError::Answered(before.by.clone()));
        }
    }
    if answer.at > ask.expires_at {
        return Err(AnswerError::Expired);
    }
    if answer.plan != ask.plan {
        return Err(AnswerError::AnotherPlan);
    }
    if is_worse(answer.loss_shown_s, ask.loss_s) {
        return Err(AnswerError::WorseLoss);
    }
    let mut answered = ask.clone();
    answered.revision += 1;
    if !answer.approved {
        answered.state = RequestState::Answered(answer.clone());
        return Ok(answered);
    }
    if ask.people > 1 && answer.proofs.contains(&Proof::Policy) {
        return Err(ProofError::PolicyIsNoPerson(ask.people).into());
    }
    if ask.given.iter().any(|given| settings.is_same_person(&given.by, &answer.by)) {
        return Err(AnswerError::SamePerson(answer.by.clone()));
    }
    answered.given.push(answer.clone());
    if answered.given.len() >= usize::try_from(ask.people).unwrap_or(usize::MAX) {
        answered.state = RequestState::Answered(together(&answered.given, answer));
    }
    Ok(answered)
}

/// The yes of several people as one answer. The risk is accepted if all of them accept it.
fn together(given: &[Answer], last: &Answer) -> Answer {
    let by: Vec<&str> = given.iter().map(|answer| answer.by.as_str()).collect();
    let proofs = given.iter().flat_map(|answer| match answer.proofs.is_empty() {
        true => vec![Proof::NotRecorded],
        false => answer.proofs.clone(),
    });
    Answer {
        by: by.join(" and "),
        accepts_risk: given.iter().all(|answer| answer.accepts_risk),
        proofs: proofs.collect(),
        ..last.clone()
    }
}

/// Whether the loss is worse now than when it was shown. Unknown is worse than any loss.
pub(super) fn is_worse(shown_s: Option<i64>, now_s: Option<i64>) -> bool {
    match (shown_s, now_s) {
        (Some(shown), Some(now)) => now > shown,
        (Some(_), None) => true,
        (None, Some(_) | None) => false,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use saga::SagaId;

    use super::*;

    fn taken(ask: &ApprovalRequest, answer: &Answer) -> Result<ApprovalRequest, AnswerError> {
        with(ask, answer, &Settings::default())
    }

    fn asked(people: u32) -> ApprovalRequest {
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
            people,
            given: Vec::new(),
            links: Vec::new(),
            round: 0,
            veto_until: None,
            revision: 3,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn yes(by: &str) -> Answer {
        Answer {
            by: by.into(),
            approved: true,
            accepts_risk: true,
            plan: PlanHash::of(b"plan"),
            loss_shown_s: Some(60),
            at: at("2026-01-05T09:00:00Z"),
            proofs: vec![Proof::Code],
        }
    }

    #[test]
    fn one_yes_is_enough_where_one_person_is_asked_s11() {
        let answered = taken(&asked(1), &yes("ana")).unwrap();
        assert_eq!(RequestStatus::of(&answered), RequestStatus::Approved);
        assert_eq!(answered.revision, 4);
        assert_eq!(taken(&answered, &yes("ben")), Err(AnswerError::Answered("ana".into())));
    }

    #[test]
    fn two_people_are_two_different_people() {
        let first = taken(&asked(2), &yes("ana")).unwrap();
        assert_eq!(RequestStatus::of(&first), RequestStatus::MorePeople(1));
        assert_eq!(taken(&first, &yes("ana")), Err(AnswerError::SamePerson("ana".into())));
        let careful = Answer { accepts_risk: false, ..yes("ben") };
        let both = taken(&first, &careful).unwrap();
        let RequestState::Answered(answer) = &both.state else { panic!("{:?}", both.state) };
        assert_eq!((answer.by.as_str(), answer.accepts_risk), ("ana and ben", false));
        assert_eq!(answer.proofs, [Proof::Code, Proof::Code]);
    }

    #[test]
    fn one_person_by_two_spellings_and_the_policy_are_not_two_people_s27() {
        let first = taken(&asked(2), &yes("ana")).unwrap();
        for spelled in ["Ana", " ana ", "ANA"] {
            assert_eq!(taken(&first, &yes(spelled)), Err(AnswerError::SamePerson(spelled.to_owned())));
        }
        let policy = Answer { proofs: vec![Proof::Policy], ..yes("ben, by the policy act") };
        let refused = Err(AnswerError::NotProven(ProofError::PolicyIsNoPerson(2)));
        assert_eq!(taken(&first, &policy), refused);
        assert_eq!(taken(&asked(2), &policy), refused);
        assert!(taken(&asked(1), &policy).is_ok());
    }

    /// S22: a yes that was recorded without its proof stays valid, and the record says that it has none.
    #[test]
    fn an_older_yes_has_a_proof_that_is_not_recorded() {
        let older = taken(&asked(2), &Answer { proofs: Vec::new(), ..yes("ana") }).unwrap();
        let both = taken(&older, &yes("ben")).unwrap();
        let RequestState::Answered(answer) = &both.state else { panic!("{:?}", both.state) };
        assert_eq!(answer.proofs, [Proof::NotRecorded, Proof::Code]);
        let text = r#"{"by":"ana","approved":true,"accepts_risk":true,"plan":"p","loss_shown_s":60,"at":"2026-01-05T09:00:00Z"}"#;
        let read: Answer = serde_json::from_str(text).unwrap();
        assert_eq!((read.proofs.len(), serde_json::to_string(&read).unwrap().as_str()), (0, text));
    }

    #[test]
    fn a_no_counts_at_once_and_holds() {
        let first = taken(&asked(2), &yes("ana")).unwrap();
        let held = taken(&first, &Answer { approved: false, ..yes("ben") }).unwrap();
        assert_eq!(RequestStatus::of(&held), RequestStatus::Declined);
        assert_eq!(taken(&held, &yes("cem")), Err(AnswerError::Declined("ben".into())));
    }

    #[test]
    fn late_for_another_plan_or_with_a_smaller_loss_it_does_not_count() {
        let ask = asked(1);
        let refused = |answer: Answer| taken(&ask, &answer).unwrap_err();
        assert_eq!(refused(Answer { at: at("2026-01-05T10:00:01Z"), ..yes("ana") }), AnswerError::Expired);
        assert_eq!(refused(Answer { plan: PlanHash::of(b"other"), ..yes("ana") }), AnswerError::AnotherPlan);
        assert_eq!(refused(Answer { loss_shown_s: Some(59), ..yes("ana") }), AnswerError::WorseLoss);
        assert!(taken(&ask, &Answer { loss_shown_s: None, ..yes("ana") }).is_ok(), "unknown was shown");
    }
}
