//! What lies in the artifact bucket.

use super::Session;
use crate::cloud::{CallError, Cloud};
use crate::stack::garbage::StoredObject;

/// Lists all objects whose keys begin with `prefix`, in the order of their keys; `None`, if there is no bucket yet.
pub(super) async fn objects<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    prefix: &str,
) -> Result<Option<Vec<StoredObject>>, CallError> {
    let mut objects = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let listed = session
            .cloud
            .list_objects(bucket, session.account(), prefix, next.as_deref())
            .await;
        let page = match listed {
            Ok(page) => page,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        objects.extend(page.items);
        next = page.next;
        if next.is_none() {
            return Ok(Some(objects));
        }
    }
}
