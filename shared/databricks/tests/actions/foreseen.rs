//! Tests for every action of both lists that foreseeing it sends no call that changes anything, and foresees
//! the call that a try then sends first.

use std::sync::Arc;

use engine::dry_run::{Ends, Outcome, Sight, action};
use engine::ports::ActionContext;
use jiff::Timestamp;
use saga::Step;

use crate::bench::{Bench, FreeAdmission, START_MS, step};
use crate::{infos, only_reads, settings, wanted};

async fn foreseen(bench: &Bench, side: failover::Side, step: &Step) -> Outcome {
    let since = Timestamp::from_millisecond(START_MS).unwrap();
    let context = ActionContext { token: "the-steps-token", tries: 0, since, now: bench.clock_now(), message: None };
    let sight = Sight::new(Arc::new(FreeAdmission::default()), &step.place);
    let effects = bench.effects();
    let outcome = action(bench.actions(&step.kind, side), step, &context, &sight).await;
    assert_eq!(bench.effects(), effects, "{}: a call was sent", step.kind);
    outcome.unwrap_or_else(|fault| panic!("{}: {fault}", step.kind))
}

#[tokio::test]
async fn the_call_of_every_action_is_foreseen() {
    for info in infos() {
        let bench = Bench::new();
        let settings = settings(&bench, info.name);
        for (want, side) in wanted(info.name, info.purpose) {
            let step = step(info.name, side, want, settings.clone());
            let outcome = foreseen(&bench, side, &step).await;
            drop(bench.sent());
            bench.attempt(&step).await.ok();
            let sent = bench.sent().into_iter().find(|sent| !sent.starts_with("GET"));
            let told = outcome.calls.first().map(|call| format!("{} {}", call.method, call.to));
            assert_eq!(told, sent, "{} {want}", info.name);
            if let Some(call) = outcome.calls.first() {
                let bodies = bench.bodies(call.to.split('?').next().unwrap());
                assert_eq!(bodies.last(), Some(&call.body), "{} {want}", info.name);
                assert_eq!((outcome.calls.len(), &outcome.ends), (1, &Ends::Assumed));
            }
            assert_eq!(outcome.calls.is_empty(), only_reads(info.name), "{} {want}", info.name);
            bench.drive(&step).await.unwrap();
        }
    }
}
