//! Checks programs that open links and press buttons: they approve nothing, and they use nothing up.

use engine::ports::{AuditAction, Link, RequestState};
use local::stack::PAIR;
use tests::browser::perform;
use tests::people::code;
use tests::question::Ground;

/// How many audit entries have this action.
async fn count(ground: &Ground, action: AuditAction) -> usize {
    ground.audit().await.iter().filter(|line| line.action == action).count()
}

#[test]
fn a_scanner_that_opens_links_uses_nothing_up_s11() {
    perform(1, async |ground| {
        let token = ground.token("ana");
        let before = ground.ask().await;
        for _ in 0..20 {
            assert_eq!(ground.get(&token).await.status, 200);
            let head = ground.request("HEAD", &token, None).await;
            assert_eq!((head.status, head.text.as_str()), (200, ""));
        }
        assert_eq!(count(ground, AuditAction::Viewed).await, 1, "one line a minute");
        ground.admission(61).await;
        ground.get(&token).await;
        assert_eq!(count(ground, AuditAction::Viewed).await, 2);
        for method in ["PUT", "DELETE", "OPTIONS", "PATCH"] {
            assert_eq!(ground.request(method, &token, None).await.status, 405);
        }
        assert_eq!(ground.ask().await, before);
        assert_eq!(ground.approve("ana").await.status, 200);
    });
}

/// The fields of a page's form, filled as on the page, as a program would send them, once for each button.
fn as_they_stand(page: &str) -> Vec<String> {
    let of = |tag: &str, name: &str| {
        tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split('"').next()).map(str::to_owned)
    };
    let tags = |kind: &str| -> Vec<String> {
        page.split(&format!("<{kind}")).skip(1).filter_map(|rest| rest.split('>').next().map(str::to_owned)).collect()
    };
    let field = |tag: &String| Some(format!("{}={}", of(tag, "name")?, of(tag, "value").unwrap_or_default()));
    let fields: Vec<String> = tags("input").iter().filter_map(field).collect();
    let buttons = tags("button").into_iter().map(|tag| field(&tag).unwrap_or_default());
    buttons.map(|button| format!("{}&{button}", fields.join("&"))).chain([String::new(), fields.join("&")]).collect()
}

#[test]
fn a_scanner_that_sends_every_form_as_it_stands_answers_nothing() {
    perform(1, async |ground| {
        let token = ground.token("ana");
        let before = ground.ask().await;
        let forms = as_they_stand(&ground.get(&token).await.text);
        assert!(forms.iter().any(|form| form == "pair=&code=&answer=approve"), "{forms:?}");
        for _ in 0..2 * Link::WRONG_AT_MOST {
            for form in &forms {
                let page = ground.request("POST", &token, Some(form)).await;
                assert_eq!((page.status, page.text.contains("role=\"alert\"")), (422, true), "{form}");
            }
        }
        assert_eq!(ground.ask().await, before, "nothing is used up, no try is counted");
        assert_eq!(ground.approve("ana").await.status, 200);
    });
}

#[test]
fn ten_wrong_tries_lock_a_link_and_the_others_are_told() {
    perform(1, async |ground| {
        let token = ground.token("ana");
        let told = ground.stack.mail().len();
        for wrong in 1..Link::WRONG_AT_MOST {
            // A wrong name counts like a wrong code. The page does not say which of the two was wrong.
            let (pair, typed) = if wrong % 2 == 0 { ("other", code("ana")) } else { (PAIR, "wrong".to_owned()) };
            let page = ground.answer(&token, pair, &typed, "approve").await;
            assert_eq!(page.status, 422);
            let left = Link::WRONG_AT_MOST - wrong;
            let says = if left == 1 { "One try is left".to_owned() } else { format!("{left} tries are left") };
            assert!(page.text.contains(&says), "{says}: {}", page.text);
        }
        let last = ground.answer(&token, PAIR, "wrong", "approve").await;
        assert_eq!((last.status, last.text.contains("This link is locked")), (403, true));
        let right = ground.answer(&token, PAIR, &code("ana"), "approve").await;
        assert_eq!((right.status, right.text.contains("This link is locked")), (403, true), "the right code is late");
        assert_eq!((count(ground, AuditAction::Refused).await, count(ground, AuditAction::Locked).await), (10, 1));
        let mail = ground.stack.mail();
        assert_eq!(mail.len(), told + 1);
        assert!(mail[told].subject.contains("locked") && mail[told].attributes["audience"] == "everybody");
        assert!(!mail[told].text.contains(&token));
        assert_eq!(ground.ask().await.state, RequestState::Open);
        assert_eq!(ground.approve("ben").await.status, 200, "everybody else's link works");
    });
}

#[test]
fn the_code_of_somebody_else_is_a_wrong_code() {
    perform(1, async |ground| {
        let page = ground.answer(&ground.token("ana"), PAIR, &code("ben"), "approve").await;
        assert_eq!((page.status, ground.ask().await.state), (422, RequestState::Open));
    });
}
