//! The wire between a caller and an embedded part. It can delay, lose, refuse or count requests.

use async_trait::async_trait;

/// One request to a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// `dynamodb`, `s3` or `sns`. For a request to the surrounding cloud e.g. `ssm` or `s3control`.
    pub service: &'static str,
    /// The operation by AWS's name, e.g. `PutItem`.
    pub operation: String,
    /// The subject: `PK SK` of an item, `bucket/key` of an object, the ARN of a topic. For a request to the
    /// surrounding cloud the host.
    pub subject: String,
}

/// The decision of a wire about a request or its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// The request gets through.
    Admission,
    /// The request is lost and the connection breaks. The SDK tries again.
    Fail,
    /// The caller gets this answer instead.
    Answer {
        /// HTTP status, e.g. 400.
        status: u16,
        /// AWS's error code, e.g. `ThrottlingException`.
        code: &'static str,
    },
}

/// Sees every request twice. A wait in here is latency. If it never returns, the caller gets no answer.
#[async_trait]
pub trait Wire: Send + Sync {
    /// Runs before the effect. A request that is stopped here has no effect.
    async fn before(&self, _call: &Call) -> Passage {
        Passage::Admission
    }

    /// Runs after the effect and before the answer. A request that is stopped here has had its effect.
    async fn after(&self, _call: &Call) -> Passage {
        Passage::Admission
    }
}

/// A wire that lets everything through at once.
pub(super) struct Clear;

#[async_trait]
impl Wire for Clear {}
