//! PURE: the endpoint that calls go to.

/// The prefix of the variables from which the SDKs read an endpoint: one for all services, and one for each.
const ENDPOINT_VARIABLE: &str = "AWS_ENDPOINT_URL";

/// An endpoint variable is set, but the environment has no endpoint of its own.
///
/// A stray variable would redirect a deployment away from where its environment says.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{variable}` is set, but the environment has no `endpoint`")]
pub struct EndpointRefused {
    /// The variable or, from a profile, the setting.
    pub variable: String,
}

/// Determines the endpoint: the environment's own, unless `AWS_ENDPOINT_URL` overrides it.
///
/// # Errors
/// The environment has no endpoint, but one of the variables is set, for whatever service.
pub fn refuse_stray_endpoints(
    endpoint: Option<&str>,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Option<String>, EndpointRefused> {
    let mut set: Vec<_> = variables
        .into_iter()
        .filter(|(name, value)| name.starts_with(ENDPOINT_VARIABLE) && !value.is_empty())
        .collect();
    set.sort();
    let Some(endpoint) = endpoint else {
        return match set.into_iter().next() {
            None => Ok(None),
            Some((variable, _)) => Err(EndpointRefused { variable }),
        };
    };
    let of_all_services = set.into_iter().find(|(name, _)| name == ENDPOINT_VARIABLE);
    Ok(Some(
        of_all_services.map_or_else(|| endpoint.to_owned(), |(_, value)| value),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(name: &str) -> [(String, String); 2] {
        [
            ("HOME".into(), "/".into()),
            (name.into(), "http://127.0.0.1:1".into()),
        ]
    }

    #[test]
    fn an_endpoint_variable_is_refused_where_the_environment_has_none() {
        for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"] {
            let refused = refuse_stray_endpoints(None, variables(name));
            assert_eq!(
                refused,
                Err(EndpointRefused {
                    variable: name.into()
                })
            );
        }
    }

    #[test]
    fn where_the_environment_has_one_the_variable_for_all_services_goes_first() {
        let endpoint = Some("http://127.0.0.1:4566");
        assert_eq!(
            refuse_stray_endpoints(endpoint, variables("AWS_ENDPOINT_URL"))
                .unwrap()
                .as_deref(),
            Some("http://127.0.0.1:1")
        );
        assert_eq!(refuse_stray_endpoints(endpoint, []).unwrap().as_deref(), endpoint);
    }

    #[test]
    fn without_either_calls_go_to_aws() {
        assert_eq!(
            refuse_stray_endpoints(None, [("AWS_REGION".into(), "x".into())]),
            Ok(None)
        );
        assert_eq!(
            refuse_stray_endpoints(None, [("AWS_ENDPOINT_URL".into(), String::new())]),
            Ok(None)
        );
    }
}
