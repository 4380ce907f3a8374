//! Finding a store by the name of its environment, against a scripted Parameter Store.

use std::error::Error as _;

use aws_sdk_ssm::config::retry::RetryConfig;
use aws_sdk_ssm::config::{BehaviorVersion, Credentials, Region};
use event_store_client::{AddressError, Client, ClientBuilder};
use serde_json::{Value, json};
use wiremock::{MockServer, ResponseTemplate};

use crate::store::{answering, order, placed, requests, written};

/// A client of the Parameter Store, wherever `server` is, that sends once.
fn ssm(server: &MockServer) -> aws_sdk_ssm::Client {
    let configuration = aws_sdk_ssm::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(server.uri())
        .build();
    aws_sdk_ssm::Client::from_conf(configuration)
}

async fn not_found(response: ResponseTemplate) -> AddressError {
    let parameters = answering([response]).await;
    ClientBuilder::from_environment_stack(&ssm(&parameters), "staging")
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_store_is_found_by_the_name_of_its_environment() {
    let store = answering([written(1)]).await;
    let address = format!("{}/_aws/lambda-url/abc/", store.uri());
    let parameter = json!({"Parameter": {"Name": "/staging-pr-42/event-store/ES_URL", "Value": address}});
    let parameters = answering([ResponseTemplate::new(200).set_body_json(parameter)]).await;

    let found = ClientBuilder::from_environment_stack(&ssm(&parameters), "staging-pr-42").await;
    let client: Client = found.unwrap().build().unwrap();
    client.create_stream(&order(), placed()).await.unwrap();

    let asked: Value = requests(&parameters).await[0].body_json().unwrap();
    assert_eq!(asked, json!({"Name": "/staging-pr-42/event-store/ES_URL"}));
    let sent = &requests(&store).await[0];
    assert!(sent.url.path().starts_with("/_aws/lambda-url/abc/streams/order/"));
}

#[tokio::test]
async fn an_environment_that_is_not_deployed_is_told_apart_from_one_that_cannot_be_looked_up() {
    let absent = ResponseTemplate::new(400).set_body_json(json!({"__type": "ParameterNotFound"}));
    let absent = not_found(absent).await;
    assert!(absent.is_not_found());
    let empty = not_found(ResponseTemplate::new(200).set_body_json(json!({}))).await;
    assert!(empty.is_not_found() && empty.source().is_none());
    let denied = ResponseTemplate::new(400).set_body_json(json!({"__type": "AccessDeniedException"}));
    let denied = not_found(denied).await;
    assert!(!denied.is_not_found() && denied.source().is_some());
    insta::assert_snapshot!(format!("{absent}\n{empty}\n{denied}"), @"
    there is no parameter `/staging/event-store/ES_URL` in this account and region; is the environment deployed?
    there is no parameter `/staging/event-store/ES_URL` in this account and region; is the environment deployed?
    the parameter `/staging/event-store/ES_URL` cannot be read
    ");
}
