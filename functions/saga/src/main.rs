//! Boots the saga function. See `lib.rs` for what it does.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use saga_function::{Event, handle, metrics};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    rim::telemetry::begin(rim::telemetry::LogFormat::Json);
    // What is returned is shown in its debug form; the log says what to do.
    let booted = rim::deployed::deps().await.inspect_err(|e| tracing::error!(code = "NOT-BOOTED", "{e}"));
    let (deps, owner) = (&booted?, &rim::deployed::owner());
    run(service_fn(async |event: LambdaEvent<Event>| {
        let owner = format!("{owner}/{}", event.context.request_id);
        let answer = handle(deps, &owner, event.payload)
            .await
            .inspect_err(|stopped| tracing::error!(code = "RUNNER-STOPPED", "{stopped}"))?;
        // What was driven is driven, whether it can be measured or not.
        let measured = metrics(deps, &answer).await.unwrap_or_default();
        rim::metrics::tell(deps.clock.now(), deps.pair.name.as_str(), &measured);
        Ok::<Value, Error>(answer)
    }))
    .await
}
