//! What lies between a caller and an embedded part: where requests are delayed,
//! lost, refused or counted.

use async_trait::async_trait;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// `dynamodb`, `s3` or `sns`; of the cloud around, e.g. `ssm`, `s3control`.
    pub service: &'static str,
    /// As AWS names it, e.g. `PutItem`.
    pub operation: String,
    /// What it is about: `PK SK` of an item, `bucket/key` of an object, a topic's ARN; of the cloud
    /// around, the host.
    pub subject: String,
}

/// What a wire does with a request or its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It gets through.
    Pass,
    /// It is lost and the connection breaks. The SDK tries again.
    Fail,
    /// The caller gets this answer instead.
    Answer {
        /// HTTP status, e.g. 400.
        status: u16,
        /// AWS's error code, e.g. `ThrottlingException`.
        code: &'static str,
    },
}

/// Sees every request twice. Waiting in it is latency; never returning is silence.
#[async_trait]
pub trait Wire: Send + Sync {
    /// Before the effect: what does not pass has none.
    async fn before(&self, _call: &Call) -> Passage {
        Passage::Pass
    }

    /// After the effect and before the answer: what does not pass has happened all the same.
    async fn after(&self, _call: &Call) -> Passage {
        Passage::Pass
    }
}

/// Lets everything through at once.
pub(super) struct Clear;

#[async_trait]
impl Wire for Clear {}
