//! The webhooks of a stack on one machine: each source has one, and all have one secret.

use failover::signal::Reading;
use secrecy::SecretString;
use signals::{Alarm, Arrival, Door, Gates, SOURCES};

/// The secret of every webhook of a rehearsal; the samples in `events` show it.
pub const WEBHOOK_SECRET: &str = "the-secret-of-every-webhook-on-one-machine";

/// The alarms of a rehearsal that count, by the beginning of their names.
pub const ALARMS: &str = "payments-*";

/// The webhooks of a rehearsal.
pub fn gates() -> Gates {
    let called = SOURCES.iter().copied().filter(|source| matches!(source.arrival(), Arrival::Webhook { .. }));
    let door = |source| Door { source, secret: SecretString::from(WEBHOOK_SECRET.to_owned()) };
    let alarm = Alarm { name: ALARMS.to_owned(), side: None, reading: Reading::Down };
    Gates { doors: called.map(door).collect(), alarms: vec![alarm] }
}
