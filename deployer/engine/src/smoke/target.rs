//! Where the store to be tried is.

use jiff::Timestamp;
use serde_json::Value;

use crate::cloud::Cloud;
use crate::stack::{DeployedStack, StackStatus, deployed_template};
use crate::{Session, ownership};

use super::SmokeError;

/// A store to be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmokeTarget {
    pub stack: String,
    /// The store's address.
    pub url: String,
    /// The ARN of the topic that it announces on.
    pub topic: String,
    /// Whether calls have to be signed.
    pub is_signed: bool,
    /// When the stack was made.
    pub made: Timestamp,
}

/// The outputs that tell where the store is.
#[derive(Clone, Copy, Debug)]
pub struct OutputNames {
    /// The one with the address.
    pub url: &'static str,
    /// The one with the topic's ARN.
    pub topic: &'static str,
}

impl SmokeTarget {
    /// Finds the store of a stack.
    ///
    /// # Errors
    /// There is no such stack, or it is another environment's, or has other outputs.
    pub async fn find<C: Cloud>(
        session: &Session<'_, C>,
        stack: &str,
        outputs: OutputNames,
    ) -> Result<Self, SmokeError> {
        let found = session.cloud.describe_stack(stack).await?;
        let found = found.filter(|stack| stack.status != StackStatus::ReviewInProgress);
        let found = found.ok_or_else(|| SmokeError::NoStack {
            stack: stack.to_owned(),
        })?;
        // A trial appends: nobody's log but the environment's own gets an event of it.
        ownership::check(session, &found).await?;
        let template = session.cloud.original_template(&found.id).await?;
        Ok(Self {
            url: output(&found, outputs.url)?,
            topic: output(&found, outputs.topic)?,
            is_signed: deployed_template(&template).is_some_and(|template| is_signed(&template)),
            made: found.created,
            stack: found.name,
        })
    }
}

fn output(stack: &DeployedStack, name: &str) -> Result<String, SmokeError> {
    stack
        .outputs
        .get(name)
        .cloned()
        .ok_or_else(|| SmokeError::NoOutput {
            stack: stack.name.clone(),
            output: name.to_owned(),
        })
}

fn is_signed(template: &Value) -> bool {
    let mut resources = template["Resources"].as_object().into_iter().flatten();
    resources.any(|(_, resource)| {
        resource["Type"] == "AWS::Lambda::Url" && resource["Properties"]["AuthType"] == "AWS_IAM"
    })
}
