//! Code and templates in the artifact bucket, which is made on first use.

use std::time::Duration;

use crate::aws::{CallError, Cloud, NewStack, TemplateSource};
use crate::stack::{NextMove, StackStatus};

use super::pace::Pace;
use super::watch::{Operation, Unseen, watch};
use super::{ArtifactBucket, CodeArtifact, DeployError, Deployment, Event, Session, Talk, failed_creation};

/// The most that CloudFormation takes in the request itself; more has to be in S3
/// ([quotas](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)).
const LONGEST_INLINE_TEMPLATE: usize = 51_200;
const PATIENCE: Duration = Duration::from_secs(2);

/// Stores what the deployment needs in the bucket, the template too, so that it can be returned to, and returns where
/// CloudFormation reads it.
pub(super) async fn store<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
) -> Result<TemplateSource, DeployError> {
    ensure_bucket(session, deployment).await?;
    for artifact in &deployment.artifacts {
        session.check_interrupt()?;
        if let Some(body) = &artifact.body {
            store_object(session, &deployment.bucket, &artifact.key, body).await?;
        }
    }
    store_template(session, deployment).await?;
    Ok(source(session, deployment))
}

/// Returns where CloudFormation reads a template that is only looked at: one that goes with the request is not stored.
pub(super) async fn source_to_look_at<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
) -> Result<TemplateSource, DeployError> {
    if is_long(deployment) {
        ensure_bucket(session, deployment).await?;
        store_template(session, deployment).await?;
    }
    Ok(source(session, deployment))
}

/// Stores the code of one function.
pub(super) async fn store_code<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    artifact: &CodeArtifact,
) -> Result<(), DeployError> {
    ensure_bucket(session, deployment).await?;
    if let Some(body) = &artifact.body {
        store_object(session, &deployment.bucket, &artifact.key, body).await?;
    }
    Ok(())
}

/// Stores the template under the hash of its bytes.
pub(super) async fn store_template<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
) -> Result<(), CallError> {
    let (key, body) = (deployment.template_key(), deployment.template.as_bytes());
    store_object(session, &deployment.bucket, &key, body).await
}

/// The keys of those artifacts that are not in the bucket.
pub(super) async fn missing<'keys, C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    bucket: &str,
    keys: impl IntoIterator<Item = &'keys str>,
) -> Result<Vec<String>, CallError> {
    let mut missing = Vec::new();
    for key in keys {
        if !session
            .cloud
            .object_exists(bucket, session.account(), key)
            .await?
        {
            missing.push(key.to_owned());
        }
    }
    Ok(missing)
}

fn source<C: Cloud, T: Talk>(session: &Session<'_, C, T>, deployment: &Deployment) -> TemplateSource {
    if is_long(deployment) {
        let key = deployment.template_key();
        TemplateSource::Url(session.cloud.object_url(&deployment.bucket.name, &key))
    } else {
        TemplateSource::Inline(deployment.template.clone())
    }
}

fn is_long(deployment: &Deployment) -> bool {
    deployment.template.len() > LONGEST_INLINE_TEMPLATE
}

async fn store_object<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    bucket: &ArtifactBucket,
    key: &str,
    body: &[u8],
) -> Result<(), CallError> {
    let owner = session.account().to_owned();
    if session.cloud.object_exists(&bucket.name, &owner, key).await? {
        session.tell(Event::UploadSkipped { key: key.to_owned() });
        return Ok(());
    }
    session.tell(Event::Uploading {
        key: key.to_owned(),
        bytes: body.len(),
    });
    session
        .cloud
        .store_object(&bucket.name, &owner, key, body.to_vec())
        .await
}

/// Makes the bucket's stack unless the bucket exists. Two first deployments at once make it once: the second waits.
async fn ensure_bucket<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
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
        tags: deployment.tags.clone(),
        role: deployment.execution_role.clone(),
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

async fn follow<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
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
    let ended = watch(session, &operation).await.map_err(|unseen| match unseen {
        Unseen::Interrupted => DeployError::Interrupted {
            going_on: Some(bucket.stack.clone()),
        },
        Unseen::LostSight(source) => DeployError::LostSight {
            stack: bucket.stack.clone(),
            source,
        },
    })?;
    if ended.status.is_success() {
        return Ok(());
    }
    Err(DeployError::NoBucket {
        bucket: bucket.name.clone(),
        stack: bucket.stack.clone(),
        status: Some(ended.status),
        cause: ended.cause,
    })
}

async fn wait_for_other<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
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
    let mut pace = Pace::up_to(PATIENCE);
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
        session.pause(pace.next()).await?;
    }
}
