//! PURE: the values that an environment gives a template.

use cfn_template::Values;

use super::{Environment, PolicyArn};

impl Environment {
    /// Everything that is known about the stack before it is deployed.
    pub fn values(&self) -> Values {
        Values {
            file: self.file.clone(),
            settings: self.parameters.clone(),
            region: self.region.to_string(),
            account: self.account.to_string(),
            partition: self.region.partition().name.to_owned(),
            url_suffix: self.region.partition().domain.to_owned(),
            stack: self.stack.to_string(),
            environment: self.name.to_string(),
            instance: self
                .instance
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            protected: self.protected,
            processor: self.architecture.processor().to_owned(),
            endpoint: self
                .endpoint
                .as_ref()
                .map_or_else(String::new, |endpoint| endpoint.as_str().to_owned()),
            url: match (&self.url, &self.endpoint) {
                (Some(pattern), Some(endpoint)) => pattern.address(endpoint, "{id}"),
                _ => String::new(),
            },
            permissions_boundary: self
                .permissions_boundary
                .as_ref()
                .map(|boundary: &PolicyArn| boundary.as_str().to_owned()),
        }
    }
}
