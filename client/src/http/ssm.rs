//! Finding a store by its environment.

use std::fmt;

use aws_sdk_ssm::error::SdkError;
use aws_sdk_ssm::operation::get_parameter::GetParameterError;

use super::ClientBuilder;

impl ClientBuilder {
    /// Starts a client of the store that is deployed as the environment `environment` (`staging`, `staging-pr-42`), whose address it
    /// asks the Parameter Store of AWS Systems Manager for: `/<environment>/event-store/ES_URL`.
    ///
    /// ```no_run
    /// use event_store_client::Client;
    /// use event_store_client::ClientBuilder;
    ///
    /// # async fn example(ssm: aws_sdk_ssm::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let client: Client = ClientBuilder::from_environment_stack(&ssm, "staging").await?.build()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the Parameter Store does not answer, or has no such parameter.
    pub async fn from_environment_stack(
        ssm: &aws_sdk_ssm::Client,
        environment: &str,
    ) -> Result<Self, AddressError> {
        let name = format!("/{environment}/event-store/ES_URL");
        let found = ssm.get_parameter().name(&name).send().await;
        match found.map(|found| found.parameter.and_then(|parameter| parameter.value)) {
            Ok(Some(address)) => Ok(Self::new(address)),
            Ok(None) => Err(AddressError { name, source: None }),
            Err(source) => Err(AddressError {
                name,
                source: Some(Box::new(source)),
            }),
        }
    }
}

/// Why the address of a store could not be found.
#[derive(Debug)]
pub struct AddressError {
    name: String,
    source: Option<Box<SdkError<GetParameterError>>>,
}

impl AddressError {
    /// Whether there is no such parameter: no store is deployed as that environment in this account and region.
    pub fn is_not_found(&self) -> bool {
        match &self.source {
            None => true,
            Some(source) => source
                .as_service_error()
                .is_some_and(GetParameterError::is_parameter_not_found),
        }
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_not_found() {
            write!(
                formatter,
                "there is no parameter `{}` in this account and region; is the environment deployed?",
                self.name
            )
        } else {
            write!(formatter, "the parameter `{}` cannot be read", self.name)
        }
    }
}

impl std::error::Error for AddressError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}
