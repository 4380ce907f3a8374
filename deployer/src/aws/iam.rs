//! IAM.

use super::{Aws, CallError, Roles};

impl Roles for Aws {
    async fn role_exists(&self, name: &str) -> Result<bool, CallError> {
        let answer = self.iam.get_role().role_name(name).send().await;
        match answer.map_err(|error| self.failure("iam:GetRole", error)) {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }
}
