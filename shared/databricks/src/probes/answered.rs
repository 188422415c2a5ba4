//! The reading of a probe whose call was answered.

use engine::ports::Probed;
use failover::signal::Reading;
use jiff::Timestamp;
use saga::Fault;

use crate::call::Call;
use crate::kinds::Api;

/// Makes one call and reports that it was answered. The measured time does not include the token that the
/// call needs.
pub(super) async fn answered(api: &Api<'_>, call: &Call) -> Result<Probed, Fault> {
    api.sign_in().await?;
    let begun = api.now();
    api.call(call).await?;
    Ok(healthy(api, begun, &format!("{} was answered", call.endpoint.name)))
}

/// A healthy reading, with the milliseconds since `begun`.
pub(super) fn healthy(api: &Api<'_>, begun: Timestamp, what: &str) -> Probed {
    let took = api.now().duration_since(begun).as_millis().max(0);
    let measured = Some(took as f64);
    Probed { reading: Reading::Healthy, measured, text: format!("{what} in {took} ms") }
}
