//! The owner of the artifact bucket.

use super::{Examination, unknown};
use crate::cloud::{CallErrorKind, Cloud};
use crate::finding::{Code, Finding, Severity};

pub(super) async fn bucket<C: Cloud>(cloud: &C, examination: &Examination) -> Finding {
    let Examination { bucket, account, .. } = examination;
    let code = Code::ArtifactBucket;
    match cloud.bucket_exists(bucket, account).await {
        Ok(true) => Finding::fine(code, format!("the artifact bucket `{bucket}` is the account's")),
        Ok(false) => Finding::fine(
            code,
            format!("the artifact bucket `{bucket}` is made by the first `up`"),
        ),
        Err(error) if matches!(error.kind, CallErrorKind::AccessDenied { .. }) => Finding::new(
            code,
            Severity::Error,
            format!("the artifact bucket `{bucket}` is another account's, or may not be looked at"),
            "allow `s3:ListBucket` on it; if the name is taken by a stranger, nothing can be uploaded in this account and region",
        ),
        Err(error) => unknown(code, &error),
    }
}
