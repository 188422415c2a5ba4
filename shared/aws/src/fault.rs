//! Sorts the errors of the SDK by what the caller does next.
//!
//! AWS's own words are repeated only where they are known to be harmless. Example: the text of a refused signature
//! quotes the request's headers, and the session token is one of them (S23).

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{DispatchFailure, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use engine::ports::StoreError;

/// The AWS resource that a request was about, for the remedy.
#[derive(Clone, Debug)]
pub enum Resource {
    /// A DynamoDB table's name.
    Table(String),
    /// An S3 bucket's name.
    Bucket(String),
    /// An SNS topic's ARN.
    Topic(String),
}

/// Sorts an error of a request that did `what`, e.g. `reading saga s-1`.
///
/// The caller sorts a condition that did not hold, because it knows the item.
pub(crate) fn sort<E>(error: &SdkError<E, HttpResponse>, resource: &Resource, what: &str) -> StoreError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ConstructionFailure(_) => {
            StoreError::Broken(format!("{what}: the request could not be made: {}", chain(error)))
        }
        SdkError::TimeoutError(_) => StoreError::Again(format!("{what}: no answer in time")),
        SdkError::DispatchFailure(failure) => dispatch(failure, what),
        SdkError::ResponseError(_) => StoreError::Again(format!("{what}: the answer could not be read")),
        SdkError::ServiceError(answer) => {
            let code = answer.err().code().unwrap_or("");
            service(code, answer.err().message(), answer.raw().status().as_u16(), resource, what)
        }
        _ => StoreError::Again(format!("{what}: the request failed in a way this program does not know")),
    }
}

fn dispatch(failure: &DispatchFailure, what: &str) -> StoreError {
    match unsent(failure) {
        Unsent::NoCredentials => StoreError::Broken(format!("{what}: {NO_CREDENTIALS}")),
        Unsent::LateCredentials => StoreError::Again(format!("{what}: the AWS credentials did not arrive in time")),
        Unsent::NoConnection => StoreError::Again(format!("{what}: no connection in time")),
        Unsent::Broken => StoreError::Again(format!("{what}: the connection failed")),
    }
}

/// The text for missing credentials, with the remedy.
pub(crate) const NO_CREDENTIALS: &str =
    "no AWS credentials were found: give the function a role, or sign in on this machine";

/// The reason why a request got no answer from the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsent {
    /// There are no credentials. Nothing was sent.
    NoCredentials,
    /// The credentials did not come in time. Nothing was sent.
    LateCredentials,
    /// No connection was made in time. Nothing was sent.
    NoConnection,
    /// The connection was refused or broke. The request may have arrived.
    Broken,
}

/// Sorts a request to which the SDK got no answer.
pub(crate) fn unsent(failure: &DispatchFailure) -> Unsent {
    let mut cause = failure.as_connector_error().map(|error| error as &(dyn Error + 'static));
    while let Some(error) = cause {
        match error.downcast_ref::<CredentialsError>() {
            Some(CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_)) => {
                return Unsent::NoCredentials;
            }
            Some(_) => return Unsent::LateCredentials,
            None => cause = error.source(),
        }
    }
    if failure.is_timeout() { Unsent::NoConnection } else { Unsent::Broken }
}

/// The meaning of an error of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The requested thing does not exist.
    Missing,
    /// The credentials are good, but they do not allow this.
    Denied,
    /// The credentials are not accepted.
    SignedOut,
    /// There are too many requests, or another one must end first. Nothing was done.
    Busy,
    /// The service is unwell. Nobody knows whether anything was done.
    Unwell,
    /// The service refuses for any other reason.
    Refused,
}

/// Sorts an error by its code and its HTTP status.
///
/// Sources of the codes: [DynamoDB: Programming.Errors], [S3: API ErrorResponses], [SNS: CommonErrors],
/// [DynamoDB global tables: ReplicatedWriteConflictException], [SSM: API GetParameter, PutParameter],
/// [Secrets Manager: API PutSecretValue], [Route 53: API ChangeResourceRecordSets, CommonErrors],
/// [S3 Control: API ErrorResponses], [Kinesis: API DescribeStreamSummary].
pub(crate) fn meaning(code: &str, status: u16) -> Meaning {
    match code {
        "ResourceNotFoundException"
        | "NoSuchBucket"
        | "NotFound"
        | "NotFoundException"
        | "ParameterNotFound"
        | "NoSuchHostedZone"
        | "NoSuchChange"
        | "NoSuchMultiRegionAccessPoint" => Meaning::Missing,
        "AccessDeniedException"
        | "AccessDenied"
        | "AuthorizationError"
        | "AuthorizationErrorException"
        | "KMSAccessDeniedException"
        | "KMSAccessDenied" => Meaning::Denied,
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "ExpiredToken"
        | "ExpiredTokenException" => Meaning::SignedOut,
        "ThrottlingException"
        | "Throttling"
        | "Throttled"
        | "ThrottledException"
        | "TooManyUpdates"
        | "KMSThrottlingException"
        | "KMSThrottling"
        | "PriorRequestNotComplete"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "TransactionConflictException"
        | "ReplicatedWriteConflictException"
        | "ConditionalRequestConflict"
        | "OperationAborted"
        | "RequestTimeout"
        | "SlowDown" => Meaning::Busy,
        _ if status == 429 => Meaning::Busy,
        _ if status >= 500 => Meaning::Unwell,
        _ => Meaning::Refused,
    }
}

/// Sorts an unsuccessful answer of a service by its code, its text and its HTTP status. `what` says what was done,
/// e.g. `reading saga s-1`.
pub fn service(code: &str, message: Option<&str>, status: u16, resource: &Resource, what: &str) -> StoreError {
    match meaning(code, status) {
        Meaning::Missing => StoreError::Broken(format!("{what}: {}", missing(resource))),
        Meaning::Denied => StoreError::Broken(format!("{what}: AWS refused access: {}", permission(resource))),
        Meaning::SignedOut => StoreError::Broken(format!("{what}: {}", signed_out(code))),
        Meaning::Busy if !code.is_empty() => StoreError::Again(format!("{what}: {code}")),
        Meaning::Busy | Meaning::Unwell => StoreError::Again(format!("{what}: AWS answered {status} {code}")),
        Meaning::Refused => StoreError::Broken(format!(
            "{what}: AWS answered {status} {code}: {}",
            message.unwrap_or("no reason given")
        )),
    }
}

/// The text for credentials that AWS does not accept, with the remedy.
pub(crate) fn signed_out(code: &str) -> String {
    format!("AWS does not accept the credentials ({code}): check the role, or sign in again, and this machine's clock")
}

fn missing(resource: &Resource) -> String {
    match resource {
        Resource::Table(name) => {
            format!("there is no table {name} in this region: create the table by deploying infra/aws, or name another")
        }
        Resource::Bucket(name) => {
            format!("there is no bucket {name}: create the bucket by deploying infra/aws, or name another")
        }
        Resource::Topic(arn) => {
            format!("there is no topic {arn}: create the topic by deploying infra/aws, or name another")
        }
    }
}

fn permission(resource: &Resource) -> String {
    match resource {
        Resource::Table(name) => {
            format!("allow dynamodb:GetItem, PutItem, UpdateItem and Query on the table {name}")
        }
        // Without s3:ListBucket, S3 answers 403 also for an object that is not there [S3: API GetObject].
        Resource::Bucket(name) => {
            format!("allow s3:GetObject and s3:PutObject on the objects of {name}, and s3:ListBucket on it")
        }
        Resource::Topic(arn) => format!("allow sns:Publish on {arn}"),
    }
}

/// An error and its causes in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttling_and_server_faults_ask_for_another_try() {
        for (code, status) in [("ThrottlingException", 400), ("InternalServerError", 500), ("", 503), ("SlowDown", 503)]
        {
            assert!(matches!(sorted(code, status), StoreError::Again(_)), "{code} {status}");
        }
    }

    #[test]
    fn a_missing_table_says_to_create_it() {
        let StoreError::Broken(text) = sorted("ResourceNotFoundException", 400) else { panic!("not broken") };
        assert!(text.contains("no table sagas") && text.contains("create the table"), "{text}");
    }

    #[test]
    fn refused_access_names_the_permissions() {
        let StoreError::Broken(text) = sorted("AccessDeniedException", 400) else { panic!("not broken") };
        assert!(text.contains("dynamodb:GetItem"), "{text}");
    }

    #[test]
    fn the_text_of_a_refused_signature_is_not_repeated() {
        let text = sorted("InvalidSignatureException", 400).to_string();
        assert!(!text.contains(MESSAGE), "{text}");
    }

    #[test]
    fn an_invalid_request_says_what_aws_said() {
        assert!(sorted("ValidationException", 400).to_string().contains(MESSAGE));
    }

    const MESSAGE: &str = "x-amz-security-token:abc";

    fn sorted(code: &str, status: u16) -> StoreError {
        service(code, Some(MESSAGE), status, &Resource::Table("sagas".into()), "reading saga s-1")
    }
}
