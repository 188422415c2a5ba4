//! Checks answers by links: each answer counts once, for the plan and the loss that were shown.

use engine::ports::{ApprovalRequest, AuditAction, RequestState};
use failover::plan::GO;
use local::stack::PAIR;
use saga::{PlanHash, SagaId};
use tests::browser::{perform, perform_beside};
use tests::people::code;

#[test]
fn a_page_shows_what_the_answer_rests_on() {
    perform(1, async |ground| {
        let page = ground.get(&ground.token("ana")).await;
        assert_eq!(page.status, 200);
        for text in [
            "Move the work from the primary to the standby?",
            "proposed by on-call",
            "Up to 2 min of data",
            "orders",
            "You accept a risk",
            "You answer as <strong>ana</strong>",
            "No source has said anything so far",
            "2026-01-05 09:00:",
        ] {
            assert!(page.text.contains(text), "{text} is not in {}", page.text);
        }
        assert_eq!(page.whole["headers"]["cache-control"], "no-store");
    });
}

#[test]
fn an_approval_counts_once_s11() {
    perform(1, async |ground| {
        let page = ground.approve("ana").await;
        assert_eq!((page.status, page.text.contains("Approved: the failover begins")), (200, true), "{}", page.text);
        let RequestState::Answered(answer) = ground.ask().await.state else { panic!("not answered") };
        assert_eq!((answer.by.as_str(), answer.approved, answer.accepts_risk), ("ana", true, true));
        assert_eq!(answer.loss_shown_s, Some(120));
        for person in ["ana", "ben"] {
            let writes = ground.stack.writes();
            let again = ground.answer(&ground.token(person), PAIR, &code(person), "decline").await;
            assert_eq!((again.status, again.text.contains("It was approved already")), (410, true));
            assert_eq!(ground.stack.writes(), writes, "nothing is written for it");
        }
        assert!(ground.audit().await.iter().any(|line| line.action == AuditAction::Approved && line.who == "ana"));
    });
}

#[test]
fn an_approval_that_was_used_begins_the_saga_and_is_over() {
    perform_beside(1, async |ground| {
        let token = ground.token("ana");
        ground.approve("ana").await;
        while !matches!(ground.ask().await.state, RequestState::Used(_)) {
            ground.admission(1).await;
        }
        let replayed = ground.answer(&token, PAIR, &code("ana"), "approve").await;
        assert_eq!((replayed.status, replayed.text.contains("It was approved already")), (410, true));
    });
}

#[test]
fn a_no_holds() {
    perform(2, async |ground| {
        ground.approve("ben").await;
        let page = ground.answer(&ground.token("ana"), PAIR, &code("ana"), "decline").await;
        assert_eq!((page.status, page.text.contains("Declined: nothing is started")), (200, true));
        let RequestState::Answered(answer) = ground.ask().await.state else { panic!("not answered") };
        assert_eq!((answer.by.as_str(), answer.approved, answer.accepts_risk), ("ana", false, false));
        let late = ground.approve("cem").await;
        assert_eq!((late.status, late.text.contains("It was declined already")), (410, true));
    });
}

#[test]
fn two_people_are_two_different_people() {
    perform(2, async |ground| {
        let first = ground.approve("ana").await;
        assert!(first.text.contains("one more person must say yes"), "{}", first.text);
        let shown = ground.get(&ground.token("ben")).await;
        assert!(shown.text.contains("<strong>ana</strong> has, at"), "{}", shown.text);
        let twice = ground.approve("ana").await;
        assert_eq!((twice.status, twice.text.contains("You have said yes already")), (409, true));
        assert_eq!(ground.ask().await.state, RequestState::Open);
        let second = ground.approve("ben").await;
        assert!(second.text.contains("Approved: the failover begins"), "{}", second.text);
    });
}

#[test]
fn after_its_time_a_link_answers_nothing() {
    perform(1, async |ground| {
        let token = ground.token("ana");
        ground.admission(3_600 + 60).await;
        let late = ground.answer(&token, PAIR, &code("ana"), "approve").await;
        assert_eq!((late.status, late.text.contains("This link has expired")), (410, true));
        ground.reconcile().await;
        let old = ground.answer(&token, PAIR, &code("ana"), "approve").await;
        assert_eq!((old.status, old.text.contains("This link has expired")), (410, true));
        assert_eq!(ground.ask().await.state, RequestState::Open);
        assert_ne!(ground.token("ana"), token);
        assert_eq!(ground.approve("ana").await.status, 200);
    });
}

#[test]
fn a_link_is_for_its_plan() {
    perform(1, async |ground| {
        let token = ground.token("ana");
        let ask = ground.ask().await;
        let other = ApprovalRequest { plan: PlanHash::of(b"another plan"), revision: ask.revision + 1, ..ask };
        ground.operator.approval_requests.put_question(&other).await.unwrap();
        let page = ground.answer(&token, PAIR, &code("ana"), "approve").await;
        assert_eq!((page.status, page.text.contains("It is about another plan now")), (409, true));
        assert_eq!(ground.ask().await.state, RequestState::Open);
    });
}

#[test]
fn a_worse_loss_is_asked_about_again() {
    perform(1, async |ground| {
        let (token, of_ben) = (ground.token("ana"), ground.token("ben"));
        ground.synced("2026-01-05T07:50:00Z").await;
        let page = ground.answer(&token, PAIR, &code("ana"), "approve").await;
        assert_eq!((page.status, page.text.contains("More data would be lost now")), (409, true), "{}", page.text);
        assert!(page.text.contains("up to 2 min of data") && page.text.contains("up to 10 min of data"));
        let ask = ground.ask().await;
        assert_eq!((ask.state.clone(), ask.round, ask.loss_s), (RequestState::Open, 1, Some(600)));
        let other = ground.answer(&of_ben, PAIR, &code("ben"), "approve").await;
        assert_eq!((other.status, other.text.contains("More data would be lost now")), (409, true));
        ground.reconcile().await;
        let shown = ground.get(&ground.token("ana")).await;
        assert!(shown.text.contains("Up to 10 min of data") && shown.text.contains("asked again"));
        assert_eq!(ground.approve("ana").await.status, 200);
    });
}

#[test]
fn a_loss_that_only_time_makes_larger_is_the_one_that_was_shown() {
    perform(1, async |ground| {
        ground.admission(1_800).await;
        assert_eq!(ground.approve("ana").await.status, 200);
    });
}

#[test]
fn a_message_of_the_topic_answers_too() {
    perform(1, async |ground| {
        let message = |code: &str| {
            let text = serde_json::json!({ "token": ground.token("ana"), "pair": PAIR, "code": code, "approve": true });
            serde_json::json!({ "Records": [{ "Sns": { "Message": text.to_string() } }] })
        };
        let refused = ground.stack.request("ApprovalFunction", message("wrong")).await.unwrap();
        assert_eq!(refused["taken"], 0);
        let taken = ground.stack.request("ApprovalFunction", message(&code("ana"))).await.unwrap();
        assert_eq!(taken["taken"], 1);
        assert!(matches!(ground.ask().await.state, RequestState::Answered(_)));
        assert!(ground.stack.request("ApprovalFunction", serde_json::json!({})).await.is_err());
    });
}

#[test]
fn no_token_code_or_key_is_written_down_or_shown_s23() {
    perform(2, async |ground| {
        let mut pages = Vec::new();
        let tokens = ["ana", "ben", "cem"].map(|person| ground.token(person));
        for token in &tokens {
            pages.push(ground.get(token).await);
        }
        pages.push(ground.answer(&tokens[0], PAIR, "a wrong code", "approve").await);
        pages.push(ground.approve("ana").await);
        pages.push(ground.approve("ana").await);
        pages.push(ground.approve("ben").await);
        pages.push(ground.get(&tokens[2]).await);
        let SagaId(saga) = &ground.saga;
        let record = ground.stack.items(&format!("SAGA#{saga}")) + &ground.stack.items(&format!("PAIR#{PAIR}"));
        assert!(record.contains(GO) && record.contains("approved"), "{record}");
        let shown: String = pages.iter().map(|page| page.whole.to_string()).collect();
        for place in [&record, &shown] {
            secret_free(place, &tokens);
        }
    });
}

fn secret_free(place: &str, tokens: &[String]) {
    let codes = ["ana", "ben", "cem"].map(code);
    let parts = tokens.iter().flat_map(|token| token.rsplit('.').take(2));
    let secrets = parts.chain(codes.iter().map(String::as_str)).chain(["a wrong code", tests::question::KEY]);
    for secret in secrets {
        assert!(!place.contains(secret), "{secret} stands in {place}");
    }
}
