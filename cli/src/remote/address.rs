//! Where the store is, and how it is asked.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials as _;
use clap::Args;
use event_store_client::{Client, ClientBuilder};

use super::failure::{Failure, Kind};

/// Which store is asked, and as whom.
#[derive(Debug, Args)]
pub(super) struct StoreArgs {
    /// The URL of the store; without it and `--env`, what `EVENT_STORE_URL` says
    #[arg(long, value_name = "URL", conflicts_with = "env")]
    url: Option<String>,

    /// The name of the store's environment, by which AWS is asked for its URL
    #[arg(long, value_name = "NAME")]
    env: Option<String>,

    /// The profile of AWS whose credentials sign the requests to a store with IAM access
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// The region of AWS, where neither the profile nor the URL says so
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
}

/// Where a store on this machine is served unless its port is chosen.
const HERE: &str = "http://127.0.0.1:8080";

impl StoreArgs {
    /// A client of the store.
    pub(super) async fn connect(&self) -> Result<Client, Failure> {
        let said = || {
            std::env::var("EVENT_STORE_URL")
                .ok()
                .filter(|url| !url.is_empty())
        };
        let url = self
            .url
            .clone()
            .or_else(|| if self.env.is_none() { said() } else { None });
        let builder = match (&url, &self.env) {
            (Some(url), _) => self.at(url).await?,
            (None, Some(environment)) => self.of(environment).await?,
            (None, None) => {
                let error = "no store is named";
                return Err(Failure::new(Kind::Usage, error)
                    .hint("name one with `--url URL` or `--env NAME`, or set `EVENT_STORE_URL`")
                    .hint(format!("one that `event-store serve` serves is at `{HERE}`")));
            }
        };
        let name = concat!("event-store/", env!("CARGO_PKG_VERSION"));
        builder
            .user_agent(name)
            .on_retry(|retry| {
                eprintln!(
                    "asking again in {:.1} s: {}",
                    retry.pause.as_secs_f64(),
                    retry.error
                );
            })
            .build()
            .map_err(|error| Failure::new(Kind::Usage, error))
    }

    async fn at(&self, url: &str) -> Result<ClientBuilder, Failure> {
        let builder = Client::builder(url);
        let region = region_of(url);
        if region.is_none() && self.profile.is_none() {
            return Ok(builder);
        }
        let aws = self.aws(region).await;
        self.signed(builder, &aws, self.profile.is_some()).await
    }

    async fn of(&self, environment: &str) -> Result<ClientBuilder, Failure> {
        let aws = self.aws(None).await;
        let parameters = aws_sdk_ssm::Client::new(&aws);
        let builder = ClientBuilder::from_environment_stack(&parameters, environment)
            .await
            .map_err(|error| {
                let kind = if error.is_not_found() {
                    Kind::NotFound
                } else {
                    Kind::Failed
                };
                Failure::new(kind, error)
            })?;
        self.signed(builder, &aws, true).await
    }

    /// The same client, signing its requests. A store that anybody may use is found without credentials, too.
    async fn signed(
        &self,
        builder: ClientBuilder,
        aws: &SdkConfig,
        is_wanted: bool,
    ) -> Result<ClientBuilder, Failure> {
        let credentials = aws.credentials_provider();
        let region = aws.region().map(ToString::to_string);
        let found = match &credentials {
            Some(credentials) => credentials.provide_credentials().await.map(drop),
            None => Ok(()),
        };
        match (credentials, region, found) {
            (Some(credentials), Some(region), Ok(())) => Ok(builder.aws_iam(credentials, region)),
            (_, _, Err(error)) if is_wanted => Err(Failure::new(Kind::Failed, error)
                .hint("credentials are found where the AWS CLI finds them: `aws configure`, `aws sso login`, `--profile NAME`")),
            (_, None, _) if is_wanted => {
                Err(Failure::new(Kind::Usage, "no region is set").hint("name it with `--region REGION`"))
            }
            _ => Ok(builder),
        }
    }

    async fn aws(&self, region: Option<String>) -> SdkConfig {
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(event_store_function::aws::https_client());
        if let Some(region) = self.region.clone().or(region) {
            loader = loader.region(Region::new(region));
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        loader.load().await
    }
}

/// The region of a function URL, which may ask for signed requests: `https://….lambda-url.eu-central-1.on.aws/`.
fn region_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    let (_, rest) = host.split_once(".lambda-url.")?;
    rest.strip_suffix(".on.aws").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_url_tells_its_region() {
        for (url, region) in [
            (
                "https://abc.lambda-url.eu-central-1.on.aws/",
                Some("eu-central-1"),
            ),
            ("https://abc.lambda-url.us-east-1.on.aws", Some("us-east-1")),
            ("https://store.example/abc.lambda-url.eu-central-1.on.aws", None),
            ("http://127.0.0.1:8080", None),
            ("abc.lambda-url.eu-central-1.on.aws", None),
        ] {
            assert_eq!(region_of(url).as_deref(), region, "{url}");
        }
    }
}
