//! Checks R50: the calls that a dry run foresees are those that are sent, and foreseeing sends nothing.

use std::collections::BTreeMap;

use engine::dry_run::{DryRun, Ends, Entry, Foreseen, dry_run};
use serde_json::Value;
use tests::calls::{Arrived, Ground, counted, perform};

/// A foreseen call in the form in which it arrives. A call to AWS is known there by its operation.
fn as_it_arrives(call: &Foreseen) -> Option<Arrived> {
    match call.place.as_str() {
        // Switchback's own records cross no simulated wire.
        "pair" => None,
        "outside" => {
            let operation = call.method.rsplit(':').next().unwrap_or_default().to_owned();
            Some(("outside".to_owned(), operation, String::new(), Value::Null))
        }
        _ => Some((call.place.clone(), call.method.clone(), call.to.clone(), call.body.clone())),
    }
}

async fn without_an_effect(ground: &Ground, plan: &saga::Plan) -> DryRun {
    let (arrived, records) = (ground.arrived(), ground.own_records().await);
    let foreseen = dry_run(&ground.operator, plan).await.expect("the plan can be dry-run");
    assert_eq!(ground.arrived(), arrived, "a dry run has sent what changes something");
    assert_eq!(ground.own_records().await, records, "a dry run has written of its own");
    foreseen
}

/// The calls that `one` has more often than `other`, with the surplus.
fn differences(one: &BTreeMap<String, i64>, other: &BTreeMap<String, i64>) -> Vec<(String, i64)> {
    let left = one.iter().map(|(call, count)| (call.clone(), count - other.get(call).copied().unwrap_or_default()));
    left.filter(|(_, count)| *count > 0).collect()
}

#[test]
fn the_list_of_a_dry_run_is_what_the_run_that_follows_sends() {
    perform(true, 120, async |ground: &Ground| {
        let drafted = ground.drafted().await;
        let foreseen = without_an_effect(ground, &drafted.plan).await;
        assert!(foreseen.stages.iter().all(|stage| stage.entry == Entry::Holds), "{:?}", foreseen.assumptions);
        assert_eq!(foreseen.steps().count(), drafted.plan.total());
        let open: Vec<_> = foreseen
            .steps()
            .filter(|step| matches!(step.ends, Ends::Blocked { .. } | Ends::NotForeseen { .. }))
            .collect();
        assert!(open.is_empty(), "{open:#?}");
        let before = ground.arrived().len();
        assert_eq!(before, 0, "nothing has changed anything yet");
        ground.run(&drafted).await;
        let told = counted(foreseen.calls().filter_map(as_it_arrives));
        let sent = counted(ground.arrived());
        let (unsent, untold) = (differences(&told, &sent), differences(&sent, &told));
        assert!(unsent.is_empty() && untold.is_empty(), "told, not sent: {unsent:#?}\nsent, not told: {untold:#?}");
        assert!(told.len() > 100, "{} calls prove little", told.len());
        // Of the chat messages only the number is compared, since their texts have counts that change.
        let words = |call: &&Foreseen| call.to.starts_with("the address in the variable");
        let told: Vec<&Value> = foreseen.calls().filter(words).map(|call| &call.body).collect();
        assert_eq!(told.len(), ground.chat().len());
        let secret = "simulated-chat-secret";
        let all = serde_json::to_string(&foreseen).expect("it is plain data");
        assert!(!all.contains(secret), "S23");
    });
}

#[test]
fn a_dry_run_reads_the_same_twice() {
    perform(true, 60, async |ground: &Ground| {
        let drafted = ground.drafted().await;
        let one = without_an_effect(ground, &drafted.plan).await;
        let other = without_an_effect(ground, &drafted.plan).await;
        let calls = |of: &DryRun| of.calls().map(|call| call.to.clone()).collect::<Vec<_>>().len();
        assert!(calls(&one) > 0 && calls(&one).abs_diff(calls(&other)) <= 3, "seconds apart, little has changed");
        let text = engine::dry_run::text(&one, failover::text::Detail::Counts);
        assert!(text.starts_with("dry run: nothing was changed"), "{text}");
        assert!(text.contains("leaving job -> fenced  (") && text.contains("at the limits that are known"), "{text}");
    });
}
