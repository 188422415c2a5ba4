//! Boots the probe function. `lib.rs` has its work.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use probe_function::{Answer, Post, handle, metrics};
use runtime::metrics::{Beat, heartbeat};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::telemetry::begin(runtime::telemetry::LogFormat::Json);
    // The returned error is shown in its debug form. The log says what to do.
    let booted = runtime::deployed::deps().await.inspect_err(|e| tracing::error!(code = "NOT-BOOTED", "{e}"));
    let (deps, post) = (&booted?, &Post { place: runtime::deployed::place(), judges: runtime::deployed::judges() });
    run(service_fn(async |_: LambdaEvent<Value>| {
        let answer = handle(deps, post).await.map_err(|error| {
            tracing::error!(code = "NOT-RECORDED", "{error}");
            Error::from(error)
        })?;
        runtime::metrics::tell(deps.clock.now(), deps.pair.name.as_str(), &metrics(&answer));
        heartbeat(deps.clock.now(), deps.pair.name.as_str(), Beat::Probe);
        Ok::<Answer, Error>(answer)
    }))
    .await
}
