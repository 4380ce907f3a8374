//! The deployer's rendering of a generated template.

use cfn_template::{Artifacts, Template, render};
use event_store_deployer::environment::Environment;
use serde_json::Value;

use super::Generated;
use crate::emulator::REGION;
use crate::environment::ACCOUNT;

impl Generated {
    /// The rendering of the template with its parameters.
    ///
    /// # Errors
    /// All problems that the deployer reports.
    pub fn rendering(&self) -> Result<String, String> {
        let mut environment = format!("account: '{ACCOUNT}'\nregion: {REGION}\nstack: stack\nparameters:\n");
        for (name, value) in &self.parameters {
            let value = Value::from(value.as_str()).to_string();
            environment.extend(["  ", name, ": ", &value, "\n"]);
        }
        let rendered =
            Environment::parse("environments/any.yaml", &environment, "any", None).and_then(|environment| {
                let template = Template::parse("template.yaml", &self.template)?;
                render(&template, &environment.values(), &Artifacts::in_bucket("bucket"))
            });
        match rendered {
            Ok(rendered) => Ok(rendered.json().to_owned()),
            Err(problems) => Err(problems.to_string()),
        }
    }
}
