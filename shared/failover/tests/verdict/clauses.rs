//! Tests of single clauses: when the trouble began, since when each origin says so, and the words for it.

use failover::Side;
use failover::signal::{Origin, Reading, Track};
use failover::verdict::{
    AutomationPause, CoolDown, Decision, Evidence, Level, Mode, PairSituation, Reason, Verdict, WatchPolicy, sentences,
};
use saga::SagaId;

use crate::ground::{at, judged, policy, second, signal, track, tracks};

fn on(tracks: &[Track], minute: i64) -> Verdict {
    judged(tracks, minute, &policy(), &PairSituation::default())
}

#[test]
fn the_clocks_begin_with_the_first_signal_of_the_trouble_that_goes_on_r16() {
    let probe = track(
        Origin::Probe,
        180,
        &[(0, Reading::Down), (1, Reading::Healthy), (4, Reading::Degraded), (6, Reading::Down), (8, Reading::Down)],
    );
    let canary = track(Origin::Workload, 600, &[(3, Reading::Healthy), (5, Reading::Down)]);
    let verdict = on(&[probe.clone(), canary.clone()], 9);
    assert_eq!(verdict.noticed_at, Some(at(4)));
    assert_eq!(verdict.down_since, Some(at(5)));
    assert_eq!(verdict.origins.iter().map(|a| a.bad_since).collect::<Vec<_>>(), [Some(at(4)), Some(at(5))]);
    assert_eq!(verdict.reasons, [Reason::Fires { since: at(7), origins: 2 }]);
    let well = on(&[track(Origin::Probe, 180, &[(8, Reading::Healthy)])], 9);
    assert_eq!((well.noticed_at, well.down_since, well.origins[0].bad_since), (None, None, None));
    let expired = on(&[probe, canary], 30);
    assert_eq!((expired.noticed_at, expired.down_since), (None, None), "nobody says so any more");
}

#[test]
fn evidence_tells_since_when_it_has_read_so_without_a_gap() {
    let since = |looks: &[(i64, Reading)], now: i64| {
        let Evidence { reading, since, .. } =
            on(&[track(Origin::Probe, 180, looks)], now).origins[0].evidence[0].clone();
        (reading, since)
    };
    let down = Reading::Down;
    assert_eq!(since(&[(1, Reading::Healthy), (2, down), (4, down)], 5), (down, at(2)));
    assert_eq!(since(&[(0, down), (3, down)], 5), (down, at(0)), "the next came in time");
    assert_eq!(since(&[(0, down), (4, down), (5, down)], 6), (down, at(4)), "nobody knew in between");
    assert_eq!(since(&[(0, down), (2, down)], 20), (Reading::Unknown, at(2)), "the last look");
    assert_eq!(since(&[(0, Reading::Unknown), (2, down)], 20), (Reading::Unknown, at(2)), "what was unknown was read");
    assert_eq!(
        since(&[(2, Reading::Healthy), (9, down)], 3),
        (Reading::Healthy, at(2)),
        "what comes later is not known"
    );
}

#[test]
fn what_reads_worst_speaks_for_its_origin_and_stands_first() {
    let hear = |subject: &str, reading| signal(Origin::Probe, subject, at(0), reading, 600);
    let said =
        [hear("a", Reading::Unknown), hear("b", Reading::Healthy), hear("d", Reading::Down), hear("c", Reading::Down)];
    let mut heard = tracks(&said);
    heard.reverse();
    let verdict = on(&heard, 1);
    assert_eq!(verdict.origins[0].reading, Reading::Down);
    let order: Vec<&str> = verdict.origins[0].evidence.iter().map(|evidence| evidence.subject.as_str()).collect();
    assert_eq!(order, ["c", "d", "b", "a"]);
    assert_eq!(verdict.reasons, [Reason::TooFew { have: 1, need: 2 }], "many of one kind are one origin");
    let quiet = on(&tracks(&said[..2]), 1);
    assert_eq!(quiet.level, Level::Calm, "that one is unknown does not make the other so");
}

/// S25: a verdict is as large with thousands of witnesses as with a few.
#[test]
fn of_thousands_of_witnesses_a_few_are_kept_and_the_rest_is_counted() {
    let said: Vec<_> = (0..2_000)
        .map(|number| {
            let reading = if number < 1_500 { Reading::Down } else { Reading::Healthy };
            signal(Origin::Monitoring, &format!("host-{number:04}"), at(0), reading, 600)
        })
        .collect();
    let verdict = on(&tracks(&said), 1);
    let kept = &verdict.origins[0];
    assert_eq!((kept.evidence.len(), kept.more, kept.more_bad), (8, 1_992, 1_492));
    assert!(kept.evidence.iter().all(|evidence| evidence.reading == Reading::Down), "the worst are kept");
    assert!(serde_json::to_vec(&verdict).unwrap().len() < 8_000);
    let told = sentences(&verdict).join("\n");
    assert!(told.contains("and 1498 more"), "{told}");
}

#[test]
fn it_is_over_when_everything_was_healthy_for_long_enough_and_may_fire_again() {
    let both = |looks: &[(i64, Reading)]| [Origin::Probe, Origin::Workload].map(|origin| track(origin, 180, looks));
    let looks = [
        (0, Reading::Down),
        (2, Reading::Down),
        (3, Reading::Healthy),
        (5, Reading::Healthy),
        (7, Reading::Down),
        (9, Reading::Down),
    ];
    let level = |minute| on(&both(&looks[..]), minute).level;
    assert_eq!([1, 2, 5, 6].map(level), [Level::Suspected, Level::Alarmed, Level::Alarmed, Level::Calm]);
    let again = on(&both(&looks), 10);
    assert_eq!(again.reasons, [Reason::Fires { since: at(9), origins: 2 }]);
}

#[test]
fn a_track_forgets_by_whole_minutes_in_any_order() {
    let look = |at_s: i64, reading| Track::of(&signal(Origin::Probe, "it", second(at_s), reading, 180));
    // The window of the last reading begins within the minute of the two before.
    let (earlier, first) = (look(0, Reading::Healthy), look(70, Reading::Degraded));
    let (second_look, last) = (look(110, Reading::Down), look(90 + Track::KEPT_S, Reading::Healthy));
    let one = earlier.merge(&first).merge(&last).merge(&second_look);
    let other = earlier.merge(&second_look).merge(&last).merge(&first);
    assert_eq!(one, other);
    assert_eq!(
        one.looks.iter().map(|look| look.reading).collect::<Vec<_>>(),
        [Reading::Healthy, Reading::Down, Reading::Healthy]
    );
}

#[test]
fn every_reason_has_words() {
    let saga = SagaId("payments-1".to_owned());
    let words = |reason: Reason| {
        let verdict = Verdict {
            at: at(0),
            side: Side::Primary,
            level: Level::Alarmed,
            decision: Decision::Nothing,
            reasons: vec![reason],
            noticed_at: None,
            down_since: None,
            origins: Vec::new(),
            other_side: Vec::new(),
        };
        sentences(&verdict).remove(1)
    };
    let freeze = AutomationPause { by: "ana".into(), why: "a migration".into(), at: at(0) };
    let cool_down = CoolDown { saga: saga.clone(), until: at(60), acknowledged_by: None };
    let named = [
        (Reason::NothingKnown, "neither healthy nor down"),
        (Reason::NoneBad, "no origin speaks against it"),
        (Reason::TooFew { have: 1, need: 2 }, "1 of the 2 origins"),
        (Reason::NoneDown, "nobody down"),
        (Reason::NotLongEnough { since: at(1), need_s: 300 }, "300 s are needed"),
        (Reason::NotOver { since: at(1), clear_s: 900 }, "healthy for 900 s"),
        (Reason::Fires { since: at(1), origins: 3 }, "3 origins agree"),
        (Reason::Frozen(freeze), "ana froze the pair"),
        (Reason::SagaUnderWay { saga }, "saga payments-1 is under way"),
        (Reason::CoolingDown(cool_down), "cool-down after saga payments-1"),
        (Reason::WatchOnly, "the policy is to watch"),
        (Reason::OtherSideToo { side: Side::Standby, reading: Reading::Degraded }, "the standby is not well either"),
    ];
    for (reason, words_of_it) in named {
        let told = words(reason.clone());
        assert!(told.contains(words_of_it), "{reason:?}: {told}");
    }
}

#[test]
fn the_first_sentence_says_what_is_and_what_is_done() {
    let lost = [Origin::Probe, Origin::Workload].map(|origin| track(origin, 600, &[(0, Reading::Down)]));
    let first = |tracks: &[Track], mode: Mode| {
        let policy = WatchPolicy { mode, ..policy() };
        sentences(&judged(tracks, 5, &policy, &PairSituation::default())).remove(0)
    };
    assert_eq!(first(&[], Mode::Ask), "nothing is known of the primary: nothing is proposed");
    let well = [track(Origin::Probe, 600, &[(0, Reading::Healthy)])];
    assert_eq!(first(&well, Mode::Ask), "the primary is well: nothing is proposed");
    assert_eq!(first(&lost[..1], Mode::Ask), "the primary is suspected: nothing is proposed");
    assert_eq!(first(&lost, Mode::Watch), "the primary is taken for lost: people are told");
    assert_eq!(first(&lost, Mode::Ask), "the primary is taken for lost: a failover is proposed");
    assert!(first(&lost, Mode::FenceThenAsk).ends_with("the side is fenced, and a failover is proposed"));
    assert!(first(&lost, crate::ground::api_calls()).ends_with("begins unless somebody says no"));
    let lines = sentences(&on(&lost, 5));
    assert_eq!(lines[2], "our probe reads down since 08:00:00 (it): it reads down");
    let many = ["a", "b", "c", "d"].map(|subject| signal(Origin::Probe, subject, at(0), Reading::Down, 600));
    let lines = sentences(&on(&tracks(&many), 5));
    assert_eq!(lines[2], "our probe reads down since 08:00:00 (a, b and 2 more): a reads down");
}
