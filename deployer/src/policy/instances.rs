//! PURE: all instances of an environment whose names share a prefix, such as the previews of pull requests.

use std::str::FromStr;

use super::Policy;
use crate::environment::{Environment, Instance, NameError, StackName};

/// The common prefix of some instances' names, such as `pr-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instances {
    prefix: String,
    /// The instance that is rendered as an example for all.
    example: Instance,
}

/// Why the instances cannot exist.
#[derive(Debug, thiserror::Error)]
pub enum InstancesError {
    /// The environment is protected.
    #[error("a protected environment has no instances")]
    Protected,
    /// The stack's name would not be valid.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl FromStr for Instances {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        // An empty prefix would match every stack whose name begins with the environment's.
        let refused = || NameError::Instance(text.to_owned());
        if text.is_empty() {
            return Err(refused());
        }
        let example = format!("{text}0").parse().map_err(|_| refused())?;
        Ok(Self {
            prefix: text.to_owned(),
            example,
        })
    }
}

impl Instances {
    /// All instances that an environment can have.
    ///
    /// # Errors
    /// Never in practice: the name of the example is valid.
    pub fn any() -> Result<Self, NameError> {
        Ok(Self {
            prefix: String::new(),
            example: "i0".parse()?,
        })
    }

    /// The example, as an environment of its own.
    ///
    /// # Errors
    /// The environment has no instances, or their names would be too long.
    pub fn example(&self, environment: &Environment) -> Result<Environment, InstancesError> {
        if environment.protected {
            return Err(InstancesError::Protected);
        }
        let stack = format!("{}-{}", environment.stack, self.example);
        Ok(Environment {
            instance: Some(self.example.clone()),
            stack: stack.parse::<StackName>()?,
            ..environment.clone()
        })
    }

    /// Generalises a policy for the example to all instances.
    #[must_use]
    pub fn all(&self, environment: &Environment, of_example: Policy) -> Policy {
        let names = [environment.stack.as_str(), environment.name.as_str()];
        of_example.renamed(|text| {
            names.iter().fold(text.to_owned(), |text, name| {
                text.replace(
                    &format!("{name}-{}", self.example),
                    &format!("{name}-{}*", self.prefix),
                )
            })
        })
    }
}
