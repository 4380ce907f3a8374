//! What is told of runs that have not come to their end, by commands that leave what these hold to them.

use crate::Session;
use crate::cloud::{CallError, Cloud};
use crate::objects::objects;
use crate::stack::garbage::StoredObject;
use crate::stack::{Intent, Unfinished, is_intent, run_prefix};

/// The runs on a stack that have not come to their end, oldest first, as far as that can be read: whoever may not read the bucket can look at
/// the stack all the same.
pub async fn unfinished<C: Cloud>(session: &Session<'_, C>, bucket: &str, stack: &str) -> Vec<Unfinished> {
    let Ok(Some(objects)) = objects(session, bucket, &run_prefix(stack)).await else {
        return Vec::new();
    };
    let intents = intents_among(session, bucket, &objects).await.unwrap_or_default();
    told(&intents)
}

/// What others are told of intents.
pub(crate) fn told(intents: &[(String, Intent)]) -> Vec<Unfinished> {
    let runs = intents.iter();
    runs.filter_map(|(key, intent)| Unfinished::of(key, intent))
        .collect()
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
