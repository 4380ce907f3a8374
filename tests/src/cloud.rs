//! Clients of the services of AWS or of the emulator, for checks that neither the deployer nor the store can answer.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::json;

use crate::Emulator;
use crate::emulator::REGION;

/// The services of AWS or of an emulator, called with certain credentials.
#[derive(Clone, Debug)]
pub struct Cloud {
    configuration: SdkConfig,
    credentials: Credentials,
}

impl Cloud {
    /// With the credentials of the account's owner.
    pub fn owner(emulator: &Emulator) -> Self {
        Self::with(
            emulator.endpoint(),
            Credentials::new("test", "test", None, None, "owner"),
        )
    }

    fn with(endpoint: &str, credentials: Credentials) -> Self {
        let configuration = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .region(Region::new(REGION))
            .endpoint_url(endpoint)
            .credentials_provider(SharedCredentialsProvider::new(credentials.clone()))
            .build();
        Self::of(configuration, credentials)
    }

    /// With `configuration`, which has these credentials.
    pub(crate) fn of(configuration: SdkConfig, credentials: Credentials) -> Self {
        Self {
            configuration,
            credentials,
        }
    }

    /// With the role `role_arn`, which must trust the caller.
    pub async fn assume(&self, role_arn: &str) -> Self {
        let assumed = aws_sdk_sts::Client::new(&self.configuration)
            .assume_role()
            .role_arn(role_arn)
            .role_session_name("end-to-end")
            .send()
            .await
            .unwrap_or_else(|error| panic!("`{role_arn}` cannot be assumed: {error:?}"));
        let session = assumed.credentials.expect("an assumed role has credentials");
        let credentials = Credentials::new(
            session.access_key_id,
            session.secret_access_key,
            Some(session.session_token),
            None,
            "assumed",
        );
        let endpoint = self
            .configuration
            .endpoint_url()
            .expect("the emulator has an endpoint");
        Self::with(endpoint, credentials)
    }

    /// Creates a role that the account's owner may assume, without any permissions.
    pub async fn make_role(&self, name: &str) -> String {
        let made = self
            .iam()
            .create_role()
            .role_name(name)
            .assume_role_policy_document(trusting_the_account())
            .send()
            .await
            .unwrap_or_else(|error| panic!("the role `{name}` cannot be made: {error:?}"));
        made.role.expect("a role that was made is told").arn
    }

    /// Allows the role called `name` the actions of each pair on the resources beside them.
    pub async fn allow(&self, name: &str, grants: &[(&[&str], &[&str])]) {
        let statements = grants
            .iter()
            .map(|(actions, resources)| json!({"Effect": "Allow", "Action": actions, "Resource": resources}));
        let policy = json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()});
        let put = self.iam().put_role_policy().role_name(name);
        let put = put.policy_name("granted").policy_document(policy.to_string());
        let answer = put.send().await;
        answer.unwrap_or_else(|error| panic!("`{name}` cannot be allowed anything: {error:?}"));
    }

    /// Gives the role `name` exactly the permissions in `policy`.
    pub async fn allow_policy(&self, name: &str, policy: &str) {
        let allowed = self
            .iam()
            .put_role_policy()
            .role_name(name)
            .policy_name("allowed")
            .policy_document(policy)
            .send()
            .await;
        allowed.unwrap_or_else(|error| panic!("`{name}` cannot be allowed anything: {error:?}"));
    }

    /// Lets the account's owner assume the role `name`.
    pub async fn trust_owner(&self, name: &str) {
        let update = self.iam().update_assume_role_policy().role_name(name);
        let updated = update.policy_document(trusting_the_account()).send().await;
        updated.unwrap_or_else(|error| panic!("whom `{name}` trusts cannot be changed: {error:?}"));
    }

    /// The credentials that sign requests.
    pub fn credentials(&self) -> Credentials {
        self.credentials.clone()
    }

    /// The environment variables with which a program that uses the AWS SDK calls these services with these credentials.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let endpoint = self.configuration.endpoint_url().unwrap_or_default();
        let mut variables = vec![
            ("AWS_ACCESS_KEY_ID", self.credentials.access_key_id().to_owned()),
            (
                "AWS_SECRET_ACCESS_KEY",
                self.credentials.secret_access_key().to_owned(),
            ),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ENDPOINT_URL", endpoint.to_owned()),
            ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
        ];
        let token = self.credentials.session_token().map(ToOwned::to_owned);
        variables.extend(token.map(|token| ("AWS_SESSION_TOKEN", token)));
        variables
    }

    /// The region of everything.
    pub fn region(&self) -> &'static str {
        REGION
    }

    /// A client of `CloudFormation`.
    pub fn cloudformation(&self) -> aws_sdk_cloudformation::Client {
        aws_sdk_cloudformation::Client::new(&self.configuration)
    }

    /// A client of `DynamoDB`.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.configuration)
    }

    /// A client of IAM.
    pub fn iam(&self) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::new(&self.configuration)
    }

    /// A client of Lambda.
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.configuration)
    }

    /// A client of `CloudWatch` Logs.
    pub fn logs(&self) -> aws_sdk_cloudwatchlogs::Client {
        aws_sdk_cloudwatchlogs::Client::new(&self.configuration)
    }

    /// A client of S3 that names buckets in the path, because an emulator has one host name.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let configuration = aws_sdk_s3::config::Builder::from(&self.configuration).force_path_style(true);
        aws_sdk_s3::Client::from_conf(configuration.build())
    }

    /// A client of SNS.
    pub fn sns(&self) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::new(&self.configuration)
    }

    /// A client of SQS.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.configuration)
    }

    /// A client of SSM.
    pub fn ssm(&self) -> aws_sdk_ssm::Client {
        aws_sdk_ssm::Client::new(&self.configuration)
    }
}

fn trusting_the_account() -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{}:root", crate::environment::ACCOUNT)},
            "Action": "sts:AssumeRole",
        }],
    })
    .to_string()
}
