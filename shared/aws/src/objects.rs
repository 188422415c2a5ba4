//! Stores whole objects in an S3 bucket.

use async_trait::async_trait;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use bytes::Bytes;
use engine::ports::{Objects, StoreError};

use crate::clients::Clients;
use crate::fault::{self, Resource};
use crate::mark;

/// The object's metadata that holds the mark of the write that made it.
const MARK: &str = "write";

/// Stores objects of one bucket under one prefix.
#[derive(Clone, Debug)]
pub struct S3Objects {
    client: aws_sdk_s3::Client,
    bucket: String,
    prefix: String,
    /// The bucket for evidence. `None` if `bucket` holds it, too.
    evidence: Option<String>,
}

impl S3Objects {
    /// Objects of `bucket` whose keys begin with `prefix`, e.g. `switchback/`. The prefix may be empty.
    pub fn new(clients: &Clients, bucket: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self { client: clients.s3.clone(), bucket: bucket.into(), prefix: prefix.into(), evidence: None }
    }

    /// Sends evidence to a bucket of its own. The default retention of that bucket locks every object
    /// [S3: Object Lock]. With `None` or an empty name it goes to this bucket.
    pub fn with_evidence(self, bucket: Option<String>) -> Self {
        Self { evidence: bucket.filter(|bucket| !bucket.is_empty()), ..self }
    }

    /// The same keys in the bucket for evidence.
    fn of_evidence(&self) -> Self {
        let bucket = self.evidence.clone().unwrap_or_else(|| self.bucket.clone());
        Self { bucket, evidence: None, ..self.clone() }
    }

    fn full(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    fn putting(&self, key: &str, bytes: Bytes, mark: &str) -> PutObjectFluentBuilder {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(self.full(key))
            .metadata(MARK, mark)
            .body(ByteStream::from(bytes))
    }

    fn sort<E>(&self, error: &SdkError<E, HttpResponse>, what: &str) -> StoreError
    where
        E: aws_smithy_types::error::metadata::ProvideErrorMetadata + std::error::Error + 'static,
    {
        fault::sort(error, &Resource::Bucket(self.bucket.clone()), what)
    }

    /// Whether the stored object was made by the write with this mark.
    async fn is_ours(&self, key: &str, mark: &str) -> Result<bool, StoreError> {
        let read_purpose = self.client.head_object().bucket(&self.bucket).key(self.full(key)).send().await;
        match read_purpose {
            Ok(found) => Ok(found.metadata().and_then(|all| all.get(MARK)).is_some_and(|found| found == mark)),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_not_found()) => Ok(false),
            Err(error) => Err(self.sort(&error, &format!("looking at object {key}"))),
        }
    }
}

#[async_trait]
impl Objects for S3Objects {
    async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        match self.putting(key, bytes, &mark::fresh()).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.sort(&error, &format!("writing object {key}"))),
        }
    }

    async fn put_new(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        let mark = mark::fresh();
        match self.putting(key, bytes, &mark).if_none_match("*").send().await {
            Ok(_) => Ok(()),
            // 412 means that the object exists already [S3: API PutObject, If-None-Match].
            Err(error) if error.raw_response().is_some_and(|r| r.status().as_u16() == 412) => {
                if self.is_ours(key, &mark).await? {
                    return Ok(());
                }
                Err(StoreError::Refused(format!("object {key}")))
            }
            Err(error) => Err(self.sort(&error, &format!("writing object {key}"))),
        }
    }

    async fn put_evidence(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        let there = self.of_evidence();
        if self.evidence.is_none() {
            tracing::warn!(code = "EVIDENCE-NOT-LOCKED", key, "whoever may write to this bucket can replace it");
        }
        // A put under Object Lock must carry a checksum, and the SDK adds one to every put
        // [S3: API PutObject, x-amz-checksum-*]. The bucket's default retention decides how long the object is
        // locked.
        match there.put_new(key, bytes.clone()).await {
            Err(StoreError::Refused(what)) => match there.get(key).await? {
                Some(found) if found == bytes => Ok(()),
                Some(_) | None => Err(StoreError::Refused(what)),
            },
            other => other,
        }
    }

    async fn get(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        let getting = self.client.get_object().bucket(&self.bucket).key(self.full(key)).send().await;
        let found = match getting {
            Ok(found) => found,
            Err(error) if error.as_service_error().is_some_and(|e| e.is_no_such_key()) => return Ok(None),
            Err(error) => return Err(self.sort(&error, &format!("reading object {key}"))),
        };
        match found.body.collect().await {
            Ok(bytes) => Ok(Some(bytes.into_bytes())),
            Err(_) => Err(StoreError::Again(format!("reading object {key}: the answer broke off"))),
        }
    }
}
