//! Makes the two sagas of the matrix: small enough to be broken everywhere, with every kind of resource, both
//! publications and a pursuit.
//!
//! Law: each is an ordinary script for the ordinary director. Only the times are short, so that a run is mostly the
//! saga itself.

use local::rehearsal::script::{Ending, EstateKind, Loss, Script};

/// The leaving side is well and answers.
pub fn planned() -> Script {
    Script {
        title: "a planned failover of twelve resources".to_owned(),
        tells: "What is broken where is told by the matrix.".to_owned(),
        planned: true,
        resources: 12,
        estate: EstateKind::Small,
        limits_known: true,
        stale_reads: 0.0,
        captured_at: vec![10],
        loss: None,
        ordered_at: 20,
        answered_after: 5,
        fault: Vec::new(),
        deploy: Vec::new(),
        canary: None,
        watch: None,
        leg: Vec::new(),
        declared: runtime::config::Declared::default(),
        dies_every: None,
        watched_for: 300,
        ends: Ending::Completed,
    }
}

/// The leaving side is lost, and comes back while the target is being started.
pub fn lost() -> Script {
    Script {
        title: "a region that is lost and comes back half-way".to_owned(),
        planned: false,
        loss: Some(Loss { at: 15, back_at: Some(36) }),
        ..planned()
    }
}
