//! PURE: where each operation lives below the base URL.

use event_store_types::{StreamId, StreamType};
use url::Url;

/// The store's base URL: HTTP or HTTPS, with a path or without.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    base: Url,
    /// The base URL's path without the slash at its end.
    prefix: String,
}

impl Address {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidBaseUrl> {
        let base: Url = text.parse().map_err(|source| InvalidBaseUrl::NotAUrl {
            url: text.into(),
            source,
        })?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(InvalidBaseUrl::NotHttp {
                url: text.into(),
                scheme: base.scheme().into(),
            });
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(InvalidBaseUrl::MoreThanAPath { url: text.into() });
        }
        // They would end up in an `Authorization` header, where a signature has to stand. Not repeated in the
        // error, because it is a secret.
        if !base.username().is_empty() || base.password().is_some() {
            return Err(InvalidBaseUrl::HoldsUser);
        }
        let prefix = base.path().trim_end_matches('/').to_owned();
        Ok(Self { base, prefix })
    }

    pub(crate) fn liveness(&self) -> Url {
        self.at("liveness-check")
    }

    pub(crate) fn readiness(&self) -> Url {
        self.at("readiness-check")
    }

    pub(crate) fn feed(&self) -> Url {
        self.at("feed")
    }

    pub(crate) fn stream_types(&self) -> Url {
        self.at("streams")
    }

    pub(crate) fn streams(&self, stream_type: &StreamType) -> Url {
        self.at(&format!("streams/{stream_type}"))
    }

    pub(crate) fn details(&self, stream_type: &StreamType, stream_id: StreamId) -> Url {
        self.at(&format!("streams/{stream_type}/{stream_id}/details"))
    }

    pub(crate) fn events(&self, stream_type: &StreamType, stream_id: StreamId) -> Url {
        self.at(&format!("streams/{stream_type}/{stream_id}/events"))
    }

    /// Neither a type nor an id holds a character that means something in a path.
    fn at(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{path}", self.prefix));
        url
    }
}

/// A text that cannot be a store's base URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidBaseUrl {
    /// It is not a URL.
    #[error("the base URL `{url}` is not a URL")]
    NotAUrl {
        /// The text.
        url: String,
        /// Why not.
        source: url::ParseError,
    },
    /// It is a URL of another kind.
    #[error("the base URL `{url}` is `{scheme}`, neither `http` nor `https`")]
    NotHttp {
        /// The text.
        url: String,
        /// What it is.
        scheme: String,
    },
    /// It has a query or a fragment, below which nothing can be asked for.
    #[error("the base URL `{url}` ends in a query or a fragment")]
    MoreThanAPath {
        /// The text.
        url: String,
    },
    /// It holds a user name or a password.
    #[error("the base URL holds a user name or a password")]
    HoldsUser,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events_url(base: &str) -> String {
        let id = "2886e475-d5cc-40f7-aec5-401071388b3c".parse().unwrap();
        Address::parse(base)
            .unwrap()
            .events(&"a~b:c.d".parse().unwrap(), id)
            .into()
    }

    #[test]
    fn everything_lies_below_the_path_of_the_base_url() {
        let tail = "streams/a~b:c.d/2886e475-d5cc-40f7-aec5-401071388b3c/events";
        for base in [
            "http://127.0.0.1:4566/_aws/lambda-url/abc/",
            "http://127.0.0.1:4566/_aws/lambda-url/abc",
        ] {
            assert_eq!(
                events_url(base),
                format!("http://127.0.0.1:4566/_aws/lambda-url/abc/{tail}")
            );
        }
        assert_eq!(
            events_url("https://store.example"),
            format!("https://store.example/{tail}")
        );
    }

    #[test]
    fn what_cannot_be_a_base_url_is_refused_with_its_reason() {
        let reasons: Vec<String> = [
            "store.example",
            "ftp://store.example",
            "https://store.example/?a=1",
            "https://user:secret@store.example",
        ]
        .into_iter()
        .map(|text| Address::parse(text).unwrap_err().to_string())
        .collect();
        insta::assert_snapshot!(reasons.join("\n"), @"
    the base URL `store.example` is not a URL
    the base URL `ftp://store.example` is `ftp`, neither `http` nor `https`
    the base URL `https://store.example/?a=1` ends in a query or a fragment
    the base URL holds a user name or a password
    ");
    }
}
