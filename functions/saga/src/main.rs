//! Boots the saga function. See `lib.rs` for what it does.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use saga_function::{Event, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    rim::telemetry::begin(rim::telemetry::LogFormat::Json);
    let (deps, owner) = (&rim::deployed::deps().await?, &rim::deployed::owner());
    run(service_fn(async |event: LambdaEvent<Event>| {
        let owner = format!("{owner}/{}", event.context.request_id);
        handle(deps, &owner, event.payload).await.map_err(|stopped| {
            tracing::error!(code = "RUNNER-STOPPED", "{stopped}");
            Error::from(stopped)
        })
    }))
    .await
}
