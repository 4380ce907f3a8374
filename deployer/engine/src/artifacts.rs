//! Code and templates in the artifact bucket, which is made on first use.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::cloud::{CallError, Cloud, Head, NewStack, Stored, TemplateSource};
use crate::stack::{NextMove, StackStatus, sha256_base64};

use super::backoff::Backoff;
use super::watch::{Operation, watch};
use super::{
    ArtifactBucket, CodeArtifact, DeployError, Deployment, Event, Session, Stopped, failed_creation,
};

/// The most that CloudFormation takes in the request itself; more has to be in S3
/// ([quotas](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)).
const LONGEST_INLINE_TEMPLATE: usize = 51_200;
const PATIENCE: Duration = Duration::from_secs(2);

/// Stores what the deployment needs in the bucket, the template too, so that it can be returned to, and returns where
/// CloudFormation reads it.
pub(super) async fn store<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
) -> Result<TemplateSource, DeployError> {
    ensure_bucket(session, deployment).await?;
    for artifact in &deployment.artifacts {
        session.check_interrupt()?;
        ensure_stored(session, deployment, artifact).await?;
    }
    store_template(session, deployment).await?;
    Ok(source(session, deployment))
}

/// Returns where CloudFormation reads a template that is only looked at, and stores nothing: none, if it is too long to go with the request
/// and is not in the bucket.
pub(super) async fn source_to_look_at<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
) -> Result<Option<TemplateSource>, DeployError> {
    if is_long(deployment) {
        let key = deployment.template_key();
        let missing = missing(session, &deployment.bucket.name, [key.as_str()]).await?;
        if !missing.is_empty() {
            return Ok(None);
        }
    }
    Ok(Some(source(session, deployment)))
}

/// Stores the code of one function.
pub(super) async fn store_code<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    artifact: &CodeArtifact,
) -> Result<(), DeployError> {
    ensure_bucket(session, deployment).await?;
    ensure_stored(session, deployment, artifact).await
}

/// Stores the template alone: nothing else is needed where no change set is made.
pub(super) async fn store_template_alone<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
) -> Result<(), DeployError> {
    ensure_bucket(session, deployment).await?;
    store_template(session, deployment).await
}

/// Stores the template under the hash of its bytes.
async fn store_template<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
) -> Result<(), DeployError> {
    let template = CodeArtifact {
        key: deployment.template_key(),
        body: Some(deployment.template.text().into()),
        code_sha256: sha256_base64(deployment.template.text()),
    };
    ensure_stored(session, deployment, &template).await
}

/// The keys of those artifacts that are not in the bucket.
pub(super) async fn missing<'keys, C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    keys: impl IntoIterator<Item = &'keys str>,
) -> Result<Vec<String>, CallError> {
    let mut missing = Vec::new();
    for key in keys {
        if session
            .cloud
            .head_object(bucket, session.account(), key)
            .await?
            .is_none()
        {
            missing.push(key.to_owned());
        }
    }
    Ok(missing)
}

fn source<C: Cloud>(session: &Session<'_, C>, deployment: &Deployment) -> TemplateSource {
    if is_long(deployment) {
        let key = deployment.template_key();
        TemplateSource::Url(session.cloud.object_url(&deployment.bucket.name, &key))
    } else {
        TemplateSource::Inline(deployment.template.text().to_owned())
    }
}

fn is_long(deployment: &Deployment) -> bool {
    deployment.template.text().len() > LONGEST_INLINE_TEMPLATE
}

/// Stores an artifact unless it is in the bucket, and makes sure that what is there is it.
///
/// Whoever may write to the bucket could have stored anything under a key, which names a hash and proves nothing: the checksum that S3 compared when the
/// object was stored has to be the artifact's. Nothing that is there is overwritten.
///
/// # Errors
/// Something else is stored under its key, or something that was stored without a checksum.
async fn ensure_stored<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    artifact: &CodeArtifact,
) -> Result<(), DeployError> {
    let (bucket, key) = (&deployment.bucket.name, &artifact.key);
    let owner = session.account().to_owned();
    if let Some(head) = session.cloud.head_object(bucket, &owner, key).await? {
        check(bucket, artifact, head)?;
        session.tell(Event::UploadSkipped { key: key.clone() });
        return Ok(());
    }
    let Some(body) = artifact.body.clone() else {
        return Err(DeployError::ArtifactsGone {
            bucket: bucket.clone(),
            keys: vec![key.clone()],
        });
    };
    session.tell(Event::Uploading {
        key: key.clone(),
        bytes: body.len(),
    });
    let hash = &artifact.code_sha256;
    let stored = session
        .cloud
        .store_new_object(bucket, &owner, key, body, hash)
        .await?;
    match stored {
        Stored::New => {
            session.uploads.objects += 1;
            Ok(())
        }
        // Another deployment of the same code was faster, or somebody who means no good.
        Stored::TakenAlready => {
            let head = session.cloud.head_object(bucket, &owner, key).await?;
            check(bucket, artifact, head.unwrap_or_default())
        }
    }
}

fn check(bucket: &str, artifact: &CodeArtifact, head: Head) -> Result<(), DeployError> {
    if head.sha256.as_ref() == Some(&artifact.code_sha256) {
        return Ok(());
    }
    Err(DeployError::ForeignObject {
        bucket: bucket.to_owned(),
        key: artifact.key.clone(),
        wanted: artifact.code_sha256.clone(),
        found: head.sha256,
    })
}

/// Makes the bucket's stack unless the bucket exists. Two first deployments at once make it once: the second waits.
async fn ensure_bucket<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
) -> Result<(), DeployError> {
    let bucket = &deployment.bucket;
    let owner = session.account().to_owned();
    if session.cloud.bucket_exists(&bucket.name, &owner).await? {
        return Ok(());
    }
    let standing = session.cloud.describe_stack(&bucket.stack).await?;
    if let Some(stack) = standing.filter(|stack| stack.status.next_move() == NextMove::DeleteThenCreate) {
        failed_creation::remove(session, stack, deployment.execution_role.as_deref()).await?;
    }
    let request = NewStack {
        stack: bucket.stack.clone(),
        template: TemplateSource::Inline(bucket.template.clone()),
        // All environments of the account share it: it carries nothing of the one that happens to be the first, and CloudFormation
        // would keep a role for whatever is done with the stack later.
        tags: BTreeMap::new(),
        role: None,
        token: session.new_token(),
    };
    match session.cloud.create_stack(&request).await {
        Ok(stack_id) => follow(session, &request, &stack_id, bucket).await,
        Err(error) if error.is_already_exists() || error.may_have_been_done() => {
            wait_for_other(session, bucket, error).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn follow<C: Cloud>(
    session: &mut Session<'_, C>,
    request: &NewStack,
    stack_id: &str,
    bucket: &ArtifactBucket,
) -> Result<(), DeployError> {
    session.tell(Event::BucketCreating {
        bucket: bucket.name.clone(),
        stack: bucket.stack.clone(),
    });
    let gone = |status| DeployError::NoBucket {
        bucket: bucket.name.clone(),
        stack: bucket.stack.clone(),
        status,
        cause: None,
    };
    let stack = session
        .cloud
        .describe_stack(stack_id)
        .await?
        .ok_or_else(|| gone(None))?;
    let operation = Operation::from_the_start(stack, request.token.clone());
    let ended = watch(session, &operation)
        .await
        .map_err(|unseen| Stopped::unseen(&bucket.stack, unseen))?;
    if ended.status.is_success() {
        session.uploads.bucket_is_new = true;
        return Ok(());
    }
    Err(DeployError::NoBucket {
        bucket: bucket.name.clone(),
        stack: bucket.stack.clone(),
        status: Some(ended.status),
        cause: ended.cause,
    })
}

async fn wait_for_other<C: Cloud>(
    session: &mut Session<'_, C>,
    bucket: &ArtifactBucket,
    refused: CallError,
) -> Result<(), DeployError> {
    // After a lost answer nobody else is there, or this run itself is.
    if refused.may_have_been_done() && session.cloud.describe_stack(&bucket.stack).await?.is_none() {
        return Err(refused.into());
    }
    session.tell(Event::BucketAwaited {
        stack: bucket.stack.clone(),
    });
    let owner = session.account().to_owned();
    let mut backoff = Backoff::up_to(PATIENCE);
    loop {
        let stack = session.cloud.describe_stack(&bucket.stack).await?;
        let status = stack.map(|stack| stack.status);
        if status.as_ref().map(StackStatus::next_move) != Some(NextMove::Wait) {
            if session.cloud.bucket_exists(&bucket.name, &owner).await? {
                return Ok(());
            }
            return Err(DeployError::NoBucket {
                bucket: bucket.name.clone(),
                stack: bucket.stack.clone(),
                status,
                cause: None,
            });
        }
        session.pause(backoff.next()).await?;
    }
}
