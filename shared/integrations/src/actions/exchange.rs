//! Sends one request and sorts its answer.

use std::time::Duration;

use engine::ports::{Access, Attempt, Ending, Wire};
use http::StatusCode;
use http::header::RETRY_AFTER;
use saga::{Code, Fault, Reaction};
use serde_json::Value;

use super::env::ActionEnv;
use crate::web::{Asked, Got};

/// The number of tries before a person is asked to help.
pub(crate) const TRIES: u32 = 4;

/// The words and codes for the faults of an exchange.
pub(crate) struct Words {
    /// The family of calls that the admission counts it in.
    pub(crate) family: &'static str,
    /// The other end, e.g. `channel "platform"`.
    pub(crate) what: String,
    /// The address that it is sent to, without anything secret (S23).
    pub(crate) to: String,
    /// The code for an answer that refuses.
    pub(crate) refused: Code,
    /// The code for no answer.
    pub(crate) silent: Code,
}

/// Sends one request. Returns a success (2xx), or a fault that says what to do.
pub(crate) async fn exchange(
    env: &ActionEnv,
    attempt: &Attempt<'_>,
    nature: Access,
    asked: Asked,
    words: &Words,
) -> Result<Got, Fault> {
    if nature == Access::Write {
        attempt.admission.announce(&|| Wire {
            method: asked.method.to_string(),
            to: words.to.clone(),
            body: serde_json::from_slice(&asked.body).unwrap_or(Value::Null),
        });
    }
    let admitted = attempt.admission.enter(words.family, nature).await?;
    let sent = env.web.send(asked, admitted.time_out).await;
    let ending = match &sent {
        Ok(got) if got.status == StatusCode::TOO_MANY_REQUESTS => Ending::Throttled { retry_after: wait(got) },
        Ok(got) if got.status.is_server_error() => Ending::Failed,
        Ok(_) => Ending::Answered,
        Err(_) => Ending::Failed,
    };
    attempt.admission.leave(words.family, ending);
    let what = &words.what;
    match sent {
        Ok(got) if got.status.is_success() => Ok(got),
        Ok(got) if got.status == StatusCode::TOO_MANY_REQUESTS => {
            let after_ms = wait(&got).map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
            let message = format!("{what} asks for fewer requests");
            Err(Fault { reaction: Reaction::Again { after_ms }, code: words.silent.clone(), message })
        }
        Ok(got) if got.status.is_server_error() => {
            Err(Fault::again(words.silent.clone(), format!("{what} answered {}", got.status.as_u16())))
        }
        Ok(got) => Err(Fault::person_needed(
            words.refused.clone(),
            format!("{what} answered {}: correct its address, its headers or what is sent", got.status.as_u16()),
        )),
        Err(missed) if nature == Access::Write && missed.may_have_arrived => {
            Err(Fault::verify_first(words.silent.clone(), format!("{what}: {}", missed.why)))
        }
        Err(missed) => Err(Fault::again(words.silent.clone(), format!("{what}: {}", missed.why))),
    }
}

/// After some tries a person is asked about the silence. The step is still tried again.
pub(crate) fn patience(attempt: &Attempt<'_>, fault: Fault) -> Fault {
    let is_silent = fault.reaction.is_again() || fault.reaction == Reaction::VerifyFirst;
    if is_silent && attempt.context.tries + 1 >= TRIES {
        return Fault::person_needed(fault.code, fault.message);
    }
    fault
}

/// `Retry-After` in whole seconds [RFC 9110 §10.2.3], at most an hour.
fn wait(got: &Got) -> Option<Duration> {
    let seconds: u64 = got.headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(3600)))
}
