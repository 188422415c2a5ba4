//! Sends one request of an action, once it is admitted.
//!
//! Law: nothing is sent before it is admitted. The end of each admitted request is reported exactly once. A request
//! that leaves an effect in doubt asks to verify first (S6). AWS's own words are repeated only where they are known
//! to be harmless (S23).
//! Must not know: any kind.

use std::error::Error;
use std::future::Future;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::timeout::TimeoutConfig;
use engine::ports::{Access, Admission, Ending, Wire};
use saga::Fault;
use serde_json::Value;

use crate::clients::within;
use crate::codes;
use crate::fault::{self, Meaning, NO_CREDENTIALS, Unsent};

/// Describes one request, for its admission and for people.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The API family under which it is admitted, e.g. `aws.ssm`.
    pub(crate) family: &'static str,
    /// Whether it can change anything.
    pub(crate) nature: Access,
    /// E.g. `reading the parameter /one`.
    pub(crate) doing: String,
    /// The action of IAM that it needs, e.g. `ssm:GetParameter`.
    pub(crate) action: &'static str,
    /// The resource that it is about, e.g. `the parameter /one in eu-west-1`.
    pub(crate) about: String,
    /// The remedy if that resource does not exist, e.g. `create it, or correct the setting parameter`.
    pub(crate) if_missing: &'static str,
    /// Whether AWS's own words may quote a secret that was sent.
    pub(crate) secret: bool,
}

/// A request that did not succeed.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// The fault for the runner.
    pub(crate) fault: Fault,
    /// AWS's code, e.g. `NoSuchKey`. It is empty if AWS gave none.
    pub(crate) code: String,
    /// Whether another way to the same API may work: this one did not answer, or is unwell.
    pub(crate) elsewhere: bool,
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        failure.fault
    }
}

/// A failure that is no answer of AWS.
impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self { fault, code: String::new(), elsewhere: false }
    }
}

/// An admitted request whose end is not reported yet.
struct Ticket<'a> {
    admission: &'a dyn Admission,
    family: &'static str,
    ending: Ending,
}

/// A request that nobody waits for any more counts as one without an answer.
impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.admission.leave(self.family, self.ending);
    }
}

/// Turns a request of an SDK crate into the closure that [`carry`] calls, with `region` if one is given. This is a
/// macro, because the SDK's crates share no trait for it.
macro_rules! in_region {
    ($sdk:ident, $request:expr, $region:expr) => {{
        let region: Option<&str> = $region;
        let mut over = $sdk::config::Builder::new();
        // Setting `None` would remove the client's own region.
        if let Some(region) = region {
            over.set_region(Some($sdk::config::Region::new(region.to_owned())));
        }
        let request = $request;
        move |times| {
            over.set_timeout_config(Some(times));
            request.customize().config_override(over).send()
        }
    }};
}
pub(crate) use in_region;

/// Sends one request that changes something, as [`carry`] does. Before that it announces the request: its
/// parameters as AWS names them, without secrets (S23).
///
/// # Errors
///
/// The same as those of [`carry`].
pub(crate) async fn change<T, E, F>(
    call: &Call,
    admission: &dyn Admission,
    sent: &(dyn Fn() -> Value + Sync),
    send: impl FnOnce(TimeoutConfig) -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + Error + 'static,
{
    admission.announce(&|| Wire { method: call.action.to_owned(), to: call.about.clone(), body: sent() });
    carry(call, admission, send).await
}

/// Sends one request once it is admitted.
///
/// # Errors
///
/// The fault of the admission, or the meaning of the request's failure.
pub(crate) async fn carry<T, E, F>(
    call: &Call,
    admission: &dyn Admission,
    send: impl FnOnce(TimeoutConfig) -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + Error + 'static,
{
    let admitted = admission.enter(call.family, call.nature).await?;
    let mut ticket = Ticket { admission, family: call.family, ending: Ending::Failed };
    match send(within(admitted.time_out)).await {
        Ok(answer) => {
            ticket.ending = Ending::Answered;
            Ok(answer)
        }
        Err(error) => {
            let (failure, ending) = sort(call, &error);
            ticket.ending = ending;
            Err(failure)
        }
    }
}

fn sort<E>(call: &Call, error: &SdkError<E, HttpResponse>) -> (Failure, Ending)
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let failed = |fault| (Failure { fault, code: String::new(), elsewhere: true }, Ending::Failed);
    match error {
        // Nothing was sent, so this says nothing about the API.
        SdkError::ConstructionFailure(_) => {
            let said = call.says("the request could not be made: check the action's settings and the region");
            (Fault::person_needed(codes::AWS_REFUSED, said).into(), Ending::Answered)
        }
        SdkError::TimeoutError(_) => failed(call.doubtful("no answer in time")),
        SdkError::DispatchFailure(failure) => match fault::unsent(failure) {
            Unsent::NoCredentials => {
                let fault = Fault::person_needed(codes::AWS_NOT_SIGNED_IN, call.says(NO_CREDENTIALS));
                (fault.into(), Ending::Answered)
            }
            Unsent::LateCredentials => {
                (call.unanswered("the AWS credentials did not arrive in time").into(), Ending::Answered)
            }
            Unsent::NoConnection => failed(call.unanswered("no connection in time")),
            Unsent::Broken => failed(call.doubtful("the connection failed")),
        },
        SdkError::ResponseError(_) => failed(call.doubtful("the answer could not be read")),
        SdkError::ServiceError(answer) => {
            let metadata = answer.err();
            let code = metadata.code().unwrap_or("");
            call.refused(code, metadata.message(), answer.raw().status().as_u16())
        }
        _ => failed(call.doubtful("the request failed in a way this program does not know")),
    }
}

impl Call {
    fn says(&self, what: &str) -> String {
        format!("{}: {what}", self.doing)
    }

    fn unanswered(&self, what: &str) -> Fault {
        Fault::again(codes::AWS_NO_ANSWER, self.says(what))
    }

    /// No answer came, and nobody knows whether the request arrived.
    fn doubtful(&self, what: &str) -> Fault {
        match self.nature {
            Access::Read => self.unanswered(what),
            Access::Write => Fault::verify_first(codes::AWS_DOUBTFUL_ANSWER, self.says(what)),
        }
    }

    fn refused(&self, code: &str, message: Option<&str>, status: u16) -> (Failure, Ending) {
        let meaning = fault::meaning(code, status);
        let fault = match meaning {
            Meaning::Missing => {
                let said = format!("{} does not exist: {}", self.about, self.if_missing);
                Fault::person_needed(codes::AWS_NOT_FOUND, self.says(&said))
            }
            Meaning::Denied => {
                let said = format!("AWS refused access: allow {} on {}", self.action, self.about);
                Fault::person_needed(codes::AWS_ACCESS_DENIED, self.says(&said))
            }
            Meaning::SignedOut => Fault::person_needed(codes::AWS_NOT_SIGNED_IN, self.says(&fault::signed_out(code))),
            Meaning::Busy => Fault::again(codes::AWS_THROTTLED, self.says(&format!("AWS answered {status} {code}"))),
            Meaning::Unwell => {
                let said = self.says(format!("AWS answered {status} {code}").trim_end());
                match self.nature {
                    Access::Read => Fault::again(codes::AWS_SERVER_ERROR, said),
                    Access::Write => Fault::verify_first(codes::AWS_SERVER_ERROR, said),
                }
            }
            Meaning::Refused => {
                let words = if self.secret { None } else { message };
                let words = words.map_or_else(String::new, |words| format!(": {words}"));
                let said = format!("AWS answered {status} {code}{words}");
                Fault::person_needed(codes::AWS_REFUSED, self.says(&said))
            }
        };
        let ending = match meaning {
            Meaning::Busy => Ending::Throttled { retry_after: None },
            Meaning::Unwell => Ending::Failed,
            Meaning::Missing | Meaning::Denied | Meaning::SignedOut | Meaning::Refused => Ending::Answered,
        };
        (Failure { fault, code: code.to_owned(), elsewhere: meaning == Meaning::Unwell }, ending)
    }
}

/// ` in eu-west-1`, or nothing if the region is the client's own.
pub(super) fn in_words(region: Option<&str>) -> String {
    region.map_or_else(String::new, |region| format!(" in {region}"))
}

#[cfg(test)]
mod tests {
    use saga::Reaction;

    use super::*;

    fn call(nature: Access, secret: bool) -> Call {
        Call {
            family: "aws.secrets",
            nature,
            doing: "writing the secret one".into(),
            action: "secretsmanager:PutSecretValue",
            about: "the secret one".into(),
            if_missing: "create it",
            secret,
        }
    }

    #[test]
    fn an_effect_that_may_have_happened_is_verified_first() {
        let reaction = |nature, code, status| call(nature, false).refused(code, None, status).0.fault.reaction;
        assert_eq!(reaction(Access::Write, "InternalServiceError", 500), Reaction::VerifyFirst);
        assert_eq!(reaction(Access::Read, "InternalServiceError", 500), Reaction::Again { after_ms: None });
        assert_eq!(reaction(Access::Write, "ThrottlingException", 400), Reaction::Again { after_ms: None });
        assert_eq!(call(Access::Write, false).doubtful("").reaction, Reaction::VerifyFirst);
    }

    #[test]
    fn a_person_is_told_the_permission_or_what_to_create() {
        let said = |code| call(Access::Write, false).refused(code, None, 400).0.fault.to_string();
        let denied = said("AccessDeniedException");
        assert!(denied.contains("allow secretsmanager:PutSecretValue on the secret one"), "{denied}");
        assert!(said("ResourceNotFoundException").ends_with("the secret one does not exist: create it"));
    }

    #[test]
    fn aws_s_words_about_a_secret_are_not_repeated_s23() {
        let said = |secret| {
            let (failure, _) = call(Access::Write, secret).refused("ValidationException", Some("at 'hunter2'"), 400);
            failure.fault.message
        };
        assert!(said(false).contains("hunter2") && !said(true).contains("hunter2"));
    }
}
