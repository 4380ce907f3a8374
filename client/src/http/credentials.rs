//! Credentials, kept until shortly before they expire.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use tokio::sync::Mutex;

/// A provider's credentials. A provider may ask another service each time it is called; requests must not.
#[derive(Debug)]
pub(crate) struct CachedCredentials {
    provider: SharedCredentialsProvider,
    cached: Mutex<Option<Cached>>,
}

#[derive(Debug)]
struct Cached {
    credentials: Credentials,
    until: SystemTime,
}

impl CachedCredentials {
    /// A signature is checked after it has travelled, and the store's clock is not ours.
    const BEFORE_EXPIRY: Duration = Duration::from_secs(30);
    /// For credentials that do not tell when they expire: as long as the AWS SDKs keep such.
    const WITHOUT_EXPIRY: Duration = Duration::from_mins(15);

    pub(crate) fn new(provider: SharedCredentialsProvider) -> Self {
        Self {
            provider,
            cached: Mutex::new(None),
        }
    }

    /// The credentials to sign with at `now`. Callers that come while they are being fetched wait for them.
    pub(crate) async fn at(&self, now: SystemTime) -> Result<Credentials, CredentialsError> {
        let mut cached = self.cached.lock().await;
        if let Some(held) = cached.as_ref().filter(|held| now < held.until) {
            return Ok(held.credentials.clone());
        }
        let credentials = self.provider.provide_credentials().await?;
        let until = match credentials.expiry() {
            Some(expiry) => expiry.checked_sub(Self::BEFORE_EXPIRY).unwrap_or(now),
            None => now + Self::WITHOUT_EXPIRY,
        };
        *cached = Some(Cached {
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

    use aws_credential_types::provider::future;

    use super::*;

    /// Answers credentials that are named by how often it was asked.
    #[derive(Clone, Debug)]
    struct Counting {
        asked: Arc<AtomicU64>,
        expiry: Option<SystemTime>,
    }

    impl ProvideCredentials for Counting {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let count = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
            future::ProvideCredentials::ready(Ok(Credentials::new(
                count.to_string(),
                "secret",
                None,
                self.expiry,
                "counting",
            )))
        }
    }

    fn cached(expiry: Option<SystemTime>) -> CachedCredentials {
        CachedCredentials::new(SharedCredentialsProvider::new(Counting {
            asked: Arc::default(),
            expiry,
        }))
    }

    fn after(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[tokio::test]
    async fn credentials_are_kept_until_shortly_before_they_expire() {
        let credentials = cached(Some(after(1000)));
        for (now, expected) in [(0, "1"), (969, "1"), (970, "2"), (971, "3")] {
            assert_eq!(
                credentials.at(after(now)).await.unwrap().access_key_id(),
                expected,
                "at {now} s"
            );
        }
    }

    #[tokio::test]
    async fn credentials_without_an_expiry_are_asked_for_again_after_a_quarter_of_an_hour() {
        let credentials = cached(None);
        for (now, expected) in [(0, "1"), (899, "1"), (900, "2")] {
            assert_eq!(
                credentials.at(after(now)).await.unwrap().access_key_id(),
                expected,
                "at {now} s"
            );
        }
    }
}
