//! Checks S20: a function has the rights that it uses, and no more. The stack refuses every request without a right.
//! Here each function does everything that it can, so that a right which it does not use is found.

use std::collections::{BTreeMap, BTreeSet};

use engine::ports::SagaStatus;
use engine::start::start;
use failover::drill::{DrillKind, DrillPolicy};
use failover::signal::{CloudName, Reading, Watched, WatchedSide};
use failover::verdict::Mode;
use failover::{Operation, Side};
use local::stack::StoreKind;
use local::stack::requests::request;
use local::stack::rights::Right;
use saga::Outcome;
use serde_json::{Value, json};
use sim::{Fault, FaultKind};
use tests::pair::{Ground, Setup, perform};
use tests::watched::{moved, watched};

use crate::drills::timetable::weekly;

/// The same setup on the embedded store, since the SDK's requests decide which rights are needed.
fn by_sdk(setup: Setup) -> Setup {
    Setup { store: StoreKind::Embedded, ..setup }
}

type Used = BTreeMap<String, BTreeSet<Right>>;

/// Rights that are granted and that no play uses, each with the reason.
const NOT_PLAYED: &[(&str, &str)] = &[
    ("s3:ListBucket", "asked by S3 alone, to tell a missing object from a forbidden one"),
    ("health:DescribeEvents", "asked where a configuration says so; the plays have none"),
    ("actions-policy.json", "what a team declares on AWS; infra/local/tests/contract/actions calls all of it"),
];
/// Evidence is read only if the answer to its write was lost.
const READ_BACK: (&str, &str) = ("s3:GetObject", "EvidenceBucket/*");

#[test]
fn what_the_template_grants_each_function_uses() {
    let mut used = proposals();
    for other in [drills(), approvals(), signals(), sync()] {
        for (function, rights) in other {
            used.entry(function).or_default().extend(rights);
        }
    }
    let granted = perform(Setup::default(), async |ground: &Ground| ground.stack.granted().clone());
    assert_eq!(unused(&granted, &used), [""; 0]);
}

#[test]
fn a_right_that_nothing_uses_is_found_in_each_function() {
    let granted = perform(Setup::default(), async |ground: &Ground| ground.stack.granted().clone());
    assert_eq!(granted.len(), 6);
    for function in granted.keys() {
        let mut planted = granted.clone();
        planted.entry(function.clone()).or_default().insert(("s3:PutObject".to_owned(), "PlantedBucket/*".to_owned()));
        assert_eq!(unused(&planted, &granted), [format!("{function}: s3:PutObject on PlantedBucket/* is not used")]);
    }
}

fn unused(granted: &Used, used: &Used) -> Vec<String> {
    let mut found = Vec::new();
    for (function, rights) in granted {
        let of_function = used.get(function);
        for (action, resource) in rights {
            let right = (action.clone(), resource.clone());
            let explained =
                NOT_PLAYED.iter().any(|(name, _)| name == action) || (action.as_str(), resource.as_str()) == READ_BACK;
            if !explained && !of_function.is_some_and(|used| used.contains(&right)) {
                found.push(format!("{function}: {action} on {resource} is not used"));
            }
        }
    }
    found
}

/// Calls a function as its trigger does.
async fn called(ground: &Ground, function: &str) -> Value {
    ground.stack.call(function, json!({})).await.unwrap_or_else(|error| panic!("{function}: {error}"))
}

/// The function saga moves the work and brings it back. The function probe ends the saga that waits for lessons, its
/// evidence included, and proposes.
fn proposals() -> Used {
    perform(by_sdk(watched(Mode::Ask)), async |ground: &Ground| {
        ground.captured().await;
        moved(ground, Operation::Failover, Side::Primary, &|status| matches!(status, SagaStatus::Finished(_))).await;
        moved(ground, Operation::Failback, Side::Standby, &|status| status == SagaStatus::PersonNeeded).await;
        ground.admission(3_700).await;
        for _ in 0..8 {
            ground.said(Reading::Down).await;
            called(ground, "ProbeFunction").await;
            ground.admission(60).await;
        }
        let proposed = ground.pair().await.saga.expect("it fires");
        assert_eq!(ground.head(&proposed).await.kind, "failover");
        assert!(ground.asked().contains(&"ana".to_owned()), "{:?}", ground.asked());
        ground.stack.used()
    })
}

/// The function drill begins a drill, and asks for its end when its alarm rings.
fn drills() -> Used {
    let policy =
        DrillPolicy { outcome_alarms: vec!["test/probe".parse().expect("an alarm")], ..weekly(DrillKind::StandbyOnly) };
    let mut setup = watched(Mode::Watch);
    setup.watch.drills = vec![policy];
    perform(by_sdk(setup), async |ground: &Ground| {
        ground.captured().await;
        ground.said(Reading::Healthy).await;
        called(ground, "DrillFunction").await;
        let drill = ground.pair().await.saga.expect("a drill is due");
        ground.answers(&drill, "ana", true, false).await.expect("its question is open");
        while ground.head(&drill).await.status == SagaStatus::Asking {
            ground.admission(1).await;
        }
        ground.said(Reading::Down).await;
        called(ground, "DrillFunction").await;
        ground.admission(1_000).await;
        let status = ground.head(&drill).await.status;
        assert!(matches!(status, SagaStatus::Finished(Outcome::Aborted)), "{status:?}");
        called(ground, "DrillFunction").await;
        ground.stack.used()
    })
}

/// The function approval shows a page, locks a link, and takes an answer. The function saga sends the links, drives
/// until its time is up, and wakes itself.
fn approvals() -> Used {
    let mut setup = watched(Mode::Ask);
    let refused = FaultKind::Error { status: 500, probability: 1.0 };
    setup.faults = vec![Fault::new(sim::Side::Primary, 0, refused).only("/api/2.0/instance-pools/edit")];
    for approver in &mut setup.watch.approvers {
        approver.level = 0;
    }
    perform(by_sdk(setup), async |ground: &Ground| {
        ground.captured().await;
        let drafted = ground.drafted().await;
        let saga = start(&ground.operator, &ground.order(), &drafted).await.expect("a saga can be started");
        // A tick sends the links.
        ground.admission(70).await;
        let (ana, ben) = (link(ground, "ana"), link(ground, "ben"));
        let sent = async |method: &str, path: &str, body: &str| {
            let event = request(method, path, body);
            ground.stack.request("ApprovalFunction", event).await.expect("it answers")["statusCode"].clone()
        };
        assert_eq!(sent("GET", &ana, "").await, 200);
        for _ in 0..10 {
            sent("POST", &ana, "pair=rehearsal&code=wrong&answer=approve").await;
        }
        let locked = |mail: &local::stack::Mail| mail.subject.contains("an approval link is locked");
        assert!(ground.stack.mail().iter().any(locked), "everybody is told");
        assert_eq!(sent("POST", &ben, "pair=rehearsal&code=the+code+of+ben&answer=approve").await, 200);
        ground.admission(1_000).await;
        assert_eq!(ground.head(&saga).await.status, SagaStatus::Pursuing);
        ground.stack.used()
    })
}

/// The path of the newest link to a person.
fn link(ground: &Ground, person: &str) -> String {
    let mail = ground.stack.mail();
    let mine = mail.iter().rev().filter(|mail| mail.attributes.get("approver").is_some_and(|name| name == person));
    let words = mine.flat_map(|mail| mail.text.split_whitespace());
    let mut links = words.filter_map(|word| word.strip_prefix("https://approve.example"));
    links.next().unwrap_or_else(|| panic!("{person} was sent no link: {mail:?}")).to_owned()
}

/// The function signal takes an event in.
fn signals() -> Used {
    let mut setup = Setup::default();
    let side = |side, region: &str| WatchedSide {
        side,
        cloud: CloudName::Aws,
        region: region.to_owned(),
        host: String::new(),
    };
    let sides = vec![side(Side::Primary, "us-east-1"), side(Side::Standby, "us-west-2")];
    setup.watched = Watched { sides, services: ["EC2", "S3"].map(str::to_owned).to_vec() };
    perform(by_sdk(setup), async |ground: &Ground| {
        let event: Value = serde_json::from_str(include_str!("../../events/aws_health/issue-open.json")).expect("JSON");
        ground.stack.put_event(&event);
        ground.admission(5).await;
        let tracks = ground.operator.signals.tracks(&ground.operator.pair.name).await.expect("the store answers");
        assert_eq!(tracks.len(), 1, "{:?}", ground.stack.stopped());
        ground.stack.used()
    })
}

/// The function sync makes two rounds.
fn sync() -> Used {
    perform(by_sdk(Setup::default()), async |ground: &Ground| {
        for _ in 0..2 {
            called(ground, "SyncFunction").await;
            ground.admission(300).await;
        }
        ground.stack.used()
    })
}
