//! The bucket that holds artifacts.

use crate::stack::garbage::StoredObject;

use super::{CallError, Page};

/// What is known of an object without reading it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The Base64 of the SHA-256 of its content, if it was stored with it: S3 compared the two then.
    pub sha256: Option<String>,
}

/// What became of storing an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is stored.
    New,
    /// Something else is stored under the key, which is left as it is.
    TakenAlready,
}

/// S3. Every call names the account that has to own the bucket, and fails on a bucket of anybody else.
pub trait ArtifactStore {
    /// Whether the bucket exists.
    ///
    /// # Errors
    /// `AccessDenied` when it exists and belongs to somebody else.
    async fn bucket_exists(&self, bucket: &str, owner: &str) -> Result<bool, CallError>;

    /// What is known of an object without reading it; `None` when it does not exist.
    async fn head_object(&self, bucket: &str, owner: &str, key: &str) -> Result<Option<Head>, CallError>;

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

    /// Stores an object under a key that nothing is stored under yet, with the SHA-256 of its content, which S3 compares and keeps.
    async fn store_new_object(
        &self,
        bucket: &str,
        owner: &str,
        key: &str,
        body: Vec<u8>,
        sha256: &str,
    ) -> Result<Stored, CallError>;

    /// Stores an object, in place of one that may be there.
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
