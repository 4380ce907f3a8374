//! Changes that somebody makes outside the stack.

use aws_sdk_lambda::types::Environment as Variables;
use event_store_e2e::{Deployment, Environment};

use crate::deployment;

#[tokio::test]
async fn what_was_changed_past_the_stack_is_told_and_what_was_not_is_not() {
    let mut deployment = deployment(Environment::staging_like("drift")).await;
    deployment.up(&[]).await.succeeded();
    let same = deployment.run("drift", &["--exit-code"]).await.succeeded();
    assert!(same.stdout.contains("is as it was deployed"), "{same}");

    make_the_api_talk(&deployment).await;
    let drifted = deployment.run("drift", &["--exit-code"]).await.ended_with(2);
    for told in [
        "ApiFunction has LOG_LEVEL=trace, the template says info",
        "ApiFunction serves version 2, the stack published 1",
        "Environment.Variables.LOG_LEVEL",
    ] {
        assert!(drifted.stdout.contains(told), "`{told}` is missing: {drifted}");
    }
    let json = deployment.run("drift", &["--json"]).await.succeeded();
    assert!(json.stdout.contains(r#""drifted":true"#), "{json}");

    deployment.unprotect_and_purge().await.succeeded();
}

/// Changes a variable, publishes the change and points the alias to it, as somebody in a hurry would.
async fn make_the_api_talk(deployment: &Deployment) {
    let lambda = deployment.cloud().lambda();
    let alias = deployment.describe().await.output("EsApiAlias");
    let function = alias.strip_suffix(":live").unwrap();
    let found = lambda
        .get_function_configuration()
        .function_name(function)
        .send()
        .await
        .unwrap();
    let mut variables = found.environment.unwrap().variables.unwrap();
    variables.insert("LOG_LEVEL".to_owned(), "trace".to_owned());
    lambda
        .update_function_configuration()
        .function_name(function)
        .environment(Variables::builder().set_variables(Some(variables)).build())
        .send()
        .await
        .unwrap();
    let published = lambda
        .publish_version()
        .function_name(function)
        .send()
        .await
        .unwrap();
    lambda
        .update_alias()
        .function_name(function)
        .name("live")
        .function_version(published.version.unwrap())
        .send()
        .await
        .unwrap();
}
