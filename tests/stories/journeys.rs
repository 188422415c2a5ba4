//! Checks journeys: there and back, promotion, turning back. Each journey has its golden story, and afterwards the
//! pair is as it must be, field by field.

use local::rehearsal::RehearsalResult;
use tests::story::{golden, in_memory, is_content};

fn rehearse(name: &str, resources: Option<usize>, rounds: usize) -> RehearsalResult {
    let mut rehearsal = in_memory(name, 1, resources);
    let legs = rehearsal.script.leg.clone();
    for round in 1..rounds {
        let later = |leg: &local::rehearsal::script::Leg| {
            let mut leg = leg.clone();
            leg.at += 12_000 * i64::try_from(round).unwrap();
            leg
        };
        rehearsal.script.leg.extend(legs.iter().map(later));
    }
    rehearsal.run(&mut |_| {}).unwrap()
}

/// S5, S8, S10, S15: checks a story, and the auditor's observations of both workspaces.
fn check(name: &str, story: &str) -> RehearsalResult {
    let told = golden(name, story);
    is_content(&told);
    told
}

/// Whether a difference comes from use or from a pin. Work starts compute or leaves it running. A fence pins the
/// clusters that it stops, so that none is lost for good after thirty days, and the pin stays.
fn is_use_or_a_pin(difference: &str) -> bool {
    let use_of_compute = (difference.contains(" clusters ") || difference.contains("cluster "))
        || (difference.contains(" warehouses ") || difference.contains("warehouse "));
    (use_of_compute && difference.contains(" /state: ")) || difference.contains(" /pinned: false -> true")
}

/// The differences at the end that a journey may not leave behind.
pub(crate) fn residue(told: &RehearsalResult) -> Vec<&String> {
    told.ended.differences.iter().filter(|difference| !is_use_or_a_pin(difference)).collect()
}

#[test]
fn there_and_back_leaves_both_workspaces_as_they_were_r40_r41() {
    let told = check("there-and-back", include_str!("../scenarios/there-and-back/story.txt"));
    assert_eq!(residue(&told), Vec::<&String>::new());
    assert!(told.ended.legs.iter().all(|leg| leg.end == "completed"));
}

/// On one estate of a thousand resources: the number of steps, settings and artifacts does not grow.
#[test]
fn three_times_there_and_back_leaves_no_residue() {
    let told = rehearse("there-and-back", Some(1_000), 3);
    is_content(&told);
    assert_eq!(told.report.outcome, "completed");
    assert_eq!(residue(&told), Vec::<&String>::new());
    // Pins and settings of the first round are there before the second, so the same fence has the same steps each time.
    let fences = |index: usize| {
        let plan = &told.ended.legs[index].view.plan;
        plan.steps().filter(|(_, step)| step.want == failover::plan::want::FENCED).count()
    };
    assert_eq!(told.ended.legs.len(), 6);
    assert_eq!([fences(0), fences(2), fences(4)], [fences(0); 3]);
    assert_eq!([fences(1), fences(3), fences(5)], [fences(1); 3]);
    let resets = |index: usize| told.ended.legs[index].view.plan.stages.iter().find(|s| s.name == "reset").unwrap();
    assert_eq!(resets(1).steps.len(), resets(5).steps.len());
}

#[test]
fn a_promotion_starts_at_once_and_waits_for_nobody_r44() {
    let told = check("promotion", include_str!("../scenarios/promotion/story.txt"));
    let pair = &told.ended.view.pair;
    let role_assignment = pair.role_assignment.as_ref().unwrap();
    assert_eq!((pair.active, told.report.outcome.as_str()), (failover::Side::Primary, "pursuing"));
    assert_ne!(role_assignment.primary, role_assignment.standby);
}

/// After a failover nothing moves any more: the roles are swapped, and the old primary is proved ready.
#[test]
fn a_promotion_after_a_failover_moves_nothing_r44() {
    let mut rehearsal = in_memory("there-and-back", 1, None);
    rehearsal.script.leg[1].order = failover::Operation::Promotion;
    rehearsal.script.leg[1].lesson = None;
    let told = rehearsal.run(&mut |_| {}).unwrap();
    is_content(&told);
    let (pair, plan) = (&told.ended.view.pair, &told.ended.view.plan);
    assert_eq!((told.report.outcome.as_str(), pair.active), ("completed", failover::Side::Primary));
    let role_assignment = pair.role_assignment.as_ref().unwrap();
    let about: failover::plan::About = failover::plan::About::of(plan).unwrap();
    assert_eq!(
        role_assignment.primary,
        about.addresses.iter().find(|a| a.side == failover::Side::Standby).unwrap().host
    );
    assert!(plan.steps().all(|(_, step)| step.place != "target"), "nothing is asked of the side that works");
}

#[test]
fn an_old_primary_that_returns_is_prepared_as_the_standby_and_work_can_go_to_it_r44() {
    let told =
        check("promotion-old-primary-returns", include_str!("../scenarios/promotion-old-primary-returns/story.txt"));
    assert_eq!(told.report.outcome, "completed");
    assert_eq!(told.ended.view.pair.active, failover::Side::Standby);
}

#[test]
fn a_failback_to_a_sick_primary_is_refused_and_changes_nothing_r40() {
    let told =
        check("failback-refused-primary-sick", include_str!("../scenarios/failback-refused-primary-sick/story.txt"));
    assert!(told.story.contains("refused: the primary is not ready to take the work back"));
    assert_eq!(residue(&told), Vec::<&String>::new());
}

#[test]
fn what_was_made_on_the_standby_is_listed_with_what_to_do_r42() {
    let told = check("new-artifacts-on-standby", include_str!("../scenarios/new-artifacts-on-standby/story.txt"));
    let left: Vec<&String> = residue(&told);
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].contains("2 jobs added"), "{left:?}");
}

#[test]
fn a_drill_on_the_standby_alone_touches_nothing_else_and_leaves_nothing_on_r50() {
    let told = check("drill-standby-only", include_str!("../scenarios/drill-standby-only/story.txt"));
    assert_eq!(residue(&told), Vec::<&String>::new());
    assert_eq!(told.ended.changing_calls[0], 0, "nothing that could change the primary went over the wire");
    assert!(told.ended.changing_calls[1] > 0);
    let pair = &told.ended.view.pair;
    assert_eq!(
        (pair.active, pair.frozen, &pair.guard, &pair.cool_down),
        (failover::Side::Primary, false, &None, &None)
    );
}

#[test]
fn a_full_drill_goes_out_stays_and_comes_home_by_itself_r50() {
    let told = check("drill-full", include_str!("../scenarios/drill-full/story.txt"));
    assert_eq!(residue(&told), Vec::<&String>::new());
    let [out, back] = &told.ended.legs[..] else { panic!("two sagas") };
    assert_eq!([out.view.plan.kind.as_str(), back.view.plan.kind.as_str()], ["drill", "failback"]);
    assert!(back.view.question.is_none(), "the way back is approved with the drill");
    let arrived = out.view.head.clocks.validated_at.unwrap();
    let stayed = back.view.plan.made_at.duration_since(arrived);
    assert!(stayed.as_mins() >= 30 && stayed.as_mins() <= 32, "{stayed}");
    let pair = &told.ended.view.pair;
    assert_eq!((pair.active, pair.frozen, &pair.drill), (failover::Side::Primary, false, &None));
}

#[test]
fn an_outcome_alarm_turns_a_full_drill_back_r50() {
    let told = check("drill-outcome-alarm", include_str!("../scenarios/drill-outcome-alarm/story.txt"));
    assert_eq!(residue(&told), Vec::<&String>::new());
    let [out, back] = &told.ended.legs[..] else { panic!("two sagas") };
    assert_eq!([out.end, back.end], ["aborted", "completed"]);
    assert_eq!(told.report.outcome, "turned-back");
}

/// The alarm is about the primary, which the work returns to. It does not keep the work away.
#[test]
fn an_outcome_alarm_during_the_stay_ends_the_stay_r50() {
    let mut rehearsal = in_memory("drill-outcome-alarm", 1, Some(40));
    rehearsal.script.leg[0].alarm.as_mut().unwrap().at = 2_400;
    rehearsal.script.leg[0].stay = 36_000;
    let told = rehearsal.run(&mut |_| {}).unwrap();
    is_content(&told);
    let [out, back] = &told.ended.legs[..] else { panic!("two sagas") };
    assert_eq!([out.end, back.end], ["completed", "completed"]);
    assert_eq!(told.report.outcome, "turned-back");
    assert_eq!(residue(&told), Vec::<&String>::new());
}

#[test]
fn a_dry_run_changes_nothing_and_is_kept_r50() {
    let told = check("drill-dry-run", include_str!("../scenarios/drill-dry-run/story.txt"));
    assert!(told.story.contains("91 looks, and 0 calls that could change something; kept as drills/rehearsed/"));
    assert_eq!(residue(&told), Vec::<&String>::new());
}

#[test]
fn what_is_aborted_in_the_middle_is_turned_back_by_a_saga_of_its_own() {
    let told = check("abort-mid-way", include_str!("../scenarios/abort-mid-way/story.txt"));
    assert_eq!(residue(&told), Vec::<&String>::new());
    assert_eq!(told.ended.legs[0].end, "aborted");
}
