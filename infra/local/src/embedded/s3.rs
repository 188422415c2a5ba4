//! Answers requests to S3: put, get, head and list, by `s3s` over a [`Shelf`].
//!
//! `s3s` reads the requests, checks their signatures and writes the answers. This module does the work of S3
//! between the two. It checks the condition of a put and writes in one step [S3: conditional writes].
//! Nothing is versioned and there is no lock: an object that is overwritten is gone.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use aws_smithy_runtime_api::client::result::ConnectorError;
use bytes::Bytes;
use futures::TryStreamExt;
use http_body_util::BodyExt;
use s3s::auth::SimpleAuth;
use s3s::crypto::{Checksum, Md5};
use s3s::dto;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use super::answer::Answer;
use super::folder::Folder;
use super::object::{ShelfError, StoredObject};
use super::shelf::{OnlyIf, Shelf};
use super::wire::Call;

/// Embedded buckets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Buckets {
    service: Arc<S3Service>,
    shelf: Arc<Shelf>,
}

impl Buckets {
    /// Buckets that end with the process.
    pub fn memory<'a>(buckets: impl IntoIterator<Item = &'a str>) -> Self {
        let shelf = Shelf::memory();
        for bucket in buckets {
            // The store in memory refuses no bucket.
            drop(shelf.make_bucket(bucket));
        }
        Self::over(shelf)
    }

    /// Buckets in a folder that exists. Missing buckets are created.
    ///
    /// # Errors
    ///
    /// [`ShelfError`] if the folder is missing or cannot be written.
    pub fn folder<'a>(path: &Path, buckets: impl IntoIterator<Item = &'a str>) -> Result<Self, ShelfError> {
        let shelf = Shelf::folder(Folder::open(path)?);
        buckets.into_iter().try_for_each(|bucket| shelf.make_bucket(bucket))?;
        Ok(Self::over(shelf))
    }

    fn over(shelf: Shelf) -> Self {
        let shelf = Arc::new(shelf);
        let mut builder = S3ServiceBuilder::new(Desk { shelf: Arc::clone(&shelf) });
        builder.set_auth(SimpleAuth::from_single(aws::EMBEDDED_KEY, aws::EMBEDDED_KEY));
        Self { service: Arc::new(builder.build()), shelf }
    }

    /// Every object in memory, as `bucket/key` with its bytes. A folder gives none.
    pub fn objects(&self) -> Vec<(String, Bytes)> {
        self.shelf.objects()
    }

    /// Reads one object without a request.
    pub(crate) fn get(&self, bucket: &str, key: &str) -> Result<Option<StoredObject>, ShelfError> {
        self.shelf.get(bucket, key)
    }

    /// Stores an object without a request. `false` if the condition did not hold.
    pub(crate) fn put(&self, bucket: &str, key: &str, kept: StoredObject, only_if: OnlyIf) -> Result<bool, ShelfError> {
        self.shelf.put(bucket, key, kept, only_if)
    }

    pub(super) async fn answer(&self, mut request: http::Request<Bytes>) -> Result<Answer, ConnectorError> {
        // On a socket the HTTP library adds these two headers. The first of them is signed.
        let host = request.uri().authority().and_then(|host| http::HeaderValue::from_str(host.as_str()).ok());
        if let Some(host) = host {
            request.headers_mut().entry(http::header::HOST).or_insert(host);
        }
        let length = http::HeaderValue::from(request.body().len());
        request.headers_mut().entry(http::header::CONTENT_LENGTH).or_insert(length);
        let answer =
            self.service.call(request.map(s3s::Body::from)).await.map_err(|e| ConnectorError::user(e.into()))?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(ConnectorError::user)?.to_bytes();
        Ok(http::Response::from_parts(head, body))
    }

    /// Names the operation of a request. The path is `/bucket/key`, since embedded clients use path style.
    pub(super) fn call_of(request: &http::Request<Bytes>) -> Call {
        let path = request.uri().path().trim_start_matches('/');
        let of_object = path.contains('/') && !path.ends_with('/');
        let operation = match (request.method().as_str(), of_object) {
            ("PUT", true) => "PutObject",
            ("GET", true) => "GetObject",
            ("HEAD", true) => "HeadObject",
            ("GET", false) => "ListObjectsV2",
            (method, _) => method,
        };
        Call { service: "s3", operation: operation.to_owned(), subject: path.to_owned() }
    }
}

/// Answers the requests that `s3s` has read.
#[derive(Debug)]
struct Desk {
    shelf: Arc<Shelf>,
}

#[async_trait]
impl S3 for Desk {
    async fn put_object(&self, request: S3Request<dto::PutObjectInput>) -> S3Result<S3Response<dto::PutObjectOutput>> {
        let input = request.input;
        let only_if = match (input.if_none_match, input.if_match) {
            (Some(dto::ETagCondition::Any), None) => OnlyIf::Absent,
            (None, Some(wanted)) => OnlyIf::Holds(Box::new(move |there| matches_tag(there, &wanted))),
            (None, None) => OnlyIf::Always,
            (Some(_), _) => return Err(s3_error!(NotImplemented, "If-None-Match is only * here")),
        };
        let bytes = whole(input.body).await?;
        let notes = input.metadata.unwrap_or_default().into_iter().collect();
        let tag = tag_of(&bytes);
        if self.shelf.put(&input.bucket, &input.key, StoredObject { bytes, notes }, only_if).map_err(refused)? {
            Ok(S3Response::new(dto::PutObjectOutput { e_tag: Some(tag), ..Default::default() }))
        } else {
            Err(s3_error!(PreconditionFailed, "the condition of the put does not hold"))
        }
    }

    async fn get_object(&self, request: S3Request<dto::GetObjectInput>) -> S3Result<S3Response<dto::GetObjectOutput>> {
        let input = request.input;
        if input.range.is_some() {
            return Err(s3_error!(NotImplemented, "objects are read whole here"));
        }
        let found = self.shelf.get(&input.bucket, &input.key).map_err(refused)?;
        let kept = found.ok_or_else(|| s3_error!(NoSuchKey))?;
        Ok(S3Response::new(dto::GetObjectOutput {
            content_length: length(&kept),
            e_tag: Some(tag_of(&kept.bytes)),
            metadata: Some(kept.notes.into_iter().collect()),
            body: Some(s3s::Body::from(kept.bytes).into()),
            ..Default::default()
        }))
    }

    async fn head_object(
        &self,
        request: S3Request<dto::HeadObjectInput>,
    ) -> S3Result<S3Response<dto::HeadObjectOutput>> {
        let input = request.input;
        let found = self.shelf.get(&input.bucket, &input.key).map_err(refused)?;
        let kept = found.ok_or_else(|| s3_error!(NoSuchKey))?;
        Ok(S3Response::new(dto::HeadObjectOutput {
            content_length: length(&kept),
            e_tag: Some(tag_of(&kept.bytes)),
            metadata: Some(kept.notes.into_iter().collect()),
            ..Default::default()
        }))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<dto::ListObjectsV2Input>,
    ) -> S3Result<S3Response<dto::ListObjectsV2Output>> {
        let input = request.input;
        if input.delimiter.is_some() {
            return Err(s3_error!(NotImplemented, "lists have no delimiter here"));
        }
        let prefix = input.prefix.clone().unwrap_or_default();
        let mut keys = self.shelf.keys(&input.bucket, &prefix).map_err(refused)?;
        if let Some(after) = input.continuation_token.clone().or(input.start_after.clone()) {
            keys.retain(|key| *key > after);
        }
        let limit = usize::try_from(input.max_keys.unwrap_or(1000)).unwrap_or(1000).min(1000);
        let more = keys.len() > limit;
        keys.truncate(limit);
        let next = keys.last().cloned().filter(|_| more);
        let mut contents = Vec::new();
        for key in keys {
            let kept = self.shelf.get(&input.bucket, &key).map_err(refused)?.unwrap_or_default();
            contents.push(dto::Object {
                size: length(&kept),
                e_tag: Some(tag_of(&kept.bytes)),
                key: Some(key),
                ..Default::default()
            });
        }
        Ok(S3Response::new(dto::ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: input.prefix,
            key_count: i32::try_from(contents.len()).ok(),
            max_keys: input.max_keys,
            is_truncated: Some(more),
            next_continuation_token: next,
            contents: Some(contents),
            ..Default::default()
        }))
    }
}

async fn whole(body: Option<dto::StreamingBlob>) -> S3Result<Bytes> {
    let Some(body) = body else { return Ok(Bytes::new()) };
    let parts: Vec<Bytes> = body.try_collect().await.map_err(|_| s3_error!(IncompleteBody))?;
    Ok(parts.concat().into())
}

fn matches_tag(there: Option<&StoredObject>, wanted: &dto::ETagCondition) -> bool {
    match (there, wanted) {
        (None, _) => false,
        (Some(_), dto::ETagCondition::Any) => true,
        (Some(kept), dto::ETagCondition::ETag(tag)) => tag_of(&kept.bytes).strong_cmp(tag),
    }
}

/// The MD5 of the content. S3 has the same tag for an object that is put in one piece [S3: API Object, ETag].
fn tag_of(bytes: &[u8]) -> dto::ETag {
    let mut md5 = Md5::new();
    md5.update(bytes);
    dto::ETag::Strong(md5.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn length(kept: &StoredObject) -> Option<i64> {
    i64::try_from(kept.bytes.len()).ok()
}

fn refused(error: ShelfError) -> s3s::S3Error {
    match error {
        ShelfError::NoBucket(_) => s3_error!(NoSuchBucket),
        ShelfError::NoFolder(_) | ShelfError::Io { .. } => s3_error!(InternalError, "{error}"),
    }
}
