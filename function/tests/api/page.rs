//! The interactive page's files. That it works in a browser is tested in `tests/page`.

use std::collections::BTreeSet;

use crate::files::{get, zipped};
use crate::support::Api;

/// What of the function's zip the page may be.
const MOST_BYTES: usize = 600_000;

/// The page's own links, of `href` and `src`.
fn links(page: &str) -> BTreeSet<&str> {
    ["href=\"", "src=\""]
        .iter()
        .flat_map(|attribute| page.split(attribute).skip(1))
        .map(|rest| rest.split('"').next().unwrap())
        .collect()
}

#[tokio::test]
async fn what_stands_before_the_page_leads_to_it_behind_any_prefix() {
    let api = Api::start().await;
    for path in ["/", "/openapi"] {
        let answer = api.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (307, Some("openapi/")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_file_of_the_page_is_there_under_a_relative_link() {
    let api = Api::start().await;
    let page = get(&api, "/openapi/").await.text();
    let links = links(&page);
    assert_eq!(links.len(), 7, "{links:?}");
    assert!(links.contains("../explorer/"));
    for link in links.into_iter().filter(|link| !link.starts_with("../")) {
        assert!(!link.starts_with('/') && !link.contains(':'), "{link}");
        let file = get(&api, &format!("/openapi/{link}")).await;
        let content_type = match link.rsplit('.').next().unwrap() {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "json" => "application/json",
            "svg" => "image/svg+xml",
            other => panic!("{other}"),
        };
        assert_eq!(file.header("content-type"), content_type);
        assert!(!file.text().is_empty(), "{link}");
    }
}

#[tokio::test]
async fn the_page_may_load_and_call_nothing_from_elsewhere() {
    let api = Api::start().await;
    let page = get(&api, "/openapi/").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    insta::assert_snapshot!(
        page.header("content-security-policy").replace("; ", "\n"),
        @r"
    default-src 'none'
    script-src 'self'
    style-src 'self'
    img-src 'self' data:
    connect-src 'self'
    base-uri 'none'
    form-action 'none'
    frame-ancestors 'none'
    "
    );
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
}

#[tokio::test]
async fn what_is_named_with_its_version_is_kept_and_the_rest_is_asked_for_again() {
    let api = Api::start().await;
    for (path, lifetime) in [
        ("/openapi/", "public, no-cache"),
        ("/openapi/page.css", "public, no-cache"),
        (
            "/openapi/swagger-ui-5.35.0.js",
            "public, max-age=31536000, immutable",
        ),
    ] {
        let file = get(&api, path).await;
        assert_eq!(file.header("cache-control"), lifetime, "{path}");
        assert_eq!(
            file.headers.contains_key("etag"),
            !lifetime.contains("immutable"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_page_is_light_enough_for_the_function() {
    let api = Api::start().await;
    let page = get(&api, "/openapi/").await;
    let text = page.text();
    let mut bytes = zipped(&page.bytes);
    let others = ["swagger-ui-bundle.js.LICENSE.txt"];
    let own = links(&text).into_iter().filter(|link| !link.starts_with("../"));
    for link in own.chain(others) {
        let file = get(&api, &format!("/openapi/{link}")).await;
        bytes += zipped(&file.bytes);
    }
    assert!(
        bytes > 400_000,
        "there is less of it than it takes: {bytes} bytes"
    );
    assert!(bytes <= MOST_BYTES, "{bytes} bytes");
}
