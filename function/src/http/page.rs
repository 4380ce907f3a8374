//! The interactive page at `/openapi/`: the API's document, to be read and tried out in a browser.
//!
//! It is Swagger UI, and loads nothing from elsewhere. Every link on it is relative, because a store may lie behind a
//! prefix that its function is not told (an emulator's, a reverse proxy's).

use axum::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderName};
use axum::response::Redirect;
use axum::routing::{MethodRouter, get};

use super::asset::Asset;
use super::store::Store;

/// The routes of the page: its files, and what leads to it.
pub(super) fn routes() -> Vec<(&'static str, MethodRouter<Store>)> {
    let files = FILES.iter().map(|(path, file)| {
        (
            *path,
            get(async |asked: HeaderMap| (PROTECTION, file.respond(&asked))),
        )
    });
    // Both ends of a link lead to the page, whatever stands before them.
    let entrances = ["/", "/openapi"].map(|path| (path, get(async || Redirect::temporary("openapi/"))));
    entrances.into_iter().chain(files).collect()
}

/// Nothing is loaded from elsewhere, sent elsewhere, or framed by others. Swagger UI's icons are `data:` images.
const PROTECTION: [(HeaderName, &str); 2] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (REFERRER_POLICY, "no-referrer"),
];

const FILES: &[(&str, Asset)] = &[
    (
        "/openapi/",
        Asset::plain(
            "text/html; charset=utf-8",
            include_bytes!("../../page/index.html"),
        ),
    ),
    (
        "/openapi/page.css",
        Asset::plain("text/css; charset=utf-8", include_bytes!("../../page/page.css")),
    ),
    (
        "/openapi/page.js",
        Asset::plain(
            "text/javascript; charset=utf-8",
            include_bytes!("../../page/page.js"),
        ),
    ),
    (
        "/openapi/icon.svg",
        Asset::plain("image/svg+xml", include_bytes!("../../page/icon.svg")),
    ),
    (
        "/openapi/swagger-ui-5.35.0.css",
        Asset::compressed(
            "text/css; charset=utf-8",
            include_bytes!("../../page/vendor/swagger-ui-5.35.0.css.gz"),
        ),
    ),
    (
        "/openapi/swagger-ui-5.35.0.js",
        Asset::compressed(
            "text/javascript; charset=utf-8",
            include_bytes!("../../page/vendor/swagger-ui-5.35.0.js.gz"),
        ),
    ),
    // Where the script's first line says that its licences are.
    (
        "/openapi/swagger-ui-bundle.js.LICENSE.txt",
        Asset::plain(
            "text/plain; charset=utf-8",
            include_bytes!("../../page/vendor/swagger-ui-bundle.js.LICENSE.txt"),
        ),
    ),
];
