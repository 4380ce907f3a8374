//! The deployed store to verify, and the clients that reach it.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use cfn_template::ParameterValue;
use event_store_client::transport::Network;
use event_store_client::{Client, RetryPolicy};
use event_store_deployer::environment::{Endpoint, Environment};
use serde::Deserialize;

use super::error::Failed;
use super::program::Program;
use super::witness::Witness;
use crate::Cloud;

/// Allows for cold starts, and for requests that other claims delay.
const ATTEMPT_TIMEOUT: Duration = Duration::from_mins(2);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// With low concurrency, of the account or of the environment, Lambda answers 429 for a while.
const ATTEMPTS: u32 = 12;

/// A deployed store.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) environment: Environment,
    pub(super) described: Described,
    pub(super) cloud: Cloud,
    pub(super) witness: Witness,
    credentials: SharedCredentialsProvider,
}

/// The part of the output of `deployer describe` that matters here.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Described {
    pub(super) stack: String,
    pub(super) healthy: bool,
    outputs: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) functions: Vec<Function>,
}

/// A function and its running code.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Function {
    pub(super) logical_id: String,
    pub(super) revision: Option<String>,
}

impl Described {
    pub(super) fn output(&self, name: &'static str) -> Result<&str, Failed> {
        let output = self.outputs.get(name).map(String::as_str);
        output.ok_or_else(|| Failed::NoOutput {
            stack: self.stack.clone(),
            name,
        })
    }
}

impl Target {
    /// Finds the deployed store, after the deployer has checked the account.
    pub(super) async fn find(
        program: &Program,
        environment: Environment,
        in_flight: u16,
    ) -> Result<Self, Failed> {
        let described: Described =
            serde_json::from_str(&program.describe().await?).map_err(Failed::Description)?;
        let endpoint = environment.endpoint.as_ref().map(Endpoint::as_str);
        let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(https.build_https())
            .region(Region::new(environment.region.to_string()));
        if let Some(endpoint) = endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        let configuration = loader.load().await;
        let credentials = configuration
            .credentials_provider()
            .ok_or(Failed::NoCredentials)?;
        let now = credentials.provide_credentials().await?;
        Ok(Self {
            environment,
            described,
            cloud: Cloud::of(configuration, now),
            witness: Witness::before(Network::new(CONNECT_TIMEOUT)?, in_flight),
            credentials,
        })
    }

    /// A client whose requests pass the witness, signed if the store requires it.
    pub(super) fn client(&self) -> Result<Client, Failed> {
        self.client_past(&self.witness, RetryPolicy::default().attempts(ATTEMPTS))
    }

    /// The same with another witness.
    pub(super) fn client_past(&self, witness: &Witness, retry: RetryPolicy) -> Result<Client, Failed> {
        let builder = Client::builder(self.described.output("EsUrl")?)
            .user_agent("event-store-verify")
            .attempt_timeout(ATTEMPT_TIMEOUT)
            .retry(retry)
            .transport(witness.clone());
        let builder = if self.is_signed() {
            builder.aws_iam(self.credentials.clone(), self.environment.region.as_str())
        } else {
            builder
        };
        Ok(builder.build()?)
    }

    /// A client that does not sign.
    pub(super) fn unsigned(&self) -> Result<Client, Failed> {
        let builder = Client::builder(self.described.output("EsUrl")?).transport(self.witness.clone());
        Ok(builder.build()?)
    }

    /// Texts that the report must not contain: the account id, and the id that makes the store's address hard to guess.
    pub(super) fn secrets(&self) -> Result<Vec<String>, Failed> {
        let url = self.described.output("EsUrl")?;
        // `https://ID.lambda-url.REGION.on.aws/`; an emulator has the id elsewhere.
        let id = url.split(['/', '.']).max_by_key(|part| part.len());
        Ok(vec![
            self.environment.account.to_string(),
            id.unwrap_or_default().to_owned(),
        ])
    }

    /// Whether requests must be signed, which they must unless the environment says that anybody may call.
    pub(super) fn is_signed(&self) -> bool {
        self.parameter("Access") != Some("public")
    }

    /// The value of a parameter in the environment file.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        match &self.environment.parameters.get(name)?.value {
            ParameterValue::Text(text) => Some(text),
            ParameterValue::List(_) => None,
        }
    }
}
