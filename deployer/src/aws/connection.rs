//! Creates the clients for an environment's region and endpoint.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::SharedCredentialsProvider;
use aws_types::service_config::ServiceConfigKey;
use cfn_deploy::cloud::Clock;
use jiff::Timestamp;

use super::EndpointRefused;
use super::credentials::Checked;
use super::https::{Certificates, https_client};
use super::recorder::{Calls, Recorder};
use super::retry::Final;

/// AWS, or an emulator, reached over the network.
#[derive(Debug)]
pub struct Aws {
    pub(super) cloudformation: aws_sdk_cloudformation::Client,
    pub(super) dynamodb: aws_sdk_dynamodb::Client,
    pub(super) iam: aws_sdk_iam::Client,
    pub(super) lambda: aws_sdk_lambda::Client,
    pub(super) logs: aws_sdk_cloudwatchlogs::Client,
    pub(super) s3: aws_sdk_s3::Client,
    pub(super) sns: aws_sdk_sns::Client,
    pub(super) sqs: aws_sdk_sqs::Client,
    pub(super) ssm: aws_sdk_ssm::Client,
    pub(super) sts: aws_sdk_sts::Client,
    pub(super) region: String,
    /// The endpoint, for messages.
    pub(super) endpoint: Option<String>,
    pub(super) credentials: Option<SharedCredentialsProvider>,
    certificates: Option<Certificates>,
    calls: Calls,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPT_TIMEOUT: Duration = Duration::from_mins(1);
/// AWS throttles stack operations per account; retrying is cheaper than a deployment that loses track of its stack.
const ATTEMPTS_AT_AWS: u32 = 8;
/// An emulator on this machine either answers or does not.
const ATTEMPTS_AT_AN_ENDPOINT: u32 = 2;

impl Aws {
    /// Creates the clients. They look for credentials at the first call, where AWS's tools do.
    ///
    /// # Errors
    /// The profile in use sets an endpoint, for all services or for one, but the environment has none.
    pub async fn connect(
        region: &str,
        endpoint: Option<&str>,
        certificates: Option<Certificates>,
    ) -> Result<Self, EndpointRefused> {
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(https_client(endpoint, certificates.clone()))
            .region(Region::new(region.to_owned()))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_TIMEOUT)
                    .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                    .build(),
            )
            .retry_config(RetryConfig::standard().with_max_attempts(match endpoint {
                Some(_) => ATTEMPTS_AT_AN_ENDPOINT,
                None => ATTEMPTS_AT_AWS,
            }));
        if let Some(endpoint) = endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        let config = loader.load().await;
        if endpoint.is_none()
            && let Some(variable) = configured_endpoint(&config)
        {
            return Err(EndpointRefused { variable });
        }
        let checked = config
            .credentials_provider()
            .map(|provider| SharedCredentialsProvider::new(Checked(provider)));
        let mut config = config.into_builder();
        config.set_credentials_provider(checked);
        Ok(Self {
            certificates,
            ..Self::from_config(&config.build(), region, endpoint)
        })
    }

    fn from_config(config: &SdkConfig, region: &str, endpoint: Option<&str>) -> Self {
        let calls = Calls::default();
        let recorder = || Recorder::new(calls.clone());
        macro_rules! client {
            ($sdk:ident) => {
                $sdk::Client::from_conf(
                    $sdk::config::Builder::from(config)
                        .interceptor(recorder())
                        .retry_classifier(Final::after(calls.clone()))
                        .build(),
                )
            };
        }
        // An endpoint has a single host name, so buckets are addressed by path.
        let s3 = aws_sdk_s3::config::Builder::from(config)
            .force_path_style(endpoint.is_some())
            .interceptor(recorder())
            .retry_classifier(Final::after(calls.clone()))
            .build();
        Self {
            cloudformation: client!(aws_sdk_cloudformation),
            dynamodb: client!(aws_sdk_dynamodb),
            iam: client!(aws_sdk_iam),
            lambda: client!(aws_sdk_lambda),
            logs: client!(aws_sdk_cloudwatchlogs),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sns: client!(aws_sdk_sns),
            sqs: client!(aws_sdk_sqs),
            ssm: client!(aws_sdk_ssm),
            sts: client!(aws_sdk_sts),
            region: region.to_owned(),
            endpoint: endpoint.map(ToOwned::to_owned),
            credentials: config.credentials_provider(),
            certificates: None,
            calls,
        }
    }

    /// Clients for a test, which call `endpoint` and never retry.
    #[cfg(test)]
    pub(super) fn at(endpoint: &str) -> Self {
        let credentials = aws_credential_types::Credentials::new("test", "test", None, None, "test");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(https_client(Some(endpoint), None))
            .region(Region::new("eu-central-1"))
            .endpoint_url(endpoint)
            .retry_config(RetryConfig::disabled())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        Self::from_config(&config, "eu-central-1", Some(endpoint))
    }

    /// The provider of the credentials that sign calls, if one is configured.
    pub fn credentials(&self) -> Option<SharedCredentialsProvider> {
        self.credentials.clone()
    }

    /// The certificates that calls trust in addition to the system's.
    pub fn certificates(&self) -> Option<&Certificates> {
        self.certificates.as_ref()
    }

    /// All calls made so far, in order.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }
}

/// The services' names in SDK configuration, including those that provide credentials.
const SERVICES: [&str; 13] = [
    "CloudFormation",
    "CloudWatch Logs",
    "DynamoDB",
    "IAM",
    "Lambda",
    "S3",
    "SNS",
    "SQS",
    "SSM",
    "SSO",
    "SSO OIDC",
    "STS",
    "Signin",
];

/// The setting that would redirect calls away from AWS: in a profile, or in the `services` section that it names.
fn configured_endpoint(config: &SdkConfig) -> Option<String> {
    const SETTING: &str = "endpoint_url";
    if config.endpoint_url().is_some() {
        return Some(SETTING.to_owned());
    }
    let services = config.service_config()?;
    SERVICES.into_iter().find_map(|service| {
        let key = ServiceConfigKey::builder()
            .service_id(service)
            .profile(SETTING)
            .env("AWS_ENDPOINT_URL")
            .build()
            .ok()?;
        services.load_config(key)?;
        Some(format!("{SETTING} of {service}"))
    })
}

impl Clock for Aws {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
