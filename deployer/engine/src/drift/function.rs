//! Drift of functions: their code, their version and their variables.

use super::unseen::Deployed;
use crate::Session;
use crate::cloud::{CallError, Cloud, FunctionConfiguration};
use crate::stack::{LiveFunction, UnseenDrift, code_sha256_of_key, expected_variables, variable_drift};

pub(super) async fn function_drift<C: Cloud>(
    session: &Session<'_, C>,
    deployed: &Deployed,
    function: &LiveFunction,
) -> Result<Vec<UnseenDrift>, CallError> {
    let logical_id = &function.function_id;
    let missing = || {
        vec![UnseenDrift::Missing {
            logical_id: function.alias_id.clone(),
        }]
    };
    let Some(resource) = deployed.resources.get(logical_id) else {
        return Ok(missing());
    };
    let live = session
        .cloud
        .function_configuration(&resource.physical_id, &function.alias)
        .await?;
    let Some(live) = live else { return Ok(missing()) };
    let mut drifts = code_drift(deployed, function, &live);
    let attributes = deployed
        .streams
        .iter()
        .map(|(table, stream)| ((table.clone(), "StreamArn".to_owned()), stream.clone()))
        .collect();
    let Some(template) = &deployed.template else {
        return Ok(drifts);
    };
    let expected = expected_variables(template, logical_id, &deployed.resources, &attributes);
    drifts.extend(variable_drift(logical_id, &expected, &live.variables));
    Ok(drifts)
}

fn code_drift(
    deployed: &Deployed,
    function: &LiveFunction,
    live: &FunctionConfiguration,
) -> Vec<UnseenDrift> {
    let mut drifts = Vec::new();
    let version = deployed.resources.get(&function.version_id);
    // The version's ARN ends with its number.
    let own = version.and_then(|version| version.physical_id.rsplit(':').next());
    if let Some(own) = own.filter(|own| *own != live.version) {
        drifts.push(UnseenDrift::Version {
            logical_id: function.function_id.clone(),
            expected: own.to_owned(),
            actual: live.version.clone(),
        });
    }
    let expected = function
        .code
        .as_ref()
        .and_then(|code| code_sha256_of_key(&code.key));
    if let Some(expected) = expected.filter(|expected| *expected != live.code_sha256) {
        drifts.push(UnseenDrift::Code {
            logical_id: function.function_id.clone(),
            expected,
            actual: live.code_sha256.clone(),
        });
    }
    drifts
}
