//! Checks the people who get a link, and the times at which they get another one.

use engine::approvals::RequestStatus;
use engine::ports::{AuditAction, RequestState};
use failover::plan::GO;
use failover::signal::Reading;
use failover::verdict::Mode;
use saga::SagaId;
use tests::pair::{Ground, perform};
use tests::watched::watched;

async fn proposed(ground: &Ground) -> SagaId {
    ground.captured().await;
    ground.minutes(6, Reading::Down).await.saga.expect("it fires")
}

#[test]
fn silence_goes_down_the_contact_list_once_for_each() {
    perform(watched(Mode::Ask), async |ground: &Ground| {
        let saga = proposed(ground).await;
        ground.admission(480).await;
        assert_eq!(ground.asked(), ["ana"]);
        ground.admission(240).await;
        assert_eq!(ground.asked(), ["ana", "ben"]);
        ground.admission(1_200).await;
        assert_eq!(ground.asked(), ["ana", "ben"]);
        let audit = ground.operator.approval_requests.audit(&saga).await.expect("the store answers");
        let sent: Vec<(&str, AuditAction)> = audit.iter().map(|line| (line.who.as_str(), line.action)).collect();
        assert_eq!(sent, [("ana", AuditAction::Sent), ("ben", AuditAction::Sent)]);
    });
}

/// L1: a question that nobody answers in time is asked again, with other links, and all approvers get one at once.
#[test]
fn a_question_whose_time_is_over_is_asked_again() {
    perform(watched(Mode::Ask), async |ground: &Ground| {
        let saga = proposed(ground).await;
        let question =
            async || ground.operator.approval_requests.question(&saga, GO).await.unwrap_or(None).expect("it was asked");
        ground.admission(3_500).await;
        let first = question().await;
        ground.admission(240).await;
        let again = question().await;
        assert_eq!((first.round, again.round, &again.state), (0, 1, &RequestState::Open));
        assert!(again.expires_at > first.expires_at);
        assert!(again.links.iter().all(|link| first.links.iter().all(|old| old.token != link.token)));
        assert_eq!(ground.asked(), ["ana", "ben", "ana", "ben"]);
        let status = ground.answers(&saga, "ana", true, true).await;
        assert_eq!(status, Ok(RequestStatus::Approved));
    });
}

/// S23: the link is only in the message, and its hash is in the record. Nothing else of it is stored anywhere.
#[test]
fn the_link_is_only_in_its_message() {
    perform(watched(Mode::Ask), async |ground: &Ground| {
        let saga = proposed(ground).await;
        let mail = ground.stack.mail().into_iter().find(|mail| mail.attributes.contains_key("approver"));
        let text = mail.expect("ana was asked").text;
        let token = text.split_once("/approve/").and_then(|(_, rest)| rest.split_whitespace().next()).expect("a link");
        let ask = ground.operator.approval_requests.question(&saga, GO).await.unwrap_or(None).expect("it was asked");
        let secret = secrecy::SecretString::from(token.to_owned());
        assert_eq!(ask.links[0].token, engine::approvals::token::hash(&secret));
        let kept = ground.stack.kept();
        assert!(kept.contains(&ask.links[0].token) && !kept.contains(token));
    });
}
