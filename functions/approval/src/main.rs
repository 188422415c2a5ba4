//! Boots the approval function. `lib.rs` has its work.

use approval_function::handle;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::telemetry::begin(runtime::telemetry::LogFormat::Json);
    // The returned error is shown in its debug form. The log says what to do.
    let booted = runtime::deployed::deps().await.inspect_err(|e| tracing::error!(code = "NOT-BOOTED", "{e}"));
    let deps = &booted?;
    run(service_fn(async |event: LambdaEvent<Value>| {
        handle(deps, event.payload).await.map_err(|error| {
            tracing::error!(code = "ANSWER-REFUSED", "{error}");
            Error::from(error)
        })
    }))
    .await
}
