//! The bucket that holds artifacts.

use super::CallError;

/// S3. Every call names the account that has to own the bucket, and fails on a bucket of anybody else.
pub trait ArtifactStore {
    /// Whether the bucket exists.
    ///
    /// # Errors
    /// `AccessDenied` when it exists and belongs to somebody else.
    async fn bucket_exists(&self, bucket: &str, owner: &str) -> Result<bool, CallError>;

    /// Whether the object exists.
    async fn object_exists(&self, bucket: &str, owner: &str, key: &str) -> Result<bool, CallError>;

    /// Stores an object. Keys are made of the content's hash, so storing one twice changes nothing.
    async fn store_object(
        &self,
        bucket: &str,
        owner: &str,
        key: &str,
        body: Vec<u8>,
    ) -> Result<(), CallError>;

    /// The address at which CloudFormation reads the object.
    fn object_url(&self, bucket: &str, key: &str) -> String;
}
