//! What is told of runs that have not come to their end, by commands that leave what these hold to them.

use crate::Session;
use crate::cloud::{CallError, Cloud};
use crate::objects::objects;
use crate::smoke;
use crate::stack::garbage::StoredObject;
use crate::stack::{Intent, StackPolicy, Unfinished, is_intent, run_prefix};

/// The runs on a stack that have not come to their end, oldest first, as far as that can be read: whoever may not read the bucket can look at
/// the stack all the same.
pub async fn unfinished<C: Cloud>(session: &Session<'_, C>, bucket: &str, stack: &str) -> Vec<Unfinished> {
    let objects = objects(session, bucket, &run_prefix(stack)).await;
    let objects = objects.ok().flatten().unwrap_or_default();
    let intents = intents_among(session, bucket, &objects).await.unwrap_or_default();
    let mut told = told(session, &intents).await;
    // A trial changes no stack and writes nothing down: its queue tells of it.
    told.extend(smoke::trials(session, stack).await.unwrap_or_default());
    told
}

/// What others are told of intents.
pub(crate) async fn told<C: Cloud>(
    session: &Session<'_, C>,
    intents: &[(String, Intent)],
) -> Vec<Unfinished> {
    let mut told = Vec::new();
    for (_, intent, mut run) in runs(intents) {
        run.policy_lifted = is_lifted(session, intent).await;
        told.push(run);
    }
    told
}

/// The runs that wrote intents, with these and their keys, oldest first; but for one that a later run has taken up: that one is told of instead.
/// Whoever deletes a stack takes up all that came before.
pub(super) fn runs(intents: &[(String, Intent)]) -> impl Iterator<Item = (&String, &Intent, Unfinished)> {
    let deletion = intents
        .iter()
        .rposition(|(_, intent)| matches!(intent, Intent::Delete(_)));
    let is_taken_up = |key: &String| {
        intents
            .iter()
            .any(|(_, later)| matches!(later, Intent::Deploy(later) if later.takes_up.contains(key)))
    };
    let standing = intents.iter().skip(deletion.unwrap_or_default());
    standing
        .filter(move |(key, _)| !is_taken_up(key))
        .filter_map(|(key, intent)| Some((key, intent, Unfinished::of(key, intent)?)))
}

/// Whether the stack policy that a run was to lift is lifted, as far as that can be read.
pub(super) async fn is_lifted<C: Cloud>(session: &Session<'_, C>, intent: &Intent) -> bool {
    let Intent::Deploy(intent) = intent else {
        return false;
    };
    let Some(lifting) = &intent.policy else {
        return false;
    };
    let actual = session.cloud.stack_policy(&intent.release.stack_id).await;
    let lifted = StackPolicy::of_stack(lifting.lifted.clone());
    actual.is_ok_and(|actual| actual.is_some() && lifted.is_in_force(actual.as_ref()))
}

/// The intents among what lies in the bucket, with their keys, oldest first.
pub(crate) async fn intents_among<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    objects: &[StoredObject],
) -> Result<Vec<(String, Intent)>, CallError> {
    let mut intents = Vec::new();
    for key in objects
        .iter()
        .map(|object| &object.key)
        .filter(|key| is_intent(key))
    {
        let intent = super::read_intent(session, bucket, key).await?;
        intents.extend(intent.map(|intent| (key.clone(), intent)));
    }
    Ok(intents)
}
