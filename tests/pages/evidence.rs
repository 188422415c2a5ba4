//! Writes the evidence of rehearsed sagas to files, for a test in a browser: a small one with every declaration, and
//! one with some thousand steps.
//!
//! Usage: evidence_pages FOLDER. Prints one line of JSON that names the files.

#![allow(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

use std::path::Path;

use engine::evidence::question;
use failover::evidence::{Facts, Objectives, Record, verify};
use local::rehearsal::Rehearsal;
use local::rehearsal::scenarios::Scenario;
use serde_json::json;

/// The scenarios, with their number of resources.
const PAGES: [(&str, Option<usize>); 2] = [("everything", None), ("planned", Some(600))];

fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let evidence_renderer = runtime::boot::evidence_renderer();
    let mut files = Vec::new();
    for (scenario, resources) in PAGES {
        let record = record_of(scenario, resources);
        let page = evidence_renderer.page(&record);
        assert!(verify(page.as_bytes(), Some(&record.seal), &|record| evidence_renderer.page(record)).is_ok());
        let file = Path::new(&folder).join(format!("evidence-{scenario}.html"));
        std::fs::write(&file, page).unwrap();
        files.push(json!({ "name": scenario, "file": file, "steps": record.tables.steps.len() }));
    }
    println!("{}", json!(files));
}

fn record_of(scenario: &str, resources: Option<usize>) -> Record {
    let rehearsal = Rehearsal::of(Scenario::named(scenario).unwrap(), 1, resources).unwrap();
    let seen = rehearsal.run(&mut |_| {}).unwrap().ended.view;
    let facts = Facts {
        saga: seen.head.saga.clone(),
        pair: seen.head.pair.clone(),
        kind: seen.head.kind.clone(),
        by: seen.head.by.clone(),
        outcome: seen.state.finished().unwrap(),
        lost_at: seen.head.clocks.lost_at,
        noticed_at: seen.head.clocks.noticed_at,
        objectives: Objectives { rto_s: Some(900) },
        plan_hash: seen.head.plan.clone(),
        plan: Facts::cut(&seen.plan.freeze().unwrap().0).unwrap(),
        questions: seen.question.iter().map(question).collect(),
        audit: Vec::new(),
        verdict: vec!["the primary is taken for lost: a failover is proposed".to_owned()],
        log: seen.lines,
    };
    Record::of(facts).unwrap()
}
