//! The answer of a part, and the answers that several parts give.

use aws_smithy_runtime_api::client::result::ConnectorError;
use bytes::Bytes;

/// An answer, before it is turned into the SDK's type.
pub(super) type Answer = http::Response<Bytes>;

/// An answer with a status and a body only.
pub(super) fn plain(status: u16, body: Bytes) -> Answer {
    let mut answer = http::Response::new(body);
    *answer.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    answer
}

/// The error of the SDK for a request that got no answer.
pub(super) fn broken() -> ConnectorError {
    ConnectorError::io("the wire broke".into())
}

/// The body of an error, as services with XML write it.
pub(super) fn error_body(code: &str, text: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{text}</Message></Error><RequestId>embedded</RequestId></ErrorResponse>"
    )
}
