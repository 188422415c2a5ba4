//! Boots the saga function. See `lib.rs` for what it does.

use engine::Deps;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use rim::metrics::{Beat, heartbeat};
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
        let ticks = event.payload.is_tick();
        let answer = handle(deps, &owner, event.payload)
            .await
            .inspect_err(|stopped| tracing::error!(code = "RUNNER-STOPPED", "{stopped}"))?;
        measure(deps, &answer, ticks).await;
        Ok::<Value, Error>(answer)
    }))
    .await
}

/// A run that was good is good, whether it can be measured or not.
async fn measure(deps: &Deps, answer: &Value, ticks: bool) {
    let (now, pair) = (deps.clock.now(), deps.pair.name.as_str());
    rim::metrics::tell(now, pair, &metrics(deps, answer).await.unwrap_or_default());
    // Wake messages may arrive while the schedule does not.
    if ticks {
        heartbeat(now, pair, Beat::Saga);
    }
}
