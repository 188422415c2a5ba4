//! Defines the webhooks of a stack on one machine: each source has one, and all share one secret.

use failover::signal::Reading;
use secrecy::SecretString;
use signals::{Alarm, Arrival, Door, Gates, SOURCES};

/// The secret of every webhook of a rehearsal. The samples in `events` carry it.
pub const WEBHOOK_SECRET: &str = "the-secret-of-every-webhook-on-one-machine";

/// Pattern for the names of the alarms that count in a rehearsal.
pub const ALARMS: &str = "payments-*";

/// The webhooks of a rehearsal.
pub fn gates() -> Gates {
    let called = SOURCES.iter().copied().filter(|source| matches!(source.arrival(), Arrival::Webhook { .. }));
    let door = |source| Door { source, secret: SecretString::from(WEBHOOK_SECRET.to_owned()) };
    let alarm = Alarm { name: ALARMS.to_owned(), side: None, reading: Reading::Down };
    Gates { doors: called.map(door).collect(), alarms: vec![alarm] }
}
