//! Tests the text of a failover's plan, for a team that has declared an action of every purpose.

#![allow(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

use std::collections::BTreeMap;

use failover::action::{Action, ActionInfo, ActiveActive, Address, Declarations, Detail, Purpose, Reach};
use failover::plan::{DatasetSeen, stage, want};
use failover::text::{Detail as Shown, plan_text};
use failover::{
    Ask, CHECKPOINT_VERSION, Checkpoint, FailoverPolicy, FencedKind, Operation, PairName, Past, PlanningError,
    Resource, Side, Start, StartStage, Trust, move_plan,
};
use jiff::{SignedDuration, Timestamp};
use saga::{Class, Plan, SagaId};
use serde_json::{Value, json};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn resource(kind: &str, id: &str, name: &str, starts: &[(StartStage, &str)]) -> Resource {
    let start = |(stage, want): &(StartStage, &str)| Start {
        stage: *stage,
        kind: None,
        want: (*want).to_owned(),
        detail: Value::Null,
        class: Class::Idempotent,
        trust: Trust::Always,
    };
    Resource {
        kind: kind.to_owned(),
        id: id.to_owned(),
        name: name.to_owned(),
        tag: None,
        state: "RUNNING".to_owned(),
        active: !starts.is_empty(),
        starts: starts.iter().map(start).collect(),
        not_carried: None,
        findings: Vec::new(),
        can_start: Vec::new(),
        set_back: Vec::new(),
    }
}

fn side(side: Side, prefix: &str) -> Checkpoint {
    let id = |number: u8| format!("{prefix}{number}");
    let resources = vec![
        resource("job", &id(1), "load", &[(StartStage::Jobs, "runnable"), (StartStage::Schedules, "activated")]),
        resource("job", &id(2), "off on purpose", &[]),
        resource("pipeline", &id(3), "clickstream", &[(StartStage::Jobs, "updated")]),
        resource("sql_warehouse", &id(4), "shared", &[(StartStage::Compute, "running")]),
    ];
    let pair = PairName::new("payments").unwrap();
    let taken_at = at("2026-01-05T08:10:00Z");
    Checkpoint { version: CHECKPOINT_VERSION, pair, side, taken_at, resources, missing: BTreeMap::new() }
}

/// One kind of action for each purpose.
const KINDS: [ActionInfo; 8] = {
    const fn info(name: &'static str, purpose: Purpose, reach: Reach) -> ActionInfo {
        ActionInfo { name, purpose, reach, class: Class::Idempotent }
    }
    [
        info("network_policy", Purpose::Fence, Reach::External),
        info("heartbeat", Purpose::Dataset, Reach::External),
        info("jdbc_host", Purpose::Source, Reach::External),
        info("access_point", Purpose::Route, Reach::External),
        info("managed_recovery", Purpose::Recovery, Reach::External),
        info("chat", Purpose::Channel, Reach::External),
        info("parameter", Purpose::Endpoint, Reach::External),
        info("statement", Purpose::Validation, Reach::Workspace),
    ]
};

fn declarations() -> Declarations {
    let action = |info: &ActionInfo| Action {
        purpose: info.purpose,
        kind: info.name.to_owned(),
        name: format!("the {}", info.purpose.as_str()),
        settings: json!({ "value": "{{ host }}" }),
    };
    Declarations {
        actions: KINDS.iter().map(action).collect(),
        active_active: vec![ActiveActive { kind: "pipeline".to_owned(), name: "clickstream".to_owned() }],
    }
}

fn planned_with(change: impl FnOnce(&mut Declarations), target_was_left: bool) -> Result<Plan, PlanningError> {
    let (here, there) = (side(Side::Primary, "1"), side(Side::Standby, "2"));
    let policy = FailoverPolicy {
        planned: false,
        run_interrupted_again: true,
        checkpoint_age: SignedDuration::from_mins(60),
        fence_first: false,
    };
    let mut declarations = declarations();
    change(&mut declarations);
    let address =
        |side: Side| Address { side, url: format!("https://{side}.example"), host: format!("{side}.example") };
    let dataset = |purpose: Purpose, synced_at: Result<Timestamp, String>| DatasetSeen {
        purpose,
        name: format!("the {}", purpose.as_str()),
        synced_at,
        objective_s: 300,
    };
    let kind = |name: &'static str, compute: bool| FencedKind { name, compute };
    move_plan(&Ask {
        saga: SagaId("payments-1".to_owned()),
        pair: &PairName::new("payments").unwrap(),
        active: Side::Primary,
        leaving: Side::Primary,
        made_at: at("2026-01-05T08:25:00Z"),
        here: &here,
        there: &there,
        map: &[],
        kinds: &[kind("job", false), kind("pipeline", false), kind("sql_warehouse", true)],
        policy: &policy,
        lost_at: at("2026-01-05T08:22:00Z"),
        target_was_left,
        addresses: &[address(Side::Primary), address(Side::Standby)],
        declarations: &declarations,
        action_kinds: &KINDS,
        lessons: &[],
        datasets: &[
            dataset(Purpose::Dataset, Ok(at("2026-01-05T08:09:40Z"))),
            dataset(Purpose::Recovery, Err("the account does not answer".to_owned())),
        ],
        operation: Operation::Failover,
        window: None,
        approved: false,
        past: &Past::default(),
    })
}

fn wants(plan: &Plan, name: &str) -> Vec<String> {
    let stage = plan.stages.iter().find(|stage| stage.name == name);
    stage.map_or_else(Vec::new, |stage| stage.steps.iter().map(|step| step.want.clone()).collect())
}

#[test]
fn a_plan_shows_every_stage_with_its_steps_gates_exceptions_and_findings() {
    let plan = planned_with(|_| {}, false).unwrap();
    let text = plan_text(&plan, "0123456789abcdef", Shown::Full);
    assert_eq!(text, include_str!("plans/everything.txt"), "{text}");
}

#[test]
fn what_runs_on_both_sides_by_decision_is_neither_fenced_nor_started() {
    let plan = planned_with(|_| {}, false).unwrap();
    assert!(plan.steps().all(|(_, step)| step.name != "clickstream"));
    let sweeps = plan.steps().filter(|(_, step)| step.want == want::ALL_FENCED);
    assert!(sweeps.into_iter().all(|(_, step)| step.detail == json!({ "except": [["pipeline", "13"]] })));
}

#[test]
fn a_side_that_was_cut_off_is_let_in_again_before_anything_is_asked_of_it() {
    assert!(wants(&planned_with(|_| {}, false).unwrap(), stage::READMIT).is_empty());
    assert_eq!(wants(&planned_with(|_| {}, true).unwrap(), stage::READMIT), [want::LIFTED]);
}

#[test]
fn the_plan_holds_the_values_of_the_side_that_work_goes_to_and_of_the_one_that_is_cut_off() {
    let plan = planned_with(|_| {}, true).unwrap();
    let value = |kind: &str, want: &str| {
        let step = plan.steps().find(|(_, step)| step.kind == kind && step.want == want).unwrap().1;
        serde_json::from_value::<Detail>(step.detail.clone()).unwrap().settings["value"].clone()
    };
    assert_eq!(value("parameter", want::SWITCHED), "standby.example");
    assert_eq!(value("network_policy", want::CUT_OFF), "primary.example");
    assert_eq!(value("network_policy", want::LIFTED), "standby.example");
}

#[test]
fn nobody_waits_for_a_message() {
    let plan = planned_with(|_| {}, false).unwrap();
    let told: Vec<_> = plan.steps().filter(|(_, step)| step.want == want::TOLD).collect();
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|(_, step)| step.optional && step.pursue));
    assert!(plan.steps().all(|(_, step)| step.optional == (step.want == want::TOLD)));
}

#[test]
fn a_wrong_placeholder_and_an_unknown_kind_are_refused_by_name() {
    let refused = |change: fn(&mut Declarations)| planned_with(change, false).unwrap_err().to_string();
    let told = refused(|declarations| declarations.actions[6].settings = json!({ "value": "{{ hots }}" }));
    assert!(told.contains("endpoint \"the endpoint\"") && told.contains("value: undefined"), "{told}");
    let told = refused(|declarations| declarations.actions[2].kind = "oracle".to_owned());
    assert!(told.contains("source \"the source\"") && told.contains("does not know its kind"), "{told}");
}
