//! S3.

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::ChecksumMode;
use cfn_deploy::cloud::{ArtifactStore, CallError, CallErrorKind, Head, Page, Stored};
use cfn_deploy::stack::garbage::StoredObject;
use jiff::Timestamp;

use super::Aws;
use crate::environment::Partition;

/// The response to a `HEAD` has no body, so a failure has a status but no code.
const FORBIDDEN: u16 = 403;

/// An object exists that should not, or is being stored concurrently
/// ([conditional writes](https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html)).
const EXISTS: u16 = 412;
const IN_CONFLICT: u16 = 409;

impl ArtifactStore for Aws {
    async fn bucket_exists(&self, bucket: &str, owner: &str) -> Result<bool, CallError> {
        let answer = self
            .s3
            .head_bucket()
            .bucket(bucket)
            .expected_bucket_owner(owner)
            .send()
            .await;
        self.exists("s3:ListBucket", bucket, answer.map(|_| ()))
    }

    async fn head_object(&self, bucket: &str, owner: &str, key: &str) -> Result<Option<Head>, CallError> {
        let request = self.s3.head_object().bucket(bucket).key(key);
        let answer = request
            .expected_bucket_owner(owner)
            .checksum_mode(ChecksumMode::Enabled)
            .send()
            .await;
        let mut head = Head::default();
        let answer = answer.map(|answer| {
            // For a multipart upload, S3 reports the hash of the parts' hashes, not of the content.
            head.sha256 = answer.checksum_sha256.filter(|hash| !hash.contains('-'));
        });
        Ok(self.exists("s3:GetObject", bucket, answer)?.then_some(head))
    }

    async fn read_object(&self, bucket: &str, owner: &str, key: &str) -> Result<Option<Vec<u8>>, CallError> {
        const OPERATION: &str = "s3:GetObject";
        let request = self.s3.get_object().bucket(bucket).key(key);
        let answer = request.expected_bucket_owner(owner).send().await;
        let object = match answer.map_err(|error| self.failure(OPERATION, error)) {
            Ok(object) => object,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let body = object.body.collect().await.map_err(|error| CallError {
            operation: OPERATION.to_owned(),
            kind: CallErrorKind::Other {
                code: "cut off".to_owned(),
                message: format!("`{key}` could not be read to its end"),
            },
            source: Some(error.into()),
        })?;
        Ok(Some(body.to_vec()))
    }

    async fn list_objects(
        &self,
        bucket: &str,
        owner: &str,
        prefix: &str,
        page: Option<&str>,
    ) -> Result<Page<StoredObject>, CallError> {
        let request = self.s3.list_objects_v2().bucket(bucket).prefix(prefix);
        let answer = request
            .expected_bucket_owner(owner)
            .set_continuation_token(page.map(ToOwned::to_owned))
            .send()
            .await;
        let answer = answer.map_err(|error| self.failure("s3:ListBucket", error))?;
        let items = answer
            .contents
            .unwrap_or_default()
            .into_iter()
            .map(|object| StoredObject {
                key: object.key.unwrap_or_default(),
                bytes: object
                    .size
                    .and_then(|size| u64::try_from(size).ok())
                    .unwrap_or_default(),
                stored: timestamp(object.last_modified),
            });
        Ok(Page {
            items: items.collect(),
            next: answer.next_continuation_token,
        })
    }

    async fn delete_object(&self, bucket: &str, owner: &str, key: &str) -> Result<(), CallError> {
        let request = self.s3.delete_object().bucket(bucket).key(key);
        let answer = request.expected_bucket_owner(owner).send().await;
        answer
            .map(|_| ())
            .map_err(|error| self.failure("s3:DeleteObject", error))
    }

    async fn store_new_object(
        &self,
        bucket: &str,
        owner: &str,
        key: &str,
        body: Vec<u8>,
        sha256: &str,
    ) -> Result<Stored, CallError> {
        let request = self.s3.put_object().bucket(bucket).key(key);
        let answer = request
            .expected_bucket_owner(owner)
            .if_none_match("*")
            .checksum_sha256(sha256)
            .body(ByteStream::from(body))
            .send()
            .await;
        let Err(error) = answer else {
            return Ok(Stored::New);
        };
        match error.raw_response().map(|response| response.status().as_u16()) {
            Some(EXISTS | IN_CONFLICT) => Ok(Stored::TakenAlready),
            _ => Err(self.failure("s3:PutObject", error)),
        }
    }

    async fn store_object(
        &self,
        bucket: &str,
        owner: &str,
        key: &str,
        body: Vec<u8>,
    ) -> Result<(), CallError> {
        let request = self
            .s3
            .put_object()
            .bucket(bucket)
            .expected_bucket_owner(owner)
            .key(key);
        let answer = request.body(ByteStream::from(body)).send().await;
        answer
            .map(|_| ())
            .map_err(|error| self.failure("s3:PutObject", error))
    }

    fn object_url(&self, bucket: &str, key: &str) -> String {
        match &self.endpoint {
            Some(endpoint) => format!("{}/{bucket}/{key}", endpoint.trim_end_matches('/')),
            None => format!(
                "https://{bucket}.s3.{}.{}/{key}",
                self.region,
                Partition::of(&self.region).domain
            ),
        }
    }
}

impl Aws {
    fn exists<E>(
        &self,
        operation: &str,
        bucket: &str,
        answer: Result<(), SdkError<E>>,
    ) -> Result<bool, CallError>
    where
        E: aws_sdk_s3::error::ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let Err(error) = answer else { return Ok(true) };
        let status = error.raw_response().map(|response| response.status().as_u16());
        let error = self.failure(operation, error);
        match status {
            _ if error.is_not_found() => Ok(false),
            Some(404) => Ok(false),
            Some(FORBIDDEN) => Err(CallError {
                kind: CallErrorKind::AccessDenied {
                    message: format!("bucket `{bucket}` is not yours, or you may not see it"),
                },
                ..error
            }),
            _ => Err(error),
        }
    }
}

/// An object without a time counts as stored now, so that a young object never counts as old.
fn timestamp(time: Option<DateTime>) -> Timestamp {
    time.and_then(|time| Timestamp::from_nanosecond(time.as_nanos()).ok())
        .unwrap_or_else(Timestamp::now)
}
