//! Checks workspaces that lack APIs, on both sides or on one: every way there and back is as open as with all of them
//! (R45). If an API is gone that a workspace is known to have, the pair does not take it for lacking (S32).

use failover::{Operation, Side};
use local::rehearsal::script::{EstateKind, Leg, LegEnd, ScriptFault, What};
use local::rehearsal::{RehearsalResult, scenarios::Scenario};
use tests::story::{in_memory, is_content};

use crate::journeys::residue;

/// The API families of eight kinds.
const LACKED: [&str; 9] =
    ["pipelines", "apps", "alerts", "serving", "dashboards", "dashboard_schedules", "search", "databases", "postgres"];

fn lacks(side: Side, family: &str, from: i64) -> ScriptFault {
    ScriptFault { side, from, until: None, only: Some(family.to_owned()), what: What::Missing }
}

fn leg(at: i64, order: Operation) -> Leg {
    let template = Scenario::named("drill-full").unwrap().script().unwrap().leg.remove(0);
    Leg { at, order, lesson: (order != Operation::Promotion).then(|| "nothing".to_owned()), ..template }
}

fn travel(sides: &[Side], legs: Vec<Leg>, later: Vec<ScriptFault>) -> RehearsalResult {
    let mut rehearsal = in_memory("there-and-back", 1, None);
    rehearsal.script.declared = runtime::config::Declared::default();
    rehearsal.script.estate = EstateKind::Plain;
    rehearsal.script.fault = sides.iter().flat_map(|side| LACKED.map(|family| lacks(*side, family, 0))).collect();
    rehearsal.script.fault.extend(later);
    rehearsal.script.leg = legs;
    rehearsal.run(&mut |_| {}).unwrap()
}

const WHERE: [&[Side]; 3] = [&[Side::Primary, Side::Standby], &[Side::Primary], &[Side::Standby]];

/// The unplanned way out reads the leaving side's resources from the record, and the planned one from the side itself.
#[test]
fn there_back_and_promoted_r45() {
    for (sides, planned) in WHERE.into_iter().flat_map(|sides| [(sides, true), (sides, false)]) {
        let out = |at| Leg { planned, ..leg(at, Operation::Failover) };
        let home = leg(5_000, Operation::Failback);
        let promotes = Leg { planned, ..leg(15_000, Operation::Promotion) };
        let told = travel(sides, vec![out(1_000), home, out(10_000), promotes], Vec::new());
        let ends: Vec<_> = told.ended.legs.iter().map(|leg| leg.end).collect();
        assert_eq!(ends, ["completed"; 4], "{sides:?}, planned {planned}: {}", told.story);
        assert_eq!(told.ended.view.pair.active, Side::Primary);
        assert_eq!(told.report.auditor.processed_after_done, 0);
        assert!(told.ended.rounds.is_empty(), "the guard found nothing to fence");
    }
}

#[test]
fn there_and_back_leaves_nothing_behind_r45() {
    for sides in WHERE {
        let told = travel(sides, vec![leg(1_000, Operation::Failover), leg(5_000, Operation::Failback)], Vec::new());
        is_content(&told);
        assert_eq!(residue(&told), Vec::<&String>::new(), "{sides:?}");
    }
}

#[test]
fn every_kind_of_drill_is_held_r45() {
    for sides in WHERE {
        let dry = Leg { dry: true, ..leg(1_000, Operation::Drill) };
        let told =
            travel(sides, vec![dry, leg(2_000, Operation::StandbyDrill), leg(4_000, Operation::Drill)], Vec::new());
        let ends: Vec<_> = told.ended.legs.iter().map(|leg| leg.end).collect();
        // These are the drill on the standby alone, and the way out and the way back of the full one.
        assert_eq!(ends, ["completed"; 3], "{sides:?}: {}", told.story);
        assert_eq!((told.report.outcome.as_str(), residue(&told)), ("completed", Vec::<&String>::new()), "{sides:?}");
    }
}

/// The primary is known to have warehouses. After the work has left it, it says that it has none. That is not believed,
/// since nobody could see which warehouses are on.
#[test]
fn an_api_that_is_gone_since_is_not_believed_to_be_lacked_s32() {
    let home = Leg { ends: LegEnd::Refused, ..leg(5_000, Operation::Failback) };
    let gone = lacks(Side::Primary, "warehouses", 4_000);
    let told = travel(WHERE[0], vec![leg(1_000, Operation::Failover), home], vec![gone]);
    assert_eq!(told.report.outcome, "refused", "{}", told.story);
    assert!(told.story.contains("it does not show all of itself (sql_warehouse: UNSUPPORTED-HERE"), "{}", told.story);
}

/// The standby is known to have warehouses. While it says that it has none, it is not proved to be ready.
#[test]
fn a_side_is_not_proved_ready_by_an_api_that_is_gone_s32() {
    let legs = || vec![leg(1_000, Operation::Failover), leg(5_000, Operation::Failback)];
    let ready = |told: &RehearsalResult, stage_alone: bool| {
        let view = &told.ended.legs[1].view;
        let index = view.plan.stages.iter().position(|stage| stage.name == failover::plan::stage::READY).unwrap();
        let at = if stage_alone { view.state.entered_at(index) } else { view.state.stage_steps(index)[0].last_try };
        at.unwrap().as_second() - local::rehearsal::script::BEGINS.parse::<jiff::Timestamp>().unwrap().as_second()
    };
    let entered = ready(&travel(&[], legs(), Vec::new()), true);
    let over = entered + 1_800;
    let gone = ScriptFault { until: Some(over), ..lacks(Side::Standby, "warehouses", entered) };
    let told = travel(&[], legs(), vec![gone]);
    assert_eq!(told.report.outcome, "completed", "{}", told.story);
    assert!(ready(&told, true) <= over && ready(&told, false) >= over, "{}", told.story);
}
