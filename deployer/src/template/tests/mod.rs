//! What a template becomes, and every way in which one is refused.

mod checked;
mod expressions;
mod loops;
mod properties;
mod recorded;
mod refusals;
mod whole;

use super::{Artifacts, Rendered, Template, render};
use crate::environment::Environment;
use crate::problem::Problems;

const ENVIRONMENT: &str = "account: '123456789012'\nregion: eu-central-1\nstack: store\n";

fn environment_with(parameters: &str) -> Environment {
    let text = match parameters {
        "" => ENVIRONMENT.to_owned(),
        parameters => format!(
            "{ENVIRONMENT}parameters:\n  {}\n",
            parameters.replace('\n', "\n  ")
        ),
    };
    Environment::parse("environments/staging.yaml", &text, "staging", None).unwrap()
}

fn try_render(template: &str, parameters: &str) -> Result<Rendered, Problems> {
    let template = Template::parse("t.yaml", template)?;
    render(
        &template,
        &environment_with(parameters),
        &Artifacts::in_bucket("bucket").with("api", "code/api.zip"),
    )
}

fn rendered(template: &str, parameters: &str) -> String {
    try_render(template, parameters)
        .unwrap_or_else(|problems| panic!("{problems}"))
        .json()
        .to_owned()
}

fn refused(template: &str, parameters: &str) -> String {
    try_render(template, parameters).unwrap_err().to_string()
}
