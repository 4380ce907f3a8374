//! PURE: all instances of an environment whose names begin alike, such as the previews of pull requests.

use std::str::FromStr;

use super::Policy;
use crate::environment::{Environment, Instance, NameError, StackName};

/// What the names of some instances begin with: `pr-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instances {
    prefix: String,
    /// The one that is rendered in place of all.
    example: Instance,
}

/// Why there are no such instances.
#[derive(Debug, thiserror::Error)]
pub enum InstancesError {
    /// The environment is protected.
    #[error("a protected environment has no instances")]
    Protected,
    /// The name of the stack would be none.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl FromStr for Instances {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        // Without a prefix, every stack would be meant whose name begins with the environment's.
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
    /// Never: the name is one.
    pub fn any() -> Result<Self, NameError> {
        Ok(Self {
            prefix: String::new(),
            example: "i0".parse()?,
        })
    }

    /// One of them, as an environment of its own.
    ///
    /// # Errors
    /// The environment has no instances, or not under such long names.
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

    /// What is said of the one, said of all.
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
