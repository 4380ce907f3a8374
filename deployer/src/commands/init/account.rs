//! The account of a new environment, of whoever's credentials are in use.

use std::path::Path;

use cfn_deploy::cloud::{CallError, Identity as _};

use super::error::InitError;
use crate::aws::{Aws, EndpointRefused, refuse_stray_endpoints};
use crate::commands::connection::certificates;
use crate::commands::error::{CommandError, ErrorKind};
use crate::commands::hints::in_between;
use crate::process_env::ProcessEnv;

pub(super) async fn ask_for_account(
    endpoint: Option<&str>,
    region: &str,
    process_env: &ProcessEnv,
) -> Result<String, CommandError> {
    let certificates = certificates(process_env.variable("AWS_CA_BUNDLE").map(Path::new))?;
    let unknown = |error: CallError| {
        let in_between = in_between(&error).map(str::to_owned);
        CommandError::new(ErrorKind::Failed, InitError::NoAccount(error))
            .hints(in_between)
            .hint("give it with `--account 123456789012`, or log in and run this again")
    };
    // A flag goes before a variable; without one, a variable would have somebody else asked.
    if endpoint.is_none() {
        refuse_stray_endpoints(None, process_env.variables.clone()).map_err(in_the_way)?;
    }
    let aws = Aws::connect(region, endpoint, certificates)
        .await
        .map_err(in_the_way)?;
    let caller = aws.caller().await.map_err(unknown)?;
    Ok(caller.account)
}

/// A variable, or a setting of the profile, would have another than AWS asked.
fn in_the_way(refused: EndpointRefused) -> CommandError {
    let EndpointRefused { variable } = &refused;
    let away = if variable.starts_with("AWS_") {
        format!("unset `{variable}`")
    } else {
        format!("take `{variable}` out of the profile")
    };
    let hint = format!(
        "{away}; or say with `--endpoint URL` that the environment is there; or give the account with `--account`"
    );
    CommandError::new(ErrorKind::Usage, InitError::Elsewhere(refused)).hint(hint)
}
