//! Checks S27: no path takes an answer without the proof that the configuration asks for, and each records its proof.

use engine::Deps;
use engine::approvals::{AnswerError, ProofError, answer, at_terminal};
use engine::ports::RequestState;
use failover::plan::GO;
use local::stack::PAIR;
use saga::Proof;
use secrecy::SecretString;
use serde_json::json;
use tests::browser::{perform, perform_beside};
use tests::people::code;
use tests::question::Ground;

/// A path by which an answer may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Path {
    Page,
    Bot,
    Terminal,
}

const PATHS: [Path; 3] = [Path::Page, Path::Bot, Path::Terminal];

impl Path {
    /// Says yes in a name with a code. Returns whether the answer was taken.
    async fn says_yes(self, ground: &Ground, name: &str, code: Option<&str>) -> bool {
        let before = ground.ask().await.given.len();
        match self {
            Path::Page => drop(ground.answer(&ground.token(name), PAIR, code.unwrap_or_default(), "approve").await),
            Path::Bot => {
                let text = json!({ "token": ground.token(name), "pair": PAIR, "code": code, "approve": true });
                let event = json!({ "Records": [{ "Sns": { "Message": text.to_string() } }] });
                drop(ground.stack.request("ApprovalFunction", event).await.unwrap());
            }
            Path::Terminal => drop(at(&ground.operator, ground, name, code).await),
        }
        ground.ask().await.given.len() > before
    }

    fn proof(self) -> Proof {
        match self {
            Path::Page | Path::Bot => Proof::LinkAndCode,
            Path::Terminal => Proof::Code,
        }
    }
}

async fn at(deps: &Deps, ground: &Ground, name: &str, code: Option<&str>) -> Result<(), AnswerError> {
    let code = code.map(|code| SecretString::from(code.to_owned()));
    let proven = at_terminal(deps, name, code.as_ref())?;
    answer(&ground.operator, &ground.saga, GO, &proven, true, true).await.map(drop)
}

#[test]
fn no_path_takes_a_yes_without_its_proof_and_each_records_it() {
    perform(3, async |ground| {
        let wrong = [None, Some(""), Some("the code of ben"), Some("THE CODE OF ANA"), Some("the code of ana ana")];
        for path in PATHS {
            // Three of these are wrong tries of the link, by two paths. The link is not locked.
            for code in wrong {
                assert!(!path.says_yes(ground, "ana", code).await, "{path:?}: {code:?}");
            }
        }
        for name in ["mallory", "", "ana and ben", "the head of the platform, by the policy act"] {
            let refused = at(&ground.operator, ground, name, Some(&code("ana"))).await;
            assert!(matches!(refused, Err(AnswerError::NotProven(ProofError::NoApprover { .. }))), "{refused:?}");
        }
        assert_eq!((ground.ask().await.state, ground.ask().await.given.len()), (RequestState::Open, 0));
        for (path, name) in PATHS.into_iter().zip(["ana", "ben", "cem"]) {
            let open = ground.ask().await.given.len();
            if path == Path::Terminal {
                assert!(at(&ground.operator, ground, name, Some(&code(name))).await.is_ok());
            } else {
                assert!(path.says_yes(ground, name, Some(&code(name))).await, "{path:?}");
                // The same person stays the same by any other path and spelling.
                let spelled = format!(" {} ", name.to_uppercase());
                let again = at(&ground.operator, ground, &spelled, Some(&code(name))).await;
                assert_eq!(again, Err(AnswerError::SamePerson(name.to_owned())));
            }
            assert_eq!(ground.ask().await.given[open].proofs, [path.proof()]);
        }
        let RequestState::Answered(answer) = ground.ask().await.state else { panic!("three people have said yes") };
        assert_eq!(answer.by, "ana and ben and cem");
        assert_eq!(answer.proofs, PATHS.map(Path::proof));
    });
}

/// A proof under another configuration counts for nothing, e.g. under one without approvers.
#[test]
fn a_proof_of_another_configuration_does_not_count() {
    perform(1, async |ground| {
        let mut without = ground.operator.clone();
        without.pair.watch.approvers.clear();
        let refused = at(&without, ground, "ana", None).await;
        assert_eq!(refused, Err(AnswerError::NotProven(ProofError::NoCode("ana".to_owned()))));
        let mut others = ground.operator.clone();
        others.pair.watch.approvers.iter_mut().for_each(|approver| approver.name = format!("{}'s twin", approver.name));
        let refused = at(&others, ground, "ana's twin", Some(&code("ana"))).await;
        assert!(matches!(refused, Err(AnswerError::NotProven(ProofError::NoApprover { .. }))), "{refused:?}");
        assert_eq!(ground.ask().await.state, RequestState::Open);
    });
}

/// No other input is a code.
#[test]
fn nothing_but_the_code_is_the_code() {
    perform(1, async |ground| {
        for number in 0..500_u32 {
            let typed = format!("{:x}", number.wrapping_mul(2_654_435_761));
            for name in ["ana", "Ben", "cem "] {
                let refused = at(&ground.operator, ground, name, Some(&typed)).await;
                assert!(matches!(refused, Err(AnswerError::NotProven(ProofError::WrongCode(_)))), "{refused:?}");
            }
        }
        assert_eq!(ground.ask().await.state, RequestState::Open);
        assert!(at(&ground.operator, ground, "cem ", Some(&code("cem"))).await.is_ok());
    });
}

/// The log of the saga has the proof of the answer that the saga has used.
#[test]
fn the_log_tells_the_proof() {
    perform_beside(1, async |ground| {
        ground.approve("ben").await;
        ground.admission(30).await;
        let view = engine::view::view(&ground.operator, Some(&ground.saga)).await.unwrap().unwrap();
        let yes = view.state.approval(GO).unwrap();
        assert_eq!((yes.by.as_str(), yes.proofs.as_slice()), ("ben", [Proof::LinkAndCode].as_slice()));
    });
}
