//! Stores objects in the same buckets as the embedded S3, so that an action finds them by the SDK.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws::{Patience, Resource, fresh_mark};
use bytes::Bytes;
use engine::ports::{Objects, StoreError};

use super::requests::{Refusal, Request, Requests};
use crate::embedded::{Buckets, Call, OnlyIf, ShelfError, StoredObject, Wire};

/// Name of the metadata that hold the mark of a write.
const MARK: &str = "write";

/// Stores objects in one bucket under one prefix. Cheap to clone.
#[derive(Clone)]
pub struct MemoryObjects {
    buckets: Buckets,
    requests: Requests,
    bucket: String,
    prefix: String,
    /// Bucket of the evidence, if it has one of its own.
    evidence: Option<String>,
}

impl fmt::Debug for MemoryObjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryObjects").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

impl MemoryObjects {
    /// Objects of `bucket` whose keys begin with `prefix`, which may be empty. Requests cross `wire`.
    pub fn new(buckets: Buckets, wire: Arc<dyn Wire>, bucket: impl Into<String>, prefix: impl Into<String>) -> Self {
        let requests = Requests::over(wire);
        Self { buckets, requests, bucket: bucket.into(), prefix: prefix.into(), evidence: None }
    }

    /// Evidence goes to a bucket of its own. Nothing is locked there.
    #[must_use]
    pub fn with_evidence(self, bucket: Option<String>) -> Self {
        Self { evidence: bucket.filter(|bucket| !bucket.is_empty()), ..self }
    }

    /// The same keys in the bucket of the evidence.
    fn of_evidence(&self) -> Self {
        let bucket = self.evidence.clone().unwrap_or_else(|| self.bucket.clone());
        Self { bucket, evidence: None, ..self.clone() }
    }

    /// Writes an object. `false` if `new` was asked for and there is one. Every attempt carries the same mark.
    async fn write(&self, key: &str, bytes: Bytes, new: bool, mark: &str) -> Result<bool, StoreError> {
        let full = self.full(key);
        let put = || {
            let notes = [(MARK.to_owned(), mark.to_owned())].into_iter().collect();
            let only_if = if new { OnlyIf::Absent } else { OnlyIf::Always };
            self.buckets
                .put(&self.bucket, &full, StoredObject { bytes: bytes.clone(), notes }, only_if)
                .map_err(refusal)
        };
        self.carry("PutObject", &full, format!("writing object {key}"), put).await
    }

    async fn carry<T: Send>(
        &self,
        operation: &str,
        full: &str,
        doing: String,
        effect: impl FnMut() -> Result<T, Refusal> + Send,
    ) -> Result<T, StoreError> {
        let subject = format!("{}/{}", self.bucket, in_path(full));
        let call = Call { service: "s3", operation: operation.to_owned(), subject };
        let resource = Resource::Bucket(self.bucket.clone());
        let request = Request { call, patience: Patience::OBJECT, resource: &resource, doing, lot: 0 };
        self.requests.now(request, effect).await
    }

    fn full(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

#[async_trait]
impl Objects for MemoryObjects {
    async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.write(key, bytes, false, &fresh_mark()).await.map(drop)
    }

    async fn put_new(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        let mark = fresh_mark();
        if self.write(key, bytes, true, &mark).await? {
            return Ok(());
        }
        // The object that is there may be the work of an earlier attempt of this call. Its mark shows that.
        let full = self.full(key);
        let look = || self.buckets.get(&self.bucket, &full).map_err(refusal);
        let found = self.carry("HeadObject", &full, format!("looking at object {key}"), look).await?;
        let is_ours = found.is_some_and(|kept| kept.notes.get(MARK) == Some(&mark));
        if is_ours { Ok(()) } else { Err(StoreError::Refused(format!("object {key}"))) }
    }

    async fn put_evidence(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        let there = self.of_evidence();
        if self.evidence.is_none() {
            tracing::warn!(code = "EVIDENCE-NOT-LOCKED", key, "whoever may write to this bucket can replace it");
        }
        match there.put_new(key, bytes.clone()).await {
            Err(StoreError::Refused(what)) => match there.get(key).await? {
                Some(found) if found == bytes => Ok(()),
                Some(_) | None => Err(StoreError::Refused(what)),
            },
            other => other,
        }
    }

    async fn get(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        let full = self.full(key);
        let read = || self.buckets.get(&self.bucket, &full).map_err(refusal);
        let found = self.carry("GetObject", &full, format!("reading object {key}"), read).await?;
        Ok(found.map(|kept| kept.bytes))
    }
}

/// A key as it is in the path of a request [S3: object keys; RFC 3986, unreserved characters].
fn in_path(key: &str) -> String {
    let mut path = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

fn refusal(error: ShelfError) -> Refusal {
    let text = error.to_string();
    match error {
        ShelfError::NoBucket(_) => Refusal { status: 404, code: "NoSuchBucket", text },
        ShelfError::NoFolder(_) | ShelfError::Io { .. } => Refusal { status: 500, code: "InternalError", text },
    }
}
