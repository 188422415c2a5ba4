//! Boots the signal function. `lib.rs` has its work.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use signal_function::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::telemetry::begin(runtime::telemetry::LogFormat::Json);
    // The returned error is shown in its debug form. The log says what to do.
    let booted = runtime::deployed::deps().await.and_then(|deps| Ok((deps, runtime::deployed::gates()?)));
    let booted = booted.inspect_err(|e| tracing::error!(code = "NOT-BOOTED", "{e}"));
    let (deps, gates) = &booted?;
    run(service_fn(async |event: LambdaEvent<Value>| {
        handle(deps, gates, event.payload).await.inspect_err(|not_heard| not_heard.log()).map_err(Error::from)
    }))
    .await
}
