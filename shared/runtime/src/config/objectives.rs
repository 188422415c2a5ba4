//! Reads the objectives of the team: `[objectives]`.

use failover::evidence::Objectives;
use serde::Deserialize;
use toml::Spanned;

use super::offence::Offence;

/// The objectives of the team. Each dataset has an objective of its own beside these.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ObjectivesConfig {
    /// In seconds, at least 1: from the loss, or the first signal, to the validated target.
    pub rto_seconds: Option<Spanned<i64>>,
}

pub(super) fn check(config: &ObjectivesConfig) -> Result<(), Offence> {
    match &config.rto_seconds {
        Some(seconds) if *seconds.get_ref() < 1 => {
            let message = "rto_seconds must be at least 1; leave it out where none is set".to_owned();
            Err(Offence { start: seconds.span().start, message })
        }
        Some(_) | None => Ok(()),
    }
}

pub(super) fn objectives(config: &ObjectivesConfig) -> Objectives {
    Objectives { rto_s: config.rto_seconds.as_ref().map(|seconds| *seconds.get_ref()) }
}
