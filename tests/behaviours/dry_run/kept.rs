//! Checks S23 over a whole run: from its checkpoint to its evidence no stored or sent text has a secret.

use tests::calls::{Ground, perform};

/// The secrets that the simulated workspaces, cloud and chat know, and the prefix of every token that a sign-in gave.
const SECRETS: [&str; 6] = [
    sim::CLIENT_SECRET,
    sim::WORK_CLIENT_SECRET,
    sim::PRIMARY_TOKEN,
    sim::STANDBY_TOKEN,
    "simulated-chat-secret",
    "simulated-bearer-",
];

#[test]
fn nothing_that_is_kept_of_a_run_holds_a_secret_s23() {
    perform(true, 60, async |ground: &Ground| {
        let drafted = ground.drafted().await;
        ground.run(&drafted).await;
        assert!(!ground.chat().is_empty(), "the secret address was used");
        let kept = ground.kept();
        let saga = &drafted.plan.saga;
        for part in [format!("SAGA#{saga}"), format!("sagas/{saga}/plan.json"), format!("sagas/{saga}/evidence-")] {
            assert!(kept.contains(&part), "{part} is not among what was looked through");
        }
        for secret in SECRETS {
            assert!(!kept.contains(secret), "{secret} is kept");
        }
    });
}
