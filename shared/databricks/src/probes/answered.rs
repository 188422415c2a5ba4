//! The reading of a probe whose call was answered.

use engine::ports::Probed;
use failover::signal::Reading;
use jiff::Timestamp;
use saga::Fault;

use crate::actions::Ground;
use crate::call::Call;

/// Makes one call and reports that it was answered. The measured time does not include the token that the
/// call needs.
pub(super) async fn answered(ground: &Ground<'_>, call: &Call) -> Result<Probed, Fault> {
    ground.client.sign_in(ground.admission).await?;
    let begun = ground.client.now();
    ground.call(call).await?;
    Ok(healthy(ground, begun, &format!("{} was answered", call.endpoint.name)))
}

/// A healthy reading, with the milliseconds since `begun`.
pub(super) fn healthy(ground: &Ground<'_>, begun: Timestamp, what: &str) -> Probed {
    let took = ground.client.now().duration_since(begun).as_millis().max(0);
    let measured = Some(took as f64);
    Probed { reading: Reading::Healthy, measured, text: format!("{what} in {took} ms") }
}
