//! Signature Version 4, as a function URL with IAM access demands it.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningError, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::HeaderValue;
use http::header::InvalidHeaderValue;

use super::credentials::CachedCredentials;
use super::transport::Request;

/// Signs requests for function URLs of one region.
#[derive(Debug)]
pub(crate) struct Signer {
    credentials: CachedCredentials,
    region: String,
}

impl Signer {
    pub(crate) fn new(provider: SharedCredentialsProvider, region: String) -> Self {
        Self {
            credentials: CachedCredentials::new(provider),
            region,
        }
    }

    /// Adds the signature of a request, made `now`, to its headers.
    pub(crate) async fn sign(&self, now: SystemTime, request: &mut Request) -> Result<(), NotSigned> {
        let credentials = self.credentials.at(now).await?;
        add_signature(credentials, &self.region, now, request)?;
        Ok(())
    }
}

/// Adds `authorization`, `x-amz-date` and, for temporary credentials, `x-amz-security-token`.
fn add_signature(
    credentials: Credentials,
    region: &str,
    time: SystemTime,
    request: &mut Request,
) -> Result<(), SignatureError> {
    let identity = credentials.into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("lambda")
        .time(time)
        .settings(SigningSettings::default())
        .build()?
        .into();
    // Less those that proxies change, `user-agent` among them: the settings say which.
    let signed_headers = request
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let signable = SignableRequest::new(
        request.method.as_str(),
        request.url.as_str(),
        signed_headers,
        SignableBody::Bytes(&request.body),
    )?;
    let (instructions, _) = sign(signable, &parameters)?.into_parts();
    let (additions, _) = instructions.into_parts();
    for addition in additions {
        let mut value = HeaderValue::from_str(addition.value())?;
        value.set_sensitive(addition.sensitive());
        request.headers.insert(addition.name(), value);
    }
    Ok(())
}

/// Why a request is not signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotSigned {
    #[error("the credentials cannot be had")]
    Credentials(#[from] CredentialsError),
    #[error("the request cannot be signed")]
    Signature(#[from] SignatureError),
}

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignatureError {
    #[error("the parameters of the signature are incomplete")]
    Parameters(#[from] v4::signing_params::BuildError),
    #[error("the signature cannot be calculated")]
    Signing(#[from] SigningError),
    #[error("the credentials hold a character that no header can carry")]
    Header(#[from] InvalidHeaderValue),
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Method;
    use http::header::USER_AGENT;

    use super::*;

    /// 2026-01-02T03:04:05Z.
    const TIME: Duration = Duration::from_secs(1_767_323_045);
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn request(method: &Method, url: &str, body: &str) -> Request {
        let mut request = Request::get(url.parse().unwrap());
        request.method = method.clone();
        request
            .headers
            .insert(USER_AGENT, HeaderValue::from_static("test"));
        if !body.is_empty() {
            let json = HeaderValue::from_static("application/json");
            request.headers.insert("content-type", json);
            request.body = body.to_owned().into();
        }
        request
    }

    fn authorization(method: &Method, url: &str, body: &str, token: Option<&str>) -> String {
        let credentials = Credentials::new("AKIDEXAMPLE", SECRET, token.map(Into::into), None, "test");
        let mut request = request(method, url, body);
        let time = SystemTime::UNIX_EPOCH + TIME;
        add_signature(credentials, "eu-central-1", time, &mut request).unwrap();
        let header = |name: &str| {
            let value = request.headers.get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        assert_eq!(header("x-amz-date").unwrap(), "20260102T030405Z");
        assert_eq!(header("x-amz-security-token").as_deref(), token);
        header("authorization").unwrap()
    }

    /// The expected signatures were calculated by another implementation, botocore's `SigV4Auth`.
    #[test]
    fn signatures_are_those_that_another_implementation_calculates() {
        let read = "http://127.0.0.1:4566/_aws/lambda-url/abc/streams/a~b:c/2886e475-d5cc-40f7-aec5-401071388b3c/events?after-revision=3&limit=10";
        let append = "https://abc.lambda-url.eu-central-1.on.aws/streams/a:b/2886e475-d5cc-40f7-aec5-401071388b3c/events/2";
        let body = r#"{"event":{"eventType":"é"}}"#;
        let scope = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-central-1/lambda/aws4_request";
        for (method, url, body, token, signed, signature) in [
            (
                Method::GET,
                read,
                "",
                None,
                "host;x-amz-date",
                "e6f670726ea096e8753ccc19f2c7768edec547a21cc2b10c96dd26a9b4bd6205",
            ),
            (
                Method::PUT,
                append,
                body,
                None,
                "content-type;host;x-amz-date",
                "913016836480105f56b6fdea32ac149584552414edc1d78ecfa63e744c0ee0f0",
            ),
            (
                Method::GET,
                read,
                "",
                Some("a-token"),
                "host;x-amz-date;x-amz-security-token",
                "0c84a307e0356ef406e2d73ed5a27faac8b7f3dea9df79629f86994abf9abfdc",
            ),
            (
                Method::PUT,
                append,
                body,
                Some("a-token"),
                "content-type;host;x-amz-date;x-amz-security-token",
                "f153973a4961a3c41a563b760ded165c9c1515d7325f2d12fe5432661460f2cc",
            ),
        ] {
            let expected = format!("{scope}, SignedHeaders={signed}, Signature={signature}");
            assert_eq!(
                authorization(&method, url, body, token),
                expected,
                "{method} {url} {token:?}"
            );
        }
    }

    #[test]
    fn a_token_that_no_header_can_carry_is_an_error() {
        let credentials = Credentials::new("AKIDEXAMPLE", SECRET, Some("a\nb".into()), None, "test");
        let mut request = request(&Method::GET, "https://store.example", "");
        let time = SystemTime::UNIX_EPOCH + TIME;
        let error = add_signature(credentials, "eu-central-1", time, &mut request).unwrap_err();
        assert_eq!(error.to_string(), "the signature cannot be calculated");
    }
}
