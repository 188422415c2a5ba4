//! Boots the probe function. `lib.rs` has its work.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use probe_function::{Post, handle, metrics};
use rim::metrics::{Beat, heartbeat};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    rim::telemetry::begin(rim::telemetry::LogFormat::Json);
    // The returned error is shown in its debug form. The log says what to do.
    let booted = rim::deployed::deps().await.inspect_err(|e| tracing::error!(code = "NOT-BOOTED", "{e}"));
    let (deps, post) = (&booted?, &Post { place: rim::deployed::place(), judges: rim::deployed::judges() });
    run(service_fn(async |_: LambdaEvent<Value>| {
        let answer = handle(deps, post).await.map_err(|error| {
            tracing::error!(code = "NOT-RECORDED", "{error}");
            Error::from(error)
        })?;
        rim::metrics::tell(deps.clock.now(), deps.pair.name.as_str(), &metrics(&answer));
        heartbeat(deps.clock.now(), deps.pair.name.as_str(), Beat::Probe);
        Ok::<Value, Error>(answer)
    }))
    .await
}
