//! The bucket that holds artifacts.

use crate::stack::garbage::StoredObject;

use super::{CallError, Page};

/// S3. Every call names the account that has to own the bucket, and fails on a bucket of anybody else.
pub trait ArtifactStore {
    /// Whether the bucket exists.
    ///
    /// # Errors
    /// `AccessDenied` when it exists and belongs to somebody else.
    async fn bucket_exists(&self, bucket: &str, owner: &str) -> Result<bool, CallError>;

    /// Whether the object exists.
    async fn object_exists(&self, bucket: &str, owner: &str, key: &str) -> Result<bool, CallError>;

    /// Reads an object; `None` when the bucket or the object does not exist.
    async fn read_object(&self, bucket: &str, owner: &str, key: &str) -> Result<Option<Vec<u8>>, CallError>;

    /// A page of the objects whose keys begin with the prefix, in the order of their keys.
    ///
    /// # Errors
    /// `NotFound` when the bucket does not exist.
    async fn list_objects(
        &self,
        bucket: &str,
        owner: &str,
        prefix: &str,
        page: Option<&str>,
    ) -> Result<Page<StoredObject>, CallError>;

    /// Deletes an object. One that does not exist is no error. A versioned bucket keeps what was deleted for as long as
    /// its lifecycle says.
    async fn delete_object(&self, bucket: &str, owner: &str, key: &str) -> Result<(), CallError>;

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
