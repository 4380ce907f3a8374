//! What the worker is told by its environment.

use std::env::{self, VarError};
use std::time::Duration;

pub(crate) struct Settings {
    pub(crate) store_url: String,
    pub(crate) is_signed: bool,
    pub(crate) topic_arn: String,
    pub(crate) queue_url: String,
    pub(crate) table: String,
    pub(crate) visibility: Duration,
}

impl Settings {
    pub(crate) fn from_environment() -> Result<Self, String> {
        let visibility = match env::var("VISIBILITY") {
            Ok(seconds) => seconds
                .parse()
                .map_err(|_| format!("`VISIBILITY` is `{seconds}`: set it to a number of seconds"))?,
            Err(_) => 30,
        };
        Ok(Self {
            store_url: required("EVENT_STORE_URL")?,
            is_signed: env::var("EVENT_STORE_ACCESS").is_ok_and(|access| access == "iam"),
            topic_arn: required("TOPIC_ARN")?,
            queue_url: required("QUEUE_URL")?,
            table: required("TABLE")?,
            visibility: Duration::from_secs(visibility),
        })
    }
}

fn required(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| match error {
        VarError::NotPresent => format!("`{name}` is not set: see the head of this example"),
        VarError::NotUnicode(_) => format!("`{name}` is not UTF-8"),
    })
}
