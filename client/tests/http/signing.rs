//! Which requests are signed, and how often.

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use event_store_client::Client;
use wiremock::ResponseTemplate;

use crate::store::{answering, brief, client, order, placed, requests, written};

#[tokio::test]
async fn every_attempt_is_signed() {
    let server = answering([ResponseTemplate::new(500), written(1)]).await;
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", Some("token".into()), None, "test");
    let client = Client::builder(server.uri())
        .aws_iam(credentials, "eu-central-1")
        .retry(brief())
        .build()
        .unwrap();
    client.create_stream(&order(), placed()).await.unwrap();
    let sent = requests(&server).await;
    assert_eq!(sent.len(), 2);
    for request in sent {
        let authorization = request.headers["authorization"].to_str().unwrap();
        assert!(
            authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"),
            "{authorization}"
        );
        assert!(
            authorization.contains("/eu-central-1/lambda/aws4_request"),
            "{authorization}"
        );
        assert!(
            authorization.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token"),
            "{authorization}"
        );
        assert_eq!(request.headers["x-amz-security-token"], "token");
        assert!(request.headers.contains_key("x-amz-date"));
    }
}

#[tokio::test]
async fn without_credentials_nothing_is_signed() {
    let server = answering([written(1)]).await;
    client(&server.uri())
        .create_stream(&order(), placed())
        .await
        .unwrap();
    assert!(!requests(&server).await[0].headers.contains_key("authorization"));
}

#[derive(Debug)]
struct Locked;

impl ProvideCredentials for Locked {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("the vault is locked")))
    }
}

#[tokio::test]
async fn without_credentials_to_sign_with_nothing_is_sent() {
    let server = answering([written(1)]).await;
    let client = Client::builder(server.uri())
        .aws_iam(Locked, "eu-central-1")
        .build()
        .unwrap();
    let error = client.create_stream(&order(), placed()).await.unwrap_err();
    assert!(!error.is_retryable() && error.unsettled().is_none());
    assert!(std::error::Error::source(&error).is_some());
    assert!(requests(&server).await.is_empty());
}
