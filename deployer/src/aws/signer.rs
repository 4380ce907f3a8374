//! Signature Version 4 for function URLs.

use std::time::{Duration, SystemTime};

use aws_sdk_sts::config::{Credentials, ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningError, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tokio::sync::Mutex;

use super::Aws;

/// Signs requests with the credentials in use, and refreshes these before they expire.
#[derive(Debug)]
pub struct Signer {
    provider: SharedCredentialsProvider,
    region: String,
    held: Mutex<Option<Held>>,
}

#[derive(Debug)]
struct Held {
    credentials: Credentials,
    until: SystemTime,
}

/// The signature is checked only after transmission, and by another clock.
const BEFORE_EXPIRY: Duration = Duration::from_secs(30);

/// The lifetime of credentials that do not state when they expire, as in the SDKs.
const WITHOUT_EXPIRY: Duration = Duration::from_mins(15);

/// Why a request could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// There are no credentials, or they have expired.
    #[error("there are no credentials to sign with: {0}")]
    Credentials(String),
    /// The parameters of the signature are inconsistent.
    #[error("the signature cannot be calculated")]
    Parameters(#[from] v4::signing_params::BuildError),
    /// The request cannot be signed.
    #[error("the request cannot be signed")]
    Signing(#[from] SigningError),
    /// The credentials contain a character that no header can carry.
    #[error("the credentials do not fit into a header")]
    Header,
}

impl Aws {
    /// Signs requests to function URLs in the region; `None` if no source of credentials is configured.
    pub fn signer(&self) -> Option<Signer> {
        Some(Signer::new(self.credentials.clone()?, &self.region))
    }
}

impl Signer {
    fn new(provider: SharedCredentialsProvider, region: &str) -> Self {
        Self {
            provider,
            region: region.to_owned(),
            held: Mutex::new(None),
        }
    }

    /// The headers that sign a request made at `now`.
    ///
    /// Of the request's own headers, only `Content-Type` is signed, because intermediaries may change the others.
    ///
    /// # Errors
    /// There are no credentials, or they cannot sign the request.
    pub async fn sign(
        &self,
        now: SystemTime,
        method: &Method,
        url: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<HeaderMap, SignatureError> {
        let identity = self.credentials(now).await?.into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("lambda")
            .time(now)
            .settings(SigningSettings::default())
            .build()?
            .into();
        let signed = headers
            .get(http::header::CONTENT_TYPE)
            .and_then(|kind| Some(("content-type", kind.to_str().ok()?)));
        let request = SignableRequest::new(
            method.as_str(),
            url,
            signed.into_iter(),
            SignableBody::Bytes(body),
        )?;
        let (instructions, _) = sign(request, &parameters)?.into_parts();
        let (additions, _) = instructions.into_parts();
        let mut headers = HeaderMap::new();
        for addition in additions {
            let name =
                HeaderName::from_bytes(addition.name().as_bytes()).map_err(|_| SignatureError::Header)?;
            let mut value = HeaderValue::from_str(addition.value()).map_err(|_| SignatureError::Header)?;
            value.set_sensitive(addition.sensitive());
            headers.insert(name, value);
        }
        Ok(headers)
    }

    /// The credentials at `now`. Concurrent requests wait while they are fetched.
    async fn credentials(&self, now: SystemTime) -> Result<Credentials, SignatureError> {
        let mut held = self.held.lock().await;
        if let Some(held) = held.as_ref().filter(|held| now < held.until) {
            return Ok(held.credentials.clone());
        }
        let credentials = self
            .provider
            .provide_credentials()
            .await
            .map_err(|error| SignatureError::Credentials(error.to_string()))?;
        let until = match credentials.expiry() {
            Some(expiry) => expiry.checked_sub(BEFORE_EXPIRY).unwrap_or(now),
            None => now + WITHOUT_EXPIRY,
        };
        *held = Some(Held {
            credentials: credentials.clone(),
            until,
        });
        Ok(credentials)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use aws_credential_types::provider::{ProvideCredentials, future};

    use super::*;

    /// 2026-01-02T03:04:05Z.
    const TIME: Duration = Duration::from_secs(1_767_323_045);
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    /// Credentials that expire after a minute, with a count of how often they were requested.
    #[derive(Debug, Default)]
    struct Shortlived(Arc<AtomicU64>);

    impl ProvideCredentials for Shortlived {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let asked = self.0.fetch_add(1, Ordering::Relaxed) + 1;
            let expiry = SystemTime::UNIX_EPOCH + TIME + Duration::from_mins(asked);
            future::ProvideCredentials::ready(Ok(Credentials::new(
                "AKIDEXAMPLE",
                SECRET,
                None,
                Some(expiry),
                "test",
            )))
        }
    }

    /// The expected signature was calculated by another implementation, botocore's `SigV4Auth`.
    #[tokio::test]
    async fn a_signature_is_the_one_that_another_implementation_calculates() {
        let signer = Signer::new(
            SharedCredentialsProvider::new(Shortlived::default()),
            "eu-central-1",
        );
        let url = "http://127.0.0.1:4566/_aws/lambda-url/abc/streams/a~b:c/2886e475-d5cc-40f7-aec5-401071388b3c/events?after-revision=3&limit=10";
        let now = SystemTime::UNIX_EPOCH + TIME;
        let headers = signer
            .sign(now, &Method::GET, url, &HeaderMap::new(), b"")
            .await
            .unwrap();
        assert_eq!(headers["x-amz-date"], "20260102T030405Z");
        assert_eq!(
            headers["authorization"],
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-central-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, \
             Signature=e6f670726ea096e8753ccc19f2c7768edec547a21cc2b10c96dd26a9b4bd6205"
        );
    }

    #[tokio::test]
    async fn credentials_are_fetched_once_and_again_before_they_expire() {
        let provider = Shortlived::default();
        let asked = Arc::clone(&provider.0);
        let signer = Signer::new(SharedCredentialsProvider::new(provider), "eu-central-1");
        for (seconds, fetched) in [(0, 1), (29, 1), (30, 2), (89, 2), (90, 3)] {
            let now = SystemTime::UNIX_EPOCH + TIME + Duration::from_secs(seconds);
            signer.credentials(now).await.unwrap();
            assert_eq!(asked.load(Ordering::Relaxed), fetched, "after {seconds} s");
        }
    }
}
