//! HTTPS to AWS: uses ring, trusts the system's certificates and those that the user names, and uses the proxy of the
//! process.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector, proxy::ProxyConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Certificates that are trusted in addition to the system's, from `AWS_CA_BUNDLE`: concatenated PEM.
#[derive(Clone, Debug)]
pub struct Certificates(Vec<u8>);

/// A file contains no usable certificates.
#[derive(Debug, thiserror::Error)]
#[error("`AWS_CA_BUNDLE` names `{}`, which {what}", file.display())]
pub struct BadCertificates {
    file: PathBuf,
    what: &'static str,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Certificates {
    /// Reads them from a file.
    ///
    /// # Errors
    /// The file cannot be read, or contains something else.
    pub fn read(file: &Path) -> Result<Self, BadCertificates> {
        let bad = |what, source| BadCertificates {
            file: file.to_owned(),
            what,
            source,
        };
        let pem = std::fs::read(file).map_err(|error| bad("cannot be read", Some(error.into())))?;
        // The client does not validate the certificates itself.
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            certificate
                .map_err(|error| error.to_string())
                .and_then(|certificate| roots.add(certificate).map_err(|error| error.to_string()))
                .map_err(|error| bad("holds a certificate that cannot be read", Some(error.into())))?;
        }
        if roots.is_empty() {
            return Err(bad("holds no certificate", None));
        }
        Ok(Self(pem))
    }

    /// The certificates as read: concatenated PEM.
    pub fn pem(&self) -> &[u8] {
        &self.0
    }
}

/// The only HTTP client for calls to AWS or to `endpoint`. An endpoint on this machine is reached without a proxy.
pub(super) fn https_client(endpoint: Option<&str>, certificates: Option<Certificates>) -> SharedHttpClient {
    let is_here = endpoint.is_some_and(is_loopback);
    let trusted = certificates.map_or_else(TrustStore::default, |certificates| {
        TrustStore::default().with_pem_certificate(certificates.0)
    });
    Builder::new().build_with_connector_fn(move |settings, components| {
        let proxy = if is_here {
            ProxyConfig::disabled()
        } else {
            ProxyConfig::from_env()
        };
        let mut connector = Connector::builder().proxy_config(proxy);
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        let connector = connector.tls_provider(Provider::Rustls(CryptoMode::Ring));
        // Building a context can fail only with other TLS providers.
        match TlsContext::builder().with_trust_store(trusted.clone()).build() {
            Ok(context) => connector.tls_context(context).build(),
            Err(_) => connector.build(),
        }
    })
}

/// Tells whether a URL points to this machine, where no other machine can intercept the connection.
pub fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let host = host.to_ascii_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_told_from_what_only_looks_like_it() {
        for here in [
            "http://127.0.0.1:4566",
            "http://127.1.2.3",
            "http://localhost:4566/x",
            "https://LOCALHOST",
            "http://[::1]:4566",
            "http://[::ffff:127.0.0.1]:1",
            "http://s3.localhost:4566",
        ] {
            assert!(is_loopback(here), "{here}");
        }
        for elsewhere in [
            "http://emulator:4566",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://10.0.0.1",
            "http://[::2]",
            "http://evil.example/127.0.0.1",
            "http://0.0.0.0:4566",
        ] {
            assert!(!is_loopback(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn what_is_no_certificate_is_refused_before_the_client_trusts_it() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |content: &str| {
            let file = folder.path().join("bundle.pem");
            std::fs::write(&file, content).unwrap();
            Certificates::read(&file).unwrap_err().what
        };
        assert_eq!(refused(""), "holds no certificate");
        assert_eq!(refused("text"), "holds no certificate");
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(refused(broken), "holds a certificate that cannot be read");
        assert_eq!(
            Certificates::read(Path::new("/nowhere/bundle.pem"))
                .unwrap_err()
                .what,
            "cannot be read"
        );
    }
}
