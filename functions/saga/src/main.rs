//! Boots the saga function. `lib.rs` has its work.

use engine::Deps;
use engine::runner::Driven;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use runtime::metrics::{Beat, heartbeat};
use saga_function::{Event, handle, metrics};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::telemetry::begin(runtime::telemetry::LogFormat::Json);
    // The returned error is shown in its debug form. The log says what to do.
    let booted = runtime::deployed::deps().await.inspect_err(|e| tracing::error!(code = "NOT-BOOTED", "{e}"));
    let (deps, owner) = (&booted?, &runtime::deployed::owner());
    run(service_fn(async |event: LambdaEvent<Event>| {
        let owner = format!("{owner}/{}", event.context.request_id);
        let ticks = event.payload.is_tick();
        let answer = handle(deps, &owner, event.payload)
            .await
            .inspect_err(|stopped| tracing::error!(code = "RUNNER-STOPPED", "{stopped}"))?;
        measure(deps, &answer, ticks).await;
        Ok::<Driven, Error>(answer)
    }))
    .await
}

/// Writes the metrics of a good run. The run stays good if they cannot be read.
async fn measure(deps: &Deps, answer: &Driven, ticks: bool) {
    let (now, pair) = (deps.clock.now(), deps.pair.name.as_str());
    runtime::metrics::tell(now, pair, &metrics(deps, answer).await.unwrap_or_default());
    // A wake message proves nothing about the schedule: it may arrive while the schedule does not work.
    if ticks {
        heartbeat(now, pair, Beat::Saga);
    }
}
